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

LONGEST_REASON = 1000


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

    def decided(self, with_later: bool | None) -> tuple[str, ...]:
        """The releases to withdraw, this one first. None: nobody decided, which is refused where there are later ones."""
        if self.later and with_later is None:
            raise InputError(
                f"Release {self.release} was not withdrawn: later releases hold the same figures: {', '.join(self.later)}.",
                "Withdraw those releases too with --with-later, or leave them standing with --only-this.",
            )
        return (self.release, *(self.later if with_later else ()))


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


def check_reason(reason: str) -> str:
    """The reason in one line."""
    words = " ".join(reason.split())
    if not words:
        said = "found nothing; write one sentence that readers will see, such as 'Agency staff were counted twice'."
        raise InputError(Problem("--reason", said))
    if len(words) > LONGEST_REASON or not words.isprintable():
        raise InputError(Problem("--reason", f"write one sentence of at most {LONGEST_REASON} characters, without control characters."))
    return words


def mark_withdrawn(connection: Connection, releases: tuple[str, ...], reason: str, now: datetime) -> None:
    """Mark a release, and behind it the later ones that hold the same figures."""
    words = check_reason(reason)
    for release in releases:
        said = words if release == releases[0] else f"{words} (the same figures as in release {releases[0]})"
        mark = {"withdrawn_at": now.isoformat(timespec="seconds"), "withdrawn_reason": said}
        connection.execute(update(RELEASES).where(RELEASES.c.id == release).values(**mark))
