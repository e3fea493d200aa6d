"""Figures with the words that belong to them: tiles, facts, status cells, and a chart with its numbers under it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
import streamlit as st

from metrics.charts.frame import Figure
from metrics.charts.sparkline import draw_sparkline
from metrics.charts.symbols import status_symbol
from metrics.report import Contents, KpiSummary, Report, UnitSummary
from metrics.wording.dates import format_day
from metrics.wording.definition import describe_polarity, describe_sign, describe_target
from metrics.wording.headline import headline_kpi
from metrics.wording.likelihood import describe_band, describe_worse
from metrics.wording.movement import describe_movement
from metrics.wording.notes import NOTES, describe_note
from metrics.wording.sentences import (
    describe_base,
    describe_benchmark,
    describe_bounds,
    describe_declared,
    describe_hidden,
    describe_other_benchmarks,
    describe_path,
    describe_people,
    describe_range,
)
from metrics.wording.status import BEHIND, describe_status, format_status
from metrics.wording.structure import breaks_between, describe_break
from metrics.wording.values import format_figure, lower_first, upper_first
from metrics.wording.without_people import labels_of
from pages.shared.markup import Cell, Column, Html, joined, link, picture, show, table, tag


def status(row: pd.Series, kpi: KpiSummary | None = None) -> Html:
    """Symbol and word; the word is always there. With the KPI, the word has its date; without, it fits a narrow cell."""
    name = str(row["status"])
    word = describe_status(row, kpi) if kpi else format_status(name, narrow=True)
    word = "Not entered" if str(row.get("note", "")) == "not_entered" else word
    return tag("span", picture(status_symbol(name)), tag("span", word), cls=f"eq-status {name}")


def chart_heading(figure: Figure, title: str = "", level: int = 3) -> None:
    """What the chart found and what it counts, as words of the page: they wrap with the page, and can be read without the picture.

    `title` stands in place of the finding where the page has already stated it.
    """
    said = figure.layout.meta
    show(tag(f"h{level}", title or said["finding"], cls=f"eq-h{level}"), tag("p", said["under"], cls="eq-small"))


def chart(figure: Figure, key: str) -> None:
    """A chart and the sentence under it.

    No mode bar: it is eight stops on the way of everyone who uses a keyboard, and each figure has its own downloads.
    """
    st.plotly_chart(figure, theme=None, config={"displayModeBar": False}, alt=figure.layout.meta["alt"], key=key)
    show(tag("p", figure.layout.meta["sentence"]))


def wide(inside: Html) -> Html:
    """For screens that have the room."""
    return tag("div", inside, cls="wide-only")


def narrow(inside: Html) -> Html:
    """The same for a phone."""
    return tag("div", inside, cls="narrow-only")


def base_words(rows: pd.DataFrame, kpi: KpiSummary) -> str:
    """How many people the last figure is about."""
    words = "" if rows.empty else describe_people(rows.iloc[-1], kpi)
    return f"{words}." if words else ""


def gap_head(kpi: KpiSummary, row: pd.Series, currency: str, unit: UnitSummary, pinned: str | None, contents: Contents) -> None:
    """Above one of the small charts: the gap, its status, and a link to everything about it."""
    value = format_figure(row, kpi, currency)
    own = None if unit.id == contents.root.id else unit.id
    show(
        tag(
            "div",
            tag("h2", link(kpi.short_title, "kpi", measure=kpi.id, unit=own, release=pinned), f": {value}", cls="eq-h3"),
            status(row, kpi),
            cls=f"eq-facts {row['status']}",
        )
    )


def tiles(report: Report, unit: str, kpis: Iterable[KpiSummary], pinned: str | None, care: Mapping[str, str]) -> Html:
    """A tile for each headline measure, those behind first. `care`: KPI to what must be read beside its figure."""
    currency = report.provenance.currency
    made = [(report.kpi_at(kpi.id, unit), report.series(kpi.id, unit)) for kpi in kpis]
    made = [(kpi, rows) for kpi, rows in made if len(rows)]
    made.sort(key=lambda pair: _urgency(str(pair[1].iloc[-1]["status"])))
    own = None if unit == report.contents.root.id else unit
    return tag("div", *(_tile(kpi, rows, currency, own, pinned, care.get(kpi.id, "")) for kpi, rows in made), cls="eq-tiles")


def _urgency(name: str) -> int:
    judged = ("missed", "off_path", "unclear", "withheld", "on_path", "reached")
    order = (*judged, "no_target", "context", "hidden", "not_available", "withdrawn")
    return order.index(name)


def _tile(kpi: KpiSummary, rows: pd.DataFrame, currency: str, unit: str | None, pinned: str | None, care: str) -> Html:
    last = rows.iloc[-1]
    name = str(last["status"])
    value = tag("b", short_figure(last, kpi, currency)) if pd.notna(last["value"]) else ""
    words = [
        tag("b", describe_movement(last, kpi, currency)),
        path_words(last, kpi, currency),
        care,
        tag("span", describe_base(last, kpi), cls="eq-small"),
    ]
    return tag(
        "article",
        tag("h3", link(kpi.short_title, "kpi", measure=kpi.id, unit=unit, release=pinned)),
        tag("div", value, status(last, kpi), cls="value"),
        _spark(rows, kpi, currency),
        tag("div", *(tag("span", w) for w in words if w), cls="words"),
        cls=f"eq-tile {name}",
    )


def _spark(rows: pd.DataFrame, kpi: KpiSummary, currency: str) -> Html:
    shown = rows.dropna(subset=["value"])
    if len(shown) < 2:  # one figure is no line
        return Html("")
    last = shown.iloc[-1]
    parted = breaks_between(kpi.series_breaks, shown["period_end"].iloc[0], last["period_end"])
    since = max((pd.Timestamp(day) for day, _ in parted), default=shown["period_end"].iloc[0])
    pair = [shown[shown["period_end"] >= since].iloc[0], last]  # never from one side of a break to the other
    told = dict.fromkeys(f"{format_figure(row, kpi, currency)} on {format_day(row['period_end'])}" for row in pair)
    broken = "".join(f". The line is broken: {describe_break(day, reason)}" for day, reason in parted)
    words = f"{kpi.short_title}: {', '.join(told)}{broken}"
    return picture(draw_sparkline(rows, kpi, words), alt=words, cls="spark")


def short_figure(row: pd.Series, kpi: KpiSummary, currency: str) -> str:
    """For large print: "−18.8 points" where running text says percentage points."""
    words = format_figure(row, kpi, currency)
    return words.replace("percentage points", "points")


def path_words(row: pd.Series, kpi: KpiSummary, currency: str) -> str:
    """The path now; a target that is a band, or none, in its own words."""
    if kpi.within is not None:
        return f"Target: {lower_first(describe_target(kpi, currency))}"
    return describe_path(row, kpi, currency) or describe_polarity(kpi)


def finding(rows: pd.DataFrame, kpi: KpiSummary, unit: UnitSummary, contents: Contents) -> str:
    """The heading of a measure's page."""
    if rows.empty:
        return f"{kpi.short_title}: not published for {unit.name}"
    return headline_kpi(rows.iloc[-1], kpi, contents.provenance.currency, None if unit.parent is None else unit.name)


