"""Hourly pay of the demo council's staff, in whole pence."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from metrics.demo.council import SERVICES

LOWEST = np.array([1010, 1085, 1210, 1440, 1720, 2050, 2440, 3050, 4200])
HIGHEST = np.array([1065, 1190, 1410, 1690, 2010, 2400, 2900, 3800, 6200])
"""Bottom and top of each grade on 31 March 2022, pence an hour."""
STEPS = 5
AWARDS = {2022: 1000, 2023: 1000, 2024: 1000, 2025: 1030, 2026: 1062}
"""Pay since 2022 after each award in per cent, in thousandths."""
FLAT_AWARDS = {2022: 0, 2023: 100, 2024: 200, 2025: 200, 2026: 200}
"""Pay since 2022 after each award of the same sum for everybody, pence an hour: it helps the lowest grades most."""
TASK_ALLOWANCE = {2022: 270, 2023: 215, 2024: 145, 2025: 75, 2026: 10}
"""An old allowance of manual work, paid mostly to men and phased out: thousandths of basic pay."""
MANUAL = np.array([s.work == "manual" for s in SERVICES])


def hourly_pence(staff: pd.DataFrame, day: date) -> np.ndarray:
    """Basic pay by grade and time in the grade, with allowances; whole-number arithmetic only."""
    grade = staff["grade"].to_numpy()
    years = (day.toordinal() - staff["grade_since"].to_numpy()) // 365
    step = np.minimum(years + staff["ahead"].to_numpy(), STEPS)
    basic = (LOWEST[grade] + (HIGHEST[grade] - LOWEST[grade]) * step // STEPS + FLAT_AWARDS[day.year]) * AWARDS[day.year] // 1000
    holds = staff["legacy"].to_numpy().astype(bool) & ~staff["woman"].to_numpy() & MANUAL[staff["service"].to_numpy()] & (grade <= 4)
    allowance = np.where(holds, TASK_ALLOWANCE[day.year], 0)
    pence: np.ndarray = basic + basic * (allowance + staff["extra"].to_numpy()) // 1000
    return pence


def on_reduced_pay(staff: pd.DataFrame, day: date) -> np.ndarray:
    """About one in twenty-five is away on reduced pay; who it is differs from year to year."""
    away: np.ndarray = (staff["number"].to_numpy() * 7919 + day.year * 104729) % 25 == 0
    return away
