"""What a target would take in hiring, in sentences."""

from __future__ import annotations

import math

from metrics.report import KpiSummary
from metrics.understanding.hires import Hiring
from metrics.wording.dates import format_month
from metrics.wording.gap_parts import people_called
from metrics.wording.values import format_number, format_value


def describe_hiring(found: Hiring, kpi: KpiSummary) -> str:
    """ "To reach 40.0% by March 2030, about 52 of every 100 people who join would have to be disabled staff; last year it was 31." """
    lead = f"To reach {format_value(found.target, kpi.unit)} by {format_month(found.due)}"
    last = _last(found)
    who = _belonging(kpi)
    if found.likely == (-math.inf, math.inf):
        aim = f"{lead[0].lower()}{lead[1:]}"
        return f"What it would take {aim} cannot be told here: with so few people, any share of those who join might do."
    if found.needed == math.inf:
        return f"{lead} by hiring alone is not possible: even if everybody who joins were {who}, the share would stay below it{last}."
    if found.needed == -math.inf:
        return f"{lead}, nobody who joins would have to be {who}{last}."
    between = _between(found)
    return f"{lead}, about {_of_100(found.needed)} of every 100 people who join would have to be {who}{between}{last}."


def _belonging(kpi: KpiSummary) -> str:
    """ "disabled", "women", "from ethnic minorities"."""
    who = people_called(kpi.numerator_words, "in this group")
    return f"from {who}" if who.endswith("ities") else who.removesuffix(" staff")


def _of_100(share: float) -> str:
    return format_number(share * 100)


def _between(found: Hiring) -> str:
    """What chance leaves open: of the share today, and of who leaves."""
    low, high = found.likely
    if math.isnan(low) or (not math.isinf(low) and not math.isinf(high) and _of_100(low) == _of_100(high)):
        return ""
    least = "none" if low == -math.inf else _of_100(low)
    return f" (anything from {least} to more than can join)" if high == math.inf else f" (likely between {least} and {_of_100(high)})"


def _last(found: Hiring) -> str:
    if found.last_year is None or found.last_day is None:
        return ""
    return f"; in the year to {format_month(found.last_day)} it was {'about ' if found.rounded else ''}{_of_100(found.last_year)}"


def describe_assumptions(found: Hiring, kpi: KpiSummary) -> str:
    """What the sum takes for granted: who leaves, how many join, and whose answer is known."""
    leaving, year = found.leaving, f"as in the year to {format_month(found.leaving.day)}"
    if leaving.others is None:
        who = f"{format_value(leaving.rate, 'percent')} of every group leave each year, {year}"
    else:
        ours = people_called(kpi.numerator_words, "this group")
        rate, others = format_value(leaving.rate, "percent"), format_value(leaving.others, "percent")
        who = f"{rate} of {ours} and {others} of all others leave each year, {year}"
    return (
        f"This takes for granted that {who}, that as many people join as leave, and that nobody changes their answer. "
        "It counts people whose answer is known. A share may also rise because more people answer."
    )
