"""Days, months and spans as they are read in Britain: "31 March 2026", the same in every locale."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from metrics.periods import years_before

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
Day = date | pd.Timestamp | str


def as_day(day: Day) -> date:
    """A date from whatever carries one: a date, a timestamp, or ISO text."""
    if isinstance(day, str):
        return date.fromisoformat(day[:10])
    return day.date() if isinstance(day, pd.Timestamp) else date(day.year, day.month, day.day)


def format_day(day: Day) -> str:
    """31 March 2026"""
    found = as_day(day)
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def format_month(day: Day) -> str:
    """March 2026"""
    found = as_day(day)
    return f"{MONTHS[found.month - 1]} {found.year}"


def format_when(end: Day, months: int = 0) -> str:
    """The day that a figure is of, or the months that it is about: "12 months to 31 March 2026"."""
    return f"{months} month{'' if months == 1 else 's'} to {format_day(end)}" if months else format_day(end)


def format_period(start: Day, end: Day) -> str:
    """One day as itself, twelve months as "year to 31 March 2026", any other span with both ends."""
    first, last = as_day(start), as_day(end)
    if first == last:
        return format_day(last)
    if first == years_before(last + timedelta(days=1)):
        return f"year to {format_day(last)}"
    return f"{format_day(first)} to {format_day(last)}"
