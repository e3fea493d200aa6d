"""A council whose file lacks columns: what it is told, and how the configuration is fitted to the file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from metrics.definitions.fit import advice, fit, lacking, without_breakdowns
from metrics.definitions.load import load_configuration, parse_folder
from metrics.errors import DefinitionError

STARTER = Path(__file__).parents[3] / "metrics" / "definitions" / "starter"


@pytest.fixture
def no_disability(tmp_path: Path) -> Path:
    """The starter bound to a file that has neither disability nor religion."""
    folder = tmp_path / "config"
    shutil.copytree(STARTER, folder)
    path = folder / "datasets" / "hr.yaml"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.strip().startswith(("disability:", "religion:"))]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return folder


def test_the_kpis_that_cannot_be_made_are_named(no_disability: Path) -> None:
    lacks = {lack.kpi: lack for lack in lacking(parse_folder(no_disability)[0])}
    assert sorted(lacks) == ["DR02", "WF01", "WR03"]
    assert lacks["WR03"].needs == ("disability",)
    assert (lacks["WF01"].needs, lacks["WF01"].splits) == ((), ("disability", "religion"))
    said = advice(tuple(lacks.values()))
    assert said.startswith("Dataset 'hr' has no disability, religion, which is asked for by: DR02, WF01, WR03.")


def test_fitting_leaves_a_configuration_that_loads(no_disability: Path) -> None:
    with pytest.raises(DefinitionError):
        load_configuration(no_disability)
    done = fit(no_disability)
    loaded = load_configuration(no_disability)
    assert len(done) == 3
    assert sorted(p.name for p in (no_disability / "set_aside").iterdir()) == ["DR02-disability-declared.yaml", "WR03-disabled-staff.yaml"]
    assert [b.id for b in loaded.kpis["WF01"].breakdowns] == [
        "unit", "sex", "age_band", "ethnicity_5", "sexual_orientation", "grade_band", "unit+sex", "sex+ethnicity_5",
    ]  # fmt: skip
    assert "# neither direction is good" in (no_disability / "kpis" / "WF01-headcount.yaml").read_text(encoding="utf-8")
    assert fit(no_disability) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("breakdowns: [[unit], [sex], [sex, unit]]\n", "breakdowns: [[unit]]\n"),
        ("breakdowns: [[sex]]\n", "breakdowns: []\n"),
        ("numerator: {sex: [sex]}\nbreakdowns: [[sex]]\n", None),
        ("breakdowns:\n  - [unit]\n  - [sex]\n", None),
        ("breakdowns: [[unit], {by: [sex], grain: year}]\n", None),
    ],
)
def test_text_is_changed_only_where_nothing_else_changes(text: str, left: str | None) -> None:
    assert without_breakdowns(text, frozenset({"sex"})) == left
