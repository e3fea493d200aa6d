"""Rates over a population in words: how many among how many people, since when these are known, and two rates beside each other."""

from __future__ import annotations

from datetime import date
from math import log

import pandas as pd

from metrics.definitions.kpi import PER
from metrics.report import KpiSummary
from metrics.statistics.intervals import normal_quantile
from metrics.statistics.rates import rate_difference
from metrics.wording.dates import format_day
from metrics.wording.values import format_number, is_missing

OVER_POPULATION = ("population_rate", "rate_ratio")
PER_RATIO = PER["per_1000"]
"""The two rates of a ratio are said for so many people."""


def describe_population(note: str, kpi: KpiSummary | None = None) -> str:
    """ "Over 1,180,100 residents …": of the note of a figure, the day of the number of people that it is held against."""
    day = date.fromisoformat(note.partition(":")[2])
    whose = f" ({kpi.people_from})" if kpi is not None and kpi.people_from else ""
    return f"The number of people is that of {format_day(day)}, the newest published by the end of the period{whose}."


def describe_rate_base(row: pd.Series, kpi: KpiSummary) -> str:
    """ "460 hate crimes among 1,144,900 residents"; of a ratio also both rates and how far they are apart; "" where it is not shown."""
    n, of = row["numerator"], row["denominator"]
    if is_missing(n) or is_missing(of):
        return f"{format_number(of)} {kpi.of}" if not is_missing(of) else ""
    words = f"{format_number(n)} {kpi.rows_are} among {format_number(of)} {kpi.of}"
    return f"{words} ({apart})" if (apart := describe_two_rates(row, kpi)) else words


def describe_two_rates(row: pd.Series, kpi: KpiSummary) -> str:
    """ "9.2 for every 1,000, against 4.1: 5.1 more, likely 4.6 to 5.6": a ratio says nothing of how many people it is about.

    How many events the reference group had follows from the limits of the ratio, which are made of both numbers.
    """
    if kpi.measure != "rate_ratio" or any(is_missing(row[c]) for c in ("numerator", "denominator", "value", "upper", "reference_value")):
        return ""
    a, people, ratio, theirs = (float(row[c]) for c in ("numerator", "denominator", "value", "reference_value"))
    c = round(1 / ((log(float(row["upper"]) / ratio) / normal_quantile(0.95)) ** 2 - 1 / a))
    ours, other = (pd.Series([a]), pd.Series([people])), (pd.Series([float(c)]), pd.Series([c / theirs * PER_RATIO]))
    apart = rate_difference(*ours, *other, PER_RATIO).iloc[0]
    side = "more" if apart["value"] >= 0 else "fewer"
    low, high = sorted(abs(v) if apart["lower"] > 0 or apart["upper"] < 0 else v for v in (apart["lower"], apart["upper"]))
    said = f"{_rate(ratio * theirs)} for every {PER_RATIO:,}, against {_rate(theirs)}: {_rate(abs(apart['value']))} {side}"
    likely = (
        f"likely {_rate(low)} to {_rate(high)}" if low > 0 else f"which may be chance: {_rate(apart['lower'])} to {_rate(apart['upper'])}"
    )
    return f"{said}, {likely}"


def _rate(value: float) -> str:
    return format_number(value, 1 if abs(value) >= 1 else 2)
