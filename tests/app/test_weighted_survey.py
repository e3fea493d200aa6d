"""A weighted measure on its page, in files and on the command line: on how many answers it rests, and that they are weighted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from metrics.access.viewer import Viewer
from metrics.cli.show import _csv, _table
from metrics.definitions.load import load_configuration
from metrics.demo.people import SEED
from metrics.demo.residents_survey import RESIDENT_DAYS, survey_rows
from metrics.exports.csv import write_csv
from metrics.ingest.ingest import ingest_files
from metrics.pipeline import refresh
from metrics.releases.store import ReleaseStore
from metrics.report import Report, Request
from metrics.settings import load_settings
from metrics.sources.engine import open_source
from metrics.wording.notes import NOTES
from tests.app.conftest import ROOT, pages_of, words_of

DAY = RESIDENT_DAYS[-1]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ReleaseStore:
    """The demo's last survey and one measure of it, published."""
    folder, whole = tmp_path_factory.mktemp("residents"), load_configuration(ROOT / "config")
    kpis, datasets = {"CO03": whole.kpis["CO03"]}, {"rsurvey": whole.datasets["rsurvey"]}
    fingerprints = {"CO03": whole.kpi_fingerprints["CO03"]}
    configuration = replace(whole, kpis=kpis, datasets=datasets, kpi_fingerprints=fingerprints)
    path = folder / "survey.csv"
    survey_rows(DAY, SEED).to_csv(path, index=False)
    found = ReleaseStore(f"sqlite:///{folder}/releases.sqlite")
    settings = replace(load_settings(ROOT / "config", environment={}), private_folder=folder)
    with open_source(f"duckdb:///{folder}/rows.duckdb", read_only=False) as source:
        ingest_files(configuration, "rsurvey", [path], DAY, source, folder)
        refresh(configuration, settings, source=source, store=found, processes=1)
    return found


def read(store: ReleaseStore, audience: str = "leadership") -> Report:
    return store.read(Request(kpis=("CO03",)), Viewer(audience, "test"))


@pytest.fixture
def words(store: ReleaseStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The page of the measure as it is read."""
    with pages_of(store, monkeypatch) as app:
        app.run()
        app.switch_page("pages/kpi.py").run()
        assert not app.exception, [e.value for e in app.exception]
        yield re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<(style|svg).*?</\1>", "", words_of(app), flags=re.S)))


def test_the_page_says_on_how_many_answers_a_figure_rests_and_that_they_are_weighted(store: ReleaseStore, words: str) -> None:
    row = read(store).cells.query("group == '' and breakdown == ''").iloc[0]
    base, worth = f"{row['denominator']:,.0f}", f"{row['reference_value']:,.0f}"
    assert f"{base} valid answers, worth {worth} of equal weight" in words
    assert "Valid answers Effective base" in words
    assert f"{base} {worth}" in words
    assert NOTES["weighted"] in words
    assert f"{row['numerator']:,.0f} of {base}" not in words  # the plain number of answers does not make the share


def test_files_and_the_command_line_name_both_bases(store: ReleaseStore) -> None:
    report = read(store)
    row = report.cells.query("group == '' and breakdown == ''").iloc[0]
    whole = f"{row['reference_value']:.1f}"
    assert ",effective_base," in _csv(report).splitlines()[0]
    assert whole in write_csv(report).decode("utf-8-sig")
    said = _table(report)
    assert "valid answers  effective base" in said
    assert f"{row['reference_value']:,.0f}" in said


def test_readers_of_rounded_figures_are_told_about_how_many(store: ReleaseStore) -> None:
    cells = read(store, "public").cells
    shown = cells[cells["value"].notna() & (cells["breakdown"] != "waterfall")]
    assert shown["rounded"].all()
    assert (shown["reference_value"] % 5 == 0).all()
