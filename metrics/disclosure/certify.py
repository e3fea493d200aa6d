"""Certification: every protected count is proven wide enough by whole tables, or more is hidden until it is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from metrics.disclosure.games import Games
from metrics.disclosure.ranges import Ranges
from metrics.disclosure.repair import Repair

PARTNERS = 4
SMALL = 1_000
"""Variables up to which whole-number programmes are worth their time."""


def settle(repair: Repair, rounds: int = 3) -> None:
    """Prove every target, or hide more until it can be proven. Ends: each step proves or hides, and once all is hidden nothing binds."""
    ranges = repair.ranges
    prove_many(ranges, repair.games, rounds)
    for target in ranges.open.tolist():
        binding: list[int] = []
        while not ranges.proven(target) and not prove_one(ranges, repair.games, target, binding):
            if not repair.give_way(target, binding):
                break


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


def prove_one(ranges: Ranges, games: Games, target: int, binding: list[int]) -> bool:
    """One target, in parts of growing size; in whole numbers where the linear programme gives fractions.

    `binding` is filled with the shown figures of the target's unit that hold it where it is.
    """
    binding.clear()
    for columns in attempts(games, games.target_units[target], int(games.target_tables[target])):
        part = ranges.part(columns)
        for whole in (False, True):
            if not whole or len(part.columns) < SMALL:
                ranges.try_target(part, target, whole=whole)
            if not whole:
                binding += [r for r in part.binding() if games.target_units[r] == games.target_units[target]]
            if ranges.proven(target):
                return True
    return False


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
