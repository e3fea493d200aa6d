"""One KPI between groups: a dot and its likely range for each, never ranked."""

from __future__ import annotations

import textwrap
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from metrics.charts.frame import Heading, finish, more_room_above, plain, span_of, whole_number_ticks
from metrics.charts.palette import COMPARED, OURS, SECONDARY, TEXT, WHITE
from metrics.charts.time_path import tick_words
from metrics.charts.titles import crop_line, listing, place_name, subtitle, title_between, title_of_counts, title_of_parts, title_of_points
from metrics.report import KpiSummary, Report, characteristic
from metrics.wording.dates import format_when
from metrics.wording.groups import describe_own, gather_hidden
from metrics.wording.status import format_status
from metrics.wording.values import PER_WORDS, digits_for, format_figure, format_range, format_value, lower_first, upper_first

LABEL = 15
"""Letters a line of a group's label: a phone keeps most of its width for the figures."""


def draw_groups(report: Report, kpi_id: str, unit: str, dimension: str, day: date) -> go.Figure:
    """Groups in the dimension's own order; filled where the likely range leaves out the whole unit's value."""
    contents = report.contents
    rows = report.groups_at(kpi_id, unit, dimension, day)
    labels = {f"{dimension}={c}": label for c, label, _ in contents.dimensions[dimension].categories}
    reference = value_of_whole(report, kpi_id, unit, day)
    split = f" by {lower_first(characteristic(contents.dimensions[dimension].title))}"
    if contents.kpis[kpi_id].stands_alone(dimension):
        reference = None
    return dots(report, contents.kpis[kpi_id], rows, [labels[g] for g in rows.index], reference, unit, day, "group", split)


def draw_units(report: Report, kpi_id: str, parent: str, units: list[str], day: date) -> go.Figure:
    """Units below one unit in the order given (by size), against the unit above them."""
    contents = report.contents
    rows = report.units_at(kpi_id, day, units)
    reference = value_of_whole(report, kpi_id, parent, day)
    return dots(report, contents.kpis[kpi_id], rows, [contents.units[u].name for u in rows.index], reference, parent, day, "part")


def value_of_whole(report: Report, kpi_id: str, unit: str, day: date) -> float | None:
    """The figure of a whole unit on a day; None where it is not shown or not published."""
    whole = report.units_at(kpi_id, day, (unit,))["value"]
    return float(whole.iloc[0]) if len(whole) and pd.notna(whole.iloc[0]) else None


def dots(
    report: Report,
    kpi: KpiSummary,
    rows: pd.DataFrame,
    labels: list[str],
    reference: float | None,
    unit: str,
    day: date,
    thing: str,
    split: str = "",
) -> go.Figure:
    """A line of the chart for each row, from the top down; several hidden rows share the last line, which says how many they are."""
    currency = report.provenance.currency
    if kpi.measure == "count":  # a part is always less than the whole
        reference = None
    figure = go.Figure()
    lines, names = drawn_lines(rows, labels, thing)
    places = [len(lines) - 1 - i for i in range(len(lines))]
    low, high = span_of_groups(kpi, rows, reference)
    add_lines(figure, kpi, lines, places, low, reference, currency)
    _draw_benchmarks(figure, kpi, rows, lines, places, currency)
    if reference is not None and low <= reference <= high:
        add_reference(
            figure, reference, f"{upper_first(place_name(report, unit))} {short_value(reference, rows, kpi, currency)}", low, high
        )
    wrapped = ["<br>".join(plain(line) for line in textwrap.wrap(label, LABEL, max_lines=3, placeholder="…")) for label in names]
    add_axes(figure, kpi, wrapped, places, low, high, currency)
    tall = max((label.count("<br>") + 1 for label in wrapped), default=1)
    whole = (
        ""
        if reference is None
        else f"{upper_first(place_name(report, unit))}: {format_value(reference, kpi.unit, currency, _digits(rows, kpi))}."
    )
    sentence = listing(kpi, rows, labels, currency, whole, report.contents)
    short = f"{kpi.short_title}{split or ' by unit'}"
    title = title_of_groups(report, kpi, rows, labels, reference, unit, thing, split)
    when = format_when(day, kpi.span_months)
    heading = Heading(title, subtitle(report, kpi, unit, day), short, crop_line(report, kpi.population, unit, when))
    finish(figure, heading, report.provenance, height=max(24 + len(lines) * max(34, 18 * tall + 8), 110), sentence=sentence, bottom=30)
    return more_room_above(figure, 22)


