"""How good the data is: what is missing and what to do, how fresh it is, what was loaded, and how people are protected."""

from datetime import date

import streamlit as st

from metrics.charts.answers import answered, draw_answers, draw_by_unit, draw_rates_over_time, finding, over_time
from metrics.wording.dates import format_day
from metrics.wording.quality import NOT_PROMISED, UNSETTLED, describe_few_moved, describe_review, passed_reviews
from pages.shared import about, cards, downloads, filters, notes, quality, reports
from pages.shared.markup import joined, link, show, tag
from pages.shared.viewer import require_viewer

viewer = require_viewer("data_quality")
today = date.today()
top, choices = st.container(), st.columns(3)
contents, pinned, latest = filters.choose_release(viewer, choices[2])
unit = filters.choose_unit(contents, choices[0])
day = reports.days_of(contents, reports.every_day(contents), unit)[-1]
parts = filters.below(contents, unit.id, day)
root = contents.root
report = reports.read_units(viewer, contents, list(contents.kpis.values()), tuple(dict.fromkeys((unit.id, root.id, *parts))))
items = reports.drawn(viewer, report, answered, unit.id, day, quality.read_counts(viewer, contents, (unit.id,), day))
asked = [contents.kpis[a.kpi] for a in items]
place = "The whole council" if unit.parent is None else unit.name

with top:
    notes.masthead(viewer, contents.provenance)
    notes.withdrawn(contents.provenance, latest, "data_quality")
    found = f"{place}: {finding(items)[:1].lower()}{finding(items)[1:]}" if items else f"{place}: no declaration rate is published"
    above = [link("Whole council", "data_quality", release=pinned), " / "] if unit.parent is not None else []
    eyebrow = joined(["Data quality / ", *above, "Whole council" if unit.parent is None else unit.name])
    notes.opening(eyebrow, found, notes.stamp(contents, format_day(day), notes.populations(asked)))

notes.heading("What is missing, and what to do", f"For {'the whole council' if unit.parent is None else unit.name}; most useful first.")
lines = reports.drawn(viewer, report, quality.to_do, unit, items, contents, pinned, today)
show(tag("ul", *lines, cls="eq-bullets") if lines else notes.sentence(f"Nothing is missing, {format_day(day)}."))

if items:
    notes.heading("Who has answered")
    drawn, numbers = st.columns(2, gap="large")
    with drawn:
        figure = reports.drawn(viewer, report, draw_answers, items, unit.id, day)
        cards.chart_heading(figure)
        cards.chart(figure, "answers")
        kinds = list(dict.fromkeys(label for a in items for label in a.unknown))
        show(about.parts_key(["Known", *kinds] if kinds else ["Known", "Not known"]))
        notes.source(contents, *asked)
    with numbers:
        show(quality.answers_table(items))
        downloads.offer(quality.rows_of(report, items, [unit.id], day), f"Who has answered, {unit.name}", f"{unit.id}-answers")

    series = reports.drawn(viewer, report, over_time, items, unit.id)
    if series["period_end"].nunique() > 1:
        notes.heading("Over time", "A rising rate changes the shares by itself: read the two together.")
        drawn, numbers = st.columns(2, gap="large")
        with drawn:
            figure = reports.drawn(viewer, report, draw_rates_over_time, items, unit.id)
            cards.chart_heading(figure)
            cards.chart(figure, "answers-over-time")
            show(about.lines_key(list(dict.fromkeys(series["name"]))[:6]))
            notes.source(contents, *asked)
        with numbers:
            show(quality.time_table(series))
            downloads.offer(
                quality.rows_of(report, items, [unit.id]), f"Who has answered over time, {unit.name}", f"{unit.id}-answers-time"
            )

rates = reports.drawn(viewer, report, quality.rates_by_unit, [a.name for a in items], parts, day) if parts else {}
rates = {name: by_unit for name, by_unit in rates.items() if any(rate == rate for rate in by_unit.values())}
if rates:
    notes.heading("By unit", f"Parts of {'the council' if unit.parent is None else unit.name}. Choose one to see what it could do.")
    show(quality.units_table(rates, contents, pinned))
    name = filters.choose_characteristic([a.name for a in reversed(items) if a.name in rates], st.columns([1, 2])[0])
    figure = reports.drawn(viewer, report, draw_by_unit, name, rates[name], day)
    cards.chart_heading(figure)
    cards.chart(figure, "answers-by-unit")
    notes.source(contents, *asked)
    downloads.offer(quality.rows_of(report, items, parts, day), f"Who has answered by unit, {unit.name}", f"{unit.id}-answers-units")

missing = reports.drawn(viewer, report, quality.hidden_rows, unit.id)
notes.heading("Measures without a figure", f"At {'council level' if unit.parent is None else unit.name}, at their last date.")
if len(missing):
    show(quality.withheld_table(missing, contents, unit, pinned))
else:
    show(notes.sentence(f"Every measure that is published for {unit.name} has a figure, {format_day(day)}."))
for _, title, why in contents.waiting:
    show(tag("p", tag("b", f"{title}: "), why))

notes.heading("How fresh the data is")
if contents.sources:
    show(quality.freshness_table(contents, today))
    notes.heading(
        "What was loaded",
        "A file with a label that nobody has mapped, or with more than one row in twenty refused, is not loaded at all, unless the analyst "
        "decides otherwise for refused rows. An empty answer counts as not recorded. People are a published figure; rows and refusals are "
        "given roughly, so that no small number shows.",
    )
    people = quality.read_people(viewer, contents)
    for source in contents.sources.values():
        with st.expander(f"{source.title}: {len(source.loads)} extract{'' if len(source.loads) == 1 else 's'}"):
            show(quality.loads_table(source, people))
    notes.heading(
        "Rows about people that are kept", "The dashboard cannot reach them. “equality purge” deletes what is past its time; figures stay."
    )
    show(tag("ul", *(tag("li", quality.kept_rows(s)) for s in contents.sources.values() if s.about_people), cls="eq-bullets"))
else:
    dates = ", ".join(f"{title}, {format_day(d)}" for title, d in contents.provenance.data_dates.items())
    show(notes.sentence(f"Figures are made from {dates}. This release was made before releases said when each extract was loaded."))

notes.heading("How people are protected", contents.provenance.disclosure_note)
quality.protection(contents)
if moved := reports.few_moved(viewer, contents):
    show(notes.sentence(describe_few_moved(*moved), small=True))
show(notes.sentence(UNSETTLED, small=True), notes.sentence(NOT_PROMISED, small=True))

withdrawn = [r for r in reports.list_releases(viewer) if r.withdrawn is not None]
notes.heading("Withdrawn releases")
if withdrawn:
    reasons = (tag("li", link(f"Release {r.id}", "data_quality", release=r.id), f": {r.withdrawn}") for r in withdrawn)
    show(tag("ul", *reasons, cls="eq-bullets"))
else:
    show(notes.sentence(f"None has been withdrawn, {format_day(today)}."))

overdue = passed_reviews(contents, today)
notes.heading("Definitions whose review is overdue")
if overdue:
    named = (tag("li", link(k.title, "definitions", definition=k.id, release=pinned), f": {describe_review(k, today)}.") for k in overdue)
    show(tag("ul", *named, cls="eq-bullets"))
else:
    show(notes.sentence(f"None, {format_day(today)}."))

notes.footer(contents, viewer)
