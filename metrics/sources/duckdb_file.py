"""The default store of person-level rows: one DuckDB file, closed to everything outside it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from sqlalchemy import Table
from sqlalchemy.sql import Select
from sqlalchemy.sql.ddl import ExecutableDDLElement
from sqlalchemy.sql.selectable import SelectBase

from metrics.errors import SourceError
from metrics.interruption import stop_if_asked
from metrics.sources.dialect import DuckDBDialect
from metrics.sources.engine import PIECE, Source, Statement
from metrics.sources.frames import settled

CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
}
"""Nothing is fetched or loaded at run time. Statements reach this one file and nothing else; the lock stops a statement from taking
that back. Given at the opening, because one process may open a file twice only in the same way."""

VECTOR = 2048
"""Rows that DuckDB hands over at once."""


class DuckDBSource(Source):
    def __init__(self, path: str | None, read_only: bool) -> None:
        self.dialect = DuckDBDialect()
        self.where = path or "the database in memory"
        self._connection = _connect(Path(path), read_only) if path else duckdb.connect(":memory:", config=CLOSED)
        self._path = Path(path) if path else None
        self._opened = _identity(self._path)

    def fetch(self, select: Select[Any] | SelectBase) -> pd.DataFrame:
        text, values = self._compiled(select, {})
        with self._in_words():
            return settled(self._run(text, values).df(), select)

    def pieces(self, select: Select[Any] | SelectBase, rows: int = PIECE) -> Iterator[pd.DataFrame]:
        text, values = self._compiled(select, {})
        with self._in_words():
            found = self._run(text, values)
            while len(frame := found.fetch_df_chunk(max(rows // VECTOR, 1))):
                yield settled(frame, select)

    def execute(self, statement: Statement, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None) -> None:
        sets = [values] if isinstance(values, Mapping) else (values if values is not None else [{}])
        for each in sets:
            self._run(*self._compiled(statement, each))

    def insert(self, table: Table, frame: pd.DataFrame) -> None:
        quote = self.dialect.identifier_preparer.quote
        names = ", ".join(quote(str(name)) for name in frame.columns)
        self._connection.register("incoming_rows", frame)
        try:
            self._run(f"INSERT INTO {quote(table.name)} ({names}) SELECT {names} FROM incoming_rows", [])
        finally:
            with suppress(duckdb.Error):  # a failed transaction answers to nothing but its end
                self._connection.unregister("incoming_rows")

    def columns(self, table: str) -> dict[str, str]:
        found = self._run(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'main' AND table_name = $1"
            " ORDER BY ordinal_position",
            [table],
        )
        return {str(name): str(kind) for name, kind in found.fetchall()}

    @contextmanager
    def begin(self) -> Iterator[Source]:
        self._connection.execute("BEGIN TRANSACTION")
        try:
            yield self
            self._check_still_there()
            stop_if_asked()
            self._run("COMMIT", [])
        except BaseException:
            with suppress(duckdb.Error):  # a failed commit has already rolled back
                self._connection.execute("ROLLBACK")
            raise

    def forget(self, tables: Sequence[str]) -> str:
        """Deleted rows stay in a DuckDB file's free pages: what is left is written into a new file, which takes the old one's place."""
        try:
            if self._path is not None:
                rewrite(self._connection, self._path)
        except (SourceError, duckdb.Error, OSError) as error:
            say = f"The rows are deleted, but the file {self._path} could not be rewritten and may still hold them."
            advice = error.advice if isinstance(error, SourceError) else _advice(error)
            raise SourceError(say, f"{advice} Then run `equality purge` again.") from error
        finally:
            self.close()
        return ""

    def close(self) -> None:
        self._connection.close()

    def _check_still_there(self) -> None:
        """Rows written into a file that somebody has removed would be gone without a word."""
        if _identity(self._path) != self._opened:
            say = f"The workforce database ({self.where}) was removed or replaced while it was open."
            raise SourceError(say, "Nothing was stored. Put it back, or load every extract again into a new one.")

    def _compiled(self, statement: Any, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        if isinstance(statement, ExecutableDDLElement):
            return str(statement.compile(dialect=self.dialect)), []
        keys = {"column_keys": list(values)} if values and not isinstance(statement, SelectBase) else {}
        compiled = statement.compile(dialect=self.dialect, compile_kwargs={"render_postcompile": True}, **keys)
        named = compiled.construct_params(values)
        return str(compiled), [named[name] for name in compiled.positiontup or ()]

    def _run(self, text: str, values: list[Any]) -> duckdb.DuckDBPyConnection:
        with self._in_words():
            return self._connection.execute(text, values) if values else self._connection.execute(text)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise SourceError(
                f"The workforce database ({self.where}) lacks a table or column that the configuration asks for.",
                "Load the extracts again with `equality ingest`: the dataset's definition has changed since, or nothing was loaded yet.",
            ) from error
        except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.PermissionException) as error:
            reading = "read-only" in str(error)
            why = "was opened for reading only" if reading else "refuses this statement, or one of its values"
            raise SourceError(f"The workforce database ({self.where}) {why}.") from error
        except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException, duckdb.TransactionException) as error:
            raise _failed(self.where, error) from error
        except duckdb.InterruptException as error:
            raise KeyboardInterrupt from error
        except duckdb.Error as error:
            if not _is_damaged(error):
                raise
            raise _failed(self.where, error) from error
        except RuntimeError as error:  # what DuckDB makes of Ctrl+C while a statement runs
            if "interrupt" not in str(error).lower():
                raise
            raise KeyboardInterrupt from error


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Which file stands at a path; None where there is none."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


REWRITING = ".rewriting"


def rewrite(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The file anew, without free pages; a kill or a full disk leaves the old one in its place.

    The rows go through this process: neither database may open files by itself. The old file stays locked until the new one is there.
    """
    fresh = path.with_name(path.name + REWRITING)
    _take_back(fresh)
    try:
        connection.execute("CHECKPOINT")  # nothing waits in the log, which is found by the file's name
        made = _connect(fresh, read_only=False)
        try:
            for name, declared in connection.execute("SELECT table_name, sql FROM duckdb_tables() ORDER BY table_name").fetchall():
                made.execute(declared)
                _copy(connection, made, '"' + name.replace('"', '""') + '"')
            made.execute("CHECKPOINT")
        finally:
            made.close()
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(fresh, path)
    except BaseException:
        _take_back(fresh)
        raise


