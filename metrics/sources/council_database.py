"""A council's own database, opened to read one table or view of it: never written to, nothing kept open, no SQL from a file."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import sqlalchemy as sa
from sqlalchemy import URL, NullPool, create_engine, inspect, make_url
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.sql import Select

from metrics.definitions.nearest import listed, nearest
from metrics.errors import InputError, SourceError
from metrics.sources.dialect import DuckDBDialect
from metrics.sources.duckdb_file import CLOSED
from metrics.sources.postgresql import UNREACHED, connection_url
from metrics.sources.server import named

ROWS_AT_A_TIME = 50_000
NO_RIGHT = {"42501", "42000", "229", "942", "1031"}
"""How databases number "you may not read this": the SQL standard's state, SQL Server, Oracle."""
Row = Sequence[Any]


@dataclass(frozen=True)
class Relation:
    """One table or view, by the names that the database itself gives."""

    schema: str | None
    name: str
    columns: Mapping[str, str]
    """Name to type, in the table's order."""

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


class CouncilDatabase(ABC):
    """One open database. `name` is what settings call it, `where` what a person would: no password."""

    name: str
    where: str
    dialect: Dialect

    def find(self, schema: str | None, name: str) -> Relation:
        """The table or view of this name; capital letters matter only where two differ in nothing else.

        Raises
        ------
        InputError : there is none; the message says what there is
        SourceError : the database cannot be asked
        """
        if schema is not None:
            schema = self._only(schema, self.schemas(), "schema", "")
        place = f" in schema '{schema}' that this account may see" if schema else " that this account may see"
        found = self._only(name, self.relations(schema), "table or view", place)
        return Relation(schema, found, self.columns(schema, found))

    def _only(self, name: str, there: Sequence[str], what: str, place: str) -> str:
        alike = [found for found in there if found == name] or [found for found in there if found.casefold() == name.casefold()]
        if len(alike) != 1:
            say = f"{self.name} has no {what} '{name}'{place}{_or(name, there)}."
            raise InputError(say, "Correct `table:` in the dataset, or ask the database's administrator for the right to read it.")
        return alike[0]

    @abstractmethod
    def schemas(self) -> Sequence[str]: ...

    @abstractmethod
    def relations(self, schema: str | None) -> Sequence[str]:
        """Tables and views of a schema, or of the one where the account looks first."""

    @abstractmethod
    def columns(self, schema: str | None, name: str) -> Mapping[str, str]: ...

    @abstractmethod
    def rows(self, select: Select[Any], relation: Relation) -> Iterator[Sequence[Row]]:
        """The rows of a select, some thousands at a time, as the values that the database gave."""

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> CouncilDatabase:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _or(word: str, there: Sequence[str]) -> str:
    likely = nearest(word, there)
    return f"; did you mean '{likely}'?" if likely else f"; there are: {listed(there)}"


def rows_of(relation: Relation, columns: Sequence[str], order: str | None = None, day: tuple[str, dt.date] | None = None) -> Select[Any]:
    """Some columns of a table, in the order of one of them; with a day, only the rows whose day it is. Values are bound, never text."""
    table = sa.table(relation.name, *(sa.column(name) for name in columns), schema=relation.schema)
    select = sa.select(*(table.c[name] for name in columns))
    if order is not None:
        select = select.order_by(table.c[order])
    if day is not None:
        heading, asked = day
        column = sa.column(heading, sa.Date, _selectable=table)
        select = select.where(column >= asked, column < asked + dt.timedelta(days=1))
    return select


def open_council_database(name: str, url: str, variable: str = "") -> CouncilDatabase:
    """Open the database that settings call `name`, for reading.

    Raises
    ------
    SourceError : no address, not a URL, no driver, not reachable, or no such file
    """
    if not url:
        raise SourceError(f"The connection {name} has no address.", f"Set the environment variable {variable} to its URL.")
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SourceError(f"The address of {name} is not a URL.", f"Write it as postgresql+psycopg://… in {variable}.") from error
    backend = parsed.get_backend_name()
    if backend in ("duckdb", "sqlite") and not Path(parsed.database or "").is_file():
        raise SourceError(f"There is no database file for {name} at {parsed.database or 'no path'}.", f"Correct {variable}.")
    return _DuckDB(name, str(parsed.database)) if backend == "duckdb" else _Server(name, parsed)


