"""Figures of a real council before protection, to hold against an independent computation."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.ingest.ingest import ingest_files
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.settings import load_settings
from metrics.sources.engine import open_source


def a_council(name: str, into: Path) -> tuple[Configuration, Path]:
    """The configuration of `tests/councils/<name>`, copied so that nothing is written beside it."""
    folder = into / "config"
    shutil.copytree(Path(__file__).parent / name / "config", folder)
    return load_configuration(folder), folder


def counted(council: tuple[Configuration, Path], dataset: str, file: Path, day: date) -> Counts:
    """One extract, loaded and counted."""
    configuration, folder = council
    source = open_source("duckdb://", read_only=False)
    ingest_files(configuration, dataset, [file], day, source, folder.parent / "private")
    (found,) = fetch_counts(source, configuration, dataset, [day], load_settings(folder).year)
    return found


def part(counts: Counts, kpi: str, breakdown: str, name: str = "numerator") -> pd.DataFrame:
    """Rows of one part of a KPI with its true number of people."""
    rows = counts.cells.query("kpi == @kpi and breakdown == @breakdown and part == @name")
    return rows.assign(people=counts.values[rows["region"].to_numpy()])


def gap(counts: Counts, kpi: str, statistic: str, unit: str) -> float:
    """The pay gap of one unit as a whole."""
    sides = counts.statistics.query("kpi == @kpi and unit == @unit and group == ''").drop_duplicates("side").set_index("side")[statistic]
    return float(1 - sides["group"] / sides["reference"])
