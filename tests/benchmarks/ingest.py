"""What loading a million rows costs, from a CSV, a Parquet file and a table, against a bare DuckDB read of the same rows.

Every way is a process of its own, so that its peak memory is its own. The people are made up from a fixed seed.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.ingest.ingest import ingest_files, ingest_table
from metrics.ingest.inspect import starter_dimensions
from metrics.sources.council_database import open_council_database
from metrics.sources.engine import open_source
from tests.benchmarks.refresh import _high_water
from tests.support.councils import a_council

ROOT = Path(__file__).resolve().parents[2]
ROWS = int(os.environ.get("EQUALITY_BENCHMARK_ROWS", "1000000"))
DAY = dt.date(2026, 3, 31)
MEBIBYTE = 2**20
LIMIT = 2048
"""MiB of memory that a load may take."""

COLUMNS = {
    "sex": {"from": "Gender", "dimension": "sex"},
    "ethnicity_19": {"from": "Ethnic Origin", "dimension": "ethnicity_19"},
    "disability": {"from": "Disability", "dimension": "disability"},
    "religion": {"from": "Religion", "dimension": "religion"},
    "sexual_orientation": {"from": "Orientation", "dimension": "sexual_orientation"},
    "employment": {"from": "Employment", "dimension": "employment"},
    "age": {"from": "Age", "type": "integer", "band": "age_band", "minimum": 14, "maximum": 100},
    "fte": {"from": "FTE", "type": "number", "minimum": 0, "maximum": 1.5},
    "hourly_pay": {"from": "Hourly Pay", "type": "money", "minimum": 5, "maximum": 500},
    "started": {"from": "Start Date", "type": "date"},
    "left": {"from": "End Date", "type": "date"},
    "casual": {"from": "Casual", "type": "boolean"},
    "job": {"from": "Job Title", "type": "text"},
}
"""With the identifier and the unit: 15 columns."""


def council(**dataset: object) -> Configuration:
    return a_council(**{"person_id": "Employee No", "unit": {"from": "Unit"}, "columns": COLUMNS, **dataset})


def people(rows: int, seed: int = 1) -> pd.DataFrame:
    """Made-up staff, as the extract words them; every person on one row."""
    chance = np.random.default_rng(seed)
    dimensions = starter_dimensions()

    def words(labels: list[str]) -> pd.Series:
        return pd.Series(pd.Categorical.from_codes(chance.integers(0, len(labels), rows), labels)).astype("str")

    def labels(dimension: str) -> pd.Series:
        return words([c.label for c in dimensions[dimension].categories])

    started = pd.Timestamp("1985-01-01") + pd.to_timedelta(chance.integers(0, 15000, rows), unit="D")
    ended = pd.Series(started + pd.to_timedelta(chance.integers(30, 4000, rows), unit="D"))
    return pd.DataFrame(
        {
            "Employee No": [f"E{n:07}" for n in chance.permutation(rows)],
            "Unit": words(["Housing", "Repairs", "Adult Social Care"]),
            "Gender": labels("sex"),
            "Ethnic Origin": labels("ethnicity_19"),
            "Disability": labels("disability"),
            "Religion": labels("religion"),
            "Orientation": labels("sexual_orientation"),
            "Employment": words(["Full time", "Part time"]),
            "Age": chance.integers(17, 70, rows),
            "FTE": chance.integers(1, 101, rows) / 100,
            "Hourly Pay": (chance.lognormal(2.9, 0.35, rows).clip(12, 400)).round(2),
            "Start Date": started.date,
            "End Date": ended.where(chance.random(rows) < 0.1).dt.date,
            "Casual": words(["Yes", "No"]),
            "Job Title": words([f"Officer {n}" for n in range(3000)]),
        }
    )


def benchmark() -> None:
    with TemporaryDirectory(prefix="equality-benchmark-") as place:
        folder = Path(place)
        _write(folder, people(ROWS))
        print(f"\n{ROWS:,} rows, 15 columns; seconds and peak memory of a process of its own, imports included")
        for kind, file in FILES.items():
            bare, ours = (_measured(side, kind, folder) for side in ("bare", "ours"))
            size = (folder / file).stat().st_size / MEBIBYTE
            ratio = (
                f"{ours.seconds / bare.seconds:.1f} times the seconds, {ours.work / bare.work:.1f} times the processor's,"
                f" {ours.peak / bare.peak:.1f} times the memory"
            )
            print(f"  {kind} ({size:.0f} MiB): {ours} against a bare DuckDB read {bare}: {ratio}")
        for words, side in (("the same file again", "again"), ("other rows for the day, with who moved", "replace")):
            found = _measured(side, "csv", folder)
            print(f"  {words}: {found}")
            assert found.peak < LIMIT


FILES = {"csv": "staff.csv", "parquet": "staff.parquet", "table": "staff.duckdb"}


@dataclass(frozen=True)
class Measured:
    seconds: float
    """From start to end; other work on the machine counts."""
    work: float
    """Seconds of processor, which other work on the machine hardly changes."""
    peak: float
    """MiB"""

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s ({self.work:.1f} s of processor), {self.peak:,.0f} MiB"


def _write(folder: Path, frame: pd.DataFrame) -> None:
    frame.to_csv(folder / "staff.csv", index=False)
    frame.assign(Gender=frame["Gender"].to_numpy()[::-1]).to_csv(folder / "other.csv", index=False)
    frame.to_parquet(folder / "staff.parquet", index=False)
    with duckdb.connect(str(folder / "staff.duckdb")) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("CREATE TABLE staff AS SELECT * FROM frame")


def _measured(side: str, kind: str, folder: Path) -> Measured:
    code = f"from tests.benchmarks.ingest import run; run({side!r}, {kind!r}, {str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, work, peak = map(float, done.stdout.splitlines()[-1].split())
    return Measured(seconds, work, peak)


def run(side: str, kind: str, place: str) -> None:
    """One way, in this process; prints its seconds and its peak memory."""
    folder = Path(place)
    started = time.perf_counter()
    if side == "bare":
        _bare(kind, folder)
    else:
        _ours(side, kind, folder)
    print(f"\n{time.perf_counter() - started} {time.process_time()} {_high_water() / 1024}")


def _bare(kind: str, folder: Path) -> None:
    """The rows in a table of a new DuckDB file, typed as DuckDB guesses."""
    target = folder / f"bare-{kind}.duckdb"
    rows = {
        "csv": f"read_csv('{folder}/staff.csv')",
        "parquet": f"read_parquet('{folder}/staff.parquet')",
        "table": "council.staff",
    }[kind]
    with duckdb.connect(str(target)) as connection:
        connection.execute("SET enable_progress_bar = false")
        if kind == "table":
            connection.execute(f"ATTACH '{folder}/staff.duckdb' AS council (READ_ONLY)")
        connection.execute(f"CREATE TABLE staff AS SELECT * FROM {rows}")


def _ours(side: str, kind: str, folder: Path) -> None:
    private = folder / "private"
    with open_source(f"duckdb:///{folder}/ours-{kind}.duckdb", read_only=False) as source:
        if kind == "table":
            configuration = council(table={"connection": "council", "name": "staff"})
            with open_council_database("council", f"duckdb:///{folder}/staff.duckdb") as database:
                report = ingest_table(configuration, "hr", DAY, database, source, private)
        else:
            path = folder / ("other.csv" if side == "replace" else FILES[kind])
            report = ingest_files(council(), "hr", [path], DAY, source, private)
    assert (report.accepted, report.rejected) == (ROWS, 0)
    assert report.changed_anything == (side != "again")
