"""Figures of things, and figures that somebody else has published, in words: what stands behind them, and who answers for them."""

from __future__ import annotations

import pandas as pd

from metrics.report import Contents, KpiSummary
from metrics.wording.values import format_count_of, format_number, format_value, is_missing, upper_first

LABELS = {
    "people": ("What is counted", "Who is counted"),
    "result": ("What was given", "To whom"),
    "item": ("What is counted", "Of what"),
    "published": ("What was published", "Of whom"),
}
"""What the rows are to the labels of a definition: what is measured, and on what."""
ASKED = {
    "people": "Who is counted, who is left out, and why",
    "result": "What was given, by whom, and why it matters",
    "item": "What is counted, of what, and why it matters",
    "published": "What was published, by whom, and why it matters",
}


def labels_of(kpi: KpiSummary) -> tuple[str, str]:
    return LABELS["result" if kpi.scale or kpi.measure == "score" else kpi.row_kind]


def asked_of(kpi: KpiSummary) -> str:
    """What the link to the definition asks."""
    return ASKED["result" if kpi.scale or kpi.measure == "score" else kpi.row_kind]


def is_of_sums(kpi: KpiSummary) -> bool:
    return kpi.measure == "share_of_sum"


def describe_publisher(kpi: KpiSummary) -> str:
    """ "Published by Office for National Statistics. Licence: Open Government Licence v3.0"; "" for the council's own figures."""
    return f"Published by {kpi.publisher}. Licence: {kpi.licence}" if kpi.publisher else ""


def format_part(value: object, kpi: KpiSummary, currency: str = "£") -> str:
    """One of the two numbers behind a figure: money in whole pounds, or how many."""
    return format_value(value, "pounds", currency, 0) if kpi.amounts_in == "money" else format_number(value)


def describe_parts(row: pd.Series, kpi: KpiSummary, currency: str = "£") -> str:
    """ "£4,120,300 of £12,007,500", "41 of 52 consultations", "34 of 40 have ended"; "" where the publisher gives the figure alone."""
    n, of = row["numerator"], row["denominator"]
    if kpi.measure == "count":
        return ""
    if is_missing(n) or is_missing(of):
        return "" if is_missing(of) else f"{format_number(of)} {kpi.rows_are}"
    parts = f"{format_part(n, kpi, currency)} of {format_part(of, kpi, currency)}"
    if kpi.measure == "elapsed_time" and not kpi.days_allowed:
        return f"{parts} {kpi.rows_are} have ended"
    return parts if is_of_sums(kpi) or kpi.row_kind == "published" else f"{parts} {kpi.rows_are}"


def part_names(kpi: KpiSummary) -> tuple[str, ...]:
    """Heads of the columns of the two numbers; of the people alone where the publisher gives a ready figure."""
    if kpi.row_kind == "published" and kpi.column:
        return (upper_first(kpi.rows_are),)
    if is_of_sums(kpi):
        return upper_first((kpi.column or "sum").replace("_", " ")), "Out of"
    if kpi.measure == "elapsed_time":
        return "In time" if kpi.days_allowed else "Ended", "Out of"
    return upper_first(kpi.rows_are) if kpi.row_kind == "item" else "Number", "Out of"


def describe_lowest(note: str, contents: Contents | None) -> str:
    """ "The lowest figure is that of “Roma”. Two groups are too small to count here." """
    _, group, small = note.split(":")
    dimension, _, category = group.partition("=")
    known = contents.dimensions[dimension].categories if contents is not None and dimension in contents.dimensions else ()
    words = f"The lowest figure is that of “{next((label for id, label, _ in known if id == category), category)}”."
    if not int(small):
        return words
    groups = "group is" if int(small) == 1 else "groups are"
    return f"{words} {upper_first(format_count_of(int(small)))} {groups} too small to count here."
