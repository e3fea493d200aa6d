"""Parts of the community page: one subject of the city after the other, and its wards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from metrics.access.viewer import Viewer
from metrics.charts.characteristics import clearly_worse, draw_characteristics, splits_of
from metrics.charts.funnel import against_usual, can_draw_funnel, draw_funnel
from metrics.charts.groups import draw_groups
from metrics.definitions.topic import Topic
from metrics.errors import NotPublished
from metrics.report import Contents, KpiSummary, Report, Request
from metrics.wording.values import lower_first
from pages.shared import cards, downloads, filters, notes, over_time, reports, tables
from pages.shared.markup import Column, Html, joined, link, show, table, tag, with_figures

WARD = "ward"
"""The dimension whose categories are the places of the ward view; `docs/how-to/community-page.md` says so."""
OFTEN = ("month", "quarter")
MOST_CHARTS = 6
"""More live charts than this make a page slow; a subject without one has its table, and each measure its own page."""


def subjects(contents: Contents) -> dict[Topic, list[KpiSummary]]:
    """Subjects of the city to their published measures, the one that leads first."""
    found: dict[Topic, list[KpiSummary]] = {}
    for topic in Topic:
        mine = [k for k in contents.kpis.values() if k.topic == topic.value and contents.periods.get(k.id)]
        if topic.of_the_city and mine:
            found[topic] = sorted(mine, key=_leads)
    return found


def _leads(kpi: KpiSummary) -> tuple[bool, bool]:
    return (not kpi.headline, not any(f.get("essential") for f in kpi.framework))


def read(viewer: Viewer, contents: Contents, kpis: Sequence[KpiSummary]) -> Report:
    """Every figure of the whole place, by each characteristic; wards are read when they are asked for."""
    ids = tuple(k.id for k in kpis)
    breakdowns = tuple(dict.fromkeys(("", *(b for k in kpis for b in k.breakdowns if WARD not in b.split("+")))))
    try:
        return reports.read(viewer, contents, Request(ids, breakdowns, (contents.root.id,)))
    except NotPublished:  # a breakdown that is declared but has no period yet
        return reports.read(viewer, contents, Request(kpis=ids, units=(contents.root.id,)))


def behind(report: Report, kpis: Sequence[KpiSummary]) -> tuple[str, pd.Series] | None:
    """The group that the first measure is clearly worst for."""
    root = report.contents.root.id
    rows = report.series(kpis[0].id, root) if kpis else report.cells.head(0)
    if not len(rows):
        return None
    dimensions = [d for d in report.dimensions_of(kpis[0].id, root) if d != WARD]
    return clearly_worse(report, kpis[0].id, root, dimensions, rows["period_end"].iloc[-1].date())


def subject(viewer: Viewer, report: Report, topic: Topic, kpis: Sequence[KpiSummary], pinned: str | None, room: int) -> int:
    """The subject's leading measure in at most `room` charts, and all of its measures in a table. How many charts were drawn."""
    contents, lead = report.contents, kpis[0]
    root = contents.root
    rows = report.series(lead.id, root.id)
    notes.heading(topic.heading)
    drawn = _lead(viewer, report, lead, rows, pinned, room) if len(rows) else 0
    there = reports.published_for(report, list(kpis), root.id)
    if there:
        show(reports.drawn(viewer, report, tables.measures, there, root, None, pinned))
        notes.source(contents, *there, more=cards.hidden_note(reports.latest_rows(report, there, root.id)))
        downloads.offer(_of(report, there), f"{topic.heading}, {root.name}", f"city-{topic.value}")
    return drawn


def _of(report: Report, kpis: Sequence[KpiSummary]) -> Report:
    return reports.part(report, report.cells[report.cells["kpi"].isin([k.id for k in kpis]) & (report.cells["group"] == "")])


def _lead(viewer: Viewer, report: Report, kpi: KpiSummary, rows: pd.DataFrame, pinned: str | None, room: int) -> int:
    root, day = report.contents.root, rows["period_end"].iloc[-1].date()
    if kpi.grain in OFTEN and rows["value"].notna().sum() > 1:
        if not room:
            return 0
        left, right = st.columns([2.3, 1], gap="large")
        with left:
            over_time.section(report, report.kpi_at(kpi.id, root.id), root, rows, pinned, title="", level=3)
        with right:
            cards.facts(report, kpi, rows)
        return 1
    sides = _sides(report, kpi, day)[:room]
    for dimensions, column in zip(sides, st.columns(len(sides), gap="large") if sides else (), strict=True):
        with column:
            _by_characteristic(viewer, report, kpi, dimensions, day)
    return len(sides)


def _sides(report: Report, kpi: KpiSummary, day: date) -> list[list[str]]:
    """What has an order (deprivation, age), and beside it what has none; what is not held against the whole has a chart of its own."""
    root = report.contents.root.id
    there = [d for d in report.dimensions_of(kpi.id, root) if d != WARD and splits_of(report, kpi.id, root, [d], day)]
    alone = [d for d in there if kpi.stands_alone(d)]
    held = [d for d in there if d not in alone]
    ordered = [d for d in held if report.contents.dimensions[d].ordered]
    return [side for side in (ordered, [d for d in held if d not in ordered], *([d] for d in alone)) if side]


