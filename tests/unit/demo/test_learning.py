"""The training list of the demo council: 36 months, a new system that lost records, and reminders that work."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from metrics.demo.council import STAFF_DAYS
from metrics.demo.learning import LEARNING_DAYS, NEW_LEARNING_SYSTEM, STATES_NEW, STATES_OLD, learning_days, learning_rows
from metrics.demo.people import Simulation
from metrics.statistics.usual_range import Usual, read_usual


@pytest.fixture(scope="module")
def lists() -> dict[date, pd.DataFrame]:
    found = {}
    for day, staff in Simulation().snapshots():
        for month in learning_days(day):
            found[month] = learning_rows(staff, staff["service"].astype(str), month)
    return found


def in_date(rows: pd.DataFrame) -> float:
    return float(rows["Equality Training"].isin([STATES_OLD[0], STATES_NEW[0]]).mean())


def test_there_are_36_month_ends_up_to_the_last_quarter(lists):
    assert list(lists) == list(LEARNING_DAYS)
    assert (len(LEARNING_DAYS), LEARNING_DAYS[0], LEARNING_DAYS[-1]) == (36, date(2023, 4, 30), STAFF_DAYS[-1])


def test_people_are_the_same_from_month_to_month_and_keep_their_training(lists):
    before, after = (lists[d].set_index("Employee No")["Equality Training"] for d in LEARNING_DAYS[-2:])
    both = before.index.intersection(after.index)
    assert len(both) > 0.97 * len(before)
    assert float((before[both] == after[both]).mean()) > 0.97


def test_nobody_is_on_the_list_twice_or_before_they_start(lists):
    assert all(rows["Employee No"].is_unique for rows in lists.values())
    day, staff = list(Simulation().snapshots())[-1]
    january = learning_days(day)[0]
    late = staff[~staff["casual"] & (staff["started"] > january.toordinal())]
    assert len(late) > 0
    assert not set("T" + (late["number"] + 100_000).astype(str)) & set(lists[january]["Employee No"])


def test_the_story_can_be_read_off_a_chart(lists):
    shares = [in_date(rows) for rows in lists.values()]
    found = read_usual(list(lists), shares, Usual("month", "higher"), [NEW_LEARNING_SYSTEM])
    first, second = found.stretches
    assert (first.shown, second.shown) == (18, 18)
    assert set(found.points["signal"].iloc[:18]) == {""}  # a level
    assert second.limits.upper < first.limits.lower  # the new system lost records
    assert list(found.points["side"].iloc[-5:]) == [1] * 5  # reminders
    assert found.latest["signal"] == "outside"
    assert np.mean(shares[-3:]) - second.limits.mean > 0.06
