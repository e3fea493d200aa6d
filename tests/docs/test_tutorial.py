"""The tutorial, executed word for word on a file that has no configuration of its own, up to a figure on a screen."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.browser import browser, free_port, open_at, serving

pytestmark = [pytest.mark.realdata, pytest.mark.browser]
TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EDIT = re.compile(r"In `([^`]+)`, change\n\n```yaml\n(.*?)^```\n\nto\n\n```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    words: tuple[str, ...]


@dataclass(frozen=True)
class Edit:
    path: str
    found: str
    becomes: str


def steps(text: str) -> Iterator[Command | Edit]:
    """Commands and edits in the order of the page."""
    places: list[tuple[int, Command | Edit]] = [(m.start(), Edit(m[1], m[2], m[3])) for m in EDIT.finditer(text)]
    for fence in FENCE.finditer(text):
        if fence[1] == "console":
            places += [(fence.start(), Command(tuple(shlex.split(line)))) for line in fence[2].splitlines() if line.strip()]
    return (step for _, step in sorted(places, key=lambda place: place[0]))


def run(words: tuple[str, ...], folder: Path) -> str:
    assert words[0] == "equality"
    done = subprocess.run(
        [sys.executable, "-m", "metrics.cli.main", *words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TUTORIAL.parents[1])},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def followed(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Everything the page asks for up to the pages; the printed answers by subcommand."""
    folder = tmp_path_factory.mktemp("tutorial")
    shutil.copy(shared_data / "atlanta_salaries_2015" / "atl_salary_data_2015_names_removed.csv", folder / "staff.csv")
    printed: dict[str, str] = {}
    for step in steps(TUTORIAL.read_text(encoding="utf-8")):
        if isinstance(step, Edit):
            path = folder / step.path
            text = path.read_text(encoding="utf-8")
            assert step.found in text, f"{step.path} does not hold what the tutorial says:\n{step.found}"
            path.write_text(text.replace(step.found, step.becomes), encoding="utf-8")
        elif "serve" not in step.words:
            printed[step.words[1]] = run(step.words, folder)
    return folder, printed


def test_the_page_holds_the_whole_road() -> None:
    commands = [s.words[1] for s in steps(TUTORIAL.read_text(encoding="utf-8")) if isinstance(s, Command)]
    assert commands == ["init", "check", "inspect", "check", "ingest", "refresh", "show", "serve"]


def test_the_commands_print_figures_of_the_file(followed: tuple[Path, dict[str, str]]) -> None:
    """2,785 of the file's 8,246 people are women: 33.8 %, counted with pandas."""
    _, printed = followed
    assert "8,246" in printed["ingest"]
    assert "Published release" in printed["refresh"]
    assert "33.8%" in printed["show"]


def test_the_figure_stands_on_the_page(followed: tuple[Path, dict[str, str]]) -> None:
    folder, _ = followed
    (serve,) = (s.words for s in steps(TUTORIAL.read_text(encoding="utf-8")) if isinstance(s, Command) and "serve" in s.words)
    port = free_port()
    command = [sys.executable, "-m", "metrics.cli.main", *serve[1:], "--port", str(port), "--no-open"]
    with serving(command, port, {"PYTHONPATH": str(TUTORIAL.parents[1])}, cwd=folder) as address, browser() as chromium:
        page = open_at(chromium, f"{address}/kpi?measure=WF02", 1280)
        assert "33.8%" in page.inner_text("body")
