"""Tables that others have published, loaded by a trial's configuration alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.ingest.ingest import ImportReport, ingest_files
from metrics.sources.engine import Source
from metrics.sources.tables import dataset_table

Files = Mapping[str, tuple[Path, date | None]]
"""Each dataset's file, and its day where the file does not say it."""


def load_all(configuration: Configuration, files: Files, source: Source, private: Path) -> dict[str, ImportReport]:
    return {id: ingest_files(configuration, id, [file], day, source, private) for id, (file, day) in files.items()}


def stored(configuration: Configuration, source: Source, dataset: str) -> pd.DataFrame:
    """The rows in the order of the file, with the day and the columns of the definition; `all` where a row is of all groups."""
    table = dataset_table(configuration, dataset)
    rows = source.fetch(table.select().order_by(table.c.as_at, table.c.row_number))
    groups = [name for name, column in configuration.datasets[dataset].columns.items() if column.type == "category"]
    rows[groups] = rows[groups].astype(object).where(rows[groups].notna(), "all")
    return rows.drop(columns=["row_number", "person_id", "unit", "counts_once"])
