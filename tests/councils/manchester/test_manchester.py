"""The census of one city as a neighbour arranged it: long tables with a category a row, and a wide one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from metrics.sources.engine import open_source
from tests.councils.counted import a_council
from tests.councils.published import load_all, stored

pytestmark = pytest.mark.realdata
FILES = {
    "by_religion": "2021_population_religion_la_gm.csv",
    "by_orientation": "2021_sexual_orientation_la_gm.csv",
    "by_ethnicity": "2021_population_ethnic_group_la_gm.csv",
    "by_disability": "2021_disability_la_gm.csv",
    "by_life_stage": "2021_population_by_sex_and_age_group_wide_la_gm.csv",
}


@pytest.fixture(scope="module")
def rows(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, pd.DataFrame]]:
    """What is stored of each table; nothing is refused, and the days stand in the files."""
    tmp = tmp_path_factory.mktemp("manchester")
    configuration, _ = a_council("manchester", tmp)
    files = {id: (shared_data / "census2021_greater_manchester" / name, None) for id, name in FILES.items()}
    with open_source("duckdb://", read_only=False) as source:
        reports = load_all(configuration, files, source, tmp / "private")
        assert sum(report.rejected for report in reports.values()) == 0
        assert {day.as_at.isoformat() for report in reports.values() for day in report.days} == {"2021-03-21"}
        yield {id: stored(configuration, source, id) for id in files}


def test_every_question_counts_the_same_residents(rows: dict[str, pd.DataFrame]) -> None:
    """Each table was perturbed by itself, so their sums differ by a few people in half a million."""
    everybody = {id: int(rows[id]["people"].sum()) for id in ("by_religion", "by_ethnicity", "by_disability")}
    assert everybody == {"by_religion": 551_938, "by_ethnicity": 551_938, "by_disability": 551_938}
    whole = rows["by_life_stage"].set_index(["sex", "life_stage"])["people"]
    assert whole["all", "all"] == 551_944


def test_a_wide_table_adds_up_by_row_and_by_heading(rows: dict[str, pd.DataFrame]) -> None:
    whole = rows["by_life_stage"].set_index(["sex", "life_stage"])["people"]
    for sex in ("all", "female", "male"):
        assert whole[sex].drop("all").sum() == whole[sex, "all"]
    for stage in ("all", "under_16", "working_age", "older"):
        assert whole["female", stage] + whole["male", stage] == whole["all", stage]


def test_labels_with_commas_and_colons_are_the_nineteen_groups(rows: dict[str, pd.DataFrame]) -> None:
    groups = rows["by_ethnicity"].set_index("ethnicity")["people"]
    assert len(groups) == 19
    assert groups["pakistani"] == 65_875
    assert groups["other_mixed"] == 6_898


def test_who_did_not_answer_is_in_no_group(rows: dict[str, pd.DataFrame]) -> None:
    assert rows["by_religion"].set_index("religion").loc["prefer_not_to_say", "people"] == 32_713
    assert rows["by_orientation"].set_index("sexual_orientation").loc["prefer_not_to_say", "people"] == 38_162


def test_both_halves_of_disability_are_kept(rows: dict[str, pd.DataFrame]) -> None:
    """17.5% are disabled; with the condition that does not limit anybody it would be 23.0%."""
    people = rows["by_disability"].set_index("disability")["people"]
    disabled = people[["limited_a_lot", "limited_a_little"]].sum()
    assert round(100 * disabled / people.sum(), 1) == 17.5
    assert round(100 * (disabled + people["condition_not_limiting"]) / people.sum(), 1) == 23.0