def value_cell(row: pd.Series | None, kpi: KpiSummary, currency: str, with_unit: bool = False) -> object:
    """A figure for a table: never 0 or a gap where it is hidden, but the word. `with_unit`: where a column holds several measures."""
    if row is None:
        return "Not published"
    if pd.isna(row["value"]):
        return Cell(status(row), "hidden" if row["status"] == "hidden" else "")
    return short_figure(row, kpi, currency) if with_unit else format_figure(row, kpi, currency, bare=True)


def grid(report: Report, parent: str, units: list[str], kpis: list[KpiSummary], pinned: str | None) -> Html:
    """Units by headline measures: value and status word in each cell."""
    currency, contents = report.provenance.currency, report.contents
    day = {k.id: contents.periods[k.id][-1] for k in kpis}
    found = {k.id: report.units_at(k.id, day[k.id], [parent, *units]) for k in kpis}
    rows = []
    empty = [u for u in units if all(_is_hidden(found[k.id], u) for k in kpis)]
    for unit in [parent, *(u for u in units if u not in empty), *empty[:1]]:
        own = unit == parent
        name: object = (
            contents.units[unit].name
            if own and parent != contents.root.id
            else "Whole council"
            if own
            else joined(
                [link(contents.units[u].name, "directorate", unit=u, release=pinned) for u in (empty if unit in empty else [unit])], ", "
            )
        )
        rows.append([name, *(_grid_cell(found[k.id], unit, k, currency) for k in kpis)])
    columns = [Column("Unit"), *(Column(k.short_title) for k in kpis)]
    return table("Status of each unit on each headline measure", columns, rows, quiet=True, cls="eq-grid", own=1)


def grids(report: Report, parent: str, units: list[str], kpis: list[KpiSummary], pinned: str | None) -> tuple[Html, set[str]]:
    """The grid as a table and, for phones, as a list; and the ids of the measures that stand in it."""
    below = published_below(report, units, kpis)
    gone = {k.id for k in hidden_everywhere(report, units, below)}
    below = [k for k in below if k.id not in gone]
    if not below:
        return Html(""), set()
    both = wide(grid(report, parent, units, below, pinned)) + narrow(grid_list(report, units, below, pinned))
    return Html(both), {k.id for k in below}


