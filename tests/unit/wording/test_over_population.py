"""Rates over a population in words: among how many people, since when, and two rates beside each other."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from metrics.charts.titles import title_of_parts
from metrics.report import KpiSummary
from metrics.statistics.rates import rate_ratio
from metrics.wording.definition import describe_method
from metrics.wording.formula import describe_formula
from metrics.wording.headline import headline_kpi
from metrics.wording.notes import describe_note, describe_notes
from metrics.wording.over_population import describe_two_rates
from metrics.wording.sentences import describe_base, describe_people
from tests.support.wording_rows import a_row, a_summary, a_table


def a_rate(**changes: object) -> KpiSummary:
    return a_summary(
        **{
            "id": "HC01", "title": "Hate crimes recorded", "short_title": "Hate crimes", "unit": "per_100000", "measure": "population_rate",
            "interval": "byar", "polarity": "contextual", "rows_are": "reports", "of": "residents", "span_months": 1, "target": (),
            "steps": (("headcount", "All reports", ""),), **changes,
        }
    )  # fmt: skip


def a_ratio() -> KpiSummary:
    return a_rate(id="SO01", unit="ratio", measure="rate_ratio", interval="log", rows_are="households", of="households", over="ethnicity_5",
                  reference_words="“White”", span_months=12)  # fmt: skip


def of_two(a: int, n: int, c: int, m: int) -> pd.Series:
    made = rate_ratio(*(pd.Series([number]) for number in (a, n, c, m))).iloc[0].to_dict()
    return a_row(kpi="SO01", numerator=a, denominator=n, reference_value=1000 * c / m, note="", **made)


def test_the_base_is_events_among_people() -> None:
    row = a_row(kpi="HC01", numerator=311, denominator=1_191_500, value=26.1, lower=23.3, upper=29.2, rounded=False)
    assert describe_base(row, a_rate()).startswith("311 reports among 1,191,500 residents, ")
    assert describe_people(row, a_rate()) == "1,191,500 residents"
    assert "26.1 for every 100,000" in headline_kpi(row, a_rate())


def test_where_the_events_are_hidden_only_the_people_are_said() -> None:
    row = a_row(kpi="HC01", numerator=math.nan, denominator=1_191_500, value=math.nan, rounded=False)
    assert describe_base(row, a_rate()).startswith("1,191,500 residents, ")


def test_a_ratio_is_said_with_both_rates_and_how_far_they_are_apart() -> None:
    """The reference group's events are found again in the limits of the ratio, whatever their number."""
    assert describe_two_rates(of_two(1097, 48_703, 1965, 239_278), a_ratio()) == (
        "22.5 for every 1,000, against 8.2: 14.3 more, likely 12.9 to 15.7"
    )
    assert describe_two_rates(of_two(20, 20_000, 300, 100_000), a_ratio()) == (
        "1.0 for every 1,000, against 3.0: 2.0 fewer, likely 1.4 to 2.5"
    )


def test_a_difference_that_may_be_chance_says_so() -> None:
    said = describe_two_rates(of_two(460, 1_144_900, 410, 1_140_000), a_ratio())
    assert said == "0.40 for every 1,000, against 0.36: 0.04 more, which may be chance: −0.01 to 0.09"


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("population:2025-06-30", "The number of people is that of 30 June 2025, the newest published by the end of the period."),
        ("highest:ethnicity_5=black:1:2", "The highest of those shown is that of “black”. One group is hidden or withheld, so theirs may "
         "be higher. Two groups are too small to count here."),
        ("best:ethnicity_5=white:0:0", "The others are compared with “white”."),
        ("best::0:1", "Each group is compared with all of them together. One group is too small to count here."),
    ],
)  # fmt: skip
def test_notes_of_populations_and_of_chosen_groups(note: str, said: str) -> None:
    row = a_row(note=note, declared=math.nan, rounded=False)
    assert describe_note(row) == said
    assert not any(
        words.startswith(("The highest of the groups", "Made of the figures")) for words in describe_notes(a_table(row), a_rate())
    )


def test_a_rate_of_rounded_events_says_so_and_of_what_day_its_people_are() -> None:
    said = describe_note(a_row(note="population:2025-06-30", rounded=True))
    assert said.startswith("The number of people is that of 30 June 2025")
    assert said.endswith("Made from rounded counts, so it may differ a little from the exact figure.")


def test_how_it_is_made_and_why_there_is_no_range() -> None:
    made = describe_formula(a_rate(numerator_words="“Hate crime”"))
    assert made is not None
    assert made.words == "How many reports there are for every 100,000 residents."
    ratio = describe_formula(a_ratio())
    assert ratio is not None
    assert ratio.bottom == "Households of “White”, for every 1,000 households"
    disparity = a_rate(measure="index_of_disparity", unit="percent", interval="wilson", numerator_words="“Satisfied”")
    assert "chance differences between groups only ever add" in describe_method(disparity)
    assert "logarithm of a ratio of two rates" in describe_method(a_ratio())
    assert title_of_parts(disparity, "") == "Hate crimes: each group’s own share"
