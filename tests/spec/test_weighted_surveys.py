"""What a weighted share is made of on every engine: its numerator and base as plain answers, and the sums of weights of both."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Column, Dataset
from metrics.definitions.kpi import Kpi, SeriesBreak
from metrics.errors import InputError
from metrics.periods import FinancialYear
from metrics.query.fetch import fetch_counts
from tests.spec.conftest import Spec
from tests.support.engines import FreshStore
from tests.support.factories import DAY, a_configuration, a_dataset, a_kpi
from tests.support.stored import a_source

LAST_YEAR = date(2025, 3, 31)


def a_survey() -> Dataset:
    plain = a_dataset(numbers=("weight",))
    return plain.model_copy(update={"weight": "weight"})


def a_share(**more: object) -> Kpi:
    measure = {
        "type": "survey_proportion",
        "unit": "percent",
        "denominator": {"ethnicity_5": "known"},
        "numerator": {"ethnicity_5": ["asian", "black"]},
    }
    return a_kpi("CO01", measure=measure, **more)


ROWS = """directorate | sex    | ethnicity     | pay
          housing     | female | indian        | 1.5
          housing     | female | white_british | 0.5
          housing     | male   | african       | 2
          housing     | male   | not_known     | 4
          people      | male   | white_british | 1
          people      | male   | white_british | 1"""


def test_weights_of_the_numerator_and_of_the_base_are_summed_and_who_gave_no_answer_is_in_neither(spec: Spec) -> None:
    survey = a_dataset(numbers=("pay",)).model_copy(update={"weight": "pay"})
    spec(
        a_share(),
        rows=ROWS,
        dataset=survey,
        gives="""numerator | denominator | everyone | n | mean | reference_n | reference_mean
                 2         | 5           | 6        | 2 | 1.75 | 5           | 1.2""",
    )


def test_each_group_has_its_own_weights(spec: Spec) -> None:
    survey = a_dataset(numbers=("pay",)).model_copy(update={"weight": "pay"})
    spec(
        a_share(),
        rows=ROWS,
        dataset=survey,
        breakdown=["sex"],
        gives="""sex    | numerator | denominator | everyone | n | mean | reference_n | reference_mean
                 female | 1         | 2           | 2        | 1 | 1.5  | 2           | 1
                 male   | 1         | 3           | 4        | 1 | 2    | 3           | 1.333333333""",
    )


# two surveys are never joined


def with_editions(kpi: Kpi) -> Configuration:
    survey = a_survey()
    columns = {**survey.columns, "survey": Column(**{"from": "survey"}, type="text", empty="reject")}
    return a_configuration(kpi, dataset=survey.model_copy(update={"columns": columns, "edition": "survey"}))


def answers(*surveys: tuple[date, str]) -> list[dict[str, object]]:
    said = {"ethnicity": "indian", "sex": "male", "weight": 1.0, "unit": "housing"}
    return [{**said, "as_at": day, "survey": survey} for day, survey in surveys]


def counted(configuration: Configuration, rows: list[dict[str, object]], url: str) -> int:
    with a_source(configuration, rows, url=url) as source:
        return len(fetch_counts(source, configuration, "hr", [DAY], FinancialYear()))


def test_two_surveys_that_no_break_parts_are_refused(fresh_store: FreshStore) -> None:
    rows = answers((LAST_YEAR, "Place Survey"), (DAY, "Residents’ survey"))
    with pytest.raises(InputError, match="2025-03-31 is of Place Survey, and 2026-03-31 of Residents’ survey") as refusal:
        counted(with_editions(a_share()), rows, fresh_store())
    assert "add `series_breaks: [{date: 2026-03-31, reason: …}]` to CO01" in str(refusal.value)


def test_two_surveys_that_a_break_parts_are_counted_each_by_itself(fresh_store: FreshStore) -> None:
    broken = a_share(series_breaks=(SeriesBreak(date=DAY, reason="Another survey"),))
    rows = answers((LAST_YEAR, "Place Survey"), (DAY, "Residents’ survey"))
    assert counted(with_editions(broken), rows, fresh_store()) == 1


def test_one_survey_asked_again_needs_no_break(fresh_store: FreshStore) -> None:
    rows = answers((LAST_YEAR, "Residents’ survey"), (DAY, "Residents’ survey"), (DAY, "Residents’ survey"))
    assert counted(with_editions(a_share()), rows, fresh_store()) == 1


def test_two_surveys_on_one_day_are_refused(fresh_store: FreshStore) -> None:
    rows = answers((DAY, "Place Survey"), (DAY, "Residents’ survey"))
    with pytest.raises(InputError, match="rows are of 2 surveys"):
        counted(with_editions(a_share()), rows, fresh_store())
