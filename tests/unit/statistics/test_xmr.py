"""The usual range of a series and its signals: published worked examples, rules by hand, and a plain recomputation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics.xmr import Limits, Rules, Signals, assurance, limits, moving_ranges, signals, variation

TWENTY = [31, 33, 32, 30, 34, 33, 31, 32, 35, 33, 32, 34, 36, 37, 38, 37, 39, 38, 40, 46]
"""Share in percent over 20 months; limits are fixed on the first 12."""


def run(values, fixed=None, rules=Rules(), joined=None) -> tuple[Limits | None, Signals]:
    values = np.array(values, dtype=float)
    joined = np.arange(len(values)) > 0 if joined is None else np.array(joined)
    fixed = len(values) if fixed is None else fixed
    found = limits(values[:fixed], joined[:fixed])
    return found, signals(values, joined, found or Limits(0, 1, 0, 0), rules)


def points(found: Signals, kind: str) -> list[int]:
    """Numbers of the points, the first is 1."""
    return [i + 1 for i, k in enumerate(found.kind) if k == kind]


def test_the_worked_example_to_the_printed_digits():
    found, told = run(TWENTY, fixed=12)
    assert (found.mean, round(found.mean_range, 6)) == (32.5, 1.909091)
    assert [round(x, 2) for x in (found.lower, found.upper, found.near_lower, found.near_upper)] == [27.42, 37.58, 29.11, 35.89]
    assert points(told, "outside") == [15, 17, 18, 19, 20]
    assert points(told, "two_of_three") == [13, 14, 16]  # 16 beside 14 too: 15 lies beyond the limit, on the same side
    assert points(told, "trend") == []
    assert points(told, "shift") == [12]  # 12 to 20 are one run; the others are called by a rule of higher precedence
    assert variation(int(told.side[-1]), "higher") == "improvement_high"
    assert [assurance(found, target, "higher") for target in (40, 30, 27)] == ["fails", "hit_and_miss", "passes"]


def test_the_shift_of_the_worked_example_is_points_12_to_20():
    found, _ = run(TWENTY, fixed=12)
    wide = Limits(found.mean, 100.0, 12, 0)  # nothing is near or beyond such limits
    told = signals(np.array(TWENTY, dtype=float), np.arange(20) > 0, wide)
    assert points(told, "shift") == list(range(12, 21))


def test_screening_to_the_printed_digits():
    values = np.array([50, 52, 51, 53, 52, 51, 75, 52, 51, 53, 52, 51], dtype=float)
    every = np.abs(np.diff(values))
    assert round(every.mean(), 3) == 5.364
    assert round(3.267 * every.mean(), 2) == 17.52
    found, told = run(values)
    assert (found.screened, round(found.mean_range, 3)) == (2, 1.333)
    assert [round(x, 2) for x in (found.mean, found.lower, found.upper)] == [53.58, 50.04, 57.13]
    unscreened = [round(values.mean() + sign * 2.66 * every.mean(), 2) for sign in (-1, 1)]
    assert unscreened == [39.32, 67.85]
    assert 7 in points(told, "outside")


STATPROCON = {"mean": 2820.632, "mean_range": 571.892, "lower": 1299.399, "upper": 4341.865}
"""What the library statprocon 2.0.0 gives for the 38 counts below; it rounds each step to three places and screens nothing."""


def test_limits_agree_with_an_independent_library():
    counts = [
        2478, 2350, 2485, 2296, 2359, 2567, 3089, 2668, 1788, 2854, 2365, 1883, 1959, 1927, 2640, 2626, 2144, 2409, 4412,
        3287, 3049, 3364, 3078, 2972, 3415, 2753, 3102, 2191, 3693, 4385, 4699, 3031, 2659, 3885, 2628, 2621, 3071, 2002,
    ]  # fmt: skip
    values = np.array(counts, dtype=float)
    ranges = moving_ranges(values, np.arange(38) > 0)
    assert round(float(np.nanmean(ranges)), 3) == STATPROCON["mean_range"]
    found = limits(values, np.arange(38) > 0)
    assert found.screened == 1  # 2,003, from 2,409 to 4,412
    assert round(found.mean, 3) == STATPROCON["mean"]
    unscreened = Limits(found.mean, float(np.nanmean(ranges)), 38, 0)
    assert (unscreened.lower, unscreened.upper) == pytest.approx((STATPROCON["lower"], STATPROCON["upper"]), abs=0.002)


@pytest.mark.parametrize(
    ("ways", "rules", "expected"),
    [
        ([1, 2, 3, 4, 5, 6, 7], Rules(), list(range(1, 8))),
        ([1, 2, 3, 4, 5, 6], Rules(), []),
        ([1, 2, 3, 4, 5, 6], Rules(trend=6), list(range(1, 7))),
        ([7, 6, 5, 4, 3, 2, 1], Rules(), list(range(1, 8))),
        ([1, 2, 3, 4, 4, 5, 6, 7], Rules(), []),  # a step of nothing ends the run
    ],
)
def test_a_trend_is_seven_points_unless_six_are_asked_for(ways, rules, expected):
    told = signals(np.array(ways, dtype=float), np.arange(len(ways)) > 0, Limits(4, 100, 12, 0), Rules(run=99, trend=rules.trend))
    assert points(told, "trend") == expected


def test_a_falling_trend_above_the_mean_is_low():
    told = signals(np.array([9, 8, 7, 6, 5, 4, 3.0]), np.arange(7) > 0, Limits(0, 100, 12, 0))
    assert told.kind[-1] == "trend"
    assert told.side[-1] == -1


def test_a_point_on_the_mean_a_gap_and_a_break_each_end_a_run():
    centre = Limits(0, 100, 12, 0)
    flat = Rules(trend=99)
    on_the_mean = np.array([1, 1, 1, 0, 1, 1, 1, 1], dtype=float)
    assert points(signals(on_the_mean, np.arange(8) > 0, centre, flat), "shift") == []
    gap = np.array([1, 1, 1, np.nan, 1, 1, 1, 1], dtype=float)
    assert points(signals(gap, np.arange(8) > 0, centre, flat), "shift") == []
    joined = np.arange(8) > 0
    joined[4] = False
    assert points(signals(np.ones(8), joined, centre, flat), "shift") == []
    assert points(signals(np.ones(8), np.arange(8) > 0, centre, flat), "shift") == list(range(1, 9))


def test_no_moving_range_is_taken_across_a_gap_or_a_break():
    values = np.array([1, 2, np.nan, 9, 10, 20.0])
    joined = np.array([False, True, True, True, True, False])
    assert [None if np.isnan(x) else float(x) for x in moving_ranges(values, joined)] == [None, 1.0, None, None, 1.0, None]
    assert limits(values, joined).mean_range == 1.0


def test_a_figure_that_never_moved_has_no_usual_range():
    assert limits(np.full(12, 0.3), np.arange(12) > 0) is None
    assert limits(np.array([0.1, np.nan, 0.3]), np.array([False, True, True])) is None


def test_as_it_stood_does_not_know_what_came_after():
    _, told = run(TWENTY, fixed=12)
    assert told.kind[12] == "two_of_three"
    assert told.kind_then[12] == ""  # one near point alone, until the next month
    assert told.kind_then[13] == "two_of_three"
    assert told.kind_then[19] == told.kind[19] == "outside"


@pytest.mark.parametrize("polarity", ["lower", "closer_to_target"])
def test_less_is_better_for_lower_and_for_distances(polarity):
    assert [variation(side, polarity) for side in (1, -1, 0)] == ["concern_high", "improvement_low", "common_cause"]
    found = Limits(32.5, 1.909091, 12, 0)
    assert [assurance(found, target, polarity) for target in (40, 30, 27)] == ["passes", "hit_and_miss", "fails"]


def test_context_has_no_assurance_and_is_neither_good_nor_bad():
    assert [variation(side, "contextual") for side in (1, -1)] == ["neutral_high", "neutral_low"]
    assert assurance(Limits(32.5, 1.9, 12, 0), 40, "contextual") is None
    assert assurance(Limits(32.5, 1.9, 12, 0), None, "higher") is None


series = st.lists(st.one_of(st.none(), st.integers(0, 12)), min_size=12, max_size=30)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(series, st.lists(st.booleans(), min_size=30, max_size=30), st.sampled_from([6, 7]), st.sampled_from([6, 7, 8]))
def test_a_plain_recomputation_agrees(listed, breaks, trend, length):
    joined = [i > 0 and not (breaks[i] and breaks[i - 1]) for i in range(len(listed))]
    found, told = run([np.nan if v is None else v for v in listed], fixed=12, rules=Rules(run=length, trend=trend), joined=joined)
    plain = plain_limits(listed[:12], joined)
    if found is None:
        assert plain is None
        return
    assert (found.mean, found.lower, found.upper) == pytest.approx(plain)
    expected = [plain_signal(i, listed, joined, plain, trend, length) for i in range(len(listed))]
    assert told.kind == expected


@settings(max_examples=30, deadline=None, derandomize=True)
@given(series)
def test_as_it_stood_is_the_last_point_of_a_shorter_series(listed):
    values = [np.nan if v is None else v for v in listed]
    found, told = run(values, fixed=12)
    if found is None:
        return
    for last in range(11, len(values)):
        _, shorter = run(values[: last + 1], fixed=12)
        assert (told.kind_then[last], told.side_then[last]) == (shorter.kind[-1], shorter.side[-1])


def plain_limits(listed, joined):
    steps = [abs(listed[i] - listed[i - 1]) for i in range(1, len(listed)) if joined[i] and None not in (listed[i], listed[i - 1])]
    if not steps:
        return None
    kept = [s for s in steps if s < 3.267 * sum(steps) / len(steps)]
    if not kept or sum(kept) == 0:
        return None
    shown = [v for v in listed if v is not None]
    mean, reach = sum(shown) / len(shown), 2.66 * sum(kept) / len(kept)
    return mean, mean - reach, mean + reach


def plain_signal(i, listed, joined, found, trend, length) -> str:
    """Looks at every window that holds the point."""
    mean, lower, upper = found
    near_by = (upper - mean) * 2 / 3

    def together(first, many):
        inside = first >= 0 and first + many <= len(listed)
        return inside and all(joined[first + 1 : first + many]) and None not in listed[first : first + many]

    def side(j):
        return (listed[j] > mean) - (listed[j] < mean)

    def beyond(j):
        return listed[j] > upper or listed[j] < lower

    def near(j):
        return not beyond(j) and (listed[j] > mean + near_by or listed[j] < mean - near_by)

    def windows(many):
        return [range(f, f + many) for f in range(i - many + 1, i + 1) if together(f, many)]

    if listed[i] is None:
        return ""
    if beyond(i):
        return "outside"
    for window in windows(trend):
        steps = [listed[j + 1] - listed[j] for j in window[:-1]]
        if all(s > 0 for s in steps) or all(s < 0 for s in steps):
            return "trend"
    for window in windows(3):
        if near(i) and abs(sum(side(j) for j in window)) == 3 and sum(near(j) for j in window) >= 2:
            return "two_of_three"
    if any(abs(sum(side(j) for j in window)) == length for window in windows(length)):
        return "shift"
    return ""
