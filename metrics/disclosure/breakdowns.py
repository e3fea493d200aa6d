"""Published breakdowns as readers meet them, and which of them go as a whole, because a coarser one says more.

None of this is secret, and only the choice of what to hide uses it: what an attacker can work out depends on the sets of people alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from metrics.definitions.waterfall import WATERFALL
from metrics.query.counts import Region

MAIN_PARTS = ("numerator", "denominator", "reference_numerator", "reference_denominator")
"""Parts that a figure is made of; the others only stand beside it."""
Key = tuple[str, str, str]
"""KPI, breakdown and unit."""
Groups = Mapping[str, Mapping[str, int]]
"""Group to part to region."""


@dataclass(frozen=True)
class Slice:
    """One breakdown of one KPI at one unit.

    Attributes
    ----------
    groups : for each group the regions of its own that its figure needs; what several groups need is a base, and not among them
    regions : every region that is one group's own
    coarser : places of other slices of the same KPI and unit, with fewer groups, into which every group of this one fits
    """

    unit: str
    groups: tuple[tuple[int, ...], ...]
    regions: frozenset[int]
    coarser: tuple[int, ...]


@dataclass(frozen=True)
class Breakdowns:
    """Every slice, and the regions that stand in the figure of a whole unit or are a base of several groups: those always stay."""

    slices: tuple[Slice, ...] = ()
    kept: frozenset[int] = frozenset()

    @cached_property
    def replaceable(self) -> dict[str, frozenset[int]]:
        """Unit to the regions that stand only in breakdowns which a coarser one covers."""
        bound = self.kept.union(*(s.regions for s in self.slices if not s.coarser))
        found: dict[str, set[int]] = {}
        for slice in self.slices:
            if slice.coarser:
                found.setdefault(slice.unit, set()).update(slice.regions - bound)
        return {unit: frozenset(regions) for unit, regions in found.items()}


def breakdowns_of(cells: pd.DataFrame, regions: Sequence[Region]) -> Breakdowns:
    """`cells` as in `Counts`; steps of waterfalls are no breakdown."""
    rows = cells[cells["breakdown"] != WATERFALL]
    split = rows["group"] != ""
    kept = set(rows.loc[~split, "region"].tolist())
    named: dict[Key, dict[str, dict[str, int]]] = {}
    columns = [rows.loc[split, c].tolist() for c in ("kpi", "breakdown", "unit", "group", "part", "region")]
    for kpi, breakdown, unit, group, part, region in zip(*columns, strict=True):
        named.setdefault((kpi, breakdown, unit), {}).setdefault(group, {})[part] = region
    place = {key: number for number, key in enumerate(named)}
    coarser = _coarser(named, regions)
    slices = []
    for (kpi, breakdown, unit), groups in named.items():
        times = Counter(region for parts in groups.values() for region in set(parts.values()))
        kept |= {region for region, n in times.items() if n > 1}
        needed = tuple(
            tuple(sorted({r for p, r in parts.items() if p in MAIN_PARTS and times[r] == 1})) for _, parts in sorted(groups.items())
        )
        others = tuple(place[kpi, other, unit] for other in coarser[kpi, breakdown] if (kpi, other, unit) in place)
        slices.append(Slice(unit, needed, frozenset(region for region, n in times.items() if n == 1), others))
    return Breakdowns(tuple(slices), frozenset(kept))


def _coarser(named: Mapping[Key, Groups], regions: Sequence[Region]) -> dict[tuple[str, str], list[str]]:
    """Each KPI's breakdown to those of its other breakdowns that have fewer groups and hold every one of its groups in one of theirs."""
    templates: dict[tuple[str, str], list[dict[str, frozenset[str]]]] = {}
    for (kpi, breakdown, _), groups in named.items():
        if (kpi, breakdown) not in templates:
            templates[kpi, breakdown] = list(_sets(groups, regions))
    of_kpi: dict[str, list[str]] = {}
    for kpi, breakdown in templates:
        of_kpi.setdefault(kpi, []).append(breakdown)
    return {
        (kpi, breakdown): [
            other
            for other in of_kpi[kpi]
            if len(templates[kpi, other]) < len(fine) and all(any(_inside(s, large) for large in templates[kpi, other]) for s in fine)
        ]
        for (kpi, breakdown), fine in templates.items()
    }


def _sets(groups: Groups, regions: Sequence[Region]) -> Iterator[dict[str, frozenset[str]]]:
    """Who is in each group, by categories: the base of its figure, or the figure itself where groups share a base."""
    bases = [parts["denominator"] for parts in groups.values() if "denominator" in parts]
    part = "denominator" if len(set(bases)) == len(groups) else "numerator"
    return (dict(regions[parts[part]].where) for parts in groups.values() if part in parts)


def _inside(small: Mapping[str, frozenset[str]], large: Mapping[str, frozenset[str]]) -> bool:
    return all(axis in small and small[axis] <= atoms for axis, atoms in large.items())


def readable(slice: Slice, values: np.ndarray, hidden: np.ndarray) -> float:
    """How much of a breakdown can be read, from 0 to 1: its groups that hold anybody, or the people in them, whichever share is larger."""
    sizes = [(int(values[list(g)].max()), not hidden[list(g)].any()) for g in slice.groups if g and values[list(g)].any()]
    if not sizes:
        return 1.0
    people = sum(size for size, _ in sizes)
    return max(sum(shown for _, shown in sizes) / len(sizes), sum(size for size, shown in sizes if shown) / people)


def coarsened(found: Breakdowns, values: np.ndarray, hidden: np.ndarray, least: float) -> np.ndarray:
    """Regions that go because their breakdowns go.

    A breakdown goes at a unit where less than `least` of it can be read and a coarser one there can be read. Regions that also
    stand in a breakdown that is kept, or in the figure of a whole unit, stay.
    """
    share = [readable(slice, values, hidden) for slice in found.slices]
    going, staying = np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    staying[sorted(found.kept)] = True
    for slice, own in zip(found.slices, share, strict=True):
        goes = own < least and any(share[other] >= least for other in slice.coarser)
        (going if goes else staying)[sorted(slice.regions)] = True
    return np.asarray(going & ~staying & ~hidden)
