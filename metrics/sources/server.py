"""Person-level rows on a database server that SQLAlchemy has a driver for.

One connection for each source, opened for it and never kept for another: a dead connection cannot be handed out again.
PostgreSQL, the server that is tested, has its own ways in `postgresql.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pandas as pd
from sqlalchemy import URL, Connection, CursorResult, Engine, NullPool, Table, create_engine, inspect
from sqlalchemy.exc import DBAPIError, IdentifierError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import NoSuchTableError as NoSuchTable
from sqlalchemy.sql import Select
from sqlalchemy.sql.selectable import SelectBase

from metrics.errors import SourceError
from metrics.interruption import stop_if_asked
from metrics.sources.engine import PIECE, Source, Statement
from metrics.sources.frames import as_frame

ROWS_AT_A_TIME = 10_000


class ServerSource(Source):
    def __init__(self, url: URL, read_only: bool) -> None:
        self.where = named(url)
        self._read_only = read_only
        try:
            self._engine: Engine = create_engine(url, poolclass=NullPool, hide_parameters=True, **self._options())
            self.dialect = self._engine.dialect
            self._connection: Connection = self._engine.connect()
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise SourceError(
                f"No driver for {url.drivername} is installed.", "Install it, or use duckdb:///path/to/file.duckdb."
            ) from error
        except DBAPIError as error:
            raise self._unreached(error) from error
        except (SQLAlchemyError, TypeError, ValueError) as error:
            advice = "Correct it in the environment variable, or in settings.yaml."
            raise SourceError("The address of the workforce database has an option that its driver does not know.", advice) from error

    # -- what a kind of server may do its own way ---------------------------------------------------------------
    def _options(self) -> dict[str, Any]:
        """For `create_engine`."""
        return {}

    def _opened(self) -> None:
        """Called at the start of every transaction."""

    def _taken(self) -> None:
        """Called at the start of every transaction that writes."""

    def _closing(self) -> None:
        """Called before a transaction that wrote is committed."""

    def _unreached(self, error: DBAPIError) -> SourceError:
        return self._failed(error)

    def _failed(self, error: BaseException) -> SourceError:
        orig = getattr(error, "orig", error)
        return SourceError(
            f"The workforce database ({self.where}) cannot be reached, or refused ({type(orig).__name__}).",
            "Check the address, the account's rights and that the server runs; load the extracts again if the definition has changed.",
        )

    def _driver_errors(self) -> tuple[type[Exception], ...]:
        return (DBAPIError,)

    # -- reading ------------------------------------------------------------------------------------------------
    def fetch(self, select: Select[Any] | SelectBase) -> pd.DataFrame:
        with self._reading():
            return as_frame(self._connection.execute(select).fetchall(), select)  # type: ignore[arg-type]

    def pieces(self, select: Select[Any] | SelectBase, rows: int = PIECE) -> Iterator[pd.DataFrame]:
        with self._reading():
            options = {"stream_results": True, "max_row_buffer": rows}
            result: CursorResult[Any] = self._connection.execute(select, execution_options=options)  # type: ignore[arg-type]
            for part in result.partitions(rows):
                yield as_frame(part, select)

    def columns(self, table: str) -> dict[str, str]:
        with self._reading():
            try:
                return {str(column["name"]): str(column["type"]) for column in inspect(self._connection).get_columns(table)}
            except NoSuchTable:
                return {}

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """A reader stays in its transaction until it is closed; a writer leaves it, unless it is in one of its own."""
        own = self._start()
        try:
            with self._in_words():
                yield
        finally:
            if own and not self._read_only:
                self._back()

    # -- writing ------------------------------------------------------------------------------------------------
    def execute(self, statement: Statement, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None) -> None:
        with self._writing(), self._in_words():
            self._connection.execute(statement, values)

    def insert(self, table: Table, frame: pd.DataFrame) -> None:
        with self._writing():
            for start in range(0, len(frame), ROWS_AT_A_TIME):
                part = frame.iloc[start : start + ROWS_AT_A_TIME]
                records: list[Any] = part.astype(object).where(part.notna(), None).to_dict("records")
                self.execute(table.insert(), records)

    @contextmanager
    def begin(self) -> Iterator[Source]:
        with self._writing():
            yield self

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """In the transaction that is open, or in one of its own."""
        if self._read_only:
            raise SourceError(f"The workforce database ({self.where}) was opened for reading only.")
        if not self._start():
            yield
            return
        try:
            with self._in_words():
                self._taken()
            yield
            with self._in_words():
                self._closing()
                stop_if_asked()
                self._connection.commit()
        except BaseException:
            self._back()
            raise

    def _start(self) -> bool:
        """Open a transaction unless one is open; whether that was needed."""
        if self._connection.in_transaction():
            return False
        with self._in_words():
            self._connection.begin()
            self._opened()
        return True

    def _back(self) -> None:
        with suppress(*self._driver_errors(), SQLAlchemyError):  # a lost connection has rolled back already
            self._connection.rollback()

    def close(self) -> None:
        with suppress(*self._driver_errors(), SQLAlchemyError):
            self._connection.close()
        self._engine.dispose()

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except IdentifierError as error:
            say = f"The workforce database ({self.where}) does not take names as long as the configuration's."
            raise SourceError(say, "Give the dataset or the column a shorter id.") from error
        except self._driver_errors() as error:
            if self._read_only:  # a failed transaction answers nothing more
                self._back()
            raise self._failed(error) from error


def named(url: URL) -> str:
    """What a person calls the database: neither its password nor its options, which may hold one."""
    host = f" at {url.host}" + (f":{url.port}" if url.port else "") if url.host else ""
    return f"{url.database or url.drivername}{host}"
