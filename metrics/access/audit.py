"""Who did what with which release: rows that are added and never changed, in a database of their own. No figures, no e-mail addresses.

Several processes write at once. The database itself refuses to change or delete a row; only `purge` takes old ones away, and
leaves a row that says so. Beside the log stands the list of sign-ins that were ended before their time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    func,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from metrics.errors import SourceError

What = Literal["signed_in", "signed_out", "refused", "downloaded", "view_as", "withdrawn", "purged"]
WHATS: tuple[What, ...] = ("signed_in", "signed_out", "refused", "downloaded", "view_as", "withdrawn", "purged")
BUSY_SECONDS = 10
"""How long a writer waits for another one."""
CONNECT_SECONDS = 5

METADATA = MetaData()
EVENTS = Table(
    "audit_events",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False, index=True),
    Column("what", String(20), nullable=False),
    Column("who", String(600), nullable=False),
    Column("role", String(400), nullable=False),
    Column("name", String(200), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("page", String(40), nullable=False),
    Column("release", String(40), nullable=False),
    Column("kpi", Text, nullable=False),
    Column("file", String(200), nullable=False),
)
ENDED = Table(
    "ended_sessions",
    METADATA,
    Column("session", String(100), primary_key=True),
    Column("until", String(32), nullable=False),
)
"""Sign-ins that were ended, until they would have ended by themselves."""


@dataclass(frozen=True)
class Event:
    """One thing that somebody did. `who` is a subject (object/tenant), or a person at the command line as `cli:name`."""

    what: What
    who: str = ""
    role: str = ""
    at: datetime | None = None
    """None: now."""
    name: str = ""
    """Only where the council has turned names on."""
    reason: str = ""
    """The kind of a refusal, the role looked through, or what was purged."""
    page: str = ""
    release: str = ""
    kpi: str = ""
    """Comma between several."""
    file: str = ""
    """The name of a file that was taken away."""


class AuditLog:
    """The audit log by URL: SQLite by default, PostgreSQL for several servers. Opening one touches nothing."""

    def __init__(self, url: str, names: bool = False) -> None:
        self.names = names
        try:
            self._url = make_url(url)
            self._engine = self._open()
        except (SQLAlchemyError, ImportError) as error:
            kind = url.split(":", 1)[0]
            advice = "Accepted are sqlite:///FILE and postgresql+psycopg://…."
            raise SourceError(f"The audit log's URL, of kind '{kind}', cannot be used: {type(error).__name__}.", advice) from error
        self._ready = False

    @property
    def url(self) -> str:
        """Without a password, for messages."""
        return self._url.render_as_string(hide_password=True)

    @property
    def _file(self) -> Path | None:
        name = self._url.database
        return Path(name) if self._url.get_backend_name() == "sqlite" and name and name != ":memory:" else None

    def close(self) -> None:
        self._engine.dispose()

    def record(self, happened: Event) -> None:
        """Add one row. `SourceError` when it cannot be: then what it is about must not be done."""
        with self._writing() as connection:
            connection.execute(EVENTS.insert().values(**self._row(happened)))

    def _row(self, happened: Event) -> dict[str, Any]:
        row = asdict(happened) | {"at": _stamp(happened.at or datetime.now(UTC))}
        if not self.names:
            row["name"] = ""
        return {column.name: _cut(row[column.name], column) for column in EVENTS.c if column.name != "id"}

    def events(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        who: str | None = None,
        what: Sequence[str] = (),
        newest: int | None = None,
    ) -> tuple[Event, ...]:
        """Rows, oldest first; `who` is a whole subject or its first part; `newest` keeps that many of the last."""
        statement = select(EVENTS).order_by(EVENTS.c.at.desc(), EVENTS.c.id.desc())
        if since is not None:
            statement = statement.where(EVENTS.c.at >= _stamp(since))
        if until is not None:
            statement = statement.where(EVENTS.c.at < _stamp(until))
        if who:
            statement = statement.where((EVENTS.c.who == who) | EVENTS.c.who.startswith(f"{who}/", autoescape=True))
        if what:
            statement = statement.where(EVENTS.c.what.in_(what))
        if newest is not None:
            statement = statement.limit(newest)
        with self._reading() as connection:
            found = connection.execute(statement).all() if connection is not None else []
        return tuple(_event(row._mapping) for row in reversed(found))

    def purge(self, before: datetime, by: str) -> int:
        """Take away rows older than a moment, and say so in a row; how many they were.

        The database's own refusal is lifted for this one transaction only.
        """
        with self._writing() as connection:
            _lift(connection)
            gone = connection.execute(delete(EVENTS).where(EVENTS.c.at < _stamp(before))).rowcount
            _refuse_changes(connection)
            connection.execute(delete(ENDED).where(ENDED.c.until < _stamp(datetime.now(UTC))))
            note = Event("purged", by, reason=f"{gone} before {before.date().isoformat()}")
            connection.execute(EVENTS.insert().values(**self._row(note)))
        return int(gone)

    def can_write(self) -> bool:
        """Whether a row could be added now; adds none."""
        with self._writing():
            return True

    # sign-ins that were ended

    def end_session(self, session: str, until: datetime) -> None:
        """No process accepts this sign-in any more."""
        with self._writing() as connection:
            connection.execute(delete(ENDED).where(ENDED.c.until < _stamp(datetime.now(UTC))))
            if connection.scalar(select(func.count()).where(ENDED.c.session == session)) == 0:
                connection.execute(ENDED.insert().values(session=session, until=_stamp(until)))

    def has_ended(self, session: str) -> bool:
        """Whether a sign-in was ended. `SourceError` when nobody can tell."""
        with self._reading() as connection:
            found = connection.scalar(select(ENDED.c.session).where(ENDED.c.session == session)) if connection is not None else None
        return found is not None

    # the database

    def _open(self) -> Engine:
        if self._url.get_backend_name() == "sqlite":
            engine = create_engine(self._url)
            _prepare_sqlite(engine)
            return engine
        return create_engine(self._url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS})

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._file is not None:
            with self._words():
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.touch()  # SQLite itself would never let the group write, and two accounts share this file
        with self._words(), self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            if not self._ready:
                _make_tables(connection)
            yield connection
        self._ready = True

    @contextmanager
    def _reading(self) -> Iterator[Connection | None]:
        """None where nothing was recorded yet."""
        if self._file is not None and not self._file.exists():
            yield None
            return
        with self._words(), self._engine.connect() as connection, connection.begin():
            self._ready = self._ready or inspect(connection).has_table(ENDED.name)
            yield connection if self._ready else None

    @contextmanager
    def _words(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            advice = "Nothing was recorded, so nothing was done. Check that it is there, writable, and that the disk is not full."
            raise SourceError(f"The audit log {self.url} cannot be used: {type(cause).__name__}.", advice) from error


def _stamp(moment: datetime) -> str:
    """UTC, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _cut(value: str, column: Column[Any]) -> str:
    """As long as the column, and without what could move a cursor or begin a row where the log is listed."""
    length = getattr(column.type, "length", None)
    return "".join(c for c in value if c.isprintable())[:length]


