"""Which days of which dataset are loaded, from which files, under which definition; and which were, until their rows were purged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import delete, insert, select

from metrics.sources.engine import Source
from metrics.sources.tables import SNAPSHOTS

FEWER = -1
"""In place of a count that was too small to keep once the rows are gone."""


@dataclass(frozen=True)
class Snapshot:
    """One day of one dataset, as it was loaded. Once its rows are purged, `FEWER` stands for counts that are small."""

    dataset: str
    as_at: date
    rows: int
    people: int
    rejected: int
    loaded_at: datetime
    files: tuple[str, ...]
    sha256: str
    definition: str
    purged_at: datetime | None = None

    def same_load(self, sha256: str, definition: str) -> bool:
        """Whether loading these bytes under this definition would give these rows again."""
        return (self.sha256, self.definition) == (sha256, definition)


def read_snapshots(source: Source, dataset: str) -> tuple[Snapshot, ...]:
    """Every loaded day of a dataset, in order; none when nothing was ever loaded. Purged days are not loaded."""
    return tuple(s for s in read_register(source, dataset) if s.purged_at is None)


def purged_days(source: Source, dataset: str) -> dict[date, date]:
    """Days whose rows were purged, and when."""
    return {s.as_at: s.purged_at.date() for s in read_register(source, dataset) if s.purged_at is not None}


def registered_datasets(source: Source) -> tuple[str, ...]:
    """Every dataset that was ever loaded, also those that are no longer defined."""
    if not source.columns(SNAPSHOTS.name):
        return ()
    found = source.fetch(select(SNAPSHOTS.c.dataset).distinct().order_by(SNAPSHOTS.c.dataset))
    return tuple(sorted(found["dataset"]))


def read_register(source: Source, dataset: str) -> tuple[Snapshot, ...]:
    """Every day of a dataset that is or was loaded, in order."""
    there = source.columns(SNAPSHOTS.name)
    if not there:
        return ()
    known = [column for column in SNAPSHOTS.c if column.name in there]  # a register of before purges has no column for them
    found = source.fetch(select(*known).where(SNAPSHOTS.c.dataset == dataset).order_by(SNAPSHOTS.c.as_at))
    return tuple(_snapshot(row) for row in found.to_dict("records"))


def _snapshot(row: Mapping[Any, Any]) -> Snapshot:
    return Snapshot(
        dataset=row["dataset"],
        as_at=row["as_at"].date(),
        rows=int(row["rows"]),
        people=int(row["people"]),
        rejected=int(row["rejected"]),
        loaded_at=row["loaded_at"].to_pydatetime(),
        files=tuple(json.loads(row["files"])),
        sha256=row["sha256"],
        definition=row["definition"],
        purged_at=None if pd.isna(row.get("purged_at")) else row["purged_at"].to_pydatetime(),
    )


def snapshot_days(source: Source, dataset: str) -> tuple[date, ...]:
    """The days for which rows are loaded, ascending."""
    return tuple(s.as_at for s in read_snapshots(source, dataset))


def write_snapshot(source: Source, snapshot: Snapshot) -> None:
    """Note a loaded day in place of what was noted for it before. Call it in the transaction that stores the rows."""
    source.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.dataset == snapshot.dataset, SNAPSHOTS.c.as_at == snapshot.as_at))
    source.execute(
        insert(SNAPSHOTS).values(
            dataset=snapshot.dataset,
            as_at=snapshot.as_at,
            rows=snapshot.rows,
            people=snapshot.people,
            rejected=snapshot.rejected,
            loaded_at=snapshot.loaded_at,
            files=json.dumps(list(snapshot.files)),
            sha256=snapshot.sha256,
            definition=snapshot.definition,
            purged_at=snapshot.purged_at,
        )
    )
