"""Pay of the demo council's staff: hourly pay in whole pence, and the payroll amounts that it was worked out of."""

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
FULL_TIME_MINUTES, MONTH_HUNDREDTHS = 37 * 60, 3044
"""Working time of a full-time week, and days of the law's month times a hundred."""
BY_FOUR_WEEKS = np.array([s.work in ("manual", "care") for s in SERVICES])
SHORT_OF_PEOPLE = np.array([s.work == "professional" for s in SERVICES])
"""Services that pay for recruitment and retention."""
MANUAL = np.array([s.work == "manual" for s in SERVICES])


def basic_pence(staff: pd.DataFrame, day: date) -> np.ndarray:
    """Basic pay an hour by grade and time in the grade; whole-number arithmetic only."""
    grade = staff["grade"].to_numpy()
    years = (day.toordinal() - staff["grade_since"].to_numpy()) // 365
    step = np.minimum(years + staff["ahead"].to_numpy(), STEPS)
    basic: np.ndarray = (
        (LOWEST[grade] + (HIGHEST[grade] - LOWEST[grade]) * step // STEPS + FLAT_AWARDS[day.year]) * AWARDS[day.year] // 1000
    )
    return basic


def hourly_pence(staff: pd.DataFrame, day: date) -> np.ndarray:
    """Basic pay with allowances."""
    grade, basic = staff["grade"].to_numpy(), basic_pence(staff, day)
    holds = staff["legacy"].to_numpy().astype(bool) & ~staff["woman"].to_numpy() & MANUAL[staff["service"].to_numpy()] & (grade <= 4)
    allowance = np.where(holds, TASK_ALLOWANCE[day.year], 0)
    pence: np.ndarray = basic + basic * (allowance + staff["extra"].to_numpy()) // 1000
    return pence


def salary_pounds(staff: pd.DataFrame, day: date) -> np.ndarray:
    """Pay of a year of full-time work with allowances, in whole pounds: 52.143 weeks of 37 hours, as the council's pay scales have it."""
    pounds: np.ndarray = (hourly_pence(staff, day) * 37 * 52_143 + 50_000) // 100_000
    return pounds


def weekly_minutes(staff: pd.DataFrame) -> np.ndarray:
    """Contractual working time a week: 37 hours for a full-time post."""
    minutes: np.ndarray = staff["fte"].to_numpy() * FULL_TIME_MINUTES // 100
    return minutes


def four_weekly(staff: pd.DataFrame) -> np.ndarray:
    """Manual and care workers are paid every four weeks, everybody else by the month."""
    by_service: np.ndarray = BY_FOUR_WEEKS[staff["service"].to_numpy()]
    return by_service


def period_pence(hourly: np.ndarray, staff: pd.DataFrame) -> np.ndarray:
    """What an hourly pay comes to in the pay period, to the nearest penny."""
    minutes = hourly * weekly_minutes(staff)
    whole = np.where(four_weekly(staff), minutes * 4 * 700, minutes * MONTH_HUNDREDTHS)  # days times 100, over 7 days and 60 minutes
    pence: np.ndarray = (2 * whole + 42_000) // 84_000
    return pence


def bonus_pence(staff: pd.DataFrame, day: date) -> np.ndarray:
    """A recruitment and retention payment of a year to some professional staff, more of the men and in higher grades; 0 for most."""
    grade, number = staff["grade"].to_numpy(), staff["number"].to_numpy()
    wanted = SHORT_OF_PEOPLE[staff["service"].to_numpy()] & (grade >= 3) & (grade < 8)
    share = np.where(staff["woman"].to_numpy(), 9, 12)  # in a hundred
    chosen = wanted & ((number * 4241 + day.year * 787) % 100 < share)
    pence: np.ndarray = np.where(chosen, 60_000 + 20_000 * (grade - 3) + 10_000 * (number % 4), 0)
    return pence


def overtime_pence(hourly: np.ndarray, staff: pd.DataFrame, day: date) -> np.ndarray:
    """One manual or care worker in six was paid for some hours of overtime, which are no part of hourly pay."""
    number = staff["number"].to_numpy()
    worked = four_weekly(staff) & ((number * 5087 + day.year * 331) % 6 == 0)
    pence: np.ndarray = np.where(worked, hourly * (4 + number % 9) * 3 // 2, 0)
    return pence


def on_reduced_pay(staff: pd.DataFrame, day: date) -> np.ndarray:
    """About one in twenty-five is away on reduced pay; who it is differs from year to year."""
    away: np.ndarray = (staff["number"].to_numpy() * 7919 + day.year * 104729) % 25 == 0
    return away
