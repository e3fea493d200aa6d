"""One KPI over time: the published line, the target path, and the likely range of the last figure."""

from __future__ import annotations

import textwrap
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from metrics.charts.frame import Heading, finish, more_room_above, plain, span_of, whole_number_ticks
from metrics.charts.palette import OURS, SECONDARY, TEXT, WHITE
from metrics.charts.titles import crop_line, short_over_time, subtitle, title_over_time
from metrics.report import Breaks, KpiSummary, Report, scale_of
from metrics.wording.dates import format_day, format_month
from metrics.wording.likelihood import is_ratio
from metrics.wording.movement import ideal_of, off_ideal
from metrics.wording.sentences import describe_people, describe_series
from metrics.wording.structure import breaks_between
from metrics.wording.values import digits_for, format_figure, format_number, format_range, format_value, lower_first

BREAK_WIDTH, BREAK_LINES = 28, 4
"""Letters a line, and lines, of the reason for a break: a phone has no room for more; all of it stands under the chart."""
LINE_OF_BREAK = 16
ROOM_FOR_TARGET = 0.1
"""More of the scale, so that the target's label stays below the reason for a break."""
NEAR_TARGET = 0.12
"""Of the scale: a last figure that is higher than the target by no more stands where the target's label would be."""


def draw_time_path(
    report: Report,
    kpi_id: str,
    unit: str,
    height: int = 300,
    scale: tuple[float, float] | None = None,
    lines: int = 0,
    marks: Breaks | None = None,
) -> go.Figure:
    """The line stops where a period is hidden or not held; it is never drawn across.

    `scale` fixes the span of values, for charts that are read side by side; `marks` are drawn instead of the breaks alone.
    """
    kpi = report.kpi_at(kpi_id, unit)
    rows = over_time(report, kpi_id, unit)
    path = target_path(kpi, rows)
    around = (*(v for _, v in path), *_band(kpi, path))
    low, high = scale or _steps_span(kpi) or span_of(rows["value"], rows["lower"].tail(1), rows["upper"].tail(1), around=around)
    figure = go.Figure()
    _draw_path(figure, kpi, path, report.provenance.currency, _is_just_above(rows, path, high - low))
    _draw_line(figure, kpi, rows, report.provenance.currency)
    _draw_last(figure, kpi, rows, report.provenance.currency)
    above = _draw_breaks(figure, kpi.series_breaks if marks is None else marks, rows, path)
    ticks = [float(step) for step in range(len(kpi.scale))] or whole_number_ticks(low, high)
    starts = f" The scale starts at {_scale_start(ticks[0], kpi.unit, report.provenance.currency)}." if ticks[0] else ""
    reasons = any(shape.type == "line" for shape in figure.layout.shapes)
    top = high + (high - low) * ROOM_FOR_TARGET if reasons and path and scale is None else high
    figure.update_yaxes(range=[min(low, ticks[0]), top], tickvals=ticks, ticktext=tick_words(ticks, kpi.unit, report.provenance.currency))
    years = years_of(rows, path)
    figure.update_xaxes(**years, showline=True, linecolor=TEXT, tickangle=0)
    if low < 0 < high and not kpi.scale:
        figure.add_hline(y=0, line={"color": TEXT, "width": 1})
    sentence = describe_series(rows[rows["status"].notna()], kpi, report.provenance.currency)
    told = f" Years mark {format_day(years['tickvals'][-1]).rsplit(' ', 1)[0]}." if years["tickvals"] else ""
    held = rows[rows["status"].notna()]
    first, last = held["period_end"].iloc[0], held["period_end"].iloc[-1]
    when = format_day(last) if first == last else f"{format_month(first)} to {format_month(last)}"
    heading = Heading(
        title_over_time(report, kpi, unit, rows),
        subtitle(report, kpi, unit) + told + starts,
        short_over_time(report, kpi, unit, rows),
        crop_line(report, kpi.population, unit, when, "" if kpi.measure == "count" else describe_people(held.iloc[-1], kpi)),
    )
    return more_room_above(finish(figure, heading, report.provenance, height, sentence=sentence, lines=lines), above)


def over_time(report: Report, kpi_id: str, unit: str) -> pd.DataFrame:
    """A row per period of the KPI, empty where nothing is held; an empty row splits the line where the series breaks."""
    rows = report.series(kpi_id, unit)
    every = [pd.Timestamp(d) for d in report.contents.periods.get(kpi_id, ())]
    wanted = [d for d in every if report.request.period_ends is None or d.date() in report.request.period_ends]
    rows = rows.set_index("period_end").reindex(wanted or rows["period_end"].tolist())
    broken = [pd.Timestamp(day) for day, _ in report.breaks(kpi_id, unit)]
    between = [at - timedelta(hours=12) for at in broken if rows.index.min() < at <= rows.index.max()]
    return rows.reindex(rows.index.union(between)).rename_axis("period_end").reset_index()


