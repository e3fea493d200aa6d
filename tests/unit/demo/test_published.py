"""What others have published about the invented city: tables that agree with one another and with the city's own numbers."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from metrics.demo.city import RESIDENTS, WARDS
from metrics.demo.council import quarter_ends
from metrics.demo.published import (
    ELECTIONS,
    TABLES,
    YEAR_ENDS,
    early_years_rows,
    employment_rows,
    life_expectancy_rows,
    published_tables,
    turnout_rows,
)


def numbers(frame: pd.DataFrame, *headings: str) -> pd.DataFrame:
    """The columns as numbers; missing where a mark stands."""
    return frame.assign(**{h: pd.to_numeric(frame[h].str.replace(",", ""), errors="coerce") for h in headings})


def test_every_table_is_made_once_on_some_quarter_end() -> None:
    made = [(dataset, when) for day in quarter_ends() for dataset, when, _, _ in published_tables(day)]
    assert sorted(made) == sorted(TABLES)


@pytest.mark.parametrize("day", YEAR_ENDS)
def test_employment_adds_up_by_sex_ethnic_group_and_disability(day: date) -> None:
    rows = numbers(employment_rows(day), "In Employment", "Aged 16 to 64").set_index(["Sex", "Ethnic Group", "Disability"])
    people = rows[["Aged 16 to 64", "In Employment"]]
    whole = people.loc[("All", "All", "All")]
    groups = ["White", "Asian", "Black", "Mixed", "Other"]
    assert (people.loc[[("All", group, "All") for group in groups]].sum() == whole).all()
    assert (people.loc[[("All", "All", d) for d in ("Disabled", "Not disabled")]].sum() == whole).all()
    assert (people.loc[[(sex, "All", "All") for sex in ("Women", "Men")]].sum() == whole).all()
    assert (people % 100 == 0).all(axis=None)
    assert (people["In Employment"] < people["Aged 16 to 64"]).all()


@pytest.mark.parametrize("day", YEAR_ENDS)
def test_a_small_group_of_children_is_withheld_by_its_publisher(day: date) -> None:
    rows = early_years_rows(day).set_index("Ethnic Group")
    withheld = rows.index[rows["Children"] == "c"]
    assert withheld.tolist() == ["Gypsy or Irish Traveller"]
    told = numbers(rows, "Children", "Good Level of Development")
    assert 0 < told.loc["All", "Children"] - told["Children"].drop("All").sum() < 10
    assert (told["Good Level of Development"].dropna() <= told["Children"].dropna()).all()


def test_life_gets_longer_from_the_most_deprived_fifth_to_the_least() -> None:
    for day in YEAR_ENDS:
        rows = numbers(life_expectancy_rows(day), "Residents")
        assert rows["Residents"].iloc[1:].sum() == rows["Residents"].iloc[0] == RESIDENTS[min(day.year - 1, 2025)]
        assert rows["Life Expectancy at Birth"].iloc[1:].astype(float).is_monotonic_increasing


@pytest.mark.parametrize("election", ELECTIONS)
def test_turnout_has_a_row_for_each_ward(election: date) -> None:
    rows = numbers(turnout_rows(election), "Electors", "Ballot Papers")
    assert rows["Ward"].tolist() == [ward.name for ward in WARDS]
    assert rows["Ballot Papers"].lt(rows["Electors"]).all()
    assert rows["Ballot Papers"].gt(0.15 * rows["Electors"]).all()
