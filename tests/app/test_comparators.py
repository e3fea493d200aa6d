"""Beside other councils on a measure's page: for every audience where there are figures, and how to get them for the analyst alone."""

from dataclasses import replace

import pytest

from pages.shared import viewer
from tests.app.conftest import words_of
from tests.support.gpg_files import some_comparators
from tests.support.reports import RELEASE

HEAD = "Beside other councils"


def opened(app, measure="PG02", **choices):
    for key, value in {"measure": measure, **choices}.items():
        app.query_params[key] = value
    app.run()
    app.switch_page("pages/kpi.py").run()
    assert not app.exception, [e.value for e in app.exception]
    return words_of(app)


@pytest.fixture
def imported(store):
    store.releases[RELEASE] = replace(store.releases[RELEASE], comparators=some_comparators())
    return store


def test_the_page_of_a_pay_gap_sets_other_councils_beside_ours(app, imported):
    words = opened(app)
    assert f">{HEAD}</h2>" in words
    assert "On 31 March 2024 our gap was" in words
    assert "Median gender pay gap: numbers for these charts" in words
    assert "Birmingham City Council" in words
    assert "Not imported, so the line is broken there: 31 March 2022 and 31 March 2023." in words
    assert "Source of other councils" in words
    assert any("All 5 councils on 31 March 2024" in e.label for e in app.expander)


@pytest.mark.parametrize(("measure", "choices"), [("WR01", {}), ("PG02", {"unit": "adults"})])
def test_other_measures_and_parts_of_the_council_have_no_such_section(app, imported, measure, choices):
    assert HEAD not in opened(app, measure, **choices)


def test_how_to_import_is_told_to_the_analyst_alone(app, store):
    nothing = replace(some_comparators(), kpis={"PG02": ()}, files=(), employers=(), named=())
    store.releases[RELEASE] = replace(store.releases[RELEASE], comparators=nothing)
    assert HEAD not in opened(app)
    viewer.open_mode("local")
    app.run()
    assert "`equality comparators gpg FILE…`" in words_of(app)
