"""Who leaves a figure's base at which step: a bar for whoever is left, and beside it, outlined, whoever leaves."""

from __future__ import annotations

import textwrap
from datetime import date

import plotly.graph_objects as go

from metrics.charts.frame import Heading, finish, plain
from metrics.charts.groups import LABEL
from metrics.charts.palette import OURS, TEXT
from metrics.charts.titles import crop_line
from metrics.report import Report
from metrics.wording.dates import format_when
from metrics.wording.values import is_missing, upper_first
from metrics.wording.waterfall import Step, describe_waterfall

LEAVES = "#d5dfe8"
SHORT = "hidden"


def draw_waterfall(report: Report, kpi_id: str, steps: tuple[Step, ...], day: date) -> go.Figure:
    """Bars start at 0. A hidden step has a word and no bar, so that its length says nothing."""
    kpi, root = report.contents.kpis[kpi_id], report.contents.root.id
    places = [len(steps) - 1 - i for i in range(len(steps))]
    figure = go.Figure()
    shown = [0.0 if is_missing(s.left) else s.left for s in steps]
    figure.add_bar(
        x=shown,
        y=places,
        orientation="h",
        width=0.56,
        marker={"color": OURS},
        hovertext=[f"{plain(s.name)}: {s.left_words}" for s in steps],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    figure.add_bar(
        x=[s.dropped if s.known else 0 for s in steps],
        y=places,
        orientation="h",
        width=0.56,
        marker={"color": LEAVES, "line": {"color": OURS, "width": [1.6 if s.known and s.dropped else 0 for s in steps]}},
        hovertext=[f"{plain(s.name)}: {s.dropped_words} leave" for s in steps],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    for place, step in zip(places, steps, strict=True):
        words = SHORT if is_missing(step.left) else step.left_words
        figure.add_annotation(x=1, xref="paper", y=place, text=f"<b>{words}</b>", showarrow=False, xanchor="left", xshift=8)
    labels = ["<br>".join(plain(line) for line in textwrap.wrap(s.name, LABEL + 2)) for s in steps]
    figure.update_yaxes(tickvals=places, ticktext=labels, range=[-0.6, len(steps) - 0.4], showgrid=False, tickfont={"color": TEXT})
    most = max((s.left + (s.dropped if s.known else 0) for s in steps if not is_missing(s.left)), default=1) or 1
    figure.update_xaxes(range=[0, most * 1.005], tickvals=[0], ticktext=["0"], showgrid=False)
    figure.update_layout(barmode="stack", margin={"r": 68})
    sentence = describe_waterfall(steps, kpi.rows_are)
    leave, when = "who leaves" if kpi.rows_are == "people" else "which leave", format_when(day, kpi.span_months)
    heading = Heading(
        f"{kpi.short_title}: who is in the base",
        f"{upper_first(kpi.rows_are)} left after each step, and beside them, outlined, {leave}. Whole council, {when}.",
        "Who is in the base",
        crop_line(report, kpi.population, root, when),
    )
    return finish(figure, heading, report.provenance, height=max(40 * len(steps), 90), sentence=sentence, bottom=24)
