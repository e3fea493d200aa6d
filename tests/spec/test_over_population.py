"""What rates over a published population are made of, on every engine: rows that are counted, and rows of which the group is known."""

from __future__ import annotations

from tests.spec.conftest import Spec
from tests.support.factories import a_kpi

OVER = {"population": {"dataset": "residents", "column": "people"}, "of": "residents"}
RATE = a_kpi(
    measure={"type": "population_rate", "unit": "per_1000", "numerator": {"disability": ["disabled"]}, **OVER},
    polarity="contextual",
)
RATIO = a_kpi(
    measure={
        "type": "rate_ratio", "unit": "ratio", "numerator": {"disability": ["disabled"]}, "over": "ethnicity_5",
        "reference_group": {"ethnicity_5": ["white"]}, **OVER,
    },
    polarity="lower",
)  # fmt: skip
ROWS = """ethnicity     | disability
          indian        | disabled
          indian        | not_disabled
          african       | disabled
          white_british | disabled
          white_british | disabled
          white_british | not_recorded
          not_known     | disabled"""


def test_every_row_of_the_numerator_is_counted_and_none_of_its_people_is_a_row(spec: Spec) -> None:
    spec(RATE, rows=ROWS, gives="numerator | denominator | everyone\n 5 | 5 | 5")


def test_a_group_has_its_own_rows_beside_those_of_which_it_is_known(spec: Spec) -> None:
    """One in five of the rows is of nobody knows what group: four in five have answered."""
    spec(
        RATE,
        breakdown=["ethnicity_5"],
        rows=ROWS,
        gives="""ethnicity_5 | numerator | denominator | everyone | reference_numerator
                 asian       | 1         | 4           | 5        | x
                 black       | 1         | 4           | 5        | x
                 white       | 2         | 4           | 5        | x""",
    )


def test_a_ratio_stands_beside_the_rows_of_the_reference_group_which_has_none_itself(spec: Spec) -> None:
    spec(
        RATIO,
        breakdown=["ethnicity_5"],
        rows=ROWS,
        gives="""ethnicity_5 | numerator | denominator | everyone | reference_numerator
                 asian       | 1         | 4           | 5        | 2
                 black       | 1         | 4           | 5        | 2
                 white       | x         | x           | x        | x""",
    )
