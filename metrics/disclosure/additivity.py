"""Sums that readers will check: totals that are published with all of their parts, and how many do not come out.

Each count is rounded by itself, so rounded parts need not add up to their rounded whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from metrics.definitions.waterfall import WATERFALL
from metrics.disclosure.rounding import Chain
from metrics.disclosure.structure import Structure
from metrics.query.counts import Region

Sum = tuple[int, frozenset[int]]
"""A published set, and the published sets that it consists of, each person in one of them."""
CHECKED = ("numerator", "denominator")
"""Parts of figures that readers see in a column and add up."""
COLUMNS = ["kpi", "breakdown", "unit", "group", "part", "region"]


def mismatches(structure: Structure, cells: pd.DataFrame, shown: np.ndarray, chains: Sequence[Chain]) -> int:
    """How many published sums are shown whole and in all parts, and do not add up because counts were rounded one by one.

    `cells` as in `Counts`; `shown` is missing where a set is hidden; `chains` as in `ShownCells`.
    """
    wrong = 0
    for whole, parts in published_sums(structure, cells):
        all_shown = not np.isnan(shown[[whole, *parts]]).any()
        if all_shown and any(chains[region] for region in (whole, *parts)):
            wrong += bool(shown[whole] != shown[list(parts)].sum())
    return wrong


def published_sums(structure: Structure, cells: pd.DataFrame) -> frozenset[Sum]:
    """Distinct sums of a breakdown's groups, along one of its characteristics, and of the units directly below one."""
    rows = cells.loc[(cells["breakdown"] != WATERFALL) & cells["part"].isin(CHECKED), COLUMNS]
    return frozenset((*_of_groups(rows, structure), *_of_units(rows, structure)))


def _of_groups(rows: pd.DataFrame, structure: Structure) -> Iterator[Sum]:
    place = {region: number for number, region in enumerate(structure.regions)}
    lines: dict[tuple[str, ...], list[int]] = {}
    for kpi, breakdown, unit, group, part, region in rows[rows["group"] != ""].itertuples(index=False):
        names = group.split(";")
        for position, name in enumerate(names):
            rest = ";".join((*names[:position], name.partition("=")[0], *names[position + 1 :]))
            lines.setdefault((kpi, breakdown, unit, part, rest), []).append(region)
    for found in lines.values():
        parts = frozenset(found)
        whole = _union([structure.regions[r] for r in found], structure) if len(parts) == len(found) > 1 else None
        if whole in place:
            yield place[whole], parts


def _union(parts: Sequence[Region], structure: Structure) -> Region | None:
    """The set that disjoint sets make together: they differ in one column alone, by categories that none shares."""
    wheres = [dict(part.where) for part in parts]
    apart = [axis for axis in sorted({a for where in wheres for a in where}) if len({where.get(axis) for where in wheres}) > 1]
    if len(apart) != 1 or any(apart[0] not in where for where in wheres):
        return None
    atoms = [where[apart[0]] for where in wheres]
    together: frozenset[str] = frozenset().union(*atoms)
    if len(together) != sum(map(len, atoms)):
        return None
    everybody = together == frozenset(structure.axes[apart[0]])
    kept = {axis: held for axis, held in wheres[0].items() if axis != apart[0]} | ({} if everybody else {apart[0]: together})
    return Region(parts[0].unit, tuple(sorted(kept.items(), key=lambda pair: pair[0])))


def _of_units(rows: pd.DataFrame, structure: Structure) -> Iterator[Sum]:
    """A unit with staff of its own is more than the units below it."""
    at: dict[tuple[str, ...], dict[str, int]] = {}
    for kpi, breakdown, unit, group, part, region in rows.itertuples(index=False):
        at.setdefault((kpi, breakdown, group, part), {})[unit] = region
    for units in at.values():
        for unit, whole in units.items():
            below = structure.children[unit]
            if below and unit not in structure.attached and all(u in units for u in below):
                yield whole, frozenset(units[u] for u in below)
