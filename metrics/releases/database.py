"""The connection to the release store: one engine that reads and cannot write, and one that publishes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, make_url, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from metrics.errors import NotPublished, SourceError
from metrics.releases.schema import METADATA, STORE_VERSION, VERSION

BUSY_SECONDS = 30
"""How long a publisher waits for another one. Readers never wait: SQLite's write-ahead log keeps the last whole release for them."""


class Database:
    """A release store's database, by URL: SQLite by default, others (PostgreSQL) as SQLAlchemy drives them."""

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
            self.shown_url = self.url.render_as_string(hide_password=True)
            self._reader = self._engine(writes=False)
        except (SQLAlchemyError, ImportError) as error:
            kind = url.split(":", 1)[0]
            raise SourceError(
                f"The release store's URL, of kind '{kind}', cannot be used: {type(error).__name__}.",
                "Accepted are sqlite:///FILE and, with its driver installed, postgresql+psycopg://….",
            ) from error
        self._writer: Engine | None = None
        self._checked = False

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for a server."""
        name = self.url.database
        return Path(name) if self.url.get_backend_name() == "sqlite" and name and name != ":memory:" else None

    def _engine(self, writes: bool) -> Engine:
        engine = create_engine(self.url, pool_pre_ping=self.file is None)
        if self.url.get_backend_name() == "sqlite":
            _prepare_sqlite(engine, writes)
        return engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look at the store; `NotPublished` where there is nothing yet."""
        if self.file is not None and not self.file.exists():
            raise NotPublished("Nothing has been published yet.", "Run `equality refresh` first.")
        with self._words(), self._reader.connect() as connection, connection.begin():
            if not self._checked:
                if not inspect(connection).has_table(STORE_VERSION.name):
                    raise NotPublished("Nothing has been published yet.", "Run `equality refresh` first.")
                self._check_version(connection)
                self._checked = True
            yield connection

    @contextmanager
    def publishing(self) -> Iterator[Connection]:
        """One transaction: all of what is written in it, or, at any failure, nothing."""
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        with self._words():
            self._writer = self._writer or self._engine(writes=True)
            with self._writer.begin() as connection:
                METADATA.create_all(connection)
                if connection.scalar(select(STORE_VERSION.c.version)) is None:
                    connection.execute(STORE_VERSION.insert().values(version=VERSION))
                self._check_version(connection)
                yield connection

    def close(self) -> None:
        self._reader.dispose()
        if self._writer is not None:
            self._writer.dispose()

    def _check_version(self, connection: Connection) -> None:
        found = connection.scalar(select(STORE_VERSION.c.version))
        if found != VERSION:
            raise SourceError(
                f"The release store {self.shown_url} has version {found}; this product reads and writes version {VERSION}.",
                "Use the product's version that wrote it, or point releases at another store in config/settings.yaml.",
            )

    @contextmanager
    def _words(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            first_line = (str(cause).splitlines() or [type(cause).__name__])[0]
            advice = "Nothing was changed. Check that it is there, whole, that the disk is not full, and that you may open it."
            if "readonly database" in first_line:
                advice = "Nothing was changed. Readers too need the right to write in its folder: SQLite keeps its log there."
            raise SourceError(f"The release store {self.shown_url} cannot be used: {first_line}.", advice) from error


def _prepare_sqlite(engine: Engine, writes: bool) -> None:
    """Write-ahead log; transactions that begin when told to; a reader's connection that refuses to write."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own idea of when to begin would split a read in two
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        if writes:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA foreign_keys = ON")
        else:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