def span_of_groups(kpi: KpiSummary, rows: pd.DataFrame, reference: float | None) -> tuple[float, float]:
    """What the scale runs over: shares and numbers of people from 0, unless all are far from it."""
    drawn = [rows[name] for name in ("value", "lower", "upper", "bound_low", "bound_high", "benchmark")]
    low, high = span_of(*drawn, around=() if reference is None else (reference,))
    if kpi.unit in ("percent", "people", *PER_WORDS) and not (kpi.measure.startswith("pay_gap") or kpi.measure == "extreme_group_gap"):
        low = max(low, 0.0) if low > high * 0.35 and kpi.measure != "count" else 0.0
    return low, high


def add_lines(
    figure: go.Figure, kpi: KpiSummary, lines: pd.DataFrame, places: list[int], low: float, reference: float | None, currency: str
) -> None:
    """Each row's dot and its figure, or the word why there is none."""
    for place, (_, row) in zip(places, lines.iterrows(), strict=True):
        if pd.isna(row["value"]):
            figure.add_annotation(
                x=low,
                y=place,
                text=format_status(str(row["status"])),
                showarrow=False,
                xanchor="left",
                xshift=6,
                font={"color": SECONDARY},
                bgcolor="rgba(255,255,255,0.9)",
            )
            continue
        _dot(figure, kpi, row, place, reference, currency)
        words = f"<b>{format_figure(row, kpi, currency, bare=True)}</b>"
        figure.add_annotation(x=1, xref="paper", y=place, text=words, showarrow=False, xanchor="left", xshift=8)


def _draw_benchmarks(figure: go.Figure, kpi: KpiSummary, rows: pd.DataFrame, lines: pd.DataFrame, places: list[int], currency: str) -> None:
    marked = rows[rows["benchmark"].notna() & rows["value"].notna() & (kpi.measure != "count")]  # a share has no place among people
    if len(marked):
        figure.add_scatter(
            x=marked["benchmark"],
            y=[p for p, g in zip(places, lines.index, strict=True) if g in set(marked.index)],
            mode="markers",
            marker={"symbol": "line-ns", "size": 18, "line": {"color": COMPARED, "width": 4}},
            text=[f"{kpi.benchmark_title or 'Benchmark'}: {format_value(v, kpi.unit, currency)}" for v in marked["benchmark"]],
            hovertemplate="%{text}<extra></extra>",
        )


def add_reference(figure: go.Figure, reference: float, words: str, low: float, high: float) -> None:
    """An upright line at the whole unit's value, named above it on the side where there is room."""
    figure.add_vline(x=reference, line={"color": COMPARED, "width": 1.4, "dash": "dot"})
    side = "left" if reference < low + (high - low) * 0.35 else "right" if reference > low + (high - low) * 0.65 else "center"
    named = plain(textwrap.shorten(words, 40, placeholder="…"))
    figure.add_annotation(x=reference, y=1, yref="paper", yanchor="bottom", xanchor=side, showarrow=False, text=named)


def add_axes(figure: go.Figure, kpi: KpiSummary, labels: list[str], places: list[int], low: float, high: float, currency: str) -> None:
    figure.update_yaxes(
        tickvals=places, ticktext=labels, range=[-0.7, len(places) - 0.4], showgrid=False, tickfont={"color": TEXT, "size": 14}
    )
    ticks = [t for t in whole_number_ticks(low, high, 2) if t >= low]  # a phone leaves room for few
    figure.update_xaxes(
        range=[low - (high - low) * 0.03, high],
        tickvals=ticks,
        ticktext=tick_words(ticks, kpi.unit, currency),
        showgrid=True,
        tickangle=0,
    )
    figure.update_layout(margin={"r": 64})


