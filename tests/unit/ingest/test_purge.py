"""What a purge deletes, what it leaves, and that the database's file forgets."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from metrics.cli.main import main
from metrics.ingest.ingest import ingest_files
from metrics.ingest.purge import FEWER, find_purge, past_retention, purge
from metrics.periods import FinancialYear
from metrics.query.fetch import fetch_counts
from metrics.sources import duckdb_file
from metrics.sources.engine import open_source
from metrics.sources.snapshots import purged_days, read_register, snapshot_days
from tests.support.engines import FreshStore
from tests.support.tiny_council import TinyCouncil

OLD, MIDDLE, NEW = dt.date(2019, 3, 31), dt.date(2025, 3, 31), dt.date(2026, 3, 31)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def council(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyCouncil:
    council = TinyCouncil.found(tmp_path / "council")
    monkeypatch.chdir(council.folder)
    for variable in ("EQUALITY_CONFIG", "EQUALITY_WORKFORCE_URL", "EQUALITY_RELEASES_URL"):
        monkeypatch.delenv(variable, raising=False)
    for day in (OLD, MIDDLE, NEW):
        load(council, day, f"PLANTED-{day.year}-")
    return council


def load(council: TinyCouncil, day: dt.date, planted: str, people: int = 60, url: str = "") -> None:
    """Each person's id says which day it was loaded for."""
    path = council.folder / f"staff-{day}.csv"
    rows = [f"{planted}{n:05},{'Parks' if n % 3 else 'Housing'},{'male' if n % 2 else 'female'},not_disabled" for n in range(people)]
    path.write_text("\n".join(["Id,Directorate,Sex,Disability", *rows]))
    council.settings.data_folder.mkdir(exist_ok=True)
    with open_source(url or council.settings.workforce_url, read_only=False) as source:
        ingest_files(council.configuration, "hr", [path], day, source, council.settings.private_folder)


