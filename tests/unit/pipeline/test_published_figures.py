"""Figures that somebody else has published, from a file with rows for everybody to a release that says who published them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from metrics.access.viewer import Viewer
from metrics.charts.groups import draw_groups
from metrics.definitions.load import load_configuration
from metrics.errors import InputError
from metrics.ingest.ingest import ingest_files
from metrics.releases.store import ReleaseStore
from metrics.report import Report, Request
from metrics.sources.engine import open_source
from metrics.wording.definition import describe_definition, describe_method
from metrics.wording.notes import describe_notes
from tests.support.results_council import publish

FILES = {
    "settings.yaml": "council: Anytown\nsynthetic: true\nfinancial_year_starts: 04-01\n",
    "organisation.csv": "unit,name,parent,level,valid_from,valid_to,successor\nanytown,Anytown,,council,,,\n",
    "disclosure.yaml": (
        "profiles:\n  leadership: {title: Leadership}\n  public: {title: Public, council: round, minimum_base: 10}\n"
        "audiences: {leadership: leadership, public: public}\n"
    ),
    "dimensions/sex.yaml": (
        "title: Sex\nprotected_characteristic: true\ncategories: [{id: female, label: Women}, {id: male, label: Men}, "
        "{id: not_known, label: Not known, known: false}]\n"
    ),
    "dimensions/outcome.yaml": "title: Figure\ncategories: [{id: employed, label: Employed}, {id: satisfied, label: Satisfied}]\n",
    "datasets/survey.yaml": (
        "title: Population survey\ngrain: published\npublisher: Office of Figures\nlicence: Open Licence 1\nrows_are: adults\n"
        "indicator: outcome\ncolumns:\n  outcome: {from: Figure}\n  sex: {from: Sex, total: All persons}\n"
        "  many: {from: Number, type: number}\n  base: {from: Base, type: number}\n"
        "populations: {adults: {title: Adults of the town}}\n"
    ),
    "kpis/SO01-employed.yaml": (
        "title: Adults in employment\nwhy_it_matters: It matters.\nowner: team\nreview: {last: 2026-04-01, next: 2027-04-01}\n"
        "dataset: survey\npopulation: adults\nmeasure: {type: proportion, unit: percent, count: many, out_of: base, "
        "denominator: {outcome: [employed]}}\nperiod: {grain: year, kind: as_at}\nbreakdowns: [[sex]]\npolarity: higher\n"
    ),
}
EARLIER = "Figure,Sex,Number,Base\nEmployed,All persons,500,1000\nEmployed,Women,200,500\nEmployed,Men,300,500\nSatisfied,,3,4\n"
LATER = "Figure,Sex,Number,Base\nEmployed,,650,1000\nEmployed,Women,300,500\nEmployed,Men,350,500\nSatisfied,Women,1,2\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("published")
    for name, text in FILES.items():
        (place / "config" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "config" / name).write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[ReleaseStore]:
    configuration = load_configuration(folder / "config")
    with open_source(f"duckdb:///{folder}/rows.duckdb", read_only=False) as source:
        for day, text in ((date(2025, 3, 31), EARLIER), (date(2026, 3, 31), LATER)):
            path = folder / f"survey {day}.csv"
            path.write_text(text, encoding="utf-8")
            report = ingest_files(configuration, "survey", [path], day, source, folder)
            assert (report.accepted, report.rejected) == (4, 0)
        yield publish(configuration, source, folder)[0]


def read(store: ReleaseStore, audience: str = "leadership") -> Report:
    return store.read(Request(kpis=("SO01",)), Viewer(audience, "test"))


def test_labels_of_everybody_and_empty_cells_are_rows_of_all_together(store: ReleaseStore) -> None:
    cells = read(store).cells.sort_values(["period_end", "group"])
    assert cells["value"].tolist() == [0.5, 0.4, 0.6, 0.65, 0.6, 0.7]
    assert cells["denominator"].tolist() == [1000, 500, 500] * 2


def test_a_number_of_four_is_shown_to_everybody_as_its_publisher_shows_it(store: ReleaseStore) -> None:
    pd.testing.assert_frame_equal(read(store).cells, read(store, "public").cells)
    assert (read(store).cells["marker"] == "").all()


def test_a_change_is_tested_where_ranges_are_made_of_published_numbers(store: ReleaseStore) -> None:
    last = read(store).cells.query("group == ''").sort_values("period_end").iloc[-1]
    assert (round(last["lower"], 4), round(last["upper"], 4)) == (0.6199, 0.6789)
    assert (last["movement"], round(last["change"], 3)) == ("up", 0.15)
    assert last["change_lower"] > 0


def test_who_has_published_them_is_said(store: ReleaseStore) -> None:
    report = read(store)
    kpi, facts = report.kpi(), dict(describe_definition(report.kpi()))
    assert facts["Source"] == "Population survey. Published by Office of Figures. Licence: Open Licence 1"
    assert facts["What was published"] == "Many as a share of base; adults of the town; figure: Employed"
    assert "Who is counted" not in facts
    notes = describe_notes(report.cells, kpi)
    assert "Published by Office of Figures. Licence: Open Licence 1." in notes
    assert any("a survey’s own range may be wider" in note for note in notes)
    assert "Wilson" in describe_method(kpi)
    assert kpi.profile_title == "Published already"


def test_a_chart_of_its_groups_speaks_of_no_protection(store: ReleaseStore) -> None:
    figure = draw_groups(read(store), "SO01", "anytown", "sex", date(2026, 3, 31))
    sentence = figure.layout.meta["sentence"]
    assert "Women 60.0%, Men 70.0%" in sentence
    assert "hidden" not in sentence


def test_a_figure_without_its_indicator_is_refused(folder: Path, tmp_path: Path) -> None:
    configuration = load_configuration(folder / "config")
    (tmp_path / "bad.csv").write_text("Figure,Sex,Number,Base\n,Women,1,2\n", encoding="utf-8")
    with open_source("duckdb://", read_only=False) as source, pytest.raises(InputError, match=r"'\(blank\)' \(1 rows\)"):
        ingest_files(configuration, "survey", [tmp_path / "bad.csv"], date(2026, 3, 31), source, tmp_path)
