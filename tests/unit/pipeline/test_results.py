"""Results that the council was given: from a file to a release, never across editions, and refused where they cannot be right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from metrics.access.viewer import Viewer
from metrics.definitions.kpi import SeriesBreak
from metrics.demo.small_lists import LIST_DAYS
from metrics.errors import InputError
from metrics.ingest.purge import find_purge, past_retention
from metrics.periods import FinancialYear
from metrics.pipeline import RefreshResult
from metrics.pipeline.parity import compare_figures
from metrics.query.explain import explain
from metrics.query.results import edition_of, fetch_results
from metrics.releases.store import ReleaseStore
from metrics.report import Report, Request
from metrics.sources.engine import Source, open_source
from tests.support.engines import FreshStore
from tests.support.results_council import demo_files, load_files, publish, results_configuration

WHO = Viewer("leadership", "test")
LAST = LIST_DAYS[-1]


@pytest.fixture(scope="module")
def configuration():
    return results_configuration()


@pytest.fixture(scope="module")
def published(configuration, tmp_path_factory) -> Iterator[tuple[ReleaseStore, RefreshResult, Source]]:
    folder = tmp_path_factory.mktemp("results")
    with open_source(f"duckdb:///{folder}/rows.duckdb", read_only=False) as source:
        load_files(configuration, source, folder, demo_files())
        yield (*publish(configuration, source, folder), source)


def read(published, kpi: str, audience: str = "leadership") -> Report:
    return published[0].read(Request(kpis=(kpi,)), Viewer(audience, "test"))


def test_a_score_is_the_share_of_the_points_that_could_be_had_that_year(published):
    whole = read(published, "WE01").series("WE01", read(published, "WE01").contents.root.id).set_index("period_end")
    assert whole["numerator"].tolist()[:2] == [82, 109]
    assert whole["denominator"].tolist()[:2] == [200, 200]
    assert whole["value"].round(4).tolist()[:2] == [0.41, 0.545]
    assert (whole["numerator"].iloc[-1], whole["denominator"].iloc[-1]) == (86, 150)
    assert whole[["lower", "upper", "everyone", "declared", "gap", "ratio"]].isna().all().all()


def test_a_year_that_was_not_entered_is_no_zero(published):
    for kpi in ("WE01", "WE02"):
        cells = read(published, kpi).cells
        row = cells[(cells["period_end"] == pd.Timestamp(2025, 3, 31)) & (cells["group"] == "")].iloc[0]
        assert (row["marker"], row["status"], row["note"]) == ("[z]", "not_available", "not_entered")
        assert pd.isna(row["value"])
    areas = read(published, "WE01").cells.query("breakdown == 'wei_area'")
    assert not (areas["period_end"] == pd.Timestamp(2025, 3, 31)).any()


def test_areas_are_those_of_the_edition(published):
    cells = read(published, "WE01").cells
    held = {day: set(cells[(cells["period_end"] == pd.Timestamp(day)) & (cells["group"] != "")]["group"]) for day in LIST_DAYS}
    assert len(held[LIST_DAYS[0]]) == 10
    assert held[LIST_DAYS[0]] - held[LAST] == {"wei_area=empowering_individuals"}


def test_figures_of_two_editions_are_not_compared(published):
    for kpi in ("WE01", "WE02"):
        last = read(published, kpi).cells.query("group == ''").sort_values("period_end").iloc[-1]
        assert last["movement"] in {"", "broken"}
        assert pd.isna(last["change"])
        before = read(published, kpi).cells.query("group == ''").sort_values("period_end").iloc[1]
        assert before["change"] == pytest.approx(0.135 if kpi == "WE01" else 1.0)


def test_an_award_is_a_place_and_its_words_are_in_the_unit(published):
    report = read(published, "WE02")
    assert report.cells.sort_values("period_end")["value"].tolist()[:2] == [1, 2]
    assert report.kpi().scale == ("No award", "Bronze", "Silver", "Gold")
    assert report.cells[["numerator", "denominator"]].isna().all().all()


def test_every_audience_is_shown_the_same(published):
    for kpi in ("WE01", "WE02"):
        pd.testing.assert_frame_equal(read(published, kpi).cells, read(published, kpi, "public").cells)


def test_the_certificate_says_that_nobody_is_counted(published):
    store, result, _ = published
    assert len(result.batches) == 2 * 2 * len(LIST_DAYS)  # datasets, audiences, days
    assert all(b.certificate["people"] is False and b.certificate["passed"] for b in result.batches)
    assert all(b.system["shown"] == [] for b in result.batches)
    assert store.uncertified(result.release, None) == {} or not any(store.uncertified(result.release, None).values())


def test_a_second_refresh_has_nothing_to_do_and_restates_on_demand(published, configuration, tmp_path):
    with open_source(f"duckdb:///{tmp_path}/rows.duckdb", read_only=False) as source:
        files = demo_files()
        load_files(configuration, source, tmp_path, {key: rows for key, rows in files.items() if key[1] < LAST})
        store, first = publish(configuration, source, tmp_path)
        load_files(configuration, source, tmp_path, {key: rows for key, rows in files.items() if key[1] == LAST})
        _, second = publish(configuration, source, tmp_path)
    assert len(first.batches) == 12
    assert {b.label.period_end for b in second.batches} == {LAST}
    assert len(second.carried) == 12
    whole = store.read(Request(kpis=("WE01",)), WHO).cells.query("group == ''")
    assert whole["value"].round(4).dropna().tolist() == [0.41, 0.545, 0.5733]


@pytest.mark.parametrize("url_of", ["duckdb"], ids=str)
def test_the_sql_is_the_rows_as_they_are(published, configuration, url_of):
    found = explain(published[2], configuration, "WE01", LAST)
    assert found.waterfall == ()
    assert "ds_wei.points" in found.statements[0].sql
    assert not any("person_id" in s.sql or "counts_once" in s.sql for s in found.statements)


def test_each_engine_gives_the_same_results(fresh_store: FreshStore, configuration, tmp_path):
    with open_source(fresh_store(), read_only=False) as source:
        load_files(configuration, source, tmp_path, demo_files())
        (found,) = fetch_results(source, configuration, "wei", [LAST], FinancialYear())
        (alike,) = compare_figures(configuration, FinancialYear(), "wei", {LAST}, source, source)
    assert (alike.kpi, dict(alike.differ), alike.periods) == ("WE01", {}, 1)
    whole = found.figures[found.figures["breakdown"] == ""].iloc[0]
    assert (whole["numerator"], whole["denominator"]) == (86, 150)
    assert found.figures["value"].tolist() == (found.figures["numerator"] / found.figures["denominator"]).tolist()
    areas = found.figures[found.figures["breakdown"] == "wei_area"]
    assert areas[["numerator", "denominator"]].sum().tolist() == [86, 150]


def test_results_are_no_rows_about_people_and_stay(published):
    _, _, source = published
    assert find_purge(source, Path("/nonexistent"), date(2026, 1, 1), including_newest=True).days == ()
    assert past_retention(source, Path("/nonexistent"), 1, None, date(2026, 11, 1)) == []


# what is refused


def areas(*rows: tuple[str, object, object], edition: str = "2026") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["Area", "Points", "Out Of"]).assign(Edition=edition)


def refused(configuration, tmp_path, *files: pd.DataFrame, dataset: str = "wei", breaks: tuple[SeriesBreak, ...] = ()) -> list[str]:
    kpis = {id: kpi.model_copy(update={"series_breaks": breaks}) for id, kpi in configuration.kpis.items()}
    changed, days = replace(configuration, kpis=kpis), LIST_DAYS[-len(files) :]
    with open_source("duckdb://", read_only=False) as source:
        load_files(changed, source, tmp_path, {(dataset, day): rows for day, rows in zip(days, files, strict=True)})
        with pytest.raises(InputError) as told:
            fetch_results(source, changed, dataset, days, FinancialYear())
    return [str(problem) for problem in told.value.problems]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((("Leadership", 21, 20),), "'points' is more than 'maximum' in 1 rows."),
        ((("Leadership", 3, 20), ("Leadership", 4, 20)), "on two rows: leadership"),
        ((("Leadership", 3, 20), ("Monitoring", "", 20)), "'points' is empty in some rows and filled in others"),
        ((("Leadership", 3, ""),), "'maximum' is empty or 0 in a row with points"),
        ((("Leadership", 0, 0),), "'maximum' is empty or 0 in a row with points"),
    ],
)
def test_points_that_cannot_be_right_are_refused(configuration, tmp_path, rows, words):
    problems = refused(configuration, tmp_path, areas(*rows))
    assert len(problems) == 1
    assert words in problems[0]
    assert problems[0].startswith(f"wei, {LAST.isoformat()}")


def test_two_awards_of_one_year_are_refused(configuration, tmp_path):
    twice = pd.DataFrame({"Award": ["Gold", "Silver"], "Edition": ["2026", "2026"]})
    assert "2 rows for WE02; an award is one row" in refused(configuration, tmp_path, twice, dataset="wei_award")[0]


@pytest.mark.parametrize(
    "second",
    [
        areas(("Leadership", 3, 25), edition="2024"),  # another maximum
        areas(("Monitoring", 3, 20), edition="2024"),  # another area
        areas(("Leadership", 3, 20), edition="2026"),  # another method under the same numbers
        areas(("Leadership", 3, 10), ("Monitoring", 3, 10), edition="2024"),  # the same maximum in other areas
    ],
)
def test_two_editions_need_a_break_between_them(configuration, tmp_path, second):
    first = areas(("Leadership", 2, 20), edition="2024")
    (problem,) = refused(configuration, tmp_path, first, second)
    assert "figures of two editions are never compared; add `series_breaks:" in problem
    told = SeriesBreak(date=LAST, reason="A new edition")
    whole = replace(configuration, kpis={id: k.model_copy(update={"series_breaks": (told,)}) for id, k in configuration.kpis.items()})
    with open_source("duckdb://", read_only=False) as source:
        load_files(whole, source, tmp_path, {("wei", LIST_DAYS[-2]): first, ("wei", LAST): second})
        assert len(fetch_results(source, whole, "wei", LIST_DAYS[-2:], FinancialYear())) == 2


def test_the_same_edition_in_another_order_is_the_same(configuration):
    rows = areas(("leadership", 2.0, 20.0), ("monitoring", 3.0, 20.0)).set_axis(["wei_area", "points", "maximum", "edition"], axis=1)
    kpi = configuration.kpis["WE01"]
    assert edition_of(configuration, kpi, rows) == edition_of(configuration, kpi, rows[::-1].assign(points=1.0))
    assert edition_of(configuration, kpi, rows.assign(points=None)) == ()
