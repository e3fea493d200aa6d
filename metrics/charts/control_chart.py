"""One KPI over time against its usual range: the time chart with the range behind it and marks on what is out of the ordinary."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from metrics.charts.frame import Heading, finish, plain, span_of, whole_number_ticks
from metrics.charts.palette import BAND, BAND_EDGE, OURS, SECONDARY, TEXT, VARIATION, WHITE
from metrics.charts.time_path import draw_time_path, over_time, path_marks, target_path, tick_words, years_of
from metrics.charts.titles import crop_line, place_name
from metrics.report import KpiSummary, Report
from metrics.statistics.usual_range import Reading, Stretch
from metrics.wording.dates import format_day, format_month
from metrics.wording.values import format_amount, format_figure, upper_first
from metrics.wording.variation import (
    describe_point,
    describe_signals,
    describe_variation,
    format_aim,
    format_usual,
    judge,
    shown_limits,
    since,
)

HALF = {"month": 15, "quarter": 45}
"""Days that the usual range reaches beyond its first and last figure."""


def draw_control_chart(report: Report, kpi_id: str, unit: str, height: int = 300) -> go.Figure:
    """The time chart, for series of which some stretch has a usual range; `report.usual_range` says whether."""
    kpi, found = report.kpi_at(kpi_id, unit), report.usual_range(kpi_id, unit)
    rows = over_time(report, kpi_id, unit)
    limits = [edge for s in found.stretches for edge in _limits(found, s, kpi)]
    around = (*(v for _, v in target_path(kpi, rows)), *limits)
    scale, below = _with_room(span_of(rows["value"], rows["lower"].tail(1), rows["upper"].tail(1), around=around), found)
    marks = path_marks(kpi)
    scale = (scale[0], scale[1] + 0.12 * (scale[1] - scale[0])) if marks else scale  # the target's words stay clear of those of a break
    figure = draw_time_path(report, kpi_id, unit, height, scale=scale, marks=marks)
    _draw_stretches(figure, found, kpi)
    _draw_signals(figure, found, kpi, rows, "value", report.provenance.currency)
    _name_range(figure, found, kpi, rows, "value", below, report.provenance.currency)
    return _with_words(figure, f"{describe_variation(report, kpi, unit, found)} {describe_signals(kpi, found)}".strip())


ROOM = 0.26
"""Of the scale: what the words beside the usual range take."""


def _with_room(scale: tuple[float, float], found: Reading) -> tuple[tuple[float, float], bool]:
    """The scale with room for words away from figures that leave the usual range, and whether that is below it."""
    low, high = scale
    room = (high - low) * ROOM
    last = found.latest
    below = last is None or last["side"] >= 0
    if below and low >= 0 > low - room:  # no scale of what cannot be negative starts below nought
        return (0.0, high + room - low), False
    return ((low - room, high) if below else (low, high + room)), below


def draw_distance(report: Report, kpi_id: str, unit: str, height: int = 220) -> go.Figure:
    """For KPIs of which closer to the target is better: how far each figure is from it, where less is better."""
    kpi, found = report.kpi_at(kpi_id, unit), report.usual_range(kpi_id, unit)
    currency, points = report.provenance.currency, found.points
    rows = over_time(report, kpi_id, unit)
    by_day = dict(zip(pd.to_datetime(points["day"]), points["charted"], strict=True))
    rows = rows.assign(charted=[by_day.get(day, np.nan) for day in rows["period_end"]])
    limits = [edge for s in found.stretches for edge in _limits(found, s, kpi)]
    within = () if kpi.within is None else (kpi.within,)
    (low, high), below = _with_room(span_of(rows["charted"], around=(0.0, *within, *limits)), found)
    figure = go.Figure()
    _draw_stretches(figure, found, kpi)
    if kpi.within is not None:
        figure.add_hline(y=kpi.within, line={"color": SECONDARY, "width": 1.6, "dash": "dash"})
    words = [f"{format_day(d)}: {format_amount(v, kpi.unit, currency)}" for d, v in zip(rows["period_end"], rows["charted"], strict=True)]
    figure.add_scatter(
        x=rows["period_end"],
        y=rows["charted"],
        mode="lines+markers",
        connectgaps=False,
        line={"color": OURS, "width": 2.7},
        marker={"color": OURS, "size": 4},
        text=words,
        hovertemplate="%{text}<extra></extra>",
    )
    _draw_signals(figure, found, kpi, rows, "charted", currency)
    _name_range(figure, found, kpi, rows, "charted", below, currency)
    ticks = whole_number_ticks(0.0, high)
    figure.update_yaxes(range=[min(low, 0.0), high], tickvals=ticks, ticktext=tick_words(ticks, kpi.unit, currency))
    figure.update_xaxes(**years_of(rows, []), showline=True, linecolor=TEXT, tickangle=0)
    return finish(figure, _distance_heading(report, kpi, unit, rows), report.provenance, height, sentence=describe_signals(kpi, found))


def _distance_heading(report: Report, kpi: KpiSummary, unit: str, rows: pd.DataFrame) -> Heading:
    held = rows[rows["status"].notna()]
    first, last = held["period_end"].iloc[0], held["period_end"].iloc[-1]
    aim = format_aim(kpi, report.provenance.currency)
    name = f"{kpi.short_title}: distance from {aim}"
    when = f"{format_month(first)} to {format_month(last)}"
    under = f"How far each figure is from {aim}, on either side: less is better. {upper_first(place_name(report, unit))}."
    return Heading(name, under, name, crop_line(report, kpi.population, unit, when))


def _limits(found: Reading, stretch: Stretch, kpi: KpiSummary) -> tuple[float, ...]:
    return () if stretch.limits is None else shown_limits(found.points.iloc[stretch.first], kpi)


def _draw_stretches(figure: go.Figure, found: Reading, kpi: KpiSummary) -> None:
    """A band between the limits, the average, and faint lines where "close to the edge" begins."""
    reach = timedelta(days=HALF.get(kpi.grain, 0))
    for stretch in (s for s in found.stretches if s.limits is not None):
        row = found.points.iloc[stretch.first]
        low, high = shown_limits(row, kpi)
        first, last = (day + sign * reach for day, sign in zip(_shown(found, stretch), (-1, 1), strict=True))
        figure.add_shape(type="rect", x0=first, x1=last, y0=low, y1=high, fillcolor=BAND, line={"width": 0}, layer="below")
        near = [v for v in (row["near_lower"], row["near_upper"]) if low < v < high]
        lines = [(low, 1.0, "solid"), (high, 1.0, "solid"), (row["mean"], 1.4, "solid"), *((v, 0.7, "dot") for v in near)]
        for y, width, dash in lines:
            line = {"color": BAND_EDGE, "width": width, "dash": dash}
            figure.add_shape(type="line", x0=first, x1=last, y0=y, y1=y, line=line, layer="below")


def _draw_signals(figure: go.Figure, found: Reading, kpi: KpiSummary, rows: pd.DataFrame, column: str, currency: str) -> None:
    """A mark on each figure out of the ordinary, by whether it is for the better: shape and colour here, words on it and in the table."""
    apart = found.points[(found.points["signal"] != "") & found.points["value"].notna()]
    figures = {row["period_end"].date(): row for _, row in rows.dropna(subset=["value"]).iterrows()}
    kinds = [judge(point, kpi).partition("_")[0] for _, point in apart.iterrows()]
    for kind in dict.fromkeys(kinds):
        colour, symbol = VARIATION[kind]
        mine = [point for (_, point), k in zip(apart.iterrows(), kinds, strict=True) if k == kind]
        figure.add_scatter(
            x=[pd.Timestamp(p["day"]) for p in mine],
            y=[p["value" if column == "value" else "charted"] for p in mine],
            mode="markers",
            marker={"symbol": symbol, "size": 10, "color": colour, "line": {"color": WHITE, "width": 1}},
            text=[f"{format_day(p['day'])}: {format_figure(figures[p['day']], kpi, currency)}. {describe_point(p, kpi)}" for p in mine],
            hovertemplate="%{text}<extra></extra>",
            name=kind,
        )


def _name_range(figure: go.Figure, found: Reading, kpi: KpiSummary, rows: pd.DataFrame, column: str, below: bool, currency: str) -> None:
    """The last usual range in words beside its band; where the last figure is out of the ordinary, that too, from the first one on."""
    stretch = next((s for s in reversed(found.stretches) if s.limits is not None), None)
    if stretch is None:
        return
    row, rounded = found.points.iloc[stretch.first], bool(rows["rounded"].fillna(False).any())
    edge = shown_limits(row, kpi)[0 if below else 1]
    words = plain(f"Usual range {format_usual(row, kpi, rounded, currency)}")
    style = {"yanchor": "top" if below else "bottom", "font": {"size": 12, "color": TEXT}}
    last = found.latest
    if last is None or last["signal"] == "":
        figure.add_annotation(x=_shown(found, stretch)[0], y=edge, text=words, showarrow=False, xanchor="left", **style)
        return
    day = since(found)
    first = found.points[found.points["day"] == day].iloc[0]
    figure.add_annotation(
        x=pd.Timestamp(day),
        y=first[column],
        text=f"<b>Out of the ordinary</b><br>since {format_month(day)}<br>{words}",
        showarrow=True,
        arrowhead=0,
        arrowwidth=1,
        arrowcolor=SECONDARY,
        standoff=6,
        ax=0,
        ay=edge,
        ayref="y",
        **style,
    )


def _shown(found: Reading, stretch: Stretch) -> tuple[date, date]:
    """First and last day of a stretch on which a figure is shown."""
    part = found.points.iloc[stretch.first : stretch.last + 1]
    days = part.loc[part["value"].notna(), "day"]
    return days.iloc[0], days.iloc[-1]


def _with_words(figure: go.Figure, words: str) -> go.Figure:
    meta = dict(figure.layout.meta)
    stamp = meta["alt"].rsplit(". ", 1)
    meta["sentence"] = f"{meta['sentence']} {words}".strip()
    meta["alt"] = f"{stamp[0]}. {words} {stamp[1]}" if len(stamp) == 2 else f"{meta['alt']} {words}"
    figure.update_layout(meta=meta)
    return figure
