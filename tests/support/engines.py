"""Both engines for rows about people, each test on each: the same definitions and rows must give the same figures.

    def test_something(fresh_store):          # runs twice
        with a_source(configuration, rows, url=fresh_store()) as source: …

A store is empty whenever it is asked for: DuckDB in memory, or a new schema in one PostgreSQL database.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import psycopg
import pytest
from psycopg import sql

from tests.support.postgres import PostgresDatabase, PostgresServer

FreshStore = Callable[[], str]
ENGINES = ("duckdb", "postgresql")
_numbers = count(1)


@pytest.fixture(scope="session")
def rows_database(postgres: PostgresServer) -> PostgresDatabase:
    return postgres.database()


@pytest.fixture(params=ENGINES)
def fresh_store(request: pytest.FixtureRequest) -> FreshStore:
    if request.param == "duckdb":
        return lambda: "duckdb://"
    database: PostgresDatabase = request.getfixturevalue("rows_database")
    return lambda: fresh_schema(database)


def fresh_schema(database: PostgresDatabase) -> str:
    """The URL of a new, empty schema."""
    name = f"store_{next(_numbers)}"
    with psycopg.connect(database.url.replace("+psycopg", "")) as owner:
        owner.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    return f"{database.url}?schema={name}"
