"""Published numbers of senior posts, a row for each step of salary: loaded as they are, and protected although they are few."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from metrics.access.viewer import Viewer
from metrics.ingest.ingest import ingest_files
from metrics.pipeline.refresh import refresh
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.releases.store import ReleaseStore
from metrics.report import Report, Request
from metrics.settings import load_settings
from metrics.sources.engine import open_source
from tests.councils.counted import a_council, part

pytestmark = pytest.mark.realdata
DAY = date(2025, 4, 1)


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "trafford_transparency_code"


@pytest.fixture(scope="module")
def posts(folder: Path) -> pd.Series:
    """Posts by the lower end of their step."""
    rows = pd.read_csv(folder / "senior_salaries_count.csv")
    return rows.set_index(rows["RemunerationBand"].str.split(" - ").str[0].astype(int))["EmployeeCount"]


@pytest.fixture(scope="module")
def both(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Counts, dict[str, Report]]:
    tmp = tmp_path_factory.mktemp("trafford")
    configuration, config = a_council("trafford", tmp)
    settings = load_settings(config)
    store = ReleaseStore(f"sqlite:///{tmp.as_posix()}/releases.sqlite")
    with open_source(f"duckdb:///{tmp.as_posix()}/rows.duckdb", read_only=False) as source:
        report = ingest_files(configuration, "senior_salaries", [folder / "senior_salaries_count.csv"], None, source, tmp / "private")
        assert (report.accepted, report.rejected, report.days[0].as_at) == (30, 0, DAY)
        (counts,) = fetch_counts(source, configuration, "senior_salaries", [DAY], settings.year)
        refresh(configuration, settings, source=source, store=store, processes=1)
    return counts, {a: store.read(Request(), Viewer(a, "command_line")) for a in ("leadership", "public")}


def shown(report: Report, breakdown: str) -> pd.DataFrame:
    return report.cells.query("kpi == 'SN01' and breakdown == @breakdown").set_index("group")


def test_every_step_of_salary_is_counted(both: tuple[Counts, dict[str, Report]], posts: pd.Series) -> None:
    steps = part(both[0], "SN01", "salary_band").set_index("group")["people"]
    assert {int(g.split("from_")[1]): n for g, n in steps.items() if g} == posts.to_dict()
    assert (part(both[0], "SN02", "")["people"].item(), posts[posts.index >= 100_000].sum()) == (17, 17)
    groups = part(both[0], "SN01", "salary_group").set_index("group")["people"]
    assert groups["salary_group=from_50000"] == posts[(posts.index >= 50_000) & (posts.index < 60_000)].sum() == 129


def test_one_to_four_posts_are_never_shown_and_what_is_shown_is_true(both: tuple[Counts, dict[str, Report]], posts: pd.Series) -> None:
    steps = shown(both[1]["leadership"], "salary_band")
    truth = {f"salary_band=from_{low}": n for low, n in posts.items()}
    assert sum(0 < n < 5 for n in truth.values()) == 9
    for group, n in truth.items():
        if 0 < n < 5:
            assert (steps.loc[group, "marker"], pd.isna(steps.loc[group, "numerator"])) == ("[c]", True)
        elif pd.notna(steps.loc[group, "numerator"]):
            assert steps.loc[group, "numerator"] == n
    broad = shown(both[1]["leadership"], "salary_group")["numerator"].dropna()
    assert broad.to_dict() == {
        "salary_group=from_50000": 129, "salary_group=from_60000": 48, "salary_group=from_80000": 14, "salary_group=from_100000": 17,
    }  # fmt: skip


def test_the_public_is_shown_counts_rounded_to_five(both: tuple[Counts, dict[str, Report]]) -> None:
    broad = shown(both[1]["public"], "salary_group")["numerator"].dropna()
    assert broad.to_dict() == {
        "salary_group=from_50000": 130, "salary_group=from_60000": 50, "salary_group=from_80000": 15, "salary_group=from_100000": 15,
    }  # fmt: skip


def test_pay_multiples_are_the_highest_pay_by_the_others(folder: Path) -> None:
    """Published ratios of eight years, worked out again; the columns that the file's own description explains are all there is."""
    rows = pd.read_csv(folder / "pay_multiple.csv")
    described = json.loads((folder / "pay_multiple.csv-metadata.json").read_text(encoding="utf-8"))
    assert [c["titles"] for c in described["tableSchema"]["columns"]] == list(rows.columns)
    pay = rows.pivot_table(index="Period", columns="PayMultipleFactor", values="RemunerationValue")
    ratio = rows.assign(said=rows["Ratio"].str.removesuffix(":1").astype(float)).pivot_table(
        index="Period", columns="PayMultipleFactor", values="said"
    )
    assert len(pay) == 8
    for factor in ("Median", "Lowest"):
        assert (pay["Highest"] / pay[factor]).round(2).to_dict() == ratio[factor].to_dict()
