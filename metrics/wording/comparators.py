"""Our own figure beside what other councils reported: where it stands, in words and numbers, from figures that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

import pandas as pd

from metrics.gpg_service.distribution import share_below
from metrics.report import ComparatorDay, Comparators, KpiSummary, Report, Spread
from metrics.wording.dates import as_day, format_day
from metrics.wording.values import digits_for, format_figure, format_list, format_number, format_value, is_missing

NOT_CHECKED = (
    "Each employer reports its own figures, and nobody checks them before they are published. "
    "A gap of nought is not proof that people are paid alike for the same work."
)
HOW_TO_IMPORT = (
    "Other councils’ figures have not been imported. Download the years from the gender pay gap service, then run "
    "`equality comparators gpg FILE…` and `equality refresh`."
)


@dataclass(frozen=True)
class Standing:
    """Our figure and theirs on one day.

    Attributes
    ----------
    day : that theirs are of
    ours : the row of our figure; None where none is shown
    same_day : False where ours is of another day, because there is none of theirs
    others : key, name and figure of each council that reported one, without ourselves
    """

    kpi: KpiSummary
    day: date
    ours: pd.Series | None
    same_day: bool
    others: tuple[tuple[str, str, float], ...]
    everyone: Spread | None
    public: Spread | None

    @property
    def values(self) -> list[float]:
        return [value for _, _, value in self.others]

    @property
    def middle(self) -> float:
        """The median of the councils' own figures: no council counts more than another."""
        return median(self.values)


def standing(report: Report, kpi_id: str) -> Standing | None:
    """The newest day that both have, else their newest day and our newest figure; None where there is nothing to set beside."""
    beside = report.contents.comparators
    days = [day for day in beside.kpis.get(kpi_id, ()) if len(others_on(beside, day)) > 1] if beside else []
    if beside is None or not days:
        return None
    rows = report.series(kpi_id, report.contents.root.id)
    shown = rows[rows["value"].notna()]
    ours = {as_day(row["period_end"]).isoformat(): row for _, row in shown.iterrows()}
    shared = [day for day in days if day.day in ours]
    chosen = (shared or days)[-1]
    row = ours[chosen.day] if shared else shown.iloc[-1] if len(shown) else None
    return Standing(
        kpi=report.contents.kpis[kpi_id],
        day=date.fromisoformat(chosen.day),
        ours=row,
        same_day=bool(shared),
        others=others_on(beside, chosen),
        everyone=chosen.everyone,
        public=chosen.public,
    )


def others_on(beside: Comparators, day: ComparatorDay) -> tuple[tuple[str, str, float], ...]:
    """Every other council's figure on a day, in the order of their names."""
    pairs = zip(beside.employers, day.values, strict=True)
    return tuple((key, name, value) for (key, name), value in pairs if value is not None and key != beside.ours)


def describe_standing(found: Standing) -> str:
    """ "On 31 March 2022 our gap was 3.1%. The median of 318 councils’ medians was 2.9%; 156 of them reported a lower gap." """
    middle = f"the median of {format_number(len(found.others))} other councils’ {plural(found.kpi)} was {shown(found, found.middle)}"
    theirs = f"On {format_day(found.day)} {middle}"
    if found.ours is None:
        return f"{theirs}. No figure of ours is shown, so it is not placed among them."
    about = "about " if bool(found.ours["rounded"]) else ""
    own = f"{about}{format_figure(found.ours, found.kpi)}"
    lower = sum(1 for value in found.values if round(value, 6) < round(float(found.ours["value"]), 6))
    placed = f"{about}{format_number(lower)} of them reported a lower gap than ours"
    if found.same_day:
        return f"On {format_day(found.day)} our gap was {own}; {middle}, and {placed}."
    return f"{theirs}. Our newest figure, {own} on {format_day(found.ours['period_end'])}, is of another day: {placed}."


def describe_country(found: Standing) -> str:
    """Where our figure would stand among all employers, and among public bodies."""
    if found.ours is None:
        return ""
    value = float(found.ours["value"])
    told = [
        f"{share_below(value, spread.percentiles)} in 100 of {who} that reported one ({format_number(spread.employers)})"
        for spread, who in ((found.everyone, "all employers"), (found.public, "public bodies"))
        if spread is not None
    ]
    return f"A lower gap than ours was reported by about {format_list(told)}." if told else ""


def plural(kpi: KpiSummary) -> str:
    """What each of the others reported: medians, or mean gaps."""
    return "medians" if kpi.measure.endswith("median") else "mean gaps"


def missing_days(days: Sequence[ComparatorDay]) -> list[str]:
    """Snapshot days between the first and the last that were not imported, as they are read."""
    held = {date.fromisoformat(day.day) for day in days}
    years = range(min(d.year for d in held), max(d.year for d in held)) if held else ()
    return [format_day(date(year, 3, 31)) for year in years if date(year, 3, 31) not in held]


def describe_missing(days: Sequence[ComparatorDay]) -> str:
    missing = missing_days(days)
    return f"Not imported, so the line is broken there: {format_list(missing)}." if missing else ""


def describe_origin(beside: Comparators) -> str:
    """Source, files and day of import, for the line under the charts."""
    last = format_day(beside.imported_on)
    return f"Source of other councils’ figures: {beside.source} Imported {last}, {len(beside.files)} years, SHA-256 {beside.sha256[:12]}."


def title_beside(found: Standing) -> str:
    """The finding: where ours stands against the middle of the councils."""
    name = found.kpi.short_title
    if found.ours is None or not found.same_day:
        return f"{name}: the median of councils is {shown(found, found.middle)}"
    ours, theirs = round(float(found.ours["value"]), 3), round(found.middle, 3)
    way = "the same as" if ours == theirs else "above" if ours > theirs else "below"
    return f"{name}: ours is {way} the median of other councils, {format_figure(found.ours, found.kpi)} and {shown(found, found.middle)}"


def shown(found: Standing, value: float) -> str:
    """One of their figures, with the decimal place that the service publishes."""
    return format_value(value, found.kpi.unit)


def named_on(found: Standing, beside: Comparators) -> list[tuple[str, float]]:
    """Name and figure of the councils that are named, in the order of their names."""
    return [(name, value) for key, name, value in found.others if key in beside.named]


def list_of_named(found: Standing, beside: Comparators) -> str:
    """The named councils' figures as a sentence, for people who cannot see the chart."""
    told = [f"{name} {shown(found, value)}" for name, value in named_on(found, beside)]
    return f"Named: {', '.join(told)}." if told else ""


def our_words(row: pd.Series | None, kpi: KpiSummary) -> str:
    """Our own figure in a table; a word where it is not shown."""
    if row is None or is_missing(row["value"]):
        return "Not shown" if row is None else format_figure(row, kpi)
    return format_value(row["value"], kpi.unit, digits=digits_for(row, kpi.unit))
