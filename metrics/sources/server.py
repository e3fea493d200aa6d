"""Person-level rows on a database server that SQLAlchemy has a driver for, such as PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
from sqlalchemy import URL, Connection, CursorResult, Date, DateTime, Engine, Table, create_engine, inspect
from sqlalchemy.exc import DBAPIError, NoSuchModuleError
from sqlalchemy.exc import NoSuchTableError as NoSuchTable
from sqlalchemy.sql import Select
from sqlalchemy.sql.selectable import SelectBase

from metrics.errors import SourceError
from metrics.sources.engine import Source, Statement

ROWS_AT_A_TIME = 10_000


class ServerSource(Source):
    def __init__(self, url: URL, read_only: bool) -> None:
        self.where = url.render_as_string(hide_password=True)
        try:
            self._engine: Engine = create_engine(url)
            self._connection: Connection = self._engine.connect()
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise SourceError(
                f"No driver for {url.drivername} is installed.", "Install it, or use duckdb:///path/to/file.duckdb."
            ) from error
        except DBAPIError as error:
            raise _failed(self.where, error) from error
        self._read_only = read_only
        self.dialect = self._engine.dialect

    def fetch(self, select: Select[Any] | SelectBase) -> pd.DataFrame:
        try:
            result: CursorResult[Any] = self._connection.execute(select)  # type: ignore[arg-type]
            frame = pd.DataFrame(result.fetchall(), columns=list(result.keys()))
        except DBAPIError as error:
            raise _failed(self.where, error) from error
        finally:
            self._end_of_read()
        for column in select.selected_columns:
            if column.name in frame and isinstance(column.type, Date | DateTime):
                frame[column.name] = pd.to_datetime(frame[column.name])
        return frame

    def execute(self, statement: Statement, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None) -> None:
        self._check_writable()
        try:
            self._connection.execute(statement, values)
        except DBAPIError as error:
            raise _failed(self.where, error) from error

    def insert(self, table: Table, frame: pd.DataFrame) -> None:
        rows = frame.astype(object).where(frame.notna(), None)
        for start in range(0, len(rows), ROWS_AT_A_TIME):
            records: list[Any] = rows.iloc[start : start + ROWS_AT_A_TIME].to_dict("records")
            self.execute(table.insert(), records)

    def columns(self, table: str) -> dict[str, str]:
        try:
            return {str(column["name"]): str(column["type"]) for column in inspect(self._connection).get_columns(table)}
        except NoSuchTable:
            return {}
        finally:
            self._end_of_read()

    @contextmanager
    def begin(self) -> Iterator[Source]:
        self._check_writable()
        self._in_transaction = True
        try:
            with self._connection.begin():
                yield self
        finally:
            self._in_transaction = False

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()

    _in_transaction = False

    def _end_of_read(self) -> None:
        if not self._in_transaction:
            self._connection.rollback()

    def _check_writable(self) -> None:
        if self._read_only:
            raise SourceError(f"The workforce database ({self.where}) was opened for reading only.")


def _failed(where: str, error: DBAPIError) -> SourceError:
    return SourceError(
        f"The workforce database {where} cannot be reached, or refused ({type(error.orig).__name__}).",
        "Check the address, the account's rights and that the server runs; load the extracts again if the definition has changed.",
    )
