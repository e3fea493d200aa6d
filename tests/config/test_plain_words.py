"""What the shipped measures say of themselves: both groups of a comparison by name, and no word that only their makers understand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.describe import describe_who
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.load import load_configuration
from metrics.definitions.notes import notes_of
from metrics.pipeline.summaries import summarise_kpi
from metrics.wording.definition import describe_change_method
from metrics.wording.formula import describe_formula
from tests.support.browser import ROOT

HARD = re.compile(
    r"\(\d+ groups\)|\bknown (ethnic|sex|disab|religion|sexual|gender|pay quarter)|(first|second) group\b|nobody must|; Left\b"
)
NAMED = {
    *(MeasureType.PAY_GAP_MEAN, MeasureType.PAY_GAP_MEDIAN, MeasureType.PERCENTAGE_POINT_GAP, MeasureType.MEAN_DIFFERENCE),
    *(MeasureType.RELATIVE_LIKELIHOOD, MeasureType.RATIO_OF_RATIOS, MeasureType.REPRESENTATION_INDEX),
}


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    return load_configuration(Path(ROOT) / "config")


def of_people(shipped: Configuration) -> list[Kpi]:
    return [kpi for kpi in shipped.kpis.values() if shipped.datasets[kpi.dataset].holds_people]


def test_every_comparison_of_two_groups_calls_them_by_name(shipped: Configuration) -> None:
    compared = [k for k in of_people(shipped) if k.measure.type in NAMED and k.measure.reference_group]
    assert len(compared) > 25
    assert [k.id for k in compared if k.measure.order is None] == []


def test_what_is_counted_is_said_in_plain_words(shipped: Configuration) -> None:
    said = {k.id: describe_who(shipped, k) for k in of_people(shipped)}
    assert {id: words for id, words in said.items() if HARD.search(words)} == {}
    formulas = {k.id: describe_formula(summarise_kpi(shipped, k)) for k in of_people(shipped)}
    assert [id for id, formula in formulas.items() if formula is not None and HARD.search(formula.words)] == []


def test_notes_are_about_the_figures_beside_them(shipped: Configuration) -> None:
    for kpi in of_people(shipped):
        said = " ".join((*kpi.notes, *notes_of(shipped, kpi)))
        assert not HARD.search(said), kpi.id
        assert kpi.measure.column == "hourly_pay" or "Hourly pay is worked out from" not in said or "quarter" in said.lower(), kpi.id


def test_a_test_of_a_change_is_claimed_only_where_there_is_a_range(shipped: Configuration) -> None:
    for kpi in of_people(shipped):
        summary = summarise_kpi(shipped, kpi)
        assert ("truly moved" in describe_change_method(summary)) == (summary.interval != "none"), kpi.id
