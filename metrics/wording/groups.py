"""Groups and units by the names that people know them by."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from metrics.report import DimensionSummary, KpiSummary
from metrics.wording.waterfall import STEP_NAMES


def format_group(group: str, dimensions: Mapping[str, DimensionSummary], everyone: str = "Everyone") -> str:
    """ "sex=female;ethnicity_5=asian" as "Women, Asian"."""
    if not group:
        return everyone
    return ", ".join(_label(part, dimensions) for part in group.split(";"))


def _label(part: str, dimensions: Mapping[str, DimensionSummary]) -> str:
    dimension, _, category = part.partition("=")
    if dimension == "step":
        return STEP_NAMES.get(category, category)
    known = dimensions[dimension].categories if dimension in dimensions else ()
    return next((label for id, label, _ in known if id == category), category)


def format_breakdown(breakdown: str, dimensions: Mapping[str, DimensionSummary]) -> str:
    """ "directorate+ethnicity_5" as "directorate and ethnic group"."""
    words = [dimensions[word].title if word in dimensions else word.replace("_", " ") for word in breakdown.split("+") if word]
    return " and ".join(word if word[1:2].isupper() else word.lower() for word in words) or "whole council"


OWN = {"proportion": "share", "percentage_point_gap": "difference", "representation_index": "index"}


def describe_own(kpi: KpiSummary, split: str) -> str:
    """ "each group’s own share" of a split into the very groups that the measure is about; "" of other splits."""
    return f"each group’s own {OWN[kpi.measure]}" if kpi.measure in OWN and not kpi.over and kpi.stands_alone(split) else ""


def worth_drawing(rows: pd.DataFrame, kpi: KpiSummary) -> bool:
    """Whether rows of groups make a chart and a table: not where figures are hidden and nothing but groups of nobody is left."""
    nobody = (rows["value"] == 0) & (kpi.measure == "count")
    return bool((rows["value"].notna() & ~nobody).any() or (len(rows) and (rows["marker"] == "").all()))


def gather_hidden(rows: pd.DataFrame, counts: tuple[str, ...] = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows that say something, and those that only say that they are hidden: two or more of these are read as one line, not one by one.

    `counts` : columns that stand beside the figure; a hidden figure whose count is shown says something.
    """
    nothing = (rows["marker"] == "[c]") & rows[["value", *counts]].isna().all(axis=1)
    if nothing.sum() < 2:
        return rows, rows.head(0)
    return rows[~nothing], rows[nothing]
