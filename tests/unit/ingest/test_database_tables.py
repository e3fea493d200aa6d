"""A table or view of a council's own database goes the same road as a file, on every engine that a council may have."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite

from metrics.definitions.configuration import Configuration
from metrics.errors import InputError, SourceError
from metrics.ingest.ingest import ImportReport, ingest_files, ingest_table
from metrics.ingest.inspect import inspect_table
from metrics.sources.council_database import Relation, open_council_database, rows_of
from metrics.sources.engine import Source, open_source
from metrics.sources.tables import dataset_table
from tests.support.councils import a_council
from tests.support.postgres import PostgresDatabase, PostgresServer

MARCH, JUNE = dt.date(2026, 3, 31), dt.date(2026, 6, 30)
COLUMNS = {
    "sex": {"from": "Sex", "dimension": "sex"},
    "age": {"from": "age", "type": "integer", "band": "age_band"},
    "pay": {"from": "Hourly Pay", "type": "money"},
    "started": {"from": "started", "type": "date"},
    "casual": {"from": "casual", "type": "boolean"},
}
TABLE = {"connection": "payroll_db", "name": "v_staff"}
CREATE = """CREATE TABLE {name} ("ID" {text}, "Unit" {text}, "Sex" {text}, age {whole}, "Hourly Pay" {decimal}, started DATE, casual {flag},
 "Surname" {text}, day DATE)"""
ROWS = [
    ("007", "Housing", "F", 24, Decimal("10.50"), dt.date(2020, 2, 29), True, "Quillfeather", MARCH),
    ("10", "Repairs", "Male", None, None, dt.date(1999, 12, 31), False, "Quillfeather", MARCH),
    ("9", None, "Female", 64, Decimal(1234), None, None, "Quillfeather", MARCH),
]
CSV = """ID,Unit,Sex,age,Hourly Pay,started,casual
007,Housing,F,24,10.50,2020-02-29,TRUE
10,Repairs,Male,,,1999-12-31,FALSE
9,,Female,64,1234,,
"""
ENGINES = ("duckdb", "sqlite", "postgresql")


class Council:
    """A council's database with a table `staff` and a view `v_staff` over it."""

    def __init__(self, url: str, run: Callable[..., Any], kind: str) -> None:
        self.url, self.run = url, run
        words = {"text": "TEXT", "whole": "INTEGER", "decimal": "NUMERIC(10, 2)", "flag": "BOOLEAN"}
        run(CREATE.format(name="staff", **words))
        run("CREATE VIEW v_staff AS SELECT * FROM staff")
        self.mark = "%s" if kind == "postgresql" else "?"
        self.fill(ROWS)

    def fill(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            self.run(f"INSERT INTO staff VALUES ({', '.join([self.mark] * len(row))})", row)


def on_sqlite(path: Path) -> Callable[..., Any]:
    def run(text: str, values: Any = ()) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute(text, [str(v) if isinstance(v, Decimal | dt.date) else v for v in values])
        connection.close()

    return run


def on_duckdb(path: Path) -> Callable[..., Any]:
    def run(text: str, values: Any = ()) -> None:
        with duckdb.connect(str(path)) as connection:
            connection.execute(text, list(values))

    return run


def on_postgresql(database: PostgresDatabase) -> Callable[..., Any]:
    def run(text: str, values: Any = None) -> None:
        with psycopg.connect(database.url.replace("+psycopg", "")) as connection:
            connection.execute(text, values)

    return run


@pytest.fixture(params=ENGINES)
def council(request: pytest.FixtureRequest, tmp_path: Path) -> Council:
    kind = request.param
    if kind == "postgresql":
        database = request.getfixturevalue("postgres").database()
        return Council(database.url, on_postgresql(database), kind)
    path = tmp_path / f"council.{kind}"
    return Council(f"{kind}:///{path}", (on_sqlite if kind == "sqlite" else on_duckdb)(path), kind)


def definition(**dataset: Any) -> Configuration:
    return a_council(**{"table": TABLE, "columns": COLUMNS, **dataset})


def load(council: Council, source: Source, folder: Path, day: dt.date | None = MARCH, **dataset: Any) -> ImportReport:
    with open_council_database("payroll_db", council.url) as database:
        return ingest_table(definition(**dataset), "hr", day, database, source, folder / "private")


def stored(source: Source, **dataset: Any) -> pd.DataFrame:
    table = dataset_table(definition(**dataset), "hr")
    return source.fetch(sa.select(table).order_by(table.c.as_at, table.c.person_id)).drop(columns="row_number")


def test_a_view_holds_what_its_csv_would(council: Council, tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    path.write_text(CSV)
    with open_source("duckdb://", read_only=False) as source:
        ingest_files(definition(), "hr", [path], MARCH, source, tmp_path / "private")
        from_file = stored(source)
    with open_source("duckdb://", read_only=False) as source:
        report = load(council, source, tmp_path)
        pd.testing.assert_frame_equal(stored(source), from_file)
    assert (report.accepted, report.rejected, report.files) == (3, 0, ("v_staff in payroll_db",))


def test_the_same_rows_twice_change_nothing_in_whatever_order_they_come(council: Council, tmp_path: Path) -> None:
    with open_source("duckdb://", read_only=False) as source:
        load(council, source, tmp_path)
        council.run("DELETE FROM staff")
        council.fill(ROWS[::-1])
        assert not load(council, source, tmp_path).changed_anything
        council.run("""UPDATE staff SET "Hourly Pay" = 11 WHERE "ID" = '007'""")
        council.run("""DELETE FROM staff WHERE "ID" = '9'""")
        moved = load(council, source, tmp_path).days[0].replaced
    assert moved is not None
    assert (moved.joined, moved.left, moved.changed, dict(moved.changed_by_column)) == (0, 1, 1, {"pay": 1})


def test_a_table_with_its_own_day_is_read_for_one_day_or_for_all(council: Council, tmp_path: Path) -> None:
    council.fill([(*row[:-1], JUNE) for row in ROWS[:2]])
    with open_source("duckdb://", read_only=False) as source:
        report = load(council, source, tmp_path, JUNE, as_at="Day")
        assert [(d.as_at, d.rows) for d in report.days] == [(JUNE, 2)]
        report = load(council, source, tmp_path, None, as_at="Day")
        assert [(d.as_at, d.rows) for d in report.days] == [(MARCH, 3), (JUNE, 2)]
        with pytest.raises(InputError, match="v_staff: holds no rows of 30 September 2026"):
            load(council, source, tmp_path, dt.date(2026, 9, 30), as_at="Day")


def test_rejected_rows_are_kept_without_columns_that_nobody_asked_for(council: Council, tmp_path: Path) -> None:
    council.fill([(f"2{n:02}", "Housing", "F", 30, 9, None, None, "Quillfeather", MARCH) for n in range(40)])
    council.fill([("400", "Housing", "F", 7, 9, None, None, "Quillfeather", MARCH)])
    columns = COLUMNS | {"age": {"from": "AGE", "type": "integer", "minimum": 14}}
    with open_source("duckdb://", read_only=False) as source:
        report = load(council, source, tmp_path, columns=columns)
    assert (report.accepted, report.rejected) == (43, 1)
    assert report.rejects_file is not None
    written = report.rejects_file.read_text(encoding="utf-8-sig")
    assert "age: below the minimum 14" in written
    assert "Quillfeather" not in written


def test_a_person_on_two_rows_is_told_by_rows_and_never_by_name(council: Council, tmp_path: Path) -> None:
    council.fill([ROWS[0]])
    with open_source("duckdb://", read_only=False) as source, pytest.raises(InputError, match="1 people stand more than once") as error:
        load(council, source, tmp_path)
    assert "v_staff in payroll_db row 1, v_staff in payroll_db row 2" in str(error.value)
    assert "007" not in str(error.value)


def test_what_there_is_not_is_named_with_what_there_is(council: Council, tmp_path: Path) -> None:
    with open_source("duckdb://", read_only=False) as source:
        for dataset, words in (
            ({"table": TABLE | {"name": "v_stuff"}}, r"no table or view 'v_stuff'.*did you mean 'v_staff'"),
            ({"table": TABLE | {"name": "leavers"}}, r"no table or view 'leavers'.*there are: staff, v_staff"),
            ({"table": TABLE | {"schema": "payroll"}}, "no schema 'payroll'"),
            ({"person_id": "Staff ID"}, r"no heading 'Staff ID' \(person_id in config/datasets/hr.yaml\).*There are: ID, Unit, Sex, age"),
            ({"columns": {"sex": {"from": "Gendre", "dimension": "sex"}}}, "no heading 'Gendre'"),
        ):
            with pytest.raises(InputError, match=words):
                load(council, source, tmp_path, **dataset)
        assert source.columns("ds_hr") == {}


def test_labels_that_nobody_mapped_stop_the_load(council: Council, tmp_path: Path) -> None:
    council.fill([("77", "Nowhere", "Femail", 30, 9, None, None, "Quillfeather", MARCH)])
    with open_source("duckdb://", read_only=False) as source, pytest.raises(InputError) as error:
        load(council, source, tmp_path)
    assert "v_staff in payroll_db [Sex]: 1 label is not mapped to 'sex': 'Femail' (1 rows)" in str(error.value)
    assert "'Nowhere' (1 rows)" in str(error.value)


def test_types_that_do_not_fit_are_said_row_by_row_or_column_by_column(council: Council, tmp_path: Path) -> None:
    columns = {"day": {"from": "age", "type": "date", "empty": "reject"}, "number": {"from": "started", "type": "number"}}
    with open_source("duckdb://", read_only=False) as source, pytest.raises(InputError, match="3 of 3 rows would be left out") as error:
        load(council, source, tmp_path, columns=columns)
    assert "v_staff in payroll_db row 1: age: not a date" in str(error.value)
    assert "started: not a number" in str(error.value)


def test_capital_letters_do_not_matter_unless_nothing_else_differs(council: Council, tmp_path: Path) -> None:
    with open_source("duckdb://", read_only=False) as source:
        assert load(council, source, tmp_path, table=TABLE | {"name": "V_STAFF"}).accepted == 3


def test_a_draft_is_made_from_a_table(council: Council) -> None:
    from metrics.definitions.dataset import TableBinding
    from metrics.ingest.drafts import draft_definitions
    from metrics.ingest.inspect import starter_dimensions

    with open_council_database("payroll_db", council.url) as database:
        found = inspect_table(database, TableBinding.model_validate(TABLE))
    assert {c.heading: c.seems for c in found.columns}["Sex"] == "sex"
    assert "v_staff in payroll_db: table; 3 rows, 9 columns" in found.lines()[0]
    draft = draft_definitions(found, starter_dimensions())[0].content
    assert 'table: {connection: payroll_db, name: "v_staff"}' in draft
    assert 'from: "Sex"' in draft
    assert "header_row" not in draft
    assert "equality ingest hr --as-at" in draft


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_file_that_is_not_there_or_no_database(tmp_path: Path, kind: str) -> None:
    with pytest.raises(SourceError, match="There is no database file for payroll_db"):
        open_council_database("payroll_db", f"{kind}:///{tmp_path}/none.db")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "text.db").write_text("hello\n" * 500)
    with pytest.raises(SourceError), open_council_database("payroll_db", f"{kind}:///{tmp_path}/text.db") as database:
        database.find(None, "staff")


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_file_that_may_not_be_written_is_read_and_is_the_same_afterwards(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "council.db"
    Council(f"{kind}:///{path}", (on_sqlite if kind == "sqlite" else on_duckdb)(path), kind)
    before = path.read_bytes()
    with open_council_database("payroll_db", f"{kind}:///{path}") as database:
        relation = database.find(None, "staff")
        assert sum(len(rows) for rows in database.rows(rows_of(relation, ["ID"]), relation)) == 3
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_addresses_that_lead_nowhere() -> None:
    for url, words in (
        ("", "has no address"),
        ("nonsense", "not a URL"),
        ("postgresql+psycopg://officer:Hunter2@127.0.0.1:1/hr", "cannot be reached|refused"),
        ("mssql+pyodbc://officer:Hunter2@127.0.0.1:1/hr", "No driver for mssql|cannot be reached"),
        ("oracle+oracledb://officer:Hunter2@127.0.0.1:1/hr", "No driver for oracle|cannot be reached"),
    ):
        with pytest.raises(SourceError, match=words) as error:
            open_council_database("payroll_db", url, "EQUALITY_PAYROLL_URL")
        assert "Hunter2" not in str(error.value)
        assert error.value.exit_code == 3


def test_an_account_that_may_not_read_the_view(postgres: PostgresServer, tmp_path: Path) -> None:
    database = postgres.database()
    run = on_postgresql(database)
    run("CREATE SCHEMA hr")
    run('CREATE TABLE hr.v_staff AS SELECT 1 AS "ID", \'F\' AS "Sex"')
    reader = database.read_only()
    columns = {"sex": {"from": "Sex", "dimension": "sex"}}
    configuration = a_council(table=TABLE | {"schema": "hr"}, unit=None, columns=columns)
    with open_source("duckdb://", read_only=False) as source:
        with open_council_database("payroll_db", reader) as asked, pytest.raises((SourceError, InputError)) as error:
            ingest_table(configuration, "hr", MARCH, asked, source, tmp_path / "private")
        assert "payroll_db does not let this account read hr.v_staff" in str(error.value) or "that this account may see" in str(error.value)
        run(f"GRANT USAGE ON SCHEMA hr TO {role(reader)}")
        run(f"GRANT SELECT ON hr.v_staff TO {role(reader)}")
        with open_council_database("payroll_db", reader) as asked:
            assert ingest_table(configuration, "hr", MARCH, asked, source, tmp_path / "private").accepted == 1


def role(url: str) -> str:
    return str(sa.make_url(url).username)


def test_a_transaction_that_reads_cannot_write(postgres: PostgresServer) -> None:
    database = postgres.database()
    on_postgresql(database)("CREATE TABLE staff (a int)")
    with open_council_database("payroll_db", database.url) as council, pytest.raises(sa.exc.DBAPIError, match="read-only transaction"):
        council._connection.execute(sa.text("DELETE FROM staff"))  # type: ignore[attr-defined]


def test_lists_records_and_bytes_are_refused_by_column(postgres: PostgresServer, tmp_path: Path) -> None:
    database = postgres.database()
    on_postgresql(database)(
        """CREATE TABLE v_staff AS SELECT '1' AS "ID", ARRAY[1, 2] AS skills, '{"a": 1}'::jsonb AS home, 'x'::bytea AS photo"""
    )
    columns = {name: {"from": name, "type": "text"} for name in ("skills", "home", "photo")}
    configuration = a_council(table=TABLE, unit=None, columns=columns)
    with open_source("duckdb://", read_only=False) as source, open_council_database("payroll_db", database.url) as council:
        with pytest.raises(InputError) as error:
            ingest_table(configuration, "hr", MARCH, council, source, tmp_path / "private")
        assert [p.where for p in error.value.problems] == [f"v_staff [{name}]" for name in ("skills", "home", "photo")]


def test_a_server_that_falls_while_it_is_read_leaves_what_was_stored(own_postgres: PostgresServer, tmp_path: Path) -> None:
    database = own_postgres.database()
    run = on_postgresql(database)
    run('CREATE TABLE v_staff AS SELECT n::text AS "ID", \'F\' AS "Sex" FROM generate_series(1, 200000) AS n')
    configuration = a_council(table=TABLE, unit=None, columns={"sex": {"from": "Sex", "dimension": "sex"}})
    with open_source("duckdb://", read_only=False) as source:
        with open_council_database("payroll_db", database.url) as council:
            ingest_table(configuration, "hr", MARCH, council, source, tmp_path / "private")
        run("UPDATE v_staff SET \"Sex\" = 'M'")

        def fall(words: str, done: int, _: int) -> None:
            if done:
                database.terminate()

        with open_council_database("payroll_db", database.url) as council, pytest.raises(SourceError, match="payroll_db"):
            ingest_table(configuration, "hr", MARCH, council, source, tmp_path / "private", told=fall)
        table = dataset_table(configuration, "hr")
        assert source.fetch(sa.select(sa.func.count().label("n")).where(table.c.sex == "female"))["n"].tolist() == [200000]


DIALECTS = [postgresql.dialect(), sqlite.dialect(), mssql.dialect(), oracle.dialect(), mysql.dialect()]


@pytest.mark.parametrize("dialect", DIALECTS, ids=[d.name for d in DIALECTS])
def test_the_statement_is_written_for_every_dialect_with_names_quoted_and_values_bound(dialect: Any) -> None:
    hostile = 'staff"; DROP TABLE x; --'
    relation = Relation("HR Data", hostile, {"Employee No": "TEXT", "order": "TEXT"})
    select = rows_of(relation, ["Employee No", "order"], "Employee No", ("order", MARCH))
    compiled = select.compile(dialect=dialect)
    text = str(compiled)
    assert "2026" not in text
    assert sorted(compiled.params.values()) == [MARCH, dt.date(2026, 4, 1)]
    quotes = {"mssql": "[]", "mysql": "``"}.get(dialect.name, '""')
    assert f"{quotes[0]}Employee No{quotes[1]}" in text
    assert hostile not in text.replace('""', '"').replace(f"{quotes[0]}{hostile}{quotes[1]}", "")
    assert text.count(";") == 2 * text.count("DROP")
