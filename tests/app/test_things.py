"""Contracts, consultations and actions on the pages: called what they are, without a word of people, protection or chance."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from metrics.releases.store import ReleaseStore
from metrics.sources.engine import open_source
from tests.app.conftest import pages_of, words_of
from tests.support.results_council import load_files, publish
from tests.support.things_council import thing_files, things_configuration


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ReleaseStore:
    folder, configuration = tmp_path_factory.mktemp("things"), things_configuration()
    with open_source(f"duckdb:///{folder}/rows.duckdb", read_only=False) as source:
        load_files(configuration, source, folder, thing_files(configuration))
        return publish(configuration, source, folder)[0]


@pytest.fixture
def app(store: ReleaseStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    with pages_of(store, monkeypatch) as found:
        yield found


def page(app: AppTest, name: str, **asked: str) -> str:
    app.run()
    for key, value in asked.items():
        app.query_params[key] = value
    app.switch_page(f"pages/{name}.py").run()
    assert not app.exception, [e.value for e in app.exception]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<(style|svg).*?</\1>", "", words_of(app), flags=re.S)))
    return said.partition("To protect people, for the whole council")[0]  # the foot of every page


def test_spend_is_told_in_money(app: AppTest) -> None:
    words = page(app, "kpi", measure="PC02")
    assert "Spend of £121,570,748." in words
    assert "£37,323,222 of £121,570,748, 31 March 2026" in words
    assert "Spend: Local small firms or Local voluntary and community bodies, as a share of contracts that run on the day" in words
    assert "No range is given: the sums are of everything on record." in words
    assert "Likely range </th>" not in words
    assert "people" not in words


def test_a_time_limit_is_told_from_heading_to_heading(app: AppTest) -> None:
    words = page(app, "kpi", measure="EN02")
    assert "No more than 12 weeks from “Closed” to “Feedback Published”, among consultations that closed" in words
    assert "48 of 61 consultations, 31 March 2026" in words
    assert "Who is counted" not in words
    assert "people" not in words


def test_partners_are_told_apart_without_a_test_of_chance(app: AppTest) -> None:
    words = page(app, "kpi", measure="PV02")
    assert "by lead partner: highest The council, 93.8%; lowest Health, 28.6%" in words
    assert "clearly" not in words
    assert "a change is told as it is: everything on record is counted, so chance has no part in it." in words
    assert "What the change is made of" not in words
    assert "all actions and by lead partner" in words


def test_a_definition_says_that_a_row_is_a_thing(app: AppTest) -> None:
    words = page(app, "definitions", definition="PC01")
    assert "what is counted, of what, and why" in words
    assert "Of what Contracts that run on the day. Nobody is counted: a row is a thing." in words
    assert "so nothing is hidden or rounded" in words
    assert "Who is counted, and who is left out" not in words


def test_a_directorate_has_its_own_contracts_and_consultations(app: AppTest) -> None:
    words = page(app, "directorate", unit="city_housing")
    assert "Monitored equality terms Off path 81.4% 73.6%" in words
    assert "Feedback within 12 weeks On path 80.0% 78.7%" in words
