"""Certification: every protected count is proven wide enough by whole tables, or more is hidden until it is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from metrics.disclosure.games import Games
from metrics.disclosure.ranges import EPSILON, Ranges
from metrics.disclosure.repair import Repair

PARTNERS = 4
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
        while not ranges.proven(target) and not prove_one(ranges, repair.games, target, binding, WHOLE):
            if not repair.give_way(target, binding):
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


def prove_one(ranges: Ranges, games: Games, target: int, binding: list[int], largest: int = LARGEST) -> bool:
    """One target: in parts of growing size where its blocks are large, then in all of its blocks.

    `binding` is filled with the shown figures that hold the target where it is.
    """
    binding.clear()
    size = ranges.size(target)
    if size > THOROUGH and prove_in_parts(ranges, games, target, binding, largest):
        return True
    return size <= max(largest, WHOLE) and prove_in_blocks(ranges, target, binding)


def prove_in_parts(ranges: Ranges, games: Games, target: int, binding: list[int], largest: int) -> bool:
    """Whole-number programmes only where the linear programme of a part leaves room, but in fractions."""
    for columns in attempts(games, games.target_units[target], int(games.target_tables[target])):
        if columns.sum() > largest:
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


def roomy(ranges: Ranges, target: int, low: float, high: float) -> bool:
    """Whether whole numbers between two relaxed bounds could be far enough apart.

    Only a hint where to look: a bound that is a little off costs a search, or hides a cell more. What is safe is decided by whole
    tables, and what is not by proofs in whole numbers (`metrics.disclosure.bounds`).
    """
    return bool(np.floor(high + EPSILON) - np.ceil(low - EPSILON) >= ranges.required[target])


def prove_in_blocks(ranges: Ranges, target: int, binding: list[int]) -> bool:
    """The range of a target in its blocks, which is its range in the joint system. Where there is too little, find out what binds it."""
    if ranges.blocks.of_target(target):  # else what is shown determines it
        low, high = ranges.try_target(ranges.around(target), target, whole=False)
        if not ranges.proven(target) and roomy(ranges, target, low, high):
            ranges.widen(ranges.around(target), target, low, high)
    if not ranges.proven(target) and len(ranges.all_columns) <= LARGEST:
        held_by: list[int] = []  # figures outside the blocks may bind it too: they are what keeps the blocks apart
        ranges.try_target(ranges.exact, target, whole=False, binding=held_by)
        binding[:] = sorted(set(held_by)) or binding
    return ranges.proven(target)


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