def _event(row: Any) -> Event:
    return replace(Event(**{k: v for k, v in row.items() if k not in {"id", "at"}}), at=datetime.fromisoformat(row["at"]))


def _make_tables(connection: Connection) -> None:
    """Once, by whichever process writes first: the others wait for it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(7203114)"))
    if not inspect(connection).has_table(ENDED.name):
        METADATA.create_all(connection)
        _refuse_changes(connection)


SQLITE_REFUSES = """CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit_events
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"""
POSTGRESQL_SAYS = """CREATE OR REPLACE FUNCTION audit_only_added_to() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$"""
POSTGRESQL_REFUSES = """CREATE TRIGGER audit_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
FOR EACH STATEMENT EXECUTE FUNCTION audit_only_added_to()"""


def _refuse_changes(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(POSTGRESQL_SAYS))
        connection.execute(text(POSTGRESQL_REFUSES))
        return
    for verb in ("update", "delete"):
        connection.execute(text(SQLITE_REFUSES.format(verb=verb)))


def _lift(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP TRIGGER audit_only_added_to ON audit_events"))
        return
    connection.execute(text("DROP TRIGGER audit_no_delete"))
    connection.execute(text("DROP TRIGGER audit_no_update"))


def _prepare_sqlite(engine: Engine) -> None:
    """Write-ahead log, so that readers never wait; writers one after another, each waiting its turn."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own idea of when to begin would come between
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
