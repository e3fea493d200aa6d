"""Two releases side by side: which figures differ, and why."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from metrics.releases.draft import StoredBatch

FIGURES = ("numerator", "denominator", "value", "lower", "upper", "marker", "status")
KEYS = ("kpi", "breakdown", "unit", "group", "period_end")
REASONS = ("new", "gone", "data", "definition", "suppression")
"""new, gone : the figure is in one of the releases only
data : the rows that were loaded for the day are not the same
definition : the KPI is not defined the same
suppression : hidden in one and shown in the other, or data and definition agree and the protection does not"""


@dataclass(frozen=True)
class Comparison:
    """Figures of two releases that differ.

    Attributes
    ----------
    cells : one row per figure that differs: `kpi, breakdown, unit, group, period_end, value_before, value_after, marker_before,
        marker_after, numerator_before, …, reason`; `reason` joins several of `REASONS` by ", "
    """

    before: str
    after: str
    cells: pd.DataFrame

    @property
    def by_reason(self) -> dict[str, int]:
        """Reason to how many figures differ for it, in the order of `REASONS`."""
        counted = self.cells["reason"].str.split(", ").explode().value_counts()
        return {reason: int(counted[reason]) for reason in REASONS if reason in counted}


def compare_cells(
    before: str,
    after: str,
    old: pd.DataFrame,
    new: pd.DataFrame,
    old_batches: Sequence[StoredBatch],
    new_batches: Sequence[StoredBatch],
) -> Comparison:
    """The rows of two frames of `ESTIMATE_COLUMNS` that are not the same. Batches that both releases hold need not be handed in."""
    wanted = [*KEYS, *FIGURES]
    both = old[wanted].merge(new[wanted], how="outer", on=list(KEYS), suffixes=("_before", "_after"), indicator=True)
    both = both[_differs(both)].reset_index(drop=True)
    old_labels, new_labels = _labels(old_batches), _labels(new_batches)
    both["reason"] = [_reason(row, old_labels, new_labels) for row in both.to_dict("records")]
    both["reason"] = both["reason"].astype("str")
    order = [f"{name}_{side}" for name in FIGURES for side in ("before", "after")]
    return Comparison(before, after, both[[*KEYS, *order, "reason"]])


def _differs(both: pd.DataFrame) -> pd.Series:
    differs = both["_merge"] != "both"
    for name in FIGURES:
        a, b = both[f"{name}_before"], both[f"{name}_after"]
        differs |= ~((a == b) | (a.isna() & b.isna()))
    return differs


Labels = dict[tuple[str, date], tuple[str, str]]


def _labels(batches: Sequence[StoredBatch]) -> Labels:
    """KPI and period to the data and the definition that its figures were made from."""
    return {(kpi, b.label.period_end): (b.label.data, made) for b in batches for kpi, made in b.label.kpis.items()}


def _reason(row: dict[Hashable, Any], old: Labels, new: Labels) -> str:
    if row["_merge"] != "both":
        return "new" if row["_merge"] == "right_only" else "gone"
    key = (str(row["kpi"]), pd.Timestamp(row["period_end"]).date())
    found = [name for name, a, b in zip(("data", "definition"), old[key], new[key], strict=True) if a != b]
    hidden = {side: str(row[f"marker_{side}"]) in {"[c]", "[w]"} for side in ("before", "after")}
    if hidden["before"] != hidden["after"] or not found:
        found.append("suppression")
    return ", ".join(found)
