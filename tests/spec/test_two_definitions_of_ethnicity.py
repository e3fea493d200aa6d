"""White British against everybody else, and all White groups against all others: one staff, two gaps, by definition alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import WorkedExample
from metrics.definitions.load import load_configuration
from metrics.pipeline.worked_example import work_out

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
