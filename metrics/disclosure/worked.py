"""Counts of a worked example, shown as they are: the rows are invented, so there is nobody to protect."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.disclosure.shown import Certificate, ShownCells
from metrics.disclosure.weighted import shares
from metrics.query.counts import Counts


def unprotected(counts: Counts, audience: str) -> ShownCells:
    """Every count of invented people. Its certificate is not passed, so that no release can hold such cells."""
    regions = len(counts.regions)
    weighted = shares(counts.statistics, counts.weighted).drop(columns=["n", "of"]).assign(side="weighted")
    certificate = Certificate(
        dataset=counts.dataset,
        period_end=counts.period.end.isoformat(),
        audience=audience,
        profile="none",
        blocks=len(counts.tables),
        cells=regions,
        exact=regions,
        rounded=0,
        primary=0,
        secondary=0,
        coarsened=0,
        shown_by_level={},
        recovered=max(regions, 1),
        narrowest=None,
        required=0,
        pay_recovered=0,
        seconds=0.0,
    )
    return ShownCells(
        dataset=counts.dataset,
        period=counts.period,
        audience=audience,
        shown=np.asarray(counts.values, dtype=float),
        how=np.full(regions, "exact", dtype=object),
        cells=counts.cells,
        statistics=pd.concat([counts.statistics.drop(columns=["n"]), weighted], ignore_index=True).assign(marker=""),
        certificate=certificate,
        chains=((),) * regions,
    )
