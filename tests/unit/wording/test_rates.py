"""Rates per thousand and indexes against a reference group in words."""

from __future__ import annotations

import math

from metrics.report import KpiSummary
from metrics.wording.definition import describe_method, describe_polarity
from metrics.wording.formula import describe_formula
from metrics.wording.headline import headline_kpi
from metrics.wording.movement import describe_movement
from metrics.wording.notes import describe_note
from metrics.wording.sentences import describe_base, describe_groups, describe_range, describe_series
from metrics.wording.values import format_change, format_figure, format_range, format_value
from tests.support.wording_rows import LABELS, a_group, a_row, a_summary, a_table

STEPS = (("headcount", "Everybody", ""),)
RATE = a_summary(
    id="ER03", short_title="Harassment and discrimination cases", measure="rate", unit="per_1000", of="staff", interval="byar",
    polarity="contextual", target=(), has_baseline=False, span_months=12, steps=STEPS, population="All staff (headcount)",
    numerator_words="“Yes”", denominator_words="known case of harassment or discrimination",
)  # fmt: skip
CASES = {
    "kpi": "ER03", "numerator": 135.0, "denominator": 10_984.0, "value": 12.2906, "lower": 10.305, "upper": 14.548,
    "target": math.nan, "status": "context", "movement": "unclear", "change": 1.2, "change_lower": -1.7, "change_upper": 4.1,
}  # fmt: skip
INDEX = a_summary(
    id="PR02", short_title="Places on the leadership programme", measure="representation_index", unit="ratio", steps=STEPS,
    population="All staff (headcount)", numerator_words="“Ethnic minorities”", denominator_words="“Yes”, known ethnic group",
    reference_words="“Grades 4 to 6”, known ethnic group",
)  # fmt: skip


def a_rate(**changes: object) -> KpiSummary:
    return a_summary(**{**{f: getattr(RATE, f) for f in RATE.__dataclass_fields__}, **changes})


def test_a_rate_says_of_how_many_it_is() -> None:
    row = a_row(**CASES)
    assert format_figure(row, RATE) == "12.3 for every 1,000 staff"
    assert format_figure(row, RATE, bare=True) == "12.3"
    assert headline_kpi(row, RATE) == "Harassment and discrimination cases: 12.3 for every 1,000 staff, no clear change in a year"
    assert describe_range(row, RATE) == "10.3 to 14.5 for every 1,000."
    assert describe_base(row, RATE) == "135 of 10,984, 12 months to 31 March 2026"
    assert format_figure(row, a_rate(unit="per_100000", of="residents")).endswith("for every 100,000 residents")


def test_from_rounded_counts_a_rate_has_no_digit_after_the_point() -> None:
    assert format_figure(a_row(**CASES, rounded=True), RATE) == "12 for every 1,000 staff"


def test_changes_and_ranges_of_rates() -> None:
    assert format_change(1.24, "per_1000") == "Up 1.2 for every 1,000"
    assert format_change(0.01, "per_1000") == "No change"
    assert format_range(10.3, 14.5, "per_10000") == "10.3 to 14.5 for every 10,000"
    assert format_value(12.29, "per_1000") == "12.3 for every 1,000"
    assert describe_movement(a_row(**CASES), RATE) == "No clear change in a year, was 11.1 for every 1,000"


def test_a_rate_has_no_good_direction_where_it_is_context() -> None:
    assert describe_polarity(RATE) == "Context only: there is no good or bad direction"


def test_groups_and_series_of_rates() -> None:
    rows = a_table(a_group("asian", 21.0, reach=4.0, kpi="ER03"), a_group("white", 9.0, reach=2.0, kpi="ER03"))
    assert describe_groups(rows, RATE, LABELS) == (
        "Asian 21.0 for every 1,000 staff, White 9.0 for every 1,000 staff. Asian is clearly higher than White."
    )
    assert "12.3 for every 1,000 staff in March 2026" in describe_series(a_table(a_row(**CASES)), RATE)


def test_how_a_rate_is_made() -> None:
    made = describe_formula(RATE)
    assert made is not None
    assert made.then == "times 1,000"
    assert "how many for every 1,000 staff are “Yes”" in made.words
    assert describe_method(RATE).startswith("For a number of people from ten on Byar’s approximate limits")


def test_an_index_names_both_sides_and_says_what_its_range_leaves_out() -> None:
    made = describe_formula(INDEX)
    assert made is not None
    assert made.words == (
        "The share of “Ethnic minorities” among all staff (headcount), “Yes”, whose ethnic group is known, divided by their share among "
        "all staff (headcount), “Grades 4 to 6”, whose ethnic group is known. One means the same."
    )
    assert describe_method(INDEX).endswith("taken as exact: what chance could do to that one is not in the range.")


def test_an_index_says_whose_share_it_is_and_what_it_is_held_against() -> None:
    counts = {"numerator": 30.0, "denominator": 94.0, "reference_value": 0.3032}
    row = a_row(**counts, value=1.0526, lower=0.77, upper=1.38, target=math.nan, status="reached")
    assert headline_kpi(row, INDEX).startswith("Places on the leadership programme: 1.05 times their share of those compared with")
    assert describe_base(row, INDEX).startswith("30 of 94 (31.9%), against 30.3% of those compared with, ")


def test_a_ratio_of_rounded_counts_has_as_many_digits_as_they_bear() -> None:
    index = a_row(numerator=15.0, denominator=905.0, value=1.403, lower=0.69, upper=2.86, rounded=True)
    assert format_figure(index, INDEX) == "1.4 times"
    assert format_figure(index.copy().replace(15.0, 480.0), INDEX) == "1.40 times"
    assert format_figure(a_row(value=1.403, numerator=15.0), INDEX) == "1.40 times"


def test_why_there_is_no_index() -> None:
    row = a_row(value=math.nan, status="not_available", marker="[x]", note="not_enough_compared")
    assert headline_kpi(row, INDEX) == "Places on the leadership programme: not enough data"
    assert describe_note(row).startswith("Not enough data: an index needs at least ten people on each side")
