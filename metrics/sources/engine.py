"""Where person-level rows are kept: opened by URL, asked with SQLAlchemy Core statements, every value a bound parameter."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import pandas as pd
from sqlalchemy import Table
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql import Executable, Select
from sqlalchemy.sql.ddl import ExecutableDDLElement
from sqlalchemy.sql.selectable import SelectBase

from metrics.errors import SourceError

Statement = Executable | ExecutableDDLElement
PIECE = 100_000


class Source(ABC):
    """One open database. Not shared between threads.

    Whoever opened it for reading only sees the rows of one moment, from the first statement until it is closed.
    """

    dialect: Dialect
    """To compile a statement for printing."""
    where: str
    """What a person would call it: a file, or a server without its password."""

    @abstractmethod
    def fetch(self, select: Select[Any] | SelectBase) -> pd.DataFrame:
        """The rows of a select, in the types of `metrics.sources.frames`."""

    @abstractmethod
    def pieces(self, select: Select[Any] | SelectBase, rows: int = PIECE) -> Iterator[pd.DataFrame]:
        """The rows of a large select, some at a time. Read to the end before asking anything else."""

    @abstractmethod
    def execute(self, statement: Statement, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None) -> None:
        """Run a statement that returns nothing, once, or once for each set of values."""

    def create(self, table: Table) -> None:
        """A declared table, for its owner alone."""
        self.execute(CreateTable(table))

    @abstractmethod
    def insert(self, table: Table, frame: pd.DataFrame) -> None:
        """Append a frame whose columns are named as the table's."""

    @abstractmethod
    def columns(self, table: str) -> dict[str, str]:
        """Column names, in the case that they were declared in, and types that the database really has; empty without such a table."""

    @abstractmethod
    def begin(self) -> AbstractContextManager[Source]:
        """A transaction: all of it is kept, or on any error none of it."""

    def forget(self, tables: Sequence[str]) -> str:
        """After a deletion: take the deleted rows out of what the database keeps on disk, and close. Returns what is left for a person
        to do, if anything is."""
        self.close()
        return "Ask the administrator of the database how deleted rows leave its files and backups."

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Source:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_source(url: str, read_only: bool = True) -> Source:
    """Open a database: `duckdb:///path/to/file`, `duckdb://` (in memory), `postgresql://…`, or another URL that SQLAlchemy knows.

    Raises
    ------
    SourceError : not a URL, no such file, in use by another program, not a database, or not reachable
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SourceError(
            "The address of the workforce database is not a URL.", "Write duckdb:///path/to/file.duckdb or postgresql+psycopg://…"
        ) from error
    if parsed.get_backend_name() == "duckdb":
        from metrics.sources.duckdb_file import DuckDBSource

        return DuckDBSource(parsed.database or None, read_only)
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        from metrics.sources.postgresql import PostgreSQLSource

        return PostgreSQLSource(parsed, read_only)
    from metrics.sources.server import ServerSource

    return ServerSource(parsed, read_only)
