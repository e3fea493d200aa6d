"""Figures as they are printed: units, signs, ranges, and words where a figure may not stand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor
from typing import Any

import pandas as pd

from metrics.definitions.kpi import PER
from metrics.definitions.waterfall import WATERFALL
from metrics.report import KpiSummary, scale_of

MINUS = "\u2212"
NO_FIGURE = "–"
MARKER_WORDS = {"[c]": "Hidden", "[w]": "Withheld", "[x]": "Not available", "[z]": "Not applicable"}
MARKER_SENTENCES = {**MARKER_WORDS, "[c]": "Hidden to protect people"}
DIGITS = {
    "people": 0,
    "fte": 0,
    "percent": 1,
    "percentage_points": 1,
    "pounds": 2,
    "dollars": 2,
    "ratio": 2,
    **dict.fromkeys(PER, 1),
    "points": 1,
    "number": 0,
    "days": 0,
    "years": 1,
}
SHARES = frozenset({"percent", "percentage_points"})
PER_WORDS = {unit: f"for every {many:,}" for unit, many in PER.items()}
LARGE = 100
"""From so many people on, rounding to 5 moves a ratio by no more than its second digit."""
MONEY = frozenset({"pounds", "dollars"})
NUMBER_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def is_missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def format_number(value: Any, digits: int = 0) -> str:
    """10,984 or −0.6: thousands with commas, half away from zero, a true minus sign, never −0."""
    if is_missing(value):
        return NO_FIGURE
    exact = _half_up(float(value), digits)
    text = f"{abs(exact):,.{digits}f}"
    return f"{MINUS}{text}" if exact < 0 else text


def round_half_up(value: float, digits: int = 0) -> float:
    """The number as `format_number` prints it, never −0."""
    return float(_half_up(value, digits)) + 0.0


def _half_up(value: float, digits: int) -> Decimal:
    """From the shortest decimal that is the same number, so that 0.145 rounds as it is read."""
    return Decimal(repr(round(value, 10))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def format_value(value: Any, unit: str, currency: str = "£", digits: int | None = None, bare: bool = False) -> str:
    """A figure with its unit: 36.4%, 1.38 times, 5.5 percentage points, £16.48, 10,984 people, 12.3 for every 1,000.

    Parameters
    ----------
    value : as in the frame: shares and percentage points from 0 to 1
    digits : after the point; left out, as many as the unit usually has
    bare : without the words, for columns whose head names the unit: 1.38, 5.5, 10,984
    """
    if is_missing(value):
        return NO_FIGURE
    if steps := scale_of(unit):
        return format_step(float(value), steps)
    places = DIGITS[unit] if digits is None else digits
    number = format_number(float(value) * 100 if unit in SHARES else value, places)
    if unit in MONEY:
        sign, size = (MINUS, number[1:]) if number.startswith(MINUS) else ("", number)
        return f"{sign}{currency if unit == 'pounds' else '$'}{size}"
    if unit == "percent":
        return f"{number}%"
    if bare:
        return number
    if unit == "people":
        return f"{number} {'person' if number == '1' else 'people'}"
    if unit == "fte":
        return f"{number} FTE"
    if unit in PER:
        return f"{number} {PER_WORDS[unit]}"
    if unit in {"days", "years"}:
        return f"{number} {unit[:-1] if number in ('1', '1.0') else unit}"
    if unit == "number":
        return number
    if unit == "points":
        return f"{number} point{'' if number in ('1', '1.0') else 's'}"
    return f"{number} times" if unit == "ratio" else f"{number} percentage point{'' if number == '1' else 's'}"


def format_step(value: float, steps: Sequence[str]) -> str:
    """The word of a place on a scale; between two places both words, as a path may run from one to the other."""
    low, high = (min(max(int(side), 0), len(steps) - 1) for side in (floor(value + 1e-9), ceil(value - 1e-9)))
    return steps[low] if low == high else f"between {steps[low]} and {steps[high]}"


def format_points(given: Any, most: Any) -> str:
    """ "86 of 150 points", "28.5 of 60 points": of a score."""
    digits = 0 if all(abs(float(n) - round(float(n))) < 1e-6 for n in (given, most)) else 1
    return f"{format_number(given, digits)} of {format_number(most, digits)} points"


def format_range(lower: Any, upper: Any, unit: str, currency: str = "£", digits: int | None = None) -> str:
    """20.2% to 28.4%; the word for the unit stands once."""
    if is_missing(lower) or is_missing(upper):
        return NO_FIGURE
    return f"{format_value(lower, unit, currency, digits, bare=True)} to {format_value(upper, unit, currency, digits)}"


def format_amount(difference: Any, unit: str, currency: str = "£", digits: int | None = None, full: bool = False) -> str:
    """The size of a difference, without its sign: 1.4 points, £0.30, 120 people. `full`: percentage points."""
    if is_missing(difference):
        return NO_FIGURE
    size = abs(float(difference))
    if unit in SHARES:
        number = format_number(size * 100, DIGITS[unit] if digits is None else digits)
        return f"{number} {'percentage ' if full else ''}point{'' if number == '1' else 's'}"
    if scale_of(unit):
        number = format_number(size, 0 if abs(size - round(size)) < 1e-6 else 1)
        return f"{number} tier{'' if number == '1' else 's'}"
    return format_value(size, unit, currency, digits, bare=unit == "ratio")


def is_nothing(amount: str) -> bool:
    """Whether an amount in words rounds to nothing: 0.0 points, £0.00, 0.0 for every 1,000."""
    return not any(c in "123456789" for c in amount.partition(" ")[0])


def format_change(change: Any, unit: str, currency: str = "£", digits: int | None = None, full: bool = False) -> str:
    """Up 1.4 points, Down £0.30, or No change where it rounds to nothing. `full`: percentage points."""
    if is_missing(change):
        return NO_FIGURE
    amount = format_amount(change, unit, currency, digits, full)
    if is_nothing(amount):
        return "No change"
    return f"{'Up' if float(change) > 0 else 'Down'} {amount}"


def digits_for(row: pd.Series, unit: str) -> int:
    """Whole percentages, points and rates where they come from rounded counts: more digits would say more than is known.

    A ratio then has one digit less, unless its first number is large: 15 that may be 13 or 17 moves 1.40 to 1.2 or to 1.6.
    """
    if not bool(row["rounded"]):
        return DIGITS.get(unit, 0)
    if unit == "ratio":
        return DIGITS[unit] - int(not is_missing(row.get("numerator")) and row["numerator"] < LARGE)
    return 0 if unit in SHARES or unit in PER or unit == "points" else DIGITS.get(unit, 0)


def format_figure(row: pd.Series, kpi: KpiSummary, currency: str = "£", bare: bool = False) -> str:
    """The value of a row, or the word for why there is none."""
    if is_missing(row["value"]):
        if str(row.get("note", "")) == "not_entered":
            return "Not entered"
        return MARKER_WORDS.get(str(row["marker"]), NO_FIGURE)
    unit = "percent" if str(row.get("breakdown", "")) == WATERFALL else kpi.unit  # a step's value is a share of everybody
    words = format_value(row["value"], unit, currency, digits_for(row, unit), bare)
    if kpi.measure == "survey_proportion" and bool(row["rounded"]) and not bare:
        words = f"about {words}"  # the weighted number is rounded, too
    return f"{words} {kpi.of}" if kpi.of and unit in PER and not bare else words


def format_declared(share: float) -> str:
    """A declaration rate as a whole number in 100: never rounded up to 60, 80 or 100, where its meaning changes."""
    exact = float(share) * 100 + 1e-9
    whole = int(exact + 0.5)
    return format_number(whole - 1 if whole in (60, 80, 100) and exact < whole else whole)


def format_count_of(number: int) -> str:
    """Small numbers of things as words, as in running text: three, 12."""
    return NUMBER_WORDS[number] if 0 <= number < len(NUMBER_WORDS) else format_number(number)


def format_list(things: list[str], last: str = "and") -> str:
    """A, B and C"""
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} {last} {things[-1]}" if things else ""


def lower_first(text: str) -> str:
    """For use inside a sentence; abbreviations keep their capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