def target_path(kpi: KpiSummary, rows: pd.DataFrame) -> list[tuple[date, float]]:
    """The council's whole path where this unit follows it; else the unit's own path, as far as it is published."""
    own = rows.dropna(subset=["target"])
    if own.empty:
        return []
    points = [(date.fromisoformat(d), v) for d, v in kpi.target]
    last = own.iloc[-1]
    council = np.interp(last["period_end"].toordinal(), [d.toordinal() for d, _ in points], [v for _, v in points]) if points else None
    if council is not None and abs(council - last["target"]) < 1e-6:
        first = own.iloc[0]
        return points if kpi.has_baseline else sorted({(first["period_end"].date(), float(first["target"])), *points})
    return [(d.date(), float(v)) for d, v in zip(own["period_end"], own["target"], strict=True)]


def _scale_start(value: float, unit: str, currency: str) -> str:
    scaled = value if unit == "points" else value * 100
    whole = unit in ("percent", "percentage_points", "points") and abs(scaled - round(scaled)) < 1e-6
    return format_value(value, unit, currency, 0 if whole else None, bare=unit == "ratio")


def tick_words(ticks: list[float], unit: str, currency: str) -> list[str]:
    """The unit stands on the top tick only."""
    if steps := scale_of(unit):
        return [steps[int(t)] for t in ticks if 0 <= int(t) < len(steps)]
    if unit in ("percent", "percentage_points"):
        digits = 0 if all(abs(t * 100 - round(t * 100)) < 1e-6 for t in ticks) else 1
        words = [format_number(t * 100, digits) for t in ticks]
        return [*words[:-1], words[-1] + ("%" if unit == "percent" else "")]
    if unit == "people":
        return [format_number(t) for t in ticks]
    digits = 0 if all(abs(t - round(t)) < 1e-6 for t in ticks) else 1 if all(abs(t * 10 - round(t * 10)) < 1e-6 for t in ticks) else 2
    words = [format_number(t, digits) for t in ticks]
    return [*words[:-1], (currency if unit in ("pounds", "dollars") else "") + words[-1]]


def _steps_span(kpi: KpiSummary) -> tuple[float, float] | None:
    """All steps of an award's scale, with room for the words; None where a figure is a number."""
    return (-0.4, len(kpi.scale) - 0.6) if kpi.scale else None


def _band(kpi: KpiSummary, path: list[tuple[date, float]]) -> tuple[float, ...]:
    """The edges of what counts as reached, around the last milestone or what could not be better; none where the target is no band."""
    if kpi.within is None or not path:
        return ()
    goal = path[-1][1]
    if is_ratio(kpi):
        return goal / kpi.within, goal * kpi.within
    off = off_ideal(kpi)
    middle, reach = (ideal_of(kpi) or 0.0, off + kpi.within) if off > 0 else (goal, kpi.within)
    return middle - reach, middle + reach


def _is_just_above(rows: pd.DataFrame, path: list[tuple[date, float]], span: float) -> bool:
    shown = rows["value"].dropna()
    return bool(path) and not shown.empty and 0 <= float(shown.iloc[-1]) - path[-1][1] < NEAR_TARGET * span


def _draw_path(figure: go.Figure, kpi: KpiSummary, path: list[tuple[date, float]], currency: str, below: bool = False) -> None:
    """`below`: the last figure stands where the label of the target would be."""
    if not path:
        return
    if kpi.within is not None:
        least, most = _band(kpi, path)
        figure.add_hrect(
            y0=least,
            y1=most,
            fillcolor="#eceef0",
            line={"color": SECONDARY, "width": 1, "dash": "dash"},
            layer="below",
        )
        return
    whole = path == [(date.fromisoformat(d), v) for d, v in kpi.target] or not kpi.has_baseline
    marks = [0 if i == 0 or not whole else 10 for i in range(len(path))]
    figure.add_scatter(
        x=[d for d, _ in path],
        y=[v for _, v in path],
        mode="lines+markers",
        line={"color": SECONDARY, "width": 1.6, "dash": "dash"},
        marker={"symbol": "diamond", "size": marks, "color": WHITE, "line": {"color": SECONDARY, "width": 1.6}},
        hovertemplate="%{text}<extra></extra>",
        text=[f"Target path, {format_day(d)}: {format_value(v, kpi.unit, currency)}" for d, v in path],
    )
    if whole:
        day, value = path[-1]
        figure.add_annotation(
            x=day,
            y=value,
            text=f"<b>Target {_scale_start(value, kpi.unit, currency)}</b>",
            showarrow=False,
            xanchor="right",
            yanchor="top" if below else "bottom",
            yshift=-8 if below else 8,
            xshift=8,
            font={"size": 14, "color": TEXT},
            bgcolor="rgba(255,255,255,0.8)",
        )


