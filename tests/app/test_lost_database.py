"""The database of rows about people is lost in the middle of a command: plain words, nothing by halves, and the next run works."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Table

from metrics.access.viewer import Viewer
from metrics.errors import SourceError
from metrics.ingest.ingest import ingest_files
from metrics.pipeline import refresh
from metrics.report import Request
from metrics.sources.engine import Source, open_source
from metrics.sources.snapshots import read_snapshots
from metrics.sources.tables import dataset_table
from tests.support.command import Ended, Running, equality
from tests.support.postgres import PostgresDatabase, PostgresServer
from tests.support.tiny_council import PUBLISHED_AT, TinyCouncil

PUBLISHED, LOADED, NEXT = date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30)
COMMANDS = {"ingest": f"ingest hr staff-{PUBLISHED}-0.csv --as-at {NEXT}", "refresh": "refresh"}
PATIENCE = 60


@dataclass
class OnServer:
    """A tiny council whose rows are on PostgreSQL: one period published, one more loaded."""

    council: TinyCouncil
    database: PostgresDatabase
    options: str = ""

    def start(self, line: str) -> Running:
        return Running(self.council.folder, line, EQUALITY_WORKFORCE_URL=self.database.url + self.options)

    def equality(self, line: str) -> Ended:
        return equality(self.council.folder, line, EQUALITY_WORKFORCE_URL=self.database.url)

    def rows(self) -> object:
        """The register, and how many rows each day really has."""
        with open_source(self.database.url) as source:
            table = dataset_table(self.council.configuration, "hr")
            held = source.fetch(table.select())
            return read_snapshots(source, "hr"), held.groupby("as_at").size().to_dict()

    def released(self) -> object:
        store = self.council.store
        try:
            return store.latest(), store.read(Request(), Viewer("leadership", "command_line")).cells.to_csv()
        finally:
            store.close()

    @contextmanager
    def table_held(self) -> Iterator[None]:
        """Whoever reads or writes rows has to wait inside its statement."""
        with self.database.server.administer(self.database.name) as holder:
            holder.autocommit = False
            holder.execute("LOCK TABLE ds_hr IN ACCESS EXCLUSIVE MODE")
            yield

    def wait_until_it_waits(self, running: Running) -> None:
        until = time.monotonic() + PATIENCE
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
        while time.monotonic() < until:
            assert running.process.poll() is None, "it ended before it was seen to wait"
            with self.database.server.administer() as admin:
                if admin.execute(asked, [self.database.name]).fetchone() != (0,):
                    return
            time.sleep(0.02)
        raise AssertionError("it never waited")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> TinyCouncil:
    """A council with its files, and nothing loaded."""
    council = TinyCouncil.found(tmp_path_factory.mktemp("lost") / "council")
    for day in (PUBLISHED, LOADED):
        council.load(day)
    shutil.rmtree(council.folder / "data")
    return council


@pytest.fixture(scope="module")
def server(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """One for this file, to stop and to start again; it writes as safely as a real one."""
    own = PostgresServer(durable=True)
    try:
        own.start()
        yield own
    finally:
        own.remove()


@pytest.fixture
def on_server(founded: TinyCouncil, server: PostgresServer, tmp_path: Path) -> OnServer:
    made = OnServer(founded.copy(tmp_path / "council"), server.database())
    council, settings = made.council, made.council.settings
    settings.data_folder.mkdir()
    with open_source(made.database.url, read_only=False) as source:
        for day in (PUBLISHED, LOADED):
            ingest_files(council.configuration, "hr", [council.folder / f"staff-{day}-0.csv"], day, source, settings.private_folder)
            if day == PUBLISHED:
                refresh(council.configuration, settings, source=source, store=council.store, now=PUBLISHED_AT)
    return made


def stopped(server: OnServer) -> None:
    server.database.server.stop()


def terminated(server: OnServer) -> None:
    server.database.terminate()


def left_alone(_: OnServer) -> None:
    """Until the statement's time is over."""


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("strike", "says"),
    [
        (stopped, "The connection to the workforce database"),
        (terminated, "The connection to the workforce database"),
        (left_alone, "took longer than 2 seconds"),
    ],
)
def test_a_lost_server_leaves_everything_as_it_was(
    on_server: OnServer, command: str, strike: Callable[[OnServer], None], says: str
) -> None:
    before = on_server.rows(), on_server.released()
    on_server.options = "?statement_timeout=2" if strike is left_alone else ""
    try:
        with on_server.table_held():
            running = on_server.start(COMMANDS[command])
            on_server.wait_until_it_waits(running)
            strike(on_server)
            ended = running.end()
    except psycopg.OperationalError:  # the lock was held by a session that is lost as well
        assert strike is not left_alone
    assert ended.code == 3, ended.said
    assert says in ended.err
    assert "Traceback" not in ended.said
    assert on_server.database.password not in ended.said
    if strike is stopped:
        on_server.database.server.start()
    assert (on_server.rows(), on_server.released()) == before
    again = on_server.equality(COMMANDS[command])
    assert again.code == 0, again.said
    assert (on_server.rows(), on_server.released()) != before


def test_a_server_that_falls_at_the_last_moment_of_a_load(on_server: OnServer) -> None:
    """Stopped after the rows were sent and before they were kept."""
    before = on_server.rows()
    url = on_server.database.url
    table = dataset_table(on_server.council.configuration, "hr")

    with open_source(url, read_only=False) as source, pytest.raises(SourceError, match="was lost"), source.begin():  # noqa: PT012
        frame = source.fetch(table.select())
        source.execute(table.delete())
        source.insert(table, frame)
        on_server.database.server.stop()
    on_server.database.server.start()
    assert on_server.rows() == before


def delete_rows_of_a_file_that_goes(source: Source, table: Table, path: Path) -> None:
    with source.begin():
        source.execute(table.delete())
        path.unlink()


def test_a_duckdb_file_that_is_removed_while_it_is_open_loses_nothing_silently(founded: TinyCouncil, tmp_path: Path) -> None:

    council = founded.copy(tmp_path / "council")
    council.load(PUBLISHED)
    path = council.folder / "data" / "workforce.duckdb"
    table = dataset_table(council.configuration, "hr")
    with open_source(f"duckdb:///{path}", read_only=False) as source, pytest.raises(SourceError, match="was removed or replaced"):
        delete_rows_of_a_file_that_goes(source, table, path)
    ended = equality(council.folder, "refresh")
    assert (ended.code, "no workforce database" in ended.err) == (3, True)
    assert equality(council.folder, f"ingest hr staff-{PUBLISHED}-0.csv --as-at {PUBLISHED}").code == 0
    assert equality(council.folder, "refresh").code == 0
