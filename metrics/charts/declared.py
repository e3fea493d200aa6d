"""How many people have told us: one bar for each question, with the lines below which a share is withheld or read with care."""

from __future__ import annotations

import textwrap
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from metrics.charts.frame import finish, plain
from metrics.charts.groups import LABEL, stamped_below
from metrics.charts.palette import COMPARED, OURS, SECONDARY, TEXT, WHITE
from metrics.charts.titles import place_name, title_declared
from metrics.report import Report
from metrics.wording.dates import format_day
from metrics.wording.values import format_number, upper_first

WITHHELD_BELOW, CARE_BELOW = 0.6, 0.8


def declaration_rates(report: Report, unit: str, day: date) -> pd.DataFrame:
    """A row per measure that asks for a known answer; measures with the same base and rate ask the same question of the same people."""
    rows = report.cells
    here = rows[(rows["unit"] == unit) & (rows["group"] == "") & (rows["period_end"] == pd.Timestamp(day)) & rows["declared"].notna()]
    here = here.drop_duplicates("kpi").drop_duplicates(["declared", "everyone"])
    return here.sort_values("declared", ascending=False).set_index("kpi", drop=False)


def percent(declared: float) -> str:
    """Rounded down, so that 59.7% never reads as the 60% that is needed."""
    return f"{format_number(int(declared * 100 + 1e-9))}%"


def draw_declared(report: Report, unit: str, day: date) -> go.Figure:
    """Bars start at 0; outlined below 60%, where the share itself is withheld. The upright mark is the whole council."""
    contents = report.contents
    rows = declaration_rates(report, unit, day)
    council = declaration_rates(report, contents.root.id, day).reindex(rows.index)["declared"] if unit != contents.root.id else None
    places = [len(rows) - 1 - i for i in range(len(rows))]
    figure = go.Figure()
    figure.add_bar(
        x=rows["declared"],
        y=places,
        orientation="h",
        width=0.56,
        marker={"color": [OURS if d >= WITHHELD_BELOW else WHITE for d in rows["declared"]], "line": {"color": OURS, "width": 1.6}},
        hovertemplate="%{x:.0%} have said<extra></extra>",
    )
    if council is not None:
        figure.add_scatter(
            x=council,
            y=places,
            mode="markers",
            marker={"symbol": "line-ns", "size": 20, "line": {"color": COMPARED, "width": 4}},
            hovertemplate="Whole council %{x:.0%}<extra></extra>",
        )
    for at, dash in ((WITHHELD_BELOW, "dash"), (CARE_BELOW, "dot")):
        figure.add_vline(x=at, line={"color": TEXT, "width": 1.2, "dash": dash})
    for place, declared in zip(places, rows["declared"], strict=True):
        figure.add_annotation(x=1, xref="paper", y=place, text=f"<b>{percent(declared)}</b>", showarrow=False, xanchor="left", xshift=8)
    for at, side, word in ((0.58, "right", "withheld"), (0.82, "left", "shown")):
        figure.add_annotation(
            x=at, y=1, yref="paper", yanchor="bottom", xanchor=side, text=word, showarrow=False, font={"color": SECONDARY, "size": 14}
        )
    labels = [
        "<br>".join(plain(line) for line in textwrap.wrap(contents.kpis[str(k)].short_title, LABEL + 2, max_lines=3, placeholder="…"))
        for k in rows.index
    ]
    figure.update_yaxes(tickvals=places, ticktext=labels, range=[-0.6, len(rows) - 0.4], showgrid=False, tickfont={"color": TEXT})
    figure.update_xaxes(
        range=[0, 1.005], tickvals=[0, 0.2, 0.4, 0.6, 0.8, 1], ticktext=["0", "20", "40", "60", "80%", ""], tickangle=0, showgrid=True
    )
    figure.update_layout(margin={"r": 56})
    tall = max((label.count("<br>") + 1 for label in labels), default=1)
    kpis = {str(k): contents.kpis[str(k)] for k in rows.index}
    under = f"People who have answered the question that each measure asks. {upper_first(place_name(report, unit))}, {format_day(day)}."
    sentence = ". ".join(f"{kpis[str(k)].short_title}: {percent(d)} have answered" for k, d in rows["declared"].items()) + "."
    finish(
        figure,
        title_declared(rows, kpis),
        under,
        report.provenance,
        height=max(len(rows) * max(36, 18 * tall + 8), 100),
        sentence=sentence,
        bottom=62,
        stamp=False,
    )
    figure.layout.margin.t += 20
    figure.layout.height += 20
    return stamped_below(figure, report)
