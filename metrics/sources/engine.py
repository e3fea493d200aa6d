"""Where person-level rows are kept: opened by URL, asked with SQLAlchemy Core statements, every value a bound parameter."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import pandas as pd
from sqlalchemy import Table
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql import Executable, Select
from sqlalchemy.sql.ddl import ExecutableDDLElement
from sqlalchemy.sql.selectable import SelectBase

from metrics.errors import SourceError

Statement = Executable | ExecutableDDLElement


class Source(ABC):
    """One open database. Not shared between threads."""

    dialect: Dialect
    """To compile a statement for printing."""
    where: str
    """What a person would call it: a file, or a server without its password."""

    @abstractmethod
    def fetch(self, select: Select[Any] | SelectBase) -> pd.DataFrame:
        """The rows of a select; days come as datetime64, text as `str`."""

    @abstractmethod
    def execute(self, statement: Statement, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None) -> None:
        """Run a statement that returns nothing, once, or once for each set of values."""

    @abstractmethod
    def insert(self, table: Table, frame: pd.DataFrame) -> None:
        """Append a frame whose columns are named as the table's."""

    @abstractmethod
    def columns(self, table: str) -> dict[str, str]:
        """Column names and types that the database really has; empty when there is no such table."""

    @abstractmethod
    def begin(self) -> AbstractContextManager[Source]:
        """A transaction: all of it is kept, or on any error none of it."""

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Source:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_source(url: str, read_only: bool = True) -> Source:
    """Open a database: `duckdb:///path/to/file`, `duckdb://` (in memory), or any URL that SQLAlchemy knows.

    Raises
    ------
    SourceError : not a URL, no such file, in use by another program, not a database, or not reachable
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SourceError(
            "The address of the workforce database is not a URL.", "Write duckdb:///path/to/file.duckdb or postgresql+psycopg://…"
        ) from error
    if parsed.get_backend_name() == "duckdb":
        from metrics.sources.duckdb_file import DuckDBSource

        return DuckDBSource(parsed.database or None, read_only)
    from metrics.sources.server import ServerSource

    return ServerSource(parsed, read_only)
