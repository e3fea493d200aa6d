"""What came of attacking stored batches again: one row an attack, kept for good, and the one that counts of each batch for readers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from metrics.releases.schema import ATTACKS, BATCHES

AT_ONCE = 500
"""Batches that are named in one statement."""


@dataclass(frozen=True)
class StoredAttack:
    """An attack from nothing on what one audience sees of one dataset and day.

    Attributes
    ----------
    release : the one that was being attacked; the batch may stand in others, too
    counts, hidden : counts that the audience may ask about, and those of them that are hidden or rounded
    recovered : protected counts that were worked out exactly
    unsettled : protected counts for which no second value was found or ruled out
    known_before : protected counts that earlier releases of the same day give away, whatever this one hides
    narrowest : least number of steps between the smallest and the largest value found for a protected count; None: nothing is protected
    earlier : releases whose figures of the same day the attacker was given as well
    program : the version of the product that attacked
    """

    release: str
    batch: int
    attacked_at: datetime
    audience: str
    counts: int
    hidden: int
    recovered: int
    unsettled: int
    known_before: int
    narrowest: int | None
    earlier: tuple[str, ...]
    seconds: float
    program: str


@dataclass(frozen=True)
class Verdict:
    """What attacks on each batch of a release found, all together. `parts`: how many of its batches were attacked."""

    attacked_at: datetime
    parts: int
    recovered: int
    unsettled: int


def record_attacks(connection: Connection, attacks: Iterable[StoredAttack]) -> None:
    """Each must be of a batch that its release holds."""
    first = (connection.scalar(select(func.max(ATTACKS.c.id))) or 0) + 1
    rows = [{"id": id, **_row(attack)} for id, attack in enumerate(attacks, first)]
    if rows:
        connection.execute(ATTACKS.insert(), rows)


def _row(attack: StoredAttack) -> dict[str, Any]:
    at, earlier = attack.attacked_at.isoformat(timespec="seconds"), json.dumps(list(attack.earlier))
    return {**vars(attack), "attacked_at": at, "earlier": earlier}


def last_attacks(connection: Connection, batches: Sequence[int]) -> tuple[dict[str, Any], ...]:
    """The attack that counts of each batch, whichever release was attacked, as readers are told of it; oldest day first."""
    label = (BATCHES.c.dataset, BATCHES.c.period_end)
    rows: list[dict[str, Any]] = []
    for start in range(0, len(batches), AT_ONCE):
        some = batches[start : start + AT_ONCE]
        wanted = select(ATTACKS, *label).join(BATCHES, BATCHES.c.id == ATTACKS.c.batch)
        found = connection.execute(wanted.where(ATTACKS.c.batch.in_(some)))
        rows += [_told(row) for row in _that_count([row._mapping for row in found], "batch")]
    return tuple(sorted(rows, key=lambda r: (r["period_end"], r["dataset"], r["audience"])))


def _told(row: Any) -> dict[str, Any]:
    plain = {name: row[name] for name in row if name not in {"id", "batch", "earlier", "period_end"}}
    return {**plain, "period_end": row["period_end"].isoformat(), "earlier": json.loads(row["earlier"])}


def _that_count(rows: Iterable[Any], *keys: str) -> list[Any]:
    """Of each batch the attack that worked out most; else the one that left least unsettled, the newest of equals.

    What was worked out once stays worked out, and an attack that was given less time says less.
    """
    best: dict[tuple[Any, ...], Any] = {}
    for row in sorted(rows, key=lambda r: (r["recovered"], -r["unsettled"], r["id"])):
        best[tuple(row[key] for key in keys)] = row
    return list(best.values())


def verdicts(connection: Connection) -> dict[str, Verdict]:
    """Release to what attacks on its batches found, for every release that was attacked itself."""
    found: dict[str, list[Any]] = {}
    for row in _that_count([row._mapping for row in connection.execute(select(ATTACKS))], "release", "batch"):
        found.setdefault(row["release"], []).append(row)
    return {
        release: Verdict(
            datetime.fromisoformat(max(row["attacked_at"] for row in rows)),
            len(rows),
            sum(row["recovered"] for row in rows),
            sum(row["unsettled"] for row in rows),
        )
        for release, rows in found.items()
    }
