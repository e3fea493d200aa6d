"""The invented city: its wards are those of the dimension, and every table of a year adds up."""

from pathlib import Path

import pytest

from metrics.definitions.load import load_configuration
from metrics.demo.city import (
    CENSUSES,
    FIFTHS,
    RESIDENTS,
    SHARES,
    WARDS,
    apportioned,
    residents_by_fifth,
    residents_by_group,
    residents_by_ward,
)


def test_the_wards_and_their_fifths_are_those_of_the_dimensions() -> None:
    shipped = load_configuration(Path("config")).dimensions
    ward, fifth = shipped["ward"], shipped["deprivation_fifth"]
    assert ward.known == tuple(w.id for w in WARDS)
    assert len(WARDS) == 69
    assert [ward.label(w.id) for w in WARDS] == [w.name for w in WARDS] == sorted({w.name for w in WARDS})
    assert [ward.parent_of(w.id) for w in WARDS] == [f"fifth_{w.fifth}" for w in WARDS]
    assert tuple(fifth.label(id) for id in fifth.known) == FIFTHS


@pytest.mark.parametrize("year", sorted(RESIDENTS))
def test_the_wards_and_the_fifths_hold_everybody_who_lives_there(year: int) -> None:
    assert sum(residents_by_ward(year).values()) == sum(residents_by_fifth(year).values()) == RESIDENTS[year]


@pytest.mark.parametrize("year", CENSUSES)
def test_a_census_counts_everybody_by_group_and_people_from_16_by_age(year: int) -> None:
    assert sum(residents_by_group(year, "ethnicity").values()) == sum(residents_by_group(year, "disability").values()) == RESIDENTS[year]
    assert sum(residents_by_group(year, "age").values()) == round(RESIDENTS[year] * sum(SHARES[year]["age"].values())) < RESIDENTS[year]


def test_a_total_is_cut_into_whole_parts_by_largest_remainder() -> None:
    """Ten in the proportions 5 to 3 to 2.5: 4.76, 2.86 and 2.38 go down to 4, 2 and 2, and the two largest rests get one more."""
    assert apportioned(10, {"a": 5, "b": 3, "c": 2.5}) == {"a": 5, "b": 3, "c": 2}
    assert apportioned(1, {"a": 1, "b": 1}) == {"a": 1, "b": 0}
