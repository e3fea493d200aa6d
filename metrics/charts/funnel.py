"""Units of one kind by size: which lie outside what chance allows. Size order, not a league table."""

from __future__ import annotations

import textwrap
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from metrics.charts.frame import Heading, finish, plain, span_of, whole_number_ticks
from metrics.charts.palette import BAND, BAND_EDGE, COMPARED, INNER_BAND, OURS, TEXT, WHITE
from metrics.charts.time_path import tick_words
from metrics.charts.titles import crop_line, listing, place_name, subtitle, title_spread
from metrics.report import Report
from metrics.wording.dates import format_day
from metrics.wording.values import format_figure, format_value, upper_first

Z_INNER, Z_OUTER = 1.959964, 3.090232
"""Usual for 95 in 100, and for 998 in 1,000, units that differ from the whole by chance alone."""


def can_draw_funnel(report: Report, kpi_id: str, parent: str, units: list[str], day: date) -> bool:
    """A funnel needs a proportion, the unit above as its centre, and at least three units with a figure."""
    if report.contents.kpis[kpi_id].measure != "proportion":
        return False
    above = report.units_at(kpi_id, day, (parent,))
    rows = report.units_at(kpi_id, day, units).dropna(subset=["value", "denominator"])
    return len(rows) >= 3 and len(above) == 1 and pd.notna(above["value"].iloc[0]) and 0 < float(above["value"].iloc[0]) < 1


def against_usual(report: Report, kpi_id: str, parent: str, units: list[str], day: date) -> dict[str, str]:
    """`above`, `within` or `below` the wider band for each unit with a figure."""
    centre = float(report.units_at(kpi_id, day, (parent,))["value"].iloc[0])
    found = {}
    for unit, row in report.units_at(kpi_id, day, units).dropna(subset=["value", "denominator"]).iterrows():
        reach = Z_OUTER * (centre * (1 - centre) / max(float(row["denominator"]), 1.0)) ** 0.5
        found[str(unit)] = "above" if row["value"] > centre + reach else "below" if row["value"] < centre - reach else "within"
    return found


def draw_funnel(report: Report, kpi_id: str, parent: str, units: list[str], day: date) -> go.Figure:
    """Hidden and withheld units are not drawn; the table beside the chart names them."""
    contents, kpi, currency = report.contents, report.contents.kpis[kpi_id], report.provenance.currency
    rows = report.units_at(kpi_id, day, units).dropna(subset=["value", "denominator"])
    centre = float(report.units_at(kpi_id, day, (parent,))["value"].iloc[0])
    place = against_usual(report, kpi_id, parent, units, day)
    sizes = np.geomspace(max(float(rows["denominator"].min()) * 0.6, 5), float(rows["denominator"].max()) * 1.12, 80)
    figure = go.Figure()
    for z, fill in ((Z_OUTER, BAND), (Z_INNER, INNER_BAND)):
        reach = z * np.sqrt(centre * (1 - centre) / sizes)
        figure.add_scatter(x=sizes, y=np.clip(centre - reach, 0, 1), mode="lines", line={"color": BAND_EDGE, "width": 1}, hoverinfo="skip")
        figure.add_scatter(
            x=sizes,
            y=np.clip(centre + reach, 0, 1),
            mode="lines",
            line={"color": BAND_EDGE, "width": 1},
            fill="tonexty",
            fillcolor=fill,
            hoverinfo="skip",
        )
    figure.add_scatter(x=[sizes[0], sizes[-1]], y=[centre, centre], mode="lines", line={"color": COMPARED, "width": 1.4}, hoverinfo="skip")
    outside = [place[str(u)] != "within" for u in rows.index]
    figure.add_scatter(
        x=rows["denominator"],
        y=rows["value"],
        mode="markers",
        marker={
            "size": [13 if o else 10 for o in outside],
            "symbol": ["diamond" if o else "circle" for o in outside],
            "color": [OURS if o else WHITE for o in outside],
            "line": {"color": OURS, "width": 2},
        },
        text=[plain(f"{contents.units[str(u)].name}: {format_figure(row, kpi, currency)}") for u, row in rows.iterrows()],
        hovertemplate="%{text}<extra></extra>",
    )
    _name_outside(figure, report, rows, outside, float(sizes[-1]))
    low, high = span_of(rows["value"], around=(centre, float(np.clip(centre - Z_INNER * np.sqrt(centre * (1 - centre) / sizes[0]), 0, 1))))
    ticks = whole_number_ticks(max(low, 0.0), high)
    figure.update_yaxes(range=[min(ticks[0], max(low, 0.0)), high], tickvals=ticks, ticktext=tick_words(ticks, kpi.unit, currency))
    across = whole_number_ticks(0, float(sizes[-1]), 4)
    figure.update_xaxes(
        range=[0, float(sizes[-1])],
        tickvals=across,
        ticktext=[f"{t:,.0f}" for t in across],
        showline=True,
        linecolor=TEXT,
        title={"text": "People counted", "standoff": 6},
    )
    every = report.units_at(kpi_id, day, units)
    names = {u: contents.units[u].name for u in units}
    title = title_spread(kpi, {names[u]: side for u, side in place.items() if side != "within"})
    whole = f"{upper_first(place_name(report, parent))}: {format_value(centre, kpi.unit, currency)}."
    sentence = listing(kpi, every, [names[str(u)] for u in every.index], currency, whole, contents)
    heading = Heading(
        title,
        f"{subtitle(report, kpi, parent, day)} Inside the usual spread, differences are what chance allows; this is not a league table.",
        f"{kpi.short_title}, by size of unit",
        crop_line(report, kpi.population, parent, format_day(day)),
    )
    return finish(figure, heading, report.provenance, height=300, sentence=sentence, bottom=48)


def _name_outside(figure: go.Figure, report: Report, rows: pd.DataFrame, outside: list[bool], widest: float) -> None:
    """Name at most four of the units outside, the largest first: more would cover the figures on a phone."""
    named = rows[outside].sort_values("denominator", ascending=False).head(4)
    for unit, row in named.iterrows():
        across = float(row["denominator"]) / widest
        side = "left" if across < 0.34 else "right" if across > 0.66 else "center"
        label = textwrap.shorten(report.contents.units[str(unit)].name, 24, placeholder="…")
        figure.add_annotation(
            x=row["denominator"],
            y=row["value"],
            text=f"<b>{plain(label)}</b>",
            showarrow=False,
            yanchor="bottom",
            yshift=7,
            xanchor=side,
            xshift={"left": -6, "center": 0, "right": 8}[side],
            bgcolor="rgba(255,255,255,0.75)",
            borderpad=0,
        )
