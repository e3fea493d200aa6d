"""What shares and counts are made of."""

from __future__ import annotations

from datetime import date

from tests.spec.conftest import Spec
from tests.support.factories import a_count, a_dataset, a_point_gap, a_proportion, a_unit

DISABLED = a_proportion(numerator={"disability": ["disabled"]}, denominator={"disability": "known"})


def test_people_who_did_not_declare_leave_the_denominator(spec: Spec) -> None:
    spec(
        DISABLED,
        breakdown=["directorate"],
        rows="""directorate | disability
                housing     | disabled
                housing     | not_disabled
                housing     | not_recorded
                people      | -""",
        gives="""directorate | numerator | denominator | everyone | possible
                 council     | 1         | 2           | 4        | 3
                 housing     | 1         | 2           | 3        | 2
                 people      | 0         | 0           | 1        | 1
                 chief       | 0         | 0           | 0        | 0""",
    )


def test_a_unit_counts_everyone_below_it_and_those_who_sit_on_it(spec: Spec) -> None:
    spec(
        a_count(),
        breakdown=["service"],
        rows="""service  | sex
                council  | female
                housing  | male
                repairs  | male
                lettings | female""",
        gives="""service | numerator
                 council  | 4
                 housing  | 3
                 repairs  | 1
                 lettings | 1
                 adults   | 0""",
    )


def test_only_the_main_post_counts(spec: Spec) -> None:
    spec(
        a_count(),
        rows="""sex    | counts_once
                female | True
                female | False
                male   | True""",
        gives="""numerator
                 2""",
    )


def test_a_count_shows_who_is_not_known_beside_the_groups(spec: Spec) -> None:
    spec(
        a_count(),
        breakdown=["directorate", "sex"],
        rows="""directorate | sex
                housing     | female
                housing     | female
                housing     | male
                housing     | not_known""",
        gives="""directorate | sex       | numerator | denominator | everyone
                 housing     |           | 4         | 4           | 4
                 housing     | female    | 2         | 3           | 4
                 housing     | not_known | 1         | 4           | 4""",
    )


def test_five_groups_are_rolled_up_from_the_finer_ones(spec: Spec) -> None:
    spec(
        a_proportion(numerator={"sex": ["female"]}),
        breakdown=["ethnicity_5"],
        rows="""ethnicity     | sex
                indian        | female
                pakistani     | male
                white_british | female
                not_known     | female""",
        gives="""ethnicity_5 | numerator | denominator | everyone
                 asian       | 1         | 2           | 2
                 white       | 1         | 1           | 1
                 black       | 0         | 0           | 0
                 not_known   | x         | x           | x""",
    )


def test_a_share_split_by_its_own_characteristic_is_each_groups_share(spec: Spec) -> None:
    spec(
        a_proportion(numerator={"ethnicity_5": ["asian", "black"]}, denominator={"ethnicity_5": "known"}),
        breakdown=["ethnicity_5"],
        rows="""ethnicity
                indian
                african
                white_other
                white_other
                not_known""",
        gives="""ethnicity_5 | numerator | denominator | everyone | possible
                 asian       | 1         | 4           | 5        | 2
                 white       | 2         | 4           | 5        | 3""",
    )


def test_the_population_bounds_every_part(spec: Spec) -> None:
    spec(
        a_proportion(numerator={"disability": ["disabled"]}, denominator={"disability": "known"}, population="regular"),
        dataset=a_dataset(regular={"title": "Without casual workers", "where": {"contract": ["permanent", "fixed_term"]}}),
        rows="""contract   | disability
                permanent  | disabled
                fixed_term | not_disabled
                casual     | disabled
                casual     | not_recorded
                permanent  | prefer_not_to_say""",
        gives="""numerator | denominator | everyone | possible
                 1         | 2           | 3        | 2""",
    )


def test_two_conditions_on_one_column_intersect(spec: Spec) -> None:
    spec(
        a_proportion(numerator={"ethnicity": ["indian", "white_other"]}, denominator={"ethnicity_5": ["asian", "black"]}),
        rows="""ethnicity
                indian
                pakistani
                white_other""",
        gives="""numerator | denominator
                 1         | 2""",
    )


def test_a_group_that_can_hold_nobody_is_not_published(spec: Spec) -> None:
    spec(
        a_proportion(numerator={"sex": ["female"]}, denominator={"grade": ["g1", "g2"]}),
        breakdown=["grade"],
        rows="""grade | sex
                g1    | female
                g3    | female""",
        gives="""grade | numerator | denominator
                 g1    | 1         | 1
                 g2    | 0         | 0
                 g3    | x         | x""",
    )


def test_a_point_gap_sets_two_shares_side_by_side(spec: Spec) -> None:
    spec(
        a_point_gap({"ethnicity_5": ["asian", "black"]}, {"grade": ["g3"], "ethnicity_5": "known"}, {"ethnicity_5": "known"}),
        rows="""grade | ethnicity
                g3    | indian
                g3    | white_british
                g3    | not_known
                g1    | african
                g1    | pakistani
                g1    | not_known""",
        gives="""numerator | denominator | everyone | possible | reference_numerator | reference_denominator
                 1         | 2           | 3        | 2        | 3                   | 4""",
    )


def test_a_point_gap_split_by_what_is_compared_sets_each_group_against_the_reference(spec: Spec) -> None:
    spec(
        a_point_gap({"sex": ["female"]}, {"ethnicity_5": ["asian", "black"]}, {"ethnicity_5": ["white"]}),
        breakdown=["ethnicity_5"],
        rows="""ethnicity     | sex
                indian        | female
                pakistani     | male
                african       | female
                white_british | male
                white_other   | female
                white_other   | male""",
        gives="""ethnicity_5 | numerator | denominator | reference_numerator | reference_denominator
                 asian       | 1         | 2           | 1                   | 3
                 black       | 1         | 1           | 1                   | 3
                 white       | x         | x           | x                   | x""",
    )


def test_either_way_of_not_being_known_leaves_a_share_possible(spec: Spec) -> None:
    spec(
        DISABLED,
        rows="""disability
                disabled
                not_disabled
                not_recorded
                prefer_not_to_say""",
        gives="""numerator | denominator | everyone | possible
                 1         | 2           | 4        | 3""",
    )


def test_people_of_a_closed_unit_count_in_the_one_above(spec: Spec) -> None:
    units = (
        a_unit("council", None, "council"),
        a_unit("housing", "council", "directorate"),
        a_unit("old", "housing", "service", valid_to=date(2025, 3, 31)),
    )
    spec(
        a_count(),
        units=units,
        breakdown=["service"],
        rows="""service
                old
                housing""",
        gives="""service | numerator
                 housing | 2
                 old     | x""",
    )


def test_a_difference_of_shares_split_by_its_own_characteristic_is_each_groups_difference(spec: Spec) -> None:
    """The share of each group in grade 3, and its share of everybody; who has not answered is in neither."""
    spec(
        a_point_gap({"ethnicity_5": ["asian", "black"]}, {"grade": ["g3"], "ethnicity_5": "known"}, {"ethnicity_5": "known"}),
        breakdown=["ethnicity_5"],
        rows="""grade | ethnicity
                g3    | indian
                g3    | white_british
                g3    | not_known
                g1    | pakistani
                g1    | african
                g1    | white_other""",
        gives="""ethnicity_5 | numerator | denominator | reference_numerator | reference_denominator | everyone | possible
                 asian       | 1         | 2           | 2                   | 5                     | 3        | 2
                 black       | 0         | 2           | 1                   | 5                     | 3        | 1
                 white       | 1         | 2           | 2                   | 5                     | 3        | 2""",
    )
