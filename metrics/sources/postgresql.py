"""PostgreSQL's own ways: loads by COPY, readers that see one moment and cannot write, limits, TLS, and its refusals in words.

Options of the address that are ours, and not the driver's: `schema` (where the tables are; default: the account's search path) and
`statement_timeout` (seconds that one statement may take; 0 for no limit). All others go to the driver: `sslmode`, `sslrootcert`,
`connect_timeout` and so on. A server that is not on this machine is asked for TLS unless the address says otherwise.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import psycopg
import pyarrow as pa
from psycopg import errors, sql
from pyarrow import csv
from sqlalchemy import URL, BigInteger, Boolean, Date, DateTime, Double, Integer, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import TypeEngine

from metrics.errors import SourceError
from metrics.sources.server import ServerSource

DRIVER = "postgresql+psycopg"
STATEMENT_SECONDS = 900
COPY_ROWS = 50_000
CONNECTING = {"connect_timeout": "10", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
"""A server that is gone without a word is noticed, and not waited for through the night."""
NEARBY = (None, "", "localhost", "127.0.0.1", "::1")
WORK_MEMORY = "128MB"
"""For the sorting and grouping of one step; PostgreSQL's own default writes to disk from 4 MB on."""


class PostgreSQLSource(ServerSource):
    def __init__(self, url: URL, read_only: bool) -> None:
        url, own = connection_url(url)
        self._schema, self._seconds = own.get("schema"), _seconds(own.get("statement_timeout"))
        self._loaded: set[str] = set()
        super().__init__(url, read_only)
        try:
            self._check()
        except BaseException:
            self.close()
            raise

    def _options(self) -> dict[str, Any]:
        level = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if self._read_only else {}
        # A prepared statement would be lost behind a pooler that gives each transaction another session.
        return {"execution_options": level, "connect_args": {"prepare_threshold": None}}

    def _check(self) -> None:
        """What would otherwise be found out halfway through a load."""
        driver = self._driver()
        encoding = driver.info.parameter_status("server_encoding")
        if not self._read_only and encoding != "UTF8":
            raise SourceError(
                f"The workforce database ({self.where}) stores text as {encoding}, which lacks letters that names may have.",
                "Create the database with ENCODING 'UTF8'.",
            )
        with self._reading():
            there = self._connection.execute(text("SELECT current_schema()")).scalar()
        self._back()  # a reader's moment begins with its first question
        if there is None:
            name = f"schema '{self._schema}'" if self._schema else "schema on the account's search path"
            raise SourceError(
                f"The workforce database ({self.where}) has no {name}, or the account may not use it.",
                "Ask its administrator for CREATE SCHEMA … AUTHORIZATION and GRANT USAGE; see docs/workforce-database.md.",
            )

    def _opened(self) -> None:
        """Settings that end with the transaction, so that they hold behind a pooler as well."""
        said = {
            "statement_timeout": str(self._seconds * 1000),
            # A refresh thinks between its reads, and a load reads files: neither is idle.
            "idle_in_transaction_session_timeout": "0",
            "work_mem": WORK_MEMORY,
            # Compiling a wide statement to machine code takes longer than running it.
            "jit": "off",
        }
        if self._schema:
            said["search_path"] = '"' + self._schema.replace('"', '""') + '"'
        calls = ", ".join(f"set_config('{name}', :{name}, true)" for name in said)
        self._connection.execute(text(f"SELECT {calls}"), said)

    def _taken(self) -> None:
        """One writer at a time, as with a file: two loads of one day at once would store it twice."""
        self._loaded.clear()
        asked = text("SELECT pg_try_advisory_xact_lock(hashtextextended('equality workforce ' || current_schema(), 0))")
        if not self._connection.execute(asked).scalar():
            say = f"The workforce database ({self.where}) is in use by another program that writes to it."
            raise SourceError(say, "Wait until it has ended, then try again.")

    def _closing(self) -> None:
        """The planner learns at once what was loaded: a refresh may be the next command."""
        for name in sorted(self._loaded):
            self._connection.execute(text(f"ANALYZE {self.dialect.identifier_preparer.quote(name)}"))
        self._loaded.clear()

    def columns(self, table: str) -> dict[str, str]:
        asked = text(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = to_regclass(quote_ident(:name)) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        )
        with self._reading():
            return {str(name): str(kind) for name, kind in self._connection.execute(asked, {"name": table})}

    def create(self, table: Table) -> None:
        """For its owner alone, whatever the database grants by default; days are found by an index."""
        name = self.dialect.identifier_preparer.quote(table.name)
        self.execute(CreateTable(table))
        self.execute(text(f"REVOKE ALL ON {name} FROM PUBLIC"))
        if "as_at" in table.c:
            self.execute(text(f"CREATE INDEX ON {name} (as_at)"))

    def forget(self, tables: Sequence[str]) -> str:
        self.close()
        named = ", ".join(self.dialect.identifier_preparer.quote(name) for name in tables)
        return (
            f"PostgreSQL keeps deleted rows in its files until they are rewritten: VACUUM (FULL, ANALYZE) {named};\n"
            "Its write-ahead log, replicas and backups hold them until they are recycled: see the server's own retention."
        )

    def insert(self, table: Table, frame: pd.DataFrame) -> None:
        names = [str(name) for name in frame.columns]
        types = pa.schema([(name, _arrow(table.c[name].type)) for name in names])
        into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
            sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        with self._writing(), self._in_words(), self._driver().cursor() as cursor:
            with cursor.copy(into) as copy:
                for start in range(0, len(frame), COPY_ROWS):
                    copy.write(self._as_csv(frame.iloc[start : start + COPY_ROWS], types))
            self._loaded.add(table.name)

    def _as_csv(self, part: pd.DataFrame, types: pa.Schema) -> bytes:
        """Text in quotation marks, a gap as nothing at all, numbers with every digit that they have."""
        labels = [name for name in part.columns if isinstance(part[name].dtype, pd.CategoricalDtype)]
        try:
            rows = pa.Table.from_pandas(part.astype(dict.fromkeys(labels, "str")), schema=types, preserve_index=False)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise SourceError(f"The workforce database ({self.where}) refuses one of its values.") from error
        written = io.BytesIO()
        csv.write_csv(rows, written, csv.WriteOptions(include_header=False))
        return written.getvalue()

    def _driver(self) -> psycopg.Connection[Any]:
        driver = self._connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        return driver

    # -- words --------------------------------------------------------------------------------------------------
    def _driver_errors(self) -> tuple[type[Exception], ...]:
        return (DBAPIError, psycopg.Error)

    def _unreached(self, error: DBAPIError) -> SourceError:
        return unreached(self.where, error.orig or error)

    def _failed(self, error: BaseException) -> SourceError:
        return failed(self.where, getattr(error, "orig", None) or error, self._seconds)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        with super()._in_words():
            try:
                yield
            except UnicodeEncodeError as error:
                raise SourceError(f"The workforce database ({self.where}) refuses one of its values.") from error


