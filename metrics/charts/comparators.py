"""Our own pay gap beside other councils': every council as a dot, those that are named on lines of their own, and the years behind."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from datetime import date
from statistics import median, quantiles

import pandas as pd
import plotly.graph_objects as go

from metrics.charts.frame import Heading, finish, more_room_above, plain, whole_number_ticks
from metrics.charts.groups import LABEL
from metrics.charts.palette import COMPARED, OURS, SECONDARY, TEXT, WHITE
from metrics.charts.time_path import tick_words
from metrics.charts.titles import crop_line
from metrics.report import ComparatorDay, Comparators, KpiSummary, Report
from metrics.wording.comparators import (
    Standing,
    describe_missing,
    list_of_named,
    named_on,
    others_on,
    shown,
    title_beside,
)
from metrics.wording.dates import format_day
from metrics.wording.values import format_figure, format_number, format_value

STRIP = 2.2
"""Height of the cloud of all councils, in lines of the chart."""
COLUMNS_OF_DOTS = 56
Middle = tuple[float | None, float | None, float | None]
"""Lower quartile, median, upper quartile; None where a year was not imported."""


def draw_beside(report: Report, found: Standing) -> go.Figure:
    """All councils as a cloud, then ourselves, then the councils that are named, in the order of their names."""
    beside = _beside(report)
    lines = [("Our figure", float(found.ours["value"]), True)] if found.ours is not None else []
    lines += [(name, value, False) for name, value in named_on(found, beside)]
    low, high = limits(found.values, [value for _, value, _ in lines])
    figure = go.Figure()
    inside = [(name, value) for _, name, value in found.others if low <= value <= high]
    _cloud(figure, found, inside, len(lines) - 1 + STRIP / 2 + 0.3, low, high)
    for place, (name, value, own) in enumerate(reversed(lines)):
        _line(figure, found, name, value, place, own)
    places = [*range(len(lines)), len(lines) - 1 + STRIP / 2 + 0.3]
    labels = [*(name for name, _, _ in reversed(lines)), f"All {format_number(len(found.others))} councils"]
    _axes(figure, found, places, labels, low, high, len(lines))
    beyond = len(found.others) - len(inside)
    left_out = f"{beyond} with gaps far from all others {'is' if beyond == 1 else 'are'} not drawn." if beyond else ""
    sentence = " ".join(filter(None, [list_of_named(found, beside), left_out]))
    heading = Heading(
        title_beside(found),
        f"Each dot is a council’s own figure. {format_day(found.day)}.",
        f"{found.kpi.short_title} beside other councils",
        crop_line(report, found.kpi.population, report.contents.root.id, format_day(found.day)),
    )
    finish(figure, heading, report.provenance, height=int(40 + 34 * (len(lines) + STRIP)), sentence=sentence, bottom=30)
    return more_room_above(figure, 22)


def _beside(report: Report) -> Comparators:
    beside = report.contents.comparators
    if beside is None:
        raise ValueError("this release holds no figures of other employers")
    return beside


def limits(values: list[float], named: list[float]) -> tuple[float, float]:
    """From the lowest to the highest hundredth of councils, and whoever is named: a few far ones would squeeze all others together."""
    ends = quantiles(values, n=100, method="inclusive")
    low, high = min(ends[0], *named, 0.0), max(ends[-1], *named, 0.0)
    room = (high - low or 0.01) * 0.05
    return low - room, high + room


def _cloud(figure: go.Figure, found: Standing, inside: list[tuple[str, float]], middle: float, low: float, high: float) -> None:
    """Dots of the same column are stacked about the middle line, in the order of their values: the same picture every time."""
    step = (high - low) / COLUMNS_OF_DOTS
    columns = [int((value - low) / step) for _, value in inside]
    tallest = max(Counter(columns).values(), default=1)
    apart = min(STRIP / max(tallest, 1), 0.22)
    seen: Counter[int] = Counter()
    total = Counter(columns)
    heights = []
    for column in columns:
        heights.append(middle + (seen[column] - (total[column] - 1) / 2) * apart)
        seen[column] += 1
    figure.add_scatter(
        x=[low + (column + 0.5) * step for column in columns],
        y=heights,
        mode="markers",
        marker={"size": 5, "color": SECONDARY, "opacity": 0.75},
        text=[f"{plain(name)}: {shown(found, value)}" for name, value in inside],
        hovertemplate="%{text}<extra></extra>",
    )


def _line(figure: go.Figure, found: Standing, name: str, value: float, place: int, own: bool) -> None:
    words = format_figure(found.ours, found.kpi) if own and found.ours is not None else shown(found, value)
    figure.add_scatter(
        x=[value],
        y=[place],
        mode="markers",
        marker={
            "size": 13 if own else 10,
            "symbol": "diamond" if own else "circle",
            "color": OURS if own else WHITE,
            "line": {"color": OURS if own else COMPARED, "width": 2},
        },
        text=[f"{plain(name)}: {words}"],
        hovertemplate="%{text}<extra></extra>",
    )
    figure.add_annotation(x=1, xref="paper", y=place, text=f"<b>{words}</b>" if own else words, showarrow=False, xanchor="left", xshift=8)


def _axes(figure: go.Figure, found: Standing, places: list[float], labels: list[str], low: float, high: float, lines: int) -> None:
    figure.add_vline(x=found.middle, line={"color": COMPARED, "width": 1.4, "dash": "dot"})
    share = (found.middle - low) / (high - low)
    figure.add_annotation(
        x=found.middle,
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="left" if share < 0.35 else "right" if share > 0.65 else "center",
        showarrow=False,
        text=f"Median of councils {shown(found, found.middle)}",
    )
    wrapped = ["<br>".join(plain(part) for part in textwrap.wrap(label, LABEL, max_lines=2, placeholder="…")) for label in labels]
    figure.update_yaxes(
        tickvals=places, ticktext=wrapped, range=[-0.7, lines + STRIP - 0.1], showgrid=False, tickfont={"color": TEXT, "size": 14}
    )
    ticks = [t for t in whole_number_ticks(low, high, 2) if low <= t <= high]
    figure.update_xaxes(range=[low, high], tickvals=ticks, ticktext=tick_words(ticks, found.kpi.unit, "£"), showgrid=True, tickangle=0)
    figure.update_layout(margin={"r": 64})


def draw_years(report: Report, kpi_id: str) -> go.Figure:
    """The councils' median and middle half in each year, and our own figure: a year that was not imported is a gap in the line."""
    beside, kpi = _beside(report), report.contents.kpis[kpi_id]
    days = [day for day in beside.kpis[kpi_id] if len(others_on(beside, day)) > 1]
    rows = report.series(kpi_id, report.contents.root.id)
    middles = {date.fromisoformat(d.day): _middle_half([v for _, _, v in others_on(beside, d)]) for d in days}
    every = [date(year, 3, 31) for year in range(min(middles).year, max(middles).year + 1)]
    figure = go.Figure()
    held = [middles.get(day, (None, None, None)) for day in every]
    figure.add_scatter(
        x=every,
        y=[middle for _, middle, _ in held],
        mode="lines+markers",
        connectgaps=False,
        line={"color": COMPARED, "width": 1.8, "dash": "dot"},
        marker={"color": WHITE, "size": 9, "line": {"color": COMPARED, "width": 2}},
        error_y=_whiskers(held),
        text=[_words(kpi, day, triple) for day, triple in zip(every, held, strict=True)],
        hovertemplate="%{text}<extra></extra>",
    )
    figure.add_scatter(
        x=rows["period_end"],
        y=rows["value"],
        mode="lines+markers",
        connectgaps=False,
        line={"color": OURS, "width": 2.7},
        marker={"color": OURS, "size": 8, "symbol": "diamond"},
        text=[f"Our figure, {format_day(row['period_end'])}: {format_figure(row, kpi)}" for _, row in rows.iterrows()],
        hovertemplate="%{text}<extra></extra>",
    )
    return _finished(figure, report, kpi, days, every, rows)


