"""What a target takes in hiring: the group's share, the next milestone, and who leaves, all as published."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from metrics.report import Contents, KpiSummary, Report
from metrics.statistics.hires import required_range, required_share_of_hires
from metrics.statistics.intervals import wilson
from metrics.statistics.trajectory import path_value

Range = tuple[float, float]
YEAR = 365.25


@dataclass(frozen=True)
class Leaving:
    """Parts of a year's average staff who left, with their likely ranges; `others` missing where only everybody's is published."""

    day: date
    rate: float
    likely: Range
    others: float | None = None
    others_likely: Range | None = None


@dataclass(frozen=True)
class Hiring:
    """What the next milestone would take.

    Attributes
    ----------
    needed, likely : share of joiners; infinite where out of reach, minus infinite where nobody who joins need belong to the group
    last_year, last_day : the group's share among those who joined, where it is published
    rounded : made from rounded counts
    """

    target: float
    due: date
    share: float
    needed: float
    likely: Range
    leaving: Leaving
    last_year: float | None
    last_day: date | None
    rounded: bool


def related(contents: Contents, kpi: KpiSummary) -> tuple[str, ...]:
    """KPIs of the same population that say who left and who joined; none where the measure is not about the share of one group."""
    if kpi.measure != "proportion" or kpi.polarity != "higher" or not kpi.counted or kpi.movement or not kpi.target:
        return ()
    same = [k for k in contents.kpis.values() if k.population == kpi.population]
    return tuple(k.id for k in same if k.measure == "turnover" or k.movement == "joined")


def hiring(row: pd.Series, kpi: KpiSummary, movers: Report) -> Hiring | None:
    """None where it cannot be said: no share, no milestone ahead, another path than the whole council's, or no leaving rate.

    `row` : the latest figure of a unit; `movers` : the KPIs that `related` names, at the same unit
    """
    day, unit = row["period_end"].date(), str(row["unit"])
    ahead = next_milestone(row, kpi, day)
    leaving = _leaving(kpi, movers, unit)
    if ahead is None or leaving is None:
        return None
    due, target = ahead
    share, years = float(row["value"]), (due - day).days / YEAR
    likely = _known_range(float(row["lower"]), float(row["upper"]), share)
    needed = required_share_of_hires(share, target, leaving.rate, years, leaving.others)
    if math.isnan(needed):
        return None
    last_day, last_year, rounded = _joined(kpi, movers, unit)
    between = required_range(likely, target, leaving.likely, years, leaving.others_likely)
    return Hiring(target, due, share, needed, between, leaving, last_year, last_day, bool(row["rounded"]) or rounded)


def next_milestone(row: pd.Series, kpi: KpiSummary, day: date) -> tuple[date, float] | None:
    """The first milestone after the day that the share has not reached, where the unit's path is that of the whole council."""
    points = [(date.fromisoformat(at), value) for at, value in kpi.target]
    path = path_value(day, points)
    if pd.isna(row["value"]) or math.isnan(path) or not math.isclose(path, float(row["target"]), abs_tol=1e-9):
        return None
    return next(((at, value) for at, value in points if at > day and value > float(row["value"])), None)


def _leaving(kpi: KpiSummary, movers: Report, unit: str) -> Leaving | None:
    """The latest published year: of the group and of everybody else where both can be read, else of everybody."""
    for other in movers.contents.kpis.values():
        rows = movers.series(other.id, unit) if other.measure == "turnover" else movers.cells.head(0)
        if len(rows) and pd.notna(rows.iloc[-1]["value"]):
            last = rows.iloc[-1]
            day = last["period_end"].date()
            apart = _apart(kpi, movers, other.id, unit, day)
            whole = float(last["value"])
            return apart or Leaving(day, whole, _known_range(float(last["lower"]), float(last["upper"]), whole))
    return None


def _apart(kpi: KpiSummary, movers: Report, turnover: str, unit: str, day: date) -> Leaving | None:
    """Leavers of the group, and of everybody else who answered, each over their average staff."""
    for dimension, inside in kpi.counted:
        rows = movers.groups_at(turnover, unit, dimension, day) if dimension in movers.contents.dimensions else movers.cells.head(0)
        known = [f"{dimension}={c}" for c, _, is_known in movers.contents.dimensions[dimension].categories if is_known] if len(rows) else []
        if not known or not set(known) <= set(rows.index) or rows.loc[known, ["numerator", "denominator", "value"]].isna().to_numpy().any():
            continue
        ours = rows.loc[[f"{dimension}={c}" for c in inside]][["numerator", "denominator"]].sum()
        rest = rows.loc[known][["numerator", "denominator"]].sum() - ours
        if ours["denominator"] > 0 and rest["denominator"] > 0:
            (rate, likely), (others, others_likely) = (_rate(side) for side in (ours, rest))
            return Leaving(day, rate, likely, others, others_likely)
    return None


def _rate(side: pd.Series) -> tuple[float, Range]:
    n, of = pd.Series([float(side["numerator"])]), pd.Series([float(side["denominator"])])
    limits = wilson(n.clip(upper=of), of).iloc[0]
    return float((n / of).iloc[0]), (float(limits["lower"]), float(limits["upper"]))


def _joined(kpi: KpiSummary, movers: Report, unit: str) -> tuple[date | None, float | None, bool]:
    """The group's share of those who joined and answered, in the latest year: published as a share, or from published numbers."""
    joined = [k for k in movers.contents.kpis.values() if k.movement == "joined" and len(movers.series(k.id, unit))]
    for other in joined:
        last = movers.series(other.id, unit).iloc[-1]
        if other.measure == "proportion" and set(kpi.counted) & set(other.counted) and pd.notna(last["value"]):
            return last["period_end"].date(), float(last["value"]), bool(last["rounded"])
    for other in joined:
        last = movers.series(other.id, unit).iloc[-1]
        found = _share_of_counts(kpi, movers, other, unit, last["period_end"].date()) if other.measure == "count" else None
        if found is not None:
            return last["period_end"].date(), found, bool(last["rounded"])
    return None, None, False


def _share_of_counts(kpi: KpiSummary, movers: Report, counts: KpiSummary, unit: str, day: date) -> float | None:
    for dimension, inside in kpi.counted:
        if dimension not in movers.contents.dimensions:
            continue
        rows = movers.groups_at(counts.id, unit, dimension, day)
        known = [f"{dimension}={c}" for c, _, is_known in movers.contents.dimensions[dimension].categories if is_known]
        if set(known) <= set(rows.index) and rows.loc[known, "value"].notna().all() and rows.loc[known, "value"].sum() > 0:
            return float(rows.loc[[f"{dimension}={c}" for c in inside], "value"].sum() / rows.loc[known, "value"].sum())
    return None


def _known_range(lower: float, upper: float, value: float) -> Range:
    return (value, value) if math.isnan(lower) or math.isnan(upper) else (lower, upper)