def published_below(report: Report, units: list[str], kpis: list[KpiSummary]) -> list[KpiSummary]:
    """Measures that at least one of the units has a row of, shown or hidden."""
    return [k for k in kpis if len(report.units_at(k.id, report.contents.periods[k.id][-1], units))]


def hidden_everywhere(report: Report, units: list[str], kpis: list[KpiSummary]) -> list[KpiSummary]:
    """Measures of which every one of the units' figures is hidden: a sentence, not a column."""
    return [k for k in kpis if (report.units_at(k.id, report.contents.periods[k.id][-1], units)["marker"] == "[c]").all()]


def _is_hidden(rows: pd.DataFrame, unit: str) -> bool:
    return unit in rows.index and rows.loc[[unit]].iloc[0]["marker"] == "[c]"


def _grid_cell(rows: pd.DataFrame, unit: str, kpi: KpiSummary, currency: str) -> Cell:
    if unit not in rows.index:
        return Cell(tag("span", "Not published", cls="eq-small"))
    row = rows.loc[[unit]].iloc[0]
    value = tag("b", format_figure(row, kpi, currency, bare=True)) if pd.notna(row["value"]) else ""
    return Cell(joined([value, status(row)]), str(row["status"]))


def grid_list(report: Report, units: list[str], kpis: list[KpiSummary], pinned: str | None) -> Html:
    """The same for a phone: a line a unit, most behind first."""
    lines = []
    for unit in units:
        names = [
            str(rows.loc[unit, "status"])
            for k in kpis
            if unit in (rows := report.units_at(k.id, report.contents.periods[k.id][-1], units)).index
        ]
        behind = sum(n in BEHIND for n in names)
        others = [
            ("on path or reached", sum(n in {"on_path", "reached"} for n in names)),
            ("too early to say", names.count("unclear")),
            ("hidden", names.count("hidden")),
            ("withheld", names.count("withheld")),
        ]
        words = ", ".join(f"{n} {word}" for word, n in others if n)
        head = tag(
            "span",
            picture(status_symbol("off_path" if behind else "on_path")),
            tag("span", f"{behind} behind" if behind else "None behind"),
            cls=f"eq-status {'off_path' if behind else 'on_path'}",
        )
        lines.append(
            (
                -behind,
                tag(
                    "li",
                    link(report.contents.units[unit].name, "directorate", unit=unit, release=pinned),
                    head,
                    tag("span", words, cls="eq-small"),
                ),
            )
        )
    return tag("ul", *(line for _, line in sorted(lines, key=lambda pair: pair[0])), cls="eq-list")


def facts(report: Report, kpi: KpiSummary, rows: pd.DataFrame) -> None:
    """The column beside the time chart: everything that must be known about the last figure, in words."""
    currency, last = report.provenance.currency, rows.iloc[-1]
    name = str(last["status"])
    listed = [
        ("Likely range", describe_range(last, kpi, currency)),
        ("Four-fifths band", upper_first(describe_band(last, kpi))),
        ("Which way is worse", upper_first(describe_worse(kpi))),
        ("What it means", describe_sign(kpi)),
        ("Target path", "" if kpi.within is not None else describe_path(last, kpi, currency)),
        ("Target" if str(last["unit"]) == report.contents.root.id else "The whole council’s target", describe_target(kpi, currency)),
        ("Since last year", describe_movement(last, kpi, currency)),
        ("People not known", describe_bounds(last, kpi, currency)),
        ("Answered" if kpi.is_of_answers else "On record", describe_declared(last, kpi)),
        ("Compared with", describe_benchmark(last, kpi, currency)),
        ("Of whom", lower_first(kpi.benchmark_population).rstrip(".") if describe_benchmark(last, kpi, currency) else ""),
        ("If another is taken", describe_other_benchmarks(last, kpi, currency)),
        ("Who is counted" if kpi.counts_people else labels_of(kpi)[0], f"{upper_first(kpi.who).rstrip('.')}. {describe_base(last, kpi)}"),
        ("Note", describe_note(last, report.contents) or (NOTES["rounded"] if last["rounded"] else "")),
    ]
    big = tag("div", short_figure(last, kpi, currency), cls="value")
    entries = [joined([tag("dt", term), tag("dd", words)]) for term, words in listed if words]
    show(tag("div", big, status(last, kpi), tag("dl", *entries), cls=f"eq-facts {name}"))


def hidden_note(rows: pd.DataFrame) -> str:
    """How many are not shown, and why; empty when everything is."""
    withheld = int((rows["status"] == "withheld").sum())
    words = [describe_hidden(rows), f"{withheld} of {len(rows)} withheld. {NOTES['withheld']}" if withheld else ""]
    return " ".join(filter(None, words))
