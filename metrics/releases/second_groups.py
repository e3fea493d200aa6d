"""The people of the second group of a likelihood: a figure holds its share alone, the system that was certified with it its counts.

An audience is certified as knowing every count of its system, so these are shown to it as the figure is; they are read where the
figure itself stands, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from metrics.errors import NotCertified
from metrics.releases.certified import FIGURES, KEYS, shown_of
from metrics.releases.store import ReleaseStore
from metrics.report import Report

Place = tuple[str, str, str, date]
"""KPI, unit, group, last day."""
SECOND = ("reference_numerator", "reference_denominator")
ALIKE = 1e-9


def second_groups(store: ReleaseStore, report: Report) -> dict[Place, tuple[float, float]]:
    """Place to the people counted and the people in the pool, of every likelihood of the report that has a value.

    Empty for a release that was published before it kept which count each figure is.

    Raises
    ------
    NotCertified : the counts are not those that the printed share is made of
    """
    kpis = {id for id, kpi in report.contents.kpis.items() if kpi.measure == "relative_likelihood"}
    asked = report.cells[report.cells["kpi"].isin(kpis) & report.cells["value"].notna() & report.cells["reference_value"].notna()]
    shares = {(str(r["kpi"]), str(r["unit"]), str(r["group"]), r["period_end"].date()): r["reference_value"] for _, r in asked.iterrows()}
    named, days = {place[0] for place in shares}, {place[3] for place in shares}
    found: dict[Place, tuple[float, float]] = {}
    for batch, system in store.systems(report.provenance.release, report.provenance.audience) if shares else ():
        if batch.label.period_end in days and named & set(batch.label.kpis):
            found |= {p: two for p, two in _counts(store.batch_cells([batch]), system, batch.label.period_end) if p in shares}
    for place, (counted, of) in found.items():
        if not of or abs(min(counted, of) / of - shares[place]) > ALIKE:
            raise NotCertified(f"{place[0]}, {place[1]}: the counts of its second group are not those that its share is made of.")
    return found


def _counts(cells: pd.DataFrame, system: Mapping[str, Any], day: date) -> Iterator[tuple[Place, tuple[float, float]]]:
    """Figures of one batch whose second group the system shows; the regions are kept in the order of the figures' keys."""
    regions = system.get(FIGURES, {})
    if not set(SECOND) <= set(regions):
        return
    shown = np.append(shown_of(system), np.nan)
    keys = sorted(zip(*(cells[name].astype(str) for name in KEYS), strict=True))
    counted, of = (shown[np.array(regions[part], dtype=int)] for part in SECOND)
    for (kpi, _, unit, group), n, pool in zip(keys, counted.tolist(), of.tolist(), strict=True):
        if not np.isnan([n, pool]).any():
            yield (kpi, unit, group, day), (n, pool)
