"""A published series read over time: stretches, baselines, gaps, and which rule says that a figure moved."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from metrics.periods import end_of_month
from metrics.statistics.moved import add_usual_range
from metrics.statistics.usual_range import Usual, out_of_the_ordinary, read_usual
from metrics.statistics.xmr import Rules

TWENTY = [31, 33, 32, 30, 34, 33, 31, 32, 35, 33, 32, 34, 36, 37, 38, 37, 39, 38, 40, 46]
MONTHLY = Usual("month", "higher")


def months(many: int, first: int = 0, step: int = 1) -> list[date]:
    return [end_of_month(2023 + (first + i * step) // 12, (first + i * step) % 12 + 1) for i in range(many)]


def read(values, usual=MONTHLY, breaks=(), days=None):
    return read_usual(days or months(len(values)), values, usual, breaks)


def test_limits_are_fixed_on_the_first_twelve_figures():
    found = read(TWENTY).current
    assert (found.limits.mean, found.limits.points, found.known_at) == (32.5, 12, 11)
    assert (found.from_day, found.to_day) == (date(2023, 1, 31), date(2023, 12, 31))


@pytest.mark.parametrize(
    ("usual", "many", "why"),
    [
        (MONTHLY, 11, "few"),
        (Usual("year", "higher"), 20, "grain"),
        (Usual("snapshot", "higher"), 20, "grain"),
        (Usual("quarter", "higher", span_months=12), 20, "overlap"),
    ],
)
def test_there_is_no_usual_range_where_one_cannot_be_set(usual, many, why):
    found = read(TWENTY[:many], usual)
    assert (found.current.limits, found.current.why) == (None, why)
    assert set(found.points["signal"]) == {""}
    assert not found.points["known"].any()


def test_figures_of_their_own_month_do_not_overlap():
    assert read(TWENTY, Usual("month", "higher", span_months=1)).current.limits is not None


def test_a_figure_that_never_moved_has_no_usual_range():
    assert read([0.5] * 13).current.why == "flat"


def test_a_break_parts_the_series_and_nothing_is_taken_across_it():
    found = read(TWENTY, breaks=[date(2023, 7, 1)])
    assert [(s.first, s.last, s.shown, s.why) for s in found.stretches] == [(0, 5, 6, "few"), (6, 19, 14, None)]
    assert list(found.points["joined"]) == [False] + [True] * 5 + [False] + [True] * 13
    assert found.current.limits.mean == pytest.approx(np.mean(TWENTY[6:18]))


def test_a_rebase_sets_limits_anew_from_its_day():
    again = Usual("month", "higher", rebases=(date(2024, 1, 1),))
    found = read([*TWENTY, 41, 40, 42, 43], again)
    assert [s.limits.mean for s in found.stretches] == pytest.approx([32.5, np.mean([*TWENTY[12:], 41, 40, 42, 43])])


def test_a_break_on_the_day_of_a_figure_begins_with_it():
    assert [s.first for s in read(TWENTY, breaks=[date(2023, 7, 31)]).stretches] == [0, 6]
    assert [s.first for s in read(TWENTY, breaks=[date(2021, 1, 1)]).stretches] == [0]


def test_a_declared_baseline_is_used_where_it_has_twelve_figures():
    declared = Usual("month", "higher", baseline=(date(2023, 3, 1), date(2024, 4, 30)))
    assert read(TWENTY, declared).current.limits.mean == pytest.approx(np.mean(TWENTY[2:16]))
    assert read(TWENTY, declared).current.known_at == 15
    late = Usual("month", "higher", baseline=(date(2024, 1, 1), date(2025, 12, 31)))  # eight figures so far
    assert read(TWENTY, late).current.limits.mean == 32.5


def test_hidden_figures_are_gaps_and_do_not_count_towards_the_twelve():
    values = [*TWENTY[:3], np.nan, *TWENTY[3:]]
    found = read(values)
    assert found.current.known_at == 12
    steps = [2, 1, 4, 1, 2, 1, 3, 2, 1, 2]  # none to or from the hidden month
    assert found.current.limits.mean_range == pytest.approx(np.mean(steps))


def test_what_a_hidden_figure_was_changes_nothing():
    shown = read([*TWENTY[:5], np.nan, *TWENTY[6:]])
    assert shown.points.equals(read([*TWENTY[:5], float("nan"), *TWENTY[6:]]).points)
    assert shown.current.limits.points == 12


def test_a_month_that_is_not_there_is_a_gap():
    days = months(21)
    del days[3]
    assert list(read(TWENTY, days=days).points["joined"])[:5] == [False, True, True, False, True]
    assert list(read(TWENTY[:13], Usual("quarter", "higher"), days=months(13, 2, 3)).points["joined"]) == [False] + [True] * 12


def test_closer_to_the_target_is_read_by_distance():
    values = [v / 100 for v in (-5, 4, -6, 5, -4, 5, -6, 4, -5, 6, -4, 5, 0, 0.1)]
    found = read(values, Usual("month", "closer_to_target", ideal=0.0))
    assert found.current.limits.mean == pytest.approx(np.mean(np.abs(values[:12])))
    assert (found.latest["signal"], found.latest["side"]) == ("outside", -1)


def moved(values, usual=MONTHLY, breaks=()):
    found = read(values, usual, breaks)
    change = found.points["value"] - found.points["value"].shift(12)
    return list(out_of_the_ordinary(found.points, change, usual))


def test_a_figure_moved_when_it_is_out_of_the_ordinary_on_the_side_it_moved_to():
    assert moved(TWENTY) == [""] * 12 + ["unclear"] + ["up"] * 7
    back = [*TWENTY[:11], 50, 33, 32, 33, 31, 33, 32, 33, 32, 34, 32, 33, 49]
    told = moved(back)
    assert read(back).latest["signal"] == "outside"
    assert told[-1] == "unclear"  # above its usual range, but not higher than a year ago


def test_a_smaller_gap_on_the_other_side_has_moved():
    values = [v / 100 for v in (-5, -4, -6, -5, -4, -5, -6, -4, -5, -6, -4, -5, 0, 1)]
    told = moved(values, Usual("month", "closer_to_target", ideal=0.0))
    assert told[-1] == "up"  # from 4 below to 1 above


def rows(values, **words) -> pd.DataFrame:
    value = pd.Series(values, dtype=float)
    frame = pd.DataFrame({"period_end": pd.to_datetime(months(len(value))), "value": value, "change": value - value.shift(12)})
    return frame.assign(**{"kpi": "AA01", "unit": "council", "group": "", "movement": "unclear", **words})


def test_the_usual_range_wins_where_it_was_known_and_the_interval_elsewhere():
    told = add_usual_range(rows(TWENTY, movement="down"), {"AA01": MONTHLY}, {}, {})["movement"]
    assert list(told) == ["down"] * 12 + ["unclear"] + ["up"] * 7


@pytest.mark.parametrize("movement", ["first", "broken", ""])
def test_what_cannot_be_compared_stays_so(movement):
    assert set(add_usual_range(rows(TWENTY, movement=movement), {"AA01": MONTHLY}, {}, {})["movement"]) == {movement}


def test_groups_and_other_kpis_stay_as_they_are():
    frame = pd.concat([rows(TWENTY, group="sex=woman"), rows(TWENTY, kpi="BB01")], ignore_index=True)
    assert set(add_usual_range(frame, {"AA01": MONTHLY}, {}, {})["movement"]) == {"unclear"}


def test_a_figure_in_two_breakdowns_is_one_figure():
    frame = pd.concat([rows(TWENTY), rows(TWENTY).tail(1)], ignore_index=True)
    told = add_usual_range(frame, {"AA01": MONTHLY}, {}, {})["movement"]
    assert (told.iloc[19], told.iloc[20]) == ("up", "up")


def test_breaks_of_the_kpi_and_of_the_unit_count():
    for breaks, unit_breaks in (({"AA01": [date(2024, 2, 1)]}, {}), ({}, {"council": [date(2024, 2, 1)]})):
        told = add_usual_range(rows(TWENTY), {"AA01": MONTHLY}, breaks, unit_breaks)["movement"]
        assert set(told.iloc[13:]) == {"unclear"}  # seven figures since the break: the interval's word stays


def test_six_points_may_make_a_trend():
    values = [3, 5, 4, 6, 5, 3, 4, 6, 5, 4, 3, 5, 1, 2, 3, 4, 5, 6]
    assert read(values, Usual("month", "higher", rules=Rules(trend=6))).latest["signal"] == "trend"
    assert read(values, Usual("month", "higher", rules=Rules(trend=7))).latest["signal"] == ""
