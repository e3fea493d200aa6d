"""The demo council's list of mandatory equality training, month by month: a level, a new system that lost records, and then reminders.

Nothing is drawn: a person's number, the month and where they work decide, so that people keep their training and the rest is untouched.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from metrics.demo import labels
from metrics.demo.council import DIRECTORATES, SENIOR_FROM, SERVICES
from metrics.periods import end_of_month

FIRST, MONTHS = date(2023, 4, 30), 36
NEW_LEARNING_SYSTEM = date(2024, 10, 1)
"""From this day the list comes from another system, which does not hold courses taken before 2022."""
REMINDERS = date(2025, 10, 1)
"""From this day managers are told each month whose training runs out."""
BEFORE, AFTER = 0.790, 0.705
"""Share of people in date before the new system and with it."""
GAINED = 0.016
"""More in date with each month of reminders."""
UPS_AND_DOWNS = np.array([3, -7, 5, 9, -4, -10, 6, 2, -8, 11, -3, 7, -11, 4, 8, -5, 1, -9, 10, -6]) / 1000
"""What a month has more or less than its level; the council's, and shifted along for each directorate."""
BETTER_BY = {
    "adult_social_care": 0.03, "children_and_families": 0.045, "city_operations": -0.12, "city_housing": -0.01, "growth_and_place": 0.03,
    "corporate_resources": 0.08, "public_health": 0.10, "strategy_and_communities": 0.05,
}  # fmt: skip
OF_SERVICE = np.array([DIRECTORATES.index(s.directorate) for s in SERVICES])
STATES_OLD, STATES_NEW = ("Y", "Lapsed", "N"), ("In date", "Expired", "Not started")
VALID = 1096
"""Days for which a course counts."""


def _days() -> tuple[date, ...]:
    months = [FIRST.year * 12 + FIRST.month - 1 + i for i in range(MONTHS)]
    return tuple(end_of_month(m // 12, m % 12 + 1) for m in months)


LEARNING_DAYS = _days()


def learning_days(quarter_end: date) -> tuple[date, ...]:
    """Month ends of the quarter that ends on a day."""
    return tuple(d for d in LEARNING_DAYS if 0 <= (quarter_end.year - d.year) * 12 + quarter_end.month - d.month < 3)


def level(day: date) -> float:
    """Share of the whole council's people who are in date, before ups and downs."""
    if day < NEW_LEARNING_SYSTEM:
        return BEFORE
    reminded = (day.year - REMINDERS.year) * 12 + day.month - REMINDERS.month + 1
    return AFTER + GAINED * max(0, reminded)


def learning_rows(staff: pd.DataFrame, directorates: pd.Series, day: date) -> pd.DataFrame:
    """A row per person with a contract who had started by then; `staff` is that of the quarter's end, `directorates` theirs by name."""
    due = staff.assign(directorate=directorates.to_numpy())[~staff["casual"] & (staff["started"] <= day.toordinal())]
    due = due.reset_index(drop=True)
    state, chance = _states(due, day)
    names = np.array(STATES_OLD if day < NEW_LEARNING_SYSTEM else STATES_NEW, dtype=object)
    return pd.DataFrame(
        {
            "Employee No": "T" + (due["number"] + 100_000).astype(str),
            "Directorate": due["directorate"],
            "Grade": np.array(labels.GRADES, dtype=object)[due["grade"]],
            "Equality Training": names[state],
            "Completed On": _completed(day, state, chance),
        }
    )


def _states(due: pd.DataFrame, day: date) -> tuple[np.ndarray, np.ndarray]:
    """In date, run out, or never taken; and the number from 0 to 1 that decides it for good."""
    number = due["number"].to_numpy()
    chance = (number * 2_654_435_761 % 2**32) / 2**32
    directorate = OF_SERVICE[due["service"]]
    month = LEARNING_DAYS.index(day)
    noise = UPS_AND_DOWNS[month % 20] + UPS_AND_DOWNS[(month * 3 + np.arange(len(DIRECTORATES)) * 7) % 20]
    more = np.array([BETTER_BY[d] for d in DIRECTORATES]) + noise
    senior = np.where(due["grade"].to_numpy() >= SENIOR_FROM, 0.05, np.where(due["grade"].to_numpy() < 3, -0.02, 0.02))
    in_date = np.minimum(level(day) + more[directorate] + senior, 0.98)
    return np.where(chance < in_date, 0, np.where(chance < in_date + 0.7 * (1 - in_date), 1, 2)), chance


def _completed(day: date, state: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Day of the course in ISO; empty where there was none."""
    ago = np.where(state == 0, (chance * 97 % 1 * VALID).astype(int), VALID + 1 + (chance * 89 % 1 * 500).astype(int))
    days = np.datetime64(day, "D") - ago.astype("timedelta64[D]")
    return np.where(state == 2, "", np.datetime_as_string(days)).astype(object)
