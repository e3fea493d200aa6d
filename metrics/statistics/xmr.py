"""XmR charts: the usual range of a series from how much it moves between neighbours, and the points that chance does not explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Signal = Literal["", "outside", "trend", "two_of_three", "shift"]

WIDTH = 2.66
"""Limits stand so many mean moving ranges from the mean: 3 / 1.128."""
NEAR = WIDTH * 2 / 3
SCREEN = 3.267
"""A moving range of so many mean moving ranges or more is left out, once."""
LEAST = 12
"""Shown points from which on limits are set, and of which they are made unless a baseline says otherwise."""
PRECEDENCE: tuple[Signal, ...] = ("outside", "trend", "two_of_three", "shift")
"""What a point is called where several rules find it."""


@dataclass(frozen=True)
class Rules:
    """How many points make a shift and a trend; a trend of 7 points is 6 steps the same way (some teach 6 points)."""

    run: int = 7
    trend: int = 7


@dataclass(frozen=True)
class Limits:
    """Centre and limits in the unit of the values; `screened` moving ranges were left out of `mean_range`."""

    mean: float
    mean_range: float
    points: int
    screened: int

    @property
    def lower(self) -> float:
        return self.mean - WIDTH * self.mean_range

    @property
    def upper(self) -> float:
        return self.mean + WIDTH * self.mean_range

    @property
    def near_lower(self) -> float:
        return self.mean - NEAR * self.mean_range

    @property
    def near_upper(self) -> float:
        return self.mean + NEAR * self.mean_range


def moving_ranges(values: Floats, joined: Flags) -> Floats:
    """Size of the step to each point from the one before; missing where there is none, or it is not `joined` to it.

    Parameters
    ----------
    values : shape (points,), missing where nothing is shown
    joined : shape (points,), whether a point directly follows the one before: no missing period and no break between them
    """
    steps = np.abs(np.diff(values, prepend=np.nan))
    return np.where(joined, steps, np.nan)


def limits(values: Floats, joined: Flags) -> Limits | None:
    """Mean and limits of baseline points; None where no two neighbours are shown, or where the figure never moved.

    Only shown values enter, so limits say nothing of a hidden one. Missing values and their neighbours' steps are left out.

    References
    ----------
    Wheeler (2000), Understanding Variation, 2nd edition; NHS England, Making Data Count. The screening of moving ranges is
    that of the R package NHSRplotthedots (`screen_outliers`).

    >>> twelve = np.array([31, 33, 32, 30, 34, 33, 31, 32, 35, 33, 32, 34.0])
    >>> found = limits(twelve, np.arange(12) > 0)
    >>> [round(x, 2) for x in (found.mean, found.lower, found.upper, found.near_lower, found.near_upper)]
    [32.5, 27.42, 37.58, 29.11, 35.89]
    """
    shown = values[~np.isnan(values)]
    ranges = moving_ranges(values, joined)
    ranges = ranges[~np.isnan(ranges)]
    if len(ranges) == 0:
        return None
    kept = ranges[ranges < SCREEN * ranges.mean()]
    if len(kept) == 0 or kept.mean() <= 1e-12 * max(1.0, float(np.abs(shown).max())):
        return None
    return Limits(float(shown.mean()), float(kept.mean()), len(shown), len(ranges) - len(kept))


@dataclass(frozen=True)
class Signals:
    """What the rules find, a place per point.

    Attributes
    ----------
    kind, side : the rule of highest precedence that the point is part of, and +1 for high or rising, -1 for low or falling
    kind_then, side_then : the same as it stood when this point was the latest
    """

    kind: list[Signal]
    side: Whole
    kind_then: list[Signal]
    side_then: Whole


def signals(values: Floats, joined: Flags, found: Limits, rules: Rules = Rules()) -> Signals:
    """Points that chance does not explain. A point on the mean, a gap and a break each end a run.

    Parameters
    ----------
    values, joined : as for `moving_ranges`; every point of the stretch that the limits stand for
    """
    outside = (values > found.upper).astype(np.int64) - (values < found.lower)
    side = np.where(np.isnan(values), 0, np.sign(values - found.mean)).astype(np.int64)
    near = ((values > found.near_upper) | (values < found.near_lower)) & (outside == 0)
    ends = {
        "outside": outside,
        "trend": _complete(np.sign(np.diff(values, prepend=np.nan)), joined, rules.trend - 1, steps=True),
        "two_of_three": _two_of_three(near, side, joined),
        "shift": _complete(side.astype(float), joined, rules.run),
    }
    reach = {"outside": 1, "trend": rules.trend, "two_of_three": 3, "shift": rules.run}
    parts = {rule: _spread(at, reach[rule]) for rule, at in ends.items()}
    parts["two_of_three"] = np.where(near, parts["two_of_three"], 0)
    then = {**ends, "two_of_three": np.where(near, ends["two_of_three"], 0)}
    return Signals(*_foremost(parts), *_foremost(then))


def _complete(ways: Floats, joined: Flags, long: int, steps: bool = False) -> Whole:
    """The way of every point with which a run of at least `long` the same way is complete, else 0.

    `steps`: ways are those of the steps to each point, which exist only where it is joined to the one before.
    """
    found = np.zeros(len(ways), dtype=np.int64)
    length, before = 0, 0.0
    for i, way in enumerate(ways):
        if np.isnan(way) or way == 0 or (steps and not joined[i]):
            length, before = 0, 0.0
            continue
        length = length + 1 if joined[i] and way == before else 1
        before = way
        if length >= long:
            found[i] = int(way)
    return found


def _two_of_three(near: Flags, side: Whole, joined: Flags) -> Whole:
    found = np.zeros(len(near), dtype=np.int64)
    for i in range(2, len(near)):
        three = side[i - 2 : i + 1]
        if joined[i] and joined[i - 1] and abs(three.sum()) == 3 and near[i - 2 : i + 1].sum() >= 2:
            found[i] = side[i]
    return found


def _spread(ends: Whole, reach: int) -> Whole:
    """From the last point of each run to every point of it; the later run wins where two meet."""
    found = np.zeros(len(ends), dtype=np.int64)
    for i in np.flatnonzero(ends):
        found[max(0, i - reach + 1) : i + 1] = ends[i]
    return found


def _foremost(sides: dict[str, Whole]) -> tuple[list[Signal], Whole]:
    kinds: list[Signal] = [""] * len(sides["outside"])
    found = np.zeros(len(kinds), dtype=np.int64)
    for rule in reversed(PRECEDENCE):
        for i in np.flatnonzero(sides[rule]):
            kinds[i], found[i] = rule, sides[rule][i]
    return kinds, found


Variation = Literal["common_cause", "improvement_high", "improvement_low", "concern_high", "concern_low", "neutral_high", "neutral_low"]
Assurance = Literal["passes", "fails", "hit_and_miss"]


def variation(side: int, polarity: str) -> Variation:
    """Common cause, or a signal and whether it is for the better; `closer_to_target` stands for distances, of which less is better.

    >>> variation(1, "higher"), variation(1, "lower"), variation(-1, "contextual"), variation(0, "higher")
    ('improvement_high', 'concern_high', 'neutral_low', 'common_cause')
    """
    if side == 0:
        return "common_cause"
    if polarity == "contextual":
        return "neutral_high" if side > 0 else "neutral_low"
    better = (side > 0) == (polarity == "higher")
    if side > 0:
        return "improvement_high" if better else "concern_high"
    return "improvement_low" if better else "concern_low"


def assurance(found: Limits, target: float | None, polarity: str) -> Assurance | None:
    """Whether a series that goes on as it does meets its target always, never, or by chance; None without a target or a direction.

    >>> found = Limits(32.5, 1.909091, 12, 0)
    >>> [assurance(found, target, "higher") for target in (40, 30, 27)]
    ['fails', 'hit_and_miss', 'passes']
    """
    if target is None or np.isnan(target) or polarity == "contextual":
        return None
    if found.lower <= target <= found.upper:
        return "hit_and_miss"
    return "fails" if (target > found.upper) == (polarity == "higher") else "passes"
