"""One step or nothing, in turn, and for good: whatever happens to a publisher, its machine or its database."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from metrics.access.viewer import Viewer
from metrics.errors import NotPublished, SourceError
from metrics.releases import engines
from metrics.releases.store import ReleaseStore
from metrics.report import Request
from tests.support.drafts import a_batch, a_draft
from tests.support.postgres import PostgresServer
from tests.support.proxy import Cable, Cut
from tests.support.publisher import POINTS

ROOT = Path(__file__).resolve().parents[3]
MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)
LEADER = Viewer("leadership", "command_line")


def next_draft(store: ReleaseStore, day: date = JUNE) -> object:
    latest = store.latest()
    return a_draft(a_batch(day, seed=day.year), carried=tuple(b.id for b in store.batches(latest)), base=latest)


def figures(store: ReleaseStore, release: str | None = None) -> str:
    return store.read(Request(release=release), LEADER).cells.to_csv()


def said(error: SourceError) -> str:
    return f"{error} {error.advice}"


# what was published stays

CHANGES = (
    "UPDATE cells SET value = 0.5",
    "UPDATE batches SET certificate = '{}'",
    "UPDATE series SET unit = 'other'",
    "UPDATE release_batches SET batch = 1",
    "UPDATE releases SET council = 'Other'",
    "UPDATE releases SET withdrawn_at = '2026-01-01'",
    "UPDATE releases SET withdrawn_at = '2026-01-01', withdrawn_reason = ' '",
    "UPDATE releases SET withdrawn_at = '2026-01-01', withdrawn_reason = 'Wrong', reason = 'Other'",
    "DELETE FROM cells",
    "DELETE FROM release_batches",
    "DELETE FROM releases",
)


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_itself_refuses_to_change_what_was_published(store: ReleaseStore, url: str, change: str) -> None:
    store.publish(a_draft(a_batch(MARCH)))
    before = figures(store)
    engine = create_engine(url)
    with pytest.raises(DBAPIError, match="never changed or deleted"), engine.begin() as connection:
        connection.exec_driver_sql(change)
    engine.dispose()
    assert figures(store) == before
    assert store.list_releases()[0].withdrawn is None


def test_a_mark_of_withdrawal_is_taken_once_and_stays(store: ReleaseStore, url: str) -> None:
    store.publish(a_draft(a_batch(MARCH)))
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE releases SET withdrawn_at = '2026-01-01', withdrawn_reason = 'Wrong'")
    for again in ("withdrawn_at = NULL, withdrawn_reason = NULL", "withdrawn_at = '2026-01-02', withdrawn_reason = 'Other'"):
        with pytest.raises(DBAPIError, match="never changed or deleted"), engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE releases SET {again}")
    engine.dispose()


def test_a_server_cannot_be_emptied_by_truncate_either(postgres: PostgresServer) -> None:
    database = postgres.database()
    store = ReleaseStore(database.url)
    store.publish(a_draft(a_batch(MARCH)))
    engine = create_engine(database.url)
    for table in ("cells", "releases CASCADE"):
        with pytest.raises(DBAPIError, match="never changed or deleted"), engine.begin() as connection:
            connection.exec_driver_sql(f"TRUNCATE {table}")
    engine.dispose()
    assert len(store.read(Request(), LEADER).cells) == 12
    store.close()


# several at once


def test_of_publishers_at_once_one_publishes_and_the_others_are_told(store: ReleaseStore, url: str) -> None:
    store.publish(a_draft(a_batch(MARCH)))
    ready, ended = threading.Barrier(4), []

    def publish(seed: int) -> None:
        mine = ReleaseStore(url)
        draft = a_draft(a_batch(JUNE, seed=seed), base=mine.latest())
        ready.wait()
        try:
            ended.append(mine.publish(draft))
        except SourceError as error:
            ended.append(said(error))
        mine.close()

    threads = [threading.Thread(target=publish, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    published = [one for one in ended if one == "2026-05-21.2"]
    refused = [one for one in ended if "Another release (2026-05-21.2) was published while this one was being made" in one]
    assert (len(published), len(refused)) == (1, 3), ended
    assert len(store.list_releases()) == 2


def test_the_first_publishers_of_an_empty_store_take_turns(url: str) -> None:
    ready, ended = threading.Barrier(3), []

    def publish(seed: int) -> None:
        mine = ReleaseStore(url)
        ready.wait()
        try:
            ended.append(mine.publish(a_draft(a_batch(MARCH, seed=seed))))
        except SourceError as error:
            ended.append(said(error))
        mine.close()

    threads = [threading.Thread(target=publish, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended.count("2026-05-21") == 1, ended
    assert sum("Another release (2026-05-21) was published" in one for one in ended) == 2, ended


def test_a_publisher_does_not_wait_for_ever(store: ReleaseStore, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 1)
    store.publish(a_draft(a_batch(MARCH)))
    other = ReleaseStore(url)
    with store._database.publishing():
        began = time.monotonic()
        with pytest.raises(SourceError) as refused:
            other.publish(next_draft(other))  # type: ignore[arg-type]
        assert time.monotonic() - began < 5
        assert len(other.read(Request(), LEADER).cells) == 12, "readers do not wait"
    assert "Another program has been changing the store" in refused.value.advice
    other.close()


# a publisher that is killed


@pytest.fixture
def killed(url: str) -> Iterator[Callable[[str], int]]:
    """Start a publisher, wait until it is at a point, and kill it."""
    running: list[subprocess.Popen[bytes]] = []

    def kill(point: str, how: Callable[[subprocess.Popen[bytes]], object] = lambda child: child.kill()) -> int:
        child = subprocess.Popen([sys.executable, "-m", "tests.support.publisher", url, point], cwd=ROOT, stdout=subprocess.PIPE)
        running.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == b"there\n"
        how(child)
        return child.wait(20)

    yield kill
    for child in running:
        child.kill()
        child.wait()


@pytest.mark.parametrize("point", POINTS)
def test_a_publisher_killed_at_any_point_leaves_the_last_release(store: ReleaseStore, killed: Callable[..., int], point: str) -> None:
    first = store.publish(a_draft(a_batch(MARCH)))
    before = figures(store)
    assert killed(point) == -signal.SIGKILL
    assert (store.latest(), figures(store)) == (first, before)
    second = store.publish(next_draft(store))  # type: ignore[arg-type]
    assert [r.id for r in store.list_releases()] == [second, first]
    assert figures(store, first) == before
    assert len(store.read(Request(), LEADER).cells) == 24


@pytest.mark.parametrize("point", POINTS)
def test_a_publisher_whose_session_is_ended_by_the_server_leaves_the_last_release(postgres: PostgresServer, point: str) -> None:
    database = postgres.database()
    store = ReleaseStore(database.url)
    first = store.publish(a_draft(a_batch(MARCH)))
    before = figures(store)
    store.close()
    command = [sys.executable, "-m", "tests.support.publisher", database.url, point]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"there\n"
    assert database.terminate() >= 1
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert (store.latest(), figures(store)) == (first, before)
    assert store.publish(next_draft(store)) == "2026-05-21.2"  # type: ignore[arg-type]
    store.close()


# a server that is lost

ADVICE = "Check that the database server runs and can be reached"


def test_a_server_that_is_away_is_said_in_words(own_postgres: PostgresServer) -> None:
    database = own_postgres.database()
    store = ReleaseStore(database.url)
    first = store.publish(a_draft(a_batch(MARCH)))
    before, draft = figures(store), next_draft(store)
    own_postgres.stop()
    for attempt in (store.latest, store.list_releases, lambda: figures(store), lambda: store.publish(draft)):  # type: ignore[arg-type]
        with pytest.raises(SourceError) as lost:
            attempt()
        assert ADVICE in lost.value.advice
        assert database.password not in said(lost.value)
    own_postgres.start()
    assert (store.latest(), figures(store)) == (first, before), "the same store object works again"
    assert store.publish(draft) == "2026-05-21.2"  # type: ignore[arg-type]
    store.close()


def test_a_server_lost_while_publishing_changes_nothing(own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from metrics.releases import publishing as module

    database = own_postgres.database()
    store = ReleaseStore(database.url)
    first = store.publish(a_draft(a_batch(MARCH)))
    before, draft = figures(store), next_draft(store)
    write = module.write_cells

    def interrupted(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type]
        own_postgres.stop()

    monkeypatch.setattr(module, "write_cells", interrupted)
    with pytest.raises(SourceError) as lost:
        store.publish(draft)  # type: ignore[arg-type]
    assert ADVICE in lost.value.advice
    assert "Nothing was changed" in lost.value.advice
    monkeypatch.undo()
    own_postgres.start()
    assert (store.latest(), figures(store)) == (first, before)
    assert store.publish(draft) == "2026-05-21.2"  # type: ignore[arg-type]
    store.close()


@pytest.mark.parametrize(("when", "stored"), [("before", 1), ("after", 2)])
def test_a_connection_lost_at_the_commit_is_said_to_be_open_and_a_rerun_is_safe(postgres: PostgresServer, when: Cut, stored: int) -> None:
    database = postgres.database()
    direct, cable = ReleaseStore(database.url), Cable(postgres.port)
    first = direct.publish(a_draft(a_batch(MARCH)))
    before = figures(direct)
    store = ReleaseStore(cable.url(database.url))
    draft = next_draft(store)
    cable.cut_at("COMMIT", when)
    with pytest.raises(SourceError) as lost:
        store.publish(draft)  # type: ignore[arg-type]
    assert cable.was_cut
    assert "either all of it was stored, or nothing" in said(lost.value)
    assert "`equality releases` shows which" in lost.value.advice
    cable.mend()
    assert len(store.list_releases()) == stored
    assert figures(store, first) == before
    if stored == 2:
        with pytest.raises(SourceError, match="Another release"):
            store.publish(draft)  # type: ignore[arg-type]
    else:
        assert store.publish(draft) == "2026-05-21.2"  # type: ignore[arg-type]
    assert [r.id for r in store.list_releases()] == ["2026-05-21.2", "2026-05-21"]
    for one in (store, direct, cable):
        one.close()


def test_a_reader_whose_session_was_ended_reads_again(postgres: PostgresServer) -> None:
    database = postgres.database()
    store = ReleaseStore(database.url)
    store.publish(a_draft(a_batch(MARCH)))
    before = figures(store)
    assert database.terminate() >= 1
    assert figures(store) == before
    store.close()


# who may do what


def test_a_dashboard_needs_the_right_to_read_and_no_other(postgres: PostgresServer) -> None:
    database = postgres.database()
    reader_url = database.read_only()
    reader, owner = ReleaseStore(reader_url), ReleaseStore(database.url)
    assert reader.latest() is None, "an empty store, before anything was published"
    first = owner.publish(a_draft(a_batch(MARCH)))
    assert reader.latest() == first
    assert figures(reader) == figures(owner)
    assert reader.contents(None, LEADER).kpis.keys() == owner.contents(None, LEADER).kpis.keys()
    assert len(list(reader.systems())) == 1
    assert reader.compare(first, first, LEADER).cells.empty
    for attempt in (lambda: reader.publish(next_draft(owner)), lambda: reader.withdraw(first, "Wrong")):  # type: ignore[arg-type, return-value]
        with pytest.raises(SourceError, match="permission denied") as refused:
            attempt()
        assert "Publishing needs the account that owns the tables" in refused.value.advice
    assert owner.list_releases()[0].withdrawn is None
    second = owner.publish(next_draft(owner))  # type: ignore[arg-type]
    assert reader.latest() == second, "tables are not made anew by publishing, so rights stay"
    reader.close()
    owner.close()


def test_a_reader_sees_one_instant(store: ReleaseStore, url: str) -> None:
    """What is published while a report is being read is not in it."""
    store.publish(a_draft(a_batch(MARCH)))
    reader = ReleaseStore(url)
    with reader._database.reading() as connection:
        seen = [connection.exec_driver_sql("SELECT count(*) FROM cells").scalar()]
        store.publish(next_draft(store))  # type: ignore[arg-type]
        seen.append(connection.exec_driver_sql("SELECT count(*) FROM cells").scalar())
    with reader._database.reading() as connection:
        seen.append(connection.exec_driver_sql("SELECT count(*) FROM cells").scalar())
    assert seen == [12, 12, 24]
    reader.close()


# words


def test_a_wrong_password_is_said_without_any_password(postgres: PostgresServer) -> None:
    database = postgres.database()
    wrong = database.url.replace(database.password, "not-the-password")
    with pytest.raises(SourceError, match="password authentication failed") as refused:
        ReleaseStore(wrong).list_releases()
    assert "not-the-password" not in said(refused.value)
    assert "environment variable" in refused.value.advice


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://me:sec@ret@127.0.0.1:1/x",
        "postgresql+psycopg://me:sec@ret/x@127.0.0.1:1/x",
        "postgresql+psycopg://me:sec@ret:x@127.0.0.1:1/x",
        "postgresql+psycopg://me@127.0.0.1:1/x?password=sec@ret",
        "postgresql+psycopg://me:secret@127.0.0.1:1/x",
        "postgresql+psycopg://127.0.0.1:1/x?user=me&password=secret",
        "postgresql+psycopg://me:secret@127.0.0.1:1/x?options=secret",
    ],
)
def test_no_message_holds_a_password_however_the_url_was_written(url: str) -> None:
    with pytest.raises(SourceError) as refused:
        ReleaseStore(url).list_releases()
    assert "sec" not in said(refused.value).replace("seconds", "")
    assert not re.search(r"\bx?ret\b", said(refused.value))


def test_nothing_published_yet_on_a_server_without_tables(postgres: PostgresServer) -> None:
    store = ReleaseStore(postgres.database().url)
    with pytest.raises(NotPublished, match="Nothing has been published yet"):
        store.contents(None, LEADER)
    assert store.list_releases() == ()
    store.close()
