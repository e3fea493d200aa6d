"""White British against everybody else, and all White groups against all others: one staff, two gaps, by definition alone."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.dimension import Category, Dimension
from metrics.definitions.kpi import WorkedExample
from metrics.definitions.load import load_configuration
from metrics.periods import FinancialYear
from metrics.pipeline.part import Part, make_part
from metrics.pipeline.worked_example import work_out
from metrics.query.fetch import fetch_counts
from metrics.sources.engine import open_source
from metrics.sources.snapshots import Snapshot, write_snapshot
from metrics.sources.tables import dataset_table, prepare_tables
from tests.support import factories as f

STAFF = {
    "white_british": (520, 17.10), "indian": (310, 15.60), "african": (180, 15.05), "white_and_asian": (45, 16.20),
    "other_white": (60, 15.90), "other_ethnic_group": (8, 14.90), "not_recorded": (100, 9.00),
}  # fmt: skip
"""People of each group and their mean hourly pay: paid alike, because a mean asks no more of them. Who did not say is in no group."""


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(Path("config"))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [{"pay_status": "full_pay", "ethnicity_19": e, "hourly_pay": pay} for e, (people, pay) in STAFF.items() for _ in range(people)]


def figure(configuration: Configuration, kpi: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    declared = configuration.kpis[kpi]
    return work_out(configuration, declared, WorkedExample(rows=tuple(rows), gives={"value": 0.0}))


@pytest.mark.parametrize(
    ("kpi", "comparison", "reference", "gap"),
    [
        ("PG16", 603, 520, 9.3),  # White British 17.10 against 15.5012
        ("PG08", 543, 580, 8.9),  # all White groups 16.9759 against 15.4571
    ],
)
def test_the_mean_gap_of_one_staff_by_both_definitions(
    configuration: Configuration, rows: list[dict[str, Any]], kpi: str, comparison: int, reference: int, gap: float
) -> None:
    found = figure(configuration, kpi, rows)
    assert (found["numerator"], found["denominator"]) == (comparison, reference)
    assert round(found["value"], 1) == gap


def test_the_gaps_before_they_are_rounded() -> None:
    def mean(groups: set[str]) -> float:
        return sum(STAFF[g][0] * STAFF[g][1] for g in groups) / sum(STAFF[g][0] for g in groups)

    british, white = {"white_british"}, {"white_british", "other_white"}
    told = set(STAFF) - {"not_recorded"}
    assert (round(mean(told - british), 4), round(mean(white), 4), round(mean(told - white), 4)) == (15.5012, 16.9759, 15.4571)


@pytest.mark.parametrize("kpi", ["PG07", "PG08", "PG15", "PG16"])
def test_each_gap_names_both_of_its_groups_wherever_its_title_stands(configuration: Configuration, kpi: str) -> None:
    title = configuration.kpis[kpi].title
    assert ("all White groups and all other ethnic groups" in title) != ("White British and all other ethnic groups" in title)
    other = {"PG07": "PG15", "PG15": "PG07", "PG08": "PG16", "PG16": "PG08"}[kpi]
    assert any(other in note for note in configuration.kpis[kpi].notes)


def test_both_groupings_put_every_ethnic_group_in_one_group(configuration: Configuration) -> None:
    finest = configuration.dimensions["ethnicity_19"]
    for grouping in ("ethnicity_2", "wb_vs_all_other"):
        held = [configuration.members(grouping, finest.id, c) for c in configuration.dimensions[grouping].ids]
        assert Counter(category for group in held for category in group) == Counter(finest.ids)
    white, british = (
        configuration.members(*g) for g in (("ethnicity_2", finest.id, "white"), ("wb_vs_all_other", finest.id, "white_british"))
    )
    assert white - british == {"irish", "gypsy_or_irish_traveller", "roma", "other_white"}


WB = Dimension(
    id="wb",
    title="Ethnic group (White British, all other groups)",
    sensitive=True,
    groups_of="ethnicity",
    categories=(
        Category(id="all_other", label="All other", holds="all_others"),
        Category(id="british", label="White British", holds=("white_british",)),
        Category(id="not_known", label="Not known", holds=("not_known",), known=False),
    ),
)
BY_ONE, BY_THE_OTHER = ("PG15", "PG16"), ("PG07", "PG08")


def published(white_minorities: int) -> pd.DataFrame:
    """What leadership is shown of 150 White British people, 100 of other ethnic groups, and so many of White minorities."""
    dimensions = (f.ETHNICITY_5, f.ETHNICITY, WB)
    kinds = ("pay_gap_median", "pay_gap_mean")
    minority, white = {"ethnicity_5": ["asian", "black"]}, {"ethnicity_5": ["white"]}
    kpis = [f.a_pay_gap({"wb": ["all_other"]}, {"wb": ["british"]}, kind=k, id=id) for id, k in zip(BY_ONE, kinds, strict=True)]
    kpis += [f.a_pay_gap(minority, white, kind=k, id=id) for id, k in zip(BY_THE_OTHER, kinds, strict=True)]
    configuration = f.a_configuration(*kpis, units=f.UNITS[:1], dimensions=dimensions, dataset=f.a_dataset(dimensions=dimensions[:2]))
    people = ["white_british"] * 150 + ["indian"] * 60 + ["african"] * 40 + ["white_other"] * white_minorities
    rng, at = np.random.default_rng(20260331), {"as_at": f.DAY, "unit": "council", "counts_once": True}
    rows = pd.DataFrame({"ethnicity": people, "pay": rng.integers(1000, 4000, len(people)) / 100})
    rows = rows.assign(**at, row_number=range(len(rows)), person_id=[str(n) for n in range(len(rows))])
    with open_source("duckdb://", read_only=False) as source:
        with source.begin():
            prepare_tables(source, configuration, "hr")
            source.insert(dataset_table(configuration, "hr"), rows)
            write_snapshot(source, Snapshot("hr", f.DAY, len(rows), len(rows), 0, datetime(2026, 4, 1), (), "", ""))
        (counts,) = fetch_counts(source, configuration, "hr", [f.DAY], FinancialYear())
    figures = make_part(configuration, Part(counts))["leadership"].figures
    return figures.query("breakdown == '' and group == ''").set_index("kpi")


@pytest.mark.parametrize("few", [2, 4])
def test_few_people_between_the_two_definitions_are_not_told_by_subtracting(few: int) -> None:
    """White people less White British people are White minorities: where they are one to four, no two numbers stand that give them away."""
    shown = published(few)
    assert shown["value"].isna().all()
    assert shown.loc[[*BY_ONE], "denominator"].isna().all() or shown.loc[[*BY_THE_OTHER], "denominator"].isna().all()


def test_pay_of_fewer_than_ten_people_between_the_two_definitions_is_not_told_either() -> None:
    shown = published(6)
    assert shown["value"].notna().to_dict() == {"PG15": False, "PG16": False, "PG07": True, "PG08": True}
    assert shown.loc["PG16", "numerator"] - shown.loc["PG08", "numerator"] == 6


def test_both_gaps_stand_where_enough_people_are_between_them() -> None:
    assert published(12)["value"].notna().all()
