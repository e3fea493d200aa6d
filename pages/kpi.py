"""One measure in depth: where it stands, over time, between two dates, and between groups."""

import streamlit as st

from metrics.charts.groups import draw_groups
from metrics.report import Request, characteristic
from metrics.wording.dates import format_day, format_when
from metrics.wording.groups import format_breakdown, worth_drawing
from metrics.wording.instead import describe_instead_of
from metrics.wording.likelihood import describe_place
from metrics.wording.values import lower_first
from metrics.wording.without_people import asked_of
from pages.shared import cards, change_parts, comparators, downloads, filters, gap_parts, hires, notes, over_time, reports, tables
from pages.shared.markup import joined, link, show, tag
from pages.shared.viewer import require_viewer

viewer = require_viewer("kpi")
top, choices = st.container(), st.columns(4)
contents, pinned, latest = filters.choose_release(viewer, choices[3])
kpi = filters.choose_kpi(contents, choices[0])
unit = filters.choose_unit(contents, choices[1])
structure = filters.choose_structure(contents, unit, choices[1])
days = reports.days_of(contents, contents.periods[kpi.id], unit)
earlier, day = filters.choose_earlier(days, choices[2]), days[-1]
asked = Request(kpis=(kpi.id,), units=tuple(dict.fromkeys((unit.id, contents.root.id))), structure=structure)
report = reports.read(viewer, contents, asked)
kpi = report.kpi_at(kpi.id, unit.id)
rows = report.series(kpi.id, unit.id)
currency = contents.provenance.currency

with top:
    notes.masthead(viewer, contents.provenance)
    notes.withdrawn(contents.provenance, latest, "kpi")
    place = joined(
        [link("Measures", "kpi", release=pinned), f" / {kpi.id} {kpi.short_title}", "" if unit.parent is None else f" / {unit.name}"]
    )
    notes.opening(
        place,
        cards.finding(rows, kpi, unit, contents),
        notes.stamp(contents, format_when(day, kpi.span_months), kpi.population, cards.base_words(rows, kpi)),
    )

    notes.former(contents, unit, pinned, "kpi", kpi.id)
    gap_parts.beside_headline(viewer, contents, kpi, unit)

if rows.empty:
    notes.not_published(kpi, unit)
else:
    left, right = st.columns([2.3, 1], gap="large")
    with left:
        over_time.section(report, kpi, unit, rows, pinned)
    with right:
        cards.facts(report, kpi, rows)
        hires.needed(viewer, contents, kpi, unit, rows)

dimensions = report.dimensions_of(kpi.id, unit.id)
dimension = ""
if dimensions:
    notes.heading("Between groups")
    chosen = filters.choose_dimension(contents, dimensions, st.columns([1, 2])[0])
    dimension = reports.readable_dimension(report, kpi, unit.id, chosen)
    if dimension != chosen:
        show(notes.sentence(describe_instead_of(chosen, dimension, contents)))
    then = reports.last_day_of_groups(report, kpi, unit.id, dimension)
    groups = report.groups_at(kpi.id, unit.id, dimension, then)
    drawn, numbers = st.columns(2, gap="large")
    with drawn:
        if worth_drawing(groups, kpi):
            figure = draw_groups(report, kpi.id, unit.id, dimension, then)
            cards.chart_heading(figure)
            cards.chart(figure, "groups")
            show(notes.groups_key(kpi, groups))
            if beside := describe_place(kpi, contents.dimensions[dimension], groups):
                show(notes.sentence(beside, small=True))
        else:
            notes.nothing_to_draw(groups, contents, unit, kpi, pinned)
        notes.source(contents, kpi, more=cards.hidden_note(groups))
    with numbers:
        if worth_drawing(groups, kpi):
            show(tables.by_group(groups, kpi, contents, dimension))
            if kpi.measure == "count":
                notes.additivity(groups, reports.whole_on(report, kpi, unit.id, then), "value", contents, kpi, "groups")
        title = f"{kpi.title} by {contents.dimensions[dimension].title.lower()}, {unit.name}"
        downloads.offer(reports.part(report, groups), title, f"{kpi.id}-{dimension}")
else:
    notes.heading("Between groups", f"Published for {unit.name} as a whole, not by group.")

for pair in reports.crossings(report, kpi, unit.id):
    together = reports.crossed_rows(report, kpi, unit.id, pair)
    notes.heading(f"By {format_breakdown('+'.join(pair), contents.dimensions)} together")
    if worth_drawing(together, kpi):
        show(tables.crossed(together, kpi, contents, pair))
        if kpi.measure == "count":
            whole = reports.whole_on(report, kpi, unit.id, together["period_end"].iloc[0].date())
            notes.additivity(together, whole, "value", contents, kpi, "groups")
        notes.source(contents, kpi, more=cards.hidden_note(together))
    else:
        notes.nothing_to_draw(together, contents, unit, kpi, pinned)
    downloads.offer(reports.part(report, together), f"{kpi.title}, {unit.name}", f"{kpi.id}-{'-'.join(pair)}")

gap_parts.where_from(viewer, contents, kpi, unit, pinned)

if earlier is not None:
    change_parts.made_of(viewer, contents, kpi, unit, earlier)
    compared = reports.two_dates(report, kpi, unit.id, dimension, earlier, day)
    if len(compared):
        by = ""
        if len(compared) > 1:
            by = f", {lower_first(reports.all_of(kpi))} and by {lower_first(characteristic(contents.dimensions[dimension].title))}"
        notes.heading("Two dates compared", f"{unit.name}{by}: {format_day(earlier)} and {format_day(day)}.")
        show(tables.two_dates(compared, report, kpi, earlier, day))

comparators.show_beside(viewer, report, kpi, unit.id)

notes.caveats(report, kpi, rows)
show(tag("p", link(f"{asked_of(kpi)}: the full definition", "definitions", definition=kpi.id, release=pinned)))
notes.how_we_know(contents, contents.kpis[kpi.id])
notes.footer(contents, viewer)
