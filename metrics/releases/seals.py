"""Seals: what shows that a stored figure is still the one that was certified.

A batch's seal is the SHA-256 of everything that is stored of it: its label, its certificate, what the attacker was given, and each
figure with its names, as canonical text that is the same from SQLite and from PostgreSQL. A release's seal is that of its contents
and of the seals of its batches. A seal is no signature: whoever may write into the store and knows this method can make another.

Columns are written out here, since the seals of a store that is upgraded must come out the same in every later version.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Integer, Select, cast, column, select, table
from sqlalchemy.engine import Connection

from metrics.errors import NotCertified
from metrics.releases.schema import BATCH_SEALS, RELEASE_SEALS

METHOD = "1"
"""Stands before each seal, for the day on which there is another method."""
ON_PUBLISHING, ON_UPGRADE = "publish", "upgrade"
FIGURES_AT_ONCE = 50_000
"""As many are held in memory; a batch is never cut, so this does not change a seal."""

LABEL = (
    "release", "dataset", "period_start", "period_end", "audience", "profile", "data_date", "data", "definition", "kpis", "values",
    "reason", "certificate", "cells",
)  # fmt: skip
NAMES = ("kpi", "breakdown", "unit", "group")
FIGURE = (
    "period_start", "numerator", "denominator", "value", "lower", "upper", "benchmark", "target", "gap", "ratio", "everyone", "declared",
    "bound_low", "bound_high", "reference_value", "change", "change_lower", "change_upper", "status", "marker", "movement", "note",
)  # fmt: skip
RELEASE = ("sequence", "id", "published_at", "council", "definition_version", "reason")

_BATCHES = table("batches", column("id"), column("system"), *map(column, LABEL))
_SERIES = table("series", column("id"), *map(column, NAMES))
_CELLS = table("cells", column("series"), column("batch"), column("rounded"), *map(column, FIGURE))
_RELEASES = table("releases", column("synthetic"), column("contents"), *map(column, RELEASE))
_HELD = table("release_batches", column("release"), column("batch"))


def seal_batches(connection: Connection, batches: Sequence[int], by: str = ON_PUBLISHING) -> None:
    """Seal what is stored of some batches, each once and for good: from then on no figure can be added to them."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [{"batch": id, "seal": seal, "sealed_at": at, "sealed_by": by} for id, seal in batch_seals(connection, batches).items()]
    if rows:
        connection.execute(BATCH_SEALS.insert(), rows)


def seal_release(connection: Connection, release: str, by: str = ON_PUBLISHING) -> None:
    """Seal a release and its list of batches: from then on it cannot be added to."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    row = {"release": release, "seal": release_seal(connection, release), "sealed_at": at, "sealed_by": by}
    connection.execute(RELEASE_SEALS.insert().values(**row))


def check_batches(connection: Connection, batches: Sequence[int]) -> None:
    """Refuse batches that are not, byte for byte, what was sealed. `NotCertified` names the first of them."""
    wanted = select(BATCH_SEALS.c.batch, BATCH_SEALS.c.seal).where(BATCH_SEALS.c.batch.in_(batches))
    sealed = {row[0]: row[1] for row in connection.execute(wanted)}
    found = batch_seals(connection, batches)
    for id in sorted(batches):
        if id not in sealed or found.get(id) != sealed[id]:
            row = connection.execute(select(_BATCHES).where(_BATCHES.c.id == id)).first()
            of = f"{row.dataset}, {row.period_end}, {row.audience}" if row else f"batch {id}"
            raise changed(f"{of}: these figures are not the ones that were certified")


def check_release(connection: Connection, release: str) -> None:
    """Refuse a release whose contents or list of batches are not what was sealed."""
    sealed = connection.scalar(select(RELEASE_SEALS.c.seal).where(RELEASE_SEALS.c.release == release))
    if sealed is None or sealed != release_seal(connection, release):
        raise changed(f"Release {release}: its contents are not the ones that were certified")


def changed(what: str) -> NotCertified:
    return NotCertified(
        f"{what}. Nothing of them is shown.",
        "Somebody or something has changed the release store. Put a backup in its place: `equality releases restore FILE --replace`.",
    )


def batch_seals(connection: Connection, batches: Sequence[int]) -> dict[int, str]:
    """The seal of each batch as it is stored now."""
    digests = {row.id: sha256(_text([*row[1:-1]]) + sha256(row.system).digest()) for row in connection.execute(_labels(batches))}
    names = {row[0]: _text([*row[1:]]) for row in connection.execute(select(_SERIES))} if digests else {}
    for some in _few_figures(connection, batches):
        rows = [*map(tuple, connection.execute(_figures(some)))]
        for id, of_batch in groupby(rows, key=itemgetter(0)):
            lines = [*of_batch]
            # a line whose name is gone is read as nameless, and the seal does not fit
            digests[id].update(b"".join(names.get(line[1], b"") for line in lines) + _text(lines))
    return {id: f"{METHOD}:{digest.hexdigest()}" for id, digest in digests.items()}


def _few_figures(connection: Connection, batches: Sequence[int]) -> Iterator[list[int]]:
    """The batches in lots that fit into memory together."""
    some: list[int] = []
    room = FIGURES_AT_ONCE
    for id, figures in connection.execute(select(_BATCHES.c.id, _BATCHES.c.cells).where(_BATCHES.c.id.in_(batches))):
        if some and figures > room:
            yield some
            some, room = [], FIGURES_AT_ONCE
        some.append(id)
        room -= figures
    if some:
        yield some


def release_seal(connection: Connection, release: str) -> str:
    """The seal of a release as it is stored now; its batches must be sealed."""
    columns = (_RELEASES.c[name] for name in RELEASE)
    wanted = select(_RELEASES.c.contents, cast(_RELEASES.c.synthetic, Integer), *columns).where(_RELEASES.c.id == release)
    row = connection.execute(wanted).one()
    held = (
        select(_HELD.c.batch, BATCH_SEALS.c.seal)
        .select_from(_HELD.outerjoin(BATCH_SEALS, BATCH_SEALS.c.batch == _HELD.c.batch))
        .where(_HELD.c.release == release)
        .order_by(_HELD.c.batch)
    )
    batches = [[*one] for one in connection.execute(held)]
    return f"{METHOD}:{sha256(_text([[*row[1:]], batches]) + sha256(row.contents).digest()).hexdigest()}"


def _labels(batches: Sequence[int]) -> Select[Any]:
    return select(_BATCHES.c.id, *(_BATCHES.c[name] for name in LABEL), _BATCHES.c.system).where(_BATCHES.c.id.in_(batches))


def _figures(batches: Sequence[int]) -> Select[Any]:
    """A row a figure: its batch, its series, and what it says."""
    figure = (_CELLS.c[name] for name in FIGURE)
    return (
        select(_CELLS.c.batch, _CELLS.c.series, *figure, cast(_CELLS.c.rounded, Integer))
        .where(_CELLS.c.batch.in_(batches))
        .order_by(_CELLS.c.batch, _CELLS.c.series)
    )


def _text(values: list[Any]) -> bytes:
    """Canonical: no spaces, numbers in their shortest form, days as ISO dates."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=str).encode()
