"""A page that somebody adds: it is refused by the import contracts, by the page guard, and by what every page must begin with."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from metrics.access.viewer import Grant, Viewer
from metrics.errors import AccessDenied
from pages.shared import viewer as guard
from pages.shared.viewer import require_viewer
from tests.support.browser import ROOT
from tests.support.reports import MemoryStore

NEW_PAGES = {
    "opens_the_store": "from metrics.releases.store import ReleaseStore\nstore = ReleaseStore('sqlite:///data/releases.sqlite')\n",
    "reads_the_tables": "import sqlite3\nrows = sqlite3.connect('data/releases.sqlite').execute('SELECT * FROM cells').fetchall()\n",
    "asks_a_server": "from sqlalchemy import create_engine\nengine = create_engine('postgresql+psycopg://localhost/releases')\n",
    "counts_people": "from metrics.query.fetch import fetch_counts\n",
    "reads_people": "from metrics.sources.engine import open_source\n",
    "protects_by_itself": "from metrics.disclosure.protect import protect_counts\n",
    "evaluates_by_itself": "from metrics.evaluate.evaluate import evaluate\n",
    "publishes": "from metrics.pipeline.refresh import refresh\n",
    "runs_a_command": "from metrics.cli.main import main\n",
}
"""Name of the page to what it begins with."""


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the import contracts say of a copy of the program with all of these pages."""
    copy = tmp_path_factory.mktemp("copy")
    for room in ("metrics", "pages"):
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name, words in NEW_PAGES.items():
        (copy / "pages" / f"{name}.py").write_text(words, encoding="utf-8")
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=copy, env={"PYTHONPATH": str(copy), "COLUMNS": "200"}, capture_output=True, text=True)
    assert done.returncode == 1
    return done.stdout


@pytest.mark.parametrize("page", NEW_PAGES)
def test_a_page_that_goes_around_releases_breaks_an_import_contract(refused: str, page: str) -> None:
    assert f"pages.{page}" in refused


def test_only_the_one_cached_reader_opens_the_store(refused: str) -> None:
    """The same contracts hold for the pages that there are: nothing else is reported."""
    broken = {line.split("pages.")[1].split(" ")[0].split(".")[0] for line in refused.splitlines() if "pages." in line and "->" in line}
    assert broken == set(NEW_PAGES)


@pytest.fixture
def closed() -> Iterator[None]:
    guard.open_mode("")
    yield
    guard.open_mode("")


def test_a_new_page_shows_nothing_on_a_server_that_opened_nothing(closed: None, tmp_path: Path) -> None:
    page = tmp_path / "new_page.py"
    page.write_text(
        "import streamlit as st\nfrom pages.shared.viewer import require_viewer\nviewer = require_viewer('new_page')\nst.write('12,345')\n"
    )
    app = AppTest.from_file(str(page), default_timeout=60).run()
    assert "12,345" not in " ".join(str(m.value) for m in app.markdown)
    assert "sign-in is not set up" in " ".join(str(m.value) for m in app.markdown)


def test_a_role_opens_the_pages_that_it_names_and_no_new_one(monkeypatch: pytest.MonkeyPatch, store: MemoryStore) -> None:
    officer = Viewer("leadership", "signed_in", grants=(Grant(("overview", "kpi"), None),))
    monkeypatch.setattr(guard, "without_sign_in", lambda: officer)
    assert require_viewer("kpi").audience == "leadership"
    with pytest.raises(AccessDenied):
        require_viewer("new_page")
