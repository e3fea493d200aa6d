"""The audit log: rows that are added, by several processes at once, and never changed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from metrics.access.audit import AuditLog, Event
from metrics.errors import SourceError

ANN, BEN = "object-1/tenant", "object-2/tenant"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new/audit.sqlite"
    return str(request.getfixturevalue("postgres").database().url)


@pytest.fixture
def log(url: str) -> Any:
    made = AuditLog(url)
    yield made
    made.close()


def test_nothing_is_there_before_the_first_row(log: AuditLog) -> None:
    assert log.events() == ()
    assert not log.has_ended("any")


def test_rows_come_back_in_order_and_by_person_kind_and_day(log: AuditLog) -> None:
    day = datetime(2026, 3, 1, 9, tzinfo=UTC)
    for hours, who, what in ((0, ANN, "signed_in"), (2, BEN, "signed_in"), (30, ANN, "downloaded")):
        log.record(Event(what, who, "Leadership", day + timedelta(hours=hours), release="2026-02-12", kpi="WR01,WR03"))
    assert [(e.what, e.who) for e in log.events()] == [("signed_in", ANN), ("signed_in", BEN), ("downloaded", ANN)]
    assert [e.what for e in log.events(who="object-1")] == ["signed_in", "downloaded"]
    assert log.events(who="object") == ()
    assert [e.who for e in log.events(what=["downloaded"])] == [ANN]
    assert [e.what for e in log.events(since=datetime(2026, 3, 2, tzinfo=UTC))] == ["downloaded"]
    assert [e.what for e in log.events(newest=1)] == ["downloaded"]
    assert log.events()[0].at == day


def test_nothing_in_a_row_moves_the_cursor_of_whoever_lists_it(log: AuditLog) -> None:
    log.record(Event("downloaded", ANN, file="a\x1b[2J\nb\u202e\x00.csv"))
    assert log.events()[-1].file == "a[2Jb.csv"


def test_a_name_is_kept_only_where_the_council_wants_it(url: str) -> None:
    for names, kept in ((False, ""), (True, "Ann Leader")):
        log = AuditLog(url, names=names)
        log.record(Event("signed_in", ANN, name="Ann Leader"))
        assert log.events()[-1].name == kept
        log.close()


@pytest.mark.parametrize("statement", ["UPDATE audit_events SET who = 'somebody else'", "DELETE FROM audit_events"])
def test_the_database_itself_refuses_to_change_a_row(log: AuditLog, url: str, statement: str) -> None:
    log.record(Event("signed_in", ANN))
    with create_engine(url).connect() as behind, pytest.raises(DBAPIError, match="only added to"):
        behind.execute(text(statement))
    assert [e.who for e in log.events()] == [ANN]


def test_postgresql_refuses_to_empty_the_table(postgres: Any) -> None:
    url = postgres.database().url
    AuditLog(url).record(Event("signed_in", ANN))
    with create_engine(url).connect() as behind, pytest.raises(DBAPIError, match="only added to"):
        behind.execute(text("TRUNCATE audit_events"))


def test_old_rows_are_taken_away_with_a_row_that_says_so_and_the_refusal_stays(log: AuditLog, url: str) -> None:
    log.record(Event("signed_in", ANN, at=datetime(2024, 1, 1, tzinfo=UTC)))
    log.record(Event("signed_in", BEN))
    assert log.purge(datetime(2025, 1, 1, tzinfo=UTC), "cli:analyst") == 1
    assert [(e.what, e.who, e.reason) for e in log.events()] == [("signed_in", BEN, ""), ("purged", "cli:analyst", "1 before 2025-01-01")]
    with create_engine(url).connect() as behind, pytest.raises(DBAPIError, match="only added to"):
        behind.execute(text("DELETE FROM audit_events"))


WRITER = """
import sys
from metrics.access.audit import AuditLog, Event
log = AuditLog(sys.argv[1])
for number in range(50):
    log.record(Event("downloaded", f"{sys.argv[2]}/tenant", file=str(number)))
"""


def test_several_processes_write_at_once_and_none_loses_a_row(url: str) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, url, name]) for name in "abcd"]
    assert [w.wait(120) for w in writers] == [0, 0, 0, 0]
    found = AuditLog(url).events()
    assert sorted((e.who, int(e.file)) for e in found) == [(f"{name}/tenant", n) for name in "abcd" for n in range(50)]


def test_an_ended_sign_in_is_ended_for_every_process_until_it_would_have_ended_anyway(url: str) -> None:
    here, there = AuditLog(url), AuditLog(url)
    here.end_session("abc", datetime.now(UTC) + timedelta(hours=1))
    here.end_session("abc", datetime.now(UTC) + timedelta(hours=1))
    assert there.has_ended("abc")
    assert not there.has_ended("abd")
    here.end_session("old", datetime.now(UTC) - timedelta(seconds=1))
    here.end_session("next", datetime.now(UTC) + timedelta(hours=1))
    assert not there.has_ended("old")


def test_what_cannot_be_recorded_is_said_without_a_password(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SourceError, match="Nothing was recorded"):
        AuditLog(f"sqlite:///{tmp_path}/file/audit.sqlite").record(Event("signed_in", ANN))
    with pytest.raises(SourceError) as lost:
        AuditLog("postgresql+psycopg://audit:s3cret@127.0.0.1:1/audit").record(Event("signed_in", ANN))
    assert "s3cret" not in str(lost.value)
    with pytest.raises(SourceError, match="cannot be used"):
        AuditLog("oracle9i://x")


def test_a_damaged_file_is_an_error_and_not_an_empty_log(tmp_path: Path) -> None:
    (tmp_path / "audit.sqlite").write_bytes(b"SQLite format 3\0" + b"?" * 5000)
    with pytest.raises(SourceError):
        AuditLog(f"sqlite:///{tmp_path}/audit.sqlite").events()


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    log = AuditLog(f"sqlite:///{tmp_path}/audit.sqlite")
    log.record(Event("signed_in", ANN))
    writer = sqlite3.connect(tmp_path / "audit.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert len(log.events()) == 1
    writer.close()
