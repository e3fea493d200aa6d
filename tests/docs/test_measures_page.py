"""Every type of measure, every likely range and every statistic has its place on the pages about methods, with an example that is run."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from metrics.definitions.kpi import MeasureType
from metrics.evaluate.values import DEFAULT_INTERVAL

FOLDER = Path("docs/methods")
MEASURES = (FOLDER / "measures.md").read_text(encoding="utf-8")
SECTIONS: dict[str, str] = dict(re.findall(r"^##? (.+)\n((?:(?!^##? ).*\n)*)", MEASURES, re.MULTILINE))
FACTS = ("Formula", "Base", "Range", "Source", "Traps")
STATISTICS = sorted(path for path in Path("metrics/statistics").glob("*.py") if path.stem != "__init__")


def section_of(measure: MeasureType) -> str:
    found = [text for heading, text in SECTIONS.items() if heading.endswith(f": `{measure.value}`")]
    assert len(found) == 1, f"docs/methods/measures.md: {len(found)} headings end in `{measure.value}`"
    return found[0]


@pytest.mark.parametrize("measure", MeasureType)
def test_every_measure_has_its_section(measure: MeasureType) -> None:
    text = section_of(measure)
    assert [fact for fact in FACTS if f"- **{fact}**: " not in text] == []
    assert "    >>> " in text


@pytest.mark.parametrize("measure", MeasureType)
def test_the_section_names_the_method_of_its_range(measure: MeasureType) -> None:
    (words,) = re.findall(r"- \*\*Range\*\*: (.+)", section_of(measure))
    method = DEFAULT_INTERVAL.get(measure, "none")
    assert words.startswith("none") if method == "none" else method in words.lower() or method == "wilson"


def test_no_section_is_about_a_measure_that_is_no_more() -> None:
    named = {name for heading in SECTIONS for name in re.findall(r": `(\w+)`$", heading)}
    assert named == {measure.value for measure in MeasureType}


def test_every_measure_stands_in_the_table_of_ranges() -> None:
    table = (FOLDER / "figures.md").read_text(encoding="utf-8")
    assert [m.value for m in MeasureType if f"| `{m.value}` |" not in table] == []


def examples() -> dict[str, set[str]]:
    """Module of statistics to the names that an example of some page uses from it."""
    found: dict[str, set[str]] = {}
    for page in FOLDER.glob("*.md"):
        lines = re.findall(r"^ *(?:>>>|\.\.\.) ?(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        used = set(re.findall(r"\w+", " ".join(line for line in lines if not line.startswith("from "))))
        for module, names in re.findall(r"from metrics\.statistics\.(\w+) import ([\w, ]+)", "\n".join(lines)):
            found.setdefault(module, set()).update(set(names.replace(" ", "").split(",")) & used)
    return found


@pytest.mark.parametrize("path", STATISTICS, ids=[path.stem for path in STATISTICS])
def test_every_statistic_has_an_example_that_is_run(path: Path) -> None:
    assert examples().get(path.stem), f"no page of docs/methods runs anything of {path}"


PARTS_OF_OTHERS = {
    "normal_quantile", "median_interval", "resampled_median", "median_gap_limits", "parts_of_difference", "moving_ranges", "variation",
    "out_of_the_ordinary", "assign_quarters", "as_reported", "directions", "share_after",
}  # fmt: skip
"""Functions that others on a page are made of: their own docstrings have the source."""


@pytest.mark.parametrize("path", STATISTICS, ids=[path.stem for path in STATISTICS])
def test_every_function_of_statistics_is_used_on_a_page_or_is_part_of_one_that_is(path: Path) -> None:
    functions = {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}
    public = {name for name in functions if not name.startswith("_")}
    assert public - examples().get(path.stem, set()) - PARTS_OF_OTHERS == set()
