"""Worked examples: the product's own query and arithmetic must give what the definition says by eye."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import WorkedExample
from metrics.definitions.load import load_configuration
from metrics.pipeline import run_worked_example
from metrics.pipeline.worked_example import work_out

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    return load_configuration(ROOT / "config")


def problems(shipped: Configuration, kpi: str, rows: list[dict[str, Any]], gives: dict[str, float | None]) -> list[str]:
    changed = shipped.kpis[kpi].model_copy(update={"worked_example": WorkedExample(rows=tuple(rows), gives=gives)})
    return [str(problem) for problem in run_worked_example(shipped, changed)]


DISABLED, NOT, UNKNOWN = {"disability": "disabled"}, {"disability": "not_disabled"}, {"disability": "not_recorded"}


def test_a_right_example_is_silent(shipped: Configuration) -> None:
    assert problems(shipped, "WR03", [DISABLED, NOT, NOT, UNKNOWN], {"numerator": 1, "denominator": 3, "everyone": 4, "value": 33.3}) == []


def test_a_wrong_example_says_what_these_rows_give(shipped: Configuration) -> None:
    (found,) = problems(shipped, "WR03", [DISABLED, NOT], {"numerator": 1, "value": 51.0})
    assert "config/kpis/WR03" in found
    assert "the example says 51; these rows give 50" in found


def test_nothing_is_expected_where_nobody_answered(shipped: Configuration) -> None:
    assert problems(shipped, "WR03", [UNKNOWN], {"denominator": 0, "value": None}) == []
    assert "the example says nothing; these rows give 100" in problems(shipped, "WR03", [DISABLED], {"value": None})[0]


def test_misspelt_columns_categories_and_figures_are_all_listed(shipped: Configuration) -> None:
    found = problems(shipped, "WR03", [{"disabilty": "disabled"}, {"disability": "yes"}], {"valu": 1})
    assert len(found) == 3
    assert "no figure of this name" in found[0]
    assert "no column 'disabilty'" in found[1]
    assert "no category 'yes' in 'disability'; there are: disabled" in found[2]


def test_a_group_of_groups_stands_for_one_of_its_members(shipped: Configuration) -> None:
    rows = [{"ethnicity_5": "asian"}, {"ethnicity_5": "white"}, {"ethnicity_19": "indian"}]
    assert problems(shipped, "WR01", rows, {"numerator": 2, "denominator": 3, "value": 66.7}) == []


def test_a_pay_gap_by_hand(shipped: Configuration) -> None:
    """Men 20 and 30 (mean 25), women 15: (25 - 15) / 25 = 40 %."""
    kpi = shipped.kpis["PG01"]
    rows = tuple({"sex": sex, str(kpi.measure.column): pay} for sex, pay in (("male", 20), ("male", 30), ("female", 15)))
    found = work_out(shipped, kpi, WorkedExample(rows=rows, gives={}))
    assert found["value"] == pytest.approx(40.0)
    assert (found["numerator"], found["denominator"]) == (1, 2)


@pytest.mark.parametrize("kpi", sorted(path.name[:4] for path in (ROOT / "config/kpis").glob("*.yaml")))
def test_every_shipped_example_holds(shipped: Configuration, kpi: str) -> None:
    assert shipped.kpis[kpi].worked_example is not None
    assert run_worked_example(shipped, shipped.kpis[kpi]) == []


def test_rows_of_an_example_name_marks_as_columns(shipped: Configuration) -> None:
    """Who is not said to have a mark has none; what was not recorded of everybody is no row."""
    rows = [{"disciplinary": "yes", "ethnicity_2": "ethnic_minority"}, {"ethnicity_2": "ethnic_minority"}, {"ethnicity_2": "white"}]
    gives = {"numerator": 1, "denominator": 2, "reference_numerator": 0, "reference_denominator": 1}
    assert problems(shipped, "ER01", rows, gives) == []
    (found,) = problems(shipped, "ER01", [{"disciplinary": "not_recorded"}], {})
    assert "no category 'not_recorded' in 'disciplinary'; there are: yes, no" in found
