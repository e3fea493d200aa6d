"""Rows of the store as lines of text and back, the same from SQLite and from PostgreSQL: equal lines mean equal stores."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Float, LargeBinary, MetaData, Select, String, Table, select
from sqlalchemy.engine import Connection

from metrics.releases.schema import METADATA, STORE_VERSION

ROWS_AT_ONCE = 2000


def stored_tables(connection: Connection) -> list[Table]:
    """The tables that are there, as they are in whatever version, those that others refer to first."""
    ours = [name for name in METADATA.tables if name != STORE_VERSION.name]
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name in ours)
    return [table for table in found.sorted_tables if table.name in ours]


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """Each row as a line of JSON, in the order of the primary key."""
    writers = [_writer(column) for column in table.columns]
    at_once = {"stream_results": True, "yield_per": ROWS_AT_ONCE}
    for row in connection.execute(_in_order(connection, table), execution_options=at_once):
        values = [None if value is None else write(value) for write, value in zip(writers, row, strict=True)]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def row_of(line: bytes, table: Table) -> dict[str, Any]:
    """A line of `lines_of` as a row of the table. ValueError, TypeError : it is not one."""
    values = json.loads(line)
    if not isinstance(values, list):
        raise ValueError("not a list of values")
    pairs = zip(table.columns, values, strict=True)
    return {column.name: None if value is None else _reader(column)(value) for column, value in pairs}


def _in_order(connection: Connection, table: Table) -> Select[Any]:
    """By bytes, as SQLite sorts text, and not by a server's idea of a language."""
    server = connection.dialect.name == "postgresql"
    return select(table).order_by(*(c.collate("C") if server and isinstance(c.type, String) else c for c in table.primary_key))


def _writer(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, LargeBinary):
        return lambda value: b64encode(value).decode("ascii")
    if isinstance(column.type, Date):
        return lambda value: value.isoformat()
    return float if isinstance(column.type, Float) else lambda value: value


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, LargeBinary):
        return lambda text: b64decode(text, validate=True)
    return date.fromisoformat if isinstance(column.type, Date) else lambda value: value
