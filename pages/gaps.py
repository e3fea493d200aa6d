"""Pay gaps: how large, against target, over time on one scale, and by group or directorate."""

import streamlit as st

from metrics.charts.groups import draw_groups, draw_units
from metrics.charts.multiples import draw_one_of
from metrics.report import Request
from metrics.wording.dates import format_day
from metrics.wording.headline import headline_pay_gaps
from pages.shared import cards, downloads, filters, notes, reports, tables
from pages.shared.markup import show
from pages.shared.viewer import require_viewer

viewer = require_viewer("gaps")
top, choices = st.container(), st.columns(3)
contents, pinned, latest = filters.choose_release(viewer, choices[2])
kinds = reports.pay_gap_kinds(contents)
if not kinds:
    with top:
        notes.masthead(viewer, contents.provenance)
        notes.opening(
            "Pay gaps", "No pay gap is published in this release", notes.stamp(contents, format_day(contents.latest), "not applicable")
        )
    notes.unequal_pay()
    notes.footer(contents, viewer)
    st.stop()
kind = filters.choose_statistic(kinds, choices[1])
gaps = kinds[kind][:4]
unit = filters.choose_unit(contents, choices[0])
day = max(contents.periods[k.id][-1] for k in gaps)
parts = filters.below(contents, unit.id, day)
report = reports.read(
    viewer, contents, Request(kpis=tuple(k.id for k in gaps), units=tuple(dict.fromkeys((unit.id, contents.root.id, *parts))))
)
gaps = reports.published_for(report, gaps, unit.id)
now = reports.latest_rows(report, gaps, unit.id)
finding = headline_pay_gaps(now, contents.kpis, contents.provenance.currency)

with top:
    notes.masthead(viewer, contents.provenance)
    notes.withdrawn(contents.provenance, latest, "gaps")
    place = "Pay gaps" if unit.parent is None else f"Pay gaps / {unit.name}"
    notes.opening(
        place,
        finding,
        notes.stamp(contents, format_day(day), notes.populations(gaps), "A positive gap means the group named is paid less."),
    )

if not gaps:
    show(notes.sentence(f"No pay gap is published for {unit.name}. Choose the whole council or a directorate."))
drawn = 0
for kpi, column in zip(gaps, st.columns(max(len(gaps), 1), gap="medium"), strict=False):
    with column:
        rows = report.series(kpi.id, unit.id)
        cards.gap_head(kpi, rows.iloc[-1], contents.provenance.currency, unit, pinned, contents)
        if rows["value"].notna().sum() == 1:
            show(notes.sentence(notes.ONE_DATE))
        elif rows["value"].notna().any():
            figure = reports.drawn(viewer, report, draw_one_of, kpi.id, [k.id for k in gaps], unit.id)
            cards.chart(figure, f"gap-{kpi.id}")
            drawn += 1
            show(notes.sentence(figure.layout.meta["under"], small=True))
        else:
            notes.nothing_to_draw(rows, contents, unit, kpi, pinned)
if gaps:
    if drawn:
        same = notes.sentence("Same scale in all. No usual range is drawn: yearly figures are too few.", small=True)
        show(notes.gaps_key(gaps), same)
    notes.source(contents, *gaps, more=cards.hidden_note(now))
    show(reports.drawn(viewer, report, tables.gaps, gaps, unit.id))
    downloads.offer(reports.part(report, now), f"Pay gaps, {unit.name}", f"{unit.id}-pay-gaps")

    left, right = st.columns([1.6, 1], gap="large")
    with right:
        notes.unequal_pay()
    with left:
        notes.heading("Where the gap differs")
        kpi = filters.choose_kpi(contents, st.container(), [k.id for k in gaps], "Pay gap", key="gap")
        splits = reports.splits(report, kpi, unit.id, parts)
        if splits:
            split = filters.choose_split(contents, splits, st.container())
            rows = reports.split_rows(report, kpi, unit.id, split, parts)
            if rows["value"].notna().any():
                then = rows["period_end"].iloc[0].date()
                figure = (
                    reports.drawn(viewer, report, draw_units, kpi.id, unit.id, parts, then)
                    if split == "unit"
                    else reports.drawn(viewer, report, draw_groups, kpi.id, unit.id, split, then)
                )
                cards.chart_heading(figure)
                cards.chart(figure, "gap-split")
                show(notes.groups_key(kpi, rows))
            else:
                notes.nothing_to_draw(rows, contents, unit, kpi, pinned)
            notes.source(contents, kpi, more=cards.hidden_note(rows))
            show(tables.by_unit(rows, kpi, contents, pinned) if split == "unit" else tables.by_group(rows, kpi, contents, split))
            downloads.offer(reports.part(report, rows), f"{kpi.title} by {split}, {unit.name}", f"{kpi.id}-{split}")
        else:
            show(
                notes.sentence(
                    f"Not published by group or directorate for {unit.name}: the measure's definition names none that reaches there."
                )
            )

notes.how_we_know(contents, *gaps)
notes.footer(contents, viewer)
