"""The demo council's last days on DuckDB and PostgreSQL: the same rows, the same figures; and a spoilt row is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from metrics.cli.main import main
from metrics.cli.parity import address
from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.demo.council import STAFF_DAYS
from metrics.demo.extracts import write_extracts
from metrics.demo.load import EXTRACTS
from metrics.errors import InputError
from metrics.ingest.copying import copy_rows
from metrics.ingest.ingest import ingest_files
from metrics.periods import FinancialYear
from metrics.pipeline.parity import Parity, compare_engines
from metrics.sources.digests import day_digests
from metrics.sources.engine import open_source
from tests.support.engines import fresh_schema
from tests.support.postgres import PostgresDatabase
from tests.support.tiny_council import TinyCouncil

CONFIG = Path(__file__).resolve().parents[3] / "config"
ROLLING = ("panels", "recruit")
LAST = {
    ("hr", STAFF_DAYS[-5]),
    *dict(sorted(EXTRACTS)).items(),
    *(pair for dataset in ROLLING for pair in sorted(pair for pair in EXTRACTS if pair[0] == dataset)[-4:]),
}
"""Two years' ends, with the yearly breakdowns, joiners and leavers; four quarters where a figure is of as many."""


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(CONFIG)


@pytest.fixture(scope="module")
def rows(configuration: Configuration, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The last day of each extract of the demo council, in a DuckDB file."""
    folder = tmp_path_factory.mktemp("parity")
    url = f"duckdb:///{folder / 'workforce.duckdb'}"
    with open_source(url, read_only=False) as source:
        for extract in write_extracts(configuration.organisation, folder, wanted=lambda *which: which in LAST):
            ingest_files(configuration, extract.dataset, [extract.path], extract.as_at, source, folder / "private")
    return url


@pytest.fixture(scope="module")
def copied(configuration: Configuration, rows: str, rows_database: PostgresDatabase) -> str:
    url = fresh_schema(rows_database)
    with open_source(rows) as here, open_source(url, read_only=False) as there:
        assert copy_rows(configuration, here, there) > 11_000
    return url


def compared(configuration: Configuration, one: str, other: str) -> Parity:
    with open_source(one) as here, open_source(other) as there:
        return compare_engines(configuration, FinancialYear(), here, there)


def behind(url: str, statement: str) -> None:
    """A statement behind the product's back."""
    plain, _, schema = url.replace("+psycopg", "").partition("?schema=")
    with psycopg.connect(plain, options=f"-csearch_path={schema}") as connection:
        connection.execute(statement)


def test_the_demo_councils_day_is_the_same_on_both_engines(configuration: Configuration, rows: str, copied: str) -> None:
    found = compared(configuration, rows, copied)
    assert found.same
    assert {(d.dataset, d.as_at) for d in found.days} == LAST
    assert {k.kpi for k in found.kpis} == set(configuration.kpis)
    assert sum(k.counts for k in found.kpis) > 4_000
    assert sum(k.pay for k in found.kpis) > 1_000
    assert max(k.farthest for k in found.kpis) < 1e-9


def test_a_row_that_was_changed_by_hand_is_found_by_dataset_and_day(
    configuration: Configuration, rows: str, rows_database: PostgresDatabase
) -> None:
    url = fresh_schema(rows_database)
    with open_source(rows) as here, open_source(url, read_only=False) as there:
        copy_rows(configuration, here, there)
    behind(
        url,
        f"UPDATE ds_hr SET sex = CASE sex WHEN 'female' THEN 'male' ELSE 'female' END WHERE row_number = 77 AND as_at = '{STAFF_DAYS[-1]}'",
    )
    found = compared(configuration, rows, url)
    assert not found.same
    assert [(d.dataset, d.as_at) for d in found.days if not d.same] == [("hr", STAFF_DAYS[-1])]
    changed = [k for k in found.kpis if k.differ]
    assert changed
    assert all(set(k.differ) == {STAFF_DAYS[-1]} for k in changed)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ds_pay SET hourly_pay = hourly_pay + 0.005 WHERE row_number = 99",
        "UPDATE ds_pay SET person_id = NULL WHERE row_number = 99",
        "DELETE FROM ds_pay WHERE row_number = 99",
        "INSERT INTO ds_pay SELECT * FROM ds_pay WHERE row_number = 99",
        "UPDATE ds_pay SET unit = (SELECT unit FROM ds_pay ORDER BY row_number DESC LIMIT 1) WHERE row_number IN (98, 99)",
    ],
)
def test_any_change_of_rows_changes_the_digest(
    configuration: Configuration, rows: str, rows_database: PostgresDatabase, statement: str
) -> None:
    url = fresh_schema(rows_database)
    alone = replace(configuration, datasets={"pay": configuration.datasets["pay"]})
    with open_source(rows) as here, open_source(url, read_only=False) as there:
        copy_rows(alone, here, there)
        before = day_digests(here, configuration, "pay")
        assert day_digests(there, configuration, "pay") == before
    behind(url, statement)
    with open_source(url) as there:
        assert day_digests(there, configuration, "pay") != before


