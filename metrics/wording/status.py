"""How a figure stands: a word that is always printed, and the name of the symbol that repeats it."""

from __future__ import annotations

import pandas as pd

from metrics.report import KpiSummary
from metrics.wording.dates import format_month

STATUS_WORDS = {
    "reached": "Target reached",
    "on_path": "On path",
    "off_path": "Off path",
    "missed": "Missed",
    "unclear": "Too early to say",
    "context": "Context only",
    "no_target": "No target",
    "hidden": "Hidden",
    "withheld": "Withheld",
    "not_available": "Not available",
    "withdrawn": "Withdrawn",
}
NARROW_WORDS = {**STATUS_WORDS, "reached": "Reached"}
STATUS_SYMBOLS = {
    "reached": "filled circle, tick",
    "on_path": "ring, tick",
    "off_path": "filled triangle, exclamation mark",
    "missed": "filled square, cross",
    "unclear": "dashed ring, dash",
    "context": "open diamond",
    "no_target": "open diamond",
    "hidden": "hatched square",
    "withheld": "dashed ring, dash",
    "not_available": "dashed ring, dash",
    "withdrawn": "ring, slash",
}
STATUS_MEANINGS = {
    "reached": "The figure meets the final target.",
    "on_path": "The figure is at or better than today’s point on the path to the target.",
    "off_path": "The figure and its whole likely range are worse than the path.",
    "missed": "The date of the final target has come, and it is not met.",
    "unclear": "The figure is worse than the path, but its likely range contains the path: chance alone could explain it.",
    "context": "No target, and no good or bad direction.",
    "no_target": "The owner has set no target, or its path has not begun.",
    "hidden": "Hidden to protect people: the numbers are too small to show safely.",
    "withheld": "Too few people have answered for the figure to be fair.",
    "not_available": "There is no such figure.",
    "withdrawn": "The release that held this figure was withdrawn.",
}
WITHDRAWN = "withdrawn"
BEHIND = frozenset({"off_path", "missed"})
JUDGED = frozenset({"reached", "on_path", "off_path", "missed", "unclear"})


def format_status(status: str, narrow: bool = False) -> str:
    """The word alone; `narrow` for table cells."""
    return (NARROW_WORDS if narrow else STATUS_WORDS)[status]


def describe_status(row: pd.Series, kpi: KpiSummary) -> str:
    """The word with the date that it needs: "Missed, March 2026"."""
    status = str(row["status"])
    if status == "missed" and kpi.target:
        return f"Missed, {format_month(_due(row, kpi))}"
    if status == "no_target" and str(row["note"]) == "no_path":
        return "Target not yet due"
    if status == "hidden":
        return "Hidden to protect people"
    return STATUS_WORDS[status]


def _due(row: pd.Series, kpi: KpiSummary) -> str:
    """The council's final date; a unit with an earlier target of its own is dated by the figure that missed it."""
    final = kpi.target[-1][0]
    here = pd.Timestamp(row["period_end"]).date().isoformat()
    return final if final <= here else here
