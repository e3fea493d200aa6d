"""Cells of every kind as the words that a CSV of the same table should have said, a column at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

SPACES = " \t\r\n\v\f\u00a0\u2007\u202f\u200b\ufeff"
"""Trimmed from both ends of a cell: also the spaces that do not break, and those that have no width."""
WORDS: Any = pd.StringDtype("pyarrow", na_value=np.nan)
"""What pandas calls `str`."""


class NoWords(ValueError):
    """A cell that is no single value: a list, a record, bytes."""


def cell_text(cell: Any) -> str:
    """Whole numbers without a point, days in ISO, true and false as words, nothing for what is missing."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, Decimal):
        return f"{cell:f}" if cell.is_finite() else str(cell)
    if isinstance(cell, dt.datetime):
        return _moment(cell)
    if isinstance(cell, bytes | bytearray | memoryview | list | tuple | dict | set):
        raise NoWords
    return str(cell) if cell is not None else ""


def _number(cell: float) -> str:
    if cell != cell:
        return ""
    return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)


def _moment(cell: dt.datetime) -> str:
    """By the clock of the moment's own zone: a day is the day that people there would name."""
    local = cell.replace(tzinfo=None)
    return local.date().isoformat() if local.time() == dt.time() else local.isoformat(sep=" ")


def words_of(values: Iterable[Any], say: Callable[[Any], str] = cell_text) -> pa.Array:
    """One column of Python values as trimmed words, missing where blank."""
    said: dict[Any, str] = {}
    column: list[str] = []
    for value in values:
        if type(value) is str:
            column.append(value)
            continue
        try:
            word = said.get(value)
        except TypeError as error:  # a list or record is no key
            raise NoWords from error
        if word is None:
            word = said[value] = say(value)
        column.append(word)
    return trimmed(pa.array(column, pa.large_string()))


def trimmed(column: pa.Array) -> pa.Array:
    bare = pc.utf8_trim(column, characters=SPACES)
    return pc.if_else(pc.equal(bare, ""), pa.scalar(None, bare.type), bare)


def text_frame(columns: Sequence[pa.Array], names: Sequence[str], numbers: Sequence[int] | np.ndarray) -> pd.DataFrame:
    """Columns of words as a frame without its wholly blank rows; `numbers` are the rows' numbers in the file."""
    frame = pd.DataFrame(
        {name: pd.Series(WORDS.__from_arrow__(column)) for name, column in zip(names, columns, strict=True)}, columns=list(names)
    )
    frame.index = pd.Index(np.asarray(numbers, dtype="int64"), name="row")
    blank = frame.isna().all(axis=1)
    return frame.loc[~blank] if blank.any() else frame
