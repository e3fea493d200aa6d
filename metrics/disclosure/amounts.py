"""Sums that people carry with them, such as full-time equivalents: shown on large groups, coarsely, never so as to tell a head count.

Nobody has more than a known most, so a sum of 37.2 says that there are at least 38 people where the most is 1. Sums are therefore
published by unit only, printed as coarsely as the head count beside them, hidden as pay is, and then held against the proofs of
the counts: every whole table that proves a small count safe must leave everybody room for what is printed. docs/methods/disclosure.md
argues it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.disclosure.choose import Draft
from metrics.disclosure.joint import Joint
from metrics.disclosure.pay import masked
from metrics.disclosure.ranges import Ranges
from metrics.disclosure.rounding import Chain, interval
from metrics.disclosure.sums import Sums
from metrics.query.counts import Counts, Region

Window = tuple[float, float]
"""What a printed sum may have been: from the first, up to but without the second."""
EVERYTHING: Window = (0.0, np.inf)
ALMOST = 1e-9


@dataclass(frozen=True)
class Amounts:
    """`statistics` as `ShownCells` has it; the regions whose sum is hidden; sums that could be had by subtraction or tell a head
    count (0, or nothing is published); and what an audience reads: region to the sum's window."""

    statistics: pd.DataFrame
    hidden: frozenset[int]
    recovered: int
    windows: Mapping[int, Window]


def printed(total: float, chain: Chain, most: float) -> float:
    """To a whole number, then along the chain of the head count, each base times the most that one person has."""
    shown = _half_up(round(total, 6), 1.0)
    for base in chain:
        shown = _half_up(shown, base * most)
    return shown


def window(shown: float, chain: Chain, most: float) -> Window:
    """The sums that are printed as `shown`.

    >>> window(15.0, (5,), 1.0), window(37.0, (), 1.0), window(22.5, (5,), 1.5)
    ((12.5, 17.5), (36.5, 37.5), (18.5, 26.5))
    """
    low = high = shown
    for step, base in enumerate(reversed((1.0, *(b * most for b in chain)))):
        if step:
            low, high = np.ceil(low / base - ALMOST) * base, (np.ceil(high / base - ALMOST) - 1) * base
        low, high = low - base / 2, high + base / 2
    return max(float(low), 0.0), float(high)


def _half_up(value: float, base: float) -> float:
    return float(np.floor(value / base + 0.5 + ALMOST) * base)


def protect_amounts(counts: Counts, joint: Joint, draft: Draft, ranges: Ranges, first: Amounts | None) -> Amounts:
    """Which sums an audience reads. `ranges` holds the proofs of the counts and is not changed: sums give way to counts."""
    rows = counts.statistics[counts.statistics["kpi"].isin(list(counts.most))].reset_index(drop=True)
    if not len(rows):
        return Amounts(rows.drop(columns="n", errors="ignore").assign(marker=pd.Series(dtype=object)), frozenset(), 0, {})
    most = max(counts.most.values())
    region = rows["region"].to_numpy(dtype=np.int64)
    hidden = set(region[~large_enough(rows, draft)].tolist()) | set(first.hidden if first is not None else ())
    everyone = sorted(set(region.tolist()))
    sums = Sums(joint, rows, np.asarray(counts.values), draft.profile.pay_minimum)
    recovered = sums.hide_enough(hidden, frozenset(hidden))
    shown = {
        int(r): printed(total, draft.chains[r], most)
        for r, total in zip(region.tolist(), rows["total"].tolist(), strict=True)
        if r not in hidden
    }
    windows = {r: window(value, draft.chains[r], most) for r, value in shown.items()}
    open_targets = give_way_to_counts(joint, ranges, windows, everyone, most)
    hidden |= set(everyone) - set(windows)
    statistics = masked(rows, hidden).assign(total=rows["region"].map({r: shown[r] for r in windows}).astype(float))
    return Amounts(statistics, frozenset(hidden), recovered + open_targets, windows)


def large_enough(rows: pd.DataFrame, draft: Draft) -> np.ndarray:
    """By the group's size as shown, as for pay, and by who holds the sum; that all work the same hours is no secret."""
    region = rows["region"].to_numpy(dtype=np.int64)
    least = np.array([0 if draft.is_hidden(r) else interval(int(draft.shown[r]), draft.chains[r])[0] for r in region.tolist()])
    return np.asarray((least >= draft.profile.pay_minimum) & (rows["largest_share"].to_numpy(dtype=float) <= draft.profile.dominance))


def give_way_to_counts(joint: Joint, ranges: Ranges, windows: dict[int, Window], regions: list[int], most: float) -> int:
    """Hide sums until the whole tables that leave room for the rest prove every count. Returns how many counts stay unproven: 0."""
    needed = np.flatnonzero(ranges.required > 0)
    if not len(needed) or not windows:
        return 0
    tables = np.array(ranges.witnesses).T
    values = joint.targets[needed] @ tables
    people = _People(joint, regions, tables)
    while True:
        where = people.without_room(windows, most)
        roomy = values[:, where < 0]
        short = np.flatnonzero(roomy.max(axis=1) - roomy.min(axis=1) < ranges.required[needed])
        if not len(short):
            return 0
        ends = (int(values[short[0]].argmin()), int(values[short[0]].argmax()))
        blocking = [int(where[table]) for table in ends if where[table] >= 0]
        if not blocking:
            return len(short)
        del windows[blocking[0]]


class _People:
    """Head counts of the units that sums are published for, in each whole table: shape (units, tables)."""

    def __init__(self, joint: Joint, regions: list[int], tables: np.ndarray) -> None:
        structure = joint.structure
        self.regions = sorted(regions, key=lambda r: -structure.depths[structure.regions[r].unit])
        place = {structure.regions[r]: i for i, r in enumerate(self.regions)}
        self.below: list[list[int]] = []
        for r in self.regions:
            here = structure.regions[r]
            below = [place.get(Region(child, here.where)) for child in structure.children[here.unit]]
            self.below.append([b for b in below if b is not None])
        self.sizes = np.asarray(joint.regions[self.regions] @ tables, dtype=float)

    def without_room(self, windows: Mapping[int, Window], most: float) -> np.ndarray:
        """For each table a region, from the bottom up, whose printed sum does not fit its people; -1 where all fit.

        The sums that a unit can have are an interval: what is printed, what all below it add up to, and at most `most` for each
        person of its own.
        """
        least, greatest = np.zeros(self.sizes.shape), np.zeros(self.sizes.shape)
        found = np.full(self.sizes.shape[1], -1)
        for i, region in enumerate(self.regions):
            low, high = windows.get(region, EVERYTHING)
            own = self.sizes[i] - self.sizes[self.below[i]].sum(axis=0)
            least[i] = np.maximum(least[self.below[i]].sum(axis=0), low)
            greatest[i] = np.minimum(greatest[self.below[i]].sum(axis=0) + most * own, high - ALMOST)
            blocked = (least[i] > greatest[i] + ALMOST / 2) & (found < 0)
            if blocked.any():
                found[blocked] = self._to_hide(i, windows)
        return found

    def _to_hide(self, place: int, windows: Mapping[int, Window]) -> int:
        """The printed sum to take away: the unit's own, else one of those below it."""
        own = self.regions[place]
        return own if own in windows else next(self.regions[b] for b in self.below[place] if self.regions[b] in windows)
