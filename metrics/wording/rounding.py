"""Counts that were rounded one by one: where the parts that a reader sees do not add up to the total beside them, and why."""

from __future__ import annotations

import pandas as pd

from metrics.report import Contents, KpiSummary
from metrics.wording.values import format_number, is_missing

BASES = {2: 5, 5: 10}
"""How far a rounded count may be from the true one, to what it was rounded to."""


def rounding_base(contents: Contents, kpi: KpiSummary) -> int | None:
    """What counts of a KPI's dataset are rounded to; None where nothing is rounded, or an older release does not say."""
    found = {int(c.get("off_by", 0)) for c in contents.certificates if c["dataset"] == kpi.dataset} - {0}
    return BASES.get(found.pop()) if len(found) == 1 else None


def describe_additivity(parts: pd.DataFrame, whole: pd.Series | None, column: str, contents: Contents, kpi: KpiSummary, what: str) -> str:
    """ "Counts are rounded to the nearest 5, so groups may not add up to the total: here 245 beside 250."; "" where they do add up.

    Parameters
    ----------
    parts : a row for each part, which together are everybody in the whole; `what` calls them "groups" or "units"
    column : the count that readers would add up
    """
    if whole is None or parts.empty or parts[column].isna().any() or is_missing(whole[column]):
        return ""
    total = float(parts[column].sum())
    if total == float(whole[column]) or not (parts["rounded"].any() or bool(whole["rounded"])):
        return ""
    base = rounding_base(contents, kpi)
    how = f"to the nearest {base}, each by itself," if base else "each by itself,"
    here = f"here {format_number(total)} beside {format_number(whole[column])}"
    return f"Counts are rounded {how} so {what} may not add up to the total: {here}."
