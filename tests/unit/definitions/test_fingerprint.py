"""Definition versions change when a figure could, and only then."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration

BASE = Path(__file__).parents[2] / "config" / "base"
W = "kpis/WR01-minority-share.yaml"


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str, str], Configuration]:
    def change(file: str, old: str, new: str) -> Configuration:
        shutil.copytree(BASE, tmp_path / "config", dirs_exist_ok=True)
        path = tmp_path / "config" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return load_configuration(tmp_path / "config")

    return change


BEFORE = load_configuration(BASE)


@pytest.mark.parametrize(
    ("file", "old", "new", "everything", "kpi"),
    [
        (W, "title: Staff", "# a note\ntitle:   Staff", False, False),
        (W, "title: Staff", "title: People", True, False),
        (W, "owner: workforce", "owner: others", True, False),
        (W, "next: 2027-04-01", "next: 2028-04-01", True, False),
        (W, "value: 25}", "value: 26}", True, True),
        (W, "grain: quarter", "grain: month", True, True),
        (W, "[sex],", "[age_band],", True, True),
        ("dimensions/ethnicity_5.yaml", "label: Asian, parent: minority", "label: Asian, parent: white", True, True),
        ("dimensions/ethnicity_5.yaml", "label: Asian", "label: Asian people", True, False),
        ("dimensions/religion.yaml", "title: Religion", "title: Faith", True, False),
        ("datasets/hr.yaml", "F: female", "W: female", True, True),
        ("datasets/hr.yaml", "Religion}", "Faith}", True, False),
        ("datasets/hr.yaml", "title: Staff\n", "title: Employees\n", True, False),
        ("benchmarks/residents.yaml", "value: 30.0", "value: 31.0", True, True),
        ("disclosure.yaml", "title: Leadership version", "title: Leadership version, threshold: 6", True, True),
        ("organisation.csv", "Works,housing", "Building works,housing", True, False),
    ],
)  # fmt: skip
def test_what_changes_a_version(
    changed: Callable[[str, str, str], Configuration], file: str, old: str, new: str, everything: bool, kpi: bool
) -> None:
    after = changed(file, old, new)
    assert (after.fingerprint != BEFORE.fingerprint) is everything
    assert (after.kpi_fingerprints["WR01"] != BEFORE.kpi_fingerprints["WR01"]) is kpi


def test_a_version_is_a_sha256_and_the_same_on_every_run() -> None:
    again = load_configuration(BASE)
    assert again.fingerprint == BEFORE.fingerprint
    assert again.kpi_fingerprints == BEFORE.kpi_fingerprints
    assert {len(f) for f in (again.fingerprint, *again.kpi_fingerprints.values())} == {64}
