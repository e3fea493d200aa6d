"""How a KPI's value is made, in words and as one number over another."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.definitions.kpi import PER
from metrics.report import KpiSummary
from metrics.wording.likelihood import describe_worse
from metrics.wording.values import lower_first, upper_first


@dataclass(frozen=True)
class Formula:
    """`words` for anybody; `top` over `bottom`, and what is done with the result, for those who check it."""

    words: str
    top: str
    bottom: str
    then: str = ""


def describe_formula(kpi: KpiSummary) -> Formula | None:
    """None where the release does not say who is counted, because it was made before releases did, and for measures without one."""
    if not kpi.steps:
        return None
    population, pay = lower_first(kpi.population), (kpi.column or "pay").replace("_", " ")
    whom = ", ".join(filter(None, [population, _with(kpi.denominator_words)]))
    group, other = kpi.numerator_words or "everybody in it", kpi.reference_words
    first, second = kpi.order.get("first", ""), kpi.order.get("second", "")
    verb = f"are people {_with(group)}" if group.startswith("known ") else f"are {group}"
    share = Formula(f"Of {whom}: how many in a hundred {verb}.", f"People: {group}", f"People: {whom}", "times 100")
    match kpi.measure:
        case "count":
            counted = f", {group}" if kpi.numerator_words else ""
            what = "full-time equivalents" if kpi.unit == "fte" else "people"
            return Formula(f"How many {what} there are: {population}{counted}.", f"{what.capitalize()}: {population}{counted}", "")
        case "proportion":
            return share
        case "survey_proportion":
            words = f"Of all valid answers: the share of {group}, each answer counting for as many residents as it stands for."
            top, bottom = (f"Sum of the weights: {what}" for what in (group, "all valid answers"))
            return Formula(f"{words} Counted: {population}.", top, bottom, "times 100")
        case "rate":
            many = f"{PER[kpi.unit]:,}"
            words = f"Of {whom}: how many for every {many} {kpi.of} {verb}."
            return Formula(words, share.top, share.bottom, f"times {many}")
        case "population_rate":
            many = f"{PER[kpi.unit]:,}"
            top = f"{upper_first(kpi.rows_are)}: {population}{f', {group}' if kpi.numerator_words else ''}"
            return Formula(f"How many {kpi.rows_are} there are for every {many} {kpi.of}.", top, upper_first(kpi.of), f"times {many}")
        case "rate_ratio":
            words = f"How many {kpi.rows_are} each group has for every 1,000 {kpi.of}, divided by the same of {other}."
            rates = [f"{upper_first(kpi.rows_are)} of {whose}, for every 1,000 {kpi.of}" for whose in ("the group", other)]
            return Formula(f"{words} One means the same. For all groups together the highest of them is told.", *rates)
        case "index_of_disparity":
            words = (
                f"Of each group of {whom}: how many in a hundred {verb}. Then how far the other groups are from the one that is compared "
                "with, on average, as a share of its figure. Zero means that all are alike."
            )
            return Formula(words, "Mean of the differences to the group compared with", "Share of the group compared with", "times 100")
        case "representation_index" if other:
            against = f"{population}, {_with(other)}"
            words = f"The share of {group} among {whom}, divided by their share among {against}."
            if first:
                words = f"The share of {group} among {first}, divided by their share among {second}. Counted: {population}."
            return Formula(f"{words} One means the same.", f"Share of {group} among {whom}", f"Share of {group} among {against}")
        case "representation_index":
            what = f"the same share of {lower_first(kpi.benchmark_title or 'the population compared with')}"
            return Formula(
                f"The share of {group}, divided by {what}. One means the same.",
                f"Share of {group} among {whom}",
                what[:1].upper() + what[1:],
            )
        case "percentage_point_gap":
            against = f"{population}, {_with(other)}" if other else lower_first(kpi.benchmark_title or "the population compared with")
            words = f"The share of {group} among {whom}, minus the same share among {against}, in percentage points."
            if first:
                words = (
                    f"The share of {group} among {first}, minus their share among {second}, in percentage points. Counted: {population}."
                )
            return Formula(words, share.top, share.bottom, f"times 100, minus the same share among {against}")
        case "mean" | "median":
            middle = "Added up and divided by their number" if kpi.measure == "mean" else "Put in order: the value in the middle"
            top = f"Sum of {pay}" if kpi.measure == "mean" else f"Middle value of {pay}"
            return Formula(f"The {pay} of {whom}. {middle}.", top, f"People: {whom}" if kpi.measure == "mean" else "")
        case "mean_difference":
            words = (
                f"The mean {pay} of {first or kpi.denominator_words}, minus that of {second or other}, in points. Counted: {population}."
            )
            return Formula(words, f"Mean {pay} of {kpi.denominator_words}", "", f"minus the mean {pay} of {other}")
        case "fte":
            return Formula(f"The full-time equivalents (FTE) of {whom}, added up.", f"Sum of FTE: {whom}", "")
        case "relative_likelihood":
            pools = [kpi.order[name] for name in ("first", "second")]
            words = (
                f"How many times as likely {pools[0]} were as {pools[1]} to {kpi.order['to']}: the share of the first, divided by that of "
            )
            return Formula(
                f"{words}the second. {upper_first(describe_worse(kpi))}.",
                f"Share of {pools[0]}: {group}, of {kpi.denominator_words}",
                f"Share of {pools[1]}: {group}, of {other}",
            )
        case "ratio_of_ratios":
            pools = [kpi.order[name] for name in ("first", "second")]
            words = f"How many {kpi.order['to']} there are among {pools[0]}, divided by the same of {pools[1]}."
            return Formula(
                f"{words} {upper_first(describe_worse(kpi))}.",
                f"{upper_first(pools[0])}: {group}, divided by the others of {kpi.denominator_words}",
                f"{upper_first(pools[1])}: {group}, divided by the others of {other}",
            )
        case "dissimilarity":
            compared = lower_first(kpi.benchmark_title or "the population compared with")
            words = (
                f"How many in a hundred of {whom} would have to be of another group for the shares of all groups to be those of {compared}."
            )
            return Formula(words, f"Sum of the differences between each group’s share and its share of {compared}", "2", "times 100")
        case "extreme_group_gap":
            words = f"The largest of the groups’ gaps in median {pay} to {other}, as a share of the latter’s. Counted: {whom}."
            top = f"Median {pay} of {other}, minus that of the group farthest below"
            return Formula(words, top, f"Median {pay} of {other}", "times 100")
        case "turnover":
            words = f"Of every hundred people in {population}, how many left in the span: leavers divided by the average of both ends."
            return Formula(words, f"People who left: {population}", "Average of the people at both ends of the span", "times 100")
        case "pay_gap_mean" | "pay_gap_median":
            kind = "mean" if kpi.measure.endswith("mean") else "median"
            lower = f"How much lower the {kind} {pay} of {first or group} is than that of {second or other}"
            words = f"{lower}, as a share of the latter’s. Counted: {whom}."
            return Formula(
                words,
                f"{kind.capitalize()} {pay} of {other}, minus that of {group}",
                f"{kind.capitalize()} {pay} of {other}",
                "times 100",
            )
        case _:
            return None


def _with(conditions: str) -> str:
    """ "“Upper quarter”, whose sex is known", wherever among conditions it stands that answers are known."""
    parts = conditions.split(", ") if conditions else []
    known = [part.removeprefix("known ") for part in parts if part.startswith("known ")]
    whose = f"whose {' and '.join(known)} {'is' if len(known) == 1 else 'are'} known"
    return ", ".join([*(part for part in parts if not part.startswith("known ")), *([whose] if known else [])])
