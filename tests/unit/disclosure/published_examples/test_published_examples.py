"""Published examples of cell suppression: ours are safe, the attacker finds what the sources say, and the documented table is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.disclosure.published_examples.compared import OURS, judged, possible, table
from tests.unit.disclosure.published_examples.examples import EXAMPLES

PAGE = Path(__file__).resolve().parents[4] / "docs" / "methods" / "disclosure.md"


@pytest.mark.parametrize("name", EXAMPLES)
def test_ours_is_safe(name: str) -> None:
    found = judged(name)[OURS]
    assert found.shown == 0
    assert found.safe, found


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_cell_of_a_published_solution_is_published(name: str) -> None:
    """A slip in writing an example down would make its solution look unsafe, or safe."""
    example = EXAMPLES[name]()
    for solution, labels in example.solutions.items():
        assert len(example.hidden(solution)) == len(labels)
        assert example.hidden(solution) <= set(example.counts.regions)


@pytest.mark.parametrize(
    ("name", "solution", "label", "expected"),
    [
        ("two_way", "GaussSuppression with intervals", "young Iceland", (0, 13)),
        ("two_way", "GaussSuppression with intervals", "young Portugal", (0, 12)),
        ("four_by_four", "sdcTable, as given", "w b", (47, 47)),
        ("four_by_four", "sdcTable, one cell more", "w b", (0, 141)),
        ("linked", "consistent", "2015 Spain", (4, 4)),
        ("two_groupings", "sdcTable, tables apart", "K", (3, 3)),
    ],
)
def test_the_attacker_finds_what_the_sources_say(name: str, solution: str, label: str, expected: tuple[int, int]) -> None:
    """Ranges and recovered cells that the sources state themselves."""
    assert possible(EXAMPLES[name](), solution, label) == expected


def test_the_attacker_tells_safe_solutions_from_others() -> None:
    safe = {(name, who): found.safe for name in EXAMPLES for who, found in judged(name).items() if who != OURS}
    assert safe == {
        ("two_way", "GaussSuppression"): False,
        ("two_way", "GaussSuppression with intervals"): True,
        ("four_by_four", "sdcTable, as given"): False,
        ("four_by_four", "sdcTable, one cell more"): True,
        ("hierarchy", "GaussSuppression"): True,
        ("three_way", "GaussSuppression"): True,
        ("linked", "each table apart"): False,
        ("linked", "consistent"): False,
        ("linked", "super-consistent"): False,
        ("two_groupings", "sdcTable, tables apart"): False,
        ("two_groupings", "sdcTable, linked"): True,
    }


def test_the_documented_table_is_what_comes_out() -> None:
    """After a change in what is hidden: print the table with `python -m tests.unit.disclosure.published_examples.compared`."""
    lines = list(table())
    page = PAGE.read_text(encoding="utf-8").splitlines()
    assert lines[0] in page, "docs/methods/disclosure.md has no table of published examples"
    start = page.index(lines[0])
    assert page[start : start + len(lines)] == lines
