"""Labels are mapped by a recode, by the dimension's own words, or by a known spelling; never by resemblance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metrics.definitions.dataset import Column
from metrics.definitions.load import load_configuration
from metrics.ingest.inspect import starter_dimensions
from metrics.ingest.labels import Labels, bare, known_spellings

DIMENSIONS = starter_dimensions()


def category(dimension: str, label: str, **column: Any) -> str | None:
    return Labels(Column.model_validate({"from": "x", "dimension": dimension} | column), DIMENSIONS[dimension]).category(label)


@pytest.mark.parametrize(
    ("dimension", "label", "wanted"),
    [
        ("sex", " f ", "female"),
        ("sex", "MALE", "male"),
        ("sex", "Prefer not to say", "not_recorded"),
        ("ethnicity_19", "White - British", "white_british"),
        ("ethnicity_19", "White: English/Welsh/Scottish/Northern Irish/British", "white_british"),
        ("ethnicity_19", "Asian or Asian British – Indian", "indian"),
        ("ethnicity_19", "Asian / Asian British: Bangladeshi", "bangladeshi"),
        ("ethnicity_19", "Chinese or Other Ethnic Group - Chinese", "chinese"),
        ("ethnicity_19", "Mixed - White & Asian", "white_and_asian"),
        ("ethnicity_19", "Black or Black British - African", "african"),
        ("ethnicity_19", "WBRI", "white_british"),
        ("ethnicity_19", "M1", "white_and_black_caribbean"),
        ("ethnicity_19", "Any other ethnic group", "other_ethnic_group"),
        ("ethnicity_19", "I do not wish to disclose this", "prefer_not_to_say"),
        ("ethnicity_19", "Roma", "roma"),
        ("ethnicity_5", "White", "white"),
        ("ethnicity_5", "Black or Black British", "black"),
        ("disability", "Yes", "disabled"),
        ("disability", "Non-disabled", "not_disabled"),
        ("religion", "Islam", "muslim"),
        ("sexual_orientation", "Heterosexual / Straight", "straight"),
        ("age_band", "25 – 34", "age_25_34"),
        ("religion", "Not stated", "not_recorded"),
    ],
)
def test_known_spellings(dimension: str, label: str, wanted: str) -> None:
    assert category(dimension, label) == wanted


@pytest.mark.parametrize(
    ("dimension", "label"),
    [
        ("ethnicity_19", "White"),
        ("ethnicity_19", "Black or African American"),
        ("ethnicity_5", "Black or African American"),
        ("ethnicity_5", "Asian/Pacific Islander"),
        ("ethnicity_19", "Gypsy/Roma"),
        ("ethnicity_19", "A"),
        ("disability", "N/A"),
        ("disability", "None"),
        ("religion", "None"),
        ("sex", "1"),
        ("sex", "X"),
        ("ethnicity_19", "Brittish"),
    ],
)
def test_what_could_mean_two_things_is_left_to_a_person(dimension: str, label: str) -> None:
    assert category(dimension, label) is None


def test_a_recode_comes_first_and_only_its_category_counts() -> None:
    assert category("sex", "F", recode={"f": "male"}) == "male"
    assert category("sex", "F", standard_labels=False) is None
    assert category("sex", "Female", standard_labels=False) == "female"
    assert category("sex", "A+", recode={"A": "male"}) is None


def test_no_spelling_means_two_categories_and_every_one_exists() -> None:
    contract = load_configuration(Path(__file__).resolve().parents[3] / "config").dimensions["contract"]  # the starter has none
    dimensions = {**DIMENSIONS, "contract": contract}
    for (dimension, spelling), found in known_spellings().items():
        assert len(set(found)) == 1, (dimension, spelling)
        if dimension != "*":
            assert found[0] in dimensions[dimension].ids


def test_filler_words_and_signs_do_not_matter_but_words_do() -> None:
    assert bare("White & Black African") == bare("white and black-african")
    assert bare("White or Asian background") != bare("Other Asian")
    assert bare("and") == "and"
