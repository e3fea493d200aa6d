"""Every screen, walked as a reader would, on releases that hold every state."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import BinaryIO

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import demo, viewer
from tests.app.conftest import ROOT, words_of
from tests.support.reports import EARLIER, RELEASE, MemoryStore, some_contents

SCREENS = ("overview", "kpi", "directorate", "gaps", "community", "data_quality", "definitions")
PLACES = tuple(s for s in SCREENS if s not in ("community", "definitions"))
"""Screens that show one unit at a time."""


def opened(app: AppTest, screen: str, **choices: str) -> AppTest:
    for key, value in choices.items():
        app.query_params[key] = value
    app.run()
    if screen != "overview":
        app.switch_page(f"pages/{screen}.py").run()
    assert not app.exception, [e.value for e in app.exception]
    return app


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_states_its_finding_its_release_and_that_it_is_synthetic(app, screen):
    words = words_of(opened(app, screen))
    assert len(re.findall(r"<h1", words)) == 1
    assert "Published figures, 31 March 2026." in words
    assert f"Release {RELEASE}" in words
    assert "Synthetic figures, not real data" in words
    assert "Demo on this computer" in words
    assert "Counts of 1 to 4 are hidden" in words


@pytest.mark.parametrize("screen", PLACES)
@pytest.mark.parametrize("unit", ["operations", "street", "street_cleansing", "safety"])
def test_every_screen_opens_for_a_unit_at_any_depth(app, screen, unit):
    app.run()
    if screen != "overview":
        app.switch_page(f"pages/{screen}.py").run()
    app.selectbox(key="unit").set_value(unit).run()
    assert not app.exception, [e.value for e in app.exception]
    assert some_contents().units[unit].name in words_of(app)


def test_each_measure_opens(app):
    opened(app, "kpi")
    for kpi in some_contents().kpis:
        app.selectbox(key="measure").set_value(kpi).run()
        assert not app.exception, (kpi, [e.value for e in app.exception])
        assert kpi in words_of(app)


def test_a_page_reads_its_release_once(app, store):
    opened(app, "overview")
    assert store.reads == 2, "units, and the groups that say whether a headline holds for its parts"
    app.run()
    assert store.reads == 2


def test_tiles_stand_behind_first(app):
    words = words_of(opened(app, "overview"))
    classes = re.findall(r'<article class="eq-tile (\w+)"', words)
    judged = ["behind" if c in {"missed", "off_path"} else "other" for c in classes]
    assert len(classes) == 6
    assert judged == sorted(judged)


def test_the_overview_begins_with_what_moved_what_is_behind_and_what_cannot_be_told(app):
    words = words_of(opened(app, "overview"))
    assert (
        words.index("<h1")
        < words.index("Truly moved")
        < words.index("Behind<")
        < words.index("Too early to say")
        < words.index("Headline measures")
    )


def test_a_measure_that_no_unit_has_is_a_line_and_not_a_column(app, store, monkeypatch):
    whole, root = store.read, store.releases[RELEASE].root.id

    def read(request, viewer):
        report = whole(request, viewer)
        return replace(report, cells=report.cells[(report.cells["kpi"] != "PG02") | (report.cells["unit"] == root)])

    monkeypatch.setattr(store, "read", read)
    words = words_of(opened(app, "overview"))
    grid = words[words.index("eq-grid") :]
    assert "Median gender pay gap" not in grid[: grid.index("</table>")]
    assert "Published for the whole council only: median gender pay gap." in words


def test_two_dates_that_are_not_a_year_apart_are_compared_by_the_same_rule(app):
    """From 36.4% and 30.4% with their published ranges, the square-and-add limits leave out no change."""
    opened(app, "kpi", measure="WR01", compare="2022-03-31")
    words = words_of(app)
    assert re.search(r"Up [\d.]+ points since March 2022: truly moved", words)
    assert "likely ranges do not overlap" not in words


def test_a_caveat_stands_once(app):
    opened(app, "kpi", measure="WR01")
    words = words_of(app)
    listed = words[words.index("Read with this") :]
    lines = re.findall(r"<li>(.*?)</li>", listed[: listed.index("</ul>")])
    assert len(lines) == len(set(lines))
    assert sum("ynthetic" in line for line in lines) == 1


def test_a_hidden_figure_is_a_word_and_never_a_zero(app):
    opened(app, "kpi")
    app.selectbox(key="measure").set_value("WR01").run()
    app.selectbox(key="unit").set_value("safety").run()
    words = words_of(app)
    assert not app.get("plotly_chart")
    assert "Hidden" in words
    assert not re.search(r">0(\.0)?%<", words)


def test_a_withheld_figure_says_how_many_have_answered(app):
    opened(app, "kpi")
    app.selectbox(key="measure").set_value("WR03").run()
    app.selectbox(key="unit").set_value("operations").run()
    assert "only 58 in 100 people have answered" in words_of(app)


def test_an_earlier_release_can_be_pinned(app):
    opened(app, "overview", release=EARLIER)
    words = words_of(app)
    assert f"Release {EARLIER}." in words
    assert "31 December 2025" in words
    assert app.query_params["release"] in (EARLIER, [EARLIER])


def test_a_choice_that_the_release_does_not_have_is_dropped(app):
    opened(app, "overview", unit="<script>alert(1)</script>", release="1999-01-01")
    assert f"Release {RELEASE}." in words_of(app)
    assert "unit" not in app.query_params
    assert "<script>" not in words_of(app)


def test_a_withdrawn_release_says_so_first_and_offers_no_file(app, store):
    pulled = some_contents(EARLIER, withdrawn="Agency staff were counted twice")
    store.releases[EARLIER] = replace(pulled, periods=store.releases[EARLIER].periods)
    words = words_of(opened(app, "overview", release=EARLIER))
    assert words.index("Withdrawn: release") < words.index("<h1")
    assert "Agency staff were counted twice" in words
    assert "Downloads are closed" in words
    assert not app.get("download_button")


def test_names_from_extracts_are_shown_as_text(app, store):
    nasty = "<img src=x onerror=alert(1)> & [a](javascript:b)"
    contents = store.releases[RELEASE]
    units = {**contents.units, "operations": replace(contents.units["operations"], name=nasty)}
    store.releases[RELEASE] = replace(contents, units=units)
    for screen in SCREENS:
        words = words_of(opened(app, screen))
        assert "<img src=x" not in words
        assert "&lt;img src=x" in words or screen not in {"overview", "directorate", "data_quality"}


def test_with_no_release_an_analyst_is_told_what_to_run(app, store):
    store.releases.clear()
    viewer.open_mode("local")
    app.run()
    assert not app.exception
    assert "equality refresh" in words_of(app)
    assert not app.selectbox


def test_with_no_release_the_demo_is_built_once_however_many_tabs_ask(app, store, monkeypatch):
    started = []

    class Process:
        def __init__(self, command: list[str], **_: object) -> None:
            started.append(command)

        def poll(self) -> None:
            return None

    monkeypatch.setattr(demo.subprocess, "Popen", Process)
    store.releases.clear()
    app.run()
    AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()
    assert not app.exception
    assert [c[-4:-1] for c in started] == [["demo", "--config", str(demo.reports.config_folder())]]
    assert "being built" in words_of(app)


def test_a_demo_that_failed_is_tried_again_when_the_page_is_opened(app, store, monkeypatch):
    started = []

    class Process:
        def __init__(self, command: list[str], **_: object) -> None:
            started.append(command)

        def poll(self) -> int:
            return 3

    monkeypatch.setattr(demo.subprocess, "Popen", Process)
    store.releases.clear()
    app.run()
    assert "could not be built. Reload this page to try again" in words_of(app)
    AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()
    assert len(started) == 2


def test_a_build_leaves_no_log_behind_and_says_what_its_process_said(tmp_path, monkeypatch):
    started = []

    class Process:
        def __init__(self, command: list[str], stdout: BinaryIO, **_: object) -> None:
            started.append(command)
            os.write(stdout.fileno(), f"try {len(started)}\n".encode())

        def poll(self) -> int:
            return 3

    monkeypatch.setattr(demo.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(demo.subprocess, "Popen", Process)
    build = demo.Build()
    assert build.said() == []
    build.start()
    assert build.said() == ["try 1"]
    build.start()
    assert build.said() == ["try 2"]
    assert list(tmp_path.iterdir()) == []


def test_one_figure_is_not_drawn_as_a_line(app, store, monkeypatch):
    whole = store.read

    def read(request, viewer):
        report = whole(request, viewer)
        return replace(report, cells=report.cells[report.cells["period_end"] == report.cells["period_end"].max()])

    monkeypatch.setattr(store, "read", read)
    assert "a line begins with the second" in words_of(opened(app, "kpi", measure="SL01"))


def test_local_mode_is_stated(app):
    viewer.open_mode("local")
    assert "no sign-in" in words_of(opened(app, "overview"))


def test_the_demo_shows_no_real_release(app, store):
    store.releases[RELEASE] = some_contents(RELEASE, synthetic=False)
    assert f"Release {EARLIER}." in words_of(opened(app, "overview"))


@pytest.mark.parametrize("screen", SCREENS)
def test_a_page_without_the_server_shows_nothing(store: MemoryStore, screen):
    viewer.open_mode("")
    for script in ("dashboard.py", f"pages/{screen}.py"):
        app = AppTest.from_file(str(ROOT / script), default_timeout=30).run()
        assert not app.exception
        assert "equality serve" in app.markdown[0].value
        assert len(app.main) == 1
    assert store.reads == 0
