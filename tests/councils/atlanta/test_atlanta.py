"""A second real council by configuration alone: no identifier, ages for dates, labels of its own, uneven levels."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from metrics.definitions.configuration import Configuration
from metrics.query.counts import Counts
from tests.councils.counted import a_council, counted, gap, part

pytestmark = pytest.mark.realdata
DAY = date(2015, 6, 30)
BLACK, WHITE = "Black or African American (Not Hispanic or Latino)", "White (Not Hispanic or Latino)"
GROUPS = {BLACK: "black", WHITE: "white", "Hispanic or Latino of any race": "hispanic", "Asian (Not Hispanic or Latino)": "asian"}


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    return shared_data / "atlanta_salaries_2015" / "atl_salary_data_2015_names_removed.csv"


@pytest.fixture(scope="module")
def employees(file: Path) -> pd.DataFrame:
    """The file as pandas reads it, with groups and age bands written out a second time."""
    rows = pd.read_csv(file)
    return pd.DataFrame(
        {
            "department": rows["organization"],
            "sex": rows["sex"].str.lower(),
            "label": rows["ethnic.origin"],
            "ethnicity_5": rows["ethnic.origin"].map(GROUPS).fillna("any_other"),
            "age_band": pd.cut(rows["age"], [0, 29, 44, 59, 200], labels=["under_30", "from_30_to_44", "from_45_to_59", "from_60"]),
            "salary": rows["annual.salary"],
        }
    )


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> tuple[Configuration, Path]:
    return a_council("atlanta", tmp_path_factory.mktemp("atlanta"))


@pytest.fixture(scope="module")
def counts(council: tuple[Configuration, Path], file: Path) -> Counts:
    return counted(council, "employees", file, DAY)


def test_rows_that_repeat_each_other_are_different_people(counts: Counts, employees: pd.DataFrame) -> None:
    assert employees.duplicated().sum() > 1000
    assert int(part(counts, "WF01", "sex")["people"].sum()) == len(employees) == 8246


def test_the_file_counted_once_by_hand(counts: Counts) -> None:
    """With a spreadsheet filter: 2,785 women, 6,304 Black staff, and 27 in the three smallest groups together."""
    assert part(counts, "WF01", "sex").set_index("group")["people"]["sex=female"] == 2785
    groups = part(counts, "WF01", "ethnicity_5").set_index("group")["people"]
    assert (groups["ethnicity_5=black"], groups["ethnicity_5=any_other"]) == (6304, 27)


@pytest.mark.parametrize("column", ["sex", "ethnicity_5", "age_band"])
def test_headcount_by_characteristic(counts: Counts, employees: pd.DataFrame, column: str) -> None:
    seen = part(counts, "WF01", column).set_index("group")["people"]
    assert {g.split("=")[1]: n for g, n in seen.items() if n} == employees[column].value_counts().to_dict()


def test_women_in_each_department_whatever_its_level(counts: Counts, employees: pd.DataFrame, council: tuple[Configuration, Path]) -> None:
    binding = council[0].datasets["employees"].unit
    assert binding is not None
    assert set(binding.recode) == set(employees["department"])
    women = part(counts, "WF02", "department").set_index("unit")["people"]
    everyone = part(counts, "WF02", "department", "denominator").set_index("unit")["people"]
    for label, unit in binding.recode.items():
        here = employees[employees["department"] == label]
        if unit in women.index:
            assert (women[unit], everyone[unit]) == ((here["sex"] == "female").sum(), len(here))
    assert "ethics" in women.index  # three levels down
    assert "city_council" in women.index  # straight below the city


@pytest.mark.parametrize(("kpi", "statistic"), [("PG01", "mean"), ("PG02", "median")])
def test_gap_between_women_and_men(counts: Counts, employees: pd.DataFrame, kpi: str, statistic: str) -> None:
    pay = employees.groupby("sex")["salary"].agg(statistic)
    assert gap(counts, kpi, statistic, "atlanta") == pytest.approx(1 - pay["female"] / pay["male"], abs=1e-12)


@pytest.mark.parametrize(("kpi", "statistic"), [("PG08", "mean"), ("PG07", "median")])
def test_gap_between_black_and_white_staff(counts: Counts, employees: pd.DataFrame, kpi: str, statistic: str) -> None:
    pay = employees.groupby("label")["salary"].agg(statistic)
    assert gap(counts, kpi, statistic, "atlanta") == pytest.approx(1 - pay[BLACK] / pay[WHITE], abs=1e-12)
