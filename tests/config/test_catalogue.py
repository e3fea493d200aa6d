"""Every workforce KPI of the catalogue is defined as the catalogue has it; where one is not, the difference is written down with why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi
from metrics.definitions.load import load_configuration
from metrics.statistics.goals import IDEALS

HERE = Path(__file__).parent
CATALOGUE: Mapping[str, Mapping[str, Any]] = yaml.safe_load((HERE / "catalogue.yaml").read_text(encoding="utf-8"))
DEVIATIONS: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load((HERE / "catalogue_deviations.yaml").read_text(encoding="utf-8"))
SPLITS = {
    "S": "sex", "E5": "ethnicity_5", "E19": "ethnicity_19", "D": "disability", "O": "sexual_orientation", "G": "grade_band",
    "Dir": "directorate", "area": "wei_area", "members": "members",
}  # fmt: skip
GROUPS = {"WR", "SL", "LD", "PG", "RC", "PR", "RT", "ER", "DR", "SS", "TR", "WE"}


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    return load_configuration(Path("config"))


def differences(kpi: Kpi, wanted: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What of a definition is not as the catalogue has it, and what it is instead; of splits, those that are not there."""
    best = IDEALS.get(kpi.measure.type, kpi.target.milestones[-1].value if kpi.target else None)
    link = kpi.framework[0]
    levels = [getattr(link.thresholds, level) for level in ("developing", "achieving", "excellent")] if link.thresholds else None
    found = {
        "unit": kpi.measure.unit,
        "polarity": kpi.polarity,
        "best": best if kpi.polarity == "closer_to_target" else None,
        "every": kpi.period.grain.value,
        "theme": link.theme,
        "levels": [abs(level) for level in levels] if levels else None,
        "essential": link.essential,
    }
    for what, value in found.items():
        if value != wanted.get(what, False if what == "essential" else None):
            yield what, value
    there = {word for breakdown in kpi.breakdowns for word in breakdown.by}
    if missing := [split for split in wanted["by"] if SPLITS[split] not in there]:
        yield "by", missing


@pytest.mark.parametrize("id", CATALOGUE)
def test_a_kpi_is_as_the_catalogue_has_it_but_for_what_is_written_down(shipped: Configuration, id: str) -> None:
    found = dict(differences(shipped.kpis[id], CATALOGUE[id]))
    written = {what: line["missing" if what == "by" else "is"] for what, line in DEVIATIONS.get(id, {}).items()}
    assert found == written


def test_the_catalogue_is_whole() -> None:
    assert {id[:2] for id in CATALOGUE} == GROUPS
    assert len(CATALOGUE) == 44
    assert sum(bool(row.get("essential")) for row in CATALOGUE.values()) == 20


def test_each_difference_has_its_reason_in_a_sentence() -> None:
    assert set(DEVIATIONS) <= set(CATALOGUE)
    for id, lines in DEVIATIONS.items():
        for what, line in lines.items():
            assert re.fullmatch(r"[A-Z][^\n]{20,}\.", line["because"]), (id, what)
            assert set(line) == {"missing" if what == "by" else "is", "because"}