def connection_url(url: URL, environment: Mapping[str, str] = os.environ) -> tuple[URL, dict[str, str]]:
    """The address for the driver, and the options in it that are ours."""
    own = {name: str(url.query[name]) for name in ("schema", "statement_timeout") if name in url.query}
    url = url.set(drivername=DRIVER).difference_update_query(own) if url.drivername != DRIVER else url.difference_update_query(own)
    said = {name: value for name, value in CONNECTING.items() if name not in url.query}
    hosts = (url.host, *_listed(url.query.get("host")))
    if not {"sslmode", "service"} & url.query.keys() and "PGSSLMODE" not in environment and not all(map(_nearby, hosts)):
        said["sslmode"] = "require"
    return url.update_query_dict(said), own


def _listed(value: Any) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _nearby(host: str | None) -> bool:
    return host in NEARBY or str(host).startswith("/")


def _seconds(written: str | None) -> int:
    if written is None:
        return STATEMENT_SECONDS
    if not written.isdecimal() or len(written) > 6:
        raise SourceError(
            "The workforce database's address says statement_timeout otherwise than in seconds.", "Write a number such as 900."
        )
    return int(written)


def _arrow(kind: TypeEngine[Any]) -> pa.DataType:
    types: list[tuple[type[TypeEngine[Any]], pa.DataType]] = [
        (Boolean, pa.bool_()), (BigInteger, pa.int64()), (Integer, pa.int64()), (Double, pa.float64()),
        (Date, pa.date32()), (DateTime, pa.timestamp("us")),
    ]  # fmt: skip
    return next((found for declared, found in types if isinstance(kind, declared)), pa.string())


