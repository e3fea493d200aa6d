"""Beside other councils: our pay gap among those that others reported. Their figures are public, so every audience sees them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from statistics import median

import pandas as pd
import streamlit as st

from metrics.access.viewer import Viewer
from metrics.charts.comparators import draw_beside, draw_years
from metrics.report import ComparatorDay, Comparators, KpiSummary, Report
from metrics.wording.comparators import (
    HOW_TO_IMPORT,
    NOT_CHECKED,
    Standing,
    describe_country,
    describe_missing,
    describe_origin,
    describe_standing,
    others_on,
    our_words,
    shown,
    standing,
)
from metrics.wording.dates import as_day, format_day
from metrics.wording.values import format_number, format_value
from pages.shared import cards, downloads, notes
from pages.shared.markup import Column, Html, show, table, tag

HEADING = "Beside other councils"


def show_beside(viewer: Viewer, report: Report, kpi: KpiSummary, unit: str) -> None:
    """The whole section; nothing where others do not report this measure, or a part of the council is looked at."""
    beside = report.contents.comparators
    if beside is None or kpi.id not in beside.kpis or unit != report.contents.root.id:
        return
    found = standing(report, kpi.id)
    if found is None:
        if viewer.mode == "local" or viewer.administrator:
            notes.heading(HEADING, HOW_TO_IMPORT)
        return
    notes.heading(HEADING)
    show(tag("p", " ".join(filter(None, [describe_standing(found), describe_country(found)]))))
    left, right = st.columns(2, gap="large")
    with left:
        figure = draw_beside(report, found)
        cards.chart_heading(figure)
        cards.chart(figure, "beside-councils")
    with right:
        figure = draw_years(report, kpi.id)
        cards.chart_heading(figure)
        cards.chart(figure, "beside-over-years")
    show(_years_table(report, kpi, beside))
    _offer(report, kpi, unit)
    with st.expander(f"All {format_number(len(found.others))} councils on {format_day(found.day)}"):
        show(_everyone(found, kpi))
    said = [NOT_CHECKED, describe_missing(beside.kpis[kpi.id]), describe_origin(beside)]
    show(tag("p", " ".join(filter(None, said)), cls="eq-small"))


def _offer(report: Report, kpi: KpiSummary, unit: str) -> None:
    """Ours over the years and every council's, with the source of each."""
    ours = report.cells[(report.cells["kpi"] == kpi.id) & (report.cells["unit"] == unit) & (report.cells["group"] == "")]
    name = f"{kpi.id}-beside-other-councils"
    downloads.offer(replace(report, cells=ours), f"{kpi.short_title} {HEADING[:1].lower()}{HEADING[1:]}", name, "beside")


def _years_table(report: Report, kpi: KpiSummary, beside: Comparators) -> Html:
    """Ours, the median of all councils, and those that are named, a column for each day."""
    days = {
        date.fromisoformat(day.day): dict(zip((k for k, _ in beside.employers), day.values, strict=True)) for day in beside.kpis[kpi.id]
    }
    rows = report.series(kpi.id, report.contents.root.id)
    ours = {as_day(row["period_end"]): row for _, row in rows.iterrows()}
    newest = max([day for day in ours if pd.notna(ours[day]["value"])], default=None)
    columns = sorted({*days, *([newest] if newest else [])})
    middles = {date.fromisoformat(d.day): _middle(beside, d, kpi) for d in beside.kpis[kpi.id]}
    body: list[list[object]] = [
        ["Our figure", *(our_words(ours[day], kpi) if day in ours else "–" for day in columns)],
        ["Median of councils (how many)", *(middles.get(day, "–") for day in columns)],
    ]
    for key, name in beside.employers:
        if key in beside.named or key == beside.ours:
            label = f"{name} (as reported)" if key == beside.ours else name
            body.append([label, *(_theirs(days.get(day, {}).get(key), kpi) for day in columns)])
    heads = [Column("Council"), *(Column(format_day(day), True) for day in columns)]
    return table(f"{kpi.short_title}: numbers for these charts", heads, body, own=1)


def _middle(beside: Comparators, day: ComparatorDay, kpi: KpiSummary) -> str:
    values = [value for _, _, value in others_on(beside, day)]
    return f"{format_value(median(values), kpi.unit)} ({format_number(len(values))})" if values else "–"


def _theirs(value: float | None, kpi: KpiSummary) -> str:
    return "–" if value is None else format_value(value, kpi.unit)


def _everyone(found: Standing, kpi: KpiSummary) -> Html:
    heads = [Column("Council"), Column("Gap", True)]
    return table(
        f"{kpi.short_title}, {format_day(found.day)}, as each council reported it",
        heads,
        [[name, shown(found, value)] for _, name, value in found.others],
    )
