"""A template that was filled in by its own lists and limits is loaded as it is; a spoiled one is refused as any file is."""

from __future__ import annotations

import csv
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.errors import InputError
from metrics.ingest.ingest import ImportReport, ingest_files
from metrics.sources.engine import Source, open_source
from metrics.sources.tables import dataset_table
from tests.support.filled_template import DAY, Template

ROOT = Path(__file__).resolve().parents[2]
STARTER = "starter"
STEADY = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None, max_examples=2)
ROWS = 25
"""One spoiled row of them is fewer than one in twenty-one."""


@cache
def configuration(place: str) -> Configuration:
    if place == STARTER:
        with as_file(files("metrics.definitions") / "starter") as folder:
            return load_configuration(folder)
    return load_configuration(ROOT / place)


@cache
def template(place: str, dataset: str) -> Template:
    return Template(configuration(place), dataset)


def datasets() -> list[tuple[str, str]]:
    places = ["config", STARTER, *(f"tests/councils/{name}/config" for name in ("atlanta", "houston", "leeds_region"))]
    return [(place, id) for place in places for id, d in configuration(place).datasets.items() if d.flows is None]


@contextmanager
def desk() -> Iterator[tuple[Source, Path]]:
    with tempfile.TemporaryDirectory() as folder, open_source("duckdb://", read_only=False) as source:
        yield source, Path(folder)


def load(found: Template, path: Path, source: Source) -> ImportReport:
    day = DAY if found.contract.asks_for_day else None
    return ingest_files(found.configuration, found.dataset, [path], day, source, path.parent / "private")


@pytest.mark.parametrize(("place", "dataset"), datasets())
@STEADY
@given(seed=st.integers(0, 2**32))
def test_a_filled_template_is_loaded_and_nothing_of_it_rejected(place: str, dataset: str, seed: int) -> None:
    found = template(place, dataset)
    rows = found.rows(ROWS, random.Random(seed))
    with desk() as (source, folder):
        report = load(found, found.fill(rows, folder / "filled.xlsx"), source)
        assert report.rejected == 0
        if found.contract.about_people:
            assert report.accepted == ROWS
        stored = source.fetch(sa.select(dataset_table(found.configuration, dataset)))
    for heading in found.contract.headings:
        if heading.kind == "category" and heading.columns[0] in stored and found.contract.about_people:
            meant = {choice.write: choice.category.split(", ")[0] for choice in heading.choices}
            held = stored.sort_values("row_number")[heading.columns[0]].tolist()
            written = [row[heading.heading] for row in rows]
            assert [h for h, w in zip(held, written, strict=True) if w is not None] == [meant[w] for w in written if w is not None]


def spoiled(found: Template, chance: random.Random) -> list[tuple[str, object]]:
    """For each kind of column, a cell that it cannot hold."""
    wrong: dict[str, object] = {
        "category": "Quite something else",
        "unit": "No such place",
        "whole number": "12,5",
        "number": "a lot",
        "money": "1.234,50",
        "date": "31/31/2026",
        "day": "yesterday",
        "span": "last year",
        "identifier": None,
        "people": -3,
    }
    lowest = [h.heading for h in found.contract.headings if h.kind == "unit"][-1:]  # units above it are not asked
    columns = [(h.heading, wrong[h.kind]) for h in found.contract.headings if h.kind in wrong and (h.kind != "unit" or h.heading in lowest)]
    chance.shuffle(columns)
    return columns[:3]


def outcome(found: Template, path: Path) -> tuple[object, ...]:
    """What came of a file in words, without its name."""
    with open_source("duckdb://", read_only=False) as source:
        try:
            report = load(found, path, source)
        except InputError as error:
            return ("refused", *sorted(problem.message for problem in error.problems))
        if report.rejects_file is None:
            return ("loaded", report.accepted)
        with report.rejects_file.open(encoding="utf-8-sig", newline="") as file:
            rejected = [(row[1], row[2]) for row in csv.reader(file)]
        return ("in part", report.accepted, *rejected[1:])


@pytest.mark.parametrize(("place", "dataset"), datasets())
def test_a_spoiled_row_is_refused_in_the_same_words_as_in_any_file(place: str, dataset: str, tmp_path: Path) -> None:
    found = template(place, dataset)
    chance = random.Random(dataset)
    for number, (heading, wrong) in enumerate(spoiled(found, chance)):
        rows = found.rows(ROWS, chance)
        row = rows[min(7, len(rows) - 1)]
        row |= found.anything(chance) if wrong is None else {}  # a row without anything in it is no row
        row[heading] = wrong
        in_template = outcome(found, found.fill(rows, tmp_path / f"{number}.xlsx"))
        in_csv = outcome(found, found.as_csv(rows, tmp_path / f"{number}.csv"))
        assert in_template == in_csv
        assert in_template[0] in ("refused", "in part"), heading


def test_hourly_pay_of_a_filled_payroll_template_is_what_its_cells_say() -> None:
    found = template("config", "pay")
    rows = found.rows(ROWS, random.Random(1))
    with desk() as (source, folder):
        load(found, found.fill(rows, folder / "filled.xlsx"), source)
        stored = source.fetch(sa.select(dataset_table(found.configuration, "pay"))).sort_values("row_number")
    for row, rate in zip(rows, stored["hourly_pay"].tolist(), strict=True):
        in_period = row["Paid in March"] == "yes"
        assert (rate == pytest.approx(row["Amount"] * 7 / 30.44 / row["Weekly Hours"], abs=0.01)) if in_period else rate != rate
