"""Returns that hold numbers of people, by configuration alone: wide headings, dates of three kinds, groups and parts of groups."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from metrics.definitions.configuration import Configuration
from metrics.errors import InputError
from metrics.ingest.ingest import ImportReport, ingest_files
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.settings import load_settings
from metrics.sources.engine import Source, open_source
from tests.councils.counted import a_council, part

pytestmark = pytest.mark.realdata
YEARS = tuple(date(year, 12, 31) for year in range(2019, 2027))
GROUPS = ("asian", "black", "mixed", "other", "white")


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    return shared_data / "leeds_region_workforce_diversity" / "combined.csv"


@pytest.fixture(scope="module")
def returns(file: Path) -> pd.DataFrame:
    """The file as pandas reads it, by year."""
    rows = pd.read_csv(file, dtype={"published": str}).dropna(how="all")
    return rows.assign(year=rows["published"].str.extract(r"(\d{4})")[0].astype(int))


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> tuple[Configuration, Path]:
    return a_council("leeds_region", tmp_path_factory.mktemp("leeds_region"))


@pytest.fixture(scope="module")
def loaded(council: tuple[Configuration, Path], file: Path) -> tuple[Source, dict[str, ImportReport]]:
    configuration, folder = council
    source = open_source("duckdb://", read_only=False)
    private = folder.parent / "private"
    reports = {
        dataset: ingest_files(configuration, dataset, [file], None, source, private, accept_rejects=dataset == "by_ethnicity")
        for dataset in configuration.datasets
    }
    return source, reports


@pytest.fixture(scope="module")
def counts(council: tuple[Configuration, Path], loaded: tuple[Source, dict[str, ImportReport]]) -> dict[tuple[str, int], Counts]:
    configuration, folder = council
    year = load_settings(folder).year
    return {(d, c.period.end.year): c for d in configuration.datasets for c in fetch_counts(loaded[0], configuration, d, YEARS, year)}


def one(counts: Counts, kpi: str, unit: str) -> tuple[int, int]:
    """Numerator and denominator of one organisation."""
    figures = [part(counts, kpi, "organisation", name).set_index("unit")["people"] for name in ("numerator", "denominator")]
    return int(figures[0][unit]), int(figures[1][unit])


@pytest.mark.parametrize("year", range(2019, 2027))
def test_calderdale_every_year(counts: dict[tuple[str, int], Counts], returns: pd.DataFrame, year: int) -> None:
    row = returns.query("organisation == 'Calderdale Council' and year == @year").iloc[0]
    women, men = row["gender_female"], row["gender_male"]
    assert one(counts["by_sex", year], "WF02", "calderdale") == (women, women + men)
    known = sum(row[f"ethnicity_{group}"] for group in GROUPS)
    assert one(counts["by_ethnicity", year], "WR01", "calderdale") == (known - row["ethnicity_white"], known)
    assert one(counts["by_ethnicity", year], "DR01", "calderdale") == (known, row["employees"])
    disabled = row["disability_yes"]
    assert one(counts["by_disability", year], "WR03", "calderdale") == (disabled, disabled + row["disability_no"])


def test_returns_of_one_year_stand_side_by_side(counts: dict[tuple[str, int], Counts]) -> None:
    """Read off the file: five organisations in 2021, dated 2021, 2021-10, 2021-10-19 and 2021-07-31."""
    women = part(counts["by_sex", 2021], "WF02", "organisation").set_index("unit")["people"]
    assert {u: int(women[u]) for u in ("calderdale", "leeds", "college_of_building", "city_college", "beckett")} == {
        "calderdale": 1802, "leeds": 8586, "college_of_building": 152, "city_college": 1056, "beckett": 1479,
    }  # fmt: skip
    assert women["region"] == 1802 + 8586 + 152 + 1056 + 1479


def test_few_known_answers_are_few_and_not_a_rate_of_everybody(counts: dict[tuple[str, int], Counts]) -> None:
    """The water company returns who is disabled and nobody who is not: 21 of 21 known, of 3,514 people."""
    assert one(counts["by_disability", 2020], "WR03", "yorkshire_water") == (21, 21)
    assert one(counts["by_disability", 2020], "DR02", "yorkshire_water") == (21, 3514)


def test_answers_that_do_not_add_up_refuse_the_row(loaded: tuple[Source, dict[str, ImportReport]], returns: pd.DataFrame) -> None:
    """Ten returns by ethnic group fill parts beside groups, or leave people out; two by disability leave people out."""
    assert {name: report.rejected for name, report in loaded[1].items()} == {"by_sex": 0, "by_ethnicity": 10, "by_disability": 2}
    report = loaded[1]["by_ethnicity"]
    assert report.rejects_file is not None
    refused = pd.read_csv(report.rejects_file)
    assert set(refused["row"]) == {7, 9, 12, 13, 14, 15, 17, 18, 19, 24}
    assert "\0" not in report.rejects_file.read_text()
    trinity = returns[returns["organisation"] == "Leeds Trinity University"].iloc[0]
    named = [c for c in returns.columns if c.startswith("ethnicity_") and c.count("_") == 1 and c != "ethnicity_total"]
    assert trinity[named].sum() != trinity["ethnicity_total"]


def test_so_many_refused_rows_stop_the_load_unless_accepted(council: tuple[Configuration, Path], file: Path) -> None:
    configuration, folder = council
    with pytest.raises(InputError, match="would be left out"):
        ingest_files(configuration, "by_ethnicity", [file], None, open_source("duckdb://", read_only=False), folder.parent / "other")
