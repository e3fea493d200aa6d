"""The city: do people get on, are they safe, are they treated alike, are they heard."""

import streamlit as st

from metrics.wording.dates import format_day
from metrics.wording.headline import headline_city
from pages.shared import city, filters, notes, reports
from pages.shared.markup import show
from pages.shared.viewer import require_viewer

viewer = require_viewer("community")
top, choices = st.container(), st.columns(3)
contents, pinned, latest = filters.choose_release(viewer, choices[0])
subjects = city.subjects(contents)
kpis = [kpi for mine in subjects.values() for kpi in mine]
report = city.read(viewer, contents, kpis)
root = contents.root.id
now = reports.latest_rows(report, kpis, root)

with top:
    notes.masthead(viewer, contents.provenance)
    notes.withdrawn(contents.provenance, latest, "community")
    day = format_day(now["period_end"].max()) if len(now) else format_day(contents.latest)
    notes.opening(
        "Community",
        headline_city(now, contents.kpis, contents.provenance.currency, city.behind(report, kpis)),
        notes.stamp(contents, day, notes.populations(kpis)),
    )

if not kpis:
    show(notes.sentence("No measure about the city is published in this release. Measures whose `topic` is about the city are shown here."))
room = city.MOST_CHARTS - 1  # the wards have the last one
for topic, mine in subjects.items():
    room -= city.subject(viewer, report, topic, mine, pinned, room)
city.wards(viewer, contents, kpis, pinned)
if kpis:
    city.owners(contents, kpis, pinned)
notes.how_we_know(contents, *(mine[0] for mine in subjects.values()))
notes.footer(contents, viewer)
