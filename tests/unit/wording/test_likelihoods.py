"""Ratios in words: the order stands in every sentence, and which way is worse cannot be misread."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from metrics.charts.titles import title_of_parts
from metrics.report import KpiSummary
from metrics.wording.definition import describe_change_method, describe_method, describe_polarity, describe_target
from metrics.wording.formula import describe_formula
from metrics.wording.headline import headline_kpi
from metrics.wording.likelihood import BAND_NOTE, describe_band, describe_order, describe_pools
from metrics.wording.movement import describe_movement, direction
from metrics.wording.notes import describe_note, describe_notes
from metrics.wording.sentences import describe_base, describe_groups, describe_series
from tests.support.wording_rows import LABELS, a_group, a_row, a_summary, a_table

ORDER = {
    "first": "White applicants",
    "second": "ethnic minority applicants",
    "to": "be appointed from the shortlist",
    "above_one_is_worse_for": "second",
}


def a_ratio(**changes: object) -> KpiSummary:
    return a_summary(
        **{
            "id": "RC01", "title": "Likelihood of being appointed", "short_title": "Appointed, White over minority", "unit": "ratio",
            "measure": "relative_likelihood", "interval": "katz", "polarity": "closer_to_target", "order": ORDER, "within": 1.1,
            "target": (("2023-03-31", 1.62), ("2028-03-31", 1.0)), "rows_are": "applications", "span_months": 12, **changes,
        }
    )  # fmt: skip


def a_ratio_row(**changes: object) -> pd.Series:
    plain = {
        "kpi": "RC01", "numerator": 63.0, "denominator": 420.0, "value": 1.5, "lower": 1.028, "upper": 2.189, "target": 1.248,
        "reference_value": 0.1, "status": "unclear", "movement": "unclear", "change": -0.12, "change_lower": -0.7, "change_upper": 0.4,
    }  # fmt: skip
    return a_row(**{**plain, **changes})


def test_the_headline_is_the_sentence_itself() -> None:
    assert headline_kpi(a_ratio_row(), a_ratio()) == (
        "White applicants were 1.50 times as likely as ethnic minority applicants to be appointed from the shortlist, no clear change in "
        "a year, and too early to say whether it is on path; above 1 is worse for ethnic minority applicants"
    )
    assert headline_kpi(a_ratio_row(), a_ratio(), unit_name="City Housing").startswith("City Housing: White applicants were 1.50 times")


def test_an_empty_ratio_says_why() -> None:
    empty = a_ratio_row(value=math.nan, status="not_available", note="not_enough_data", marker="[x]")
    assert headline_kpi(empty, a_ratio()) == "Appointed, White over minority: not enough data"
    assert describe_note(empty).startswith("Not enough data: a ratio needs at least ten people")


def test_the_order_of_the_other_standards() -> None:
    cases = {**ORDER, "first": "ethnic minority staff", "second": "White staff", "to": "enter a formal disciplinary process"}
    kpi = a_ratio(order={**cases, "above_one_is_worse_for": "first"})
    said = headline_kpi(a_ratio_row(value=2.29, movement="", status="context"), kpi)
    assert said == (
        "Ethnic minority staff were 2.29 times as likely as White staff to enter a formal disciplinary process; "
        "above 1 is worse for ethnic minority staff"
    )


def test_a_ratio_of_ratios_says_who_is_counted() -> None:
    order = {**ORDER, "first": "ethnic minority staff", "second": "White staff", "above_one_is_worse_for": "first"}
    kpi = a_ratio(measure="ratio_of_ratios", interval="woolf", order={**order, "to": "people in grades 1 to 3 for each one above"})
    assert headline_kpi(a_ratio_row(value=2.25, movement="", status="context"), kpi) == (
        "Ethnic minority staff had 2.25 times as many people in grades 1 to 3 for each one above as White staff; "
        "above 1 is worse for ethnic minority staff"
    )


@pytest.mark.parametrize(
    ("value", "lower", "upper", "words"),
    [
        (
            1.10,
            1.03,
            1.17,
            "Inside the four-fifths band of 0.80 to 1.25, yet a clear difference: the likely range, 1.03 to 1.17, leaves out 1",
        ),
        (
            1.10,
            0.90,
            1.30,
            "Inside the four-fifths band of 0.80 to 1.25, and no clear difference: the likely range, 0.90 to 1.30, contains 1",
        ),
        (
            1.50,
            1.03,
            2.19,
            "Outside the four-fifths band of 0.80 to 1.25, and a clear difference: the likely range, 1.03 to 2.19, leaves out 1",
        ),
        (
            1.50,
            0.81,
            2.77,
            "Outside the four-fifths band of 0.80 to 1.25, but no clear difference: the likely range, 0.81 to 2.77, contains 1",
        ),
        (
            0.67,
            0.46,
            0.97,
            "Outside the four-fifths band of 0.80 to 1.25, and a clear difference: the likely range, 0.46 to 0.97, leaves out 1",
        ),
    ],
)
def test_band_and_range_stand_together(value: float, lower: float, upper: float, words: str) -> None:
    assert describe_band(a_ratio_row(value=value, lower=lower, upper=upper), a_ratio()) == words


def test_the_band_is_no_law_and_its_use_was_not_verified() -> None:
    notes = describe_notes(a_table(a_ratio_row()), a_ratio())
    assert BAND_NOTE in notes
    assert "no law sets it" in BAND_NOTE
    assert "not verified" in BAND_NOTE
    assert BAND_NOTE not in describe_notes(a_table(a_row()), a_summary())


def test_the_band_is_for_likelihoods_and_not_for_odds() -> None:
    odds = a_ratio(measure="ratio_of_ratios", interval="woolf")
    assert describe_band(a_ratio_row(), odds) == ""
    assert BAND_NOTE not in describe_notes(a_table(a_ratio_row()), odds)


def test_both_pools_stand_beside_the_ratio() -> None:
    row = a_ratio_row()
    assert describe_pools(row, a_ratio()) == "63 of 420 White applicants (15.0%), against 10.0% of ethnic minority applicants"
    assert describe_base(row, a_ratio()).endswith("of ethnic minority applicants, 12 months to 31 March 2026")
    assert "(15%), against 10% of" in describe_base(row.replace(False, True), a_ratio())
    assert describe_base(a_ratio_row(numerator=math.nan, value=math.nan), a_ratio()) == "420 people, 12 months to 31 March 2026"


def test_both_sides_of_a_ratio_of_ratios_stand_beside_it() -> None:
    odds = a_ratio(measure="ratio_of_ratios", interval="woolf")
    row = a_ratio_row(numerator=300.0, denominator=420.0, value=2.0, reference_value=math.nan)
    both = "300 of 420 White applicants (2.50 for each of the others), against 1.25 among ethnic minority applicants"
    assert describe_pools(row, odds) == both
    assert describe_pools(row.replace(False, True), odds) == "300 of 420 White applicants"
    assert describe_pools(row.replace(2.0, math.nan), odds) == "300 of 420 White applicants"


def test_lines_and_groups_say_what_they_are() -> None:
    order = (
        "How many times as likely White applicants were as ethnic minority applicants to be appointed from the shortlist; "
        "above 1 is worse for ethnic minority applicants"
    )
    assert describe_order(a_ratio()) == order
    before = a_ratio_row(period_end=pd.Timestamp("2025-03-31"), value=1.62)
    assert order in describe_series(a_table(before, a_ratio_row()), a_ratio())
    assert order in describe_series(a_table(a_ratio_row()), a_ratio())
    assert order in describe_groups(a_table(a_group("asian", 1.4, 0.2), a_group("black", 1.6, 0.3)), a_ratio(), LABELS)
    assert describe_order(a_summary()) == ""


def test_the_target_is_a_band_of_factors() -> None:
    assert describe_target(a_ratio()) == "0.91 to 1.10 by March 2028, from 1.62 in March 2023"
    assert describe_polarity(a_ratio()) == "Closer to 1 is better: above 1 is worse for ethnic minority applicants"


@pytest.mark.parametrize(("before", "now", "way"), [(1.6, 1.3, "better"), (1.3, 0.6, "worse"), (0.5, 1.9, "better"), (2.0, 0.49, "worse")])
def test_nearer_to_one_is_better_by_factors(before: float, now: float, way: str) -> None:
    row = a_ratio_row(value=now, change=now - before, movement="up" if now > before else "down")
    assert direction(row, a_ratio()) == way


def test_a_change_is_said_as_a_difference_and_tested_as_a_factor() -> None:
    row = a_ratio_row(movement="down", change=-0.4, change_lower=-0.7, change_upper=-0.05)
    assert describe_movement(row, a_ratio()) == "Down 0.40 in a year: truly moved"
    assert "divided by the earlier one" in describe_change_method(a_ratio())
    assert "square-and-add" in describe_change_method(a_summary())


def test_methods_name_their_source_or_the_reason_for_none() -> None:
    assert describe_method(a_ratio()).startswith("Katz’s log interval")
    assert describe_method(a_ratio(interval="woolf")).startswith("Woolf’s log interval")
    assert "only ever add" in describe_method(a_summary(measure="dissimilarity", interval="none"))
    assert "largest of several gaps" in describe_method(a_summary(measure="extreme_group_gap", interval="none"))


@pytest.mark.parametrize("measure", ["relative_likelihood", "ratio_of_ratios", "dissimilarity", "extreme_group_gap"])
def test_every_measure_has_a_formula_in_words(measure: str) -> None:
    words = {"numerator_words": "“Appointed”", "denominator_words": "“White”", "reference_words": "“Ethnic minorities”"}
    found = describe_formula(a_ratio(measure=measure, steps=(("headcount", "Everybody", ""),), column="hourly_pay", **words))
    assert found is not None
    assert found.words.endswith(".")
    assert found.top
    assert found.bottom


def test_the_largest_gap_names_its_group_and_how_many_are_not_shown() -> None:
    kpi = a_summary(measure="extreme_group_gap", interval="none")
    note = describe_note(a_row(note="extreme:ethnicity_5=black:2:1", declared=0.9))
    assert note == (
        "The largest gap of those shown is that of “black”. Two groups are hidden or withheld, so theirs may be larger. "
        "One group is too small to count here."
    )
    assert "Read with care" in describe_note(a_row(note="extreme:ethnicity_5=black:0:0", declared=0.7))
    assert not any(note.startswith("The largest of the groups") for note in describe_notes(a_table(a_row(note="extreme:x=y:0:0")), kpi))


def test_the_groups_of_a_figure_are_not_compared_with_it() -> None:
    kpi = a_summary(measure="dissimilarity", over="ethnicity_5", short_title="Distance", benchmark_title="Residents by ethnic group")
    assert title_of_parts(kpi, " by ethnic group") == (
        "Distance by ethnic group: each group’s share, beside its share of residents by ethnic group"
    )
    assert title_of_parts(a_summary(measure="extreme_group_gap", short_title="Largest gap"), "") == "Largest gap: each group’s own gap"
