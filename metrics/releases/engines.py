"""What SQLite and PostgreSQL each need, so that a reader has one consistent look and cannot write, and publishers take turns."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any
from zlib import crc32

from sqlalchemy import URL, Engine, NullPool, create_engine, event
from sqlalchemy.engine import Connection

BUSY_SECONDS = 30
"""How long a publisher waits for another one. Readers never wait: both engines keep the last whole release for them."""
CONNECT_SECONDS = 10
TURN = crc32(b"equality releases")
"""Names the lock that publishers on PostgreSQL take in turn."""


def reading_engine(url: URL) -> Engine:
    if is_sqlite(url):
        return _sqlite(url, writes=False)
    engine = create_engine(url, pool_pre_ping=True, connect_args=_connect_args(url))
    if is_postgresql(url):
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def writing_engine(url: URL) -> Engine:
    if is_sqlite(url):
        return _sqlite(url, writes=True)
    engine = create_engine(url, poolclass=NullPool, connect_args=_connect_args(url))
    if is_postgresql(url):
        _take_turns(engine)
    return engine


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def is_postgresql(url: URL) -> bool:
    return url.get_backend_name() == "postgresql"


def _connect_args(url: URL) -> dict[str, Any]:
    """A server that does not answer is said to be away soon, unless the URL itself says how long to wait."""
    wanted = {"connect_timeout": CONNECT_SECONDS, "application_name": "equality releases"} if url.drivername == "postgresql+psycopg" else {}
    return {name: value for name, value in wanted.items() if name not in url.query}


def _take_turns(engine: Engine) -> None:
    """A publisher begins when the one before has ended, and what it commits is on the disk before it says so."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'")
        connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN})")


def _sqlite(url: URL, writes: bool) -> Engine:
    engine = create_engine(url)
    _prepare_sqlite(engine, writes)
    return engine


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


def needs_still_file(file: Path) -> bool:
    """Whether SQLite could not open its log beside a file: nobody may write in the folder, and no log is there to be read."""
    return not os.access(file.parent, os.W_OK) and not log_of(file).exists()


def log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def still_engine(file: Path) -> Engine:
    """Reads a file that nobody is writing, without a log: only while `state_of` stays the same."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"{file.as_uri()}?immutable=1", uri=True, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    _prepare_sqlite(engine, writes=False)
    return engine


def state_of(file: Path) -> tuple[object, ...]:
    """What changes when somebody writes into a file: a reader without a log compares it before and after."""
    found = file.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
