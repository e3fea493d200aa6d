"""What `query` hands to `disclosure`: who was counted, as sets of people, and what each published cell is made of.

Everything that a release says about numbers of people is the size of a `Region`: the people of one unit (and all
below it) who hold one of some categories on each of some columns. Numerators, denominators, "everyone who could have
answered" and subtotals are all regions, and two KPIs that count the same people share one region: it is protected
once and shown alike everywhere. The engine counts the finest cells (`Table`); regions are sums of those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from metrics.periods import Period

Part = Literal["numerator", "denominator", "everyone", "possible", "reference_numerator", "reference_denominator"]
PARTS: tuple[Part, ...] = ("numerator", "denominator", "everyone", "possible", "reference_numerator", "reference_denominator")
"""Parts of one cell.

numerator, denominator : as the KPI says. For a count the denominator is everyone of known category in the breakdown;
    for a pay gap the numerator is the comparison group with pay, the denominator both groups with pay.
everyone : the denominator without its "known" conditions: declaration rate = denominator / everyone
possible : people who do, or for all that is known might, belong to the numerator: numerator plus not known. Of the two pools of a
    likelihood, both together.
    Bounds of a share: numerator / everyone to possible / everyone
reference_numerator, reference_denominator : the group compared with, for gaps and likelihoods
"""

EXTRACT = "__extract"
"""Where windows of several extracts roll: the axis that says in which of them somebody is counted; an extract is named by its last day."""
OTHER = "other"
"""Every extract that a system does not hold. No set admits it; without it the longest window would look like everybody there is."""


@dataclass(frozen=True, order=True)
class Region:
    """A set of people: one unit with everything below it, and the atoms admitted on each named axis (absent axis: all)."""

    unit: str
    where: tuple[tuple[str, frozenset[str]], ...] = ()

    @property
    def axes(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.where)


@dataclass(frozen=True)
class UnitTree:
    """Units that existed on the period's day. `parents[root]` is None. People may sit on any unit, not only on leaves."""

    parents: Mapping[str, str | None]

    @property
    def root(self) -> str:
        return next(u for u, p in self.parents.items() if p is None)

    def depth(self, unit: str) -> int:
        steps = 0
        here = self.parents[unit]
        while here is not None:
            steps, here = steps + 1, self.parents[here]
        return steps

    def above(self, unit: str) -> tuple[str, ...]:
        """The unit itself and every unit above it, from the bottom up."""
        line: list[str] = []
        here: str | None = unit
        while here is not None:
            line.append(here)
            here = self.parents[here]
        return tuple(line)


@dataclass(frozen=True)
class Table:
    """One clique of axes that are crossed somewhere, counted at its finest.

    `frame` has columns `unit`, one per axis (atom names), and `n` (people, whole, > 0; absent combinations are 0).
    `unit` is the unit that the people are attached to, lifted to `depth` where they sit deeper.
    """

    axes: tuple[str, ...]
    depth: int
    frame: pd.DataFrame


@dataclass(frozen=True)
class Counts:
    """True counts of one dataset and period. Never leaves `equality refresh`.

    Attributes
    ----------
    axes : axis name (a dataset column) to its atoms: the coarsest grouping of the column's categories in which every
        published set is a union of atoms. An atom is named after its categories joined by "|".
    sensitive : axes whose dimension is special-category data
    unknown : axis to the atoms that hold no answer at all: not recorded, prefer not to say
    tables : such that every region's axes lie inside one table's axes
    regions : the distinct published sets
    values : int array, shape (regions,): how many people each holds
    cells : one row per KPI, breakdown, unit, group and part: `kpi, breakdown, unit, group, part, region`
        `breakdown` is `Breakdown.id` or "" for the KPI as a whole at one unit; `group` is "dimension=category" joined
        by ";" in the breakdown's order, without units, "" for everyone; `region` indexes `regions`
    statistics : pay figures, one row per KPI, breakdown, unit, group and side: `kpi, breakdown, unit, group, side
        ("group" or "reference"), region, n, mean, variance, median, largest_share, distinct, ranks, total`; `total` is empty
        but for sums that are published (`most`)
        `ranks` is an object column: the pay values in the middle of the group, enough for an interval of its median
        (array of float, ascending), with `rank_first` (int), the rank of the first of them counted from 1
    """

    dataset: str
    period: Period
    tree: UnitTree
    axes: Mapping[str, tuple[str, ...]]
    sensitive: frozenset[str]
    tables: tuple[Table, ...]
    regions: tuple[Region, ...]
    values: np.ndarray
    cells: pd.DataFrame
    statistics: pd.DataFrame
    unknown: Mapping[str, frozenset[str]] = field(default_factory=dict)
    most: Mapping[str, float] = field(default_factory=dict)
    """KPIs whose figure is a sum over people, to the most that one person can have of it."""
    weighted: frozenset[str] = frozenset()
    """KPIs of a weighted survey: their `statistics` are of weights, side "group" of the numerator and "reference" of the denominator."""
    marks: frozenset[str] = frozenset()
    """For joiners and leavers: axes that say what happened to people in the span, rather than who they are."""
