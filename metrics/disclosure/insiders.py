"""People who are alone in a hidden cell know that cell: they must not be able to work out another one with it."""

from __future__ import annotations

import numpy as np

from metrics.disclosure.certify import LARGEST, WHOLE, attempts
from metrics.disclosure.games import Games
from metrics.disclosure.given import given_alone
from metrics.disclosure.programme import Programme
from metrics.disclosure.ranges import Ranges
from metrics.disclosure.repair import Repair
from metrics.disclosure.whole import ROOM
from metrics.query.counts import Region


def protect_from_insiders(repair: Repair) -> None:
    """For each hidden count of one: given that it is one, every other protected hidden count still has two possible values.

    Rounded counts are left out: whoever knows one of them still faces the rounding of all the others. What the person knows from given
    sets alone is noted in the draft, and nothing is hidden for it; so is what stays known though all is hidden that can be.
    """
    ranges = repair.ranges
    regions = len(repair.draft.how)
    values = ranges.joint.regions @ ranges.start
    hidden = np.array([repair.draft.is_hidden(i) for i in range(regions)], dtype=bool)
    threshold = repair.draft.profile.threshold
    small = hidden & (values < threshold) & (ranges.required[:regions] == threshold - 1)
    for single in np.flatnonzero(small & (values == 1)).tolist():
        others = [i for i in np.flatnonzero(small).tolist() if not (values[i] == 1 and _same_person(repair, single, i))]
        _protect_from_one(repair, single, np.array(others, dtype=np.int64))


def _same_person(repair: Repair, single: int, other: int) -> bool:
    """Whether one of two sets of one person contains the other: what the person knows of it is about nobody else."""
    structure = repair.joint.structure
    first, second = structure.regions[single], structure.regions[other]

    def holds(outer: Region, inner: Region) -> bool:
        admitted = dict(inner.where)
        return outer.unit in structure.tree.above(inner.unit) and all(
            axis in admitted and admitted[axis] <= atoms for axis, atoms in outer.where
        )

    return holds(first, second) or holds(second, first)


def _protect_from_one(repair: Repair, single: int, others: np.ndarray) -> None:
    ranges = repair.ranges
    sizes = _sizes(ranges, single, others)
    pinned = others[sizes.min(axis=0) == sizes.max(axis=0)]
    if not len(pinned):
        return
    unit = repair.games.target_units[single]
    for target in pinned.tolist():
        binding: list[int] = []
        if _freed(ranges, repair.games, unit, single, target, binding):
            continue
        if _told(repair, unit, single, target):
            repair.draft.told_to_one.add((single, target))
            continue
        while repair.widen(target, [r for r in binding if r != single]):
            binding.clear()
            if _freed(ranges, repair.games, unit, single, target, binding):
                break
        else:
            repair.draft.open_to_one.add((single, target))


def _told(repair: Repair, unit: str, single: int, target: int) -> bool:
    """Whether given sets alone tell the target to the single person, so that nothing which is published now could be hidden for it."""
    draft, ranges = repair.draft, repair.ranges
    if draft.windows is None:
        return False
    alone = Ranges(ranges.joint, *given_alone(draft), np.zeros_like(ranges.required), ranges.start)
    alone.witnesses = list(ranges.witnesses)  # more is shown to those, so they agree with this, too
    return not _freed(alone, repair.games, unit, single, target, [])


def _freed(ranges: Ranges, games: Games, unit: str, single: int, target: int, binding: list[int]) -> bool:
    """Looked for in the blocks of both cells, which is as good as everywhere; in parts where those are large."""
    both = tuple(sorted({*ranges.blocks.of_target(single), *ranges.blocks.of_target(target)}))
    if ranges.blocks.size(both) > WHOLE:
        return any(_free(ranges, _given(ranges, single, c), single, target, binding) for c in attempts(games, unit, -1))
    if _free(ranges, _given(ranges, single, ranges.blocks.columns(both)), single, target, binding):
        return True
    if len(ranges.all_columns) <= LARGEST:  # figures outside the blocks may bind the target too
        _try(ranges, _given(ranges, single, ranges.all_columns), target, binding, whole=False)
    return _two_values(ranges, single, target)


def _two_values(ranges: Ranges, single: int, target: int) -> bool:
    found = _sizes(ranges, single, np.array([target]))
    return bool(found.min() != found.max())


def _sizes(ranges: Ranges, single: int, others: np.ndarray) -> np.ndarray:
    """Values of the other cells in the tables found so far that keep the single person's cell at one."""
    tables = np.array(ranges.witnesses)
    keep = tables[(ranges.joint.regions[single] @ tables.T).ravel() == 1]
    return np.asarray((ranges.joint.regions[others] @ keep.T).T)


def _given(ranges: Ranges, single: int, columns: np.ndarray) -> Programme:
    low, high = ranges.shown_low.copy(), ranges.shown_high.copy()
    low[single] = high[single] = 1
    return Programme(ranges.joint, low, high, ranges.start, columns, relaxed=False, room=ROOM)


def _free(ranges: Ranges, programme: Programme, single: int, target: int, binding: list[int]) -> bool:
    """Another whole table, with the single person's cell at one, gives the target another value. `binding` collects what prevents it."""
    if _two_values(ranges, single, target):
        return True
    for whole in (False, True):
        _try(ranges, programme, target, binding, whole=whole)
        if _two_values(ranges, single, target):
            return True
    return False


def _try(ranges: Ranges, programme: Programme, target: int, binding: list[int], *, whole: bool) -> None:
    """Both ends of the target's range; whole tables met on the way become witnesses."""
    row = ranges.joint.regions[target, programme.columns].toarray().ravel().astype(float)
    for sign in (1.0, -1.0):
        values = programme.least(sign * row, whole=whole)
        if values is not None:
            binding += [] if whole else programme.binding()
            table = programme.whole_table(values)
            if ranges.accept(table):
                ranges.witnesses.append(table)
