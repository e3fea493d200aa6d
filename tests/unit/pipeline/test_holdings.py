"""What a release says of the data it was made from: roughly where exact would be a new way to a small number, and never a file's name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import pytest

from metrics.periods import FinancialYear
from metrics.pipeline.holdings import about, few, summarise_datasets, two_figures, waiting
from metrics.report import DatasetSummary
from metrics.sources.snapshots import Snapshot
from tests.support.factories import a_configuration, a_count, a_dataset

YEAR = FinancialYear()
QUARTERLY = a_count(period={"grain": "quarter"})
DECEMBER, MARCH = date(2025, 12, 31), date(2026, 3, 31)


def a_load(day: date, rows: int = 11_236, people: int = 10_984, rejected: int = 0) -> Snapshot:
    return Snapshot("hr", day, rows, people, rejected, datetime(2026, 4, 9, 8, 30), ("staff_with_a_name.csv",), "0", "0")


def summary(
    loads: Iterable[Snapshot],
    in_release: Iterable[date] = (),
    kept: Iterable[date] = (),
    before: DatasetSummary | None = None,
    grain: str = "post",
) -> DatasetSummary:
    configuration = a_configuration(QUARTERLY, dataset=replace_grain(grain))
    held = {"hr": tuple(loads)}
    stands = {"hr": frozenset(in_release)}
    return summarise_datasets(configuration, YEAR, held, stands, {"hr": frozenset(kept)}, {"hr": before} if before else {})["hr"]


def replace_grain(grain: str):  # type: ignore[no-untyped-def]
    return a_dataset().model_copy(update={"grain": grain, "person_id": "Employee No"})


def test_each_load_is_told_newest_first_and_without_its_files() -> None:
    found = summary([a_load(DECEMBER), a_load(MARCH, rejected=3)], [DECEMBER])
    assert [(load.day, load.published, load.refused) for load in found.loads] == [
        ("2026-03-31", False, "fewer than 5"),
        ("2025-12-31", True, "none"),
    ]
    assert "staff_with_a_name" not in repr(found)
    assert found.loads[0].loaded_on == "2026-04-09"


def test_rows_are_told_for_posts_only_and_only_where_they_say_nothing_of_people() -> None:
    assert summary([a_load(MARCH)]).loads[0].rows == 11_200
    assert summary([a_load(MARCH)], grain="person").loads[0].rows is None
    assert summary([a_load(MARCH, rows=1_049, people=1_046)]).loads[0].rows is None


@pytest.mark.parametrize("people", range(1000, 1101))
def test_rows_never_bound_people_closely(people: int) -> None:
    """Rows are at least as many as people: the most rows that a shown number stands for must leave room above them."""
    for rows in range(people, people + 60, 7):
        shown = about(rows, people)
        assert shown is None or shown + 49 - people >= 10


def test_refusals_and_sums_are_rough() -> None:
    assert [few(n) for n in (0, 1, 4, 5, 12, 13)] == ["none", "fewer than 5", "fewer than 5", "about 5", "about 10", "about 15"]
    for number in range(10_000, 12_000):
        shown = two_figures(number)
        assert shown is None or (shown % 1000 == 0 and abs(shown - number) <= 490)


def test_what_was_said_of_a_published_load_stands_when_its_rows_are_gone_or_loaded_again() -> None:
    before = summary([a_load(DECEMBER, rejected=2)], [DECEMBER])
    later = summary([a_load(DECEMBER, rejected=40), a_load(MARCH)], [DECEMBER, MARCH], [DECEMBER], before)
    assert [load.refused for load in later.loads] == ["none", "fewer than 5"]
    purged = summary([a_load(MARCH)], [DECEMBER, MARCH], [DECEMBER], before)
    assert [load.day for load in purged.loads] == ["2026-03-31", "2025-12-31"]
    assert (purged.days, purged.oldest) == (1, "2026-03-31")


def test_the_next_period_follows_the_grain_of_the_most_frequent_kpi() -> None:
    assert summary([a_load(MARCH)]).next_end == "2026-06-30"
    assert summary([a_load(date(2026, 2, 27))]).next_end == "2026-03-31"
    assert summary([a_load(date(2026, 3, 2))]).next_end == "2026-06-30"  # an extract of March closes the quarter
    assert summary([]).next_end is None


def test_a_kpi_without_a_figure_says_what_it_waits_for() -> None:
    configuration = a_configuration(QUARTERLY)
    assert waiting(configuration, {}, {})[0][2] == "No extract of “Staff” has been loaded."
    assert "No period of it has closed" in waiting(configuration, {}, {"hr": [a_load(DECEMBER)]})[0][2]
