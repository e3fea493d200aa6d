"""Small charts for tiles and table cells, as SVG text: no script, no axis, words beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import escape

import pandas as pd

from metrics.charts.palette import COMPARED, OURS, RULE, SECONDARY, WHITE
from metrics.charts.time_path import target_path
from metrics.report import KpiSummary, check_issued

WIDE, TALL = 280, 78
LEFT, RIGHT, TOP, BOTTOM = 6.0, 12.0, 8.0, 22.0


def draw_sparkline(rows: pd.DataFrame, kpi: KpiSummary, words: str) -> str:
    """One unit's series with its target path. `rows`: one KPI and unit, oldest first; `words`: what it shows, for a screen reader.

    `kpi` as it stands for the unit (`Report.kpi_at`): the line stops at each break, and a dotted line marks it.
    """
    check_issued(rows)
    shown = rows.dropna(subset=["value"])
    if shown.empty:
        return ""
    path = [] if kpi.within is not None else target_path(kpi, rows)
    across, up = _scales(shown, path, kpi)
    parts = [f'<path d="M0 {TALL - BOTTOM + 2}H{WIDE}" stroke="{RULE}" stroke-width="1"/>']
    if kpi.within is not None and kpi.target:
        goal = kpi.target[-1][1]
        parts += [_line([(LEFT, up(goal)), (WIDE - RIGHT, up(goal))], SECONDARY, 1.4, "4 3")]
    if path:
        points = [(across(d), up(v)) for d, v in path]
        x, y = points[-1]
        parts += [
            _line(points, SECONDARY, 1.4, "4 3"),
            f'<path d="M{x:.1f} {y - 5:.1f}l5 5-5 5-5-5z" fill="{WHITE}" stroke="{SECONDARY}" stroke-width="1.4"/>',
        ]
    days = [date.fromisoformat(day) for day, _ in kpi.series_breaks]
    inside = [d for d in days if shown["period_end"].iloc[0].date() < d <= shown["period_end"].iloc[-1].date()]
    parts += [
        f'<path d="M{across(d):.1f} 2V{TALL - BOTTOM}" stroke="{SECONDARY}" stroke-width="1" stroke-dasharray="1 3"/>' for d in inside
    ]
    parts += [_line(part, OURS, 2.4) for part in _runs(rows, across, up, days)]
    last = shown.iloc[-1]
    x, y = across(last["period_end"].date()), up(float(last["value"]))
    parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.6" fill="{OURS}" stroke="{WHITE}" stroke-width="1"/>')
    parts.append(_years(shown, path, across))
    return f'<svg class="spark" viewBox="0 0 {WIDE} {TALL}" role="img" aria-label="{escape(words)}">{"".join(parts)}</svg>'


def draw_strip(now: float | None, before: float | None, council: float | None) -> str:
    """Where a unit stands beside the council and its own last year, each row on its own scale. Decorative: the table holds the numbers."""
    values = [float(v) for v in (now, before, council) if v is not None and pd.notna(v)]
    if now is None or pd.isna(now) or len(values) < 2:
        return ""
    low, high = min(values), max(values)
    middle, reach = (low + high) / 2, max((high - low) * 0.8, abs(high) * 0.1, 1e-9)

    def x(v: float) -> float:
        return float(70 + (v - middle) / reach * 58)

    parts = [f'<path d="M4 9H136" stroke="{RULE}" stroke-width="1.4"/>']
    if council is not None and pd.notna(council):
        parts.append(f'<path d="M{x(council):.1f} 1V17" stroke="{COMPARED}" stroke-width="3.2"/>')
    if before is not None and pd.notna(before):
        parts.append(
            f'<path d="M{x(before):.1f} 9H{x(now):.1f}" stroke="{OURS}" stroke-width="2"/>'
            f'<path d="M{x(before):.1f} 2.6l6.4 6.4-6.4 6.4-6.4-6.4z" fill="{WHITE}" stroke="{OURS}" stroke-width="1.5"/>'
        )
    parts.append(f'<circle cx="{x(now):.1f}" cy="9" r="4.8" fill="{OURS}"/>')
    return f'<svg width="140" height="18" viewBox="0 0 140 18" aria-hidden="true" focusable="false">{"".join(parts)}</svg>'


def _scales(
    shown: pd.DataFrame, path: list[tuple[date, float]], kpi: KpiSummary
) -> tuple[Callable[[date], float], Callable[[float], float]]:
    days = [d.toordinal() for d in shown["period_end"]] + [d.toordinal() for d, _ in path]
    values = (
        [float(v) for v in shown["value"]] + [v for _, v in path] + ([kpi.target[-1][1]] if kpi.within is not None and kpi.target else [])
    )
    first, last, low, high = min(days), max(days), min(values), max(values)
    span, height = max(last - first, 1), max(high - low, abs(high) * 0.02, 1e-9)

    def across(day: date) -> float:
        return float(LEFT + (day.toordinal() - first) / span * (WIDE - LEFT - RIGHT))

    def up(value: float) -> float:
        return float(TALL - BOTTOM - 4 - (value - low) / height * (TALL - BOTTOM - TOP - 4))

    return across, up


def _runs(
    rows: pd.DataFrame, across: Callable[[date], float], up: Callable[[float], float], breaks: list[date]
) -> list[list[tuple[float, float]]]:
    """Stretches without a gap: neither a hidden period nor a break is ever drawn across."""
    runs: list[list[tuple[float, float]]] = [[]]
    before = date.max
    for day, value in zip(rows["period_end"], rows["value"], strict=True):
        if any(before < at <= day.date() for at in breaks):
            runs.append([])
        before = day.date()
        if pd.isna(value):
            runs.append([])
        else:
            runs[-1].append((across(day.date()), up(float(value))))
    return [r for r in runs if len(r) > 1]


def _line(points: list[tuple[float, float]], colour: str, width: float, dash: str = "") -> str:
    d = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width}" vector-effect="non-scaling-stroke"'
        + (f' stroke-dasharray="{dash}"' if dash else "")
        + "/>"
    )


def _years(shown: pd.DataFrame, path: list[tuple[date, float]], across: Callable[[date], float]) -> str:
    first, now = shown["period_end"].iloc[0].date(), shown["period_end"].iloc[-1].date()
    marks = {first: "start", now: "middle"}
    if path and path[-1][0] > now:
        marks[path[-1][0]] = "end"
    else:
        marks[now] = "end"
    words = []
    taken = -100.0
    for day, anchor in sorted(marks.items()):
        x = across(day)
        if x - taken < 40:
            continue
        taken = x
        edge = WIDE - 2 if anchor == "end" else max(x, 2 if anchor == "start" else 16)
        words.append(f'<text x="{edge:.1f}" y="{TALL - 4}" text-anchor="{anchor}" font-size="13" fill="{SECONDARY}">{day.year}</text>')
    return "".join(words)
