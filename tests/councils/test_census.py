"""The page on choosing residents to compare with: its figures are those of two censuses, read from the published tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.realdata
PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "choose-a-benchmark.md").read_text(encoding="utf-8")
BIRMINGHAM = "E08000025"


@pytest.fixture(scope="module")
def shares(shared_data: Path) -> pd.DataFrame:
    """Percent of residents by definition and census."""
    now = pd.read_csv(shared_data / "census2021_ethnicity_ltla" / "ethnicity21_ltla21.csv")
    now = now[(now["ltla21_code"] == BIRMINGHAM) & now["ethnic_group"].str.endswith("(number)")].set_index("ethnic_group")["value"]
    then = pd.read_csv(shared_data / "census2011_ethnicity_la" / "la-ethnic-groups.csv").set_index("geography code").loc[BIRMINGHAM]
    then = then.rename(lambda heading: heading.removeprefix("Ethnic Group: ").removesuffix("; measures: Value"))
    everybody = then["All categories: Ethnic group"]
    return pd.DataFrame(
        {
            "2011": [1 - then["White"] / everybody, 1 - then["White: English/Welsh/Scottish/Northern Irish/British"] / everybody],
            "2021": [1 - now[now.index.str.startswith(group)].sum() / now.sum() for group in ("White:", "White: English")],
        },
        index=["ethnic groups other than White", "ethnic groups other than White British"],
    )


def test_the_table_of_residents(shares: pd.DataFrame) -> None:
    for definition, (then, now) in shares.iterrows():
        assert f"| {definition} | {100 * then:.1f} | {100 * now:.1f} | {100 * (now - then):.1f} |" in PAGE


def test_how_far_28_percent_of_staff_is_from_either(shares: pd.DataFrame) -> None:
    then, now = 100 * shares.loc["ethnic groups other than White"]
    assert f"28% of staff is {then - 28:.0f} points below residents by the census of 2011 and {now - 28:.0f} points below" in PAGE


def test_a_percentage_column_is_not_a_number_of_people(shared_data: Path) -> None:
    """Numbers and percentages stand in one column of the table of 2021: whoever adds all of it up counts a place twice."""
    rows = pd.read_csv(shared_data / "census2021_ethnicity_ltla" / "ethnicity21_ltla21.csv")
    here = rows[rows["ltla21_code"] == BIRMINGHAM]
    people = here[here["ethnic_group"].str.endswith("(number)")]["value"].sum()
    assert people == 1_144_922
    assert here["value"].sum() > people
