"""`equality explain` prints words, steps and SQL, or JSON; what is wrong is said in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

import metrics.cli.explain as command
from metrics.errors import InputError
from tests.support.factories import a_configuration, a_proportion
from tests.support.stored import a_source

SHARE = a_proportion(
    {"disability": ["disabled"]}, {"disability": "known"}, title="Staff who say they are disabled", breakdowns=[["service"]]
)
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    configuration = a_configuration(SHARE)
    rows = [{"disability": d} for d in ["disabled"] * 10 + ["not_disabled"] * 20 + [None] * 7]
    monkeypatch.setattr(command, "load_configuration", lambda folder: configuration)
    monkeypatch.setattr(command, "load_settings", lambda folder: SimpleNamespace(workforce_url="duckdb://"))
    monkeypatch.setattr(command, "open_source", lambda url: a_source(configuration, rows, url=url))
    return lambda *words: CliRunner().invoke(command.app, list(words))


def test_the_page_has_the_words_the_steps_and_the_sql(run: Run) -> None:
    page = run("WR01").stdout
    assert page.startswith(
        "WR01  Staff who say they are disabled\nAll staff (headcount), 2026-03-31\n\nProportion\nCounted: disability is Disabled\n"
    )
    assert "  37  People\n  30  Whose disability is known" in page
    assert "-- People by unit, disability\nSELECT people.as_at" in page
    assert "-- $1 = " in page


def test_json_has_everything_for_a_machine(run: Run) -> None:
    found = json.loads(run("WR01", "--period", "2026-03-31", "--json").stdout)
    assert [step["people"] for step in found["waterfall"]] == ["37", "37", "30"]
    assert found["rounded"] is False
    assert {"title", "sql", "parameters"} == found["statements"][0].keys()


@pytest.mark.parametrize(("words", "said"), [(("WR9",), "WR01"), (("WR01", "--period", "31/03/2026"), "YEAR-MONTH-DAY")])
def test_what_is_wrong_is_said(run: Run, words: tuple[str, ...], said: str) -> None:
    error = run(*words).exception
    assert isinstance(error, InputError)
    assert said in str(error)
