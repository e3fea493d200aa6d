"""The measure page over time: the usual range in words and in a table, or why there is none; no statistical name outside "How we know"."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.app.conftest import words_of
from tests.support.reports import RELEASE


def ranged(store, **changes):
    """The first release, with figures of 2022 to 2025 as the declared baseline of SL01."""
    contents = store.releases[RELEASE]
    kpi = replace(contents.kpis["SL01"], **{"baseline": ("2022-03-31", "2025-03-31"), **changes})
    store.releases[RELEASE] = replace(contents, kpis={**contents.kpis, "SL01": kpi})


def measure(app, kpi, unit=None):
    app.run()
    app.switch_page("pages/kpi.py").run()
    app.selectbox(key="measure").set_value(kpi).run()
    if unit:
        app.selectbox(key="unit").set_value(unit).run()
    assert not app.exception, [e.value for e in app.exception]
    return words_of(app)


@pytest.mark.parametrize("unit", [None, "operations"])
def test_a_usual_range_stands_in_words_and_in_a_table(app, store, unit):
    ranged(store)
    words = measure(app, "SL01", unit)
    assert "The last year against the usual range" in words
    assert "Usual range and its average" in words
    lies = words.partition("The last year against the usual range")[2].partition("</table>")[0]
    assert lies.count("usual range") + lies.count("average") >= 4  # four quarters, each with its words
    assert "for the better" in lies
    assert "Within its usual range it would" in words


def test_why_there_is_none_is_a_sentence(app):
    words = measure(app, "PG02")
    assert "There is no usual range: it needs figures by month or quarter." in words
    assert "against the usual range" not in words


def test_a_rebase_is_told_with_its_reason(app, store):
    ranged(store, baseline=None, rebases=(("2025-10-01", "Panels changed for good"),))
    words = measure(app, "SL01")
    assert "shown since it was set anew in October 2025" in words
    assert "Usual range set anew: Panels changed for good, 1 October 2025" in words


def test_its_statistical_name_stands_under_how_we_know_alone(app, store):
    ranged(store)
    words = measure(app, "SL01")
    before, found, _ = words.partition("XmR")
    assert found
    assert "<dt>Usual range</dt>" in before
    assert before.count("<dt>Usual range</dt>") == words.count("<dt>Usual range</dt>") == words.count("XmR")
