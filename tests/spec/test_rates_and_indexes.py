"""What rates and indexes against a reference group are made of, on every engine."""

from __future__ import annotations

from tests.spec.conftest import Spec
from tests.support.factories import a_kpi

RATE = a_kpi(
    measure={
        "type": "rate", "unit": "per_1000", "of": "staff",
        "numerator": {"disability": ["disabled"]}, "denominator": {"disability": "known"},
    },
    polarity="contextual",
)  # fmt: skip
INDEX = a_kpi(
    measure={
        "type": "representation_index",
        "unit": "ratio",
        "numerator": {"ethnicity_5": ["asian", "black"]},
        "denominator": {"ethnicity_5": "known", "grade": ["g3"]},
        "reference_group": {"ethnicity_5": "known", "grade": ["g1", "g2"]},
    },
)


def test_a_rate_is_of_those_whose_answer_is_known(spec: Spec) -> None:
    spec(
        RATE,
        breakdown=["directorate"],
        rows="""directorate | disability
                housing     | disabled
                housing     | not_disabled
                housing     | not_recorded
                people      | disabled""",
        gives="""directorate | numerator | denominator | everyone | possible
                 council     | 2         | 3           | 4        | 3
                 housing     | 1         | 2           | 3        | 2
                 people      | 1         | 1           | 1        | 1""",
    )


PLACES = """ethnicity | grade | sex
            indian        | g3    | female
            white_british | g3    | female
            white_british | g3    | male
            not_known     | g3    | male
            indian        | g1    | female
            african       | g2    | male
            white_british | g2    | male
            not_known     | g1    | male"""


def test_an_index_has_two_bases_inside_one_population(spec: Spec) -> None:
    spec(
        INDEX,
        rows=PLACES,
        gives="""numerator | denominator | reference_numerator | reference_denominator | everyone
                 1         | 3           | 2                   | 3                     | 4""",
    )


def test_by_group_each_side_is_of_the_group(spec: Spec) -> None:
    spec(
        INDEX,
        breakdown=["sex"],
        rows=PLACES,
        gives="""sex    | numerator | denominator | reference_numerator | reference_denominator
                 female | 1         | 2           | 1                   | 1
                 male   | 0         | 1           | 1                   | 2""",
    )


def test_by_the_characteristic_that_it_is_about_the_group_takes_the_numerators_place(spec: Spec) -> None:
    spec(
        INDEX,
        breakdown=["ethnicity_5"],
        rows=PLACES,
        gives="""ethnicity_5 | numerator | denominator | reference_numerator | reference_denominator
                 asian       | 1         | 3           | 1                   | 3
                 black       | 0         | 3           | 1                   | 3
                 white       | 2         | 3           | 1                   | 3""",
    )
