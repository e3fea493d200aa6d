"""Withdrawing a release: the mark and its reason, and which other releases hold the same figures.

Figures are carried from release to release, so a wrong one is seldom in a single release. Those of a withdrawn release that no
earlier standing release holds too are in doubt, and so is every later standing release that holds one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.engine import Connection

from metrics.errors import InputError, Problem
from metrics.releases.schema import RELEASE_BATCHES, RELEASES


@dataclass(frozen=True)
class Sharing:
    """Other releases that stand and hold figures of one release, oldest first.

    Attributes
    ----------
    earlier : they hold some of its figures, which the withdrawal leaves standing there
    later : they hold figures of it that no earlier release holds
    """

    release: str
    earlier: tuple[str, ...]
    later: tuple[str, ...]


def find_sharing(connection: Connection, release: str) -> Sharing:
    """Refuses a release that is withdrawn already. It must be there."""
    row = connection.execute(select(RELEASES).where(RELEASES.c.id == release)).one()
    if row.withdrawn_at:
        raise InputError(f"Release {release} was withdrawn already, on {row.withdrawn_at[:10]}: {row.withdrawn_reason}")
    mine = select(RELEASE_BATCHES.c.batch).where(RELEASE_BATCHES.c.release == release)
    earlier = _standing(connection, mine, RELEASES.c.sequence < row.sequence)
    vouched = select(RELEASE_BATCHES.c.batch).where(RELEASE_BATCHES.c.release.in_(earlier))
    later = _standing(connection, mine.where(RELEASE_BATCHES.c.batch.not_in(vouched)), RELEASES.c.sequence > row.sequence)
    return Sharing(release, earlier, later)


def _standing(connection: Connection, batches: Select[tuple[int]], when: object) -> tuple[str, ...]:
    """Releases of some time that are not withdrawn and hold one of these batches."""
    statement = (
        select(RELEASES.c.id)
        .join(RELEASE_BATCHES, RELEASE_BATCHES.c.release == RELEASES.c.id)
        .where(RELEASES.c.withdrawn_at.is_(None), when, RELEASE_BATCHES.c.batch.in_(batches))  # type: ignore[arg-type]
        .group_by(RELEASES.c.id)
        .order_by(func.min(RELEASES.c.sequence))
    )
    return tuple(connection.scalars(statement))


def mark_withdrawn(connection: Connection, sharing: Sharing, reason: str, with_later: bool | None, now: datetime) -> tuple[str, ...]:
    """Mark the release, and where it is wished the later ones; the ids of all that were marked."""
    words = " ".join(reason.split())
    if not words:
        raise InputError(
            Problem("--reason", "found nothing; write one sentence that readers will see, such as 'Agency staff counted twice'.")
        )
    if sharing.later and with_later is None:
        raise InputError(
            f"Release {sharing.release} was not withdrawn: the same figures are in {', '.join(sharing.later)}.",
            "Withdraw those releases too with --with-later, or leave them standing with --only-this.",
        )
    found = (sharing.release, *(sharing.later if with_later else ()))
    for release in found:
        said = words if release == sharing.release else f"{words} (the same figures as in release {sharing.release})"
        mark = {"withdrawn_at": now.isoformat(timespec="seconds"), "withdrawn_reason": said}
        connection.execute(update(RELEASES).where(RELEASES.c.id == release).values(**mark))
    return found
