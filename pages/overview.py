"""Where do we stand: every headline measure with its path, then every unit on each of them."""

import streamlit as st

from metrics.wording.dates import format_day
from metrics.wording.headline import headline_overview, headline_unit
from pages.shared import cards, downloads, filters, gap_parts, notes, reports
from pages.shared.markup import show
from pages.shared.viewer import require_viewer

viewer = require_viewer("overview")
top, choices = st.container(), st.columns(3)
contents, pinned, latest = filters.choose_release(viewer, choices[0])
unit = filters.choose_unit(contents, choices[1])
day = contents.latest
headline = [k for k in contents.kpis.values() if k.headline] or list(contents.kpis.values())[:8]
parts = filters.below(contents, unit.id, day)
report = reports.read_units(viewer, contents, headline, (unit.id, *parts))
now = reports.latest_rows(report, headline, unit.id)
finding = headline_overview(now, contents.kpis) if unit.parent is None else headline_unit(unit.name, now, contents.kpis)

with top:
    notes.masthead(viewer, contents.provenance)
    notes.withdrawn(contents.provenance, latest, "overview")
    notes.opening(
        "Overview" if unit.parent is None else f"Overview / {unit.name}",
        finding,
        notes.stamp(contents, format_day(day), notes.populations(headline)),
    )
    notes.three_notes(now, contents.kpis)

notes.heading("Headline measures", "Behind first. The dashed line is the target path; each tile has its own scale.")
care = gap_parts.cautions(viewer, contents, headline, unit.id)
show(reports.once(viewer, contents, ("tiles", unit.id, pinned or ""), lambda: cards.tiles(report, unit.id, headline, pinned, care)))
show(notes.key(("line", "Published figure"), ("path", "Target path and target")))

if parts:
    notes.heading(
        "Every unit on every headline measure", f"Each against its own target path, {format_day(day)}. Choose a unit to see its services."
    )
    drawn = ("grid", unit.id, pinned or "")
    grid, below = reports.once(viewer, contents, drawn, lambda: cards.grids(report, unit.id, parts, headline, pinned))
    if grid:
        show(grid)
    gone = cards.hidden_everywhere(report, parts, cards.published_below(report, parts, headline))
    notes.only_here(unit, [k for k in headline if k.id not in below and k not in gone])
    notes.hidden_below(gone)
    notes.status_key(reports.statuses(report, headline))
notes.source(contents, *headline, more=cards.hidden_note(reports.all_latest(report, headline)))
downloads.offer(report, f"Headline measures, {unit.name}", "overview")
notes.how_we_know(contents, *headline)
notes.footer(contents, viewer)
