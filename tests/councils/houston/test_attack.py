"""A real council's release, attacked by somebody who sees only what the audience sees: no small count may be worked out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from metrics.access.viewer import Viewer
from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.exports.tidy import FIGURES, FIXED, tidy
from metrics.ingest.ingest import ingest_files
from metrics.pipeline import refresh
from metrics.query.counts import Region
from metrics.releases.store import ReleaseStore
from metrics.report import Request
from metrics.settings import load_settings
from metrics.sources.engine import open_source
from tests.support.second_attacker import Verdict, attack, judge, people_axis_of_pay, read_release, truth_of

pytestmark = pytest.mark.realdata
DAY = date(2016, 6, 30)
RACE = {
    "Black or African American": "black",
    "White": "white",
    "Hispanic/Latino": "hispanic",
    "Asian/Pacific Islander": "asian",
    "American Indian or Alaskan Native": "american_indian",
    "Others": "other",
}
THRESHOLD = 5


@dataclass(frozen=True)
class Published:
    configuration: Configuration
    store: ReleaseStore
    truth: Callable[[Region], int]


@pytest.fixture(scope="module", params=["leadership", "suppression"])
def published(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Published:
    """The city's release: as configured (rounded below the council), and with suppression at every level."""
    home = tmp_path_factory.mktemp(request.param)
    shutil.copytree(Path(__file__).parent / "config", home / "config")
    if request.param == "suppression":
        _suppress(home / "config")
    configuration, settings = load_configuration(home / "config"), load_settings(home / "config")
    file = shared_data / "houston_employees" / "employee.csv"
    source = open_source("duckdb://", read_only=False)
    ingest_files(configuration, "employees", [file], DAY, source, home / "private")
    store = ReleaseStore(f"sqlite:///{home}/releases.sqlite")
    council = SimpleNamespace(council="Houston", synthetic=False, currency="$", year=settings.year, private_folder=home / "private")
    refresh(configuration, council, source=source, store=store)
    source.close()
    return Published(configuration, store, truth_of(people_of(file, configuration), configuration))


def _suppress(folder: Path) -> None:
    disclosure = folder / "disclosure.yaml"
    text = disclosure.read_text()
    assert "leadership: leadership" in text
    disclosure.write_text(text.replace("leadership: leadership", "leadership: suppression"))
    for kpi in (folder / "kpis").glob("*.yaml"):
        kpi.write_text(kpi.read_text().rstrip("\n") + "\nprofile: suppression\n")


def people_of(file: Path, configuration: Configuration) -> pd.DataFrame:
    """The file as pandas reads it, with the labels written out a second time."""
    rows = pd.read_csv(file)
    binding = configuration.datasets["employees"].unit
    assert binding is not None
    names = {u.name: u.id for u in configuration.organisation.units} | dict(binding.recode)
    return pd.DataFrame(
        {
            "unit": rows["DEPARTMENT"].map(names),
            "sex": rows["GENDER"].map({"Female": "female", "Male": "male"}).fillna("not_recorded"),
            "ethnicity": rows["RACE"].map(RACE).fillna("not_recorded"),
            people_axis_of_pay("base_salary"): rows["BASE_SALARY"].notna().map({True: "yes", False: "no"}),
        }
    )


def verdict(published: Published, audience: str, **how: object) -> Verdict:
    seen = read_release(published.store, published.configuration, audience)
    ((dataset, end),) = seen.systems
    return judge(attack(seen, dataset, end, threshold=THRESHOLD, **how), published.truth, THRESHOLD)  # type: ignore[arg-type]


@pytest.mark.parametrize("audience", ["leadership", "public"])
def test_no_small_count_can_be_worked_out(published: Published, audience: str) -> None:
    found = verdict(published, audience)
    assert not found.mistaken, found
    assert not found.open, found
    assert found.safe, found


def test_nor_by_somebody_who_knows_that_everyone_is_in_a_department(published: Published) -> None:
    found = verdict(published, "leadership", on_leaves=True)
    assert not found.mistaken, found
    assert found.safe, found


@pytest.mark.parametrize("audience", ["leadership", "public"])
def test_no_column_gives_a_hidden_number_away(published: Published, audience: str) -> None:
    seen = read_release(published.store, published.configuration, audience)
    ((dataset, end),) = seen.systems
    found = attack(seen, dataset, end, units=[published.configuration.organisation.root.id], seconds=20)
    assert [leak.why for leak in found.leaks] == []


@pytest.mark.parametrize("audience", ["leadership", "public"])
def test_the_release_is_worth_reading(published: Published, audience: str) -> None:
    """Nothing can be worked out from an empty release either."""
    rows = read_release(published.store, published.configuration, audience).rows
    staff = rows[rows["kpi"] == "WF01"]
    assert staff.loc[staff["breakdown"] == "", "numerator"].notna().all()
    assert staff["numerator"].notna().mean() > 0.3
    assert rows["value"].notna().mean() > 0.3


def test_files_tell_no_more_than_the_store(published: Published, tmp_path: Path) -> None:
    """The columns of `equality show --format json`, one file for each KPI."""
    store = published.store
    kpis = store.contents(None, Viewer("leadership", "command_line")).kpis
    files = [tmp_path / f"{kpi}.json" for kpi in kpis]
    for kpi, file in zip(kpis, files, strict=True):
        report = store.read(Request((kpi,)), Viewer("leadership", "command_line"))
        frame = tidy(report)
        columns = [*FIXED, "unit", *(d for d in report.contents.dimensions if d in frame.columns), *FIGURES]
        rows = [{k: None if v is None or v != v else v for k, v in row.items()} for row in frame[columns].to_dict("records")]
        file.write_text(json.dumps(rows))
    seen = read_release(files, published.configuration, "leadership")
    assert len(seen.rows) == len(read_release(store, published.configuration, "leadership").rows)
    ((dataset, end),) = seen.systems
    found = judge(attack(seen, dataset, end, threshold=THRESHOLD), published.truth, THRESHOLD)
    assert not found.mistaken, found
    assert found.safe, found
