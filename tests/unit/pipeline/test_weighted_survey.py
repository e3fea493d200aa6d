"""The demo's residents' survey from its files to a release: figures are those of plain weighted sums, and say what they rest on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from metrics.access.viewer import Viewer
from metrics.charts.funnel import draw_funnel
from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.demo.people import SEED
from metrics.demo.residents_survey import QUESTIONS, RESIDENT_DAYS, RESIDENT_SURVEYS, residents_surveys, survey_rows
from metrics.exports.tidy import tidy
from metrics.ingest.ingest import ingest_files
from metrics.periods import FinancialYear
from metrics.pipeline import refresh
from metrics.pipeline.parity import compare_figures
from metrics.query.explain import explain
from metrics.releases.store import ReleaseStore
from metrics.report import Report, Request
from metrics.settings import load_settings
from metrics.sources.engine import Source, open_source
from metrics.wording.definition import describe_method
from metrics.wording.formula import describe_formula
from metrics.wording.notes import NOTES, describe_note, describe_notes
from metrics.wording.sentences import describe_base, describe_declared
from metrics.wording.values import format_figure
from tests.support.engines import FreshStore

CONFIG = Path("config")
LAST = RESIDENT_DAYS[-1]
OF = {
    "CO01": "Get On", "CO02": "Belong", "CO03": "Trust", "CO04": "Chat", "CO05": "Pull Together", "CO06": "Volunteer", "CO08": "Safe Day",
    "CO09": "Safe Night", "CO10": "Influence",
}  # fmt: skip
Published = tuple[ReleaseStore, Source]


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    """Of the shipped definitions the survey's; only CO01, CO03 and CO09 are made, which hold every kind of breakdown."""
    whole = load_configuration(CONFIG)
    kpis = {id: whole.kpis[id] for id in ("CO01", "CO03", "CO09")}
    fingerprints = {id: whole.kpi_fingerprints[id] for id in kpis}
    return replace(whole, datasets={"rsurvey": whole.datasets["rsurvey"]}, kpis=kpis, kpi_fingerprints=fingerprints)


@pytest.fixture(scope="module")
def files() -> Mapping[date, pd.DataFrame]:
    return {day: survey_rows(day, SEED) for day in RESIDENT_DAYS}


