"""Parquet files: their typed columns as the words that a CSV of the same table should have said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from metrics.errors import InputError, Problem
from metrics.ingest.cells import cell_text, text_frame, trimmed
from metrics.ingest.opening import Opened, refuse
from metrics.ingest.reading import MAX_COLUMNS, MAX_ROWS, ROWS_AT_A_TIME, Extract

LONGEST_CELL = 131_072
"""Characters, as for CSV."""
MAX_UNFOLDED = 2**31
"""Bytes of the columns once uncompressed, as the file itself declares them."""
MOST_TEXT = 2**28
"""Bytes of one column's words in one part."""
NESTED = "Write one value into each cell, or leave the column out of the extract."


def open_parquet(opened: Opened) -> Extract:
    with _in_words(opened):
        file = _file(opened)
        schema, metadata = file.schema_arrow, file.metadata
    names = _check_headings(opened, [str(name) for name in schema.names])
    if metadata.num_rows > MAX_ROWS:
        raise refuse(opened.path, f"the file has more than {MAX_ROWS:,} rows.", "Split the extract by date.")
    if metadata.num_rows <= 0:
        raise refuse(opened.path, "the file holds headings but no rows.", "Export the extract again.")
    if _unfolded(metadata) > MAX_UNFOLDED:
        raise refuse(opened.path, f"unpacked, the file holds more than {MAX_UNFOLDED // 2**20} MB.", "Leave out columns, or split it.")
    return Extract(
        name=opened.path.name,
        headings=tuple(names),
        format="Parquet",
        encoding="",
        delimiter="",
        sheet="",
        header_row=0,
        real_dates=True,
        sha256=opened.sha256,
        notes=tuple(_zones(schema)),
        read=lambda wanted: _parts(opened, schema, names, wanted),
    )


def _file(opened: Opened, words: Sequence[str] = ()) -> pq.ParquetFile:
    """Text stays a list of different words, so that one long word in a million rows is held once."""
    return pq.ParquetFile(
        opened.path,
        read_dictionary=list(words),
        memory_map=False,
        thrift_string_size_limit=2**24,
        thrift_container_size_limit=2**20,
        page_checksum_verification=True,
    )


def _unfolded(metadata: Any) -> int:
    groups = (metadata.row_group(n) for n in range(metadata.num_row_groups))
    return sum(group.column(c).total_uncompressed_size for group in groups for c in range(group.num_columns))


def _check_headings(opened: Opened, headings: list[str]) -> list[str]:
    """Headings as they are, but for spaces around them; blank or repeated ones are refused together."""
    names = [" ".join(heading.split()) for heading in headings]
    if len(names) > MAX_COLUMNS:
        raise refuse(opened.path, f"the file has more than {MAX_COLUMNS} columns.")
    if len(names) < 2:
        raise refuse(opened.path, "only one column was found; a table has several.")
    problems = [Problem(opened.path.name, f"the name of column {n} is blank. Give it one.") for n, name in enumerate(names, 1) if not name]
    folded = [name.casefold() for name in names]
    twice = [name for n, name in enumerate(names) if name and folded.index(name.casefold()) == n and folded.count(name.casefold()) > 1]
    problems += [
        Problem(opened.path.name, f"the heading '{name}' stands {folded.count(name.casefold())} times. Give each column its own.")
        for name in twice
    ]
    if problems:
        raise InputError(problems, "Correct the headings and try again.")
    return names


def _zones(schema: pa.Schema) -> Iterator[str]:
    for column in schema:
        if pa.types.is_timestamp(column.type) and column.type.tz:
            yield f"{column.name} holds moments with a time zone ({column.type.tz}): days are read by the clock of that zone."


def _parts(opened: Opened, schema: pa.Schema, names: list[str], wanted: Sequence[str] | None) -> Iterator[pd.DataFrame]:
    chosen = [name for name in names if wanted is None or name in wanted]
    positions = [names.index(name) for name in chosen]
    _refuse_nested(opened, schema, names, positions)
    words = [schema.names[p] for p in positions if _is_words(schema.types[p])]
    with _in_words(opened):
        file = _file(opened, words)
        batches = file.iter_batches(ROWS_AT_A_TIME, columns=[schema.names[p] for p in positions])
    number = 0
    while True:
        with _in_words(opened):
            batch = next(batches, None)
            if batch is None:
                break
            columns = [_words(opened, names[p], batch.column(schema.names[p])) for p in positions]
        yield text_frame(columns, chosen, np.arange(number + 1, number + 1 + batch.num_rows))
        number += batch.num_rows
    if not number:  # what the file says of itself is not what it holds
        raise refuse(opened.path, "the file holds headings but no rows.", "Export the extract again.")


def _is_words(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _refuse_nested(opened: Opened, schema: pa.Schema, names: list[str], positions: Sequence[int]) -> None:
    wrong = [names[p] for p in positions if pa.types.is_nested(schema.types[p])]
    if wrong:
        say = [Problem(f"{opened.path.name} [{name}]", "holds lists or records, not one value a row.") for name in wrong]
        raise InputError(say, NESTED)


def _words(opened: Opened, name: str, column: Any) -> pa.Array:
    """A column as trimmed words; each different value is put into words once."""
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    words = _dictionary(opened, name, column.dictionary)
    lengths = pc.fill_null(pc.binary_length(words), 0)
    if len(words) and pc.max(lengths).as_py() > LONGEST_CELL:
        raise refuse(opened.path, f"a cell of {name} is longer than {LONGEST_CELL:,} characters.", NESTED)
    if len(words) and (pc.sum(lengths.take(column.indices)).as_py() or 0) > MOST_TEXT:
        raise refuse(opened.path, f"the cells of {name} are too long for a table about people.", "Leave the column out of the extract.")
    return trimmed(words.take(column.indices))


def _dictionary(opened: Opened, name: str, values: pa.Array) -> pa.Array:
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return values.cast(pa.large_string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return _decoded(opened, name, values)
    if pa.types.is_timestamp(kind) and kind.tz:
        values = pc.local_timestamp(values)
    say: Callable[[Any], str] = _short_float if pa.types.is_float32(kind) or pa.types.is_float16(kind) else cell_text
    return pa.array([say(value) for value in values.to_pylist()], pa.large_string())


def _decoded(opened: Opened, name: str, values: pa.Array) -> pa.Array:
    """Some programs write text as bytes without saying that it is text."""
    try:
        return values.cast(pa.large_binary()).cast(pa.large_string())
    except pa.ArrowInvalid as error:
        raise refuse(opened.path, f"the column {name} holds bytes that are not text.", "Leave it out of the extract.") from error


def _short_float(value: Any) -> str:
    """A number of single precision as short as it was written: 12.34, not 12.34000015258789."""
    return cell_text(value if value is None or float(value).is_integer() else float(str(np.float32(value))))


@contextmanager
def _in_words(opened: Opened) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowMemoryError, MemoryError) as error:
        raise refuse(opened.path, "the file asks for more memory than there is.", "Export the extract again.") from error
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        if "timezone" in str(error).lower() or "time zone" in str(error).lower():
            raise refuse(opened.path, "a column names a time zone that this computer does not know.", "Write days, not moments.") from error
        raise refuse(opened.path, "the Parquet file is damaged, cut off or of an unknown kind.", "Copy it again, or export CSV.") from error
