"""A year of the City of Houston, quarter by quarter, published as a council would: hires as the file has them, leavers drawn by lot.

The file is one day, June 2016, with dates of hire. Going back, whoever was hired later is not there yet; who leaves is drawn with a fixed
seed. Five quarter ends are loaded and published one after the other, and once a quarter is restated: people hired in its last month were
missing from the first extract of September.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import yaml

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.disclosure.system import PublishedSystem
from metrics.ingest.ingest import ingest_files
from metrics.pipeline import refresh
from metrics.releases.store import ReleaseStore
from metrics.settings import load_settings
from metrics.sources.engine import open_source
from tests.councils.houston.labels import RACE

HERE = Path(__file__).parent
DAYS = (date(2015, 6, 30), date(2015, 9, 30), date(2015, 12, 31), date(2016, 3, 31), date(2016, 6, 30))
RESTATED = DAYS[1]
LATE = date(2015, 9, 1)
"""Whoever was hired from this day on was missing from the first extract of the restated day."""
LEAVE = 0.02
"""Share of those who are there that leave in a quarter."""
SEED = 2016
AUDIENCE = "leadership"
PAY = ("PY0", "PG0")


@dataclass(frozen=True)
class State:
    """Staff as one extract has them: a day, and which extract of that day."""

    day: date
    version: int
    people: pd.DataFrame
    """One row a person: `person`, `unit`, `sex`, `ethnicity`."""


@dataclass(frozen=True)
class Batch:
    """What the first audience was shown of one dataset and day in one release."""

    release: str
    dataset: str
    day: date
    version: int
    system: PublishedSystem


@dataclass(frozen=True)
class Year:
    configuration: Configuration
    states: tuple[State, ...]
    batches: tuple[Batch, ...]
    left: dict[str, int]

    @cached_property
    def departments(self) -> list[str]:
        return [u.id for u in self.configuration.organisation.units if u.parent]


def extracts(rows: pd.DataFrame, departments: Sequence[str] | None = None) -> tuple[list[tuple[date, int, pd.DataFrame]], pd.Series]:
    """Day, version and rows of each extract in the order of loading; and for each person the first quarter end, by number, without them."""
    rows = rows if departments is None else rows[rows["DEPARTMENT"].isin(departments)]
    hired, rng = pd.to_datetime(rows["HIRE_DATE"]).dt.date, np.random.default_rng(SEED)
    gone = pd.Series(len(DAYS), index=rows.index)
    for number in range(1, len(DAYS)):
        here = (hired <= DAYS[number - 1]) & (gone == len(DAYS))
        gone[here & (rng.random(len(rows)) < LEAVE)] = number
    found = []
    for number, day in enumerate(DAYS):
        here = (hired <= day) & (gone > number)
        if day == RESTATED:
            found.append((day, 0, rows[here & (hired < LATE)]))
        found.append((day, int(day == RESTATED), rows[here]))
    return found, gone


def configured(home: Path, departments: Sequence[str] | None, *, suppress: bool) -> Configuration:
    """The city's configuration with joiners and leavers by quarter, and without pay: the year is about counts."""
    shutil.copytree(HERE / "config", home / "config")
    for file in (home / "config" / "kpis").iterdir():
        if file.name.startswith(PAY):
            file.unlink()
    shutil.copytree(HERE / "year", home / "config", dirs_exist_ok=True)
    if departments is not None:
        _keep(home / "config", departments)
    disclosure = home / "config" / "disclosure.yaml"
    if suppress:
        disclosure.write_text(disclosure.read_text().replace("leadership: leadership", "leadership: suppression"))
    return load_configuration(home / "config")


def _keep(folder: Path, departments: Sequence[str]) -> None:
    """Only these departments exist: readers do not know of one that it is empty."""
    dataset = folder / "datasets" / "employees.yaml"
    said = yaml.safe_load(dataset.read_text())
    said["unit"]["recode"] = {label: unit for label, unit in said["unit"]["recode"].items() if label in departments}
    dataset.write_text(yaml.safe_dump(said, sort_keys=False))
    units = pd.read_csv(folder / "organisation.csv", dtype=str)
    kept = {*departments, *said["unit"]["recode"].values()}
    units[units["parent"].isna() | units["unit"].isin(kept) | units["name"].isin(kept)].to_csv(folder / "organisation.csv", index=False)


def publish_year(home: Path, file: Path, *, departments: Sequence[str] | None = None, suppress: bool = False) -> Year:
    """Ingest and refresh, quarter by quarter, in `home`; `departments`: labels of the file, where not all are wanted."""
    configuration, settings = configured(home, departments, suppress=suppress), load_settings(home / "config")
    council = SimpleNamespace(
        council="Houston", synthetic=False, currency="$", year=settings.year, private_folder=home / "private",
        teams=settings.teams, corporate_priorities=settings.corporate_priorities,
    )  # fmt: skip
    store, batches, states = ReleaseStore(f"sqlite:///{home}/releases.sqlite"), list[Batch](), list[State]()
    loads, gone = extracts(pd.read_csv(file, dtype=str), departments)
    with open_source(f"duckdb:///{home}/rows.duckdb", read_only=False) as source:
        for number, (day, version, rows) in enumerate(loads):
            extract = home / f"{day}-{version}.csv"
            rows.to_csv(extract, index=False)
            ingest_files(configuration, "employees", [extract], day, source, home / "private")
            restated = {"restate": [day], "reason": "People hired in September were missing."} if version else {}
            done = refresh(configuration, council, source=source, store=store, now=datetime(2017, 1, 1 + number, tzinfo=UTC), **restated)
            states.append(State(day, version, _people(rows, configuration)))
            batches += _published(store, str(done.release), version)
    store.close()
    return Year(configuration, tuple(states), tuple(batches), gone[gone < len(DAYS)].to_dict())


def _published(store: ReleaseStore, release: str, version: int) -> Iterator[Batch]:
    for batch, system in store.systems(release, AUDIENCE):
        if batch.release == release:
            yield Batch(release, batch.label.dataset, batch.label.period_end, version, PublishedSystem.from_dict(system))


def _people(rows: pd.DataFrame, configuration: Configuration) -> pd.DataFrame:
    binding = configuration.datasets["employees"].unit
    assert binding is not None
    names = {u.name: u.id for u in configuration.organisation.units} | dict(binding.recode)
    return pd.DataFrame(
        {
            "person": rows["UNIQUE_ID"],
            "unit": rows["DEPARTMENT"].map(names),
            "sex": rows["GENDER"].map({"Female": "female", "Male": "male"}).fillna("not_recorded"),
            "ethnicity": rows["RACE"].map(RACE).fillna("not_recorded"),
        }
    )