@pytest.fixture(scope="module")
def published(
    configuration: Configuration, files: Mapping[date, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("residents")
    with open_source(f"duckdb:///{folder}/rows.duckdb", read_only=False) as source:
        load(configuration, source, folder, {day: files[day] for day in RESIDENT_DAYS[-2:]})
        settings = replace(load_settings(CONFIG, environment={}), private_folder=folder)
        store = ReleaseStore(f"sqlite:///{folder}/releases.sqlite")
        refresh(configuration, settings, source=source, store=store, processes=1)
        yield store, source


def load(configuration: Configuration, source: Source, folder: Path, files: Mapping[date, pd.DataFrame]) -> None:
    for day, rows in files.items():
        path = folder / f"residents {day}.csv"
        rows.to_csv(path, index=False)
        ingest_files(configuration, "rsurvey", [path], day, source, folder)


def read(published: Published, kpi: str, audience: str = "leadership") -> Report:
    return published[0].read(Request(kpis=(kpi,)), Viewer(audience, "test"))


def plain(rows: pd.DataFrame, question: str) -> tuple[int, float, float]:
    """Valid answers, weighted share and effective base, by the words of the file and plain sums."""
    words, positive, _, _ = QUESTIONS[question]
    valid = rows[rows[question].isin(words)]
    weights = valid["Weight"]
    return len(valid), weights[valid[question].isin(words[:positive])].sum() / weights.sum(), weights.sum() ** 2 / (weights**2).sum()


@pytest.mark.parametrize("kpi", ["CO01", "CO03", "CO09"])
def test_published_shares_are_those_of_plain_weighted_sums(published: Published, files: Mapping[date, pd.DataFrame], kpi: str) -> None:
    report = read(published, kpi)
    row = report.series(kpi, report.contents.root.id).iloc[-1]
    base, share, effective = plain(files[LAST], OF[kpi])
    assert row["denominator"] == base
    assert row["value"] == pytest.approx(share, abs=0.000501)
    assert row["reference_value"] == round(effective)
    assert base / effective == pytest.approx(1.5, abs=0.15)


def test_groups_are_those_of_plain_weighted_sums_within_the_group(published: Published, files: Mapping[date, pd.DataFrame]) -> None:
    report = read(published, "CO01")
    found = report.groups_at("CO01", report.contents.root.id, "ethnicity_5", LAST)
    for key, label in (("asian", "Asian"), ("black", "Black"), ("white", "White")):
        base, share, _ = plain(files[LAST][files[LAST]["Ethnic Group"] == label], "Get On")
        row = found.loc[f"ethnicity_5={key}"]
        assert (row["denominator"], row["value"]) == (base, pytest.approx(share, abs=0.000501))


def test_wards_roll_up_to_fifths_and_small_wards_are_hidden_whole(published: Published) -> None:
    report = read(published, "CO01")
    root = report.contents.root.id
    wards = report.groups_at("CO01", root, "ward", LAST)
    hidden = wards[wards["marker"] == "[c]"]
    assert 0 < len(hidden) < len(wards) == 69
    assert hidden[["value", "lower", "upper", "reference_value", "numerator"]].isna().all().all()
    fifths = report.groups_at("CO01", root, "deprivation_fifth", LAST)
    assert fifths["value"].notna().all()
    assert fifths["value"].iloc[0] < fifths["value"].iloc[-1]


def test_the_public_is_told_about_how_many(published: Published) -> None:
    report = read(published, "CO01", "public")
    row = report.series("CO01", report.contents.root.id).iloc[-1]
    number = row["value"] * row["denominator"]
    assert abs(number - 5 * round(number / 5)) < 1e-6
    kpi = report.kpi()
    assert format_figure(row, kpi).startswith("about ")
    assert describe_base(row, kpi).startswith(
        f"about {row['denominator']:,.0f} valid answers, worth about {row['reference_value']:,.0f} of"
    )


def test_what_is_said_beside_a_figure(published: Published) -> None:
    report = read(published, "CO01")
    kpi, row = report.kpi(), report.series("CO01", report.contents.root.id).iloc[-1]
    assert kpi.who.startswith("“Definitely agrees” or “Tends to agree”, of all valid answers of adult residents")
    assert describe_declared(row, kpi).endswith("% of answers are valid")
    assert {NOTES["weighted"], NOTES["valid"], NOTES["volunteers"]} <= set(describe_notes(report.cells, kpi))
    assert NOTES["not_known"] not in describe_notes(report.cells, kpi)
    assert "effective base (Kish 1965)" in describe_method(kpi)
    formula = describe_formula(kpi)
    assert formula is not None
    assert formula.top.startswith("Sum of the weights: ")
    few = row.copy()
    few["note"], few["declared"] = "declared_low", 0.72
    assert describe_note(few, report.contents) == "Read with care: 72 in 100 answers are valid."
    assert kpi.benchmark_by_group == {}
    assert row["benchmark"] == 0.81


def test_the_funnel_of_wards_goes_by_the_effective_base(published: Published) -> None:
    report = read(published, "CO01")
    root = report.contents.root.id
    figure = draw_funnel(report, "CO01", root, "ward", LAST)
    drawn = next(trace for trace in figure.data if trace.mode == "markers")
    wards = report.groups_at("CO01", root, "ward", LAST).dropna(subset="value")
    assert list(drawn.x) == wards["reference_value"].tolist()
    assert figure.layout.xaxis.title.text == "Effective base"


def test_files_hold_the_effective_base_of_weighted_figures(published: Published) -> None:
    frame = tidy(read(published, "CO03"))
    there = frame["value"].notna()
    assert (frame.loc[there, "effective_base"] <= frame.loc[there, "denominator"]).all()
    assert json.loads(frame.to_json(orient="records"))[0]["effective_base"] > 1000


def test_the_definition_is_explained_down_to_its_statement(configuration: Configuration, published: Published) -> None:
    found = explain(published[1], configuration, "CO01", LAST)
    assert any("ds_rsurvey.weight" in statement.sql for statement in found.statements)


def test_both_engines_give_the_same_weights(
    configuration: Configuration, files: Mapping[date, pd.DataFrame], fresh_store: FreshStore, tmp_path: Path
) -> None:
    with open_source("duckdb://", read_only=False) as one, open_source(fresh_store(), read_only=False) as two:
        for source in (one, two):
            load(configuration, source, tmp_path, {LAST: files[LAST]})
        found = compare_figures(configuration, FinancialYear(), "rsurvey", {LAST}, one, two)
    assert [(p.kpi, dict(p.differ)) for p in found] == [(kpi, {}) for kpi in configuration.kpis]


def test_the_demo_asks_each_year_and_draws_the_same_answers_every_time(files: Mapping[date, pd.DataFrame]) -> None:
    assert [day for _, day in RESIDENT_SURVEYS] == list(RESIDENT_DAYS)
    for day, rows in files.items():
        ((dataset, _, make),) = residents_surveys(day, SEED)
        assert dataset == "rsurvey"
        assert make().equals(rows)
        assert 3300 < len(rows) < 3700
        assert rows["Weight"].mean() == pytest.approx(1, abs=0.01)
        assert rows.groupby("Ward").size().between(25, 85).all()
    assert list(residents_surveys(date(2023, 3, 31), SEED)) == []
