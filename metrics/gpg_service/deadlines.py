"""Days of the gender pay gap duty: snapshots, deadlines, who is late, and every way in which the service writes a date."""

from __future__ import annotations

import re
from datetime import date, datetime

FIRST_YEAR = 2017
NO_ENFORCEMENT = 2019
"""Snapshot year of which nobody is called late: enforcement was suspended."""
ONE_DEADLINE = (2020, datetime(2021, 10, 6))
"""Snapshot year in which both sectors had until 5 October 2021."""

_ISO = re.compile(
    r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?Z?)?"
)
_BRITISH = re.compile(
    r"(?P<day>\d{1,2})[-/](?P<month>\d{1,2})[-/](?P<year>\d{4})(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"
)
ACCEPTED = "2022/03/31 11:05:25, 2022-03-31T11:05:25 or 31/03/2022 11:05"


def read_moment(text: str) -> datetime | None:
    """A date with or without a time of day, year first or day first; None where it is none of these or no day of the calendar.

    >>> read_moment("2022/03/31 11:05:25"), read_moment("05/04/2022 09:30"), read_moment("2022-13-01")
    (datetime.datetime(2022, 3, 31, 11, 5, 25), datetime.datetime(2022, 4, 5, 9, 30), None)
    """
    found = _ISO.fullmatch(text) or _BRITISH.fullmatch(text)
    if found is None:
        return None
    parts = {name: int(value or 0) for name, value in found.groupdict().items()}
    try:
        return datetime(**parts)  # type: ignore[arg-type]
    except ValueError:
        return None


def snapshot_day(year: int, public: bool = True) -> date:
    """The day on which staff are counted: 31 March for public authorities, 5 April for others."""
    return date(year, 3, 31) if public else date(year, 4, 5)


def deadline(year: int, public: bool = True) -> datetime | None:
    """The first instant that is too late, as the service's `DueDate` has it; None for the year that was not enforced.

    >>> deadline(2021), deadline(2021, public=False), deadline(2020), deadline(2019)
    (datetime.datetime(2022, 3, 31, 0, 0), datetime.datetime(2022, 4, 5, 0, 0), datetime.datetime(2021, 10, 6, 0, 0), None)
    """
    if year == NO_ENFORCEMENT:
        return None
    if year == ONE_DEADLINE[0]:
        return ONE_DEADLINE[1]
    return datetime(year + 1, 3, 31) if public else datetime(year + 1, 4, 5)


def is_late(year: int, flag: bool | None, submitted: datetime | None, due: datetime | None) -> bool | None:
    """Whether an employer reported, or changed its report, after the deadline; None where that is not said of anybody.

    The service's own flag decides where there is one: it knows who had a duty at all. Else the two dates do.
    """
    if year == NO_ENFORCEMENT:
        return None
    if flag is not None:
        return flag
    return None if submitted is None or due is None else submitted >= due


def year_of_due(due: datetime) -> int:
    """The snapshot year of a `DueDate`: it is always in the year after."""
    return due.year - 1


def year_of_name(name: str) -> int | None:
    """The snapshot year in the service's own file names.

    >>> year_of_name("UK Gender Pay Gap Data - 2017 to 2018.csv.gz"), year_of_name("gpg-2021-22.csv"), year_of_name("staff.csv")
    (2017, 2021, None)
    """
    for found in re.finditer(r"(?<!\d)(20\d{2})(?:\s*to\s*|-|_)(20)?(\d{2})(?!\d)", name):
        first, second = int(found[1]), int(f"20{found[3]}")
        if second == first + 1:
            return first
    return None
