"""Since last year: a sentence that claims a movement only where chance alone cannot explain it."""

from __future__ import annotations

import math
from datetime import date
from typing import Literal

import pandas as pd

from metrics.periods import years_before
from metrics.report import KpiSummary
from metrics.statistics.goals import IDEALS, RATIOS
from metrics.wording.dates import Day, as_day, format_month
from metrics.wording.structure import describe_break
from metrics.wording.values import digits_for, format_change, format_value, is_missing

Direction = Literal["better", "worse", "neither"]


def ideal_of(kpi: KpiSummary) -> float | None:
    """For `closer_to_target`: the figure that could not be better. No gap for gaps, 1 for an index, else the final target."""
    if kpi.measure in IDEALS:
        return IDEALS[kpi.measure]
    return kpi.target[-1][1] if kpi.target else None


def off_ideal(kpi: KpiSummary) -> float:
    """How far the final target itself lies from what could not be better: 4 points of a gap that is to be 4%. 0 for ratios."""
    best = ideal_of(kpi)
    return 0.0 if best is None or kpi.measure in RATIOS or not kpi.target else abs(kpi.target[-1][1] - best)


def direction(row: pd.Series, kpi: KpiSummary) -> Direction:
    """Whether a true movement is for the better; contextual figures have no good or bad direction."""
    if row["movement"] not in {"up", "down"} or kpi.polarity == "contextual":
        return "neither"
    if kpi.polarity == "closer_to_target":
        goal = ideal_of(kpi)
        if goal is None:
            return "neither"
        before, now = (_distance(value, goal, kpi) for value in (row["value"] - row["change"], row["value"]))
        return "better" if now < before else "worse" if now > before else "neither"
    return "better" if (row["movement"] == "up") == (kpi.polarity == "higher") else "worse"


def _distance(value: float, goal: float, kpi: KpiSummary) -> float:
    """For ratios a factor: 2 and 0.5 are as far from 1."""
    if kpi.measure in RATIOS:
        return abs(math.log(value / goal)) if value > 0 else math.inf
    return abs(value - goal)


def describe_movement(row: pd.Series, kpi: KpiSummary, currency: str = "£", earlier: Day | None = None) -> str:
    """One sentence without a full stop; "" where the figure or the one before it is hidden.

    `earlier` is the day compared with, where it is known not to be a year before.
    """
    movement, when = str(row["movement"]), _when(row, earlier)
    if movement in {"first", "broken"}:
        return _first(row, kpi, earlier)
    if movement == "" or is_missing(row["change"]):
        return ""
    digits = digits_for(row, kpi.unit)
    moved = f"{format_change(row['change'], kpi.unit, currency, digits, full=kpi.measure == 'score')} {when}"  # a score has points, too
    if is_missing(row["change_lower"]):
        return moved
    if movement in {"up", "down"}:
        if moved.startswith("No change"):  # smaller than the figure's last digit
            moved = f"{format_change(row['change'], kpi.unit, currency, digits + 1)} {when}"
        return f"{moved}: truly moved"
    if _could_be_much(row) and not moved.startswith("No change"):
        return f"{moved}: could be chance"
    return f"No clear change {when}, was {format_value(row['value'] - row['change'], kpi.unit, currency, digits, bare=kpi.unit == 'ratio')}"


def _could_be_much(row: pd.Series) -> bool:
    """More than half of what would be needed to be sure."""
    reach = max(row["change_upper"] - row["change"], row["change"] - row["change_lower"])
    return bool(abs(row["change"]) > reach / 2)


def _when(row: pd.Series, earlier: Day | None) -> str:
    if earlier is None or as_day(earlier) == years_before(as_day(row["period_end"])):
        return "in a year"
    return f"since {format_month(earlier)}"


def _first(row: pd.Series, kpi: KpiSummary, earlier: Day | None) -> str:
    """Why there is nothing to compare with: a break since then (in the last fifteen months), or simply the first figure."""
    now = as_day(row["period_end"])
    since = as_day(earlier) if earlier is not None else (pd.Timestamp(now) - pd.DateOffset(months=15)).date()
    broken = [(day, reason) for day, reason in kpi.series_breaks if since < date.fromisoformat(day) <= now]
    with_what = "with last year" if earlier is None else f"with {format_month(earlier)}"
    if broken:
        return f"Not comparable {with_what}: {describe_break(*max(broken))}"
    return "First published figure" if row["movement"] == "first" else f"Not comparable {with_what}"
