"""93,448 real applications: likelihoods of the published road against the same file read by pandas, year by year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats.contingency import relative_risk

from metrics.definitions.configuration import Configuration
from metrics.disclosure.worked import unprotected
from metrics.evaluate.parts import figures
from metrics.evaluate.values import estimates
from metrics.ingest.ingest import ingest_files
from metrics.pipeline.part import Part, make_part
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.settings import load_settings
from metrics.sources.engine import open_source
from tests.councils.counted import a_council

pytestmark = pytest.mark.realdata
YEARS = {2014: date(2014, 6, 30), 2015: date(2015, 6, 30)}
GROUPS = {
    "black": "Black",
    "hispanic": "Hispanic",
    "asian": "Asian",
    "filipino": "Filipino",
    "caucasian": "Caucasian",
    "american_indian": "American Indian/ Alaskan Native",
}
OTHERS = [heading for group, heading in GROUPS.items() if group != "caucasian"]
KINDS = (
    ("managing", "MANAGER|DIRECTOR|CHIEF|SUPERINTENDENT|HEAD"),
    ("clerical", "CLERK|SECRETARY|TYPIST|ASSISTANT"),
    ("uniformed", "POLICE|FIRE"),
)
POOLS = {
    "RC11": ("managing", ["Male"], ["Female"]),
    "RC12": ("clerical", ["Male"], ["Female"]),
    "RC13": ("managing", ["Caucasian"], OTHERS),
    "RC14": ("uniformed", ["Caucasian"], OTHERS),
}


@pytest.fixture(scope="module")
def openings(shared_data: Path) -> pd.DataFrame:
    """The file with the day its fiscal year ends, and the kind of each job by words of its description."""
    rows = pd.read_csv(shared_data / "la_job_applicants" / "Job_Applicants_by_Gender_and_Ethnicity.csv")
    description = rows["Job Description"].str.upper()
    kinds = np.select([description.str.contains(words) for _, words in KINDS], [kind for kind, _ in KINDS], default="other")
    return rows.assign(Kind=kinds, **{"Fiscal Year Ends": rows["Fiscal Year"].str[-4:] + "-06-30"})


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> tuple[Configuration, Path]:
    return a_council("los_angeles", tmp_path_factory.mktemp("los_angeles"))


@pytest.fixture(scope="module")
def counts(council: tuple[Configuration, Path], openings: pd.DataFrame) -> dict[tuple[str, int], Counts]:
    configuration, folder = council
    file, year = folder.parent / "applications.csv", load_settings(folder).year
    openings.to_csv(file, index=False)
    with open_source("duckdb://", read_only=False) as source:
        for dataset in configuration.datasets:
            ingest_files(configuration, dataset, [file], None, source, folder.parent / "private")
        return {
            (d, c.period.end.year): c for d in configuration.datasets for c in fetch_counts(source, configuration, d, YEARS.values(), year)
        }


def four(openings: pd.DataFrame, year: int, kind: str, first: list[str], second: list[str]) -> tuple[int, int, int, int]:
    """Counted row by row: for the kind of job and in all, of the first pool and of the second."""
    rows = openings[openings["Fiscal Year"].str.endswith(str(year))]
    return tuple(int(rows.loc[rows["Kind"].eq(kind) | whole, pool].to_numpy().sum()) for pool in (first, second) for whole in (False, True))  # type: ignore[return-value]


def found(council: tuple[Configuration, Path], counts: Counts, kpi: str) -> pd.DataFrame:
    configuration = council[0]
    rows = figures(unprotected(counts, "leadership"))
    rows = rows[rows["kpi"] == kpi].reset_index(drop=True)
    made = estimates(configuration.kpis[kpi], rows, unprotected(counts, "leadership"), rows["numerator"])
    return rows.join(made).drop_duplicates("group").set_index("group")


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("kpi", POOLS)
def test_likelihoods_are_those_of_the_file(
    council: tuple[Configuration, Path], counts: dict[tuple[str, int], Counts], openings: pd.DataFrame, kpi: str, year: int
) -> None:
    dataset = council[0].kpis[kpi].dataset
    kind, first, second = POOLS[kpi]
    a, n, c, m = four(openings, year, kind, first, second)
    row = found(council, counts[dataset, year], kpi).loc[""]
    assert (row["numerator"], row["denominator"], row["reference_numerator"], row["reference_denominator"]) == (a, n, c, m)
    theirs = relative_risk(a, n, c, m)
    limits = theirs.confidence_interval(0.95)
    assert (row["value"], row["lower"], row["upper"]) == pytest.approx((theirs.relative_risk, limits.low, limits.high))
    in_year = openings["Fiscal Year"].str.endswith(str(year))
    assert row["everyone"] == openings.loc[in_year, "Apps Received"].sum()
    assert row["possible"] == n + m


@pytest.mark.parametrize("year", YEARS)
def test_each_ethnic_group_takes_the_place_of_everybody_else(
    council: tuple[Configuration, Path], counts: dict[tuple[str, int], Counts], openings: pd.DataFrame, year: int
) -> None:
    rows = found(council, counts["by_ethnicity", year], "RC14")
    assert set(rows.index) == {"", *(f"ethnicity={group}" for group in GROUPS if group != "caucasian")}
    for group, heading in GROUPS.items():
        if group != "caucasian":
            a, n, c, m = four(openings, year, "uniformed", ["Caucasian"], [heading])
            row = rows.loc[f"ethnicity={group}"]
            assert (row["denominator"], row["reference_denominator"]) == (n, m)
            if c:
                assert row["value"] == pytest.approx((a / n) / (c / m))
            else:
                assert np.isnan(row["value"])


def test_years_do_not_overlap_and_are_named_by_both_ends(counts: dict[tuple[str, int], Counts]) -> None:
    spans = sorted({(c.period.start, c.period.end) for c in counts.values()})
    assert spans == [(date(2013, 7, 1), date(2014, 6, 30)), (date(2014, 7, 1), date(2015, 6, 30))]


def test_what_is_published_is_safe_and_the_same_where_it_is_shown(
    council: tuple[Configuration, Path], counts: dict[tuple[str, int], Counts]
) -> None:
    configuration = council[0]
    for dataset in configuration.datasets:
        true = counts[dataset, 2015]
        figures = make_part(configuration, Part(true))["leadership"].figures
        for kpi in (k for k in POOLS if configuration.kpis[k].dataset == dataset):
            shown = figures[(figures["kpi"] == kpi) & (figures["breakdown"] != "waterfall")].drop_duplicates("group").set_index("group")
            wanted = found(council, true, kpi)["value"].reindex(shown.index)
            stands = shown["marker"] == ""
            assert stands[""], kpi
            assert shown.loc[stands, "value"].to_numpy() == pytest.approx(wanted[stands].to_numpy())
            assert shown.loc[~stands, ["value", "lower", "upper"]].isna().all(axis=None)
