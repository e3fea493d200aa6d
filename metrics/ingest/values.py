"""Cells of text to days, numbers and yes/no, strictly: a cell is understood in full or refused with the reason."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

Parser = Callable[[str], Any]
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?")
SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d{1,3}")
CURRENCIES = "£$€"
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})( \d{1,2}:\d{2}(:\d{2})?)?")
SHORT_YEAR = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WORDED = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})")
FIRST_YEAR, LAST_YEAR = 1900, 2100
SERIAL_ZERO = dt.date(1899, 12, 30)
"""Day 0 of a spreadsheet's day numbers, such that every day from 1 March 1900 comes out right."""
YES = frozenset({"yes", "y", "true", "t", "1"})
NO = frozenset({"no", "n", "false", "f", "0"})


class NotUnderstood(ValueError):
    """Why one cell is refused; its words stand in the rejects file."""


def parse_number(cell: str) -> float:
    """`1,234.50`, `£1,234`, `-3`; never a decimal comma, a percentage or words.

    >>> parse_number("£41,418.50")
    41418.5
    """
    bare = cell.replace("\u2212", "-")
    sign = ""
    if bare[:1] in "+-":
        sign, bare = bare[:1], bare[1:].lstrip()
    if bare[:1] in CURRENCIES:
        bare = bare[1:].lstrip()
    written = sign + bare if bare[:1] not in "+-" or not sign else ""
    if not any(c.isdigit() for c in written) or not written.isascii() or not (NUMBER.fullmatch(written) or SCIENTIFIC.fullmatch(written)):
        if cell.endswith("%"):
            raise NotUnderstood("a percentage; where the column holds percentages, say so: percentages: out_of_100")
        raise NotUnderstood("not a number; accepted: 1234.5, 1,234.50, £1,234")
    value = float(written.replace(",", ""))
    if not math.isfinite(value):
        raise NotUnderstood("the number is too large")
    return value


def parse_percentage(out_of: Literal["out_of_100", "out_of_1"]) -> Parser:
    """`12.5%`, and without the sign 12.5 or, out of 1, 0.125: always 12.5.

    >>> parse_percentage("out_of_100")("12.5%"), parse_percentage("out_of_1")("0.125")
    (12.5, 12.5)
    """

    def parse(cell: str) -> float:
        if cell.endswith("%"):
            return parse_number(cell[:-1].rstrip())
        value = parse_number(cell)
        return float(Decimal(repr(value)) * 100) if out_of == "out_of_1" else value

    return parse


def parse_whole(cell: str) -> int:
    value = parse_number(cell)
    if not value.is_integer() or abs(value) > 2**53:
        raise NotUnderstood("not a whole number")
    return int(value)


def parse_yes_no(cell: str) -> bool:
    folded = cell.casefold()
    if folded in YES or folded in NO:
        return folded in YES
    raise NotUnderstood("neither yes nor no; accepted: yes/no, y/n, true/false, 1/0")


def date_parser(date_format: str | None, real_dates: bool, day_numbers: bool | None = None) -> Parser:
    """How days are read: ISO or day/month/year, or only `date_format` if the definition gives one.

    Where the file knows days itself, they arrive in ISO and are dates too; in a workbook, day numbers are as well.
    """
    numbers = real_dates if day_numbers is None else day_numbers

    def parse(cell: str) -> dt.date:
        if real_dates and (found := ISO.fullmatch(cell)):
            return _day(*found.group(1, 2, 3))
        if date_format is not None:
            return _formatted(cell, date_format)
        return parse_date(cell, numbers)

    return parse


def parse_date(cell: str, day_numbers: bool = False) -> dt.date:
    """ISO, day/month/year or `31 March 2026`. Month/day/year is never assumed.

    >>> parse_date("31/03/2026")
    datetime.date(2026, 3, 31)
    """
    if found := ISO.fullmatch(cell):
        return _day(*found.group(1, 2, 3))
    if found := DAY_FIRST.fullmatch(cell):
        return _day(found[3], found[2], found[1])
    if (found := WORDED.fullmatch(cell)) and found[2][:3].casefold() in MONTHS:
        return _day(found[3], str(MONTHS.index(found[2][:3].casefold()) + 1), found[1])
    if day_numbers and re.fullmatch(r"\d{4,6}(\.\d+)?", cell):
        return _in_range(SERIAL_ZERO + dt.timedelta(days=int(float(cell))))
    if SHORT_YEAR.fullmatch(cell):
        raise NotUnderstood("the year has two digits; write it with four, or give date_format")
    if re.fullmatch(r"\d{5}(\.\d+)?", cell):
        raise NotUnderstood("looks like a spreadsheet's day number; format the column as a date, or hand in the workbook itself")
    raise NotUnderstood("not a date; accepted: 2026-03-31, 31/03/2026, 31 March 2026, or what date_format says")


def _formatted(cell: str, date_format: str) -> dt.date:
    try:
        return _in_range(dt.datetime.strptime(cell, date_format).date())
    except (ValueError, re.error) as error:
        if isinstance(error, NotUnderstood):
            raise
        raise NotUnderstood(f"not a date as date_format {date_format} says") from error


def _day(year: str, month: str, day: str) -> dt.date:
    try:
        return _in_range(dt.date(int(year), int(month), int(day)))
    except ValueError as error:
        if isinstance(error, NotUnderstood):
            raise
        raise NotUnderstood("there is no such day (read as day/month/year)") from error


def _in_range(day: dt.date) -> dt.date:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    raise NotUnderstood(f"the year is outside {FIRST_YEAR} to {LAST_YEAR}")


def seems_month_first(cells: list[str]) -> bool:
    """Some cells are dates only as month/day/year, and none only as day/month/year."""
    found = [month_evidence(cell) for cell in cells]
    return any(month for month, _ in found) and not any(day for _, day in found)


def month_evidence(cell: str) -> tuple[bool, bool]:
    """Whether a cell is a day only as month/day/year, and whether it may be one only as day/month/year."""
    found = DAY_FIRST.fullmatch(cell)
    first, second = (int(found[1]), int(found[2])) if found else (0, 0)
    return second > 12 >= first, first > 12


def parse_cells(cells: pd.Series, parse: Parser) -> tuple[list[Any], dict[str, str]]:
    """Every cell's value (None where blank or refused), and the reason for each distinct cell that is refused."""
    codes, distinct = pd.factorize(cells)
    values: list[Any] = []
    refused: dict[str, str] = {}
    for cell in distinct:
        try:
            values.append(parse(str(cell)))
        except NotUnderstood as reason:
            values.append(None)
            refused[str(cell)] = str(reason)
        except (ValueError, OverflowError):
            values.append(None)
            refused[str(cell)] = "not understood"
    return [values[code] if code >= 0 else None for code in codes], refused


def completed_years(day: dt.date, since: dt.date) -> int:
    """Whole years from one day to another: an age, or a length of service."""
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))
