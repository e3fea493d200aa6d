"""A real council's file, by configuration alone: every figure before protection equals an independent computation with pandas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metrics.definitions.configuration import Configuration
from metrics.query.counts import Counts
from tests.councils.counted import a_council, counted, gap, part
from tests.councils.houston.labels import DAY, RACE

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def employees(shared_data: Path) -> pd.DataFrame:
    """The file as pandas reads it, with the labels of the configuration written out a second time."""
    rows = pd.read_csv(shared_data / "houston_employees" / "employee.csv")
    return pd.DataFrame(
        {
            "department": rows["DEPARTMENT"],
            "sex": rows["GENDER"].map({"Female": "female", "Male": "male"}),
            "ethnicity": rows["RACE"].map(RACE).fillna("not_recorded"),
            "salary": rows["BASE_SALARY"],
        }
    )


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> tuple[Configuration, Path]:
    return a_council("houston", tmp_path_factory.mktemp("houston"))


@pytest.fixture(scope="module")
def counts(council: tuple[Configuration, Path], shared_data: Path) -> Counts:
    return counted(council, "employees", shared_data / "houston_employees" / "employee.csv", DAY)


@pytest.fixture(scope="module")
def names(council: tuple[Configuration, Path], employees: pd.DataFrame) -> dict[str, str]:
    """Unit id to the label in the file."""
    binding = council[0].datasets["employees"].unit
    assert binding is not None
    by_label = {unit: label for label, unit in binding.recode.items()}
    known = set(employees["department"])
    found = {u.id: by_label.get(u.id, u.name) for u in council[0].organisation.units if u.parent is not None}
    assert set(found.values()) == known
    return found


def test_headcount_by_sex_ethnicity_and_department(counts: Counts, employees: pd.DataFrame, names: dict[str, str]) -> None:
    published = part(counts, "WF01", "department+sex+ethnicity").query("group != ''")
    expected = employees.groupby(["department", "sex", "ethnicity"]).size()
    assert len(expected) >= 169  # the file's own note counts 169 without the blanks
    seen = 0
    for row in published.itertuples():
        who = dict(pair.split("=") for pair in str(row.group).split(";"))
        in_department = expected if row.unit == "houston" else expected.xs(names[str(row.unit)], level="department", drop_level=False)
        level = in_department.index.get_level_values
        asked = in_department[(level("sex") == who["sex"]) & (level("ethnicity") == who["ethnicity"])]
        assert row.people == asked.sum()
        seen += row.people if row.unit != "houston" else 0
    assert seen == len(employees) == 2000


def test_whole_city_headcounts(counts: Counts) -> None:
    """Figures of the file, counted once by hand with a spreadsheet filter: 1,397 men, 603 women, 35 without ethnic group."""
    by_sex = part(counts, "WF01", "sex").set_index("group")["people"]
    assert by_sex["sex=male"] == 1397
    assert by_sex["sex=female"] == 603
    by_group = part(counts, "WF01", "ethnicity").set_index("group")["people"]
    assert by_group["ethnicity=black"] == 700
    assert by_group["ethnicity=not_recorded"] == 35


def test_declaration_rate_by_department(counts: Counts, employees: pd.DataFrame, names: dict[str, str]) -> None:
    known = part(counts, "DR01", "department").set_index("unit")["people"]
    everyone = part(counts, "DR01", "department", "denominator").set_index("unit")["people"]
    expected = employees.assign(known=employees["ethnicity"] != "not_recorded").groupby("department")["known"].agg(["sum", "size"])
    for unit, label in names.items():
        assert (known[unit], everyone[unit]) == tuple(expected.loc[label])
    assert (known["houston"], everyone["houston"]) == (1965, 2000)


@pytest.mark.parametrize(("kpi", "statistic"), [("PG01", "mean"), ("PG02", "median")])
def test_gap_between_women_and_men(counts: Counts, employees: pd.DataFrame, kpi: str, statistic: str) -> None:
    pay = employees.dropna(subset=["salary"]).groupby("sex")["salary"].agg(statistic)
    assert gap(counts, kpi, statistic, "houston") == pytest.approx(1 - pay["female"] / pay["male"], abs=1e-12)


@pytest.mark.parametrize(("kpi", "statistic"), [("PG08", "mean"), ("PG07", "median")])
def test_gap_between_ethnic_groups(counts: Counts, employees: pd.DataFrame, kpi: str, statistic: str) -> None:
    paid = employees.dropna(subset=["salary"]).query("ethnicity != 'not_recorded'")
    pay = paid.groupby(np.where(paid["ethnicity"] == "white", "white", "all_other"))["salary"].agg(statistic)
    assert gap(counts, kpi, statistic, "houston") == pytest.approx(1 - pay["all_other"] / pay["white"], abs=1e-12)
