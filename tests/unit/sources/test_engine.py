"""The workforce database: what it answers, what it refuses, and that it is whole whatever happens."""

from __future__ import annotations

import datetime as dt
import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from metrics.errors import SourceError
from metrics.sources.engine import Source, open_source

PEOPLE = sa.Table("people", sa.MetaData(), sa.Column("unit", sa.Text), sa.Column("pay", sa.Double), sa.Column("since", sa.Date))
FRAME = pd.DataFrame(
    {
        "unit": pd.Series(["a", "b", "a", None], dtype="str"),
        "pay": [10.10, 20.20, 30.30, None],
        "since": pd.to_datetime(["2020-01-31", None, "2021-02-28", "2022-03-31"]).astype("datetime64[us]"),
    }
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"duckdb:///{tmp_path}/rows/workforce.duckdb"


@pytest.fixture
def source(url: str) -> Source:
    with open_source(url, read_only=False) as opened:
        opened.execute(CreateTable(PEOPLE))
        opened.insert(PEOPLE, FRAME)
        yield opened


def test_rows_come_back_as_they_went_in(source: Source) -> None:
    back = source.fetch(sa.select(PEOPLE))
    assert back["pay"].tolist()[:3] == [10.10, 20.20, 30.30]
    assert back["unit"].isna().tolist() == [False, False, False, True]
    assert back["since"].iloc[0] == pd.Timestamp("2020-01-31")


def test_values_are_bound_and_never_text(source: Source) -> None:
    nasty = "a' OR '1'='1"
    assert source.fetch(sa.select(PEOPLE).where(PEOPLE.c.unit == nasty)).empty
    found = source.fetch(sa.select(PEOPLE).where(PEOPLE.c.unit.in_(["a", nasty]), PEOPLE.c.since > dt.date(2020, 12, 31)))
    assert found["pay"].tolist() == [30.30]


def test_group_by_an_expression_with_values_in_it(source: Source) -> None:
    group = sa.func.coalesce(PEOPLE.c.unit, "none").label("g")
    found = source.fetch(sa.select(group, sa.func.count().label("n")).group_by(group).order_by(group))
    assert dict(zip(found["g"], found["n"], strict=True)) == {"a": 2, "b": 1, "none": 1}


def test_pay_keeps_its_pennies_and_division_its_remainder(source: Source) -> None:
    half = sa.select((sa.func.count(PEOPLE.c.pay) / sa.literal(2)).label("q"), sa.func.sum(sa.cast(PEOPLE.c.pay, sa.Float)).label("s"))
    found = source.fetch(half)
    assert found["q"].iloc[0] == 1.5
    assert found["s"].iloc[0] == pytest.approx(60.60, abs=1e-12)


def test_a_failed_transaction_leaves_nothing(source: Source) -> None:
    with pytest.raises(RuntimeError), source.begin():  # noqa: PT012
        source.execute(sa.delete(PEOPLE))
        raise RuntimeError
    assert len(source.fetch(sa.select(PEOPLE))) == 4


def test_columns_are_read_from_the_database_and_none_for_a_missing_table(source: Source) -> None:
    assert list(source.columns("people")) == ["unit", "pay", "since"]
    assert source.columns("nobody") == {}


@pytest.mark.parametrize(
    "statement", ["COPY people TO '{0}/out.csv'", "SELECT * FROM read_csv('/etc/passwd')", "ATTACH '{0}/x.db'", "INSTALL httpfs"]
)
def test_a_statement_reaches_nothing_outside_the_file(source: Source, tmp_path: Path, statement: str) -> None:
    with pytest.raises(SourceError) as error:
        source.execute(sa.text(statement.format(tmp_path)))
    assert "disabled" in str(error.value.__cause__)
    with pytest.raises(SourceError) as error:
        source.execute(sa.text("SET enable_external_access = true"))
    assert "lock" in str(error.value.__cause__)


def test_the_file_is_for_its_owner_alone(source: Source, tmp_path: Path) -> None:
    path = tmp_path / "rows" / "workforce.duckdb"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_reader_cannot_write(url: str, source: Source) -> None:
    source.close()
    with open_source(url) as reader:
        assert len(reader.fetch(sa.select(PEOPLE))) == 4
        with pytest.raises(SourceError, match="reading only"):
            reader.execute(sa.delete(PEOPLE))


def test_one_process_may_open_a_file_twice_in_the_same_way(url: str, source: Source) -> None:
    with open_source(url, read_only=False) as again:
        again.insert(PEOPLE, FRAME)
    assert len(source.fetch(sa.select(PEOPLE))) == 8
    with pytest.raises(SourceError, match="open in this program already, in another way"):
        open_source(url)
    source.close()
    with open_source(url) as one, open_source(url) as other:
        one.close()
        assert len(other.fetch(sa.select(PEOPLE))) == 8
        with pytest.raises(SourceError) as error:
            other.fetch(sa.select(sa.func.count().label("n")).select_from(sa.func.read_csv("/etc/passwd")))
    assert "disabled" in str(error.value.__cause__)


def test_an_unknown_table_says_what_to_do(source: Source) -> None:
    with pytest.raises(SourceError, match="equality ingest"):
        source.fetch(sa.select(sa.Table("ds_hr", sa.MetaData(), sa.Column("unit", sa.Text))))


def test_no_file_not_a_database_no_url_no_driver(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no workforce database") as error:
        open_source(f"duckdb:///{tmp_path}/none.duckdb")
    assert error.value.exit_code == 3
    (tmp_path / "bad.duckdb").write_text("not a database " * 500)
    with pytest.raises(SourceError, match="not a DuckDB database"):
        open_source(f"duckdb:///{tmp_path}/bad.duckdb")
    with pytest.raises(SourceError, match="cannot be opened"):
        open_source(f"duckdb:///{tmp_path}")
    with pytest.raises(SourceError, match="not a URL"):
        open_source("workforce database")
    with pytest.raises(SourceError, match="driver"):
        open_source("nosuchengine://host/db")


def test_other_databases_go_through_sqlalchemy_with_the_same_answers() -> None:
    with open_source("sqlite://", read_only=False) as source, source.begin():
        source.execute(CreateTable(PEOPLE))
        source.insert(PEOPLE, FRAME)
        back = source.fetch(sa.select(PEOPLE).where(PEOPLE.c.unit == "a"))
        assert back["pay"].tolist() == [10.10, 30.30]
        assert back["since"].iloc[0] == pd.Timestamp("2020-01-31")
        assert list(source.columns("people")) == ["unit", "pay", "since"]
        assert source.columns("nobody") == {}


CHILD = """
import sys, time
import sqlalchemy as sa
from metrics.sources.engine import open_source
source = open_source(sys.argv[1], read_only=False)
with source.begin():
    source.execute(sa.text("DELETE FROM people"))
    source.execute(sa.text("CREATE TABLE half (a INTEGER)"))
    print("inside", flush=True)
    time.sleep(60)
"""


def test_locked_by_another_program_then_killed_in_the_middle(url: str, source: Source) -> None:
    source.close()
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(CHILD), url], stdout=subprocess.PIPE, env=os.environ)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"inside\n"
        with pytest.raises(SourceError, match="in use by another program"):
            open_source(url)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    with open_source(url) as reader:
        assert len(reader.fetch(sa.select(PEOPLE))) == 4
        assert reader.columns("half") == {}
