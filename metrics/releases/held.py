"""Releases and batches as the store holds them: which is the newest, what belongs to one, and what is said of it; no figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from metrics.errors import NotPublished
from metrics.releases.attacks import Verdict
from metrics.releases.draft import BatchLabel, ReleaseSummary, StoredBatch
from metrics.releases.schema import BATCH_SEALS, BATCHES, RELEASE_BATCHES, RELEASES
from metrics.releases.snapshot import Snapshot
from metrics.report import Provenance


def latest_release(connection: Connection) -> str | None:
    """The newest that was not withdrawn."""
    statement = select(RELEASES.c.id).where(RELEASES.c.withdrawn_at.is_(None)).order_by(RELEASES.c.sequence.desc()).limit(1)
    return connection.scalar(statement)


def release_row(connection: Connection, release: str | None) -> Row[Any]:
    wanted = release or latest_release(connection)
    columns = (c for c in RELEASES.c if c.name != "contents")
    row = connection.execute(select(*columns).where(RELEASES.c.id == wanted)).first()
    if row is None:
        there = connection.scalars(select(RELEASES.c.id).order_by(RELEASES.c.sequence.desc()).limit(10)).all()
        if not there:
            raise NotPublished("Nothing has been published yet.", "Run `equality refresh` first.")
        found = f"There is no release '{release}'" if release else "Every release has been withdrawn"
        raise NotPublished(f"{found}; there are: {', '.join(there)}.", "`equality releases` lists them all.")
    return row


def stored_batches(connection: Connection, release: str) -> tuple[StoredBatch, ...]:
    statement = (
        select(*(c for c in BATCHES.c if c.name != "system"), BATCH_SEALS.c.seal, BATCH_SEALS.c.sealed_at, BATCH_SEALS.c.sealed_by)
        .join(RELEASE_BATCHES, RELEASE_BATCHES.c.batch == BATCHES.c.id)
        .join(BATCH_SEALS, BATCH_SEALS.c.batch == BATCHES.c.id)
        .where(RELEASE_BATCHES.c.release == release)
    )
    found = [_stored_batch(row._mapping) for row in connection.execute(statement)]
    return tuple(sorted(found, key=lambda b: (b.label.period_end, b.label.dataset, b.id)))  # not by a server's own idea of order


def _stored_batch(row: Mapping[Any, Any]) -> StoredBatch:
    plain = ("dataset", "period_start", "period_end", "audience", "profile", "data_date", "data", "definition", "reason")
    label = BatchLabel(kpis=json.loads(row["kpis"]), values=json.loads(row["values"]), **{name: row[name] for name in plain})
    sealed = {name: row[name] for name in ("seal", "sealed_at", "sealed_by")}
    return StoredBatch(row["id"], row["release"], label, {**json.loads(row["certificate"]), **sealed})


def summary_of(row: Row[Any], verdict: Verdict | None) -> ReleaseSummary:
    batches, cells, first, last, new = tuple(row)[-5:]
    return ReleaseSummary(
        id=row.id,
        published_at=datetime.fromisoformat(row.published_at),
        council=row.council,
        synthetic=row.synthetic,
        definition_version=row.definition_version,
        batches=batches,
        new_batches=new,
        cells=cells,
        first_period=first,
        last_period=last,
        reason=row.reason,
        withdrawn=row.withdrawn_reason if row.withdrawn_at else None,
        withdrawn_at=datetime.fromisoformat(row.withdrawn_at) if row.withdrawn_at else None,
        verdict=verdict,
    )


def provenance_of(row: Row[Any], snapshot: Snapshot, batches: Sequence[StoredBatch], audience: str) -> Provenance:
    last: dict[str, str] = {}
    for batch in batches:
        title = snapshot.datasets.get(batch.label.dataset, batch.label.dataset)
        last[title] = max(last.get(title, ""), batch.label.data_date.isoformat())
    return Provenance(
        release=row.id,
        published_at=datetime.fromisoformat(row.published_at),
        council=snapshot.council,
        synthetic=row.synthetic,
        currency=snapshot.currency,
        data_dates=last,
        definition_version=row.definition_version,
        audience=audience,
        profile=batches[-1].label.profile if batches else "",
        disclosure_note=snapshot.notes_for[audience],
        withdrawn=row.withdrawn_reason if row.withdrawn_at else None,
        withdrawn_at=datetime.fromisoformat(row.withdrawn_at) if row.withdrawn_at else None,
    )
