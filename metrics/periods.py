"""Financial years, quarters, months, snapshot days: all calendar arithmetic."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Grain(StrEnum):
    """How often a KPI is published. `snapshot` publishes every day for which data was loaded."""

    SNAPSHOT = "snapshot"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Kind(StrEnum):
    AS_AT = "as_at"
    DURING = "during"


@dataclass(frozen=True, order=True)
class Period:
    """A span of days, both ends inclusive. A snapshot is one day: `start == end`."""

    end: date
    start: date

    @classmethod
    def as_at(cls, day: date) -> Period:
        return cls(end=day, start=day)

    @property
    def is_day(self) -> bool:
        return self.start == self.end


@dataclass(frozen=True)
class FinancialYear:
    """A council's year. `first_month` 4 is the English local government year, 1 April to 31 March."""

    first_month: int = 4

    def month_of_year(self, day: date) -> int:
        """1 for the first month of the financial year, 12 for the last."""
        return (day.month - self.first_month) % 12 + 1

    def starts(self, day: date) -> date:
        """First day of the financial year that holds `day`."""
        year = day.year if day.month >= self.first_month else day.year - 1
        return date(year, self.first_month, 1)

    def label(self, day: date) -> str:
        """`2025/26`, or `2025` for a calendar year."""
        year = self.starts(day).year
        return str(year) if self.first_month == 1 else f"{year}/{(year + 1) % 100:02d}"

    def closes(self, day: date, grain: Grain) -> bool:
        """Whether a snapshot on `day` stands for a period of `grain`: it lies in the period's last month."""
        month = self.month_of_year(day)
        return {Grain.SNAPSHOT: True, Grain.MONTH: True, Grain.QUARTER: month % 3 == 0, Grain.YEAR: month == 12}[grain]

    def _bucket(self, day: date, grain: Grain) -> object:
        if grain is Grain.SNAPSHOT:
            return day
        month = self.month_of_year(day)
        step = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}[grain]
        return self.starts(day), (month - 1) // step

    def snapshots(self, days: Iterable[date], grain: Grain) -> tuple[date, ...]:
        """The snapshot that stands for each period: the latest one in the period's closing month.

        >>> FinancialYear().snapshots([date(2026, 3, 1), date(2026, 3, 31), date(2026, 6, 30)], Grain.YEAR)
        (datetime.date(2026, 3, 31),)
        """
        latest: dict[object, date] = {}
        for day in sorted(days):
            if self.closes(day, grain):
                latest[self._bucket(day, grain)] = day
        return tuple(sorted(latest.values()))


def end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def years_before(day: date, years: int = 1) -> date:
    """The same day some years earlier; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def months_before(day: date, months: int) -> date:
    """The same day some months earlier; a day that the month does not have becomes its last.

    >>> months_before(date(2026, 3, 31), 13)
    datetime.date(2025, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def window_start(day: date, months: int) -> date:
    """First day of a span of whole months that ends on a day.

    >>> window_start(date(2026, 3, 31), 12), window_start(date(2024, 2, 29), 12), window_start(date(2026, 3, 15), 12)
    (datetime.date(2025, 4, 1), datetime.date(2023, 3, 1), datetime.date(2025, 3, 16))
    """
    if day == end_of_month(day.year, day.month):  # whole calendar months
        before = months_before(day.replace(day=1), months - 1)
        return before.replace(day=1)
    return months_before(day, months) + timedelta(days=1)


def window_ends(day: date, step: int, months: int) -> tuple[date, ...]:
    """The last days of the spans of `step` months that make up the span of `months` up to a day, in order.

    >>> [end.isoformat() for end in window_ends(date(2026, 3, 31), 3, 12)]
    ['2025-06-30', '2025-09-30', '2025-12-31', '2026-03-31']
    """
    ends = [day]
    for _ in range(months // step - 1):
        ends.append(window_start(ends[-1], step) - timedelta(days=1))
    return tuple(reversed(ends))