def _draw_line(figure: go.Figure, kpi: KpiSummary, rows: pd.DataFrame, currency: str) -> None:
    figure.add_scatter(
        x=rows["period_end"],
        y=rows["value"],
        mode="lines+markers",
        connectgaps=False,
        line={"color": OURS, "width": 2.7, "shape": "hv" if kpi.scale else "linear"},
        marker={"color": OURS, "size": 6 if len(rows) <= 8 else 4},
        text=[f"{format_day(row['period_end'])}: {format_figure(row, kpi, currency)}" for _, row in rows.iterrows()],
        hovertemplate="%{text}<extra></extra>",
    )


def _draw_last(figure: go.Figure, kpi: KpiSummary, rows: pd.DataFrame, currency: str) -> None:
    shown = rows.dropna(subset=["value"])
    if shown.empty:
        return
    last = shown.iloc[-1]
    has_range = pd.notna(last["lower"]) and pd.notna(last["upper"])
    likely = format_range(last["lower"], last["upper"], kpi.unit, currency, digits_for(last, kpi.unit))
    figure.add_scatter(
        x=[last["period_end"]],
        y=[last["value"]],
        mode="markers",
        marker={"color": OURS, "size": 11, "line": {"color": WHITE, "width": 1.5}},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [last["upper"] - last["value"]],
            "arrayminus": [last["value"] - last["lower"]],
            "color": OURS,
            "thickness": 2,
            "width": 5,
        }
        if has_range
        else None,
        hovertemplate=f"Likely range {likely}<extra></extra>" if has_range else None,
        hoverinfo="skip" if not has_range else None,
    )
    figure.add_annotation(
        x=last["period_end"],
        y=last["value"],
        text=f"<b>{format_figure(last, kpi, currency, bare=True)}</b>",
        showarrow=False,
        **({"yanchor": "bottom", "yshift": 9} if kpi.scale else {"xanchor": "left", "xshift": 9}),  # a word is wider than a number
        font={"size": 18, "color": OURS},
        bgcolor="rgba(255,255,255,0.8)",
        borderpad=0,
    )


def path_marks(kpi: KpiSummary) -> Breaks:
    """Breaks of the series, and days on which its usual range was set anew. `kpi` as it stands for the unit."""
    anew = ((day, f"Usual range set anew: {lower_first(reason)}") for day, reason in kpi.rebases)
    return tuple(sorted((*kpi.series_breaks, *anew)))


def _draw_breaks(figure: go.Figure, marks: Breaks, rows: pd.DataFrame, path: list[tuple[date, float]]) -> int:
    """A dotted line at each break with its reason above the plot; the room that the words take, in pixels."""
    found = breaks_between(marks, rows["period_end"].min(), rows["period_end"].max())
    lines, most = 0, 1 if len(found) > 1 else BREAK_LINES
    axis = years_of(rows, path)["range"]
    for day, reason in found:
        at = pd.Timestamp(day)
        words = textwrap.wrap(reason, BREAK_WIDTH, max_lines=most, placeholder="…")
        place = (at - axis[0]) / (axis[1] - axis[0])
        side = "left" if place < 0.27 else "right" if place > 0.6 else "center"  # what fits beside the line on a phone
        figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", line={"color": SECONDARY, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=at,
            y=1,
            yref="paper",
            text="<br>".join(plain(line) for line in words),
            showarrow=False,
            xanchor=side,
            align=side,
            yanchor="bottom",
            font={"size": 12, "color": SECONDARY},
        )
        lines = max(lines, len(words))
    return LINE_OF_BREAK * max(0, lines - 1)


def years_of(rows: pd.DataFrame, path: list[tuple[date, float]]) -> dict[str, Any]:
    """Room to the right of the last point for its value; whole years as ticks, fewer where there are many."""
    first = rows["period_end"].min()
    last = max([rows["period_end"].max(), *(pd.Timestamp(d) for d, _ in path)])
    span = max((last - first).days, 300)
    latest = rows.dropna(subset=["value"])["period_end"].max()
    room = 0.06 if pd.isna(latest) or (last - latest).days > span * 0.3 else 0.34
    end = last + timedelta(days=int(span * room))
    anchor = rows["period_end"].max()
    at = [pd.Timestamp(y, anchor.month, 1) + pd.offsets.MonthEnd(0) for y in range(first.year, end.year + 1)]
    held = [d for d in at if first - timedelta(days=20) <= d <= last + timedelta(days=20)]
    step = 1 if len(held) <= 5 else 2 if len(held) <= 10 else 4  # a phone has room for five
    kept = [d for d in held if (d.year - anchor.year) % step == 0]
    return {
        "range": [first - timedelta(days=span * 0.03), end],
        "tickvals": kept,
        "ticktext": [str(d.year) for d in kept],
        "type": "date",
    }
