"""A KPI's definition in words, from what the release kept of it."""

from __future__ import annotations

from metrics.report import KpiSummary
from metrics.statistics.goals import RATIOS
from metrics.wording.dates import format_day, format_month
from metrics.wording.likelihood import describe_within, describe_worse, is_ratio
from metrics.wording.movement import ideal_of, off_ideal
from metrics.wording.values import format_amount, format_number, format_value
from metrics.wording.without_people import describe_publisher, labels_of

POLARITY = {
    "higher": "Higher is better",
    "lower": "Lower is better",
    "closer_to_target": "Closer to the target is better",
    "contextual": "Context only: there is no good or bad direction",
}
GRAIN = {"snapshot": "On each data date", "month": "Every month", "quarter": "Every quarter", "year": "Every year"}
METHODS = {
    "wilson": "Wilson score interval for a proportion, 95% (Wilson 1927).",
    "newcombe": "Newcombe’s hybrid score interval for a difference of two proportions, 95% (Newcombe 1998, method 10).",
    "newcombe_within": "Newcombe’s hybrid score interval for the group and the rest, 95% (Newcombe 1998, method 10), "
    "times the share of the rest, because the group is part of those it is compared with.",
    "delta": "Delta-method interval for a ratio of two means, 95%.",
    "bootstrap": "Percentile bootstrap of the two medians, each group resampled by itself, worked out exactly from order statistics, 95%.",
    "welch": "Student’s t interval for a mean, 95%.",
    "order_statistics": "Binomial order-statistics interval for a median, at least 95%.",
    "katz": "Katz’s log interval for a ratio of two proportions, 95% (Katz and others 1978); half a person is added to each of the four "
    "cells where one is empty.",
    "woolf": "Woolf’s log interval for a ratio of two ratios, 95% (Woolf 1955).",
    "byar": "For a number of people from ten on Byar’s approximate limits (Breslow and Day 1987), below ten the exact ones of the Poisson "
    "distribution (Garwood 1936), 95%, divided by the people that the rate is of, who are taken as known.",
    "log": "Interval of the logarithm of a ratio of two rates, 95%, whose standard error comes from the events of both (Rothman, Greenland "
    "and Lash 2008). The people that the rates are of are taken as known. For all groups together there is none: the highest of "
    "several ratios is further out than the true one by being chosen.",
    "none": "No range is given: the figure is a full count.",
}
"""For "How we know" only: elsewhere it is the likely range."""


WITHOUT = {
    "score": "No range is given: points are what somebody else judged, and nobody was counted.",
    "ordinal": "No range is given: an award is what somebody else judged, and nobody was counted.",
    "share_of_sum": "No range is given: the sums are of everything on record.",
    "lowest_group_gap": "No range is given: the lowest of several figures is further out than the true one by being chosen.",
    "slope_index": "No range is given: the line goes through the figures of the groups as they were published, and how far chance alone "
    "could turn it they do not say.",
    "dissimilarity": "No range is given: chance differences between groups only ever add to a sum of absolute differences, so a range "
    "about the figure would promise what it cannot keep. Small units look less like residents than they are.",
    "index_of_disparity": "No range is given: chance differences between groups only ever add to a mean of absolute differences, so a "
    "range about the figure would promise what it cannot keep. Each group’s own share has its range.",
    "extreme_group_gap": "No range is given: the largest of several gaps is further out than the true one by being chosen. The gaps of the "
    "groups beside it, of which it is one, have none either.",
}
"""Why a measure has none."""
TOLD_AS_IT_IS = "A change is told as it is, and is not tested: there is no likely range to say how much of it could be chance."
NOT_TESTED = {
    "count": "A change is told as it is, and is not tested: both figures are full counts.",
    "fte": "A change is told as it is, and is not tested: both figures are full counts.",
    "extreme_group_gap": f"{TOLD_AS_IT_IS} It may be the gap of another group than the year before.",
}
"""What is said of a change of figures without a likely range."""
OF_TWO_MEANS = "Welch’s t interval for a difference of two means, variances not assumed equal, 95% (Welch 1947; Satterthwaite 1946)."
OF_WEIGHTED = (
    "Wilson score interval, 95% (Wilson 1927), on the effective base (Kish 1965): the square of the sum of the weights, divided by the sum "
    "of their squares."
)
OF_A_READY_FIGURE = "No range is given: the publisher gives the figure, and not the numbers behind it."
OF_PUBLISHED_NUMBERS = "No range is given: these are published numbers, and how far chance could move them is not told with them."
OF_COUNTS_OR_NONE = ("proportion", "rate", "percentage_point_gap", "index_of_disparity")
"""Measures that have a range where the numbers behind them are published."""
FIXED = "Its limits are divided by the share compared with, which is taken as exact: what chance could do to that one is not in the range."
"""Of an index: the range is one of its first share."""


def describe_method(kpi: KpiSummary) -> str:
    """How the likely range is worked out, with its statistical name."""
    of_two_means = kpi.measure == "mean_difference" and kpi.interval == "welch"
    if kpi.measure == "survey_proportion" and kpi.interval == "wilson":
        return OF_WEIGHTED
    if kpi.interval == "none" and kpi.row_kind == "published" and kpi.measure in OF_COUNTS_OR_NONE:
        return OF_A_READY_FIGURE if kpi.column else OF_PUBLISHED_NUMBERS
    words = OF_TWO_MEANS if of_two_means else WITHOUT.get(kpi.measure, METHODS[kpi.interval])
    return f"{words} {FIXED}" if kpi.measure == "representation_index" and kpi.interval != "none" else words