ASK = "Ask the server's administrator."
UNREACHED = (
    (
        ("password authentication failed", "no password supplied", "role", "not permitted to log in"),
        "does not accept the account or its password",
        "Correct the address in the environment variable, or ask the server's administrator.",
    ),
    (("pg_hba",), "does not let this machine or account in", ASK),
    (("does not exist",), "does not exist on its server", "Correct the address, or ask the server's administrator to create it."),
    (
        ("invalid connection option", "invalid port", "invalid integer value", "invalid sslmode", "invalid value for"),
        "has an address that its driver does not understand",
        "Correct the options after the `?` in the address.",
    ),
    (
        ("ssl", "certificate", "tls"),
        "cannot be reached over TLS as its address asks",
        "Check sslmode and sslrootcert in the address. Rows about people travel without TLS only where the address says sslmode=disable.",
    ),
    (
        ("too many", "remaining connection slots", "starting up", "shutting down", "recovery mode"),
        "takes no more connections just now",
        "Try again in a minute.",
    ),
)
"""What the driver says of a connection that did not come about, and what to say of it: nothing else tells the cases apart."""


def unreached(where: str, error: BaseException) -> SourceError:
    said = str(error).lower()
    for words, what, advice in UNREACHED:
        if any(word in said for word in words):
            return SourceError(f"The workforce database ({where}) {what}.", advice)
    advice = "Check that the server runs, that this machine may reach it, and the address."
    return SourceError(f"The workforce database ({where}) cannot be reached.", advice)


LOST = (errors.OperatorIntervention, psycopg.OperationalError, psycopg.InterfaceError)


def failed(where: str, error: BaseException, seconds: int = STATEMENT_SECONDS) -> SourceError:
    """What the server refused, without its words: they may quote a value."""
    database = f"The workforce database ({where})"
    match error:
        case errors.UndefinedTable() | errors.UndefinedColumn():
            return SourceError(
                f"{database} lacks a table or column that the configuration asks for.",
                "Load the extracts again with `equality ingest`: the dataset's definition has changed since, or nothing was loaded yet.",
            )
        case errors.InsufficientPrivilege():
            return SourceError(
                f"{database} does not give the account this right.", "Rights that each command needs: docs/workforce-database.md."
            )
        case errors.ReadOnlySqlTransaction():
            return SourceError(f"{database} was opened for reading only, or its server is a copy that takes no changes.")
        case errors.QueryCanceled():
            limit = f"took longer than {seconds} seconds for one statement, or was asked to stop"
            advice = "Nothing was changed. Try again when it is less busy, or raise statement_timeout in settings.yaml."
            return SourceError(f"{database} {limit}.", advice)
        case errors.LockNotAvailable() | errors.SerializationFailure() | errors.DeadlockDetected():
            return SourceError(
                f"{database} was changed by another program at the same moment.", "Nothing was changed. Run the command again."
            )
        case errors.DiskFull():
            return SourceError(f"{database} has no space left.", "Nothing was changed. Ask the server's administrator for space.")
        case errors.OutOfMemory() | errors.InsufficientResources() | errors.ProgramLimitExceeded():
            return SourceError(
                f"{database} is short of memory or another resource.", "Nothing was changed. Ask the server's administrator."
            )
        case errors.DataError() | psycopg.DataError():
            return SourceError(
                f"{database} refuses one of its values.", "Nothing was changed. A number out of range, or a character that it cannot store."
            )
    if isinstance(error, LOST):
        advice = "Nothing was stored by halves. Check that the server runs, then run the command again."
        return SourceError(f"The connection to the workforce database ({where}) was lost.", advice)
    return SourceError(f"{database} refused a statement ({type(error).__name__}).", "Nothing was changed.")
