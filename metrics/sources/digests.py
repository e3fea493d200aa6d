"""What a day of a dataset holds, as one number that does not depend on the engine or on the order of its rows.

Every cell becomes 64 bits: text by SipHash, numbers, days and yes/no by their exact value; a gap is a value of its own. The cells of a
row are mixed with their columns' places, and the rows of a day are added up, once as they are and once squared, both modulo 2^64.
So two stores have the same digest where they hold the same rows, in any order, each as often. It finds accidents; it is no seal
against somebody who forges rows. It is made here, from rows that both engines hand over, because no two engines hash alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import select

from metrics.definitions.configuration import Configuration
from metrics.sources.engine import Source
from metrics.sources.tables import dataset_table

SEVERAL = 2**64


@dataclass(frozen=True)
class DayDigest:
    rows: int
    digest: str


def day_digests(source: Source, configuration: Configuration, dataset: str) -> dict[date, DayDigest]:
    """Every day that has rows."""
    table = dataset_table(configuration, dataset)
    if not source.columns(table.name):
        return {}
    rows: dict[date, int] = {}
    sums: dict[date, tuple[int, int]] = {}
    for piece in source.pieces(select(table)):
        hashes = row_hashes(piece)
        for day, part in hashes.groupby(piece["as_at"].dt.date.to_numpy()):
            values = part.to_numpy()
            once, squared = sums.get(day, (0, 0))
            with np.errstate(over="ignore"):
                sums[day] = ((once + int(values.sum())) % SEVERAL, (squared + int((values * values).sum())) % SEVERAL)
            rows[day] = rows.get(day, 0) + len(values)
    return {day: DayDigest(rows[day], f"{once:016x}{squared:016x}") for day, (once, squared) in sorted(sums.items())}


def row_hashes(frame: pd.DataFrame) -> pd.Series:
    """One number for each row; columns count by name, not by place."""
    return pd.util.hash_pandas_object(pd.DataFrame({name: _plain(frame[name]) for name in sorted(frame.columns)}), index=False)


def _plain(column: pd.Series) -> pd.Series:
    """As whole numbers that are told apart wherever the values are; -0.0 is 0.0, as it is to every reader."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        exact = column.astype("datetime64[us]").astype("int64")
    elif pd.api.types.is_bool_dtype(column.dtype):
        exact = column.astype("Int64").fillna(2).astype("int64")
    elif pd.api.types.is_float_dtype(column.dtype):
        exact = pd.Series((column.to_numpy(dtype="float64") + 0.0).view("int64"), index=column.index)
    elif pd.api.types.is_integer_dtype(column.dtype):
        exact = column.fillna(0).astype("int64")
    else:
        exact = pd.util.hash_pandas_object(column.astype("object").where(column.notna(), ""), index=False)
    hashed = pd.util.hash_pandas_object(exact, index=False)
    return hashed.where(column.notna(), np.uint64(0x9E3779B97F4A7C15))