def describe_change_method(kpi: KpiSummary | None = None) -> str:
    """When a figure has truly moved; where it has no likely range, that nothing of the kind is claimed."""
    if kpi is not None and not kpi.counts_people and kpi.interval == "none":
        if kpi.row_kind == "published":
            return TOLD_AS_IT_IS
        counted = "nobody was counted" if kpi.row_kind == "result" else "everything on record is counted"
        return f"A change is told as it is: {counted}, so chance has no part in it."
    if kpi is not None and kpi.interval == "none":
        return NOT_TESTED.get(kpi.measure, TOLD_AS_IT_IS)
    if kpi is not None and kpi.measure in RATIOS:
        return (
            "A change has truly moved when the 95% interval of the later ratio divided by the earlier one, made on the log scale from the "
            "limits of both (Zou and Donner 2008), leaves out 1."
        )
    return (
        "A change has truly moved when the 95% interval of the difference, made from the limits of both figures "
        "(square-and-add, Newcombe 1998; Zou and Donner 2008), leaves out no change."
    )


def describe_polarity(kpi: KpiSummary) -> str:
    """Higher is better; closer to 0% is better; …"""
    ideal = ideal_of(kpi)
    if kpi.polarity == "closer_to_target" and ideal is not None:
        digits = 0 if ideal == round(ideal) else _digits(kpi, ideal)
        worse = f": {describe_worse(kpi)}" if is_ratio(kpi) else ""
        return f"Closer to {format_value(ideal, kpi.unit, digits=digits, bare=True)} is better{worse}"
    return POLARITY[kpi.polarity]


def describe_sign(kpi: KpiSummary) -> str:
    """ "Above 0%, women are paid less": what a difference of two named groups means; "" for other measures."""
    first = kpi.order.get("first", "")
    if not first:
        return ""
    if kpi.measure.startswith("pay_gap"):
        return f"Above 0%, {first} are paid less"
    if kpi.measure == "percentage_point_gap":
        return f"Above 0, the share is larger among {first}"
    return f"Above 0, the mean is higher among {first}" if kpi.measure == "mean_difference" else ""


def describe_target(kpi: KpiSummary, currency: str = "£") -> str:
    """ "38% by March 2030, from 21% in March 2022"; "" without a target."""
    if not kpi.target:
        return ""
    day, value = kpi.target[-1]
    words = f"{format_value(value, kpi.unit, currency, _digits(kpi, value), bare=True)} by {format_month(day)}"
    if kpi.within is not None:
        if is_ratio(kpi):
            words = f"{describe_within(kpi)} by {format_month(day)}"
        elif (off := off_ideal(kpi)) > 0:  # nearer than the target is as good: a gap of 2% where 4% is asked for
            most = format_amount(off + kpi.within, kpi.unit, currency, _digits(kpi, off + kpi.within))
            words = f"At most {most} from {format_value(ideal_of(kpi) or 0.0, kpi.unit, currency, 0, bare=True)} by {format_month(day)}"
        else:
            words = f"Within {format_amount(kpi.within, kpi.unit, currency, _digits(kpi, kpi.within))} of {words}"
    if kpi.has_baseline and len(kpi.target) > 1:
        start, first = kpi.target[0]
        words += f", from {format_value(first, kpi.unit, currency, _digits(kpi, first), bare=True)} in {format_month(start)}"
    return words


def describe_status_rule(kpi: KpiSummary) -> str:
    """When a figure counts as off path."""
    if not kpi.target or kpi.polarity == "contextual":
        return "There is no target, so the figure has no status."
    if kpi.status_rule.startswith("tolerance"):
        points = "points" if kpi.unit in {"percent", "percentage_points", "points"} else ""
        return f"A figure is off path when it is more than {kpi.status_rule.split()[-1]} {points}".rstrip() + " worse than the path."
    if kpi.interval == "none":
        return "A figure is off path when it is worse than the path."
    return "A figure is off path only when its whole likely range is worse than the path."


def describe_definition(kpi: KpiSummary) -> tuple[tuple[str, str], ...]:
    """Label and text, in reading order, for the definitions screen and the end of documents."""
    facts = [
        *zip(labels_of(kpi), (kpi.who, kpi.population), strict=True),
        ("Why it matters", kpi.why_it_matters),
        ("Which way is good", ". ".join(filter(None, (describe_polarity(kpi), describe_sign(kpi))))),
        ("Target", describe_target(kpi) or "None"),
        ("Status", describe_status_rule(kpi)),
        ("Compared with", _compared(kpi)),
        ("How often", GRAIN[kpi.grain]),
        ("Source", ". ".join(filter(None, (kpi.source, describe_publisher(kpi))))),
        ("Changes in how it is counted", "; ".join(f"{format_day(day)}: {reason}" for day, reason in kpi.series_breaks) or "None"),
    ]
    return tuple((label, text) for label, text in facts if text)


def _compared(kpi: KpiSummary) -> str:
    if not kpi.benchmark_title:
        return ""
    made_up = " (made up for demonstration)" if kpi.benchmark_illustrative else ""
    return f"{kpi.benchmark_title}{made_up}, {kpi.benchmark_source or ''}".rstrip(", ")


def _digits(kpi: KpiSummary, value: float) -> int | None:
    """Whole percentages and points without a decimal: 38%, but 29.5%."""
    if kpi.unit not in {"percent", "percentage_points", "points"}:
        return None
    return 0 if format_number(value if kpi.unit == "points" else value * 100, 1).endswith(".0") else 1
