"""Every page on two whole councils: the demo, built by its own command, and a real city's file by configuration alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import ROOT, browser, check_view, free_port, need_chromium, open_at, serving

pytestmark = pytest.mark.browser
PICTURES = Path(os.environ.get("SCREENSHOTS", ROOT / "screenshots"))
PAGES = {
    "demo": {
        "overview": "/",
        "kpi": "/kpi?measure=WR01",
        "kpi-headcount": "/kpi?measure=WF01&by=ethnicity_19",
        "kpi-gap-directorate": "/kpi?measure=PG02&unit=adult_social_care",
        "directorate": "/directorate",
        "directorate-below": "/directorate?unit=city_operations",
        "directorate-former": "/directorate?unit=neighbourhoods",
        "kpi-as-was": "/kpi?measure=WF01&unit=city_operations&structure=as_was",
        "kpi-today": "/kpi?measure=WF01&unit=city_operations",
        "gaps": "/gaps",
        "data-quality": "/data_quality",
        "data-quality-below": "/data_quality?unit=city_operations",
        "definitions": "/definitions",
        "definition": "/definitions?definition=PG07",
    },
    "houston": {
        "overview": "/",
        "kpi": "/kpi?measure=WR01",
        "kpi-headcount": "/kpi?measure=WF01&by=ethnicity",
        "kpi-department": "/kpi?measure=WF02&unit=houston_fire",
        "kpi-together": "/kpi?measure=WF01&unit=legal&by=ethnicity",
        "directorate": "/directorate",
        "directorate-below": "/directorate?unit=houston_police",
        "gaps": "/gaps",
        "data-quality": "/data_quality",
        "data-quality-below": "/data_quality?unit=houston_police",
        "definitions": "/definitions",
        "definition": "/definitions?definition=PG07",
    },
}
FIGURES = {"demo": ("/kpi?measure=PG02", "0.6%"), "houston": ("/kpi?measure=WF02", "30.2%")}
"""A page and a figure on it: the demo's extracts are fixed by their hash; 603 of Houston's 2,000 people are women."""


def equality(*words: str, cwd: Path) -> None:
    command = [sys.executable, "-m", "metrics.cli.main", *words]
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=580, check=False
    )
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def open_council(folder: Path, *words: str) -> Any:
    port = free_port()
    command = [sys.executable, "-m", "metrics.cli.main", "serve", *words, "--port", str(port), "--no-open"]
    return serving(command, port, {"PYTHONPATH": str(ROOT)}, cwd=folder)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(ROOT / "config", folder / "config")
    equality("demo", cwd=folder)
    with open_council(folder) as address:
        yield address


@pytest.fixture(scope="module")
def houston(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("houston")
    shutil.copytree(ROOT / "tests" / "councils" / "houston" / "config", folder / "config")
    equality("ingest", "employees", str(shared_data / "houston_employees" / "employee.csv"), "--as-at", "2016-06-30", cwd=folder)
    equality("check", cwd=folder)
    equality("refresh", cwd=folder)
    equality("certify", cwd=folder)
    with open_council(folder, "--local") as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    need_chromium()
    with browser() as found:
        yield found


@pytest.mark.parametrize(("council", "view"), [(c, v) for c, views in PAGES.items() for v in views])
def test_each_page_of_a_whole_council(request: pytest.FixtureRequest, chromium: Any, council: str, view: str) -> None:
    page = open_at(chromium, request.getfixturevalue(council) + PAGES[council][view], 1280)
    try:
        check_view(page, {width: PICTURES / f"{council}-{view}-{width}.png" for width in (1280, 320)})
    finally:
        page.close()


@pytest.mark.parametrize("council", list(PAGES))
def test_a_known_figure_stands_on_its_page(request: pytest.FixtureRequest, chromium: Any, council: str) -> None:
    path, figure = FIGURES[council]
    page = open_at(chromium, request.getfixturevalue(council) + path, 1280)
    try:
        words = page.inner_text("body")
        assert figure in words
        assert ("Synthetic figures, not real data" in words) == (council == "demo")
    finally:
        page.close()
