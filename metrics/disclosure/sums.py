"""Sums over sets of people, such as pay: which published ones would give a hidden one away by subtraction.

A mean times a number of people is a sum. A set of people is a row of zeros and ones over kinds of people, and sums can be subtracted from
one another exactly where rows combine linearly (`metrics.disclosure.elimination`). Two things are known without being published: that
nobody is paid where nobody is, be that a set or what is left of one, and every sum as though it were published with the exact number of
people.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

from metrics.disclosure import remainders
from metrics.disclosure.elimination import Span
from metrics.disclosure.joint import Joint
from metrics.disclosure.remainders import contains
from metrics.disclosure.repair import hiding_order
from metrics.disclosure.structure import Structure
from metrics.errors import DisclosureError
from metrics.query.counts import Region

MOST_KINDS = 200_000
KEYS = ["kpi", "breakdown", "unit"]
Sum = dict[int, int]
"""A sum as a combination of published sets: region to coefficient."""


class Sums:
    """The sums that `rows` (as `Counts.statistics`) are about, and which of them nobody may work out."""

    def __init__(self, joint: Joint, rows: pd.DataFrame, values: np.ndarray, minimum: int) -> None:
        self.structure, self.values, self.minimum = joint.structure, np.asarray(values), minimum
        self.regions = sorted({int(r) for r in rows["region"]})
        everyone = np.zeros(len(joint.structure.regions), dtype=np.int64)  # given sets may follow those that are published
        everyone[: len(self.values)] = self.values
        self.order = hiding_order(joint, everyone)
        nobody = empty_sets(self.structure, self.regions, self.values)
        self.place = {r: i for i, r in enumerate(dict.fromkeys([*nobody, *self.regions]))}
        self.lines = indicator_rows(
            self.structure, [self.structure.regions[r] for r in self.place], everywhere(self.structure, self.regions)
        )
        self.families = families(self.structure, rows)
        self.below = published_below(self.structure, self.regions)
        self.nested = [(outer, (inner,)) for outer, inner in self._nested()]
        left = [*self.nested, *self.families, *across(self.structure, self.regions), *self.below.items()]
        self.empty = [*({r: 1} for r in nobody), *self._differences(left, lambda n: n == 0)]

    def hide_enough(self, hidden: set[int], primary: Collection[int], partners: Callable[[set[int]], set[int]] = lambda _: set()) -> int:
        """Add to `hidden`, cheapest first, until neither a sum of `primary` nor one over too few people can be had.

        Whatever `partners` says goes with what is hidden. Returns how many such sums can still be had, counted afresh: 0.
        """
        secrets = {tuple(sorted(s.items())) for s in [*({r: 1} for r in primary if self.values[r]), *self.small_differences()]}
        shown = sorted(set(self.regions) - hidden, key=lambda r: -self.order[r])
        span = Span(self._known(shown), self._rows(dict(s) for s in sorted(secrets)))
        while True:
            more = sorted({tuple(sorted(s.items())) for s in self.remainders(hidden)} - secrets)
            secrets |= set(more)
            span.ask(self._rows(dict(s) for s in more))
            found = span.given_away()
            if found is None:
                return self._had(shown, hidden, sorted(secrets))
            before = set(hidden)
            hidden.add(min((shown[i - len(self.empty)] for i in found.parts if i >= len(self.empty)), key=lambda r: self.order[r]))
            hidden |= partners(hidden)
            span.drop(i for i, r in enumerate(shown, len(self.empty)) if r in hidden and r not in before)

    def _had(self, shown: Sequence[int], hidden: set[int], secrets: Iterable[tuple[tuple[int, int], ...]]) -> int:
        known = self._known([r for r in shown if r not in hidden])
        return len(Span(known, self._rows(dict(s) for s in secrets)).all_given_away())

    def _known(self, shown: Sequence[int]) -> np.ndarray:
        """Rows of what is known without being shown, then of what is shown."""
        return self._rows([*self.empty, *({r: 1} for r in shown)])

    def _rows(self, sums: Iterable[Sum]) -> np.ndarray:
        found = [sum(factor * self.lines[self.place[r]] for r, factor in s.items()) for s in sums]
        return np.array(found, dtype=np.int64).reshape(-1, self.lines.shape[1])

    def is_small(self, n: int) -> bool:
        return 0 < n < self.minimum

    def small_differences(self) -> list[Sum]:
        """Two published sets, one inside the other, with fewer people between them than a figure needs."""
        return self._differences(self.nested, self.is_small)

    def _differences(self, sets: Iterable[tuple[int, Sequence[int]]], wanted: Callable[[int], bool]) -> list[Sum]:
        """What is left of a set without others, where that is a wanted number of people."""
        return [
            {outer: 1, **dict.fromkeys(inner, -1)}
            for outer, inner in sets
            if inner and wanted(int(self.values[outer] - self.values[list(inner)].sum()))
        ]

    def _nested(self) -> list[tuple[int, int]]:
        regions, by_unit = self.structure.regions, self._by_unit()
        pairs = [pair for unit in sorted(by_unit) for pair in product(by_unit[unit], repeat=2)]
        return [(outer, inner) for outer, inner in pairs if outer != inner and contains(regions[outer], regions[inner])]

    def _by_unit(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for r in self.regions:
            found.setdefault(self.structure.regions[r].unit, []).append(r)
        return found

    def remainders(self, hidden: set[int]) -> list[Sum]:
        """What is left of a published set without all shown groups of a breakdown, shown sets of other KPIs that share nobody, or all shown
        units below, where that is few people."""
        left: list[tuple[int, Sequence[int]]] = [(outer, [r for r in groups if r not in hidden]) for outer, groups in self.families]
        left += across(self.structure, [r for r in self.regions if r not in hidden])
        left += [(outer, self._shown_below(outer, hidden)) for outer in self.below]
        return self._differences(left, self.is_small)

    def _shown_below(self, outer: int, hidden: set[int]) -> list[int]:
        """The units below, each as a whole where that is shown, else by its own units below."""
        return [s for r in self.below.get(outer, ()) for s in ([r] if r not in hidden else self._shown_below(r, hidden))]


def empty_sets(structure: Structure, regions: Sequence[int], values: np.ndarray) -> list[int]:
    """Published sets of nobody, among those that are told apart by the columns of some set with a sum."""
    axes, units = {structure.regions[r].axes for r in regions}, {structure.regions[r].unit for r in regions}
    return [
        r
        for r in np.flatnonzero(np.asarray(values) == 0).tolist()
        if structure.regions[r].unit in units and any(structure.regions[r].axes <= held for held in axes)
    ]


def families(structure: Structure, rows: pd.DataFrame) -> list[tuple[int, tuple[int, ...]]]:
    """Published sets with the groups of one breakdown inside them that share nobody with one another."""
    by_unit: dict[str, list[int]] = {}
    for r in sorted({int(r) for r in rows["region"]}):
        by_unit.setdefault(structure.regions[r].unit, []).append(r)
    found: dict[tuple[int, tuple[int, ...]], None] = {}
    for (_, _, unit), groups in rows.groupby(KEYS, sort=True, observed=True)["region"]:
        members = sorted({int(r) for r in groups})
        for outer in by_unit[str(unit)]:
            inside = [r for r in members if r != outer and contains(structure.regions[outer], structure.regions[r])]
            if inside:
                found.setdefault((outer, apart(structure, inside)), None)
    return list(found)


def across(structure: Structure, regions: Sequence[int]) -> list[tuple[int, tuple[int, ...]]]:
    """Some sets with those inside them that differ in one column and share nobody, whatever KPIs they stand in."""
    found = remainders.families([structure.regions[r] for r in regions], structure.axes)
    return [(regions[outer], tuple(regions[i] for i in inside)) for outer, inside in found]


def apart(structure: Structure, regions: Sequence[int]) -> tuple[int, ...]:
    """Those that share nobody with an earlier one."""
    found: list[int] = []
    for r in regions:
        here = dict(structure.regions[r].where)
        others = [dict(structure.regions[o].where) for o in found]
        if all(any(not here[axis] & held[axis] for axis in here.keys() & held.keys()) for held in others):
            found.append(r)
    return tuple(found)


def published_below(structure: Structure, regions: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Each set to the same set in the units directly below, where those have a sum."""
    place = {structure.regions[r]: r for r in regions}
    found = {}
    for r in regions:
        here = structure.regions[r]
        below = [place[known] for child in structure.children[here.unit] if (known := Region(child, here.where)) in place]
        if below:
            found[r] = tuple(below)
    return found


