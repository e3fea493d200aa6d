"""A large extract: little memory, a bar at a terminal, and Ctrl+C at any moment leaves everything as it was."""

from __future__ import annotations

import os
import pty
import signal
import sqlite3
import subprocess
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metrics.sources.engine import open_source
from metrics.sources.snapshots import Snapshot, read_snapshots
from tests.support.command import COMMAND, Running, equality
from tests.support.tiny_council import TinyCouncil

ROWS = 300_000
MEMORY = 700
"""MiB; the command itself and its libraries need about 250, and held as text this file would need as much again as Python's words."""
MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> TinyCouncil:
    """A small extract loaded, and one of 300,000 rows and 15 columns that waits, as CSV, Parquet and SQLite."""
    council = TinyCouncil.found(tmp_path_factory.mktemp("large"))
    council.load(MARCH)
    chance = np.random.default_rng(1)
    rows = {
        "Id": np.arange(ROWS).astype(str),
        "Directorate": chance.choice(["Housing", "Parks"], ROWS),
        "Sex": chance.choice(["female", "male", "not_known"], ROWS),
        "Disability": chance.choice(["disabled", "not_disabled"], ROWS),
        **{f"Column {n}": chance.integers(0, 10**6, ROWS).astype(str) for n in range(11)},
    }
    frame = pd.DataFrame(rows)
    frame.to_csv(council.folder / "staff.csv", index=False)
    frame.to_parquet(council.folder / "staff.parquet", index=False)
    with sqlite3.connect(council.folder / "payroll.sqlite") as connection:
        frame.to_sql("staff", connection, index=False)
    connection.close()
    return council


def snapshots(council: TinyCouncil) -> tuple[Snapshot, ...]:
    with open_source(council.settings.workforce_url) as source:
        return read_snapshots(source, "hr")


def with_table(council: TinyCouncil) -> None:
    path = council.config / "datasets/hr.yaml"
    path.write_text("table: {connection: payroll_db, name: staff}\n" + path.read_text())
    with (council.config / "settings.yaml").open("a") as file:
        file.write("connections: {sources: {payroll_db: {env: EQUALITY_PAYROLL_URL}}}\n")


@pytest.mark.parametrize("files", ["staff.csv", "staff.parquet", ""])
def test_300000_rows_in_little_memory(large: TinyCouncil, tmp_path: Path, files: str) -> None:
    council = large.copy(tmp_path / "copy")
    if not files:
        with_table(council)
    ended = equality(council.folder, f"ingest hr {files} --as-at {JUNE}", EQUALITY_PAYROLL_URL="sqlite:///payroll.sqlite")
    assert ended.code == 0, ended.said
    assert "rows accepted 300,000, rejected 0" in ended.out
    assert "\x1b" not in ended.said, "no bar where nobody looks"
    assert ended.peak < MEMORY


@pytest.mark.parametrize("seconds", [0.1, 0.5, 1.0, 2.0])
def test_a_load_that_is_stopped_by_its_person(large: TinyCouncil, tmp_path: Path, seconds: float) -> None:
    council = large.copy(tmp_path / "copy")
    before = snapshots(council)
    running = Running(council.folder, f"ingest hr staff.csv --as-at {JUNE}")
    wait_for_the_engine(running)
    time.sleep(seconds)
    running.process.send_signal(signal.SIGINT)
    ended = running.end()
    if ended.code == 0:  # it was faster than its person
        assert len(snapshots(council)) == 2
        return
    assert ended.code in (130, -signal.SIGINT), ended.said  # the second where it hit while a library was being loaded; shells say 130 too
    assert "Stopped. What was stored and published before is as it was" in ended.err
    assert "Traceback" not in ended.said
    assert snapshots(council) == before
    assert list((council.folder / "data" / "private").glob("rejects*")) == []


def wait_for_the_engine(running: Running) -> None:
    """Until the database engine is loaded: from then on the command is at work."""
    maps = Path(f"/proc/{running.process.pid}/maps")
    while running.process.poll() is None and "duckdb" not in maps.read_text():
        time.sleep(0.01)


def test_a_bar_for_a_person_at_a_terminal(large: TinyCouncil, tmp_path: Path) -> None:
    council = large.copy(tmp_path / "copy")
    ours, theirs = pty.openpty()
    line = [*COMMAND, "ingest", "hr", "staff.csv", "--as-at", str(JUNE)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("EQUALITY_")} | {"TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(line, cwd=council.folder, env=environment, stderr=theirs, stdout=subprocess.PIPE) as process:
        os.close(theirs)
        drawn = drawn_until_the_end(ours)
        assert process.stdout is not None
        assert b"rows accepted 300,000" in process.stdout.read()
    assert "reading staff.csv: rows" in drawn
    assert "storing: rows" in drawn


def drawn_until_the_end(terminal: int) -> str:
    drawn = b""
    try:
        while part := os.read(terminal, 65536):
            drawn += part
    except OSError:  # how Linux says that nobody writes any more
        pass
    return drawn.decode("utf-8", "replace")
