"""Points and awards on the pages, in files and on the command line: their own words everywhere, and nobody is ever called people."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from metrics.access.viewer import Viewer
from metrics.charts.groups import draw_groups
from metrics.charts.time_path import draw_time_path
from metrics.cli.show import _csv, _table
from metrics.demo.small_lists import LIST_DAYS
from metrics.exports.csv import write_csv
from metrics.exports.workbook import write_workbook
from metrics.releases.store import ReleaseStore
from metrics.report import Report, Request
from metrics.sources.engine import open_source
from tests.app.conftest import pages_of, words_of
from tests.support.results_council import demo_files, load_files, publish, results_configuration


@dataclass(frozen=True)
class Council:
    store: ReleaseStore

    def read(self, kpi: str) -> Report:
        return self.store.read(Request(kpis=(kpi,)), Viewer("leadership", "test"))


@pytest.fixture(scope="module")
def council(tmp_path_factory) -> Council:
    folder = tmp_path_factory.mktemp("results")
    configuration = results_configuration()
    with open_source(f"duckdb:///{folder}/rows.duckdb", read_only=False) as source:
        load_files(configuration, source, folder, demo_files())
        return Council(publish(configuration, source, folder)[0])


@pytest.fixture
def app(council: Council, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    with pages_of(council.store, monkeypatch) as found:
        yield found


def page(app: AppTest, name: str, **chosen: str) -> str:
    app.run()
    app.switch_page(f"pages/{name}.py").run()
    for key, value in chosen.items():
        app.selectbox(key=key).set_value(value).run()
    assert not app.exception, [e.value for e in app.exception]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<(style|svg).*?</\1>", "", words_of(app), flags=re.S)))


OF_THE_PRODUCT = ("How good the data is, and how people are protected", "To protect people, for the whole council", "at least 10 people")
"""What stands at the foot of every page, and of the note that people are not counted here."""


def without_the_foot(words: str) -> str:
    for said in (*OF_THE_PRODUCT, "they are no count of people"):
        words = words.replace(said, "")
    return words


def test_the_page_of_a_score_speaks_of_points(app):
    words = page(app, "kpi", measure="WE01")
    assert "Equality index score: 57.3%, on path" in words
    assert "86 of 150 points" in words
    assert "No range is given: points are what somebody else judged" in words
    assert "highest Policies and benefits, 75.0%; lowest Supply chains, 30.0%" in words
    assert "One period not entered." in words
    assert words.count("Not entered") >= 2  # in both tables
    assert "A new edition of the index" in words
    assert "people" not in without_the_foot(words)


def test_the_page_of_an_award_speaks_in_its_words(app):
    words = page(app, "kpi", measure="WE02")
    assert "Equality index award: Bronze" in words
    assert "Silver by March 2027" in words
    assert "What was given" in words
    assert "Who is counted" not in words
    assert "people" not in without_the_foot(words)


@pytest.mark.parametrize("kpi", ["WE01", "WE02"])
def test_the_definition_says_that_nobody_is_counted(app, kpi):
    app.query_params["definition"] = kpi
    words = page(app, "definitions")
    assert "Nobody is counted: these are results that the council was given." in words
    assert "These figures hold no counts of people, so nothing is hidden or rounded." in words
    assert "Who is counted" not in words
    if kpi == "WE02":
        assert "value Silver (2, counted from 0 for no award)" in words


def test_other_pages_hold_them_too(app):
    words = page(app, "overview")
    assert "86 of 150 points, 31 March 2026" in words
    quality = page(app, "data_quality")
    assert "No people" in quality
    assert "no rows about people are kept" not in quality


def test_steps_of_an_award_stand_on_the_axis_in_words(council):
    report = council.read("WE02")
    figure = draw_time_path(report, "WE02", report.contents.root.id)
    assert list(figure.layout.yaxis.ticktext) == ["No award", "Bronze", "Silver", "Gold"]
    assert list(figure.layout.yaxis.tickvals) == [0, 1, 2, 3]
    line = figure.data[0]
    assert line.line.shape == "hv"
    assert not line.connectgaps
    assert [None if pd.isna(v) else v for v in line.y] == [1, 2, None, None, 1]  # not entered, then another edition
    assert "Bronze in March 2026" in figure.layout.meta["alt"]
    assert any(a.text == "<b>Bronze</b>" for a in figure.layout.annotations)


def test_a_score_is_drawn_by_area_in_its_edition(council):
    report = council.read("WE01")
    figure = draw_groups(report, "WE01", report.contents.root.id, "wei_area", LIST_DAYS[-1])
    assert "Policies and benefits 75.0%" in figure.layout.meta["alt"]
    assert "clearly" not in figure.layout.meta["alt"]
    whole = draw_time_path(report, "WE01", report.contents.root.id)
    line = next(t for t in whole.data if t.line.color == figure.data[-1].marker.color or t.connectgaps is False)
    assert [None if pd.isna(v) else round(v, 3) for v in line.y] == [0.41, 0.545, None, None, 0.573]


def test_files_hold_the_word_beside_the_number(council):
    rows = pd.read_csv(io.BytesIO(write_csv(council.read("WE02"))), encoding="utf-8-sig")
    assert rows["value_label"].tolist()[:2] == ["Bronze", "Silver"]
    assert rows["value"].tolist()[:2] == [1, 2]
    assert rows.loc[2, ["value", "value_label"]].isna().all()
    assert "Not entered in this framework year" in rows.loc[2, "note"]
    sheet = load_workbook(io.BytesIO(write_workbook(council.read("WE02"), "Award")))["Data"]
    heads = [cell.value for cell in sheet[1]]
    said = {row[heads.index("period_end")].value: row[heads.index("value_label")].value for row in sheet.iter_rows(min_row=2)}
    assert said["2024-03-31"] == "Silver"
    assert "value_label" not in pd.read_csv(io.BytesIO(write_csv(council.read("WE01"))), encoding="utf-8-sig").columns


def test_the_command_line_says_points_and_awards(council):
    score, award = _table(council.read("WE01")), _table(council.read("WE02"))
    assert "points" in score.splitlines()[3]
    assert "out of" in score.splitlines()[3]
    assert "numerator" not in score
    assert "Silver" in award
    assert "Not entered [z]" in award
    for text in (score, award):
        assert "people" not in text.replace("These figures hold no counts of people", "")
    assert ",value_label," in _csv(council.read("WE02")).splitlines()[0]
