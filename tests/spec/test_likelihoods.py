"""What likelihoods, ratios of ratios, dissimilarity and the largest group gap are made of, on every engine."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi
from metrics.errors import CountsError
from metrics.periods import FinancialYear, Period
from metrics.query.fetch import fetch_counts
from metrics.query.plan import window_start
from tests.spec.conftest import Spec
from tests.support.engines import FreshStore
from tests.support.factories import DAY, a_configuration, a_dataset, a_kpi
from tests.support.stored import a_source

PERMANENT = {"contract": ["permanent", "fixed_term"]}
ORDER = {"first": "White staff", "second": "Asian and Black staff", "to": "be in the highest grade"}


def a_likelihood(kind: str = "relative_likelihood", worse: str = "second", **more: object) -> Kpi:
    measure = {
        "type": kind,
        "unit": "ratio",
        "numerator": {"grade": ["g3"]},
        "denominator": {**PERMANENT, "ethnicity_5": ["white"]},
        "reference_group": {**PERMANENT, "ethnicity_5": ["asian", "black"]},
        "order": {**ORDER, "above_one_is_worse_for": worse},
    }
    return a_kpi("RC01", measure=measure, polarity="closer_to_target", **more)


ROWS = """contract   | grade | ethnicity
          permanent  | g3    | white_british
          permanent  | g1    | white_other
          fixed_term | g1    | white_british
          permanent  | g3    | indian
          permanent  | g1    | indian
          permanent  | g2    | pakistani
          permanent  | g1    | african
          permanent  | g3    | not_known
          casual     | g3    | indian
          casual     | g3    | not_known"""


@pytest.mark.parametrize("kind", ["relative_likelihood", "ratio_of_ratios"])
def test_two_pools_and_those_of_whom_it_is_not_known(spec: Spec, kind: str) -> None:
    spec(
        a_likelihood(kind),
        rows=ROWS,
        gives="""numerator | denominator | reference_numerator | reference_denominator | possible | everyone
                 1         | 3           | 1                   | 4                     | 7        | 8""",
    )


def test_a_group_takes_the_place_of_the_pool_for_which_more_is_worse(spec: Spec) -> None:
    spec(
        a_likelihood(),
        breakdown=["ethnicity_5"],
        rows=ROWS,
        gives="""ethnicity_5 | numerator | denominator | reference_numerator | reference_denominator | possible | everyone
                 asian       | 1         | 3           | 1                   | 3                     | 6        | 7
                 black       | 1         | 3           | 0                   | 1                     | 4        | 5
                 white       | x         | x           | x                   | x                     | x        | x""",
    )


def test_the_first_pool_is_split_where_more_is_worse_for_it(spec: Spec) -> None:
    spec(
        a_likelihood(worse="first"),
        breakdown=["ethnicity"],
        rows=ROWS,
        gives="""ethnicity     | numerator | denominator | reference_numerator | reference_denominator
                 white_british | 1         | 2           | 1                   | 4
                 white_other   | 0         | 1           | 1                   | 4
                 indian        | x         | x           | x                   | x""",
    )


def test_both_pools_are_of_one_unit(spec: Spec) -> None:
    spec(
        a_likelihood(),
        breakdown=["directorate"],
        rows="""directorate | contract  | grade | ethnicity
                housing     | permanent | g3    | white_british
                housing     | permanent | g1    | indian
                people      | permanent | g3    | indian
                people      | permanent | g1    | not_known""",
        gives="""directorate | numerator | denominator | reference_numerator | reference_denominator | everyone
                 council     | 1         | 1           | 1                   | 2                     | 4
                 housing     | 1         | 1           | 0                   | 1                     | 2
                 people      | 0         | 0           | 1                   | 1                     | 2""",
    )


def test_dissimilarity_is_made_of_each_groups_share_of_those_who_have_answered(spec: Spec) -> None:
    measure = {"type": "dissimilarity", "unit": "percent", "denominator": {"ethnicity_5": "known"}, "over": "ethnicity_5"}
    spec(
        a_kpi("WR05", measure=measure, polarity="lower"),
        breakdown=["directorate", "ethnicity_5"],
        rows="""directorate | ethnicity
                housing     | indian
                housing     | pakistani
                housing     | white_british
                housing     | not_known
                people      | african""",
        gives="""directorate | ethnicity_5 | numerator | denominator | everyone
                 housing     | asian       | 2         | 3           | 4
                 housing     | black       | 0         | 3           | 4
                 housing     | white       | 1         | 3           | 4
                 housing     |             | 3         | 3           | 4
                 council     | black       | 1         | 4           | 5""",
    )


def test_the_largest_gap_is_made_of_each_groups_own(spec: Spec) -> None:
    measure = {
        "type": "extreme_group_gap", "unit": "percent", "column": "pay", "reference_group": {"ethnicity": ["white_british"]},
        "over": "ethnicity", "least_people": 2,
    }  # fmt: skip
    spec(
        a_kpi("PG09", measure=measure, polarity="lower"),
        breakdown=["ethnicity"],
        rows="""ethnicity     | pay
                white_british | 20
                white_british | 30
                indian        | 10
                indian        | 14
                african       | 18
                african       | -
                not_known     | 50""",
        gives="""ethnicity     | numerator | reference_denominator | median | reference_median
                 indian        | 2         | 2                     | 12     | 25
                 african       | 1         | 2                     | 18     | 25
                 white_british | x         | x                     | x      | x""",
    )


def events(**more: object) -> Dataset:
    return a_dataset().model_copy(update={"grain": "event", "rows_are": "applications", "window_months": 12, **more})


def test_events_are_of_the_months_up_to_the_day(fresh_store: FreshStore) -> None:
    kpi = a_likelihood(period={"grain": "year", "kind": "during"})
    configuration = a_configuration(kpi, dataset=events())
    rows = [{"contract": "permanent", "grade": "g3", "ethnicity": e} for e in ("indian", "white_british", "white_british")]
    with a_source(configuration, rows, url=fresh_store()) as source:
        (counts,) = fetch_counts(source, configuration, "hr", [DAY], FinancialYear())
    assert counts.period == Period(start=date(2025, 4, 1), end=date(2026, 3, 31))


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        (date(2026, 3, 31), 12, date(2025, 4, 1)),
        (date(2026, 6, 30), 3, date(2026, 4, 1)),
        (date(2026, 2, 28), 1, date(2026, 2, 1)),
        (date(2024, 2, 29), 12, date(2023, 3, 1)),
        (date(2026, 3, 15), 12, date(2025, 3, 16)),
    ],
)
def test_a_span_begins_the_day_after_the_one_before_it_ended(day: date, months: int, first: date) -> None:
    assert window_start(day, months) == first


def test_spans_that_overlap_are_refused_with_both_days(fresh_store: FreshStore) -> None:
    kpi = a_likelihood(period={"grain": "year", "kind": "during"})
    configuration = a_configuration(kpi, dataset=events())
    row = {"contract": "permanent", "grade": "g3", "ethnicity": "indian"}
    rows = [{**row, "as_at": date(2025, 3, 31)}, {**row, "as_at": date(2026, 3, 15)}]
    with a_source(configuration, rows, url=fresh_store()) as source, pytest.raises(CountsError) as refused:
        fetch_counts(source, configuration, "hr", [date(2026, 3, 15)], FinancialYear())
    said = str(refused.value)
    assert "the 12 months to 2026-03-15 began on 2025-03-16, and those to 2025-03-31 had not ended then" in said
    assert "would be counted twice" in said
