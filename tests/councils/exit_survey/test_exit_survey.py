"""A real survey of leavers by configuration alone: missing written in three ways; shares as pandas has them, ranges as scipy does."""

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
DAY = date(2014, 6, 30)
AGREES, KNOWN = ["SA", "A"], ["SA", "A", "N", "D", "SD"]


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    return shared_data / "exit_survey_dete" / "dete_survey.csv"


@pytest.fixture(scope="module")
def answers(file: Path) -> pd.DataFrame:
    """The file as pandas reads it, nothing taken for empty."""
    return pd.read_csv(file, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> tuple[Configuration, Path]:
    return a_council("exit_survey", tmp_path_factory.mktemp("exit_survey"))


@pytest.fixture(scope="module")
def counts(council: tuple[Configuration, Path], file: Path) -> Counts:
    return counted(council, "leavers", file, DAY)


@pytest.fixture(scope="module")
def published(council: tuple[Configuration, Path], counts: Counts) -> pd.DataFrame:
    configuration = council[0]
    return evaluate(protect_counts(counts, configuration.disclosure)["leadership"], configuration)


def people(counts: Counts, kpi: str, name: str, breakdown: str = "") -> dict[str, int]:
    rows = part(counts, kpi, breakdown, name)
    return rows.assign(key=rows["group"].where(rows["group"] != "", rows["unit"])).set_index("key")["people"].to_dict()


def of(answers: pd.DataFrame, column: str, said: list[str], by: str | None = None) -> dict[str, int]:
    held = answers[answers[column].isin(said)]
    return {"department": len(held)} if by is None else held[held[by] != ""].groupby(by).size().to_dict()


def whole(published: pd.DataFrame, kpi: str) -> pd.Series:
    return published.query("kpi == @kpi and unit == 'department' and group == ''").iloc[0]


def test_every_row_is_read_and_an_empty_answer_is_no_answer(counts: Counts, answers: pd.DataFrame) -> None:
    """`N/A` of a characteristic says that it does not apply, an empty cell that nothing was said: 299 people."""
    assert people(counts, "EX04", "denominator") == {"department": 822}
    assert people(counts, "EX04", "numerator") == {"department": int((answers["Disability"] != "").sum())} == {"department": 523}


@pytest.mark.parametrize(("name", "said"), [("numerator", AGREES), ("denominator", KNOWN)])
def test_shares_by_sex_and_age_are_those_of_pandas(counts: Counts, answers: pd.DataFrame, name: str, said: list[str]) -> None:
    column = "Opportunities for promotion"
    assert people(counts, "EX01", name) == of(answers, column, said)
    by_sex = {f"sex={sex.lower()}": n for sex, n in of(answers, column, said, "Gender").items()}
    assert people(counts, "EX01", name, "sex") == by_sex
    assert sum(by_sex.values()) < of(answers, column, said)["department"]  # 24 people gave no sex
    found = people(counts, "EX01", name, "age_band")
    bands = {"20 or younger": "up_to_20"} | {a: f"from_{a[:2]}" for a in answers["Age"].unique() if a not in ("", "20 or younger")}
    wanted = {f"age_band={bands[age]}": n for age, n in of(answers, column, said, "Age").items()}
    assert {group: n for group, n in found.items() if n} == wanted


def test_regions_add_up_to_the_department(counts: Counts, answers: pd.DataFrame) -> None:
    found = people(counts, "EX01", "numerator", "region")
    agree = answers[answers["Opportunities for promotion"].isin(AGREES)]
    assert found.pop("department") == sum(found.values()) == len(agree)
    assert sorted(found.values()) == sorted(agree["Region"].value_counts().tolist())


def test_the_published_share_has_the_range_that_scipy_gives(published: pd.DataFrame, answers: pd.DataFrame) -> None:
    n, of_all = (int(answers["Opportunities for promotion"].isin(said).sum()) for said in (AGREES, KNOWN))
    row = whole(published, "EX01")
    limits = stats.binomtest(n, of_all).proportion_ci(0.95, method="wilson")
    assert row[["value", "lower", "upper"]].tolist() == pytest.approx([n / of_all, limits.low, limits.high])
    assert row["declared"] == pytest.approx(of_all / 822)


def test_a_difference_of_shares_has_newcombes_range(published: pd.DataFrame, answers: pd.DataFrame) -> None:
    """Method 10, from the two Wilson ranges that scipy gives."""
    two = []
    for sex in ("Female", "Male"):
        said = answers.loc[answers["Gender"] == sex, "Stress and pressure support"]
        n, m = int(said.isin(AGREES).sum()), int(said.isin(KNOWN).sum())
        two.append((n / m, *stats.binomtest(n, m).proportion_ci(0.95, method="wilson")))
    (p, low, high), (q, below, above) = two
    row = whole(published, "EX02")
    wanted = [p - q, p - q - ((p - low) ** 2 + (above - q) ** 2) ** 0.5, p - q + ((high - p) ** 2 + (q - below) ** 2) ** 0.5]
    assert row[["value", "lower", "upper"]].tolist() == pytest.approx(wanted)
    assert row["value"] > 0 > row["lower"]  # more women than men felt supported, which chance alone could do


def test_a_likelihood_has_katzs_range(published: pd.DataFrame, answers: pd.DataFrame) -> None:
    two = [answers.loc[answers["Gender"] == sex, "Job dissatisfaction"].str.upper() == "TRUE" for sex in ("Female", "Male")]
    theirs = stats.contingency.relative_risk(int(two[0].sum()), len(two[0]), int(two[1].sum()), len(two[1]))
    limits = theirs.confidence_interval(0.95)
    assert whole(published, "EX03")[["value", "lower", "upper"]].tolist() == pytest.approx([theirs.relative_risk, limits.low, limits.high])
