"""Attacks on what was published, part by part in processes of their own, for `equality certify`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from metrics.disclosure.beside import Released, Together, attack_with_earlier
from metrics.disclosure.system import PublishedSystem
from metrics.pipeline.parallel import Workers, processors

WORTH_STARTING = 4000
"""Counts, beside those of the largest day, from which on it is worth to start other processes."""


@dataclass(frozen=True)
class Target:
    """What one audience sees of a dataset and day, and what the same readers were shown of it in earlier releases."""

    system: PublishedSystem
    earlier: Sequence[Released] = ()

    @property
    def day(self) -> tuple[str, str]:
        return self.system.dataset, self.system.period_end


def attack_all(targets: Sequence[Target], processes: int | None = None, seconds: float | None = None) -> Iterator[Together]:
    """What the attacker makes of each, in their order.

    Audiences of one day that stand next to one another are attacked one after the other: tables that were found for one are tried for
    the next. `seconds`: give up on one after so long; without it every attack comes to an end by itself.
    """
    days = [list(day) for _, day in groupby(targets, key=lambda target: target.day)]
    sizes = sorted(sum(len(target.system.shown) for target in day) for day in days)
    here = processes is None and sum(sizes[:-1]) < WORTH_STARTING
    with Workers(attack_day, seconds, processors() if processes is None else processes) as workers:
        for found in workers.run(days, here=here):
            yield from found


def attack_day(seconds: float | None, day: Sequence[Target]) -> list[Together]:
    tables: tuple[np.ndarray, ...] = ()
    found = []
    for target in day:
        one = attack_with_earlier(target.system, target.earlier, seconds, tables)
        tables = one.attack.tables
        found.append(replace(one, attack=replace(one.attack, tables=())))
    return found
