"""What means, medians and pay gaps are made of."""

from __future__ import annotations

from datetime import date

from tests.spec.conftest import Spec
from tests.support.factories import a_median, a_pay_gap, a_unit

GENDER_GAP = a_pay_gap({"sex": ["female"]}, {"sex": ["male"]})
WOMEN = [11.90, 12.10, 12.35, 12.60, 12.60, 13.05, 13.90, 14.20, 15.10, 15.60, 17.00, 19.95, 26.30]
MEN = [12.20, 12.60, 12.60, 13.40, 14.75, 16.25, 18.40, 22.10, 31.75]


def rows_of(women: list[float], men: list[float]) -> str:
    lines = [f"female | {pay}" for pay in women] + [f"male | {pay}" for pay in men]
    return "\n".join(["sex | pay", *lines, "not_known | 99", "female | -"])


def test_the_published_worked_data_set_gives_its_published_figures(spec: Spec) -> None:
    spec(
        GENDER_GAP,
        rows=rows_of(WOMEN, MEN),
        gives="""n  | mean      | median | reference_n | reference_mean | reference_median
                 13 | 15.126923 | 13.90  | 9           | 17.116667      | 14.75""",
    )


def test_who_has_no_pay_or_no_known_sex_is_outside_the_base_and_inside_everyone(spec: Spec) -> None:
    spec(
        GENDER_GAP,
        rows=rows_of(WOMEN, MEN),
        gives="""numerator | denominator | everyone | reference_denominator
                 13        | 22          | 24       | 9""",
    )


def test_an_even_group_has_the_mean_of_its_two_middle_values(spec: Spec) -> None:
    spec(
        a_median(),
        breakdown=["directorate"],
        rows="""directorate | pay
                housing     | 10
                housing     | 12
                housing     | 20
                housing     | 30
                people      | 7
                chief       | -""",
        gives="""directorate | n | mean | median | variance | distinct | denominator | everyone
                 housing     | 4 | 18   | 16     | 82.666667 | 4       | 4           | 4
                 people      | 1 | 7    | 7      | -         | 1       | 1           | 1
                 chief       | 0 | -    | -      | -         | 0       | 0           | 1""",
    )


def test_a_gap_split_by_what_is_compared_is_each_groups_gap_to_the_reference(spec: Spec) -> None:
    spec(
        a_pay_gap({"ethnicity_5": ["asian", "black"]}, {"ethnicity_5": ["white"]}),
        breakdown=["ethnicity_5"],
        rows="""ethnicity     | pay
                indian        | 10
                pakistani     | 12
                african       | 9
                white_british | 14
                white_other   | 16
                not_known     | 1""",
        gives="""ethnicity_5 | n | mean | reference_n | reference_mean | denominator | everyone
                 asian       | 2 | 11   | 2           | 15             | 4           | 5
                 black       | 1 | 9    | 2           | 15             | 3           | 4
                 white       | x | x    | x           | x              | x           | x""",
    )


def test_a_gap_within_groups_compares_inside_each_group(spec: Spec) -> None:
    spec(
        GENDER_GAP,
        breakdown=["directorate", "grade"],
        rows="""directorate | grade | sex    | pay
                housing     | g1    | female | 10
                housing     | g1    | male   | 11
                housing     | g2    | male   | 50
                people      | g1    | female | 12""",
        gives="""directorate | grade | n | mean | reference_n | reference_mean
                 council     | g1    | 2 | 11   | 1           | 11
                 housing     | g1    | 1 | 10   | 1           | 11
                 housing     | g2    | 0 | -    | 1           | 50
                 housing     |       | 1 | 10   | 2           | 30.5""",
    )


def test_a_level_that_has_no_unit_on_the_day_has_no_figures_and_its_people_count_above(spec: Spec) -> None:
    spec(
        a_median(),
        breakdown=["service"],
        units=(
            a_unit("council", None, "council"),
            a_unit("housing", "council", "directorate"),
            a_unit("repairs", "housing", "service", valid_to=date(2026, 1, 31)),
        ),
        rows="""service | pay
                repairs | 10
                housing | 12""",
        gives="""service | n | median
                 council  | 2 | 11
                 housing  | 2 | 11
                 repairs  | x | x""",
    )


def test_pay_that_many_people_share_stands_in_the_middle_once_for_each(spec: Spec) -> None:
    spec(
        a_median(),
        rows="\n".join(["pay", *["12.6"] * 40, *["9.995"] * 39, *["1000000.01"] * 2]),
        gives="""n  | median | mean         | distinct
                 81 | 12.6   | 24702.392901 | 3""",
    )


def test_rates_that_agree_to_the_penny_are_one_rate(spec: Spec) -> None:
    """Amounts paid to the penny, over hours: three people of one rate and one of another."""
    spec(
        a_median(),
        rows="\n".join(["pay", "16.120012", "16.119988", "16.12", "16.13", "16.1349"]),
        gives="""n | median | distinct
                 5 | 16.12  | 2""",
    )
