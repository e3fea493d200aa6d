"""What a change of a share is made of, on the page of the measure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.app.conftest import words_of
from tests.support.reports import RELEASE

TITLE = "What the change is made of"


def measure(app, kpi, **choices):
    app.query_params.update({"measure": kpi, **choices})
    app.switch_page("pages/kpi.py").run()
    assert not app.exception, [e.value for e in app.exception]
    return words_of(app)


def test_a_share_has_a_sentence_and_a_table(app):
    said = measure(app, "WR01")
    section = said.partition(TITLE)[2].partition("Two dates compared")[0]
    assert "points" in section.partition("<table")[0]
    for head in ("Of 100 people then", "Of 100 people now", "Points from how many are in it", "Points from the change within it"):
        assert head in section
    assert "This says where the change is, not why" in section


@pytest.mark.parametrize("kpi", ["PG02", "PG07"])
def test_other_measures_have_none(app, kpi):
    assert TITLE not in measure(app, kpi)


def test_a_break_between_the_days_is_the_reason_for_none(app, store):
    contents = store.releases[RELEASE]
    broken = replace(contents.kpis["WR01"], series_breaks=(("2025-10-01", "A new system"),))
    store.releases[RELEASE] = replace(contents, kpis={**contents.kpis, "WR01": broken})
    section = measure(app, "WR01").partition(TITLE)[2].partition("Two dates compared")[0]
    assert "cannot be told here by" in section
    assert "<table" not in section
