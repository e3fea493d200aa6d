"""Things, from their files to a release: counted as by hand, the same for every audience, and certified as figures without people."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from metrics.access.viewer import Viewer
from metrics.definitions.configuration import Configuration
from metrics.periods import FinancialYear
from metrics.pipeline import RefreshResult
from metrics.pipeline.parity import compare_figures
from metrics.query.explain import explain
from metrics.releases.store import ReleaseStore
from metrics.report import Report, Request
from metrics.sources.engine import Source, open_source
from tests.support.results_council import Files, load_files, publish
from tests.support.things_council import FEW, LAST, thing_files, things_configuration

Published = tuple[ReleaseStore, RefreshResult, Source, Files]


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return things_configuration()


@pytest.fixture(scope="module")
def published(configuration: Configuration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("things")
    files = thing_files(configuration)
    with open_source(f"duckdb:///{folder}/rows.duckdb", read_only=False) as source:
        load_files(configuration, source, folder, files)
        yield (*publish(configuration, source, folder), source, files)


def read(published: Published, kpi: str, audience: str = "leadership") -> Report:
    return published[0].read(Request(kpis=(kpi,)), Viewer(audience, "test"))


def last_of(published: Published, kpi: str) -> pd.DataFrame:
    cells = read(published, kpi).cells
    return cells[cells["period_end"] == pd.Timestamp(LAST)]


def test_contracts_are_counted_as_by_hand(published: Published) -> None:
    rows, cells = published[3]["contract", LAST], last_of(published, "PC01")
    large = rows[rows["Size"] == "Over threshold"]
    whole = cells[cells["breakdown"] == ""].iloc[0]
    assert (whole["numerator"], whole["denominator"]) == ((large["Equality Terms"] == "Monitored").sum(), len(large))
    names = {unit.id: unit.name for unit in read(published, "PC01").contents.units.values()}
    by_unit = cells[cells["breakdown"] == "directorate"].assign(name=lambda c: c["unit"].map(names)).set_index("name")
    counted = large.groupby("Directorate")["Equality Terms"].agg(monitored=lambda t: (t == "Monitored").sum(), all="size")
    assert by_unit["numerator"].to_dict() == counted["monitored"].to_dict()
    assert by_unit["denominator"].to_dict() == counted["all"].to_dict()
    assert by_unit["denominator"].sum() == whole["denominator"]


def test_spend_is_added_up_as_by_hand_and_once_a_year(published: Published) -> None:
    rows, cells = published[3]["contract", LAST], last_of(published, "PC02")
    open_to_choice = rows[rows["Open To Choice"] == "Yes"]
    local = open_to_choice["Supplier"].isin(["Local small firm", "Local voluntary body"])
    whole = cells[cells["breakdown"] == ""].iloc[0]
    assert whole["value"] == pytest.approx(open_to_choice.loc[local, "Spend"].sum() / open_to_choice["Spend"].sum())
    days = sorted(set(read(published, "PC02").cells["period_end"]))
    assert days == [pd.Timestamp(day) for day in FEW if day.month == 3]


def test_consultations_are_in_time_as_by_hand(published: Published) -> None:
    rows, whole = published[3]["consultation", LAST], last_of(published, "EN02").query("breakdown == ''").iloc[0]
    closed, told = (pd.to_datetime(rows[name], format="%d/%m/%Y") for name in ("Closed", "Feedback Published"))
    due = closed + pd.Timedelta(weeks=12) <= pd.Timestamp(LAST)
    assert (whole["numerator"], whole["denominator"]) == ((due & ((told - closed).dt.days <= 84)).sum(), due.sum())
    assert len(rows) > whole["denominator"], "some closed less than twelve weeks ago"


def test_actions_are_told_by_partner(published: Published) -> None:
    rows, cells = published[3]["prevent_actions", LAST], last_of(published, "PV02")
    partners = cells[cells["breakdown"] == "lead_partner"]
    assert partners["denominator"].tolist() == rows["Lead Partner"].value_counts(sort=False).tolist()
    assert partners["numerator"].sum() == rows["State"].isin(["Done", "On track"]).sum()


def test_every_audience_is_shown_the_same_and_nothing_is_said_of_people(published: Published) -> None:
    for kpi in ("PC01", "PC02", "EN02", "PV02"):
        pd.testing.assert_frame_equal(read(published, kpi).cells, read(published, kpi, "public").cells)
        found = read(published, kpi)
        assert found.cells[["everyone", "declared", "lower", "upper", "benchmark", "gap", "ratio"]].isna().all().all()
        assert found.kpi().row_kind == "item"
        assert not found.kpi().counts_people
        assert found.kpi().steps == ()


def test_the_certificate_says_that_nobody_is_counted_and_an_attack_finds_nobody(published: Published) -> None:
    store, result, *_ = published
    assert len(result.batches) == 3 * 2 * len(FEW)  # datasets, audiences, days
    assert all(b.certificate["people"] is False and b.certificate["passed"] for b in result.batches)
    assert not any(store.uncertified(result.release, None).values())


def test_a_change_is_told_as_it_is(published: Published) -> None:
    whole = read(published, "PC01").cells.query("breakdown == ''").sort_values("period_end")
    change = whole["value"].iloc[-1] - whole["value"].iloc[0]
    assert whole["change"].iloc[-1] == pytest.approx(change)
    assert pd.isna(whole["change_lower"].iloc[-1])


def test_the_sql_is_the_rows_as_they_are_and_both_stores_agree(published: Published, configuration: Configuration) -> None:
    found = explain(published[2], configuration, "EN02", LAST)
    assert (found.waterfall, found.note) == ((), "Nobody is counted, and nothing is hidden.")
    assert not any("person_id" in s.sql or "counts_once" in s.sql for s in found.statements)
    alike = compare_figures(configuration, FinancialYear(), "contract", {LAST}, published[2], published[2])
    assert [(one.kpi, dict(one.differ)) for one in alike] == [("PC01", {}), ("PC02", {})]
