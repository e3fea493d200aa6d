"""Returns that hold numbers of people, by configuration alone: wide headings, dates of three kinds, groups and parts of groups."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from metrics.access.viewer import Viewer
from metrics.definitions.configuration import Configuration
from metrics.errors import InputError
from metrics.ingest.ingest import ImportReport, ingest_files
from metrics.pipeline.refresh import refresh
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.releases.store import ReleaseStore
from metrics.report import Request
from metrics.settings import load_settings
from metrics.sources.engine import Source, open_source
from metrics.sources.snapshots import snapshot_days
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
    held = {d: [day for day in snapshot_days(loaded[0], d) if day in YEARS] for d in configuration.datasets}
    return {(d, c.period.end.year): c for d, days in held.items() for c in fetch_counts(loaded[0], configuration, d, days, year)}


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


def test_a_question_that_few_answer_gives_no_share(
    council: tuple[Configuration, Path], file: Path, tmp_path: Path, counts: dict[tuple[str, int], Counts]
) -> None:
    """Leeds asked 14,107 people of their gender identity: 3,464 answered, a quarter. Of caring 67% did: a share is shown, and warned of."""
    assert one(counts["by_gender_identity", 2021], "DR05", "leeds") == (3464, 14107)
    assert one(counts["by_gender_identity", 2021], "WR10", "leeds") == (44, 3464)
    assert one(counts["by_carer", 2021], "WR09", "leeds") == (1349, 9393)
    configuration, folder = council
    store = ReleaseStore(f"sqlite:///{tmp_path.as_posix()}/releases.sqlite")
    with open_source(f"duckdb:///{tmp_path.as_posix()}/rows.duckdb", read_only=False) as source:
        for dataset in ("by_gender_identity", "by_carer"):
            ingest_files(configuration, dataset, [file], None, source, tmp_path / "private")
        refresh(configuration, load_settings(folder), source=source, store=store, processes=1)
    cells = store.read(Request(), Viewer("leadership", "command_line")).cells.query("unit == 'leeds' and group == ''")
    shown = cells[cells["period_end"].dt.year == 2021].drop_duplicates("kpi").set_index("kpi")
    assert (shown.loc["WR10", "status"], pd.isna(shown.loc["WR10", "value"])) == ("withheld", True)
    assert shown.loc["DR05", "value"] == pytest.approx(3464 / 14107, abs=1e-12)
    assert shown.loc["WR09", "value"] == pytest.approx(1349 / 9393, abs=1e-12)


def test_answers_that_do_not_add_up_refuse_the_row(loaded: tuple[Source, dict[str, ImportReport]], returns: pd.DataFrame) -> None:
    """Ten returns by ethnic group fill parts beside groups, or leave people out; two by disability leave people out."""
    refused = {name: report.rejected for name, report in loaded[1].items() if report.rejected}
    assert refused == {"by_ethnicity": 10, "by_disability": 2}
    report = loaded[1]["by_ethnicity"]
    assert report.rejects_file is not None
    lines = pd.read_csv(report.rejects_file)
    assert set(lines["row"]) == {7, 9, 12, 13, 14, 15, 17, 18, 19, 24}
    assert "\0" not in report.rejects_file.read_text()
    trinity = returns[returns["organisation"] == "Leeds Trinity University"].iloc[0]
    named = [c for c in returns.columns if c.startswith("ethnicity_") and c.count("_") == 1 and c != "ethnicity_total"]
    assert trinity[named].sum() != trinity["ethnicity_total"]


def test_so_many_refused_rows_stop_the_load_unless_accepted(council: tuple[Configuration, Path], file: Path) -> None:
    configuration, folder = council
    with pytest.raises(InputError, match="would be left out"):
        ingest_files(configuration, "by_ethnicity", [file], None, open_source("duckdb://", read_only=False), folder.parent / "other")
