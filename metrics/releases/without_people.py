"""Figures that hold no counts of people: what a batch may hold whose certificate says so, because no attack was needed on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from metrics.releases.worked_out import ALIKE

MEASURES = ("score", "ordinal")
POINTS = ("numerator", "denominator")
OF_PEOPLE = (
    "everyone", "declared", "bound_low", "bound_high", "reference_value", "lower", "upper", "benchmark", "gap", "ratio",
    "change_lower", "change_upper",
)  # fmt: skip
"""What such a figure may not say: it would be of people, or of chance."""


def holds_people(certificate: Mapping[str, Any]) -> bool:
    return bool(certificate.get("people", True))


def faults_without_people(cells: pd.DataFrame, counts: int, measures: Mapping[str, str]) -> dict[str, int]:
    """What is wrong with figures that are said to hold no counts of people, in words, to how many of them.

    Only results are let through: points with what could be had, each value made of its own printed points, and the places of awards.

    Parameters
    ----------
    counts : how many counts of people the system beside them holds
    measures : KPI to its measure
    """
    measure = np.array([measures.get(str(kpi), "") for kpi in cells["kpi"]], dtype=object)
    points = measure == "score"
    value, given, most = (cells[name].to_numpy(dtype=float) for name in ("value", *POINTS))
    with np.errstate(divide="ignore", invalid="ignore"):
        own = (given >= 0) & (most > 0) & (given <= most) & (np.abs(value - given / most) <= ALIKE)
        place = (value >= 0) & (value == np.round(value))
    nothing = np.isnan(value) & np.isnan(given) & np.isnan(most)
    found = {
        "are of a measure that may hold counts of people": ~np.isin(measure.astype(str), list(MEASURES)),
        "are split as only figures of people are": ~_of_one_dimension(cells),
        "stand beside counts of people": np.full(len(cells), counts > 0),
        "say something of people": cells[[*OF_PEOPLE]].notna().to_numpy().any(axis=1),
        "are no share of their own points": points & ~nothing & ~own,
        "are no place among awards": ~points & ~nothing & ~(place & np.isnan(given) & np.isnan(most)),
    }
    return {words: int(rows.sum()) for words, rows in found.items() if rows.any()}


def _of_one_dimension(cells: pd.DataFrame) -> np.ndarray:
    """Figures of the whole, or of one category of the dimension that the breakdown names."""
    pairs = zip(cells["breakdown"].astype(str), cells["group"].astype(str), strict=True)
    return np.array([";" not in group and group.partition("=")[0] == breakdown for breakdown, group in pairs], dtype=bool)
