"""What is said of two groups that are compared, and of differences: both by their names, no claim that is not tested, no sum that fails."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from metrics.report import DimensionSummary, KpiSummary
from metrics.understanding.parts import PartsOfWhole
from metrics.wording.change_parts import CHANCE, describe_chance
from metrics.wording.definition import describe_change_method, describe_definition, describe_method, describe_sign
from metrics.wording.formula import describe_formula
from metrics.wording.headline import headline_kpi
from metrics.wording.likelihood import describe_place
from metrics.wording.notes import NOTES, describe_notes, differs_in_print
from metrics.wording.sentences import describe_base, describe_people
from tests.support.wording_rows import a_row, a_summary

SIDES = {"first": "women", "second": "men"}
ETHNICITY = DimensionSummary(
    "ethnicity_5", "Ethnic group (5 groups)", False,
    (("asian", "Asian", True), ("black", "Black", True), ("white", "White", True), ("not_recorded", "Not recorded", False)),
)  # fmt: skip
RATIO = {"first": "White staff", "second": "ethnic minority staff", "to": "be promoted", "above_one_is_worse_for": "second"}


def a_pay_gap(**changes: object) -> KpiSummary:
    return a_summary(**{"measure": "pay_gap_mean", "polarity": "closer_to_target", "target": (), "order": SIDES, **changes})


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("pay_gap_mean", "Above 0%, women are paid less"),
        ("pay_gap_median", "Above 0%, women are paid less"),
        ("percentage_point_gap", "Above 0, the share is larger among women"),
        ("mean_difference", "Above 0, the mean is higher among women"),
        ("representation_index", ""),
        ("proportion", ""),
    ],
)
def test_what_a_difference_above_zero_means(measure: str, words: str) -> None:
    kpi = a_pay_gap(measure=measure)
    assert describe_sign(kpi) == words
    assert dict(describe_definition(kpi))["Which way is good"].endswith(words)
    assert describe_sign(replace(kpi, order={})) == ""


def test_both_groups_have_their_own_names() -> None:
    row = a_row(numerator=150, denominator=97, value=0.038, reference_value=1200.0)
    assert describe_base(row, a_pay_gap()) == "97 men and 150 women, 31 March 2026"  # men first: it is their pay that the gap is a share of
    assert describe_people(row, a_pay_gap()) == "247 people"
    gap = a_pay_gap(measure="percentage_point_gap", order={"first": "men", "second": "women"}, reference_words="“Female”")
    shares = a_row(numerator=97, denominator=4813, value=-0.0036, reference_value=0.0237)
    assert describe_base(shares, gap) == "97 of 4,813 men (2.0%), against 2.4% of women, 31 March 2026"
    assert describe_people(shares, gap) == "4,813 men"


def test_formulas_call_both_groups_by_name_and_their_parts_by_what_is_asked() -> None:
    known = {"steps": (("headcount", "", ""),), "population": "All staff", "numerator_words": "“Female”"}
    gap = a_summary(
        measure="percentage_point_gap", order={"first": "people in the upper quarter", "second": "people in all four quarters"},
        denominator_words="“Upper quarter”, known sex", reference_words="known pay quarter, known sex", **known,
    )  # fmt: skip
    made = describe_formula(gap)
    assert made is not None
    assert made.words == (
        "The share of “Female” among people in the upper quarter, minus their share among people in all four quarters, in "
        "percentage points. Counted: all staff."
    )
    assert made.bottom == "People: all staff, “Upper quarter”, whose sex is known"
    assert made.then == "times 100, minus the same share among all staff, whose pay quarter and sex are known"
    pay = describe_formula(a_pay_gap(reference_words="“Male”", column="hourly_pay", **known))
    assert pay is not None
    assert pay.words.startswith("How much lower the mean hourly pay of women is than that of men, as a share of the latter’s.")


def test_an_index_says_what_it_is_so_many_times_of() -> None:
    index = a_summary(measure="representation_index", unit="ratio", short_title="Places", target=(), status_rule="interval")
    row = a_row(value=1.05, status="no_target", movement="")
    eligible = replace(index, reference_words="“Grades 4 to 6”", order={"first": "people with a place", "second": "staff in grades 4 to 6"})
    assert headline_kpi(row, eligible) == "Places: 1.05 times their share of staff in grades 4 to 6"
    assert headline_kpi(row, replace(index, benchmark_title="Ethnic minority residents")) == (
        "Places: 1.05 times the share of ethnic minority residents"
    )


@pytest.mark.parametrize("measure", ["dissimilarity", "extreme_group_gap", "count", "fte", "proportion", "score"])
def test_a_figure_without_a_range_claims_no_test_of_its_change(measure: str) -> None:
    told = describe_change_method(a_summary(measure=measure, interval="none"))
    assert told.startswith("A change is told as it is")
    assert "truly moved" not in told
    assert "95%" not in told


def test_groups_beside_the_largest_gap_are_said_to_have_no_range_either() -> None:
    said = describe_method(a_summary(measure="extreme_group_gap", interval="none"))
    assert "have none either" in said
    assert "own gap has its" not in said


def rows_of(*groups: str) -> pd.DataFrame:
    return pd.DataFrame([a_row(group=f"ethnicity_5={group}") for group in groups])


def test_a_group_takes_the_place_of_the_side_that_it_belongs_to() -> None:
    kpi = a_summary(measure="relative_likelihood", order=RATIO, asks=("Ethnic group",))
    split = rows_of("asian", "black")
    assert describe_place(kpi, ETHNICITY, split) == "Each group takes the place of ethnic minority staff, and is compared with White staff."
    assert describe_place(replace(kpi, order={**RATIO, "above_one_is_worse_for": "first"}), ETHNICITY, split) == (
        "Each group takes the place of White staff, and is compared with ethnic minority staff."
    )
    gap = replace(kpi, measure="percentage_point_gap", order={"first": "ethnic minority staff", "second": "White staff"})
    assert describe_place(gap, ETHNICITY, split).startswith("Each group takes the place of ethnic minority staff")
    assert describe_place(kpi, ETHNICITY, rows_of("asian", "black", "white")) == ""  # each group holds people of both sides
    assert describe_place(replace(kpi, asks=("Disability",)), ETHNICITY, split) == ""
    assert describe_place(a_summary(asks=("Ethnic group",)), ETHNICITY, split) == ""


def test_a_difference_that_is_not_the_one_of_the_printed_figures_is_said_beside_them() -> None:
    plain = {"change": math.nan, "gap": math.nan, "target": math.nan, "movement": "up", "change_lower": 0.01, "change_upper": 0.06}
    kpi = a_summary(target=())
    even = pd.DataFrame([a_row(**{**plain, "value": 0.62, "target": 0.65})])
    odd = pd.DataFrame([a_row(**{**plain, "value": 0.6545, "target": 0.6576})])  # 65.5%, path 65.8%, and 0.3 points behind
    off = pd.DataFrame([a_row(**{**plain, "value": 0.6541, "target": 0.65751})])  # 65.4%, path 65.8%, and 0.3 points behind
    assert [differs_in_print(rows, kpi) for rows in (even, odd, off)] == [False, False, True]
    assert NOTES["differences"] in describe_notes(off, kpi)
    assert NOTES["differences"] not in describe_notes(even, kpi)
    change = pd.DataFrame([a_row(**{**plain, "value": 0.6545, "change": 0.0375})])  # 65.5% and 61.7%, up 3.8
    assert not differs_in_print(change, kpi)
    assert differs_in_print(pd.DataFrame([a_row(**{**plain, "value": 0.6541, "change": 0.0376})]), kpi)  # 65.4% and 61.7%, up 3.8
    unclear = a_row(**{**plain, "value": 0.6541, "change": 0.0376, "movement": "unclear", "change_lower": -0.01, "change_upper": 0.09})
    assert differs_in_print(pd.DataFrame([unclear]), kpi)
    level = a_row(**{**plain, "value": 0.6541, "change": 0.0024, "movement": "unclear", "change_lower": -0.04, "change_upper": 0.05})
    assert not differs_in_print(pd.DataFrame([level]), kpi)  # "No clear change in a year, was 65.2%": no amount is printed
    assert not differs_in_print(off, replace(kpi, within=0.01))  # a band: no distance from the path is printed
    assert not differs_in_print(off, replace(kpi, unit="pounds"))
    assert not differs_in_print(pd.DataFrame([a_row(value=math.nan, target=0.65751)]), kpi)


def test_parts_of_a_change_that_could_be_chance_say_so() -> None:
    parts = PartsOfWhole("SL01", "council", "sex", date(2026, 3, 31), 0.006, pd.DataFrame(), earlier=date(2025, 3, 31))
    unclear = a_row(movement="unclear")
    assert describe_chance(unclear, parts) == CHANCE
    assert describe_chance(a_row(movement="up"), parts) == ""
    assert describe_chance(a_row(movement="unclear", change_lower=math.nan), parts) == ""  # a full count: nothing was tested
    assert describe_chance(unclear, replace(parts, earlier=date(2024, 3, 31))) == ""  # the row tells of one year alone
    assert describe_chance(unclear, replace(parts, refused="too_rough")) == ""