class _Server(CouncilDatabase):
    """A database that SQLAlchemy has a driver for."""

    def __init__(self, name: str, url: URL) -> None:
        self.name, self.where = name, named(url)
        try:
            url, own = _address(url)
            self._engine = create_engine(url, poolclass=NullPool, hide_parameters=True, **_options(url))
            self.dialect = self._engine.dialect
            self._connection = self._engine.connect()
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise SourceError(
                f"No driver for {url.drivername} is installed, which {name} needs.", "Install it beside this program."
            ) from error
        except DBAPIError as error:
            raise self._unreached(error) from error
        except (SQLAlchemyError, TypeError, ValueError) as error:
            raise SourceError(f"The address of {name} has an option that its driver does not know.", "Correct it.") from error
        self._default = own.get("schema")

    def schemas(self) -> Sequence[str]:
        with self._in_words():
            return [s for s in inspect(self._connection).get_schema_names() if not s.startswith(("pg_", "information_schema"))]

    def relations(self, schema: str | None) -> Sequence[str]:
        schema = schema or self._default
        with self._in_words():
            there = inspect(self._connection)
            found = [*there.get_table_names(schema), *there.get_view_names(schema)]
            with suppress(NotImplementedError):
                found += there.get_materialized_view_names(schema)
            return list(dict.fromkeys(found))

    def columns(self, schema: str | None, name: str) -> Mapping[str, str]:
        with self._in_words():
            try:
                return {str(c["name"]): str(c["type"]) for c in inspect(self._connection).get_columns(name, schema or self._default)}
            except NoSuchTableError:
                return {}

    def find(self, schema: str | None, name: str) -> Relation:
        return super().find(schema or self._default, name)

    def rows(self, select: Select[Any], relation: Relation) -> Iterator[Sequence[Row]]:
        with self._in_words(relation):
            options = {"stream_results": True, "max_row_buffer": ROWS_AT_A_TIME}
            yield from self._connection.execute(select, execution_options=options).partitions(ROWS_AT_A_TIME)

    def close(self) -> None:
        with suppress(SQLAlchemyError):
            self._connection.rollback()
            self._connection.close()
        self._engine.dispose()

    @contextmanager
    def _in_words(self, relation: Relation | None = None) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if error.connection_invalidated or _code(error) is None:
                raise self._unreached(error) from error
            raise self._refused(error, relation) from error
        except SQLAlchemyError as error:
            say = f"{self.name} ({self.where}) could not be read ({type(error).__name__})."
            raise SourceError(say, "Nothing was stored. Check the table's name and its columns.") from error

    def _refused(self, error: DBAPIError, relation: Relation | None) -> SourceError:
        code, what = _code(error), str(relation or "its tables")
        if code in NO_RIGHT:
            return SourceError(
                f"{self.name} does not let this account read {what}.",
                f"Nothing was stored. Ask its administrator for the right to read it: GRANT SELECT ON {what} TO the account.",
            )
        say = f"{self.name} ({self.where}) refused to give the rows of {what} ({type(error.orig).__name__} {code})."
        return SourceError(say, "Nothing was stored. Ask the database's administrator whether the view still works.")

    def _unreached(self, error: DBAPIError) -> SourceError:
        said = str(error.orig).lower()
        for words, what, advice in UNREACHED:
            if any(word in said for word in words):
                return SourceError(f"{self.name} ({self.where}) {what}.", advice)
        if "permission denied" in said:
            return SourceError(f"{self.name} ({self.where}) does not let this account in.", "Ask its administrator for GRANT CONNECT.")
        advice = "Nothing was stored. Check that the server runs, that this machine may reach it, and the address."
        return SourceError(f"{self.name} ({self.where}) cannot be reached ({type(error.orig).__name__}).", advice)


def _address(url: URL) -> tuple[URL, dict[str, str]]:
    """The address for the driver: a server is asked for TLS, a file is opened so that it cannot be written."""
    if url.get_backend_name() in ("postgresql", "postgres"):
        return connection_url(url)
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database)).resolve().as_uri()
        return url.set(drivername="sqlite", database=path).update_query_dict({"mode": "ro", "uri": "true"}), {}
    return url, {}


def _options(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "postgresql":
        level = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return {"execution_options": level, "connect_args": {"prepare_threshold": None}}
    return {}


def _code(error: DBAPIError) -> str | None:
    """The database's own number for what went wrong; None where the connection is what went wrong."""
    found = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    if found is None and error.orig is not None and error.orig.args:
        first = error.orig.args[0]
        found = getattr(first, "code", first if isinstance(first, int) else None)
    text = str(found) if found is not None else None
    return None if text is None or text.startswith(("08", "57P")) else text


class _DuckDB(CouncilDatabase):
    """A DuckDB file; it reaches nothing outside itself, so a view over other files gives nothing."""

    def __init__(self, name: str, path: str) -> None:
        self.name, self.where, self.dialect = name, path, DuckDBDialect()
        try:
            self._connection = duckdb.connect(path, read_only=True, config=CLOSED)
        except (duckdb.Error, OSError) as error:
            used = "set lock" in str(error).lower() or isinstance(error, duckdb.ConnectionException)
            what = "is in use by another program" if used else "is not a DuckDB file, is damaged, or may not be read"
            raise SourceError(f"The database {name} ({path}) {what}.", "Check the file, your rights, and who has it open.") from error

    def schemas(self) -> Sequence[str]:
        return [str(row[0]) for row in self._ask("SELECT DISTINCT table_schema FROM information_schema.tables", [])]

    def relations(self, schema: str | None) -> Sequence[str]:
        asked = "SELECT table_name FROM information_schema.tables WHERE table_schema = $1 ORDER BY table_name"
        return [str(row[0]) for row in self._ask(asked, [schema or "main"])]

    def columns(self, schema: str | None, name: str) -> Mapping[str, str]:
        asked = (
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2"
            " ORDER BY ordinal_position"
        )
        return {str(column): str(kind) for column, kind in self._ask(asked, [schema or "main", name])}

    def rows(self, select: Select[Any], relation: Relation) -> Iterator[Sequence[Row]]:
        compiled = select.compile(dialect=self.dialect)
        values = [compiled.params[key] for key in compiled.positiontup or ()]
        with self._in_words(relation):
            found = self._connection.execute(str(compiled), values)
            while part := found.fetchmany(ROWS_AT_A_TIME):
                yield part

    def close(self) -> None:
        self._connection.close()

    def _ask(self, text: str, values: list[Any]) -> list[Any]:
        with self._in_words(None):
            return self._connection.execute(text, values).fetchall()

    @contextmanager
    def _in_words(self, relation: Relation | None) -> Iterator[None]:
        try:
            yield
        except duckdb.InterruptException as error:
            raise KeyboardInterrupt from error
        except duckdb.Error as error:
            say = f"{self.name} ({self.where}) refused to give the rows of {relation or 'its tables'} ({type(error).__name__})."
            raise SourceError(say, "Nothing was stored. A view may use only tables of the same file.") from error
        except RuntimeError as error:  # what DuckDB makes of Ctrl+C while a statement runs
            if "interrupt" not in str(error).lower():
                raise
            raise KeyboardInterrupt from error
