"""A real council's release, attacked by somebody who sees only what the audience sees: no small count may be worked out.

Two releases, as configured (rounded below the council) and with suppression at every level, each refreshed once, and two
audiences each. Counts of the first audience: every figure of every department, by an attacker who knows that everybody is in
a department, which nobody without that knowledge can beat. Counts of the second, and pay, which make slower programmes: the
council with a fixed sample of departments. What columns say outright, and whether the facts are true: every row.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from metrics.access.viewer import Viewer
from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.definitions.waterfall import WATERFALL
from metrics.exports.tidy import FIGURES, FIXED, tidy
from metrics.ingest.ingest import ingest_files
from metrics.pipeline import refresh
from metrics.query.counts import Region
from metrics.releases.store import ReleaseStore
from metrics.report import Request
from metrics.settings import load_settings
from metrics.sources.engine import open_source
from tests.councils.houston.labels import DAY, RACE
from tests.support.second_attacker import (
    Gathered,
    Reader,
    Seen,
    Verdict,
    attack,
    judge,
    pay_of,
    people_axis_of_pay,
    read_release,
    truth_of,
    untrue,
)

pytestmark = pytest.mark.realdata
THRESHOLD = 5
SAMPLE = 4
"""Departments that are attacked where not all are."""
AUDIENCES = ["leadership", "public"]


@dataclass(frozen=True)
class Published:
    configuration: Configuration
    store: ReleaseStore
    truth: Callable[[Region], int]
    pay: Callable[[Region], np.ndarray]

    def seen(self, audience: str) -> tuple[Seen, str, pd.Timestamp]:
        seen = read_release(self.store, self.configuration, audience)
        ((dataset, end),) = seen.systems
        return seen, dataset, end

    def verdict(self, audience: str, **how: object) -> Verdict:
        seen, dataset, end = self.seen(audience)
        return judge(attack(seen, dataset, end, threshold=THRESHOLD, **how), self.truth, THRESHOLD)  # type: ignore[arg-type]

    def sample(self) -> set[str]:
        departments = [u.id for u in self.configuration.organisation.units if u.parent]
        return {self.configuration.organisation.root.id, *random.Random(2016).sample(departments, SAMPLE)}


@pytest.fixture(scope="module", params=["leadership", "suppression"])
def published(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Published:
    """The city's release: as configured (rounded below the council), and with suppression at every level."""
    home = tmp_path_factory.mktemp(request.param)
    shutil.copytree(Path(__file__).parent / "config", home / "config")
    disclosure = home / "config" / "disclosure.yaml"
    assert "leadership: leadership" in disclosure.read_text()
    disclosure.write_text(disclosure.read_text().replace("leadership: leadership", f"leadership: {request.param}"))
    configuration, settings = load_configuration(home / "config"), load_settings(home / "config")
    file = shared_data / "houston_employees" / "employee.csv"
    source = open_source("duckdb://", read_only=False)
    ingest_files(configuration, "employees", [file], DAY, source, home / "private")
    store = ReleaseStore(f"sqlite:///{home}/releases.sqlite")
    council = SimpleNamespace(
        council="Houston", synthetic=False, currency="$", year=settings.year, private_folder=home / "private",
        teams=settings.teams, corporate_priorities=settings.corporate_priorities,
    )  # fmt: skip
    refresh(configuration, council, source=source, store=store)
    source.close()
    people, salaries = people_of(file, configuration), pd.read_csv(file)["BASE_SALARY"]
    return Published(configuration, store, truth_of(people, configuration), pay_of(people, salaries, configuration))


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


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_small_count_can_be_worked_out(published: Published, audience: str) -> None:
    units = None if audience == AUDIENCES[0] else published.sample()
    found = published.verdict(audience, units=units, pay=False, on_leaves=True, seconds=300)
    assert found.protected > 10
    assert not found.mistaken, found
    assert not found.open, found
    assert found.safe, found


@pytest.mark.parametrize("audience", AUDIENCES)
def test_nor_from_figures_of_pay(published: Published, audience: str) -> None:
    found = published.verdict(audience, units=published.sample(), seconds=300)
    assert found.protected > 10
    assert not found.mistaken, found
    assert not found.open, found
    assert found.safe, found


@pytest.mark.parametrize("audience", AUDIENCES)
def test_everything_the_attacker_argues_from_is_true(published: Published, audience: str) -> None:
    assert untrue(*published.seen(audience), published.truth, published.pay) == []


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_column_gives_a_hidden_number_away(published: Published, audience: str) -> None:
    assert [leak.why for leak in Reader(*published.seen(audience)).read().leaks] == []


@pytest.mark.parametrize("audience", AUDIENCES)
def test_pay_is_printed_in_steps_in_every_column(published: Published, audience: str) -> None:
    """Full precision in one column would undo the rounding of the others."""
    seen, dataset, end = published.seen(audience)
    printed = Reader(seen, dataset, end).printed
    assert (printed.amounts, printed.gaps, printed.centred) == (True, True, True)
    pay = seen.rows[seen.rows["breakdown"] != WATERFALL]  # whose steps are shares of people
    rows = pay[pay["kpi"].isin(["PY01", "PY02"])]
    assert len(rows["value"].dropna()) > 20
    assert (rows[["value", "lower", "upper", "gap"]].stack().dropna() % 10 == 0).all()
    gaps = pay[pay["kpi"].str.startswith("PG")]
    thousandths = gaps[["value", "lower", "upper", "gap"]].stack().dropna() * 1000
    assert len(thousandths) > 10
    assert ((thousandths - thousandths.round()).abs() < 1e-9).all()


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_release_is_worth_reading(published: Published, audience: str) -> None:
    """Nothing can be worked out from an empty release either."""
    rows = read_release(published.store, published.configuration, audience).rows
    staff = rows[rows["kpi"] == "WF01"]
    assert staff.loc[staff["breakdown"] == "", "numerator"].notna().all()
    assert staff["numerator"].notna().mean() > 0.3
    assert rows["value"].notna().mean() > 0.3


def test_files_tell_no_more_than_the_store(published: Published, tmp_path: Path) -> None:
    """The columns of `equality show --format json`, one file for each KPI: the same facts, and none beside."""
    store = published.store
    kpis = store.contents(None, Viewer("leadership", "command_line")).kpis
    files = [tmp_path / f"{kpi}.json" for kpi in kpis]
    for kpi, file in zip(kpis, files, strict=True):
        report = store.read(Request((kpi,)), Viewer("leadership", "command_line"))  # the steps of a base are asked for by name
        frame = tidy(report)
        columns = [*FIXED, "unit", *(d for d in report.contents.dimensions if d in frame.columns), *FIGURES]
        rows = [{k: None if v is None or v != v else v for k, v in row.items()} for row in frame[columns].to_dict("records")]
        file.write_text(json.dumps(rows))
    of_files = read_release(files, published.configuration, "leadership")
    seen, dataset, end = published.seen("leadership")
    assert len(of_files.rows) == (seen.rows["breakdown"] != WATERFALL).sum() > 0
    told, known = Reader(of_files, dataset, end).read(), Reader(seen, dataset, end).read()
    assert len(told.facts) > 1000
    assert told.leaks == []
    assert _facts(told) <= _facts(known)


def _facts(found: Gathered) -> set[object]:
    counts = {(f.terms, f.low, f.high, f.helper_factor) for f in found.facts}
    return counts | {(p.region, round(p.low, 6), round(p.high, 6)) for p in (*found.means, *found.medians)}
