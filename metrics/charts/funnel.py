"""Units of one kind, or groups such as wards, by size: which lie outside what chance allows. Size order, not a league table."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from metrics.charts.frame import Heading, finish, plain, span_of, whole_number_ticks
from metrics.charts.groups import value_of_whole
from metrics.charts.palette import BAND, BAND_EDGE, COMPARED, INNER_BAND, OURS, TEXT, WHITE
from metrics.charts.time_path import tick_words
from metrics.charts.titles import crop_line, listing, place_name, subtitle, title_spread
from metrics.report import Report
from metrics.wording.dates import format_when
from metrics.wording.values import format_figure, format_value, lower_first, upper_first
from metrics.wording.weighted import EFFECTIVE, is_weighted

MOST_LISTED = 20
"""Of more parts than this the sentence under a funnel names those outside the usual spread; the table has all of them."""
Z_INNER, Z_OUTER = 1.959964, 3.090232
"""Usual for 95 in 100, and for 998 in 1,000, units that differ from the whole by chance alone."""


SHARES = ("proportion", "survey_proportion")
Parts = list[str] | str
"""The parts of a unit: units by their ids, or the groups of one dimension by its name (`ward`)."""


@dataclass(frozen=True)
class Around:
    """What a funnel is drawn of: a row for each part, indexed by its key, their names, and the figure of the whole."""

    rows: pd.DataFrame
    names: Mapping[str, str]
    whole: float | None

    @property
    def shown(self) -> pd.DataFrame:
        return self.rows.dropna(subset=["value", "denominator"])


def around(report: Report, kpi_id: str, unit: str, parts: Parts, day: date) -> Around:
    """Parts of a unit on a day, each with its figure as published."""
    value = value_of_whole(report, kpi_id, unit, day)
    if not isinstance(parts, str):
        return Around(_sized(report, kpi_id, report.units_at(kpi_id, day, parts)), {u: report.contents.units[u].name for u in parts}, value)
    known = [(f"{parts}={id}", label) for id, label, known in report.contents.dimensions[parts].categories if known]
    rows = report.groups_at(kpi_id, unit, parts, day)
    return Around(_sized(report, kpi_id, rows.loc[[key for key, _ in known if key in rows.index]]), dict(known), value)


def _sized(report: Report, kpi_id: str, rows: pd.DataFrame) -> pd.DataFrame:
    """With the base that chance goes by: of a weighted survey the effective one."""
    return rows.assign(denominator=rows["reference_value"]) if is_weighted(report.contents.kpis[kpi_id]) else rows


def can_draw_funnel(report: Report, kpi_id: str, unit: str, parts: Parts, day: date) -> bool:
    """A funnel needs a share, that of the whole unit as its centre, and at least three parts with a figure."""
    if report.contents.kpis[kpi_id].measure not in SHARES:
        return False
    found = around(report, kpi_id, unit, parts, day)
    return len(found.shown) >= 3 and found.whole is not None and 0 < found.whole < 1


def against_usual(report: Report, kpi_id: str, unit: str, parts: Parts, day: date) -> dict[str, str]:
    """`above`, `within` or `below` the wider band for each part with a figure."""
    found = around(report, kpi_id, unit, parts, day)
    if found.whole is None:
        return {}
    places = {}
    for part, row in found.shown.iterrows():
        reach = Z_OUTER * (found.whole * (1 - found.whole) / max(float(row["denominator"]), 1.0)) ** 0.5
        places[str(part)] = "above" if row["value"] > found.whole + reach else "below" if row["value"] < found.whole - reach else "within"
    return places


def draw_funnel(report: Report, kpi_id: str, unit: str, parts: Parts, day: date) -> go.Figure:
    """Hidden and withheld parts are not drawn; the table beside the chart names them. Only where `can_draw_funnel` says so."""
    contents, kpi, currency = report.contents, report.contents.kpis[kpi_id], report.provenance.currency
    found = around(report, kpi_id, unit, parts, day)
    rows, names, centre = found.shown, found.names, found.whole or 0.0
    place = against_usual(report, kpi_id, unit, parts, day)
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
    outside = [place[str(part)] != "within" for part in rows.index]
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
        text=[plain(f"{names[str(part)]}: {format_figure(row, kpi, currency)}") for part, row in rows.iterrows()],
        hovertemplate="%{text}<extra></extra>",
    )
    _name_outside(figure, names, rows, outside, float(sizes[-1]))
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
        title={"text": EFFECTIVE if is_weighted(kpi) else f"{upper_first(kpi.rows_are)} counted", "standoff": 6},
    )
    outside_named = {names[part]: side for part, side in place.items() if side != "within"}
    thing = lower_first(contents.dimensions[parts].title) if isinstance(parts, str) else "part"
    title = title_spread(kpi, outside_named, thing)
    whole = f"{upper_first(place_name(report, unit))}: {format_value(centre, kpi.unit, currency)}."
    listed = found.rows if len(found.rows) <= MOST_LISTED else found.rows[[names[str(part)] in outside_named for part in found.rows.index]]
    sentence = listing(kpi, listed, [names[str(part)] for part in listed.index], currency, whole, contents) if len(listed) else whole
    if len(listed) < len(found.rows):
        within, gone = len(rows) - len(outside_named), len(found.rows) - len(rows)
        sentence = f"{sentence} {within} {thing}s within the usual spread{f', {gone} not shown' if gone else ''}."
    heading = Heading(
        title,
        f"{subtitle(report, kpi, unit, day)} Inside the usual spread, differences are what chance allows; this is not a league table.",
        f"{kpi.short_title}, by size of {thing if isinstance(parts, str) else 'unit'}",
        crop_line(report, kpi.population, unit, format_when(day, kpi.span_months)),
    )
    return finish(figure, heading, report.provenance, height=300, sentence=sentence, bottom=48)


def _name_outside(figure: go.Figure, names: Mapping[str, str], rows: pd.DataFrame, outside: list[bool], widest: float) -> None:
    """Name at most four of the parts outside, the largest first: more would cover the figures on a phone."""
    named = rows[outside].sort_values("denominator", ascending=False).head(4)
    for part, row in named.iterrows():
        across = float(row["denominator"]) / widest
        side = "left" if across < 0.34 else "right" if across > 0.66 else "center"
        label = textwrap.shorten(names[str(part)], 24, placeholder="…")
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
