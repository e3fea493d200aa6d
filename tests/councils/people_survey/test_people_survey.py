"""Published tables of a large survey by configuration alone: an OpenDocument sheet with all questions in it, a row for each answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from metrics.definitions.configuration import Configuration
from metrics.disclosure.protect import protect_counts
from metrics.evaluate.evaluate import evaluate
from metrics.query.counts import Counts
from tests.councils.counted import a_council, counted, part

pytestmark = pytest.mark.realdata
DAY = date(2024, 10, 31)
FIVE = {
    "asian": "Asian or Asian British", "black": "Black or Black British", "mixed": "Mixed or Multiple ethnic groups",
    "other": "Any other ethnic group", "white": "White",
}  # fmt: skip


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    return shared_data / "civil_service_people_survey" / "Civil-Service-People-Survey-2024-results-by-all-demographic-groups.ods"


@pytest.fixture(scope="module")
def table(file: Path) -> pd.DataFrame:
    """Question, answer and how many gave it, as pandas reads them."""
    rows = pd.read_excel(file, sheet_name="Table_1", header=5, engine="calamine", usecols=["Demographic variable", "Response", "Count"])
    return rows.assign(question=rows["Demographic variable"].str.extract(r"^(\w+?)\.")[0])


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> tuple[Configuration, Path]:
    return a_council("people_survey", tmp_path_factory.mktemp("people_survey"))


@pytest.fixture(scope="module")
def counts(council: tuple[Configuration, Path], file: Path) -> dict[str, Counts]:
    """Nothing is refused: the sheet's other questions are no rows of these datasets."""
    return {dataset: counted(council, dataset, file, DAY) for dataset in council[0].datasets}


def given(table: pd.DataFrame, question: str) -> pd.Series:
    return table[table["question"] == question].set_index("Response")["Count"]


def share(counts: Counts, kpi: str) -> tuple[int, int]:
    numerator, denominator = (int(part(counts, kpi, "", name)["people"].iloc[0]) for name in ("numerator", "denominator"))
    return numerator, denominator


def test_the_counts_are_those_of_the_sheet(counts: dict[str, Counts], table: pd.DataFrame) -> None:
    sex, disability = given(table, "J01A"), given(table, "Z09")
    assert share(counts["by_sex"], "CS01") == (sex["Female"], sex.sum()) == (175_461, 317_217)
    assert share(counts["by_disability"], "CS04") == (disability.iloc[:2].sum(), disability.sum())
    assert disability.iloc[:2].sum() == given(table, "Z08").iloc[0]  # published beside it as one answer


def test_nineteen_ethnic_groups_add_up_to_the_five_that_the_publisher_gives(counts: dict[str, Counts], table: pd.DataFrame) -> None:
    five = given(table, "J03")
    found = part(counts["by_ethnicity"], "CS05", "ethnicity_5").set_index("group")["people"].to_dict()
    assert {id: found[f"ethnicity_5={id}"] for id in FIVE} == {id: five[label] for id, label in FIVE.items()}
    assert share(counts["by_ethnicity"], "CS02") == (given(table, "J03_grouped")["Ethnic Minority"], five.sum())
    every = given(table, "J03_all")
    assert share(counts["by_ethnicity"], "CS03") == (five.sum(), every.sum()) == (312_329, 350_585)


@pytest.mark.parametrize(("dataset", "kpi"), [("by_sex", "CS01"), ("by_ethnicity", "CS02"), ("by_disability", "CS04")])
def test_published_shares_have_wilsons_range(
    council: tuple[Configuration, Path], counts: dict[str, Counts], dataset: str, kpi: str
) -> None:
    configuration = council[0]
    found = evaluate(protect_counts(counts[dataset], configuration.disclosure)["leadership"], configuration)
    row = found.query("kpi == @kpi and breakdown == '' and group == ''").iloc[0]
    n, of = share(counts[dataset], kpi)
    limits = stats.binomtest(n, of).proportion_ci(0.95, method="wilson")
    assert row[["value", "lower", "upper"]].tolist() == pytest.approx([n / of, limits.low, limits.high])
