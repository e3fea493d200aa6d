"""Figures as rows of the store and back: frames of `ESTIMATE_COLUMNS`, exactly the same after the journey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Select, func, select
from sqlalchemy.engine import Connection

from metrics.errors import DisclosureError, InputError
from metrics.releases.certified import check_certified
from metrics.releases.draft import DraftBatch
from metrics.releases.schema import (
    BATCHES,
    CELLS,
    FLAG_COLUMNS,
    KEY_COLUMNS,
    NUMBER_COLUMNS,
    PERIOD_COLUMNS,
    SERIES,
    TEXT_COLUMNS,
)
from metrics.report import ESTIMATE_COLUMNS

Key = tuple[str, str, str, str]


def check_cells(batch: DraftBatch, measures: Mapping[str, str]) -> None:
    """Refuse a batch that was not certified, that shows what its certificate does not speak of, or that a store cannot hold.

    `measures`: KPI to its measure.
    """
    check_certified(batch, measures)
    where = f"{batch.label.dataset}, {batch.label.period_end.isoformat()}, {batch.label.audience}"
    if (pd.to_datetime(batch.cells["period_end"]).dt.date != batch.label.period_end).any():
        raise DisclosureError(f"{where}: some figures are of another period, so nothing was published.")
    if batch.cells.duplicated(list(KEY_COLUMNS)).any() or not set(batch.cells["kpi"].astype(str)) <= set(batch.label.kpis):
        raise DisclosureError(f"{where}: some figures stand twice, or are of a KPI that the batch is not of, so nothing was published.")
    _check_lengths(batch.cells)


def _check_lengths(cells: pd.DataFrame) -> None:
    """SQLite would take any length, and PostgreSQL would not: a store must fit either."""
    for table, names in ((SERIES, KEY_COLUMNS), (CELLS, TEXT_COLUMNS)):
        for name in names:
            longest, limit = max(cells[name].astype(str).unique(), key=len, default=""), getattr(table.c[name].type, "length", None)
            if limit is not None and len(longest) > limit:
                raise InputError(
                    f"{name} '{longest[:40]}…' has {len(longest)} letters; the release store takes {limit}.",
                    "Nothing was published. Choose a shorter id in the configuration.",
                )


def write_cells(connection: Connection, batch_id: int, batch: DraftBatch, series: dict[Key, int]) -> None:
    """Store a batch's figures. `series` is what the store knows already, and learns what is new."""
    frame = batch.cells
    keys: list[Key] = list(zip(*(frame[c].astype(str) for c in KEY_COLUMNS), strict=True))
    known = len(series)
    for key in keys:
        series.setdefault(key, len(series) + 1)
    added = [{"id": i, **dict(zip(KEY_COLUMNS, key, strict=True))} for key, i in series.items() if i > known]
    if added:
        connection.execute(SERIES.insert(), added)
    rows = _rows(frame, batch.label.period_start)
    for row, key in zip(rows, keys, strict=True):
        row["series"], row["batch"] = series[key], batch_id
    if rows:
        connection.execute(CELLS.insert(), rows)


def _rows(frame: pd.DataFrame, start: date) -> list[dict[str, Any]]:
    columns: dict[str, list[Any]] = {}
    starts = pd.to_datetime(frame["period_start"]).dt.date
    columns["period_start"] = [None if pd.isna(day) or day == start else day for day in starts]
    for name in NUMBER_COLUMNS:
        columns[name] = [None if pd.isna(v) else float(v) + 0.0 for v in frame[name]]  # one engine forgets the sign of -0.0
    for name in TEXT_COLUMNS:
        columns[name] = [None if pd.isna(v) or v == "" else str(v) for v in frame[name]]
    columns["rounded"] = [True if v is True or v == 1 else None for v in frame["rounded"]]
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def known_series(connection: Connection) -> dict[Key, int]:
    statement = select(SERIES.c.id, *(SERIES.c[name] for name in KEY_COLUMNS)).order_by(SERIES.c.id)
    return {(row[1], row[2], row[3], row[4]): row[0] for row in connection.execute(statement)}


def cells_statement(batches: Select[Any] | Sequence[int], whole: bool = False) -> Select[Any]:
    """Figures of some batches in one statement, in the order in which each line was first published; `whole`: none of groups."""
    found = (
        select(
            *(SERIES.c[name] for name in KEY_COLUMNS),
            func.coalesce(CELLS.c.period_start, BATCHES.c.period_start).label("period_start"),
            BATCHES.c.period_end,
            *(CELLS.c[name] for name in (*NUMBER_COLUMNS, *TEXT_COLUMNS, *FLAG_COLUMNS)),
        )
        .select_from(SERIES.join(CELLS, CELLS.c.series == SERIES.c.id).join(BATCHES, BATCHES.c.id == CELLS.c.batch))
        .where(CELLS.c.batch.in_(batches))
        .order_by(SERIES.c.id, BATCHES.c.period_end)
    )
    return found.where(SERIES.c.group == "") if whole else found


def frame_of(rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Rows of `cells_statement` as a frame, missing numbers missing and missing text empty."""
    names = [*KEY_COLUMNS, *PERIOD_COLUMNS, *NUMBER_COLUMNS, *TEXT_COLUMNS, *FLAG_COLUMNS]
    columns = dict(zip(names, zip(*rows, strict=True), strict=False)) or dict.fromkeys(names, ())
    data: dict[str, Any] = {}
    for name in ESTIMATE_COLUMNS:
        if name in PERIOD_COLUMNS:
            data[name] = np.array(columns[name], dtype="datetime64[D]").astype("datetime64[us]")
        elif name in NUMBER_COLUMNS:
            data[name] = np.array(columns[name], dtype=float)  # None becomes missing
        elif name in FLAG_COLUMNS:
            data[name] = np.array([bool(v) for v in columns[name]], dtype=bool)
        else:
            data[name] = pd.array([v or "" for v in columns[name]], dtype="str")
    return pd.DataFrame(data)
