"""One KPI by several characteristics under each other on one scale: who clearly differs from the whole, whatever they are asked by."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from metrics.charts.frame import Heading, finish, more_room_above, plain
from metrics.charts.groups import (
    LABEL,
    add_axes,
    add_lines,
    add_reference,
    drawn_lines,
    short_value,
    side_of,
    span_of_groups,
    title_of_groups,
    value_of_whole,
)
from metrics.charts.titles import crop_line, listing, place_name, subtitle
from metrics.report import KpiSummary, Report, characteristic
from metrics.wording.dates import format_when
from metrics.wording.values import format_count_of, format_value, upper_first

MANY = 10
"""From so many groups on, chance alone makes about one of them seem to differ."""


@dataclass(frozen=True)
class Split:
    """The groups of one characteristic: `rows` indexed by group in the characteristic's own order, and the label of each."""

    title: str
    rows: pd.DataFrame
    labels: tuple[str, ...]


def splits_of(report: Report, kpi_id: str, unit: str, dimensions: Sequence[str], day: date) -> tuple[Split, ...]:
    """Characteristics that are published on a day with at least one figure to draw."""
    found = []
    for dimension in dimensions:
        known = report.contents.dimensions[dimension]
        labels = {f"{dimension}={id}": label for id, label, is_known in known.categories if is_known}
        rows = report.groups_at(kpi_id, unit, dimension, day)
        rows = rows.loc[[group for group in rows.index if group in labels]]
        if rows["value"].notna().any():
            found.append(Split(characteristic(known.title), rows, tuple(labels[str(group)] for group in rows.index)))
    return tuple(found)


def draw_characteristics(report: Report, kpi_id: str, unit: str, dimensions: Sequence[str], day: date) -> go.Figure:
    """A heading for each characteristic and a line for each of its groups, all against the figure of the whole.

    Only for characteristics whose groups are held against it: `draw_groups` draws those that stand alone.
    """
    kpi, currency = report.contents.kpis[kpi_id], report.provenance.currency
    splits = splits_of(report, kpi_id, unit, dimensions, day)
    rows = pd.concat([split.rows for split in splits])
    labels = [label for split in splits for label in split.labels]
    reference = None if kpi.measure == "count" else value_of_whole(report, kpi_id, unit, day)  # a part is always less than the whole
    low, high = span_of_groups(kpi, rows, reference)
    figure = go.Figure()
    names = _lines(figure, splits, kpi, low, reference, currency)
    if reference is not None:
        words = f"{upper_first(place_name(report, unit))} {short_value(reference, rows, kpi, currency)}"
        add_reference(figure, reference, words, low, high)
    add_axes(figure, kpi, names, [len(names) - 1 - i for i in range(len(names))], low, high, currency)
    said = "" if reference is None else f"{upper_first(place_name(report, unit))}: {format_value(reference, kpi.unit, currency)}."
    by = f" by {', '.join(split.title.lower() for split in splits)}"
    heading = Heading(
        title_of_groups(report, kpi, rows, labels, reference, unit, "group", ""),
        f"{subtitle(report, kpi, unit, day)}{_by_chance(int(rows['lower'].notna().sum()))}",
        f"{kpi.short_title}{by}",
        crop_line(report, kpi.population, unit, format_when(day, kpi.span_months)),
    )
    tall = sum(34 + 18 * name.count("<br>") for name in names)
    finish(
        figure,
        heading,
        report.provenance,
        height=24 + tall,
        sentence=listing(kpi, rows, labels, currency, said, report.contents),
        bottom=30,
    )
    return more_room_above(figure, 22)


def clearly_worse(report: Report, kpi_id: str, unit: str, dimensions: Sequence[str], day: date) -> tuple[str, pd.Series] | None:
    """The group that is furthest behind the whole among those that clearly are; nobody for measures without a better direction."""
    kpi, reference = report.contents.kpis[kpi_id], value_of_whole(report, kpi_id, unit, day)
    worse = {"higher": "below", "lower": "above"}.get(kpi.polarity)
    if worse is None or reference is None:
        return None
    splits = splits_of(report, kpi_id, unit, [d for d in dimensions if not kpi.stands_alone(d)], day)
    every = [(label, row) for split in splits for label, (_, row) in zip(split.labels, split.rows.iterrows(), strict=True)]
    behind = [(label, row) for label, row in every if pd.notna(row["value"]) and side_of(row, reference) == worse]
    return max(behind, key=lambda pair: abs(float(pair[1]["value"]) - reference), default=None)


def _lines(figure: go.Figure, splits: Sequence[Split], kpi: KpiSummary, low: float, reference: float | None, currency: str) -> list[str]:
    """Every line's name from the top down, with the dots of the groups drawn at their places; headings are names without a dot."""
    drawn = [(split, *drawn_lines(split.rows, list(split.labels), "group")) for split in splits]
    total = sum(1 + len(lines) for _, lines, _ in drawn)
    names: list[str] = []
    for split, lines, labels in drawn:
        names.append(f"<b>{_wrapped(split.title)}</b>")
        places = [total - 1 - len(names) - i for i in range(len(lines))]
        add_lines(figure, kpi, lines, places, low, reference, currency)
        names.extend(_wrapped(label) for label in labels)
    return names


def _wrapped(label: str) -> str:
    return "<br>".join(plain(line) for line in textwrap.wrap(label, LABEL, max_lines=3, placeholder="…"))


def _by_chance(groups: int) -> str:
    """Each range leaves out what is true of its group one time in twenty."""
    return f" Of {groups} groups, about {format_count_of(round(groups / 20))} may seem to differ by chance alone." if groups >= MANY else ""
