"""What a dataset asks for is told from the rules that read it: words that mean something else are never offered."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.contract import Contract, Heading
from metrics.definitions.load import load_configuration
from metrics.definitions.organisation import Unit
from metrics.definitions.pay_columns import with_pay_columns, with_pay_dimensions
from metrics.errors import InputError
from metrics.ingest.contract import contract_of
from metrics.ingest.contract_of_pay import LENGTHS
from metrics.ingest.labels import bare
from metrics.ingest.pay_items import KNOWN_LENGTHS
from tests.support.councils import UNITS, a_council

ROOT = Path(__file__).resolve().parents[3]
DAY = dt.date(2026, 3, 31)
SEX = {"from": "Sex", "dimension": "sex"}


def contract(units: tuple[Unit, ...] = UNITS, **dataset: Any) -> Contract:
    return contract_of(a_council(units, **dataset), "hr", DAY)


def heading(found: Contract, name: str) -> Heading:
    return next(h for h in found.headings if h.heading == name)


def test_labels_are_offered_with_the_councils_own_words_beside_them() -> None:
    found = contract(columns={"sex": {**SEX, "recode": {"W": "female", "M - male": "male"}}})
    told = [(c.write, c.category, c.known, c.also) for c in heading(found, "Sex").choices]
    assert told == [("Female", "female", True, ("W",)), ("Male", "male", True, ("M - male",)), ("Not recorded", "not_recorded", False, ())]


def test_a_label_that_a_recode_takes_for_something_else_is_not_offered() -> None:
    crossed = contract(columns={"sex": {**SEX, "recode": {"Female": "male", "Frau": "female"}}})
    assert [(c.write, c.category) for c in heading(crossed, "Sex").choices][:2] == [("Frau", "female"), ("Female", "male")]
    bare = contract(columns={"sex": {**SEX, "recode": {"FEMALE ": "male"}}})
    offered = {c.category: c.write for c in heading(bare, "Sex").choices}
    assert "female" not in offered  # its label and its id both mean male now


def test_one_heading_that_fills_two_columns_is_one_column_with_the_limits_of_both() -> None:
    hours = {"from": "Hours", "type": "number", "minimum": 0, "maximum": 40}
    total = {"from": "hours ", "type": "integer", "minimum": 1, "empty": "reject", "posts": "sum"}
    found = contract(columns={"hours": hours, "all_hours": total})
    told = heading(found, "Hours")
    assert [h.heading for h in found.headings] == ["ID", "Unit", "Hours"]
    assert (told.columns, told.kind, told.limits, told.may_be_empty) == (("hours", "all_hours"), "whole number", "1 to 40", False)


def test_words_for_two_dimensions_of_one_heading_are_understood_by_both() -> None:
    found = contract(columns={"sex": SEX, "employment": {"from": "Sex", "dimension": "employment", "recode": {"Female": "part_time"}}})
    assert [(c.write, c.category, c.means) for c in heading(found, "Sex").choices] == [
        ("Female", "female, part_time", "Female · Part time")
    ]


def test_units_of_one_name_are_offered_by_their_ids_and_gone_ones_not_at_all() -> None:
    gone = Unit("gone", "Gone Service", "adults", "service", valid_to=dt.date(2025, 3, 31))
    words = [p.write for p in heading(contract((*UNITS, gone)), "Unit").places]
    assert words == ["Anytown Council", "Housing", "Repairs", "support_h", "Adult Social Care", "support_a"]


def test_a_unit_whose_name_a_recode_takes_away_is_offered_by_another_word() -> None:
    found = contract(unit={"from": "Unit", "recode": {"Housing": "adults", "Homes": "housing"}})
    assert [(p.write, p.unit) for p in heading(found, "Unit").places][1:2] == [("Homes", "housing")]
    assert ("Adult Social Care", "adults") in [(p.write, p.unit) for p in heading(found, "Unit").places]


def test_headings_named_after_a_level_offer_that_level() -> None:
    found = contract(unit={"from": ["Directorate", "Section"]})
    assert [p.unit for p in heading(found, "Directorate").places] == ["housing", "adults"]
    assert [p.unit for p in heading(found, "Section").places] == ["council", "repairs", "support_h", "support_a"]


@pytest.mark.parametrize(
    ("column", "told", "may_be_empty"),
    [
        ({"dimension": "sex"}, "Counts as “Not recorded”.", True),
        ({"dimension": "sex", "blank": "male"}, "Counts as “Male”.", True),
        ({"dimension": "employment"}, "The file is refused until the cell is filled.", False),
        ({"type": "number"}, "Not known: the row stays out of figures that need it.", True),
        ({"type": "number", "empty": "reject"}, "The row is refused.", False),
        ({"type": "integer", "band": "age_band"}, "Counts as “Not recorded”.", True),
        ({"type": "number", "posts": "sum"}, "Adds nothing to the person's total.", True),
    ],
)
def test_what_an_empty_cell_means(column: dict[str, Any], told: str, may_be_empty: bool) -> None:
    found = heading(contract(columns={"asked": {"from": "Asked", **column}}), "Asked")
    assert (found.empty, found.may_be_empty) == (told, may_be_empty)


def test_a_column_may_be_left_out_where_nothing_that_it_fills_is_required() -> None:
    columns = {"sex": {**SEX, "required": False}, "pay": {"from": "Pay", "type": "money"}, "again": {"from": "Sex", "type": "text"}}
    assert not heading(contract(columns=columns), "Sex").may_be_left_out
    assert heading(contract(columns={"sex": {**SEX, "required": False}}), "Sex").may_be_left_out


def test_returns_have_a_heading_for_each_answer_its_parts_and_the_totals() -> None:
    found = contract_of(load_configuration(ROOT / "tests/councils/leeds_region/config"), "by_ethnicity", DAY)
    told = heading(found, "ethnicity_asian")
    assert (told.kind, told.title, told.limits) == ("people", "Ethnic group (5 groups): Asian or Asian British", "0 or more")
    assert "ethnicity_asian_indian" in told.about
    assert heading(found, "ethnicity_asian_indian").title == "Part of “ethnicity_asian”"
    assert heading(found, "employees").title == "People altogether"
    assert (heading(found, "published").kind, found.asks_for_day, found.about_people) == ("span", False, False)


def test_a_table_with_a_row_for_each_answer_has_two_headings() -> None:
    found = contract_of(load_configuration(ROOT / "tests/councils/trafford/config"), "senior_salaries", DAY)
    assert [h.heading for h in found.headings] == ["EffectiveDate", "RemunerationBand", "EmployeeCount"]
    assert "in one of these words: 50000 - 54999, 55000 - 59999" in heading(found, "RemunerationBand").about
    assert (heading(found, "EmployeeCount").kind, heading(found, "EmployeeCount").limits) == ("people", "0 or more")


def test_a_dataset_that_is_worked_out_has_nothing_to_fill_in() -> None:
    configuration = load_configuration(ROOT / "config")
    found = contract_of(configuration, "movers", DAY)
    assert (found.headings, found.worked_out_from) == ((), "hr")
    assert [name for name, _ in found.derived] == ["joined_or_left", *configuration.datasets["movers"].marks]


def test_what_is_worked_out_is_told_with_what_it_is_worked_out_from() -> None:
    derived = dict(contract_of(load_configuration(ROOT / "config"), "hr", DAY).derived)
    assert derived["fte_all_posts"] == "a person's total of “FTE” over all posts of the day, at most 1"
    assert derived["ethnicity_2"].startswith("groups of `ethnicity_5`: ")
    assert derived["age_band"].startswith("“Age”, in bands: 16 to 24, ")
    assert derived["wb_vs_all_other"].startswith("groups of `ethnicity_19`: All other ethnic groups (including White minorities)")
    assert set(derived) == {"fte_all_posts", "age_band", "ethnicity_5", "ethnicity_2", "wb_vs_all_other", "grade_band"}


def test_a_dataset_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match="There is no dataset 'hrr'; there are: hr"):
        contract_of(a_council(), "hrr", DAY)


def payroll(**items: Any) -> Contract:
    given = {
        "code": "Code",
        "amount": "Amount",
        "codes": {"B1": "ordinary", "X9": "bonus"},
        "pay_period": {"from": "Paid"},
        "hours": "Hours",
    }
    return contract_of(with_pay(columns={"sex": SEX}, pay_items={**given, **items}), "hr", DAY)


def with_pay(**dataset: Any) -> Configuration:
    """A council whose dataset has its worked-out columns of pay."""
    council = a_council(**dataset)
    datasets = with_pay_columns(council.datasets)
    return replace(council, datasets=datasets, dimensions=with_pay_dimensions(council.dimensions, datasets))


def test_a_payroll_file_asks_for_codes_amounts_hours_and_how_long_for() -> None:
    found = payroll()
    assert [h.heading for h in found.headings] == ["ID", "Unit", "Code", "Amount", "Paid", "Hours", "Sex"]
    assert [(c.write, c.category) for c in heading(found, "Code").choices] == [("B1", "ordinary"), ("X9", "bonus")]
    assert (heading(found, "Amount").kind, heading(found, "Amount").unit, heading(found, "Amount").may_be_empty) == ("money", "£", False)
    assert (heading(found, "Hours").limits, heading(found, "Hours").unit) == ("0 to 168", "hours a week")
    assert found.grain == "One row for each person and pay code. Together they become one row for each person."
    assert {"hourly_pay", "bonus_pay", "bonus_paid", "pay_status"} <= set(dict(found.derived))


def test_lengths_of_time_are_offered_in_the_councils_words_or_in_usual_ones() -> None:
    told = heading(payroll(pay_period={"from": "Paid", "recode": {"M": "month"}}), "Paid").choices
    assert {c.category: c.write for c in told} == {
        "week": "week", "fortnight": "fortnight", "four_weeks": "four weeks", "month": "M", "quarter": "quarter", "year": "year",
    }  # fmt: skip
    assert all(KNOWN_LENGTHS[bare(word)] == length for length, (word, _) in LENGTHS.items())


def test_a_payroll_file_with_columns_of_amounts_weeks_leave_and_bonus() -> None:
    found = payroll(
        code=None,
        amount=None,
        codes={},
        amounts={"Basic": "ordinary", "Bonus": "bonus"},
        pay_period="month",
        hours={"contract": "Hours", "weeks": ["W1", "W2"], "fair": "Fair"},
        leave={"from": "Leave", "recode": {"SMP": "reduced_leave"}},
        in_period="In period",
        bonus_period={"from": "Rewards"},
    )
    named = ["ID", "Unit", "Basic", "Bonus", "Hours", "W1", "W2", "Fair", "Leave", "In period", "Rewards", "Sex"]
    assert [h.heading for h in found.headings] == named
    assert heading(found, "Basic").may_be_empty
    assert heading(found, "Leave").empty == "Counts as “Paid as usual”."
    assert (heading(found, "In period").kind, heading(found, "In period").may_be_empty) == ("yes or no", False)
    assert heading(found, "Rewards").empty == "The pay period counts."


def test_percentages_and_words_for_missing_values_are_told() -> None:
    rate = {"from": "Rate", "type": "number", "percentages": "out_of_1", "about": "Share in work", "missing": {"x": "unreliable"}}
    found = contract(columns={"sex": SEX, "rate": rate}, missing={"[c]": "confidential"})
    assert heading(found, "Rate").about == (
        "Share in work. A percentage, as 12.5%, or 0.125. "
        "Where a value is missing, one of these words may say why: [c] (confidential), x (unreliable)."
    )
    assert "missing" not in heading(found, "Sex").about


def test_a_financial_year_is_told_as_what_stands_in_the_column() -> None:
    found = contract(columns={"sex": SEX}, as_at="Year", as_at_end_of="financial_year")
    assert found.day == "“Year” holds a financial year, as 2025-26, and the row counts as at its last day, 31 March."