def test_a_copy_never_goes_over_rows(configuration: Configuration, rows: str, copied: str) -> None:
    with (
        open_source(rows) as here,
        open_source(copied, read_only=False) as there,
        pytest.raises(InputError, match=r"already holds rows of: appraisals, .*courses, .*residents, .*Nothing was copied"),
    ):
        copy_rows(configuration, here, there)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([*arguments])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return command


@pytest.fixture
def council(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyCouncil:
    council = TinyCouncil.found(tmp_path / "council")
    council.load(STAFF_DAYS[-1], people=300)
    monkeypatch.chdir(council.folder)
    monkeypatch.delenv("EQUALITY_WORKFORCE_URL", raising=False)
    return council


def test_the_command_copies_compares_and_says_what_differs_and_nobodys_value(
    council: TinyCouncil, rows_database: PostgresDatabase, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = fresh_schema(rows_database)
    monkeypatch.setenv("OTHER_URL", url)
    code, out, _ = run("parity", "--other", "OTHER_URL")
    assert (code, "not in both" in out, "Different" in out) == (1, True, True)
    code, out, err = run("parity", "--other", "OTHER_URL", "--copy")
    assert code == 0, out + err
    assert "The same: 1 days of rows" in out
    behind(
        url,
        "UPDATE ds_hr SET disability = 'disabled' WHERE row_number = (SELECT min(row_number) FROM ds_hr WHERE disability <> 'disabled')",
    )
    code, out, _ = run("parity", "--other", "OTHER_URL", "--json")
    said = json.loads(out)
    assert (code, said["same"]) == (1, False)
    assert [d["same"] for d in said["days"]] == [False]
    assert [k["kpi"] for k in said["kpis"] if k["differ"]] == ["WR03"]
    assert rows_database.password not in out
    behind(url, "DELETE FROM ds_hr WHERE row_number > 4")
    code, out, _ = run("parity", "--other", "OTHER_URL")
    assert (code, "fewer than 10" in out) == (1, True)


def test_a_database_that_is_not_there(council: TinyCouncil, run: Callable[..., tuple[int, str, str]]) -> None:
    assert run("parity", "--other", "postgresql://hr:Hunter2@127.0.0.1:1/hr")[0] == 3
    assert run("parity", "--other", "duckdb:///nowhere.duckdb")[0] == 3
    code, _, err = run("parity", "--other", "NOT_SET_ANYWHERE")
    assert (code, "NOT_SET_ANYWHERE is not set" in err) == (2, True)
    assert "Hunter2" not in err
    assert address("duckdb:///x.duckdb", council.config) == f"duckdb:///{council.folder}/x.duckdb"


def test_two_files_are_compared_as_well(council: TinyCouncil, run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = run("parity", "--other", "duckdb:///other.duckdb", "--copy")
    assert code == 0, out + err
    assert (council.folder / "other.duckdb").stat().st_mode & 0o077 == 0
