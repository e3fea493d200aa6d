"""What readers have left when they subtract published sets from one another: sets of people that nobody publishes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, permutations

import numpy as np
import pandas as pd

from metrics.definitions.dataset import MOVEMENT
from metrics.definitions.flows import JOINED, LEFT
from metrics.definitions.marks import YES
from metrics.definitions.waterfall import WATERFALL
from metrics.query.counts import Counts, Region

Where = tuple[tuple[str, frozenset[str]], ...]
"""`Region.where`."""
Family = tuple[int, tuple[int, ...]]
"""A published set, and published sets inside it that share nobody with one another."""
Line = dict[frozenset[str] | None, Where]
"""Sets that differ in one column alone: the categories that each admits there, None where it leaves the column open."""

BASES = (
    ("numerator", "denominator"),
    ("denominator", "everyone"),
    ("numerator", "everyone"),
    ("numerator", "possible"),
    ("possible", "everyone"),
    ("reference_numerator", "reference_denominator"),
    ("numerator", "reference_denominator"),
)
"""Parts of one cell where the first is contained in the second: readers subtract them."""


def nested_pairs(counts: Counts) -> np.ndarray:
    """Distinct (inner, outer) regions of which the first lies inside the second: what is left between them is a number of people.

    Those that stand together in a cell, and those of one unit that differ in one characteristic alone, whatever KPIs they stand in:
    readers subtract one KPI from another, too (staff less permanent staff).
    """
    keys = ["kpi", "breakdown", "unit", "group"]
    found: set[tuple[int, int]] = set()
    cells = pd.DataFrame({"cell": counts.cells.groupby(keys, sort=False, observed=True).ngroup(), "region": counts.cells["region"]})
    parts = {part: rows.drop_duplicates() for part, rows in cells.groupby(counts.cells["part"], sort=True, observed=True)}
    for inner, outer in BASES:
        if inner in parts and outer in parts:
            both = parts[inner].merge(parts[outer], on="cell", suffixes=("_inner", "_outer"))
            found |= set(zip(both["region_inner"].tolist(), both["region_outer"].tolist(), strict=True))
    found |= step_pairs(counts.cells) | side_by_side(counts.regions)
    nested = sorted(p for p in found if p[0] != p[1] and contains(counts.regions[p[1]], counts.regions[p[0]]))
    return np.array(nested, dtype=np.int64).reshape(-1, 2)


def step_pairs(cells: pd.DataFrame) -> set[tuple[int, int]]:
    """Each step of a waterfall inside each earlier one: who left between any two is a number of people as well."""
    steps = cells[(cells["breakdown"] == WATERFALL) & (cells["part"] == "numerator")]
    lines = steps.groupby(["kpi", "unit"], sort=True, observed=True)["region"]
    return {(int(inner), int(outer)) for _, line in lines for outer, inner in combinations(line.tolist(), 2)}


def side_by_side(regions: Sequence[Region]) -> set[tuple[int, int]]:
    """Regions of one unit that differ in one axis, on which the first admits some of what the second does."""
    numbers = {(r.unit, r.where): i for i, r in enumerate(regions)}
    units = units_of(regions)
    return {
        (numbers[unit, inner], numbers[unit, outer])
        for _, line in lines_of(units)
        for (some, inner), (more, outer) in permutations(line.items(), 2)
        if some is not None and (more is None or some < more)
        for unit in units[inner]
        if (unit, outer) in numbers
    }


def units_of(regions: Sequence[Region]) -> dict[Where, list[str]]:
    """The units at which each set of categories is published."""
    found: dict[Where, list[str]] = {}
    for region in regions:
        found.setdefault(region.where, []).append(region.unit)
    return found


def lines_of(wheres: Iterable[Where]) -> list[tuple[str, Line]]:
    """Each axis with the sets that are alike in everything but that one, which a set may leave open."""
    wheres = list(wheres)
    axes = sorted({axis for where in wheres for axis, _ in where})
    lines: dict[tuple[str, Where], Line] = {}
    for where in wheres:
        held = dict(where)
        for axis in axes:
            others = tuple(one for one in where if one[0] != axis) if axis in held else where
            lines.setdefault((axis, others), {})[held.get(axis)] = where
    return [(axis, line) for (axis, _), line in lines.items()]


def families(regions: Sequence[Region], axes: Mapping[str, Sequence[str]]) -> tuple[Family, ...]:
    """Sets of one unit that differ in one axis, several that share nobody inside one that holds them all, and leave somebody out.

    Whatever KPIs they stand in: staff less core staff less fixed-term staff is a number of people. Each remainder is named once, and
    not where it is published itself or is what a pair leaves.
    """
    numbers = {(r.unit, r.where): i for i, r in enumerate(regions)}
    units, found = units_of(regions), []
    for axis, line in lines_of(units):
        if len(line) > 2:
            everything = frozenset(axes[axis])
            for unit in sorted({unit for where in line.values() for unit in units[where]}):
                here = {atoms or everything: numbers[unit, where] for atoms, where in line.items() if (unit, where) in numbers}
                found += [(here[outer], tuple(here[i] for i in inside)) for outer, inside in apart_within(frozenset(here))]
    return tuple(found)


def reasons(regions: Sequence[Region], marks: frozenset[str]) -> tuple[Family, ...]:
    """Who left (or joined), with any several published sets of them that each have a mark.

    Nobody leaves twice in a span, so readers take marks such as resigned and dismissed for sets that share nobody.
    """
    numbers = {(r.unit, r.where): i for i, r in enumerate(regions)}
    inside: dict[int, list[int]] = {}
    for i, region in enumerate(regions):
        where = dict(region.where)
        marked = [where.pop(mark) for mark in region.axes & marks]
        outer = numbers.get((region.unit, tuple(held for held in region.where if held[0] in where)))
        if marked == [frozenset({YES})] and outer is not None and where.get(MOVEMENT) in (frozenset({JOINED}), frozenset({LEFT})):
            inside.setdefault(outer, []).append(i)
    return tuple((outer, some) for outer, sets in inside.items() for n in range(2, len(sets) + 1) for some in combinations(sets, n))


def contains(outer: Region, inner: Region) -> bool:
    """Both of one unit, and whoever is in `inner` is in `outer` by their categories alone."""
    held = dict(inner.where)
    return outer.unit == inner.unit and all(axis in held and held[axis] <= atoms for axis, atoms in outer.where)


@lru_cache(maxsize=1024)
def apart_within(sets: frozenset[frozenset[str]]) -> tuple[tuple[frozenset[str], tuple[frozenset[str], ...]], ...]:
    """Of sets of categories: each with as many inside it as can be taken that share nothing, the largest first, beginning with any of them.

    One for each different set of categories that is left out, unless that is one of the sets, or one of them less another.
    """
    ordered = sorted(sets, key=lambda s: (-len(s), sorted(s)))
    known = {*sets, *(outer - inner for inner, outer in permutations(ordered, 2) if inner < outer)}
    found = []
    for outer in reversed(ordered):
        inside = [s for s in ordered if s < outer]
        for first in inside:
            taken, covered = [first], first
            for other in inside:
                if not other & covered:
                    taken, covered = [*taken, other], covered | other
            left = outer - covered
            if len(taken) > 1 and left and left not in known:
                known.add(left)
                found.append((outer, tuple(taken)))
    return tuple(found)
