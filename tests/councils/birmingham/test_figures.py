"""The published tables as figures of a release: the published percentages to the digit, gaps and rates by hand."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from metrics.access.viewer import Viewer
from metrics.pipeline.refresh import refresh
from metrics.releases.store import ReleaseStore
from metrics.report import Report, Request
from metrics.settings import load_settings
from metrics.sources.engine import open_source
from tests.councils.birmingham.files import files
from tests.councils.counted import a_council
from tests.councils.published import load_all

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def report(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Every table loaded, evaluated, certified and published, and read back as the pages read it."""
    tmp = tmp_path_factory.mktemp("birmingham")
    configuration, folder = a_council("birmingham", tmp)
    store = ReleaseStore(f"sqlite:///{tmp.as_posix()}/releases.sqlite")
    with open_source(f"duckdb:///{tmp.as_posix()}/rows.duckdb", read_only=False) as source:
        load_all(configuration, files(shared_data), source, tmp / "private")
        refresh(configuration, load_settings(folder), source=source, store=store, processes=1)
    return store.read(Request(), Viewer("leadership", "command_line"))


def row(report: Report, kpi: str, group: str = "", end: str = "") -> pd.Series:
    rows = report.cells[(report.cells["kpi"] == kpi) & (report.cells["group"] == group)]
    (found,) = (r for _, r in rows.iterrows() if end in ("", str(r["period_end"])[:10]))
    return found


PUBLISHED: Mapping[str, tuple[str, str]] = {
    "ED01": ("birmingham_4_plus_gcse_2019_2020_v2.csv", "pt_l2basics_94"),
    "ED02": ("birmingham_good_development_2018_2019_v2.csv", "gld_percent"),
    "CA01": ("birmingham_cla_2018_2019_v2.csv", "percentage"),
    "EM01": ("birmingham_employment_rate_2020_2021_v2.csv", "percentage"),
}
DIMENSIONS = {"ED01": "ethnicity_education", "ED02": "ethnicity_education", "CA01": "ethnicity_5", "EM01": "ethnicity_survey"}


@pytest.mark.parametrize("kpi", PUBLISHED)
def test_every_group_has_the_published_percentage_to_the_digit(report: Report, shared_data: Path, kpi: str) -> None:
    name, heading = PUBLISHED[kpi]
    with (shared_data / "birmingham_ethnic_inequality" / name).open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line.get("gender", "Total").casefold() in ("total", "all")]
    told = {line["ethnicity"].casefold().replace("/", "_"): line[heading] for line in lines if line[heading] != "#DIV/0!"}
    whole = told.pop("total", None)
    for group, percent in told.items():
        value = float(row(report, kpi, f"{DIMENSIONS[kpi]}={group}")["value"])
        assert f"{100 * value:.{_digits(percent)}f}" == f"{float(percent):.{_digits(percent)}f}", group
    if whole is not None:
        assert f"{100 * float(row(report, kpi)['value']):.{_digits(whole)}f}" == whole


def _digits(percent: str) -> int:
    return len(percent.partition(".")[2])


def test_a_whole_that_nobody_published_is_the_sum_of_its_groups(report: Report) -> None:
    """The file of GCSEs has no row of all pupils: it is 8,741 of 12,924 in the five groups that it has, and by sex, too."""
    assert row(report, "ED01")[["numerator", "denominator"]].tolist() == [8741, 12924]
    sexes = [row(report, "ED01", f"sex={sex}") for sex in ("female", "male")]
    assert sum(r["denominator"] for r in sexes) == 12924


def test_the_lowest_group_of_those_with_thirty_children(report: Report) -> None:
    """Of all children 67.99%, of Asian children 68.37%: every group that is told is above everybody, so the gap is below nothing."""
    whole, lowest = 10733 / 15785, 3733 / 5460
    assert float(row(report, "SO05")["value"]) == pytest.approx(whole - lowest, abs=1e-12)


def test_the_gap_in_employment_by_sex(report: Report) -> None:
    """Women: 71.3% against 35.7%. A survey's numbers are rounded to 100, and no range is claimed for them."""
    found = {group: row(report, "SO03", group) for group in ("", "sex=female", "sex=male")}
    assert {g: round(100 * float(r["value"]), 6) for g, r in found.items()} == {
        "": round(100 * (293200 / 401300 - 70600 / 140500), 6),
        "sex=female": round(100 * (145700 / 204400 - 25200 / 70600), 6),
        "sex=male": round(100 * (147500 / 196900 - 45400 / 69900), 6),
    }
    assert all(pd.isna(r["lower"]) for r in found.values())


def test_homelessness_for_every_thousand_residents(report: Report) -> None:
    """Black residents 10.2 for every 1,000, White residents 3.2, with the range of a count."""
    black = row(report, "SO01", "ethnicity_5=black")
    assert float(black["value"]) == pytest.approx(1000 * 994 / 97100, abs=1e-9)
    assert black["lower"] < black["value"] < black["upper"]
    assert row(report, "SO01", "ethnicity_5=mixed")["denominator"] == 12400


def test_hate_crime_of_two_financial_years_and_one_strand_apart(report: Report) -> None:
    """Rates as published, 160 and 196; Byar's range beside the exact one of the Poisson distribution."""
    for end, offences, published in (("2018-03-31", 4678, 160), ("2019-03-31", 5715, 196)):
        found = row(report, "HC01", end=end)
        assert round(float(found["value"])) == published
        low, high = stats.chi2.ppf([0.025, 0.975], [2 * offences, 2 * offences + 2]) / 2 / 29.165
        assert (float(found["lower"]), float(found["upper"])) == pytest.approx((low, high), abs=0.01)
    assert row(report, "HC02", end="2019-03-31")["numerator"] == 296


def test_ready_figures_stand_as_they_were_published(report: Report) -> None:
    assert float(row(report, "DE01")["value"]) == 0.4131
    turnover = report.cells[report.cells["kpi"] == "AC01"].sort_values("period_end")
    assert turnover["value"].isna().tolist() == [True, *[False] * 7]
    assert turnover["marker"].iloc[0] == "[x]"  # the publisher's first year has no turnover
    assert [round(100 * float(v), 8) for v in turnover["value"].iloc[1:]] == [
        28.6447595, 32.12856446, 27.4579515, 26.77248561, 23.50082333, 32.77324752, 27.25804198,
    ]  # fmt: skip
