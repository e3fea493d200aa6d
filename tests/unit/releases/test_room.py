"""What the room promises to others: no engine behind it, and tables that other databases understand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Dialect
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.schema import CreateTable

from metrics.releases.cells import cells_statement
from metrics.releases.schema import METADATA, NUMBER_COLUMNS, TEXT_COLUMNS
from metrics.report import ESTIMATE_COLUMNS

ROOT = Path(__file__).resolve().parents[3]
FORBIDDEN = (
    "duckdb", "highspy", "networkx", "metrics.sources", "metrics.ingest", "metrics.query", "metrics.disclosure", "metrics.evaluate",
    "metrics.pipeline",
)  # fmt: skip


def test_reading_releases_opens_no_door_to_people() -> None:
    code = f"import sys, metrics.releases.store; print([m for m in sys.modules if m.startswith({FORBIDDEN!r})])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect(), mysql.dialect()], ids=lambda d: d.name)
def test_tables_and_reads_are_portable(dialect: Dialect) -> None:
    for table in METADATA.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
    assert "ORDER BY" in str(cells_statement([1, 2]).compile(dialect=dialect))


def test_every_column_of_a_figure_has_its_place() -> None:
    stored = {"kpi", "breakdown", "unit", "group", "period_start", "period_end", "rounded", *NUMBER_COLUMNS, *TEXT_COLUMNS}
    assert stored == set(ESTIMATE_COLUMNS)