def _by_characteristic(viewer: Viewer, report: Report, kpi: KpiSummary, dimensions: list[str], day: date) -> None:
    contents, root = report.contents, report.contents.root.id
    figure = (
        reports.drawn(viewer, report, draw_groups, kpi.id, root, dimensions[0], day)
        if kpi.stands_alone(dimensions[0])
        else reports.drawn(viewer, report, draw_characteristics, kpi.id, root, dimensions, day)
    )
    cards.chart_heading(figure)
    cards.chart(figure, f"city-{kpi.id}-{'-'.join(dimensions)}")
    every = pd.concat([report.groups_at(kpi.id, root, d, day) for d in dimensions])
    show(notes.groups_key(kpi, every))
    notes.source(contents, kpi, more=cards.hidden_note(every))
    with st.expander("Numbers for this chart"):
        for dimension in dimensions:
            show(tables.by_group(report.groups_at(kpi.id, root, dimension, day), kpi, contents, dimension))
    downloads.offer(reports.part(report, every), f"{kpi.title}, {report.contents.root.name}", f"{kpi.id}-{'-'.join(dimensions)}")


def wards(viewer: Viewer, contents: Contents, kpis: Sequence[KpiSummary], pinned: str | None) -> None:
    """One measure ward by ward: what chance allows, and each ward beside those that are as deprived; never a ranking."""
    mine = [k.id for k in kpis if WARD in k.breakdowns]
    if not mine or WARD not in contents.dimensions:
        return
    notes.heading(
        "Ward by ward", "Wards are listed by name. A ward outside the usual spread differs by more than chance allows; why is not known."
    )
    choices = st.columns([1, 1, 1])
    kpi = filters.choose_kpi(contents, choices[0], mine, "Compare the wards on")
    near, labels, above = filters.choose_place(contents, WARD, choices[1]), dict(_known(contents, WARD)), _parents(contents)
    root = contents.root.id
    report = reports.read(viewer, contents, Request((kpi.id,), ("", WARD), (root,)))
    if WARD not in report.dimensions_of(kpi.id, root):
        show(notes.sentence("No figure of a ward is published yet."))
        return
    day = reports.last_day_of_groups(report, kpi, root, WARD)
    rows = report.groups_at(kpi.id, root, WARD, day)
    usual: dict[str, str] = {}
    drawn, numbers = st.columns([1.2, 1], gap="large")
    with drawn:
        if reports.drawn(viewer, report, can_draw_funnel, kpi.id, root, WARD, day):
            usual = against_usual(report, kpi.id, root, WARD, day)
            figure = reports.drawn(viewer, report, draw_funnel, kpi.id, root, WARD, day)
            cards.chart_heading(figure)
            cards.chart(figure, "wards")
            show(
                notes.key(
                    ("band", "Usual for 95 in 100"),
                    ("outer_band", "Usual for 998 in 1,000"),
                    ("ring", "Within"),
                    ("filled_diamond", "Outside"),
                )
            )
        elif not rows["value"].notna().any():
            notes.nothing_to_draw(rows, contents, contents.root, kpi, pinned)
        notes.source(contents, kpi, more=cards.hidden_note(rows))
    with numbers:
        chosen = [w for w in labels if near is None or above.get(w) == above.get(near)]
        made = _ward_table(report, kpi, rows, sorted(chosen, key=lambda w: (w != near, labels[w])), labels, usual)
        if near is None:
            with st.expander(f"All {len(labels)} wards by name"):
                show(made)
        else:
            fifth = dict(_known(contents, contents.dimensions[WARD].parent)).get(above.get(near, ""), "")
            show(notes.sentence(f"{labels[near]} and the other wards of the same kind: {lower_first(fifth)}.") if fifth else "", made)
        downloads.offer(reports.part(report, rows), f"{kpi.title} by ward", f"{kpi.id}-wards")


def _known(contents: Contents, dimension: str) -> list[tuple[str, str]]:
    there = contents.dimensions.get(dimension)
    return [(id, label) for id, label, known in there.categories if known] if there else []


def _parents(contents: Contents) -> dict[str, str]:
    return dict(contents.dimensions[WARD].parents)


def _ward_table(
    report: Report, kpi: KpiSummary, rows: pd.DataFrame, wanted: Sequence[str], labels: dict[str, str], usual: dict[str, str]
) -> Html:
    contents, currency = report.contents, report.provenance.currency
    kinds = dict(_known(contents, contents.dimensions[WARD].parent))
    above = _parents(contents)
    columns = [
        Column("Ward"),
        Column("Kind", cls="whole"),
        Column(tables.value_name(kpi), True),
        Column("Likely range", True),
        Column("Usual spread"),
    ]
    body: list[list[object]] = []
    for ward in wanted:
        key = f"{WARD}={ward}"
        if key not in rows.index:
            continue
        row = rows.loc[[key]].iloc[0]
        spread = usual.get(key, "").capitalize()
        body.append(
            [
                labels[ward],
                kinds.get(above.get(ward, ""), ""),
                cards.value_cell(row, kpi, currency),
                tables.likely(row, kpi, currency),
                spread,
            ]
        )
    return table("Numbers for this chart, by name", *with_figures(columns, body), cls="eq-wrap")


def owners(contents: Contents, kpis: Sequence[KpiSummary], pinned: str | None) -> None:
    """Who answers for these measures."""
    named: dict[str, list[KpiSummary]] = {}
    for kpi in kpis:
        named.setdefault(kpi.owned_by, []).append(kpi)
    lines = [
        tag("li", tag("b", owner), ": ", joined([link(k.short_title, "kpi", measure=k.id, release=pinned) for k in own], ", "))
        for owner, own in sorted(named.items())
    ]
    notes.heading("Who answers for what")
    show(tag("ul", *lines, cls="eq-bullets"))
