"""Examples on the pages about methods give what they say, with the product's own functions."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

PAGES = sorted(path for path in Path("docs/methods").glob("*.md") if ">>> " in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_every_example_of_a_page_gives_what_it_says(page: Path) -> None:
    found = doctest.testfile(str(page.resolve()), module_relative=False, encoding="utf-8")
    assert found.attempted > 3
    assert found.failed == 0
