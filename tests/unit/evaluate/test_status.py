"""How figures stand against targets: each state in a table, and what must hold for all figures."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.evaluate.status import Goal, goal_of, stand
from tests.support.evaluated import KNOWN, MINORITY, estimated, one, share
from tests.support.factories import DAY, a_pay_gap, a_proportion

SENIOR = {
    "baseline": {"date": date(2022, 3, 31), "value": 21.0},
    "milestones": [
        {"date": date(2024, 3, 31), "value": 25.0},
        {"date": date(2026, 3, 31), "value": 29.5},
        {"date": date(2030, 3, 31), "value": 38.0},
    ],
}


def a_target(target: dict[str, Any] = SENIOR, **more: Any) -> Any:
    return a_proportion(MINORITY, KNOWN, target=target, **more)


@pytest.mark.parametrize(
    ("numerator", "denominator", "status"),
    [
        (99, 412, "off_path"),  # 24.0%, likely 20.2% to 28.4%, all below 29.5%
        (115, 412, "unclear"),  # 27.9%, likely 23.8% to 32.4%
        (124, 412, "on_path"),  # 30.1%
        (160, 412, "reached"),  # 38.8%
    ],
)
def test_where_senior_grades_stand(numerator: int, denominator: int, status: str) -> None:
    row = one(a_target(), **share(numerator, denominator, denominator, numerator))
    assert row["target"] == pytest.approx(0.295)
    assert row["status"] == status


def test_a_final_date_that_has_come_is_missed_whatever_the_range() -> None:
    kpi = a_target({"milestones": [{"date": DAY, "value": 25.0}]})
    assert one(kpi, **share(24, 100, 100, 24))["status"] == "missed"
    assert one(kpi, **share(25, 100, 100, 25))["status"] == "reached"


def test_a_path_that_has_not_begun() -> None:
    row = one(a_target({"milestones": [{"date": date(2030, 3, 31), "value": 38.0}]}), **share(24, 100, 100, 24))
    assert (row["status"], row["note"]) == ("no_target", "no_path")
    assert math.isnan(row["target"])


def test_a_figure_before_a_break_never_reaches_a_target_that_was_set_after_it() -> None:
    broken = [{"date": date(2026, 6, 30), "reason": "Another method"}]
    later = {"milestones": [{"date": date(2030, 3, 31), "value": 20.0}]}
    row = one(a_target(later, series_breaks=broken), **share(24, 100, 100, 24))
    assert (row["status"], row["note"]) == ("no_target", "")
    assert one(a_target(later), **share(24, 100, 100, 24))["status"] == "reached"
    assert one(a_target(SENIOR, series_breaks=broken), **share(160, 412, 412, 160))["status"] == "reached"  # the target is older


def test_hidden_withheld_and_contextual_figures_say_so_first() -> None:
    assert one(a_target(), **share(None, 412, 412, 99))["status"] == "hidden"
    assert one(a_target(), **share(99, 412, 900, 500))["status"] == "withheld"
    assert one(a_target(), **share(0, 0, 0, 0))["status"] == "not_available"
    assert one(a_target(polarity="contextual"), **share(99, 412, 412, 99))["status"] == "context"
    assert math.isnan(one(a_target(), **share(None, 412, 412, 99))["target"]) is False


def test_groups_have_no_status_of_their_own() -> None:
    frame = estimated(a_target(), share(99, 412, 412, 99), share(99, 412, 412, 99, breakdown="sex", group="sex=female"))
    assert frame["status"].tolist() == ["off_path", "no_target"]
    assert frame["target"].isna().tolist() == [False, True]


def test_a_unit_may_have_its_own_milestones() -> None:
    own = {**SENIOR, "by_unit": {"housing": [{"date": date(2030, 3, 31), "value": 29.0}]}}
    frame = estimated(a_target(own), share(99, 412, 412, 99), share(99, 412, 412, 99, breakdown="directorate", unit="housing"))
    assert frame["target"].round(4).tolist() == [0.295, round(0.21 + 0.08 * 1461 / 2922, 4)]
    assert frame["status"].tolist() == ["off_path", "unclear"]


def test_a_unit_may_start_elsewhere() -> None:
    points = [{"date": date(2022, 3, 31), "value": 15.0}, {"date": date(2030, 3, 31), "value": 29.0}]
    goal = goal_of(a_target({**SENIOR, "by_unit": {"housing": points}}), "housing")
    assert goal is not None
    assert goal.points == ((date(2022, 3, 31), 0.15), (date(2030, 3, 31), pytest.approx(0.29)))


def test_a_councils_tolerance_replaces_the_range() -> None:
    kpi = a_target(status_rule={"tolerance": 2.0})
    assert one(kpi, **share(28, 100, 100, 28))["status"] == "on_path"  # 1.5 points short of 29.5%
    assert one(kpi, **share(27, 100, 100, 27))["status"] == "off_path"


NEAR_ZERO = Goal(((date(2022, 3, 31), 0.10), (date(2030, 3, 31), 0.0)), "closer_to_target", within=0.01)
"""Half way to no gap by 31 March 2026: the path says 5%."""


@pytest.mark.parametrize(
    ("value", "lower", "upper", "status"),
    [
        (0.008, -0.006, 0.021, "reached"),
        (-0.008, -0.02, 0.01, "reached"),
        (0.04, 0.03, 0.05, "on_path"),
        (-0.04, -0.05, -0.03, "on_path"),  # as far from zero on the other side
        (0.064, 0.051, 0.078, "off_path"),
        (0.064, 0.045, 0.078, "unclear"),
        (-0.064, -0.078, -0.051, "off_path"),
        (0.08, -0.10, 0.20, "unclear"),  # the range holds the target itself
        (0.064, math.nan, math.nan, "off_path"),
    ],
)
def test_closer_to_target_counts_distance_on_both_sides(value: float, lower: float, upper: float, status: str) -> None:
    assert stand(NEAR_ZERO, value, lower, upper, DAY) == status


TO_FOUR = Goal(((date(2022, 3, 31), 0.103), (date(2027, 3, 31), 0.04)), "closer_to_target", within=0.01, best=0.0)
"""A pay gap on its way from 10.3% to 4%."""


@pytest.mark.parametrize(
    ("value", "status"),
    [(0.02, "reached"), (-0.02, "reached"), (0.05, "reached"), (0.0501, "on_path"), (0.10, "off_path"), (-0.10, "off_path")],
)
def test_a_gap_smaller_than_its_target_is_better_not_farther_away(value: float, status: str) -> None:
    assert stand(TO_FOUR, value, value - 0.01, value + 0.01, DAY) == status


def test_what_could_not_be_better_comes_from_the_measure() -> None:
    target = {"baseline": {"date": date(2022, 3, 31), "value": 10.3}, "milestones": [{"date": date(2027, 3, 31), "value": 4.0}]}
    gap = goal_of(a_pay_gap({"sex": ["female"]}, {"sex": ["male"]}, polarity="closer_to_target", target=target), "council")
    share_of_women = goal_of(a_proportion({"sex": ["female"]}, polarity="closer_to_target", target=target), "council")
    assert gap is not None
    assert share_of_women is not None
    assert (gap.ideal, share_of_women.ideal) == (0.0, 0.04)


def test_near_enough_is_on_path_even_when_the_path_is_nearer() -> None:
    flat = Goal(((date(2022, 3, 31), 0.0), (date(2030, 3, 31), 0.0)), "closer_to_target", within=0.01)
    assert stand(flat, 0.009, 0.0, 0.02, DAY) == "reached"
    assert stand(flat, 0.016, 0.005, 0.03, DAY) == "unclear"
    assert stand(flat, 0.030, 0.012, 0.05, DAY) == "off_path"


def test_binary_fractions_do_not_miss_a_target() -> None:
    goal = Goal(((date(2025, 3, 31), 0.1 + 0.2),), "higher")
    assert stand(goal, 0.3, 0.2, 0.4, DAY) == "reached"


RANK = {"reached": 3, "on_path": 2, "unclear": 1, "off_path": 0, "missed": 0}


@given(
    st.sampled_from(["higher", "lower"]),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 0.3),
    st.sampled_from([DAY, date(2029, 1, 1), date(2031, 1, 1)]),
)
def test_status_is_never_worse_when_the_figure_is_better(polarity: str, target: float, a: float, b: float, reach: float, day: date) -> None:
    goal = Goal(((date(2022, 3, 31), 0.5), (date(2030, 3, 31), target)), polarity)
    worse, better = (min(a, b), max(a, b)) if polarity == "higher" else (max(a, b), min(a, b))
    first = stand(goal, worse, worse - reach, worse + reach, day)
    second = stand(goal, better, better - reach, better + reach, day)
    assert RANK[second] >= RANK[first]


@given(st.floats(-0.5, 0.5), st.floats(0, 1), st.floats(0, 0.2), st.floats(-0.1, 0.1), st.floats(0, 0.05), st.sampled_from([None, 0.0]))
def test_status_is_never_worse_when_the_figure_is_closer(
    value: float, part: float, reach: float, final: float, within: float, best: float | None
) -> None:
    goal = Goal(((date(2022, 3, 31), 0.3), (date(2030, 3, 31), final)), "closer_to_target", within=within, best=best)
    nearer = goal.ideal + (value - goal.ideal) * part
    first, second = (stand(goal, v, v - reach, v + reach, DAY) for v in (value, nearer))
    assert RANK[second] >= RANK[first]


@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_wider_range_never_makes_a_figure_clearly_off_path(value: float, reach: float, more: float) -> None:
    goal = Goal(((date(2022, 3, 31), 0.2), (date(2030, 3, 31), 0.6)), "higher")
    if stand(goal, value, value - reach - more, value + reach + more, DAY) == "off_path":
        assert stand(goal, value, value - reach, value + reach, DAY) == "off_path"
