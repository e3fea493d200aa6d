"""Units over time on the pages: today's structure unless the reader wants them as they were, former units apart, breaks said."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from metrics.releases.store import ReleaseStore
from pages.shared import reports, viewer
from tests.app.conftest import words_of
from tests.support.restructured_council import RestructuredCouncil

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> ReleaseStore:
    made = RestructuredCouncil.found(tmp_path_factory.mktemp("restructured") / "longford")
    made.load_all()
    made.refresh()
    return made.store


@pytest.fixture
def page(published: ReleaseStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reports, "store", lambda: published)
    st.cache_data.clear()
    st.cache_resource.clear()
    viewer.open_mode("demo")

    def open_page(name: str, **choices: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
        for key, value in choices.items():
            app.query_params[key] = value
        app.run()
        app.switch_page(f"pages/{name}.py").run()
        assert not app.exception
        return app

    yield open_page
    viewer.open_mode("")
    st.cache_data.clear()
    st.cache_resource.clear()


def labels(app: AppTest) -> list[str]:
    return [box.label for box in app.selectbox]


def options(app: AppTest, label: str) -> list[str]:
    return list(next(box for box in app.selectbox if box.label == label).options)


def test_the_choice_stands_only_where_the_two_structures_differ(page) -> None:
    assert "Units over time" in labels(page("kpi", unit="green_spaces"))
    assert "Units over time" not in labels(page("kpi", unit="legal"))
    assert "Units over time" not in labels(page("kpi"))
    assert "Units over time" not in labels(page("kpi", unit="parks"))


def test_todays_structure_is_shown_first_and_says_what_it_is_made_of(page) -> None:
    said = words_of(page("kpi", unit="green_spaces"))
    assert "Up to the figures of 31 March 2023: Parks and Trees." in said
    assert "31 March 2023" in said
    was = words_of(page("kpi", unit="green_spaces", structure="as_was"))
    assert "Green Spaces began on 1 October 2023, made of Parks and Trees." in was
    assert "Up to the figures of" not in was


def test_a_break_is_said_beside_the_figures_and_nothing_is_compared_across_it(page) -> None:
    was = words_of(page("kpi", unit="housing", structure="as_was"))
    assert "Not comparable with last year: Works joined, 1 October 2024" in was
    assert "Not comparable with earlier dates: Works joined, 1 October 2024" in was
    assert "The line is broken: Works joined, 1 October 2024." in was
    today = words_of(page("kpi", unit="housing"))
    assert "Works joined" not in today
    assert "in a year" in today


def test_former_units_come_last_and_say_until_when(page) -> None:
    listed = options(page("directorate"), "Council, directorate or service")
    assert listed[0] == "Whole council"
    former = [name for name in listed if ", until " in name]
    assert listed[-len(former) :] == former
    assert "Parks, until 30 September 2023" in former


@pytest.mark.parametrize("name", ["kpi", "directorate"])
def test_a_former_unit_says_since_when_and_leads_to_what_followed(page, name: str) -> None:
    said = words_of(page(name, unit="parks"))
    assert "Parks ended on 30 September 2023." in said
    assert f'href="/{name}?' in said
    assert "unit=green_spaces" in said
    assert "Published figures, 31 March 2023." in said


@pytest.mark.parametrize(
    ("unit", "path"),
    [("north_front", ["Housing", "Lettings", "Lettings North", "North Desk"]), ("legal", []), ("green_spaces", [])],
)
def test_every_depth_has_its_way_down_and_back(page, unit: str, path: list[str]) -> None:
    said = words_of(page("directorate", unit=unit))
    for name in ["Whole council", *path]:
        assert f">{name}</a>" in said
    assert "Parts of" not in said


def test_people_in_no_part_are_said(page) -> None:
    said = words_of(page("directorate", unit="lettings"))
    assert "Lettings also has staff in none of these parts" in said
    assert "also has staff" not in words_of(page("directorate", unit="legal"))