def file_of(council: TinyCouncil) -> Path:
    return Path(council.settings.workforce_url.removeprefix("duckdb:///"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([*arguments])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return command


def test_deleted_rows_are_nowhere_in_the_file(council: TinyCouncil, run: Run) -> None:
    path = file_of(council)
    assert b"PLANTED-2019-00007" in path.read_bytes(), "the test can find an id that is there"
    assert run("purge", "--before", "2020-01-01", "--yes")[0] == 0
    held = b"".join(part.read_bytes() for part in path.parent.rglob("*") if part.is_file())
    assert b"PLANTED-2019-" not in held
    assert b"PLANTED-2026-00007" in held
    assert [part.name for part in path.parent.iterdir() if part.is_file()] == ["workforce.duckdb"]
    assert path.stat().st_mode & 0o077 == 0
    with open_source(council.settings.workforce_url) as source:
        assert snapshot_days(source, "hr") == (MIDDLE, NEW)
        assert list(purged_days(source, "hr")) == [OLD]
        counts = fetch_counts(source, council.configuration, "hr", [MIDDLE, NEW], FinancialYear())
    assert [int(c.values.max()) for c in counts] == [60, 60]


@pytest.mark.parametrize("moment", ["checkpoint", "copying", "replacing"])
def test_a_purge_that_is_interrupted_is_finished_by_the_next(
    council: TinyCouncil, run: Run, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are deleted in one step; what the file still holds of them goes with the next run."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        if moment == "replacing":
            broken.setattr(duckdb_file.os, "replace", fail)
        else:
            broken.setattr(duckdb_file, "rewrite" if moment == "checkpoint" else "_copy", fail)
        code, _, err = run("purge", "--before", "2020-01-01", "--yes")
    assert code == 3
    assert "could not be rewritten and may still hold them" in err
    assert "The disk is full" in err
    assert "run `equality purge` again" in err
    assert [part.name for part in file_of(council).parent.iterdir() if part.is_file()] == ["workforce.duckdb"]
    with open_source(council.settings.workforce_url) as source:
        assert snapshot_days(source, "hr") == (MIDDLE, NEW)
    assert run("purge", "--before", "2020-01-01", "--yes")[0] == 0
    assert b"PLANTED-2019-" not in file_of(council).read_bytes()


def test_both_engines_delete_the_same_and_keep_the_register(council: TinyCouncil, fresh_store: FreshStore, tmp_path: Path) -> None:
    url = fresh_store()
    url = f"duckdb:///{tmp_path}/other.duckdb" if url == "duckdb://" else url
    load(council, OLD, "A", people=4, url=url)
    load(council, MIDDLE, "B", url=url)
    load(council, NEW, "C", url=url)
    with open_source(url, read_only=False) as source:
        found = find_purge(source, tmp_path / "none", NEW)
        assert [s.as_at for s in found.days] == [OLD, MIDDLE]
        left = purge(source, found, dt.datetime(2026, 7, 1, 12))
    assert ("VACUUM (FULL, ANALYZE) ds_hr" in left) == url.startswith("postgresql")
    with open_source(url) as source:
        first, second, third = read_register(source, "hr")
        assert snapshot_days(source, "hr") == (NEW,)
    assert (first.rows, first.people, first.rejected, first.files) == (FEWER, FEWER, 0, ("staff-2019-03-31.csv",))
    assert (second.rows, second.purged_at, third.purged_at) == (60, dt.datetime(2026, 7, 1, 12), None)


def test_the_newest_day_is_spared_unless_it_is_named(council: TinyCouncil, run: Run) -> None:
    code, out, _ = run("purge", "--before", "2026-11-01", "--dry-run")
    assert code == 0
    assert "2026-03-31: the newest day of its dataset stays; --including-newest deletes it." in out
    assert run("purge", "--before", "2026-11-01", "--yes", "--including-newest")[0] == 0
    with open_source(council.settings.workforce_url) as source:
        assert snapshot_days(source, "hr") == ()
    assert b"PLANTED-" not in file_of(council).read_bytes()


def test_it_says_before_what_will_go_and_nothing_goes_unasked(council: TinyCouncil, run: Run) -> None:
    before = file_of(council).read_bytes()
    code, out, err = run("purge", "--before", "2026-01-01")
    assert (code, "Add --yes." in err) == (2, True)
    for words in ("hr", "2019-03-31", "60", "staff-2019-03-31.csv", "2025-03-31"):
        assert words in out
    code, out, _ = run("purge", "--before", "2026-01-01", "--dry-run", "--json")
    assert [(d["dataset"], d["as_at"], d["rows"]) for d in json.loads(out)["days"]] == [("hr", str(OLD), "60"), ("hr", str(MIDDLE), "60")]
    assert file_of(council).read_bytes() == before
    for wrong in (("--before", "soon"), ("--before", "2999-01-01"), ("--before", "2020-01-01", "--dataset", "nobody")):
        assert run("purge", *wrong, "--yes")[0] == 2
    assert "No rows about people from before 2018-01-01" in run("purge", "--before", "2018-01-01", "--yes")[1]


def test_old_reports_and_rejected_rows_go_and_nothing_else_of_the_folder(council: TinyCouncil, run: Run) -> None:
    folder = council.settings.private_folder
    folder.mkdir(exist_ok=True)
    going = [
        "import-hr-20190401-101112.txt",
        "rejects-hr-20190401-101112.csv",
        "rejects-hr-20191231-235959-2.csv",
        "import-pay-20190401-101112.txt",
    ]
    staying = ["import-hr-20200101-000000.txt", "refresh.lock", "notes-20190401-101112.txt", "import-hr-20199901-101112.txt"]
    for name in (*going, *staying):
        (folder / name).write_text("E90001")
    assert run("purge", "--before", "2020-01-01", "--dataset", "hr", "--yes")[0] == 0
    assert {p.name for p in folder.iterdir()} == {*staying, going[-1]}
    assert "1 import reports and files of rejected rows" in run("purge", "--before", "2020-01-01", "--yes")[1]
    assert {p.name for p in folder.iterdir()} == set(staying)


def test_a_dataset_that_is_no_longer_defined_can_be_purged(council: TinyCouncil, tmp_path: Path) -> None:
    path = council.config / "datasets/hr.yaml"
    path.rename(council.config / "datasets/staff.yaml")
    kpi = next((council.config / "kpis").glob("*.yaml"))
    kpi.write_text(kpi.read_text().replace("dataset: hr", "dataset: staff"))
    with open_source(council.settings.workforce_url, read_only=False) as source:
        purge(source, find_purge(source, tmp_path, NEW))
    assert b"PLANTED-2019-" not in file_of(council).read_bytes()


def test_releases_stay_and_a_purged_period_cannot_be_restated(council: TinyCouncil, run: Run) -> None:
    assert run("refresh")[0] == 0
    shown = run("show", "WR03", "--format", "csv", "--period", str(MIDDLE))[1]
    assert run("purge", "--before", "2026-01-01", "--yes")[0] == 0
    code, out, _ = run("refresh")
    assert (code, "Nothing to do" in out) == (0, True)
    load(council, dt.date(2026, 6, 30), "PLANTED-next-")
    assert "Published release" in run("refresh")[1]
    again = run("show", "WR03", "--format", "csv", "--period", str(MIDDLE))[1]
    assert [line.partition(",")[2] for line in again.splitlines()] == [line.partition(",")[2] for line in shown.splitlines()]
    code, _, err = run("refresh", "--restate", str(MIDDLE), "--reason", "Payroll file corrected")
    assert code == 2
    assert (
        f"{MIDDLE}: its rows were purged on {dt.date.today()}, so its figures cannot be made again. Those that were published stay." in err
    )
    load(council, MIDDLE, "PLANTED-again-")
    assert run("refresh", "--restate", str(MIDDLE), "--reason", "Loaded again from the archive")[0] == 0


def test_rows_past_their_retention_are_pointed_out(council: TinyCouncil, run: Run) -> None:
    with (council.config / "settings.yaml").open("a") as settings:
        settings.write("retention: {person_rows_years: 6, import_reports_days: 90}\n")
    (council.settings.private_folder).mkdir(exist_ok=True)
    (council.settings.private_folder / "rejects-hr-20190401-101112.csv").write_text("E90001")
    for command in ("check", "refresh"):
        code, out, _ = run(command)
        assert code == 0
        assert "hr: rows as at 2019-03-31 are older than the 6 years" in out
        assert "1 import reports or files of rejected rows are older than the 90 days" in out
    assert run("purge", "--before", "2020-01-01", "--yes")[0] == 0
    assert "older than" not in run("check")[1]
    with open_source(council.settings.workforce_url) as source:
        assert past_retention(source, council.folder, None, None, dt.date.today()) == []
        (warning,) = past_retention(source, council.folder, 1, None, dt.date(2026, 4, 1))
    assert "2025-03-31" in warning
    assert "--before 2025-04-01" in warning
    file_of(council).unlink()
    assert "older than" not in run("check")[1]


def test_a_register_of_before_purges_is_read_and_gains_its_column(council: TinyCouncil) -> None:
    with open_source(council.settings.workforce_url, read_only=False) as source:
        from sqlalchemy import text

        source.execute(text("ALTER TABLE snapshots DROP COLUMN purged_at"))
    with open_source(council.settings.workforce_url) as source:
        assert snapshot_days(source, "hr") == (OLD, MIDDLE, NEW)
        assert purged_days(source, "hr") == {}
    with open_source(council.settings.workforce_url, read_only=False) as source:
        purge(source, find_purge(source, council.settings.private_folder, NEW))
    with open_source(council.settings.workforce_url) as source:
        assert snapshot_days(source, "hr") == (NEW,)
