"""A second way to put categories together: what rolls up to what, and definition versions that know it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.dimension import Category, Dimension
from metrics.definitions.groupings import rolled_up, ways_up
from metrics.definitions.load import load_configuration

BASE = Path(__file__).parents[2] / "config" / "base"
GROUPING = """title: Ethnic group (Asian, all others)
groups_of: ethnicity_5
categories:
  - {id: asian, label: Asian, holds: [asian]}
  - {id: others, label: All other ethnic groups, holds: all_others}
  - {id: not_recorded, label: Not recorded, holds: [not_recorded], known: false}
"""


def loaded(folder: Path, grouping: str, about: str = "asian_or_not: [others]") -> Configuration:
    shutil.copytree(BASE, folder / "config")
    (folder / "config" / "dimensions" / "asian_or_not.yaml").write_text(grouping, encoding="utf-8")
    path = folder / "config" / "kpis" / "WR01-minority-share.yaml"
    text = path.read_text(encoding="utf-8")
    assert "numerator: {ethnicity_2: [minority]}" in text
    path.write_text(text.replace("numerator: {ethnicity_2: [minority]}", f"numerator: {{{about}}}"), encoding="utf-8")
    return load_configuration(folder / "config")


def test_a_kpi_counts_a_group_of_a_grouping(tmp_path: Path) -> None:
    configuration = loaded(tmp_path, GROUPING)
    assert configuration.resolve("hr", "asian_or_not", ("others",)) == ("ethnicity", frozenset({"black", "white"}))
    assert configuration.resolve("hr", "asian_or_not", "known")[1] == {"asian", "black", "white"}
    assert configuration.members("asian_or_not", "ethnicity_5", "not_recorded") == {"not_recorded"}
    assert configuration.members("ethnicity_2", "ethnicity_5", "minority") == {"asian", "black"}


@pytest.mark.parametrize(("named", "others"), [("[asian]", "all_others"), ("[asian]", "[black, white]"), ("[white]", "[asian, black]")])
def test_whom_a_group_holds_is_part_of_the_definition_version(tmp_path: Path, named: str, others: str) -> None:
    said = GROUPING.replace("holds: [asian]", f"holds: {named}").replace("holds: all_others", f"holds: {others}")
    first, second = loaded(tmp_path / "one", GROUPING), loaded(tmp_path / "two", said)
    assert (first.kpi_fingerprints["WR01"] == second.kpi_fingerprints["WR01"]) is (said == GROUPING)


def a_dimension(id: str, *categories: Category, **said: str) -> Dimension:
    return Dimension(id=id, title=id, categories=categories, **said)


def test_ways_up_go_by_parents_and_by_groupings_of_any_of_them() -> None:
    fine = a_dimension("fine", Category(id="a", label="A", parent="x"), Category(id="b", label="B", parent="y"), parent_dimension="coarse")
    coarse = a_dimension("coarse", Category(id="x", label="X"), Category(id="y", label="Y"))
    of_coarse = a_dimension("of_coarse", Category(id="not_x", label="Not X", holds="all_others"), groups_of="coarse")
    dimensions = {d.id: d for d in (fine, coarse, of_coarse)}
    ways = ways_up(dimensions, "fine")
    assert ways == {"fine": ("fine",), "coarse": ("fine", "coarse"), "of_coarse": ("fine", "coarse", "of_coarse")}
    assert [rolled_up(dimensions, ways["of_coarse"], c) for c in ("a", "b", "nobody")] == ["not_x", "not_x", None]
    assert ways_up(dimensions, "coarse") == {"coarse": ("coarse",), "of_coarse": ("coarse", "of_coarse")}


def test_a_dimension_that_could_not_be_read_ends_the_way() -> None:
    fine = a_dimension("fine", Category(id="a", label="A", parent="x"), parent_dimension="being_mended")
    assert ways_up({"fine": fine}, "fine") == {"fine": ("fine",), "being_mended": ("fine", "being_mended")}
    assert rolled_up({"fine": fine}, ("fine", "being_mended"), "a") is None
