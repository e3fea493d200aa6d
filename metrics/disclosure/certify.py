"""Certification: every protected count is proven wide enough by whole tables, or more is hidden until it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

import numpy as np

from metrics.disclosure.games import Games
from metrics.disclosure.ranges import EPSILON, HANDY, Ranges
from metrics.disclosure.repair import Repair

PARTNERS = 4
SEVERAL = 3
"""Parts around a unit that are searched for all of its targets at once."""
SMALL = 5_000
"""Variables up to which whole-number programmes over a part are worth their time."""
THOROUGH = 2_500
"""Variables up to which a block is asked at once, without parts."""
WHOLE = 8_000
"""Variables of the largest part, or block, that is searched before a cell is hidden instead."""
LARGEST = 60_000
"""The same for the attacker, who can hide nothing; and for finding out which figures bind a cell."""


def settle(repair: Repair, rounds: int = 3) -> None:
    """Prove every target, or hide more until it can be proven. Ends: each step proves or hides, and once all is hidden nothing binds."""
    ranges = repair.ranges
    prove_widely(ranges, repair.games, rounds)
    for target in ranges.open.tolist():
        binding: list[int] = []
        while not ranges.proven(target):
            held_by = None if repair.own(target) else binding  # its own figure gives way first, whatever binds it
            if prove_one(ranges, repair.games, target, held_by, WHOLE) or not repair.give_way(target, binding):
                break


def prove_widely(ranges: Ranges, games: Games, rounds: int) -> None:
    """Many targets per solve: each block that is small enough as a programme of its own, larger ones in parts."""
    blocks = ranges.blocks
    wanted = {number for target in ranges.open.tolist() for number in blocks.of_target(target)}
    for number in sorted(wanted):
        if blocks.sizes[number] <= THOROUGH:
            ranges.search(ranges.whole((number,)), 2 * rounds, seed=number)
    if any(blocks.sizes[number] > THOROUGH for number in wanted):
        prove_many(ranges, games, rounds)
        prove_by_unit(ranges, games, rounds)


def prove_many(ranges: Ranges, games: Games, rounds: int) -> None:
    """Many targets per solve: the units below each unit, table by table, then in all tables together."""
    root = games.structure.tree.root
    parents = {games.structure.tree.parents[unit] for unit in games.target_units} - {None}
    for unit in sorted(p for p in parents if p is not None):
        below = games.below(unit) & games.held
        for table in range(len(games.structure.tables)):
            if len(ranges.open):
                ranges.search(ranges.part(below & games.table(table)), rounds if unit != root else 1, seed=table)
        if unit != root and len(ranges.open):
            ranges.search(ranges.part(below), 1, seed=len(games.structure.tables))


def prove_by_unit(ranges: Ranges, games: Games, rounds: int) -> None:
    """Many targets per solve: what is open at one unit, where its people change places with those beside it."""
    open_at = Counter(games.target_units[target] for target in ranges.open.tolist())
    for unit in sorted(unit for unit, targets in open_at.items() if targets > 1):
        here = np.array([u == unit for u in games.target_units], dtype=bool)
        for columns in islice((c for c in attempts(games, unit, -1) if c.sum() <= HANDY), SEVERAL):
            if here[ranges.open].any():
                ranges.search(ranges.part(columns), rounds, seed=len(games.structure.tables), scope=here)


def prove_one(ranges: Ranges, games: Games, target: int, binding: list[int] | None = None, largest: int = LARGEST) -> bool:
    """One target: where its blocks are large, in small parts, near the blocks' solutions in fractions, in larger parts; then in blocks.

    Blocks that leave too little room even in fractions are not searched: nothing within them could prove more.
    `binding` is filled with the shown figures that hold the target where it is; None where nobody asks for them, as it takes time.
    """
    held_by: list[int] = []
    size, found = ranges.size(target), False
    asked = size <= max(largest, WHOLE)
    if size <= THOROUGH:
        found = prove_in_blocks(ranges, target)
    elif not (size <= WHOLE and too_narrow(ranges, target)):
        found = prove_in_parts(ranges, games, target, held_by, (0, min(largest, HANDY)))
        found = found or (size <= WHOLE and prove_in_blocks(ranges, target, whole=False))
        found = found or prove_in_parts(ranges, games, target, held_by, (HANDY, largest)) or (asked and prove_in_blocks(ranges, target))
    if not found and binding is not None:
        binding[:] = (bound_by(ranges, target) if asked else []) or held_by
    return found


def prove_in_parts(ranges: Ranges, games: Games, target: int, binding: list[int], sizes: tuple[int, int]) -> bool:
    """In parts of more than the first and at most the second of `sizes`. Whole-number programmes only where the linear programme of a
    part leaves room, but in fractions."""
    if ranges.proven(target):
        return True
    for columns in attempts(games, games.target_units[target], int(games.target_tables[target])):
        if not sizes[0] < columns.sum() <= sizes[1]:
            continue
        part = ranges.part(columns)
        low, high = ranges.try_target(part, target, whole=False)
        if ranges.proven(target):
            return True
        binding += [r for r in part.binding() if games.target_units[r] == games.target_units[target]]
        if roomy(ranges, target, low, high) and len(part.columns) < SMALL:
            ranges.widen(part, target, low, high)
            if ranges.proven(target):
                return True
    return False


def too_narrow(ranges: Ranges, target: int) -> bool:
    """Whether the blocks of a target leave it too little room even in fractions."""
    low, high = ranges.try_target(ranges.around(target), target, whole=False, mend=False)
    return not ranges.proven(target) and not roomy(ranges, target, low, high)


def roomy(ranges: Ranges, target: int, low: float, high: float) -> bool:
    """Whether whole numbers between two relaxed bounds could be far enough apart.

    Only a hint where to look: a bound that is a little off costs a search, or hides a cell more. What is safe is decided by whole
    tables, and what is not by proofs in whole numbers (`metrics.disclosure.bounds`).
    """
    return bool(np.floor(high + EPSILON) - np.ceil(low - EPSILON) >= ranges.required[target])


def prove_in_blocks(ranges: Ranges, target: int, whole: bool = True) -> bool:
    """By the range of a target in its blocks, which is its range in the joint system. `whole`: with programmes in whole numbers, too."""
    if not ranges.proven(target) and ranges.blocks.of_target(target):  # else what is shown determines it
        low, high = ranges.try_target(ranges.around(target), target, whole=False)
        if whole and not ranges.proven(target) and roomy(ranges, target, low, high):
            ranges.widen(ranges.around(target), target, low, high)
    return ranges.proven(target)


def bound_by(ranges: Ranges, target: int) -> list[int]:
    """The shown figures that bind a target; those outside its blocks may, too: they are what keeps the blocks apart."""
    found: list[int] = []
    if len(ranges.all_columns) <= LARGEST:
        ranges.try_target(ranges.exact, target, whole=False, binding=found)
    return sorted(set(found))


def attempts(games: Games, unit: str, table: int) -> Iterator[np.ndarray]:
    if unit == games.structure.tree.root:
        yield games.trunk() & games.held
        yield games.trunk()
        if table >= 0:
            yield games.table(table) & games.held
        return
    yield games.lines(unit, *games.partners(unit, 1))
    yield games.exchange(unit, *games.partners(unit, 1)) & games.held
    yield games.lines(unit, *games.partners(unit, PARTNERS))
    yield games.climb(unit)
    if table >= 0:
        yield games.climb(unit, 3 * PARTNERS) & games.table(table) & (games.held | games.lines(unit))
    # categories that somebody holds anywhere, and every category where the target is: a zero must be able to grow
    wide = games.held | games.climb(unit)
    if table >= 0:
        yield games.table(table) & wide
    yield wide
