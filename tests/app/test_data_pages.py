"""Definitions and data quality: everything a councillor asks, said from the release; what an older one lacks is said, not invented."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import streamlit as st

from metrics.charts import answers as charts
from pages.shared import catalogue
from tests.app.conftest import words_of
from tests.app.test_pages import opened
from tests.support.reports import EARLIER, RELEASE, a_report, some_contents


def told(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_the_list_holds_every_measure_grouped_and_linked(app):
    words = words_of(opened(app, "definitions"))
    for kpi in some_contents().kpis.values():
        assert f'href="/definitions?definition={kpi.id}"' in words
    assert re.search(r"<h2[^>]*>Workforce representation", words)
    app.selectbox(key="grouped").set_value("priority").run()
    assert "A fair employer" in words_of(app)
    app.selectbox(key="grouped").set_value("owner").run()
    assert re.search(r"<h2[^>]*>Workforce Analytics", words_of(app))


def test_a_search_finds_by_any_word_and_says_when_nothing_is_found(app):
    opened(app, "definitions")
    app.text_input(key="words").set_value("disabled").run()
    words = words_of(app)
    assert "definition=WR03" in words
    assert "definition=WR01" not in words
    app.text_input(key="words").set_value("<b>zebra").run()
    words = words_of(app)
    assert "No definition holds “&lt;b&gt;zebra”" in words
    assert not app.exception


def test_a_definition_says_all_of_it_and_links_both_ways(app):
    words = words_of(opened(app, "definitions", definition="WR01"))
    plain = told(words)
    for part in (
        "Why it matters", "How it is made", "how many in a hundred are “Asian”", "whose ethnic group is known",
        "Left out: Contract: Casual",
        "Higher is better", "40% by March 2030", "Path: from 30.0% on 31 March 2022", "Census 2021", "everybody who lives in the city",
        "Workforce Analytics", "A fair employer", "Last on 1 April 2025, next on 1 April 2026. That day has passed",
        "Counts of 1 to 4 are hidden", "a1b2c3d4", "They give: counted 1, out of 2, value 50%",
    ):  # fmt: skip
        assert part in plain, part
    assert 'href="/kpi?measure=WR01"' in words
    assert 'href="/definitions?definition=WR01"' in words_of(opened(app, "kpi", measure="WR01"))


def test_the_sql_stands_in_a_closed_section_with_what_is_not_in_it(app):
    opened(app, "definitions", definition="WR01")
    (section,) = [e for e in app.expander if "SQL" in e.label]
    assert not section.proto.expanded
    assert "no person’s data and no figure is in it" in words_of(app)
    assert "GROUP BY unit" in words_of(app)


def test_who_is_left_out_is_counted_step_by_step(app):
    plain = told(words_of(opened(app, "definitions", definition="WR01")))
    assert "Of 9,850 people in the extract, 8,272 are in the base: 450 left at “in the population”; 1,128 left at “answer known”." in plain
    assert "Ethnic group: not known" in plain


def test_steps_of_rows_that_are_no_people_are_headed_by_what_they_are():
    kpi = next(iter(some_contents().kpis.values()))
    assert "Applications left" in str(catalogue.steps_table(replace(kpi, rows_are="applications"), []))


def test_a_hidden_step_is_a_word_and_hides_who_left(app):
    words = words_of(opened(app, "definitions", definition="PG07"))
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", words[words.index("People left") :])
    (paid,) = [r for r in rows if "With hourly pay" in r]
    assert paid.count("Hidden to protect people") == 2
    assert "One step is hidden to protect people" in words


def test_what_an_older_release_does_not_say_is_said(app):
    plain = told(words_of(opened(app, "definitions", definition="WR01", release=EARLIER)))
    assert "This release does not hold these steps" in plain
    assert plain.count("This release was made before releases said so") >= 2
    assert "A worked example" not in plain
    quality = told(words_of(opened(app, "data_quality", release=EARLIER)))
    assert "made before releases said when each extract was loaded" in quality
    assert "Pay records" in quality


def test_the_council_is_told_what_is_missing_and_what_to_do(app):
    plain = told(words_of(opened(app, "data_quality")))
    assert "What is missing, and what to do" in plain
    assert re.search(r"Disability: 7\d% known . Its shares are read with care\. [\d,]+ more answers on disability bring it to 80%", plain)
    assert "Late" in plain
    assert "Leaders with an equality objective" in plain


def test_a_directorate_is_told_its_own(app):
    opened(app, "data_quality")
    app.selectbox(key="unit").set_value("operations").run()
    plain = told(words_of(app))
    assert "City Operations" in plain
    assert "Leaders with an equality objective: no extract" not in plain  # that is the council's to do
    assert re.search(r"Disability: \d\d% known", plain)


def test_loads_show_no_small_number_and_no_file(app, store):
    words = words_of(opened(app, "data_quality"))
    assert "Fewer than 5" in words
    assert "about 11,200" in words
    assert ".csv" not in told(words)
    assert "9,850" in words  # people are the published first step


def test_certificates_are_told_in_words_with_all_audiences_that_the_viewer_may_see(app):
    plain = told(words_of(opened(app, "data_quality")))
    assert "Of 1,458 counts in the newest figures, 134 are shown as they are, 1,312 are rounded and 12 are hidden." in plain
    assert "or so that nobody works such a number out by adding and subtracting" in plain
    assert "has not been tried again since these figures were published" in plain
    assert "Version for: public" in plain
    assert "98.5% at council level" in plain


def test_withdrawn_releases_and_overdue_reviews_are_listed(app, store):
    pulled = some_contents(EARLIER, withdrawn="Agency staff were counted twice")
    store.releases[EARLIER] = replace(pulled, periods=store.releases[EARLIER].periods)
    plain = told(words_of(opened(app, "data_quality")))
    assert f"Release {EARLIER} : Agency staff were counted twice" in plain
    assert "Definitions whose review is overdue" in plain
    assert "next on 1 April 2026. That day has passed" in plain


@pytest.mark.parametrize(("known", "more"), [(0.5, 100), (0.595, 5), (0.6, 0)])
def test_how_many_answers_bring_a_characteristic_to_sixty_in_a_hundred(known, more):
    item = charts.Answered("Religion", known, 1000, known * 1000, {}, False, "DR04")
    assert item.wanted(0.6) == more


def test_every_screen_links_to_both(app):
    for screen in ("overview", "kpi", "directorate", "gaps"):
        foot = words_of(opened(app, screen)).split("<footer")[1]
        assert 'href="/definitions' in foot
        assert 'href="/data_quality' in foot
    assert f"Release {RELEASE}" in foot


def test_people_without_pay_do_not_count_as_people_who_have_not_answered(store):
    """A pay gap between women and men and a share of women both need an answer on sex; only one of them needs pay."""
    contents = store.releases[RELEASE]
    share, gap = replace(contents.kpis["WR03"], asks=("Sex",)), contents.kpis["PG02"]
    report = a_report(contents=replace(contents, kpis={**contents.kpis, "WR03": share}))
    day = contents.latest
    (found,) = [a for a in charts.answered(report, contents.root.id, day) if a.name == "Sex"]
    assert gap.asks == ("Sex",)
    assert found.kpi == "WR03"


def test_how_many_counts_moved_by_a_few_people_is_told_to_the_first_audience(app, store, monkeypatch):
    words = words_of(opened(app, "data_quality"))
    assert "7 published counts of 31 March 2026 moved by a few people" in words
    st.cache_data.clear()
    monkeypatch.setattr(store, "few_moved", lambda release, viewer: None)
    assert "moved by a few people" not in words_of(opened(app, "data_quality"))
