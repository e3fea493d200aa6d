"""Rows of a test into a real database, through the declared tables and the same road that `ingest` takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.sources.engine import Source, open_source
from metrics.sources.snapshots import Snapshot, write_snapshot
from metrics.sources.tables import dataset_table, prepare_tables

Row = Mapping[str, Any]


def a_source(configuration: Configuration, rows: Iterable[Row], dataset: str = "hr", url: str = "duckdb://") -> Source:
    """Each row names columns; `as_at`, `unit` and `counts_once` may be given, and what is left out is empty."""
    source = open_source(url, read_only=False)
    put_rows(source, configuration, rows, dataset)
    return source


def put_rows(source: Source, configuration: Configuration, rows: Iterable[Row], dataset: str, days: Iterable[date] = ()) -> None:
    """The rows as `a_source` fills them in. `days`: also snapshots of days that hold no row."""
    table = dataset_table(configuration, dataset)
    root = configuration.organisation.root.id
    full = []
    for number, row in enumerate(rows, 2):
        filled = {"as_at": date(2026, 3, 31), "row_number": number, "person_id": str(number), "unit": root, "counts_once": True, **row}
        full.append({column.name: filled.get(column.name) for column in table.columns})
    frame = pd.DataFrame(full, columns=[c.name for c in table.columns], dtype=object)
    with source.begin():
        prepare_tables(source, configuration, dataset)
        if full:
            source.insert(table, frame)
        for day in sorted({*frame["as_at"], *days}):
            here = frame[frame["as_at"] == day]
            people = int(here["counts_once"].astype(bool).sum())
            write_snapshot(source, Snapshot(dataset, day, len(here), people, 0, datetime(2026, 4, 1), ("test.csv",), "0", "0"))
