"""A refresh whose release store is on a server that stops: exit 3 in plain words, the last release whole, and the next one succeeds."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from metrics.cli import refresh as command
from metrics.cli.main import main
from metrics.releases import publishing as module
from metrics.releases.store import ReleaseStore
from metrics.report import Request
from tests.support.postgres import PostgresDatabase, PostgresServer
from tests.support.tiny_council import VIEWER, TinyCouncil

MARCH_25, MARCH = date(2025, 3, 31), date(2026, 3, 31)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def database(own_postgres: PostgresServer) -> PostgresDatabase:
    return own_postgres.database()


@pytest.fixture
def run(tmp_path: Path, database: PostgresDatabase, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`equality` in a council's folder, with one period published on the server and one that is loaded."""
    council = TinyCouncil.found(tmp_path / "council")
    monkeypatch.chdir(council.folder)
    for variable in ("EQUALITY_CONFIG", "EQUALITY_WORKFORCE_URL", "EQUALITY_AUDIT_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("EQUALITY_RELEASES_URL", database.url)

    def equality(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    council.load(MARCH_25)
    assert equality("refresh")[0] == 0
    council.load(MARCH)
    return equality


def stop_before(words: str, server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the server when the refresh says that it begins a step."""

    @contextmanager
    def bar(_wanted: bool = True) -> Iterator[Callable[[str, int, int], None]]:
        yield lambda step, *_: server.stop() if words in step and server.running else None

    monkeypatch.setattr(command, "bar", bar)


def stop_inside_publishing(_: str, server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    write = module.write_cells

    def interrupted(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type]
        server.stop()

    monkeypatch.setattr(module, "write_cells", interrupted)


def stop_now(_: str, server: PostgresServer, __: pytest.MonkeyPatch) -> None:
    server.stop()


MOMENTS = {
    "before it begins": (stop_now, ""),
    "while it counts": (stop_before, "counting"),
    "while it protects": (stop_before, "protecting"),
    "before it publishes": (stop_before, "publishing"),
    "while it publishes": (stop_inside_publishing, ""),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_server_stops(
    moment: str, run: Run, database: PostgresDatabase, own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ReleaseStore(database.url)
    first = store.latest()
    before = store.read(Request(), VIEWER).cells.to_csv()
    stop, words = MOMENTS[moment]
    with monkeypatch.context() as patches:
        stop(words, own_postgres, patches)
        code, out, complained = run("refresh")
    assert not own_postgres.running
    assert code == 3, out + complained
    assert "The release store postgresql+psycopg://" in complained
    assert "Check that the database server runs and can be reached at this address" in complained
    assert database.password not in complained + out
    assert "Traceback" not in complained + out
    own_postgres.start()
    assert store.latest() == first
    assert [r.id for r in store.list_releases()] == [first]
    assert store.read(Request(), VIEWER).cells.to_csv() == before
    code, out, _ = run("refresh")
    assert (code, out.startswith("Published release ")) == (0, True)
    assert len(store.list_releases()) == 2
    assert store.contents(None, VIEWER).periods == {"WR03": (MARCH_25, MARCH)}
    assert store.read(Request(release=first), VIEWER).cells.to_csv() == before
    store.close()


def test_every_command_works_on_a_server(run: Run, tmp_path: Path) -> None:
    """The road of the tutorial's commands, from a release on PostgreSQL."""
    assert run("refresh")[0] == 0
    (first, second) = reversed([line.split()[0] for line in run("releases")[1].splitlines()[4:]])
    assert run("show", "WR03", "--by", "sex", "--format", "csv")[1].startswith("release,kpi,")
    assert run("releases", "--compare", first, second)[0] == 0
    assert "no protected count can be worked out" in run("certify")[1]
    assert run("releases", "backup", str(tmp_path / "backup.zip"))[0] == 0
    assert run("releases", "withdraw", second, "--reason", "Counted twice", "--yes")[0] == 0
    code, out, complained = run("show", "WR03", "--release", second, "--format", "csv")
    assert code == 0
    assert f"RELEASE {second} WAS WITHDRAWN ON " in complained
    assert {row["status"] for row in csv.DictReader(io.StringIO(out)) if row["value"]} == {"withdrawn"}
    assert run("releases", "restore", str(tmp_path / "backup.zip"), "--replace", "--yes")[0] == 0
    assert "withdrawn" not in run("releases")[1]
