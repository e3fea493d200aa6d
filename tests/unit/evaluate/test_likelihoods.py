"""Ratios of two groups, and figures over groups: their values, why they are empty, how they are judged, and how they move."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.definitions.kpi import Kpi
from metrics.evaluate.change import add_changes
from metrics.evaluate.over_groups import fill_whole_units
from metrics.evaluate.status import Goal, stand
from metrics.report import ESTIMATE_COLUMNS
from metrics.statistics.goals import SAME
from metrics.statistics.likelihood import relative_likelihood
from tests.support.evaluated import KNOWN, estimated, one, share
from tests.support.factories import a_kpi

ORDER = {"first": "White applicants", "second": "others", "to": "be appointed", "above_one_is_worse_for": "second"}
WITHIN = {"baseline": {"date": date(2024, 3, 31), "value": 1.8}, "milestones": [{"date": date(2028, 3, 31), "value": 1.0}], "within": 1.1}


def a_ratio(kind: str = "relative_likelihood", **more: Any) -> Kpi:
    measure = {
        "type": kind,
        "unit": "ratio",
        "numerator": {"grade": ["g3"]},
        "denominator": {"ethnicity_5": ["white"]},
        "reference_group": {"ethnicity_5": ["asian", "black"]},
        "order": ORDER,
    }
    return a_kpi(measure=measure, **{"polarity": "closer_to_target", "target": WITHIN, **more})


def four(a: Any, n: Any, c: Any, m: Any, everyone: Any = 880, possible: Any = 800) -> dict[str, Any]:
    return {**share(a, n, everyone, possible), "reference_numerator": c, "reference_denominator": m}


def test_the_worked_likelihood_with_katzs_range() -> None:
    row = one(a_ratio(), **four(63, 420, 38, 380))
    assert (row["value"], row["reference_value"]) == (pytest.approx(1.5), pytest.approx(0.1))
    assert (round(row["lower"], 3), round(row["upper"], 3)) == (1.028, 2.189)
    assert row["declared"] == pytest.approx(800 / 880)
    assert row[["gap", "ratio", "bound_low", "bound_high"]].isna().all()


def test_the_worked_ratio_of_ratios_with_woolfs_range() -> None:
    row = one(a_ratio("ratio_of_ratios"), **four(900, 1000, 1600, 2000, 3100, 3000))
    assert row["value"] == pytest.approx((900 / 100) / (1600 / 400))
    assert (round(row["lower"], 3), round(row["upper"], 3)) == (1.781, 2.843)


@pytest.mark.parametrize(
    ("counts", "marker", "note"),
    [
        ((0, 200, 3, 400), "[x]", "not_enough_data"),
        ((7, 200, 0, 400), "[x]", "not_enough_data"),
        ((None, 200, 38, 400), "[c]", "hidden"),
        ((20, 200, None, 400), "[c]", "hidden"),
        ((5, 9, 38, 400), "[c]", "minimum_base"),
        ((20, 200, 5, 9), "[c]", "minimum_base"),
    ],
)
def test_why_there_is_no_ratio(counts: tuple[Any, ...], marker: str, note: str) -> None:
    row = one(a_ratio(), **four(*counts))
    assert (row["marker"], row["note"]) == (marker, note)
    assert row[["value", "lower", "upper", "reference_value"]].isna().all()


def test_a_pool_under_ten_has_no_ratio_whatever_the_profile_allows() -> None:
    row = estimated(a_ratio(), four(5, 9, 38, 400), minimum_base=3).iloc[0]
    assert (row["marker"], row["note"]) == ("[x]", "not_enough_data")


def test_where_too_few_have_answered_the_ratio_is_withheld() -> None:
    assert one(a_ratio(), **four(63, 420, 38, 380, everyone=1500))["note"] == "withheld"
    assert one(a_ratio(), **four(63, 420, 38, 380, everyone=1100))["note"] == "declared_low"


# judged


GOAL = Goal(points=((date(2024, 3, 31), 1.8), (date(2028, 3, 31), 1.0)), polarity="closer_to_target", within=1.1, ratio=True, best=1.0)
DAY = date(2026, 3, 31)
"""Half way: the path stands at 1.4."""


@pytest.mark.parametrize(
    ("value", "status"),
    [(1.1, "reached"), (1 / 1.1, "reached"), (1.11, "on_path"), (0.9, "on_path"), (1.39, "on_path"), (0.72, "on_path"), (0.70, "off_path")],
)
def test_distances_are_factors(value: float, status: str) -> None:
    assert stand(GOAL, value, np.nan, np.nan, DAY) == status


@pytest.mark.parametrize(("lower", "upper", "status"), [(1.45, 2.2, "off_path"), (1.3, 2.2, "unclear"), (0.4, 0.69, "off_path")])
def test_off_path_needs_the_whole_range(lower: float, upper: float, status: str) -> None:
    assert stand(GOAL, (lower * upper) ** 0.5, lower, upper, DAY) == status


@given(st.floats(0.05, 20), st.floats(1.001, 3))
def test_a_ratio_and_its_inverse_stand_alike(value: float, width: float) -> None:
    one_way = stand(GOAL, value, value / width, value * width, DAY)
    assert abs(GOAL.shortfall(value, 1.4)) < 1e-6 or one_way == stand(GOAL, 1 / value, 1 / (value * width), width / value, DAY)
    assert GOAL.shortfall(value, 1.4) == pytest.approx(GOAL.shortfall(1 / value, 1.4), abs=SAME)


# moved


def year(day: str, *counts: int) -> dict[str, Any]:
    value, lower, upper = relative_likelihood(*(pd.Series([float(n)]) for n in counts)).iloc[0]
    keys = {"kpi": "RC01", "breakdown": "", "unit": "council", "group": "", "period_end": pd.Timestamp(day)}
    return {**keys, "value": value, "lower": lower, "upper": upper}


def test_a_change_is_tested_as_a_factor() -> None:
    """The log method: the standard errors of both logarithms, added as squares."""
    then, now = (300, 1000, 150, 1000), (260, 1000, 200, 1000)
    frame = pd.DataFrame([year("2025-03-31", *then), year("2026-03-31", *now)]).reindex(columns=list(ESTIMATE_COLUMNS))
    row = add_changes(frame, ratios=["RC01"]).iloc[1]
    error = np.sqrt(sum(1 / a - 1 / n + 1 / c - 1 / m for a, n, c, m in (then, now)))
    reach = 1.959963984540054 * error
    assert row["change"] == pytest.approx(1.3 - 2.0)
    assert (row["change_lower"], row["change_upper"]) == pytest.approx(tuple(2 * (1.3 / 2 * np.exp(sign * reach) - 1) for sign in (-1, 1)))
    assert row["movement"] == "down"


def test_a_change_of_others_stays_a_difference() -> None:
    rows = [year("2025-03-31", 300, 1000, 150, 1000), year("2026-03-31", 260, 1000, 200, 1000)]
    frame = pd.DataFrame(rows).reindex(columns=list(ESTIMATE_COLUMNS))
    plain, other = add_changes(frame), add_changes(frame, ratios=["RC02"])
    pd.testing.assert_frame_equal(plain, other)


# over groups


DISSIMILARITY = a_kpi(
    measure={"type": "dissimilarity", "unit": "percent", "denominator": KNOWN, "over": "ethnicity_5"},
    benchmark="census",
    polarity="lower",
    breakdowns=[["ethnicity_5"]],
)


def staff(*shares: tuple[str, Any], whole: int = 1000) -> list[dict[str, Any]]:
    groups = [share(n, whole, whole, n, breakdown="ethnicity_5", group=f"ethnicity_5={g}") for g, n in shares]
    return [share(whole, whole, whole, whole), *groups]


def test_dissimilarity_is_half_the_differences_to_the_benchmark() -> None:
    frame = estimated(DISSIMILARITY, *staff(("asian", 250), ("black", 100), ("white", 650)))
    assert frame["value"].round(4).tolist() == [round((0.06 + 0.009 + 0.164) / 2, 4), 0.25, 0.1, 0.65]
    assert frame["gap"].round(3).tolist()[1:] == [-0.06, -0.009, 0.164]
    assert frame[["lower", "upper"]].isna().all(axis=None)


def test_with_one_group_hidden_there_is_no_dissimilarity() -> None:
    frame = estimated(DISSIMILARITY, *staff(("asian", 250), ("black", None), ("white", 650)))
    assert (frame.loc[0, "marker"], frame.loc[0, "note"], frame.loc[0, "status"]) == ("[c]", "groups_hidden", "hidden")
    assert frame["value"].isna().tolist() == [True, False, True, False]


def test_without_its_groups_a_figure_over_groups_is_not_available() -> None:
    assert one(DISSIMILARITY, **share(1000, 1000, 1000, 1000))["note"] == "not_available"


EXTREME = a_kpi(
    "PG09",
    measure={
        "type": "extreme_group_gap", "unit": "percent", "column": "pay", "reference_group": {"ethnicity": ["white_british"]},
        "over": "ethnicity", "least_people": 50,
    },
    polarity="lower",
)  # fmt: skip


def gaps(*rows: tuple[str, float, float, str]) -> pd.DataFrame:
    """(group, gap, people, marker) of one unit, after the unit's own row."""
    made = [("", np.nan, 900.0, ""), *((f"ethnicity={g}", gap, n, mark) for g, gap, n, mark in rows)]
    frame = pd.DataFrame(made, columns=["group", "value", "numerator", "marker"])
    return frame.assign(unit="council", note="", benchmark=np.nan)


