"""What each measure counts, of whom, against what, and who is left out: all of them as a list, or one in full."""

from datetime import date

import streamlit as st

from metrics.charts.waterfall import draw_waterfall
from metrics.wording.dates import format_day, format_when
from metrics.wording.quality import passed_reviews
from metrics.wording.values import format_count_of, upper_first
from metrics.wording.waterfall import waterfall_steps
from pages.shared import about, cards, catalogue, downloads, filters, notes
from pages.shared.markup import joined, link, show, tag
from pages.shared.viewer import require_viewer

viewer = require_viewer("definitions")
today = date.today()
top, choices = st.container(), st.columns([2, 1, 1])
contents, pinned, latest = filters.choose_release(viewer, choices[2])
kpi = filters.choose_definition(contents, choices[0])

if kpi is None:
    every, passed = list(contents.kpis.values()), passed_reviews(contents, today)
    by = filters.choose_grouping(choices[1])
    words = st.text_input("Search the definitions", key="words", placeholder="A word of its title, reason, population or owner")
    found = catalogue.matching(every, words)
    reviews = "no review is overdue" if not passed else f"the review of {format_count_of(len(passed))} is overdue"
    with top:
        notes.masthead(viewer, contents.provenance)
        notes.withdrawn(contents.provenance, latest, "definitions")
        notes.opening(
            "Definitions",
            f"{upper_first(format_count_of(len(every)))} measures are defined; {reviews}",
            notes.stamp(contents, format_day(contents.latest), notes.populations(every)),
        )
    if not found:
        show(notes.sentence(f"No definition holds “{words}”. Try a shorter word, or clear the search."))
    elif words:
        show(notes.sentence(f"{upper_first(format_count_of(len(found)))} of {len(every)} definitions hold “{words}”."))
    for name, members in catalogue.groups(found, by).items():
        notes.heading(name)
        show(catalogue.listed(name, members, pinned, today))
    notes.source(contents, *found)
else:
    day = contents.periods[kpi.id][-1]
    with top:
        notes.masthead(viewer, contents.provenance)
        notes.withdrawn(contents.provenance, latest, "definitions")
        notes.opening(
            joined([link("Definitions", "definitions", release=pinned), f" / {kpi.id} {kpi.short_title}"]),
            f"{kpi.title}: what is counted, {'of what' if kpi.row_kind == 'item' else 'of whom'}, and why",
            notes.stamp(contents, format_when(day, kpi.span_months), kpi.population),
        )
    show(tag("p", link(f"The figures of {kpi.short_title}", "kpi", measure=kpi.id, release=pinned)))
    catalogue.in_full(kpi, contents, today)

    if kpi.counts_people:
        notes.heading(
            "Who is counted, and who is left out",
            f"From {'everybody' if kpi.rows_are == 'people' else f'all {kpi.rows_are}'} in the extract of {format_day(day)} down to "
            f"the {kpi.rows_are} the figure is about.",
        )
        report = catalogue.read_steps(viewer, contents, kpi)
        if report is None:
            show(notes.sentence(catalogue.NO_STEPS if kpi.steps else catalogue.NO_STEPS_YET))
        else:
            steps = waterfall_steps(report.cells, kpi)
            drawn, numbers = st.columns(2, gap="large")
            with drawn:
                figure = draw_waterfall(report, kpi.id, steps, day)
                cards.chart_heading(figure)
                cards.chart(figure, "waterfall")
                show(about.parts_key(["Left after the step", "Leave at the step"]))
                notes.source(contents, kpi)
            with numbers:
                show(catalogue.steps_table(kpi, steps))
                downloads.offer(report, f"{kpi.title}: who is counted and who is left out", f"{kpi.id}-steps")

    if kpi.example_rows:
        notes.heading("A worked example")
        show(
            tag(
                "p",
                "Worked example, checked at every ",
                tag("code", "equality check"),
                ". The rows are made up and are nobody’s.",
                cls="eq-small",
            )
        )
        catalogue.worked_example(kpi, contents.provenance.currency)
    catalogue.how_we_know(kpi)

notes.footer(contents, viewer)
