"""How the demo council's own staff stand on a day beyond their post: apprentices, acting up, seconded out, on a career break.

Nothing is drawn: a number and a day decide, so that somebody's standing lasts for a while and the rest of the council is untouched.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from metrics.demo.council import GRADES, SERVICES
from metrics.demo.pay import on_reduced_pay

ACTING_UP, SECONDED_OUT, CAREER_BREAK = 55, 130, 9
"""One in so many acts up, or is seconded out, in a half-year; and of those on reduced pay, one in so many is on a career break."""

REGULATORS = {
    **dict.fromkeys(
        ("assessment_and_support", "mental_health_social_work", "safeguarding_adults", "children_in_need", "fostering_and_adoption"),
        "Social Work England",
    ),
    "occupational_therapy": "Health and Care Professions Council",
}
"""Service to the regulator of its qualified staff."""
QUALIFIED = (3, 6)
"""Places in the list of grades: grades 4 to 7 are those of qualified social workers and therapists."""
REGULATOR_OF_SERVICE = np.array([REGULATORS.get(s.id, "") for s in SERVICES], dtype=object)


def half_year(day: date) -> int:
    return day.year * 2 + (day.month > 6)


def acting_up(staff: pd.DataFrame, day: date) -> np.ndarray:
    """Who is paid a grade above their own for now; `grade` is the one that is paid."""
    chosen = (staff["number"].to_numpy() * 6151 + half_year(day) * 3079) % ACTING_UP == 0
    grade = staff["grade"].to_numpy()
    return np.asarray(chosen & ~staff["casual"].to_numpy() & (grade > 1) & (grade < len(GRADES) - 1))


def own_grade(staff: pd.DataFrame, day: date) -> np.ndarray:
    return np.asarray(staff["grade"].to_numpy() - acting_up(staff, day))


def seconded_out(staff: pd.DataFrame, day: date) -> np.ndarray:
    chosen = (staff["number"].to_numpy() * 12289 + half_year(day) * 1543) % SECONDED_OUT == 0
    return np.asarray(chosen & ~staff["casual"].to_numpy() & (staff["grade"].to_numpy() >= 3))


def on_career_break(staff: pd.DataFrame, day: date) -> np.ndarray:
    """Some of those whose pay is reduced in March; a break lasts through the financial year."""
    march = date(day.year + (day.month > 3), 3, 31)
    return np.asarray(on_reduced_pay(staff, march) & (staff["number"].to_numpy() % CAREER_BREAK == 0) & ~staff["casual"].to_numpy())


def registered_with(staff: pd.DataFrame) -> np.ndarray:
    """The regulator of those whose post asks for registration; "" for everybody else."""
    regulator = REGULATOR_OF_SERVICE[staff["service"].to_numpy()]
    qualified = staff["grade"].between(*QUALIFIED).to_numpy() & ~staff["casual"].to_numpy()
    return np.asarray(np.where(qualified, regulator, ""), dtype=object)


def apprentice(staff: pd.DataFrame, day: date) -> np.ndarray:
    """Young starters in the lowest grades, for up to two years."""
    young = (staff["age"].to_numpy() < 26) & (day.toordinal() - staff["started"].to_numpy() < 730) & (staff["grade"].to_numpy() <= 1)
    return np.asarray(young & (staff["number"].to_numpy() % 5 < 3) & ~staff["casual"].to_numpy())
