"""The server that other tests lean on: fresh databases, a role that cannot write, a stop that loses nothing that was committed."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.support import postgres as support
from tests.support.postgres import PostgresServer


def _run(url: str, *statements: str) -> list[object]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            results = [connection.execute(text(statement)) for statement in statements]
            return [row[0] for row in results[-1]] if results[-1].returns_rows else []
    finally:
        engine.dispose()


def test_every_database_is_fresh_and_owned(postgres: PostgresServer) -> None:
    one, two = postgres.database(), postgres.database()
    _run(one.url, "CREATE TABLE here (n integer)", "INSERT INTO here VALUES (7)")
    assert _run(one.url, "SELECT n FROM here") == [7]
    assert _run(two.url, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == [0]
    assert _run(one.url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [False]
    with pytest.raises(OperationalError):
        _run(one.url.replace(f"/{one.name}", f"/{two.name}"), "SELECT 1")


def test_a_read_only_role_reads_what_is_there_and_what_comes_and_writes_nothing(postgres: PostgresServer) -> None:
    database = postgres.database()
    _run(database.url, "CREATE TABLE before (n integer)", "INSERT INTO before VALUES (1)")
    reader = database.read_only()
    _run(database.url, "CREATE TABLE after (n integer)", "INSERT INTO after VALUES (2)")
    assert _run(reader, "SELECT n FROM before UNION SELECT n FROM after ORDER BY 1") == [1, 2]
    for statement in ("INSERT INTO before VALUES (3)", "DELETE FROM before", "DROP TABLE before", "CREATE TABLE mine (n integer)"):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            _run(reader, statement)


def test_a_stop_at_once_keeps_what_was_committed(own_postgres: PostgresServer) -> None:
    database = own_postgres.database()
    _run(database.url, "CREATE TABLE here (n integer)", "INSERT INTO here VALUES (7)")
    own_postgres.stop()
    with pytest.raises(OperationalError):
        _run(database.url, "SELECT 1")
    own_postgres.start()
    assert _run(database.url, "SELECT n FROM here") == [7]


def test_sessions_can_be_ended_from_the_servers_side(postgres: PostgresServer) -> None:
    database = postgres.database()
    connection = psycopg.connect(database.url.replace("+psycopg", ""))
    assert database.terminate() == 1
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_the_server_leaves_nothing_behind() -> None:
    if support.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    server = PostgresServer()
    server.start()
    number, folder = int((server.data / "postmaster.pid").read_text().split()[0]), server.folder
    server.remove()
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_a_missing_server_is_a_skip_that_names_the_package_and_a_failure_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "programs", lambda: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install postgresql"):
        support._need_postgres()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install postgresql"):
        support._need_postgres()


def test_the_newest_version_is_taken() -> None:
    found = support.programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    assert (Path(found) / "postgres").exists()