def _copy(connection: duckdb.DuckDBPyConnection, made: duckdb.DuckDBPyConnection, name: str) -> None:
    found = connection.execute(f"SELECT * FROM {name}")
    while len(rows := found.fetch_df_chunk(PIECE // VECTOR)):
        made.register("incoming_rows", rows)
        made.execute(f"INSERT INTO {name} SELECT * FROM incoming_rows")
        made.unregister("incoming_rows")


def _connect(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    fresh = False
    try:
        fresh = not path.exists()
        if fresh and read_only:
            raise SourceError(f"There is no workforce database at {path}.", "Load an extract first: `equality ingest DATASET FILE`.")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = duckdb.connect(str(path), read_only=read_only, config=CLOSED)
        if fresh:
            os.chmod(path, 0o600)  # person-level rows: for the analyst alone
        return connection
    except (duckdb.Error, OSError) as error:
        if fresh and not _is_locked(error):
            _take_back(path)
        raise _cannot_open(path, error) from error


def _take_back(path: Path) -> None:
    """A full disk must leave no half of a new database, which nothing could open later."""
    for part in (path, path.with_name(path.name + ".wal")):
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _is_locked(error: Exception) -> bool:
    return isinstance(error, duckdb.ConnectionException) or "set lock" in str(error).lower()


def _cannot_open(path: Path, error: Exception) -> SourceError:
    text = str(error)
    if "different configuration" in text:
        return SourceError(f"The workforce database {path} is open in this program already, in another way.", "Close it first.")
    if _is_locked(error):
        return SourceError(f"The workforce database {path} is in use by another program.", "Wait until it has ended, then try again.")
    if "not a valid DuckDB" in text:
        return SourceError(f"{path} is not a DuckDB database file.", "Correct the workforce database's address in settings.yaml.")
    if "newer version" in text or "storage version" in text.lower():
        return SourceError(f"{path} was written by another version of DuckDB.", "Use that version, or load the extracts into a new file.")
    if _is_damaged(error):
        return _failed(str(path), error)
    return SourceError(f"The workforce database {path} cannot be opened ({type(error).__name__}).", _advice(error))


def _failed(where: str, error: Exception) -> SourceError:
    if _is_damaged(error):
        advice = "Put back a copy of it, or move it away and load the extracts again. Releases do not need it."
        return SourceError(f"The workforce database ({where}) is damaged or cut off.", advice)
    return SourceError(f"The workforce database ({where}) failed: {type(error).__name__}.", _advice(error))


def _is_damaged(error: Exception) -> bool:
    """As DuckDB words it: a block that is not what was written, or a file that ends too soon."""
    return any(words in str(error).lower() for words in ("corrupt", "checksum", "could not read enough bytes", "deserialize"))


def _advice(error: Exception) -> str:
    text = str(error).lower()
    if "no space" in text or "disk" in text or "file too large" in text or "could not write" in text:
        return "The disk is full: free some space. What was stored before is intact."
    if "permission" in text or isinstance(error, PermissionError):
        return "You may not read or write there: ask for access, or correct the address in settings.yaml."
    return "Check that the file and its folder can be read and written."
