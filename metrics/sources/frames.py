"""What a fetched frame is made of, whichever database answered: the same rows come back as the same types.

Whole numbers and their sums are int64 (Int64 where some are missing), days and times datetime64[us], text `str`, yes/no bool (boolean
where some are missing), every other number float64. What a column is, the statement says, not the values that happen to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

import pandas as pd
from sqlalchemy import Boolean, Date, DateTime, Float, Integer, Numeric, Text
from sqlalchemy.sql import Select
from sqlalchemy.sql.selectable import SelectBase
from sqlalchemy.types import TypeEngine

DAYS: Literal["datetime64[us]"] = "datetime64[us]"


def settled(frame: pd.DataFrame, select: Select[Any] | SelectBase) -> pd.DataFrame:
    """A frame that an engine made by itself, in the promised types."""
    for name, kind in _types(select):
        if name in frame:
            frame[name] = _settled(frame[name], kind)
    return frame


def as_frame(rows: Sequence[Sequence[Any]], select: Select[Any] | SelectBase) -> pd.DataFrame:
    """Rows of Python values, in the promised types."""
    types = list(_types(select))
    columns: Iterable[tuple[Any, ...]] = zip(*rows, strict=True) if rows else [()] * len(types)
    return pd.DataFrame({name: _column(list(values), kind) for (name, kind), values in zip(types, columns, strict=True)})


def _types(select: Select[Any] | SelectBase) -> Iterable[tuple[str, TypeEngine[Any]]]:
    return ((str(column.name), column.type) for column in select.selected_columns)


def _settled(column: pd.Series, kind: TypeEngine[Any]) -> pd.Series:
    if isinstance(kind, Integer):
        return column.astype("Int64" if column.isna().any() else "int64")
    if isinstance(kind, Text) and column.dtype == object:  # DuckDB's word for a column of nothing but gaps, or of nothing
        return column.astype("str")
    if isinstance(kind, Boolean) and column.dtype == object:
        return column.astype("boolean")
    return column


def _column(values: list[Any], kind: TypeEngine[Any]) -> pd.Series:
    if isinstance(kind, Date | DateTime):
        return pd.Series(pd.to_datetime(pd.Series([v if isinstance(v, date) else None for v in values], dtype=object))).astype(DAYS)
    if isinstance(kind, Boolean):
        return pd.Series(values, dtype="boolean" if None in values else "bool")
    if isinstance(kind, Integer):
        whole = [None if v is None else int(v) for v in values]  # a sum comes as a decimal
        return pd.Series(whole, dtype="Int64" if None in values else "int64")
    if isinstance(kind, Numeric | Float):  # Double is a Float
        return pd.Series([None if v is None else float(v) for v in values], dtype="float64")
    if isinstance(kind, Text) or all(v is None or isinstance(v, str) for v in values):
        return pd.Series(values, dtype="str")
    return pd.Series(values).infer_objects()
