"""Figures of several extracts of events: what each is made of, on every engine, against rows that are added up by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi
from metrics.periods import FinancialYear, Period
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.sources.derived import known_snapshots, purged_periods
from metrics.sources.engine import Source
from metrics.sources.snapshots import Snapshot, read_register, write_snapshot
from tests.support.engines import FreshStore
from tests.support.factories import UNITS, a_configuration, a_dataset, a_kpi, a_unit
from tests.support.stored import a_source

QUARTERS = [date(2024, 12, 31), date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31)]
WOMEN = (3, 5, 7, 11, 13, 17)
"""Women who applied in each quarter; men are one more each time. Powers of no number: every sum of some of them is another one."""


def a_rolling_kpi(window_months: int | None = 12, **more: Any) -> Kpi:
    measure = {"type": "proportion", "unit": "percent", "numerator": {"sex": ["female"]}, "denominator": {"sex": "known"}}
    return a_kpi("RC01", measure={**measure, "window_months": window_months}, period={"grain": "quarter", "kind": "during"}, **more)


def a_council(*kpis: Kpi, **more: Any) -> Configuration:
    events = {"grain": "event", "rows_are": "applications", "window_months": 3}
    return a_configuration(*(kpis or (a_rolling_kpi(),)), dataset=a_dataset().model_copy(update=events), **more)


def rows(quarters: list[date] = QUARTERS, unit: str = "housing") -> list[dict[str, Any]]:
    people = {"contract": "permanent", "grade": "g1", "ethnicity": "indian", "unit": unit}
    return [
        {**people, "as_at": day, "sex": sex}
        for day in quarters
        for sex, many in (("female", WOMEN[QUARTERS.index(day)]), ("male", WOMEN[QUARTERS.index(day)] + 1), ("not_known", 1))
        for _ in range(many)
    ]


def parts(counts: Counts, unit: str = "council") -> dict[str, int]:
    here = counts.cells[(counts.cells["unit"] == unit) & (counts.cells["breakdown"].isin(["", "directorate"]))]
    return {part: int(counts.values[region]) for part, region in zip(here["part"], here["region"], strict=True)}


@pytest.fixture
def source(fresh_store: FreshStore) -> Source:
    return a_source(a_council(), rows(), url=fresh_store())


def test_each_figure_is_of_the_four_quarters_that_end_on_its_day(source: Source) -> None:
    found = fetch_counts(source, a_council(), "hr", QUARTERS[3:], FinancialYear())
    assert [counts.period for counts in found] == [
        Period(start=date(2024, 10, 1), end=date(2025, 9, 30)),
        Period(start=date(2025, 1, 1), end=date(2025, 12, 31)),
        Period(start=date(2025, 4, 1), end=date(2026, 3, 31)),
    ]
    for last, counts in zip(range(4, 7), found, strict=True):
        women = sum(WOMEN[last - 4 : last])
        assert parts(counts) == {
            "numerator": women, "denominator": 2 * women + 4, "everyone": 2 * women + 8, "possible": women + 4,
        }  # fmt: skip


def test_a_figure_is_there_only_where_all_four_quarters_are_loaded(fresh_store: FreshStore) -> None:
    council = a_council()
    with a_source(council, rows(QUARTERS[:2] + QUARTERS[3:]), url=fresh_store()) as source:
        assert known_snapshots(source, council, "hr") == ()
    with a_source(council, rows(QUARTERS[1:]), url=fresh_store()) as source:
        assert [s.as_at for s in known_snapshots(source, council, "hr")] == QUARTERS[4:]
        assert [s.rows for s in known_snapshots(source, council, "hr")] == [2 * sum(WOMEN[1:5]) + 8, 2 * sum(WOMEN[2:]) + 8]


def test_an_extract_that_is_loaded_again_makes_every_window_with_it_another_one(source: Source) -> None:
    before = {s.as_at: s for s in known_snapshots(source, a_council(), "hr")}
    first = next(s for s in read_register(source, "hr") if s.as_at == QUARTERS[1])
    with source.begin():
        write_snapshot(source, Snapshot(**{**vars(first), "sha256": "other bytes"}))
    after = {s.as_at: s for s in known_snapshots(source, a_council(), "hr")}
    assert [day for day in before if before[day].sha256 != after[day].sha256] == QUARTERS[3:5]


def test_windows_with_a_purged_quarter_cannot_be_made_again(source: Source) -> None:
    first = next(s for s in read_register(source, "hr") if s.as_at == QUARTERS[1])
    with source.begin():
        write_snapshot(source, Snapshot(**{**vars(first), "purged_at": first.loaded_at}))
    assert sorted(purged_periods(source, a_council(), "hr")) == QUARTERS[1:5]
    assert [s.as_at for s in known_snapshots(source, a_council(), "hr")] == QUARTERS[5:]


def test_a_kpi_without_a_window_is_of_one_quarter(source: Source) -> None:
    found = fetch_counts(source, a_council(a_rolling_kpi(None)), "hr", QUARTERS, FinancialYear())
    assert [parts(counts)["numerator"] for counts in found] == list(WOMEN)


def test_a_unit_has_a_figure_where_it_stood_through_the_whole_window_with_the_same_people(fresh_store: FreshStore) -> None:
    """`homes` takes the place of `housing` on 1 July 2025; `people` stands all the time, and `chief` with it."""
    units = [u for u in UNITS if u.id in {"council", "people", "chief"}]
    units.append(a_unit("housing", "council", "directorate", valid_to=date(2025, 6, 30), successors=("homes",)))
    units.append(a_unit("homes", "council", "directorate", valid_from=date(2025, 7, 1)))
    council = a_council(a_rolling_kpi(breakdowns=[["directorate"]]), units=units)
    held = [*rows(QUARTERS[:3]), *rows(QUARTERS[3:], "homes"), *rows(unit="people")]
    with a_source(council, held, url=fresh_store()) as source:
        found = fetch_counts(source, council, "hr", QUARTERS[3:], FinancialYear())
    for counts in found:
        assert set(counts.cells["unit"]) == {"council", "people", "chief"}
    assert parts(found[0], "people")["numerator"] == sum(WOMEN[:4])
    assert parts(found[0])["numerator"] == 2 * sum(WOMEN[:4])