def everywhere(structure: Structure, regions: Sequence[int]) -> dict[str, frozenset[str]]:
    """What all sets with a sum ask alike, such as that pay is known: nobody else matters to them."""
    held = [dict(structure.regions[r].where) for r in regions]
    return {axis: atoms for axis, atoms in held[0].items() if all(other.get(axis) == atoms for other in held)}


def indicator_rows(structure: Structure, regions: Sequence[Region], among: Mapping[str, frozenset[str]]) -> np.ndarray:
    """Sets by kinds of person: a place in the organisation, and a class of each column that the sets tell apart, `among` some people.

    A set says something of its own columns only. A combination of sets is then settled by the kinds that differ from one fixed class
    in the columns of some single set (the parts that are fixed elsewhere make up every other kind), so only those are laid out.
    """
    units = structure.cut(max(structure.depths[r.unit] for r in regions))
    lines = [set(structure.tree.above(unit)) for unit in units]
    inside = {name: np.array([name in line for line in lines], dtype=np.int64) for name in sorted({r.unit for r in regions})}
    axes = sorted({axis for r in regions for axis in r.axes})
    held = {axis: sorted({dict(r.where)[axis] for r in regions if axis in r.axes}, key=sorted) for axis in axes}
    atoms_of = {axis: [atom for atom in structure.axes[axis] if axis not in among or atom in among[axis]] for axis in axes}
    kinds = {axis: sorted({tuple(atom in s for s in held[axis]) for atom in atoms_of[axis]}) for axis in axes}
    chosen = points(axes, {axis: len(kinds[axis]) for axis in axes}, {r.axes for r in regions})
    if len(units) * len(chosen) > MOST_KINDS:
        raise DisclosureError("Pay is broken down by too many columns at once to be certified.", "Declare fewer breakdowns of pay.")
    found = []
    for r in regions:
        admitted = np.ones(len(chosen), dtype=np.int64)
        for axis, atoms in r.where:
            classes = np.array([kind[held[axis].index(atoms)] for kind in kinds[axis]], dtype=np.int64)
            admitted *= classes[chosen[:, axes.index(axis)]]
        found.append(np.multiply.outer(inside[r.unit], admitted).ravel())
    return distinct_columns(np.array(found, dtype=np.int64))


def points(axes: Sequence[str], sizes: dict[str, int], told_apart: set[frozenset[str]]) -> np.ndarray:
    """Classes of each column, a row per kind: those that are not of the first class in the columns of one set at most."""
    found: dict[tuple[int, ...], None] = {}
    for columns in sorted(told_apart, key=sorted):
        for point in product(*(range(sizes[axis]) if axis in columns else (0,) for axis in axes)):
            found.setdefault(point, None)
    return np.array(list(found), dtype=np.int64).reshape(len(found), len(axes))


def distinct_columns(rows: np.ndarray) -> np.ndarray:
    """The different columns of a 0/1 matrix, each once, in order of first appearance."""
    packed = np.ascontiguousarray(np.packbits(rows.astype(bool), axis=0).T)
    first: dict[bytes, int] = {}
    for place, column in enumerate(packed):
        first.setdefault(column.tobytes(), place)
    return np.asarray(rows[:, list(first.values())])
