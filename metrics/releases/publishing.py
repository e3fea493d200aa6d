"""Writing a release: everything is checked, written and sealed in one transaction, or nothing is."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from metrics.errors import DisclosureError, SourceError
from metrics.releases.cells import check_cells, known_series, write_cells
from metrics.releases.certified import FIGURES, kept_regions
from metrics.releases.draft import Draft, DraftBatch
from metrics.releases.held import latest_release
from metrics.releases.schema import BATCHES, RELEASE_BATCHES, RELEASES
from metrics.releases.seals import check_batches, seal_batches, seal_release
from metrics.releases.snapshot import pack, pack_snapshot, snapshot_of


def check_draft(draft: Draft) -> None:
    """Every batch against its certificate, before the store is opened. `DisclosureError` where one is not what was certified."""
    measures = {id: kpi.kind_of_figure for id, kpi in draft.kpis.items()}
    for batch in draft.batches:
        check_cells(batch, measures)


def write_draft(connection: Connection, draft: Draft) -> str:
    """The id of the new release. The caller's transaction makes it all of it, or nothing."""
    _check_base(connection, draft)
    check_batches(connection, draft.carried)
    id = _insert_release(connection, draft)
    first = (connection.scalar(select(func.max(BATCHES.c.id))) or 0) + 1
    series = known_series(connection)
    for number, batch in enumerate(draft.batches, first):
        connection.execute(BATCHES.insert().values(id=number, release=id, **_batch_row(batch)))
        write_cells(connection, number, batch, series)
    made = range(first, first + len(draft.batches))
    seal_batches(connection, made)
    if held := [*draft.carried, *made]:
        connection.execute(RELEASE_BATCHES.insert(), [{"release": id, "batch": b} for b in held])
    seal_release(connection, id)
    return id


def _check_base(connection: Connection, draft: Draft) -> None:
    latest = latest_release(connection)
    if latest != draft.base:
        raise SourceError(
            f"Another release ({latest}) was published while this one was being made.",
            "This one was not published. Run `equality refresh` again.",
        )
    there = connection.scalars(select(RELEASE_BATCHES.c.batch).where(RELEASE_BATCHES.c.release == draft.base)).all()
    if not set(draft.carried) <= set(there):
        raise DisclosureError("Figures that are not in the release before cannot be carried forward from it, so nothing was published.")


def _insert_release(connection: Connection, draft: Draft) -> str:
    day = draft.published_at.date().isoformat()
    same_day = connection.scalar(select(func.count()).where(RELEASES.c.id.like(f"{day}%"))) or 0
    id = day if not same_day else f"{day}.{same_day + 1}"
    connection.execute(
        RELEASES.insert().values(
            sequence=(connection.scalar(select(func.max(RELEASES.c.sequence))) or 0) + 1,
            id=id,
            published_at=draft.published_at.isoformat(timespec="seconds"),
            council=draft.council,
            synthetic=draft.synthetic,
            definition_version=draft.definition_version,
            contents=pack_snapshot(snapshot_of(draft)),
            reason=draft.reason,
        )
    )
    return id


def _batch_row(batch: DraftBatch) -> dict[str, Any]:
    label = batch.label
    return {
        **{name: getattr(label, name) for name in ("dataset", "period_start", "period_end", "audience", "profile")},
        **{name: getattr(label, name) for name in ("data_date", "data", "definition", "reason")},
        "kpis": json.dumps(dict(label.kpis)),
        "values": json.dumps(dict(label.values)),
        "certificate": json.dumps(dict(batch.certificate)),
        "cells": len(batch.cells),
        "system": pack({**batch.system, FIGURES: kept_regions(batch)}),
    }
