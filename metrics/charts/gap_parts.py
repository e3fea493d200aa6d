"""What a pay gap is made of: each part begins where the one above it ends, and together they are the whole."""

from __future__ import annotations

import textwrap

import pandas as pd
import plotly.graph_objects as go

from metrics.charts.frame import Heading, finish, plain, span_of, whole_number_ticks
from metrics.charts.groups import LABEL
from metrics.charts.palette import COMPARED, OURS, SECONDARY, TEXT
from metrics.charts.titles import crop_line, place_name
from metrics.report import Report
from metrics.understanding.parts import PartsOfWhole
from metrics.wording.dates import format_day
from metrics.wording.gap_parts import Names, describe_gap_parts, part_names, printed
from metrics.wording.values import format_number, upper_first

COLOURS = {"composition": OURS, "rate": OURS, "left": SECONDARY, "whole": COMPARED}


def draw_gap_parts(report: Report, parts: PartsOfWhole, names: Names) -> go.Figure:
    """Horizontal bars from the top down: who is in which group, pay within groups, what cannot be explained, the whole."""
    kpi = report.contents.kpis[parts.kpi]
    steps = _steps(parts)
    called = part_names(names, parts)
    figure = go.Figure()
    places = range(len(steps) - 1, -1, -1)
    at = 0.0
    for place, (name, size) in zip(places, steps, strict=True):
        start = 0.0 if name == "whole" else at
        number = format_number(size, parts.digits)
        figure.add_bar(
            x=[size],
            base=[start],
            y=[place],
            orientation="h",
            width=0.56,
            marker={"color": COLOURS[name]},
            hovertemplate=f"{plain(called[name])}: {number} points<extra></extra>",
        )
        figure.add_annotation(x=1, xref="paper", y=place, text=f"<b>{number}</b>", showarrow=False, xanchor="left", xshift=8)
        at = start + size
    labels = ["<br>".join(plain(line) for line in textwrap.wrap(called[name], LABEL + 3)) for name, _ in steps]
    figure.update_yaxes(tickvals=list(places), ticktext=labels, range=[-0.6, len(steps) - 0.4], showgrid=False, tickfont={"color": TEXT})
    low, high = _span(steps)
    ticks = [t for t in whole_number_ticks(low, high, 2) if low <= t <= high]
    words = [format_number(t, 0 if t == int(t) else 1) for t in ticks]
    figure.update_xaxes(range=[low, high], tickvals=ticks, ticktext=words, showgrid=True)
    figure.add_vline(x=0, line={"color": COMPARED, "width": 1})
    figure.update_layout(margin={"r": 56})
    listed = ", ".join(f"{called[name].lower()} {format_number(size, parts.digits)}" for name, size in steps)
    heading = Heading(
        f"{kpi.short_title}, where it comes from: {' '.join(describe_gap_parts(parts, names)).rstrip('.')}",
        f"Percentage points of the gap. {upper_first(place_name(report, parts.unit))}, {format_day(parts.day)}.",
        f"{kpi.short_title}: where it comes from, in percentage points",
        crop_line(report, kpi.population, parts.unit, format_day(parts.day)),
    )
    sentence = f"Percentage points: {listed}."
    return finish(figure, heading, report.provenance, height=56 * len(steps), sentence=sentence, bottom=30)


def _steps(parts: PartsOfWhole) -> list[tuple[str, float]]:
    """In points, as they are printed; what the printed parts leave of the whole stands where it is anything."""
    return [(name, size) for name, size in printed(parts).items() if name != "left" or size]


def _span(steps: list[tuple[str, float]]) -> tuple[float, float]:
    """Every place where a bar begins or ends."""
    ends, at = [0.0], 0.0
    for name, size in steps:
        at = (0.0 if name == "whole" else at) + size
        ends.append(at)
    return span_of(pd.Series(ends))
