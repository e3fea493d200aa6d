"""Rows about people on PostgreSQL: the same types as DuckDB, a reader's one moment, limits, and words without a password."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa
from psycopg import errors, sql

from metrics.errors import SourceError
from metrics.sources.engine import Source, open_source
from metrics.sources.postgresql import connection_url, failed
from tests.support.postgres import PostgresDatabase, PostgresServer

ROWS = sa.Table(
    "rows",
    sa.MetaData(),
    sa.Column("as_at", sa.Date, nullable=False),
    sa.Column("row_number", sa.Integer, nullable=False),
    sa.Column("person_id", sa.Text),
    sa.Column("counts_once", sa.Boolean, nullable=False),
    sa.Column("acting", sa.Boolean),
    sa.Column("hours", sa.BigInteger),
    sa.Column("pay", sa.Double),
    sa.Column("born", sa.Date),
    sa.Column("loaded_at", sa.DateTime),
    sa.Column("order", sa.Text),
    sa.Column("Grade Name", sa.Text),
)
FRAME = pd.DataFrame(
    {
        "as_at": pd.to_datetime(["2026-03-31"] * 4),
        "row_number": [2, 3, 4, 5],
        "person_id": pd.Series(["00012", 'a,"b"\nc', "", None], dtype="str"),
        "counts_once": [True, False, True, True],
        "acting": pd.Series([True, None, False, None], dtype="boolean"),
        "hours": pd.Series([37, None, 9_007_199_254_740_993, 0], dtype="Int64"),
        "pay": [0.1 + 0.2, 1e-300, float("nan"), 12345678.91],
        "born": pd.to_datetime(["1980-02-29", None, "1899-12-31", "2001-01-01"]),
        "loaded_at": pd.to_datetime(["2026-04-01 10:11:12.123456", None, "2026-04-01", "2026-04-01"], format="ISO8601"),
        "order": pd.Categorical(["Ünïcode 日本", None, "\\N", "NULL"]),
        "Grade Name": pd.Series(["tab\there", " spaces ", "'; DROP TABLE rows; --", "\\."], dtype="str"),
    }
)


@pytest.fixture
def database(postgres: PostgresServer) -> PostgresDatabase:
    return postgres.database()


@pytest.fixture(params=["duckdb", "postgresql"])
def source(request: pytest.FixtureRequest) -> Iterator[Source]:
    url = "duckdb://" if request.param == "duckdb" else request.getfixturevalue("database").url
    with open_source(url, read_only=False) as opened:
        opened.create(ROWS)
        opened.insert(ROWS, FRAME)
        yield opened


def test_rows_come_back_as_they_went_in_and_in_the_same_types(source: Source) -> None:
    back = source.fetch(sa.select(ROWS).order_by(ROWS.c.row_number))
    assert {name: str(kind) for name, kind in back.dtypes.items()} == {
        "as_at": "datetime64[us]", "row_number": "int64", "person_id": "str", "counts_once": "bool", "acting": "boolean",
        "hours": "Int64", "pay": "float64", "born": "datetime64[us]", "loaded_at": "datetime64[us]", "order": "str", "Grade Name": "str",
    }  # fmt: skip
    expected = FRAME.assign(order=FRAME["order"].astype("str"))
    for name in FRAME.columns:
        assert back[name].isna().tolist() == expected[name].isna().tolist(), name
        assert back[name].dropna().tolist() == expected[name].dropna().tolist(), name


def test_pieces_are_the_same_rows(source: Source) -> None:
    many = pd.concat([FRAME.assign(row_number=range(n * 4, n * 4 + 4)) for n in range(2000)])
    source.insert(ROWS, many)
    select = sa.select(ROWS.c.row_number, ROWS.c.order)
    pieces = list(source.pieces(select, 3000))
    assert len(pieces) > 1
    assert max(map(len, pieces)) <= 3000
    assert sorted(pd.concat(pieces)["row_number"]) == sorted(source.fetch(select)["row_number"])
    assert source.fetch(sa.select(sa.func.count().label("n")).select_from(ROWS))["n"].tolist() == [8004]


@pytest.mark.parametrize(
    ("expression", "kind", "value"),
    [
        (sa.func.count(), "int64", 4),
        (sa.func.sum(ROWS.c.row_number), "int64", 14),
        (sa.func.sum(ROWS.c.row_number).filter(ROWS.c.row_number > 99), "Int64", None),
        (sa.func.sum(ROWS.c.pay), "float64", 0.30000000000000004 + 12345678.91),
        (sa.func.count() / sa.literal(8), "float64", 0.5),
        (sa.func.max(ROWS.c.born), "datetime64[us]", dt.datetime(2001, 1, 1)),
        (sa.func.count().filter(ROWS.c.order == "ÜNÏCODE 日本"), "int64", 0),
        (sa.func.count().filter(ROWS.c["Grade Name"] == " spaces"), "int64", 0),
        (sa.func.count().filter(ROWS.c.person_id == ""), "int64", 1),
        (sa.func.count().filter(ROWS.c.acting.is_not(True)), "int64", 3),
    ],
)
def test_sums_division_gaps_and_letters_mean_the_same(source: Source, expression: Any, kind: str, value: object) -> None:
    found = source.fetch(sa.select(expression.label("x")).select_from(ROWS))["x"]
    assert str(found.dtype) == kind
    assert found.dropna().tolist() == ([] if value is None else [value])


def test_no_rows_and_nothing_but_gaps_have_their_types(source: Source) -> None:
    for condition in (ROWS.c.row_number < 0, ROWS.c.row_number == 3):
        back = source.fetch(sa.select(ROWS.c.as_at, ROWS.c.order, ROWS.c.pay, ROWS.c.born).where(condition))
        assert [str(kind) for kind in back.dtypes] == ["datetime64[us]", "str", "float64", "datetime64[us]"]


def test_columns_keep_their_case(source: Source) -> None:
    assert list(source.columns("rows")) == list(FRAME.columns)
    assert source.columns("nobody") == {}
    assert source.columns('rows" --') == {}


def test_an_error_inside_leaves_nothing_and_the_next_transaction_works(source: Source) -> None:
    with pytest.raises(RuntimeError), source.begin():  # noqa: PT012
        source.execute(sa.delete(ROWS))
        source.insert(ROWS, FRAME)
        raise RuntimeError
    with pytest.raises(SourceError, match="refuses"), source.begin():  # noqa: PT012
        source.execute(sa.delete(ROWS))
        source.insert(ROWS, FRAME.assign(order="nul\x00") if source.dialect.name == "postgresql" else FRAME.assign(hours="many"))
    assert len(source.fetch(sa.select(ROWS))) == 4


def test_a_reader_sees_one_moment_and_cannot_write(database: PostgresDatabase) -> None:
    with open_source(database.url, read_only=False) as writer, open_source(database.url) as reader:
        writer.create(ROWS)
        writer.insert(ROWS, FRAME)
        assert len(reader.fetch(sa.select(ROWS))) == 4
        writer.execute(sa.delete(ROWS))
        assert len(reader.fetch(sa.select(ROWS))) == 4
        assert len(list(reader.pieces(sa.select(ROWS)))) == 1
        with pytest.raises(SourceError, match="reading only"):
            reader.execute(sa.delete(ROWS))
        with pytest.raises(SourceError, match="reading only") as refused:
            _write_behind(reader)
        assert isinstance(refused.value.__cause__, sa.exc.DBAPIError)
        assert len(writer.fetch(sa.select(ROWS))) == 0


def _write_behind(reader: Any) -> None:
    with reader._in_words():
        reader._connection.execute(sa.delete(ROWS))


def test_one_writer_at_a_time(database: PostgresDatabase) -> None:
    with open_source(database.url, read_only=False) as one, open_source(database.url, read_only=False) as other:
        with one.begin():
            one.create(ROWS)
            with pytest.raises(SourceError, match="in use by another program"), other.begin():
                raise AssertionError
        with other.begin():
            other.insert(ROWS, FRAME)


def test_a_schema_of_its_own(postgres: PostgresServer, database: PostgresDatabase) -> None:
    url = f"{database.url}?schema=Equality%20HR"
    with pytest.raises(SourceError, match="no schema 'Equality HR'") as refused:
        open_source(url)
    assert refused.value.exit_code == 3
    with postgres.administer(database.name) as admin:
        admin.execute(sql.SQL('CREATE SCHEMA "Equality HR" AUTHORIZATION {}').format(sql.Identifier(database.name)))
    with open_source(url, read_only=False) as source:
        source.create(ROWS)
        source.insert(ROWS, FRAME)
    with open_source(database.url) as source:
        assert source.columns("rows") == {}
    with open_source(url) as source:
        assert len(source.fetch(sa.select(ROWS))) == 4


def test_a_statement_has_its_time(database: PostgresDatabase) -> None:
    with open_source(f"{database.url}?statement_timeout=1") as source:
        with pytest.raises(SourceError, match="longer than 1 seconds"):
            source.fetch(sa.select(sa.cast(sa.func.pg_sleep(5), sa.Text).label("slept")))
        assert source.fetch(sa.select(sa.literal(1).label("one")))["one"].tolist() == [1]
    with pytest.raises(SourceError, match="in seconds"):
        open_source(f"{database.url}?statement_timeout=soon")


def test_tables_are_for_their_owner_alone_and_what_was_loaded_is_analysed(postgres: PostgresServer, database: PostgresDatabase) -> None:
    with postgres.administer(database.name) as admin:
        admin.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT SELECT ON TABLES TO PUBLIC").format(sql.Identifier(database.name))
        )
    with open_source(database.url, read_only=False) as source, source.begin():
        source.create(ROWS)
        source.insert(ROWS, FRAME)
    with postgres.administer(database.name) as admin:
        granted = admin.execute("SELECT grantee FROM information_schema.role_table_grants WHERE table_name = 'rows'").fetchall()
        known = admin.execute("SELECT reltuples FROM pg_class WHERE relname = 'rows'").fetchone()
    assert {grantee for (grantee,) in granted} == {database.name}
    assert known == (4.0,)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.url.replace(d.password, "Hunter2"), "does not accept the account or its password"),
        (lambda d: d.url.rpartition("/")[0] + "/nowhere", "does not let|does not exist"),
        (lambda d: d.url.replace(str(d.server.port), "1"), "cannot be reached"),
        (lambda d: f"{d.url}?sslmode=require", "cannot be reached over TLS"),
        (lambda d: f"{d.url}?sslmode=perhaps", "driver does not understand"),
        (lambda d: f"{d.url}?colour=red", "driver does not understand|does not know"),
        (lambda d: f"{d.url}?port=many", "driver does not know"),
    ],
)
def test_what_cannot_be_reached_says_why_and_never_the_password(database: PostgresDatabase, change: Any, says: str) -> None:
    url = change(database)
    with pytest.raises(SourceError, match=says) as refused:
        open_source(f"{url}{'&' if '?' in url else '?'}application_name=Hunter2")
    assert refused.value.exit_code == 3
    assert database.password not in str(refused.value)
    assert "Hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "sslmode"),
    [
        ("postgresql://officer@db.council.example/hr", "require"),
        ("postgresql://officer@db.council.example/hr?sslmode=verify-full&sslrootcert=/etc/ca.pem", "verify-full"),
        ("postgresql://officer@127.0.0.1/hr", None),
        ("postgresql:///hr?host=/run/postgresql", None),
        ("postgresql:///hr?host=db.council.example", "require"),
        ("postgres://officer@db.council.example/hr?service=hr", None),
    ],
)
def test_rows_about_people_travel_with_tls_unless_the_address_says_otherwise(url: str, sslmode: str | None) -> None:
    made, own = connection_url(sa.make_url(f"{url}{'&' if '?' in url else '?'}schema=equality"), {})
    assert made.query.get("sslmode") == sslmode
    assert made.drivername == "postgresql+psycopg"
    assert own == {"schema": "equality"}
    assert "schema" not in made.query
    assert "sslmode" not in connection_url(sa.make_url("postgresql://db.council.example/hr"), {"PGSSLMODE": "verify-full"})[0].query


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (errors.DiskFull, "no space left"),
        (errors.DeadlockDetected, "another program at the same moment"),
        (errors.OutOfMemory, "short of memory"),
        (errors.NumericValueOutOfRange, "refuses one of its values"),
        (errors.InsufficientPrivilege, "this right"),
        (errors.AdminShutdown, "was lost"),
        (psycopg.OperationalError, "was lost"),
        (errors.SyntaxError, "refused a statement"),
    ],
)
def test_every_refusal_has_words_of_its_own_and_none_of_the_servers(error: type[Exception], says: str) -> None:
    said = failed("hr at db", error("DETAIL: Key (person_id)=(Quillfeather) already exists"))
    assert says in str(said)
    assert "Quillfeather" not in str(said)


def test_text_that_the_database_could_not_store_is_refused_before_a_load(postgres: PostgresServer) -> None:
    with postgres.administer() as admin:
        admin.execute("CREATE DATABASE old_letters ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        admin.execute("CREATE ROLE old_letters LOGIN PASSWORD 'x'")
    url = f"postgresql://old_letters:x@127.0.0.1:{postgres.port}/old_letters"
    with pytest.raises(SourceError, match="stores text as LATIN1"):
        open_source(url, read_only=False)
