"""Ratios of two groups in words that cannot be turned round: who is compared with whom, to what, and for whom more than 1 is worse."""

from __future__ import annotations

import pandas as pd

from metrics.report import DimensionSummary, KpiSummary, characteristic
from metrics.statistics.goals import RATIOS
from metrics.statistics.likelihood import BAND
from metrics.wording.values import digits_for, format_number, format_value, is_missing, upper_first

BAND_NOTE = (
    "The four-fifths band, 0.80 to 1.25, is a rule of thumb by which ratios are often read, also in reports of the NHS Workforce Race "
    "Equality Standard; no law sets it, and its use there was not verified for this dashboard. It says how large a difference is, the "
    "likely range whether chance alone could explain it: both are needed."
)


def is_ratio(kpi: KpiSummary) -> bool:
    return kpi.measure in RATIOS and bool(kpi.order)


def describe_likelihood(row: pd.Series, kpi: KpiSummary) -> str:
    """ "White applicants were 1.50 times as likely as ethnic minority applicants to be appointed from the shortlist"

    Of rounded counts: "were about 1.5 times as likely".
    """
    first, second, to = (kpi.order[name] for name in ("first", "second", "to"))
    times = f"{'about ' if bool(row['rounded']) else ''}{format_value(row['value'], 'ratio', digits=digits_for(row, 'ratio'))}"
    if kpi.measure == "ratio_of_ratios":
        return f"{upper_first(first)} had {times} as many {to} as {second}"
    return f"{upper_first(first)} were {times} as likely as {second} to {to}"


def describe_worse(kpi: KpiSummary) -> str:
    """ "above 1 is worse for ethnic minority applicants"; "" for other measures."""
    return f"above 1 is worse for {kpi.order[kpi.order['above_one_is_worse_for']]}" if is_ratio(kpi) else ""


def describe_order(kpi: KpiSummary) -> str:
    """What the figures of a chart or a table are, without any of them; "" for other measures."""
    if not is_ratio(kpi):
        return ""
    first, second, to = (kpi.order[name] for name in ("first", "second", "to"))
    if kpi.measure == "ratio_of_ratios":
        said = f"How many times as many {to} {first} had as {second}"
    else:
        said = f"How many times as likely {first} were as {second} to {to}"
    return f"{said}; {describe_worse(kpi)}"


def describe_place(kpi: KpiSummary, dimension: DimensionSummary, rows: pd.DataFrame) -> str:
    """Of two groups split by what tells them apart: "Each group takes the place of disabled staff, and is compared with …".

    "" where the split is by something else: then every group holds people of both.
    """
    known = {f"{dimension.id}={id}" for id, _, known in dimension.categories if known}
    splits = characteristic(dimension.title) in kpi.asks and known - set(rows["group"].astype(str))
    if not splits or not kpi.order or kpi.measure not in {*RATIOS, "percentage_point_gap", "mean_difference"}:
        return ""
    taken = kpi.order.get("above_one_is_worse_for", "first")
    other = "second" if taken == "first" else "first"
    return f"Each group takes the place of {kpi.order[taken]}, and is compared with {kpi.order[other]}."


def describe_band(row: pd.Series, kpi: KpiSummary) -> str:
    """The four-fifths band and the likely range, together: how large the difference is, and whether it could be chance.

    For likelihoods only: an odds ratio is farther from 1 than the ratio of the shares that the rule is about.
    """
    if not is_ratio(kpi) or kpi.measure != "relative_likelihood" or is_missing(row["value"]) or is_missing(row["lower"]):
        return ""
    return band_words(row["value"], row["lower"], row["upper"], digits_for(row, "ratio"))


def band_words(value: float, lower: float, upper: float, digits: int = 2) -> str:
    """ "Outside the four-fifths band of 0.80 to 1.25, but no clear difference: the likely range, 0.70 to 2.10, contains 1" """
    low, high = BAND
    inside, clear = low <= value <= high, not lower <= 1 <= upper
    band = f"{'Inside' if inside else 'Outside'} the four-fifths band of {format_number(low, 2)} to {format_number(high, 2)}"
    if "1.0" in (format_number(lower, digits), format_number(upper, digits)):  # which side of 1 it is on must be read
        digits = max(digits, 2)
    between = f"the likely range, {format_number(lower, digits)} to {format_number(upper, digits)},"
    if clear:
        return f"{band}{', yet' if inside else ', and'} a clear difference: {between} leaves out 1"
    return f"{band}, {'and' if inside else 'but'} no clear difference: {between} contains 1"


def describe_pools(row: pd.Series, kpi: KpiSummary) -> str:
    """ "63 of 420 White applicants (15.0%), against 10.0% of ethnic minority applicants"; "" where they may not be shown."""
    if not is_ratio(kpi) or is_missing(row["numerator"]) or is_missing(row["denominator"]) or not row["denominator"]:
        return ""
    digits = digits_for(row, "percent")
    n, of = float(row["numerator"]), float(row["denominator"])
    words = f"{format_number(n)} of {format_number(of)} {kpi.order['first']}"
    if kpi.measure == "ratio_of_ratios":
        return f"{words}{_for_each(row, kpi, n, of - n)}"
    if is_missing(row["reference_value"]) or is_missing(row["value"]):
        return words
    second = f"{format_value(row['reference_value'], 'percent', digits=digits)} of {kpi.order['second']}"
    return f"{words} ({format_value(min(n / of, 1.0), 'percent', digits=digits)}), against {second}"


def _for_each(row: pd.Series, kpi: KpiSummary, n: float, others: float) -> str:
    """ " (1.84 for each of the others), against 1.17 among White staff"; "" beside rounded counts, which bear no such figures."""
    if is_missing(row["value"]) or not row["value"] or not others or bool(row["rounded"]):
        return ""
    ours, theirs = (format_number(of_each, 2) for of_each in (n / others, n / others / row["value"]))
    return f" ({ours} for each of the others), against {theirs} among {kpi.order['second']}"


def describe_within(kpi: KpiSummary) -> str:
    """A band around a ratio is a factor: 1.1 of 1.00 is "0.91 to 1.10"."""
    aim, factor = kpi.target[-1][1], kpi.within or 1.0
    return f"{format_number(aim / factor, 2)} to {format_number(aim * factor, 2)}"
