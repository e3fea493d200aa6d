"""The three notes under the heading of the overview: what truly moved, what is behind, and what it is too early to say."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from metrics.report import KpiSummary
from metrics.wording.status import JUDGED, WITHDRAWN
from metrics.wording.values import format_list, lower_first, upper_first


def describe_moved(rows: pd.DataFrame, kpis: Mapping[str, KpiSummary]) -> str:
    """ "Up on a year ago: disability known and ethnic minority staff. Down: median gender pay gap." `rows`: one per KPI, the latest."""
    if WITHDRAWN in set(rows["status"]):
        return "Withdrawn figures are not compared."
    words = [
        f"{way}: {_names(rows[rows['movement'] == movement], kpis)}."
        for movement, way in (("up", "Up"), ("down", "Down"))
        if (rows["movement"] == movement).any()
    ]
    if not words:
        compared = (rows["movement"] == "unclear").any()
        return "Nothing: every change in a year could be chance." if compared else "No figure can be compared with a year ago yet."
    return " ".join([words[0].replace(":", " in a year:", 1), *words[1:]])


def describe_behind(rows: pd.DataFrame, kpis: Mapping[str, KpiSummary]) -> str:
    """ "Off path: ethnic minority senior staff. Missed: median ethnicity pay gap." """
    if WITHDRAWN in set(rows["status"]):
        return "Withdrawn figures are not judged."
    words = [
        f"{word}: {_names(rows[rows['status'] == status], kpis)}."
        for status, word in (("off_path", "Off path"), ("missed", "Missed"))
        if (rows["status"] == status).any()
    ]
    return " ".join(words) or (
        "None is behind its target." if rows["status"].isin(JUDGED).any() else "No measure is held against a target yet."
    )


def describe_too_early(rows: pd.DataFrame, kpis: Mapping[str, KpiSummary]) -> str:
    """Worse than the path, but chance alone could explain it; and those withheld or hidden."""
    found = rows[rows["status"] == "unclear"]
    words = [f"{upper_first(_names(found, kpis))}: the likely range contains the path."] if len(found) else []
    hidden = rows[rows["status"].isin(["withheld", "hidden"])]
    words += [f"No figure can be shown for {_names(hidden, kpis)}."] if len(hidden) else []
    none = "Nothing: every figure with a target can be judged." if rows["status"].isin(JUDGED).any() else "Nothing."
    return " ".join(words) or none


def _names(rows: pd.DataFrame, kpis: Mapping[str, KpiSummary]) -> str:
    return format_list([lower_first(kpis[str(k)].short_title) for k in rows["kpi"]])
