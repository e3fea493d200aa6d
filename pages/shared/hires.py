"""What a target would take in hiring, next to the target."""

from __future__ import annotations

import pandas as pd

from metrics.access.viewer import Viewer
from metrics.report import Contents, KpiSummary, Request, UnitSummary
from metrics.understanding.hires import hiring, related
from metrics.wording.hires import describe_assumptions, describe_hiring
from pages.shared import reports
from pages.shared.markup import show, tag


def needed(viewer: Viewer, contents: Contents, kpi: KpiSummary, unit: UnitSummary, rows: pd.DataFrame) -> None:
    """The share of joiners that the next milestone takes; nothing where it cannot be said."""
    asked = related(contents, kpi)
    if not asked or rows.empty:
        return
    movers = reports.read(viewer, contents, Request(kpis=asked, units=(unit.id,)))
    found = hiring(rows.iloc[-1], kpi, movers)
    if found is not None:
        show(
            tag(
                "div",
                tag("h2", "What the target would take", cls="eq-h3"),
                tag("p", describe_hiring(found, kpi)),
                tag("p", describe_assumptions(found, kpi), cls="eq-small"),
                cls="eq-box",
            )
        )
