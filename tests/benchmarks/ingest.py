"""What loading a million rows costs, from a CSV, a Parquet file and a table, against a bare DuckDB read of the same rows.

Every way is a process of its own, so that its peak memory is its own. The people are made up from a fixed seed.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.ingest.inspect import starter_dimensions
from metrics.sources.engine import open_source
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
