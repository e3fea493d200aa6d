"""Days that are missing, rows that no longer fit the definitions, and what comes back."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from metrics.errors import CountsError
from metrics.periods import FinancialYear
from metrics.query.fetch import fetch_counts
from metrics.sources.tables import dataset_table
from tests.support.factories import DAY, a_configuration, a_count, a_median, a_proportion
from tests.support.stored import a_source

YEAR = FinancialYear()
BEFORE = date(2025, 12, 31)


def test_a_day_without_rows_says_which_days_there_are() -> None:
    configuration = a_configuration(a_count())
    with a_source(configuration, [{"sex": "female"}]) as source, pytest.raises(CountsError) as refused:
        fetch_counts(source, configuration, "hr", [BEFORE, DAY], YEAR)
    assert str(refused.value).splitlines() == [
        "dataset 'hr' holds no rows as at 2025-12-31; days that are loaded: 2026-03-31.",
        "Load them with `equality ingest hr FILE --as-at DATE`, or leave the date out.",
    ]


def test_a_snapshot_that_was_noted_but_is_empty_is_refused() -> None:
    configuration = a_configuration(a_count())
    with a_source(configuration, [{"sex": "female"}]) as source:
        source.execute(dataset_table(configuration, "hr").delete())
        with pytest.raises(CountsError, match="no rows as at 2026-03-31"):
            fetch_counts(source, configuration, "hr", [DAY], YEAR)


@pytest.mark.parametrize(
    ("row", "name"), [({"unit": "abolished", "grade": "g1"}, "unit"), ({"sex": "f", "grade": "g1"}, "sex"), ({"grade": None}, "grade")]
)
def test_rows_that_the_definitions_no_longer_know_are_refused_without_their_value(row: dict[str, str], name: str) -> None:
    configuration = a_configuration(a_count(breakdowns=[["directorate", "sex"], ["grade"]]))
    with a_source(configuration, [row]) as source, pytest.raises(CountsError, match=f"does not know, in '{name}'") as refused:
        fetch_counts(source, configuration, "hr", [DAY], YEAR)
    assert "abolished" not in str(refused.value)
    assert len(refused.value.problems) == 1


def test_periods_come_in_order_each_with_its_own_people() -> None:
    configuration = a_configuration(a_count(period={"grain": "quarter"}), a_median(id="PG01", period={"grain": "year"}))
    rows = [{"as_at": BEFORE, "pay": 1.0}, {"as_at": DAY, "pay": 2.0}, {"as_at": DAY, "pay": 4.0}]
    with a_source(configuration, rows) as source:
        december, march = fetch_counts(source, configuration, "hr", [DAY, BEFORE], YEAR)
    assert (december.period.end, march.period.end) == (BEFORE, DAY)
    assert set(december.cells["kpi"]) == {"WR01"}
    assert len(december.statistics) == 0
    assert march.statistics["median"].tolist() == [3.0]


def test_the_same_rows_in_another_order_give_the_same_counts() -> None:
    kpi = a_proportion({"disability": ["disabled"]}, {"disability": "known"}, breakdowns=[["directorate", "sex"]])
    configuration = a_configuration(kpi)
    rows = [
        {"unit": u, "disability": d, "sex": s}
        for u in ("housing", "people")
        for d in ("disabled", "not_disabled")
        for s in ("male", "female")
    ]
    found = []
    for order in (rows, rows[::-1]):
        with a_source(configuration, order) as source:
            found += fetch_counts(source, configuration, "hr", [DAY], YEAR)
    assert found[0].regions == found[1].regions
    assert np.array_equal(found[0].values, found[1].values)
    assert all(a.frame.equals(b.frame) for a, b in zip(found[0].tables, found[1].tables, strict=True))