def title_of_groups(
    report: Report, kpi: KpiSummary, rows: pd.DataFrame, labels: list[str], reference: float | None, unit: str, thing: str, split: str
) -> str:
    """What may be claimed of groups or parts: which clearly differ from the whole, where they have ranges and are held against it."""
    shown = [(label, row) for label, (_, row) in zip(labels, rows.iterrows(), strict=True) if pd.notna(row["value"])]
    hidden = len(rows) - len(shown)
    if kpi.measure == "count":
        return title_of_counts(kpi, shown, hidden, thing, split)
    if kpi.measure == "score" or (not kpi.counts_people and kpi.interval == "none"):
        return title_of_points(kpi, shown, split)
    if kpi.over and thing == "group":
        return title_of_parts(kpi, split)
    if len(rows) and (own := describe_own(kpi, str(rows.index[0]))):
        return f"{kpi.short_title}{split}: {own}"
    against = f"the {place_name(report, unit)}".replace("the the", "the")
    sides = [side_of(row, reference) for _, row in shown]
    return title_between(kpi, [label for label, _ in shown], sides, hidden, against, thing, split)


def drawn_lines(rows: pd.DataFrame, labels: list[str], thing: str) -> tuple[pd.DataFrame, list[str]]:
    """Rows in the order of the lines, and their labels: "4 other groups" for those that are hidden."""
    said, hidden = gather_hidden(rows)
    if hidden.empty:
        return rows, labels
    named = dict(zip(rows.index, labels, strict=True))
    others = f"{len(hidden)} {'other ' if len(said) else ''}{thing}s"
    return pd.concat([said, hidden.head(1)]), [*(named[g] for g in said.index), others]


def clearly_different(row: pd.Series, reference: float | None) -> bool:
    """The whole likely range lies on one side of the value compared with."""
    return reference is not None and pd.notna(row["lower"]) and not row["lower"] <= reference <= row["upper"]


def side_of(row: pd.Series, reference: float | None) -> str:
    """ "above" or "below" where clearly different, else ""."""
    if reference is None or not clearly_different(row, reference):
        return ""
    return "above" if row["value"] > reference else "below"


def _digits(rows: pd.DataFrame, kpi: KpiSummary) -> int | None:
    return digits_for(rows.iloc[0], kpi.unit) if len(rows) else None


def short_value(value: float, rows: pd.DataFrame, kpi: KpiSummary, currency: str) -> str:
    return format_value(value, kpi.unit, currency, _digits(rows, kpi), bare=True)


def _dot(figure: go.Figure, kpi: KpiSummary, row: pd.Series, place: float, reference: float | None, currency: str) -> None:
    if pd.notna(row["lower"]):
        figure.add_scatter(
            x=[row["lower"], row["upper"]], y=[place, place], mode="lines", line={"color": OURS, "width": 2.6}, hoverinfo="skip"
        )
    if pd.notna(row["bound_low"]):
        x = [row["bound_low"], row["bound_high"]]
        figure.add_scatter(
            x=x,
            y=[place - 0.3] * 2,
            mode="lines+markers",
            line={"color": SECONDARY, "width": 1.2},
            hoverinfo="skip",
            marker={"symbol": "line-ns", "size": 7, "line": {"color": SECONDARY, "width": 1.2}},
        )
    filled = clearly_different(row, reference)
    likely = format_range(row["lower"], row["upper"], kpi.unit, currency, digits_for(row, kpi.unit))
    figure.add_scatter(
        x=[row["value"]],
        y=[place],
        mode="markers",
        marker={"size": 12, "color": OURS if filled else WHITE, "line": {"color": WHITE if filled else OURS, "width": 1 if filled else 2}},
        hovertemplate=f"{format_figure(row, kpi, currency)}, likely range {likely}<extra></extra>",
    )
