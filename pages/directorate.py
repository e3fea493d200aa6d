"""One directorate or service, at any depth: its measures, its parts, and what is missing in its data."""

import streamlit as st

from metrics.charts.declared import declaration_rates, draw_declared
from metrics.charts.funnel import can_draw_funnel, draw_funnel
from metrics.charts.groups import draw_units
from metrics.wording.dates import format_day
from metrics.wording.headline import headline_unit
from pages.shared import cards, downloads, filters, notes, reports, tables
from pages.shared.markup import show
from pages.shared.viewer import require_viewer

viewer = require_viewer("directorate")
top, choices = st.container(), st.columns(3)
contents, pinned, latest = filters.choose_release(viewer, choices[2])
unit = filters.choose_unit(contents, choices[0])
structure = filters.choose_structure(contents, unit, choices[0])
days = reports.days_of(contents, reports.every_day(contents), unit)
earlier, day = filters.choose_earlier(days, choices[1]), days[-1]
measures = [contents.kpis[k] for k in filters.headline_first(contents)]
parts = filters.below(contents, unit.id, day)
report = reports.read_units(viewer, contents, measures, tuple(dict.fromkeys((unit.id, contents.root.id, *parts))), structure)
measures = reports.published_for(report, measures, unit.id)
now = reports.latest_rows(report, measures, unit.id)

with top:
    notes.masthead(viewer, contents.provenance)
    notes.withdrawn(contents.provenance, latest, "directorate")
    notes.opening(
        notes.breadcrumb(contents, unit, pinned),
        headline_unit("The council" if unit.parent is None else unit.name, now, contents.kpis, not unit.stood(contents.latest)),
        notes.stamp(contents, format_day(day), notes.populations(measures)),
    )
    notes.former(contents, unit, pinned, "directorate")

notes.heading(
    "Its measures against the council and an earlier date", "A measure is off path only when its whole likely range is worse than the path."
)
show(reports.drawn(viewer, report, tables.measures, measures, unit, earlier, pinned), notes.strip_key(unit, contents, earlier))
notes.over_years(report, unit, report.series(measures[0].id, unit.id) if measures else now)
notes.source(contents, *measures, more=cards.hidden_note(now))
downloads.offer(report, f"Measures of {unit.name}", f"{unit.id}-measures")

if parts:
    notes.heading(f"Parts of {unit.name}")
    kpi = filters.choose_kpi(contents, st.columns([1, 2])[0], [k.id for k in measures], "Compare the parts on")
    then = reports.last_day_of_units(report, kpi, unit.id, parts)
    sized = reports.by_size(report, kpi, parts, then)
    rows = report.units_at(kpi.id, then, sized)
    drawn, numbers = st.columns([1.4, 1], gap="large")
    with drawn:
        figure = None
        if reports.drawn(viewer, report, can_draw_funnel, kpi.id, unit.id, sized, then):
            figure = reports.drawn(viewer, report, draw_funnel, kpi.id, unit.id, sized, then)
            key = notes.key(
                ("band", "Usual for 95 in 100"), ("outer_band", "Usual for 998 in 1,000"), ("ring", "Within"), ("filled_diamond", "Outside")
            )
        elif rows["value"].notna().any():
            figure = reports.drawn(viewer, report, draw_units, kpi.id, unit.id, sized, then)
            key = notes.groups_key(kpi, rows)
        if figure is not None:
            cards.chart_heading(figure)
            cards.chart(figure, "parts")
            show(key)
        else:
            notes.nothing_to_draw(rows, contents, unit, kpi, pinned)
        notes.source(contents, kpi, more=cards.hidden_note(rows))
    with numbers:
        show(reports.drawn(viewer, report, tables.parts, kpi, unit.id, sized, pinned, then))
        notes.own_staff(contents, unit)
        if len(rows) == len(parts) and unit.id not in contents.history.own_staff and kpi.measure in ("count", "proportion"):
            counted = "value" if kpi.measure == "count" else "denominator"
            notes.additivity(rows, reports.whole_on(report, kpi, unit.id, then), counted, contents, kpi, "parts")
        downloads.offer(reports.part(report, rows), f"{kpi.title}, parts of {unit.name}", f"{unit.id}-{kpi.id}-parts")

rates = reports.drawn(viewer, report, declaration_rates, unit.id, day)
if len(rates):
    notes.heading("Which data is missing")
    drawn, numbers = st.columns(2, gap="large")
    with drawn:
        figure = reports.drawn(viewer, report, draw_declared, unit.id, day)
        cards.chart_heading(figure)
        cards.chart(figure, "declared")
        if unit.parent is not None:
            show(notes.key(("bar", "Whole council")))
        notes.source(contents, *(contents.kpis[k] for k in rates["kpi"]))
    with numbers:
        show(tables.declared(rates))

notes.how_we_know(contents, *measures)
notes.footer(contents, viewer)
