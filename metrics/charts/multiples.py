"""Several KPIs of one kind as small charts on one scale, so that their sizes can be compared across charts."""

from __future__ import annotations

from collections.abc import Iterable

import plotly.graph_objects as go

from metrics.charts.frame import span_of
from metrics.charts.time_path import draw_time_path, over_time, target_path
from metrics.report import Report

LINES = 4
"""Two of title and two below it: every chart of a row has room for the longest."""


def shared_scale(report: Report, kpis: Iterable[str], unit: str) -> tuple[float, float]:
    """One span of values that holds every line, target and last likely range, and zero."""
    around, columns = [0.0], []
    for id in kpis:
        rows = over_time(report, id, unit)
        columns += [rows["value"], rows["lower"].tail(1), rows["upper"].tail(1)]
        around += [v for _, v in target_path(report.contents.kpis[id], rows)]
    return span_of(*columns, around=tuple(around))


def draw_multiple(report: Report, kpi_id: str, unit: str, scale: tuple[float, float]) -> go.Figure:
    """One of the small charts: one separate figure each, so that they stack on a phone."""
    return draw_time_path(report, kpi_id, unit, height=210, scale=scale, lines=LINES)


def draw_one_of(report: Report, kpi_id: str, kpis: Iterable[str], unit: str) -> go.Figure:
    """One of the small charts of `kpis`, on the scale of them all."""
    return draw_multiple(report, kpi_id, unit, shared_scale(report, kpis, unit))
