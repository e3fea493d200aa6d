"""Caveats in plain sentences: why a figure is empty, and what must be said beside one that stands."""

from __future__ import annotations

import pandas as pd

from metrics.report import KpiSummary
from metrics.wording.dates import format_day
from metrics.wording.legend import MARKERS
from metrics.wording.values import format_declared, is_missing

NOTES = {
    "hidden": "Hidden to protect people: the numbers are too small to show safely, or would give away one that is.",
    "pay_hidden": "Hidden to protect people: too few people, or too few different rates of pay, to show a pay figure.",
    "minimum_base": "Hidden to protect people: a percentage of so few people would say too much about each of them.",
    "minimum_base_rounded": "Hidden: a percentage of so few people, made from rounded counts, would mislead.",
    "nobody": "Nobody could have been counted here, so there is no figure.",
    "no_benchmark": "There is no outside figure to compare this group with.",
    "not_available": "There is no figure for this period.",
    "withheld": "Withheld: a share needs answers from at least 60 in 100 people.",
    "declared_low": "Read with care: fewer than 80 in 100 people have answered.",
    "no_path": "The target is not due yet and has no starting point, so there is no path to compare with.",
    "rounded": "Made from rounded counts, so it may differ a little from the exact figure.",
    "rounding": "Counts are rounded, so parts may not add up to their total.",
    "census": (
        "Everyone on record is counted, so there is no sampling error. The likely range says how far the figure could have "
        "come out otherwise by chance alone."
    ),
    "pay_gap": (
        "A pay gap is not unequal pay. It compares the pay of all people in two groups, whatever jobs they do. "
        "Unequal pay, which is unlawful, means paying people differently for the same or equal work."
    ),
    "not_known": "People whose answer is not known join no group: shares are of those who have answered.",
    "illustrative": "The figure compared with is made up for demonstration.",
    "synthetic": "Synthetic figures, not real data.",
}
"""Key to sentence; the keys of the `note` column of an Estimates frame are among them."""


def describe_note(row: pd.Series) -> str:
    """The note of one row; "" where there is none. A withheld figure says how many have answered."""
    key, declared = str(row["note"]), row["declared"]
    if not key:
        return ""
    if key == "withheld" and not is_missing(declared):
        return f"Withheld: only {format_declared(declared)} in 100 people have answered, and a share needs at least 60."
    if key == "declared_low" and not is_missing(declared):
        return f"Read with care: {format_declared(declared)} in 100 people have answered."
    return NOTES[key]


def describe_notes(rows: pd.DataFrame, kpi: KpiSummary, synthetic: bool = False) -> tuple[str, ...]:
    """Everything that must be said once beside a figure or table made of these rows, most important first."""
    notes: list[str] = [NOTES["synthetic"]] if synthetic else []
    if kpi.measure.startswith("pay_gap"):
        notes.append(NOTES["pay_gap"])
    notes += [NOTES[key] for key in NOTES if key not in {"rounded", "no_path", "not_available"} and (rows["note"] == key).any()]
    if rows["rounded"].any():
        notes.append(NOTES["rounding"])
    if rows["declared"].notna().any():
        notes.append(NOTES["not_known"])
    if rows["lower"].notna().any():
        notes.append(NOTES["census"])
    if kpi.benchmark_illustrative and rows["benchmark"].notna().any():
        notes.append(NOTES["illustrative"])
    return tuple(dict.fromkeys([*notes, *_breaks(rows, kpi), *kpi.notes]))


def _breaks(rows: pd.DataFrame, kpi: KpiSummary) -> list[str]:
    days = rows["period_end"]
    return [
        f"Counted differently from {format_day(day)}: {reason.rstrip('.')}. Figures before and after are not compared."
        for day, reason in kpi.series_breaks
        if len(rows) and days.min() < pd.Timestamp(day) <= days.max()
    ]


def describe_marker(marker: str) -> str:
    """A marker's meaning in a sentence, for tooltips and footnotes."""
    return MARKERS[marker][1] if marker in MARKERS else ""
