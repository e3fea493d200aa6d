"""Sets of staff that are published with joiners and leavers alone: with what is shown of staff they may tell what is hidden of it.

The pool of a likelihood is staff of one end. Where two pools and the people of whom it is not known are everybody but one small group,
staff less all of them is that group, hidden or not. Such a set is hidden, too; the pools themselves are kept as long as they tell nothing.
What is asked is exact subtraction at one end and in one unit: whether a hidden set is a sum and difference of sets that can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

import numpy as np

from metrics.definitions.dataset import MOVEMENT
from metrics.disclosure.flows import ENDS
from metrics.disclosure.given import Plain, categories_of, plain
from metrics.query.counts import Counts

MOST_CELLS = 20_000
"""With more cells than this nothing is worked out, and every set that could tell is hidden."""


Day = tuple[frozenset[Plain], frozenset[Plain]]
"""What the first audience is shown of the staff of a day, and what it is not."""


def kept_from_flows(counts: Counts, at_end: Day, at_beginning: Day) -> frozenset[Plain]:
    """Sets of which joiners and leavers say nothing: those that are hidden of staff at either end, and those that would tell them."""
    found = [hidden | telling(counts, end, shown, hidden) for end, (shown, hidden) in zip(ENDS, (at_end, at_beginning), strict=True)]
    return frozenset().union(*found)


def telling(counts: Counts, end: frozenset[str], shown: frozenset[Plain], hidden: frozenset[Plain]) -> frozenset[Plain]:
    """The sets of one end that must not be shown beside what is shown of the staff of that day.

    Parameters
    ----------
    counts : joiners and leavers
    end : how people moved who were in post then, one of `metrics.disclosure.flows.ENDS`
    shown, hidden : what the first audience reads of the staff of that day, and what it does not
    """
    universe = {axis: categories_of(atoms) for axis, atoms in counts.axes.items()}
    asked = {plain(r, frozenset({MOVEMENT})) for r in counts.regions if dict(r.where).get(MOVEMENT) == end} - shown - hidden
    found: set[Plain] = set()
    secret = {unit for unit, _ in hidden}
    families = {(unit, _axes(where)) for unit, where in hidden | asked if unit in secret}
    for unit, axes in sorted(families, key=lambda key: (key[0], sorted(key[1]))):
        near = [_within(sets, unit, axes) for sets in (asked - found, shown, hidden)]
        if near[0]:
            found |= set(_told(near[0], near[1], near[2], {axis: universe.get(axis) for axis in sorted(axes)}))
    return frozenset(found)


def _axes(where: Iterable[tuple[str, frozenset[str]]]) -> frozenset[str]:
    return frozenset(axis for axis, _ in where)


def _within(sets: Iterable[Plain], unit: str, axes: frozenset[str]) -> list[Plain]:
    """The sets of a unit that ask for nothing but these axes, in a fixed order: small ones (pools) before those that hold them."""
    mine = [s for s in sets if s[0] == unit and _axes(s[1]) <= axes]
    return sorted(mine, key=lambda s: (sum(len(c) for _, c in s[1]), sorted((axis, sorted(c)) for axis, c in s[1])))


Axes = Mapping[str, frozenset[str] | None]
"""Axis to every category that it has; None where that is not known."""


def _told(asked: list[Plain], shown: list[Plain], hidden: list[Plain], axes: Axes) -> Iterator[Plain]:
    """Of the sets asked for, one after the other, those that would make a hidden one a sum and difference of the shown ones."""
    cells = _Cells([*asked, *shown, *hidden], axes)
    if cells.many > MOST_CELLS:
        yield from asked
        return
    known = [cells.row(s) for s in shown]
    secret = [row for row in map(cells.row, hidden) if not _made_of(known, row)]
    for people in asked:
        with_it = [*known, cells.row(people)]
        if any(_made_of(with_it, row) for row in secret):
            yield people
        else:
            known = with_it


class _Cells:
    """People by what the sets tell apart: on each axis the classes of categories that stand in the same sets, and all others as one."""

    def __init__(self, sets: list[Plain], axes: Axes) -> None:
        self.axes = tuple(axes)
        named = {axis: [dict(where)[axis] for _, where in sets if axis in dict(where)] for axis in axes}
        self.classes = [self._classes(named[axis], every) for axis, every in axes.items()]
        self.cells = list(product(*self.classes)) if self.many <= MOST_CELLS else []

    @property
    def many(self) -> int:
        return int(np.prod([len(c) for c in self.classes]))

    def _classes(self, named: list[frozenset[str]], every: frozenset[str] | None) -> list[str]:
        """A category of each class; "" stands for those that no set names, if there are any."""
        first: dict[tuple[bool, ...], str] = {}
        told: frozenset[str] = frozenset().union(*named)
        for category in sorted(told):
            first.setdefault(tuple(category in one for one in named), category)
        return [*first.values()] if every is not None and every <= told else ["", *first.values()]

    def row(self, people: Plain) -> np.ndarray:
        where = dict(people[1])
        inside = [[all(c in where[a] for a, c in zip(self.axes, cell, strict=True) if a in where)] for cell in self.cells]
        return np.array(inside, dtype=float).ravel()


def _made_of(rows: list[np.ndarray], wanted: np.ndarray) -> bool:
    if not rows:
        return False
    held = np.array(rows)
    weights = np.linalg.lstsq(held.T, wanted, rcond=None)[0]
    return bool(np.abs(held.T @ weights - wanted).max() < 1e-6)