def test_the_largest_gap_is_that_of_groups_that_are_shown_and_large_enough() -> None:
    found = gaps(("indian", 0.05, 120, ""), ("african", 0.21, 49, ""), ("pakistani", 0.09, 50, ""), ("arab", np.nan, np.nan, "[c]"))
    fill_whole_units(EXTREME, found)
    assert (found.loc[0, "value"], found.loc[0, "marker"], found.loc[0, "note"]) == (0.09, "", "extreme:ethnicity=pakistani:1:1")


def test_a_hidden_group_changes_nothing_but_the_number_that_are_hidden() -> None:
    """Whatever the hidden gap is, the figure is the same: nothing can be concluded of it."""
    for hidden in (np.nan, 0.01, 0.60):
        found = gaps(("indian", 0.05, 120, ""), ("african", hidden, 80, "[c]"))
        fill_whole_units(EXTREME, found)
        assert (found.loc[0, "value"], found.loc[0, "note"]) == (0.05, "extreme:ethnicity=indian:1:0")


def test_where_no_group_can_be_named_there_is_no_largest_gap() -> None:
    for rows, marker, note in (
        ([("indian", 0.05, 20, "")], "[x]", "not_enough_data"),
        ([("indian", np.nan, np.nan, "[c]")], "[c]", "groups_hidden"),
        ([("indian", np.nan, 80, "[w]")], "[c]", "groups_hidden"),
    ):
        found = gaps(*rows)
        fill_whole_units(EXTREME, found)
        assert np.isnan(found.loc[0, "value"])
        assert (found.loc[0, "marker"], found.loc[0, "note"]) == (marker, note)
