"""Whole tables that agree with everything shown: the check that decides, and a table near a solution in fractions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metrics.disclosure.joint import Joint
from metrics.disclosure.programme import Programme

ROOM = 40
"""How far one variable may leave the start table in a search for witnesses. Any limit keeps a witness a witness."""
UNEVEN = 1e-6
"""How far from whole a solver's number may be and be meant as whole. What comes of it is checked in whole numbers."""


def fits(joint: Joint, low: np.ndarray, high: np.ndarray, table: np.ndarray) -> bool:
    """In whole numbers, whatever the solver says: nobody is less than nobody, figures are as shown, tables agree on their margins."""
    if table.shape != (joint.layout.columns,):
        return False
    sizes = joint.regions @ table
    return bool((table >= 0).all() and (sizes >= low).all() and (sizes <= high).all() and not (joint.links @ table).any())


def whole_near(joint: Joint, low: np.ndarray, high: np.ndarray, programme: Programme, values: np.ndarray) -> np.ndarray | None:
    """A whole table that agrees with everything shown, at a solution of `programme` or near it.

    Windows of rounding give solutions in halves. Those variables are set anew; then, with them, people who are counted in a figure or a
    margin that they break; then people who are counted in any together with them.
    """
    table = programme.whole_table(values)
    if fits(joint, low, high, table):
        return table
    uneven, held = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    uneven[programme.columns] = np.abs(values - np.rint(values)) > UNEVEN
    held[programme.columns] = values > 1 - UNEVEN
    if not uneven.any():
        return None
    touched = np.diff(joint.rows[:, np.flatnonzero(uneven)].indptr) > 0
    for rows in (None, broken_rows(joint, low, high, table), touched):
        columns = uneven if rows is None else uneven | (held & (np.bincount(joint.rows[rows].indices, minlength=len(table)) > 0))
        part = Programme(joint, low, high, table, columns, relaxed=False, room=ROOM)
        found = part.least(np.zeros(len(part.columns)), whole=True)
        if found is not None and fits(joint, low, high, part.whole_table(found)):
            return part.whole_table(found)
    return None


def broken_rows(joint: Joint, low: np.ndarray, high: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Figures and margins that a table does not agree with."""
    sizes = joint.regions @ table
    return np.concatenate([(sizes < low) | (sizes > high), joint.links @ table != 0])


def retold(tables: Sequence[np.ndarray], finer: Joint, coarser: Joint) -> tuple[np.ndarray, ...]:
    """Tables of a system in which more sets are laid in, as tables of the system without those: what only they tell apart is one."""
    place = np.empty(finer.layout.columns, dtype=np.int64)
    for layer, other in zip(finer.layout.layers, coarser.layout.layers, strict=True):
        classes = np.zeros(1, dtype=np.int64)
        for here, there in zip(layer.labels, other.labels, strict=True):
            of_class = dict(zip(here, there, strict=True))
            step = np.array([of_class[label] for label in range(max(here) + 1)], dtype=np.int64)
            classes = (classes[:, None] * (max(there) + 1) + step).ravel()
        units = np.arange(len(layer.units), dtype=np.int64)[:, None] * other.classes + classes + other.start
        place[layer.start : layer.start + layer.size] = units.ravel()
    return tuple(np.bincount(place, weights=t, minlength=coarser.layout.columns).astype(np.int64) for t in tables)
