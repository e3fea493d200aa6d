"""One measure of one unit over time: the chart, what it says against its usual range, its numbers, and its files."""

from __future__ import annotations

import pandas as pd

from metrics.charts.control_chart import draw_control_chart, draw_distance
from metrics.charts.time_path import draw_time_path, target_path
from metrics.report import KpiSummary, Report, UnitSummary
from metrics.statistics.usual_range import Reading
from metrics.wording.variation import describe_assurance, describe_variation
from pages.shared import cards, downloads, notes, reports, tables
from pages.shared.markup import Html, show


def section(
    report: Report, kpi: KpiSummary, unit: UnitSummary, rows: pd.DataFrame, pinned: str | None, title: str = "Over time", level: int = 2
) -> None:
    """Everything under "Over time". `kpi` as it stands for the unit; `rows` its figures, oldest first. No title: the finding is one."""
    contents, found = report.contents, report.usual_range(kpi.id, unit.id)
    if rows["value"].notna().sum() == 1:
        notes.heading(title or kpi.short_title, notes.ONE_DATE, level)
    elif rows["value"].notna().any():
        _chart(report, kpi, unit, rows, found, title, level)
    else:
        notes.nothing_to_draw(rows, contents, unit, kpi, pinned)
    notes.over_years(report, unit, rows)
    notes.source(contents, kpi, more=cards.hidden_note(rows))
    tables.over_time(rows, kpi, contents.provenance.currency, found)
    downloads.offer(reports.part(report, rows), f"{kpi.title}, {unit.name}", f"{kpi.id}-over-time")


def _chart(report: Report, kpi: KpiSummary, unit: UnitSummary, rows: pd.DataFrame, found: Reading, title: str, level: int) -> None:
    ranged = any(s.limits is not None for s in found.stretches)
    drawn = ranged and not kpi.usual.by_distance
    figure = draw_control_chart(report, kpi.id, unit.id) if drawn else draw_time_path(report, kpi.id, unit.id)
    cards.chart_heading(figure, title, level)
    cards.chart(figure, f"over-time-{kpi.id}")
    show(_key(kpi, rows, found, drawn))
    for words in _said(report, kpi, unit, rows, found, drawn):
        show(notes.sentence(words))
    if ranged and not drawn:
        figure = draw_distance(report, kpi.id, unit.id)
        cards.chart_heading(figure, level=3)
        cards.chart(figure, f"distance-{kpi.id}")
        aim = [] if kpi.within is None else [("path", "Target: at most this far")]
        show(notes.key(*_marks(found, kpi), *aim))


def _said(report: Report, kpi: KpiSummary, unit: UnitSummary, rows: pd.DataFrame, found: Reading, drawn: bool) -> list[str]:
    """What the usual range says of the last figure, unless the chart's own sentence has it, and of the target; why there is none."""
    path = target_path(kpi, rows)
    aim = path[-1][1] if path else None
    latest = "" if drawn else describe_variation(report, kpi, unit.id, found)
    words = [latest, describe_assurance(kpi, found, aim, report.provenance.currency)]
    return [w for w in words if w]


def _key(kpi: KpiSummary, rows: pd.DataFrame, found: Reading, drawn: bool) -> Html:
    return notes.key(*notes.time_marks(kpi, rows), *(_marks(found, kpi) if drawn else []))


def _marks(found: Reading, kpi: KpiSummary) -> list[tuple[str, str]]:
    """The marks that stand in the chart, and no others."""
    return [("usual", "Usual range and its average"), *tables.signal_marks(found, kpi)]
