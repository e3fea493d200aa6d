"""People who are alone in a hidden cell know that cell: they must not be able to work out another one with it."""

from __future__ import annotations

import numpy as np

from metrics.disclosure.certify import attempts
from metrics.disclosure.programme import Programme
from metrics.disclosure.ranges import ROOM, Ranges
from metrics.disclosure.repair import Repair


def protect_from_insiders(repair: Repair) -> None:
    """For each hidden count of one: given that it is one, every other protected hidden count still has two possible values.

    Rounded counts are left out: whoever knows one of them still faces the rounding of all the others.
    """
    ranges = repair.ranges
    regions = len(repair.draft.how)
    values = ranges.joint.regions @ ranges.start
    hidden = np.array([repair.draft.is_hidden(i) for i in range(regions)], dtype=bool)
    small = hidden & (ranges.required[:regions] == repair.draft.profile.threshold - 1)
    for single in np.flatnonzero(small & (values == 1)).tolist():
        _protect_from_one(repair, single, np.flatnonzero(small & (np.arange(regions) != single)))


def _protect_from_one(repair: Repair, single: int, others: np.ndarray) -> None:
    ranges = repair.ranges
    sizes = _sizes(ranges, single, others)
    pinned = others[sizes.min(axis=0) == sizes.max(axis=0)]
    if not len(pinned):
        return
    unit = repair.games.target_units[single]
    for target in pinned.tolist():
        while not any(_free(repair, _given(ranges, single, columns), single, target) for columns in attempts(repair.games, unit, -1)):
            if not repair.widen(target, []):
                break


def _sizes(ranges: Ranges, single: int, others: np.ndarray) -> np.ndarray:
    """Values of the other cells in the tables found so far that keep the single person's cell at one."""
    tables = np.array(ranges.witnesses)
    keep = tables[(ranges.joint.regions[single] @ tables.T).ravel() == 1]
    return np.asarray((ranges.joint.regions[others] @ keep.T).T)


def _given(ranges: Ranges, single: int, columns: np.ndarray) -> Programme:
    low, high = ranges.shown_low.copy(), ranges.shown_high.copy()
    low[single] = high[single] = 1
    return Programme(ranges.joint, low, high, ranges.start, columns, relaxed=False, room=ROOM)


def _free(repair: Repair, programme: Programme, single: int, target: int) -> bool:
    """Another whole table, with the single person's cell at one, gives the target another value."""
    ranges = repair.ranges
    here = _sizes(ranges, single, np.array([target]))
    if here.min() != here.max():
        return True
    row = ranges.joint.regions[target, programme.columns].toarray().ravel().astype(float)
    for whole in (False, True):
        for sign in (1.0, -1.0):
            values = programme.least(sign * row, whole=whole)
            if values is not None:
                table = programme.whole_table(values)
                if ranges.accept(table):
                    ranges.witnesses.append(table)
        here = _sizes(ranges, single, np.array([target]))
        if here.min() != here.max():
            return True
    return False
