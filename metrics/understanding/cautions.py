"""Where a headline would mislead by itself: its parts point the other way, or it is mostly about who is in which group.

Nothing is said unless it is sure: the headline must be more than chance, nine in ten people must be in groups that are shown, and the
claim must hold wherever in its rounding each figure lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from metrics.periods import years_before
from metrics.report import KpiSummary, Report
from metrics.statistics.decomposition import Against, directions
from metrics.understanding.parts import GAP_REACH, PartsOfWhole, change_parts, groupings, last_day, pay_gap_parts, rows_of

LEAST_KNOWN = 0.9
"""Below this share of people in groups shown, nobody can say how the parts stand."""


@dataclass(frozen=True)
class Caution:
    """What must be read beside a headline.

    Attributes
    ----------
    kind : "against" (most parts, with most people, point the other way), "composition" (mostly who is in which group)
    about : "gap", or "change" where the headline is that a share rose or fell
    parts : None where only directions can be told: medians, and differences of shares
    """

    kind: Literal["against", "composition"]
    about: Literal["gap", "change"]
    grouping: str
    whole: float
    against: Against
    parts: PartsOfWhole | None = None


def caution(report: Report, kpi: KpiSummary, unit: str) -> Caution | None:
    """The first thing that must be said beside a measure's latest figure at a unit; None where nothing must, or nobody can tell."""
    rows = report.series(kpi.id, unit)
    if rows.empty or pd.isna(rows.iloc[-1]["value"]):
        return None
    whole = rows.iloc[-1]
    day = whole["period_end"].date()
    found = (_of_grouping(report, kpi, unit, grouping, whole, day) for grouping in groupings(report, kpi, unit))
    return next((c for c in found if c is not None), None)


def _of_grouping(report: Report, kpi: KpiSummary, unit: str, grouping: str, whole: pd.Series, day: date) -> Caution | None:
    if last_day(report, kpi, unit, grouping) != day:
        return None
    if kpi.measure == "proportion":
        return _of_change(report, kpi, unit, grouping, whole, day)
    if kpi.measure not in ("pay_gap_mean", "pay_gap_median", "percentage_point_gap") or not _clear(whole):
        return None
    if kpi.measure == "pay_gap_mean":
        return _of_parts(pay_gap_parts(report, kpi, unit, grouping, day), "gap")
    return _of_directions(report, kpi, unit, grouping, whole, day)


def _clear(whole: pd.Series) -> bool:
    """More than chance: the likely range lies on one side of no gap."""
    return bool(whole["lower"] > 0 or whole["upper"] < 0)


def _of_parts(parts: PartsOfWhole, about: Literal["gap", "change"]) -> Caution | None:
    if parts.refused or parts.against is None or parts.against.people_known < LEAST_KNOWN:
        return None
    if parts.against.reversed:
        return Caution("against", about, parts.grouping, parts.whole, parts.against, parts)
    if parts.mostly_composition:
        return Caution("composition", about, parts.grouping, parts.whole, parts.against, parts)
    return None


def _of_directions(report: Report, kpi: KpiSummary, unit: str, grouping: str, whole: pd.Series, day: date) -> Caution | None:
    """Medians and differences of shares do not add up from groups, but their directions can be compared."""
    rows = rows_of(report, kpi, unit, grouping, day)
    if len(rows) < 2 or rows["value"].isna().all():
        return None
    of_pay = kpi.measure == "pay_gap_median"
    people, everybody = (r["numerator"] + r["denominator"] if of_pay else r["denominator"] for r in (rows, whole))
    level = GAP_REACH if of_pay else 0.0
    sure = rows["value"].where(of_pay | ~rows["rounded"].astype(bool))  # a difference of rounded shares may point either way
    if pd.isna(everybody) or not everybody > 0:
        return None
    found = directions(float(whole["value"]), sure, people, float(everybody), level)
    if found.people_known < LEAST_KNOWN or not found.reversed:
        return None
    return Caution("against", "gap", grouping, float(whole["value"]), found)


def _of_change(report: Report, kpi: KpiSummary, unit: str, grouping: str, whole: pd.Series, day: date) -> Caution | None:
    """Where a share truly rose or fell in a year."""
    if whole["movement"] not in ("up", "down"):
        return None
    return _of_parts(change_parts(report, kpi, unit, grouping, years_before(day), day), "change")
