"""The demo council's staff survey tells the story it is made for, names nobody, and agrees with what its provider says of who took part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.demo.extracts import Extract, directorates, write
from metrics.demo.people import SEED, Simulation
from metrics.demo.survey import HARASSED, SURVEY_DAYS, SURVEYS, surveys
from metrics.ingest.ingest import ingest_files
from metrics.periods import FinancialYear
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.sources.engine import open_source

Files = Mapping[tuple[str, date], pd.DataFrame]
LAST = SURVEY_DAYS[-1]
DISABLED, NOT_DISABLED = "Yes - disabled", "No - not disabled"


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(Path("config"))


@pytest.fixture(scope="module")
def staff() -> dict[date, pd.DataFrame]:
    return {day: frame for day, frame in Simulation().snapshots() if day in SURVEY_DAYS}


@pytest.fixture(scope="module")
def files(configuration: Configuration, staff: dict[date, pd.DataFrame]) -> Files:
    found = {}
    for day, frame in staff.items():
        named = directorates(configuration.organisation, frame, day)
        found |= {(dataset, day): make() for dataset, _, make in surveys(frame, lambda named=named: named, day, SEED)}
    return found


@pytest.fixture(scope="module")
def counts(configuration: Configuration, files: Files, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counts]:
    folder, found = tmp_path_factory.mktemp("survey"), {}
    with open_source("duckdb://", read_only=False) as source:
        for dataset, day in SURVEYS:
            if day == LAST:
                path = write(Extract(dataset, day, folder / f"{dataset}.csv"), files[dataset, day]).path
                report = ingest_files(configuration, dataset, [path], day, source, folder)
                assert report.rejected == 0
                (found[dataset],) = fetch_counts(source, configuration, dataset, [day], FinancialYear())
    return found


def part(counts: Counts, kpi: str, name: str, group: str = "") -> int:
    rows = counts.cells.query(
        "kpi == @kpi and part == @name and group == @group and unit == @counts.tree.root and breakdown != 'waterfall'"
    )
    return int(counts.values[rows["region"].iloc[0]])


def test_there_is_a_survey_for_every_year_and_nobody_can_be_recognised_in_it(files: Files, staff: dict[date, pd.DataFrame]) -> None:
    assert tuple(sorted(files)) == tuple(sorted(SURVEYS))
    for day in SURVEY_DAYS:
        rows = files["ssurvey", day]
        assert not {"Employee No", "Service", "Grade", "Age"} & set(rows.columns)
        people = staff[day][~staff[day]["casual"]]
        assert 0.45 < len(rows) / len(people) < 0.65
        assert rows["Directorate"].head(40).nunique() > 4  # in no order


def test_the_provider_counts_the_responses_that_are_there(files: Files) -> None:
    for day in SURVEY_DAYS:
        asked = files["ssurvey_asked", day].set_index("Directorate")
        assert asked["Answered"].to_dict() == files["ssurvey", day]["Directorate"].value_counts().to_dict()
        assert (asked["Invited"] == asked["Answered"] + asked["Did Not Answer"]).all()
    rate = [float(files["ssurvey_asked", d]["Answered"].sum() / files["ssurvey_asked", d]["Invited"].sum()) for d in SURVEY_DAYS]
    assert rate == sorted(rate)


def test_more_say_here_that_they_are_disabled_than_on_the_staff_record(files: Files, staff: dict[date, pd.DataFrame]) -> None:
    rows = files["ssurvey", LAST]["Disability Status"]
    assert (rows == DISABLED).sum() / rows.isin([DISABLED, NOT_DISABLED]).sum() > 1.4 * staff[LAST]["disabled"].mean()


def test_the_engagement_of_disabled_staff_is_lower_and_comes_nearer(files: Files, counts: dict[str, Counts]) -> None:
    gaps = []
    for day in SURVEY_DAYS:
        rows = files["ssurvey", day]
        one, other = (rows.loc[rows["Disability Status"] == who, "Engagement Index"].astype(float) for who in (DISABLED, NOT_DISABLED))
        assert set(one) <= {5.0 * n for n in range(21)}
        assert stats.ttest_ind(one, other, equal_var=False).pvalue < 0.001
        gaps.append(one.mean() - other.mean())
    assert -13 < min(gaps[:2]) < max(gaps[2:]) < -4
    rows = counts["ssurvey"].statistics.query("kpi == 'SS01' and breakdown == 'directorate' and unit == 'tarnchester'").set_index("side")
    assert rows["mean"]["group"] - rows["mean"]["reference"] == pytest.approx(gaps[-1])
    assert (rows["n"]["group"], rows["n"]["reference"]) == (len(one), len(other))


def test_shares_are_those_of_the_file(files: Files, counts: dict[str, Counts]) -> None:
    rows = files["ssurvey", LAST]
    harassed = rows["Harassed By Colleagues"].value_counts()
    assert (part(counts["ssurvey"], "SS02", "numerator"), part(counts["ssurvey"], "SS02", "denominator")) == (
        harassed["Yes"],
        harassed["Yes"] + harassed["No"],
    )
    disabled = rows[rows["Disability Status"] == DISABLED]["Adjustments"].value_counts()
    assert (part(counts["ssurvey"], "SS04", "numerator"), part(counts["ssurvey"], "SS04", "denominator")) == (
        disabled["Yes"],
        disabled["Yes"] + disabled["No"],
    )
    asked = files["ssurvey_asked", LAST]
    found = [part(counts["ssurvey_asked"], "SS00", name) for name in ("numerator", "denominator")]
    assert found == [asked["Answered"].sum(), asked["Invited"].sum()]
    agree = rows["Equal Opportunities"].isin(["Agree", "Strongly agree"])
    white = rows["Ethnic Origin"].str.startswith(("English", "Irish", "Gypsy", "Roma", "Any other White"))
    known = rows["Equal Opportunities"].ne("") & ~rows["Ethnic Origin"].isin(["", "Prefer not to say"])
    assert part(counts["ssurvey"], "SS03", "reference_numerator") == (agree & white & known).sum()
    assert part(counts["ssurvey"], "SS03", "denominator") == (~white & known).sum()


@pytest.mark.parametrize("by", HARASSED)
def test_ethnic_minority_staff_are_harassed_more_often(files: Files, by: str) -> None:
    rows = pd.concat([files["ssurvey", day] for day in SURVEY_DAYS])
    white = rows["Ethnic Origin"].str.startswith(("English", "Irish", "Gypsy", "Roma", "Any other White"))
    known, said = ~rows["Ethnic Origin"].isin(["", "Prefer not to say"]), rows[f"Harassed By {by}"]
    often = [float((said[who] == "Yes").sum() / said[who].isin(["Yes", "No"]).sum()) for who in (known & ~white, known & white)]
    assert often[0] > 1.15 * often[1]
