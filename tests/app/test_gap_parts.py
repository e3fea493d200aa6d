"""Where a pay gap comes from, what must be read beside a headline, and what a target takes in hiring, on the pages themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from metrics.report import KpiSummary
from pages.shared import reports
from tests.app.conftest import words_of
from tests.support.gap_report import ROOT, Grade, StoreWith, a_gap_kpi, a_row, gap_rows
from tests.support.reports import MemoryStore, a_kpi, recipes

GRADES = [Grade(600, 14.00, 300, 14.06), Grade(300, 20.00, 250, 20.10), Grade(100, 34.00, 150, 34.20), Grade(9, 70.0, 8, 71.0, hidden=True)]
CARE = "Read with care: most of this gap comes from who is in which grade"
MOVERS = {"dataset": "movers", "polarity": "contextual", "target": (), "has_baseline": False, "grain": "year"}


@pytest.fixture
def opened(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Opens a page of the usual council with further KPIs and rows."""

    def open_page(rows: Sequence[dict[str, Any]], kpis: Sequence[KpiSummary], page: str, **choices: str) -> AppTest:
        made: MemoryStore = StoreWith(rows, *kpis)
        monkeypatch.setattr(reports, "store", lambda: made)
        st.cache_data.clear()
        st.cache_resource.clear()
        app.query_params.update(choices)
        app.switch_page(page)
        app.run()
        assert not app.exception
        return app

    return open_page


def test_the_section_of_a_mean_gap(opened: Any) -> None:
    said = words_of(opened(gap_rows("PG01", GRADES), [a_gap_kpi(headline=True)], "pages/kpi.py", measure="PG01"))
    assert "Where the gap comes from" in said
    assert "Within the same grade (of the grades shown), women are paid 0.5% less than men on average." in said
    assert "comes from women being in lower-paid grades more often than men." in said
    assert "This is not equal pay." in said
    assert CARE in said
    assert "What each grade adds to the gap" in said
    assert "Without a figure: Grade 4." in said
    for head in ("Of 100 women", "Of 100 men", "Gap within, %", "Points from who is in it", "Points from pay within it"):
        assert head in said


def test_too_much_hidden_says_why_and_draws_nothing(opened: Any) -> None:
    grades = [*GRADES[:2], Grade(100, 34.0, 150, 34.2, hidden=True)]
    said = words_of(opened(gap_rows("PG01", grades), [a_gap_kpi()], "pages/kpi.py", measure="PG01"))
    assert "cannot be told here by grade, because 21 in 100 men are in grades that are hidden" in said
    assert "What each grade adds to the gap" not in said
    assert "Read with care: most" not in said


def test_a_median_points_to_the_mean(opened: Any) -> None:
    median = a_gap_kpi("PG12", measure="pay_gap_median", short_title="Median gender pay gap")
    rows = [*gap_rows("PG01", GRADES), *gap_rows("PG12", GRADES)]
    said = words_of(opened(rows, [a_gap_kpi(), median], "pages/kpi.py", measure="PG12"))
    assert "A median cannot be split into parts that add up." in said
    assert "measure=PG01" in said


def test_other_measures_have_no_such_section(opened: Any) -> None:
    assert "Where the gap comes from" not in words_of(opened(gap_rows("PG01", GRADES), [a_gap_kpi()], "pages/kpi.py", measure="WR01"))


def test_the_overview_says_it_beside_the_figure(opened: Any) -> None:
    said = words_of(opened(gap_rows("PG01", GRADES), [a_gap_kpi(headline=True)], "pages/overview.py"))
    assert CARE in said


def test_what_a_target_takes_stands_next_to_it(opened: Any) -> None:
    usual = recipes()["WR03"].summary
    kpi = a_kpi(
        "WF09", "Disabled people", numerator_words="“Disabled”", counted=(("disability", ("disabled",)),), target=usual.target,
        population="Staff (headcount)",
    )  # fmt: skip
    turnover = a_kpi("WF07", "Turnover", measure="turnover", population="Staff (headcount)", **MOVERS)
    path = 0.061 + (0.12 - 0.061) * 1461 / 1826
    rows = [
        a_row("WF09", value=0.10, lower=0.095, upper=0.105, numerator=100, denominator=1000, target=path, status="off_path"),
        a_row("WF07", value=0.10, lower=0.09, upper=0.11, numerator=100, denominator=1000),
    ]
    said = words_of(opened(rows, [kpi, turnover], "pages/kpi.py", measure="WF09", unit=ROOT))
    assert "What the target would take" in said
    assert "To reach 12.0% by March 2027, about 30 of every 100 people who join would have to be disabled" in said
    assert "This takes for granted that 10.0% of every group leave each year" in said