def _middle_half(values: list[float]) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile."""
    low, _, high = quantiles(values, n=4, method="inclusive")
    return low, median(values), high


def _whiskers(held: Sequence[Middle]) -> dict[str, object]:
    above = [None if high is None or middle is None else high - middle for _, middle, high in held]
    below = [None if low is None or middle is None else middle - low for low, middle, _ in held]
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below, "color": COMPARED, "thickness": 1.4, "width": 5}


def _words(kpi: KpiSummary, day: date, triple: Middle) -> str:
    low, middle, high = (format_value(v, kpi.unit) for v in triple)
    return f"Councils, {format_day(day)}: median {middle}, middle half {low} to {high}"


def _finished(
    figure: go.Figure, report: Report, kpi: KpiSummary, days: list[ComparatorDay], every: list[date], rows: pd.DataFrame
) -> go.Figure:
    beside = _beside(report)
    told = [_words(kpi, d, _middle_half([v for _, _, v in others_on(beside, day)])) for day in days for d in [date.fromisoformat(day.day)]]
    own = [f"{format_day(row['period_end'])} {format_figure(row, kpi)}" for _, row in rows.iterrows() if pd.notna(row["value"])]
    sentence = " ".join(filter(None, [f"{'; '.join(told)}.", f"Our figures: {', '.join(own)}." if own else "", describe_missing(days)]))
    ends = [pd.Timestamp(every[0]), *rows["period_end"], pd.Timestamp(every[-1])]
    low, high = _span(figure)
    ticks = whole_number_ticks(low, high, 4)
    figure.update_yaxes(tickvals=ticks, ticktext=tick_words(ticks, kpi.unit, "£"), range=[low, high], showgrid=True)
    years = [pd.Timestamp(year, 3, 31) for year in range(min(ends).year, max(ends).year + 1, 2)]
    figure.update_xaxes(
        tickvals=years,
        ticktext=[str(y.year) for y in years],
        range=[min(ends) - pd.Timedelta(days=120), max(ends) + pd.Timedelta(days=120)],
    )
    heading = Heading(
        f"{kpi.short_title}: ours and the median of councils over the years",
        "Ring: the median of other councils’ figures; its whisker: the middle half of them. Diamond: our figure. 31 March of each year.",
        f"{kpi.short_title} over the years",
        crop_line(report, kpi.population, report.contents.root.id, f"{min(ends).year} to {max(ends).year}"),
    )
    return finish(figure, heading, report.provenance, height=230, sentence=sentence, bottom=30)


def _span(figure: go.Figure) -> tuple[float, float]:
    """Lowest and highest of what is drawn, whiskers too, with 0 among them."""
    theirs, ours = figure.data
    middle = [v for v in theirs.y if v is not None]
    up, down = theirs.error_y.array, theirs.error_y.arrayminus
    tops = [m + u for m, u in zip(theirs.y, up, strict=True) if m is not None]
    feet = [m - d for m, d in zip(theirs.y, down, strict=True) if m is not None]
    every = [0.0, *middle, *tops, *feet, *(float(v) for v in ours.y if pd.notna(v))]
    room = (max(every) - min(every) or 0.01) * 0.08
    return min(every) - room, max(every) + room
