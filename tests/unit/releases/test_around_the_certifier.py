"""Attempts to publish around the certifier: each is refused, by the database, by `publish`, or when the figures are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from metrics.access.viewer import Viewer
from metrics.definitions.kpi import MeasureType
from metrics.disclosure.shown import Certificate
from metrics.errors import DisclosureError, NotCertified, SourceError
from metrics.evaluate.values import needed_parts
from metrics.exports.csv import write_csv
from metrics.exports.workbook import write_workbook
from metrics.releases.attacks import StoredAttack
from metrics.releases.certified import NEEDED, check_certified
from metrics.releases.draft import DraftBatch
from metrics.releases.restore import _rewriting
from metrics.releases.store import ReleaseStore
from metrics.report import Report, Request
from tests.support.certified import certified
from tests.support.drafts import a_batch, a_draft
from tests.support.factories import a_kpi
from tests.support.postgres import PostgresServer

MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)
LEADER = Viewer("leadership", "command_line")
MEASURES = {"WR01": "proportion"}


@pytest.fixture
def published(store: ReleaseStore) -> ReleaseStore:
    store.publish(a_draft(a_batch(MARCH)))
    return store


def write(url: str, *statements: str) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


# writing into the store's tables

COPY = "INSERT INTO batches SELECT 2, release, dataset, period_start, period_end, audience, profile, data_date, data, definition, kpis, "
ADDED = {
    "a figure of a certified batch": "INSERT INTO cells (series, batch, value) VALUES (1, 1, 0.5)",
    "a figure of a new line of a certified batch": "INSERT INTO cells (series, batch, value) SELECT 99, 1, 0.5",
    "a batch of a release that is complete": COPY + '"values", reason, certificate, cells, system FROM batches',
    "a batch that was not passed": COPY + '"values", reason, \'{"passed": false}\', cells, system FROM batches',
    "a batch without a certificate": COPY + "\"values\", reason, '{}', cells, system FROM batches",
    "a batch in a release that is complete": "INSERT INTO release_batches VALUES ('2026-05-21', 2)",
    "another seal": "INSERT INTO batch_seals SELECT 1, 'x', sealed_at, sealed_by FROM batch_seals",
    "a changed seal": "UPDATE batch_seals SET seal = 'x'",
    "no seal": "DELETE FROM batch_seals",
    "no seal of the release": "DELETE FROM release_seals",
}


@pytest.mark.parametrize("attempt", ADDED)
def test_the_database_refuses_to_add_to_what_was_published(published: ReleaseStore, url: str, attempt: str) -> None:
    before = published.read(Request(), LEADER).cells
    with pytest.raises(DBAPIError, match=r"never added to|never changed or deleted|batch_seals"):
        write(url, ADDED[attempt])
    published.close()
    assert ReleaseStore(url).read(Request(), LEADER).cells.equals(before)


@pytest.mark.parametrize("table", ["releases", "batches", "release_batches", "series", "cells", "batch_seals", "release_seals"])
def test_sqlite_replaces_no_row_either(on_sqlite: ReleaseStore, table: str) -> None:
    """INSERT OR REPLACE deletes a row without asking the trigger that refuses to delete."""
    on_sqlite.publish(a_draft(a_batch(MARCH)))
    with pytest.raises(DBAPIError, match=r"never changed or deleted|never added to"):
        write(str(on_sqlite._database.url), f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


def test_a_batch_of_a_release_of_ones_own_needs_a_passed_certificate(published: ReleaseStore, url: str) -> None:
    """A release that nobody published may be written, but no batch that was not passed, and none without all of its figures."""
    own = (
        "INSERT INTO releases SELECT 2, '2026-12-24', published_at, council, synthetic, definition_version, contents, reason, NULL, NULL "
        "FROM releases"
    )
    copy = COPY.replace("2, release", "2, '2026-12-24'")
    write(url, own)
    with pytest.raises(DBAPIError, match="never added to"):
        write(url, copy + '"values", reason, \'{"passed": false}\', cells, system FROM batches')
    write(url, copy + '"values", reason, certificate, cells, system FROM batches')
    with pytest.raises(DBAPIError, match="never added to"):
        write(url, "INSERT INTO release_batches VALUES ('2026-12-24', 2)")
    with pytest.raises(DBAPIError, match="never added to"):
        write(url, "INSERT INTO batch_seals VALUES (2, '1:abc', '2026-12-24', 'publish')")
    with pytest.raises(NotCertified, match="Release 2026-12-24: its contents are not the ones that were certified"):
        published.contents("2026-12-24", LEADER)
    assert len(published.read(Request(release="2026-05-21"), LEADER).cells) == 12


# what was changed with the triggers lifted is not shown

CHANGED = {
    "a figure": "UPDATE cells SET value = 0.5 WHERE series = 1",
    "a hidden figure that is shown": "UPDATE cells SET marker = NULL, value = 0.1 WHERE marker = '[c]'",
    "the name of a line": "UPDATE series SET unit = 'elsewhere' WHERE unit = 'parks'",
    "a figure more": "INSERT INTO cells (series, batch, value) SELECT 13, 1, 0.5 FROM store_version",
    "a figure less": "DELETE FROM cells WHERE series = 3",
    "a certificate": "UPDATE batches SET certificate = replace(certificate, '\"recovered\": 0', '\"recovered\": 1')",
    "whose version it is": "UPDATE batches SET profile = 'public'",
    "the seal": "UPDATE batch_seals SET seal = '1:abc'",
    "what the attacker was given": "UPDATE batches SET system = contents FROM releases",
}


@pytest.mark.parametrize("what", CHANGED)
def test_changed_figures_are_not_shown(published: ReleaseStore, url: str, what: str) -> None:
    lift(published, "INSERT INTO series VALUES (13, 'WR01', '', 'x', '')", CHANGED[what])
    reader = ReleaseStore(url)
    with pytest.raises(NotCertified, match="are not the ones that were certified") as refused:
        reader.read(Request(), LEADER)
    assert "Put a backup in its place" in refused.value.advice
    for look in (lambda: list(reader.systems()), reader.check_seals, lambda: reader.batch_cells(reader.batches())):
        with pytest.raises(NotCertified):
            look()
    reader.close()


@pytest.mark.parametrize(
    "change", ["UPDATE releases SET council = 'Other'", "DELETE FROM release_batches", "UPDATE release_seals SET seal = '1:abc'"]
)
def test_a_changed_release_is_not_opened(published: ReleaseStore, url: str, change: str) -> None:
    lift(published, change)
    reader = ReleaseStore(url)
    with pytest.raises(NotCertified, match="Release 2026-05-21: its contents"):
        reader.contents(None, LEADER)
    reader.close()


def lift(store: ReleaseStore, *statements: str) -> None:
    """As somebody would who owns the database: foreign keys and triggers away, the change, and back."""
    with store._database.changing() as connection, _rewriting(connection):
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_nothing_is_built_on_changed_figures(published: ReleaseStore, url: str) -> None:
    carried = tuple(b.id for b in published.batches())
    lift(published, "UPDATE cells SET value = 0.5 WHERE series = 1")
    with pytest.raises(NotCertified, match="hr, 2026-03-31, leadership: these figures are not the ones that were certified"):
        ReleaseStore(url).publish(a_draft(a_batch(JUNE), carried=carried, base="2026-05-21"))


def test_a_withdrawal_breaks_no_seal(published: ReleaseStore, url: str) -> None:
    published.withdraw("2026-05-21", "Wrong")
    assert len(ReleaseStore(url).read(Request(release="2026-05-21"), LEADER).cells) == 12


def test_seals_are_the_same_on_both_engines(on_sqlite: ReleaseStore, postgres: PostgresServer) -> None:
    server = ReleaseStore(postgres.database().url)
    seals = []
    for one in (on_sqlite, server):
        one.publish(a_draft(a_batch(MARCH), a_batch(JUNE)))
        seals.append([b.certificate["seal"] for b in one.batches()])
        one.close()
    assert seals[0] == seals[1]
    assert len(set(seals[0])) == 2


# `publish` with a draft made by hand


def other_cells(change: Callable[[pd.DataFrame], object]) -> Callable[[DraftBatch], DraftBatch]:
    def changed(batch: DraftBatch) -> DraftBatch:
        cells = batch.cells.copy()
        change(cells)
        return replace(batch, cells=cells)

    return changed


def certificate_with(**changes: Any) -> Callable[[DraftBatch], DraftBatch]:
    return lambda batch: replace(batch, certificate={**batch.certificate, **changes})


def system_with(**changes: Any) -> Callable[[DraftBatch], DraftBatch]:
    return lambda batch: replace(batch, system={**batch.system, **changes})


def put(row: Callable[[pd.DataFrame], pd.Series], **values: object) -> Callable[[DraftBatch], DraftBatch]:
    def change(cells: pd.DataFrame) -> None:
        place = cells.index[row(cells)][0]
        for name, value in values.items():
            cells.loc[place, name] = value

    return other_cells(change)


def first(cells: pd.DataFrame) -> pd.Series:
    return cells["marker"] == ""


def hidden(cells: pd.DataFrame) -> pd.Series:
    return cells["marker"] == "[c]"


def show_a_hidden_part(batch: DraftBatch) -> DraftBatch:
    """The system hides a count; the figure shows it all the same."""
    shown = list(batch.system["shown"])
    shown[0] = None
    certificate = {**batch.certificate, "exact": batch.certificate["exact"] - 1, "primary": batch.certificate["primary"] + 1}
    return replace(batch, system={**batch.system, "shown": shown}, certificate=certificate)


HANDMADE: dict[str, tuple[Callable[[DraftBatch], DraftBatch], str]] = {
    "another count": (put(first, numerator=3.0), "show a count that the certified system does not show: 1"),
    "another base": (put(first, denominator=1000.0, value=np.nan), "show a count that the certified system does not show: 1"),
    "another number of everyone": (put(first, everyone=7.0), "show a count that the certified system does not show: 1"),
    "a share of other counts": (put(first, value=0.123456), "hold a value that is not made of their printed counts: 1"),
    "a count that is hidden": (show_a_hidden_part, "show a count that the certified system does not show: 1"),
    "a share under a marker": (put(hidden, value=0.5), "are marked as hidden but hold a value: 1"),
    "a range under a marker": (put(hidden, upper=0.5), "are marked as hidden but hold a value: 1"),
    "a change under a marker": (put(hidden, change=0.01), "are marked as hidden but hold a value: 1"),
    "a count under a marker": (put(hidden, numerator=3.0), "show a count that the certified system does not show: 1"),
    "a marker taken off": (put(hidden, marker="", value=0.5), "hold a value that is made of a hidden count: 1"),
    "a range of other counts": (put(first, lower=0.1234), "hold a range, comparison or rate that is not made of their printed counts: 1"),
    "the other end of a range": (put(first, upper=0.9876), "hold a range, comparison or rate that is not made of their printed counts: 1"),
    "a gap of another share": (put(first, gap=0.0123), "hold a range, comparison or rate that is not made of their printed counts: 1"),
    "a ratio of another share": (put(first, ratio=1.2345), "hold a range, comparison or rate that is not made of their printed counts: 1"),
    "a rate of other counts": (put(first, declared=0.9), "hold a range, comparison or rate that is not made of their printed counts: 1"),
    "a bound of other counts": (put(first, bound_low=0.01), "hold a range, comparison or rate that is not made of their printed counts: 1"),
    "a figure of nothing": (put(first, unit="elsewhere"), "some figures are of no count that was certified"),
    "no word which count is which": (lambda batch: replace(batch, parts=None), "some figures are of no count that was certified"),
    "a certificate that failed": (certificate_with(passed=False), "the certificate was not passed"),
    "no certificate": (lambda batch: replace(batch, certificate={}), "the certificate was not passed"),
    "a bare word": (lambda batch: replace(batch, certificate={"passed": True}), "does not say what an attack found"),
    "a pass that recovered something": (certificate_with(recovered=1), "its own figures say that it was not"),
    "a pass that is too narrow": (certificate_with(narrowest=1), "its own figures say that it was not"),
    "a pass that tells pay": (certificate_with(pay_recovered=2), "its own figures say that it was not"),
    "the certificate of another day": (certificate_with(period_end="2025-03-31"), "no certificate belongs to these figures"),
    "the certificate of another audience": (certificate_with(audience="public"), "no certificate belongs to these figures"),
    "the certificate of another dataset": (certificate_with(dataset="pay"), "no certificate belongs to these figures"),
    "the system of another audience": (system_with(audience="public"), "no certificate belongs to these figures"),
    "a certificate of fewer counts": (certificate_with(cells=3), "does not match the system"),
    "a certificate that hides more": (certificate_with(primary=0), "does not match the system"),
    "less asked of rounded counts": (certificate_with(required_rounded=1), "does not match the system"),
    "small groups that may share an answer": (system_with(alike_below=10), "does not match the system"),
    "a lower threshold": (system_with(threshold=2), "does not match the system"),
    "a system of nothing": (system_with(shown=[], chain=[]), "does not match the system"),
    "a figure twice": (
        lambda batch: replace(batch, cells=pd.concat([batch.cells, batch.cells.head(1)], ignore_index=True)),
        "some figures stand twice",
    ),
    "a figure of a KPI that is not defined": (
        lambda batch: replace(batch, label=replace(batch.label, kpis={"WF01": "v1"})),
        "are of a measure that the release does not define: 12",
    ),
}


@pytest.mark.parametrize("attempt", HANDMADE)
def test_a_draft_made_by_hand_is_refused(on_sqlite: ReleaseStore, attempt: str) -> None:
    spoil, words = HANDMADE[attempt]
    with pytest.raises(DisclosureError, match=words) as refused:
        on_sqlite.publish(a_draft(spoil(a_batch(MARCH))))
    assert "so nothing was published" in str(refused.value)
    assert on_sqlite.latest() is None


def test_the_same_draft_unspoilt_is_published(on_sqlite: ReleaseStore) -> None:
    """The control: what the attempts above begin with is accepted."""
    assert on_sqlite.publish(a_draft(a_batch(MARCH)))


def test_figures_of_no_earlier_release_are_not_carried_forward(published: ReleaseStore) -> None:
    second = published.publish(a_draft(a_batch(JUNE), base="2026-05-21"))
    assert [b.id for b in published.batches(second)] == [2]
    with pytest.raises(DisclosureError, match="cannot be carried forward"):
        published.publish(a_draft(a_batch(date(2026, 9, 30)), carried=(1,), base=second))


def test_which_count_each_figure_is_is_kept_to_be_held_against_it_again(published: ReleaseStore) -> None:
    assert published.uncertified() == {}
    ((_, system),) = published.systems()
    shown = [None if v is None else float(v) for v in system["shown"]]
    cells = published.read(Request(), LEADER).cells.sort_values(["kpi", "breakdown", "unit", "group"])
    kept = [shown[r] if r >= 0 else None for r in system["figures"]["denominator"]]
    assert [None if np.isnan(v) else v for v in cells["denominator"]] == kept


@pytest.mark.parametrize("measure", [measure for measure in MeasureType if measure.counts_people])
def test_the_store_asks_for_the_parts_that_a_value_is_made_of(measure: MeasureType) -> None:
    of_two = {MeasureType.PERCENTAGE_POINT_GAP, MeasureType.REPRESENTATION_INDEX}
    reference = {"reference_group": {"sex": ["male"]}} if measure in of_two else {}
    kpi = a_kpi("WR01", measure={"type": measure.value, "unit": "percent", **reference})
    assert set(NEEDED[measure.value]) == set(needed_parts(kpi))


@pytest.mark.parametrize("measure", ["pay_gap_mean", "turnover"])
def test_pay_gaps_and_turnover_print_their_own_base(measure: str) -> None:
    """The base of a pay gap is the reference group's; that of turnover the mean of both ends."""
    batch = a_batch(MARCH)
    one = batch.cells.head(1).assign(denominator=60.0 if measure == "turnover" else 80.0)
    one[["value", "lower", "upper", "gap", "ratio", "declared"]] = np.nan
    keys = {k: one.iloc[0][k] for k in ("kpi", "breakdown", "unit", "group")}
    counts = {
        "numerator": one.iloc[0]["numerator"],
        "denominator": 40.0,
        "reference_denominator": 80.0,
        "everyone": one.iloc[0]["everyone"],
    }
    parts = pd.DataFrame([{**keys, "part": part, "region": i} for i, part in enumerate(counts)])
    made = certified(batch.label, one)
    system = {**made.system, "shown": list(counts.values()), "chain": [0] * 4}
    certificate = {**made.certificate, "cells": 4, "exact": 4, "rounded": 0, "primary": 0}
    check_certified(replace(made, system=system, certificate=certificate, parts=parts), {"WR01": measure})
    with pytest.raises(DisclosureError, match="a count that the certified system does not show"):
        check_certified(replace(made, system=system, certificate=certificate, parts=parts), MEASURES)


def test_a_certificate_is_read_here_as_it_is_written_there() -> None:
    """`publish` asks a certificate for what `Certificate` says: a field that is renamed must not go unasked."""
    asked = {"recovered", "pay_recovered", "narrowest", "required", "narrowest_rounded", "required_rounded", "cells", "exact", "rounded"}
    assert asked | {"primary", "secondary", "coarsened", "zeros_hidden"} <= set(Certificate.__dataclass_fields__)


# figures that no release handed out


def test_a_file_is_made_of_no_frame_and_of_no_report_made_by_hand(published: ReleaseStore) -> None:
    report = published.read(Request(), LEADER)
    fresh = pd.DataFrame(report.cells.to_dict("records"))
    for attempt in (lambda: write_csv(fresh), lambda: write_workbook(fresh, "x"), lambda: write_csv(a_batch(MARCH))):  # type: ignore[arg-type]
        with pytest.raises(NotCertified, match="were not read from a release"):
            attempt()
    with pytest.raises(NotCertified, match="were not read from a release"):
        write_csv(fresh)  # type: ignore[arg-type]
    with pytest.raises(NotCertified, match="were not read from a release"):
        Report(report.contents, fresh)
    with pytest.raises(NotCertified, match="were not read from a release"):
        replace(report, cells=a_batch(MARCH).cells)
    with pytest.raises(NotCertified, match="were not read from a release"):
        replace(report, cells=pd.concat([report.cells, fresh]))
    assert write_csv(replace(report, cells=report.cells[report.cells["unit"] == "parks"]))


def test_a_report_of_one_audience_is_not_stamped_for_another(published: ReleaseStore) -> None:
    report = published.read(Request(), LEADER)
    other = replace(report.contents, provenance=replace(report.contents.provenance, audience="public"))
    with pytest.raises(NotCertified, match="for another audience"):
        Report(other, report.cells)


# attacks that are kept


def an_attack(release: str, batch: int, **changes: Any) -> StoredAttack:
    at = changes.pop("attacked_at", datetime(2026, 6, 1, 3, tzinfo=UTC))
    plain: dict[str, Any] = {
        "audience": "leadership", "counts": 32, "hidden": 10, "recovered": 0, "unsettled": 0, "known_before": 0, "narrowest": 4,
        "earlier": ("2026-01-20",), "seconds": 1.5, "program": "0.1.0",
    }  # fmt: skip
    return StoredAttack(release, batch, at, **{**plain, **changes})


def test_the_attack_that_found_most_on_each_batch_is_what_readers_are_told(published: ReleaseStore) -> None:
    """What was worked out stays worked out, however little a later attack finds; less time says less; else the newest."""
    release = published.latest() or ""
    assert published.list_releases()[0].verdict is None

    def told_after(month: int, **found: int) -> tuple[int, int, int]:
        published.record_attacks([an_attack(release, 1, attacked_at=datetime(2026, month, 1, tzinfo=UTC), **found)])
        (told,) = published.contents(None, LEADER).attacks
        assert (told["earlier"], told["period_end"]) == (["2026-01-20"], "2026-03-31")
        verdict = published.list_releases()[0].verdict
        assert verdict is not None
        assert (verdict.parts, verdict.recovered, verdict.unsettled) == (1, told["recovered"], told["unsettled"])
        return verdict.recovered, verdict.unsettled, verdict.attacked_at.month

    assert told_after(6, unsettled=3) == (0, 3, 6)
    assert told_after(7) == (0, 0, 7)
    assert told_after(8, unsettled=9) == (0, 0, 7)
    assert told_after(9) == (0, 0, 9)
    assert told_after(10, recovered=2) == (2, 0, 10)
    assert told_after(11) == (2, 0, 10)


@pytest.mark.parametrize("statement", ["UPDATE attacks SET recovered = 0", "DELETE FROM attacks"])
def test_a_verdict_is_kept_for_good(published: ReleaseStore, url: str, statement: str) -> None:
    published.record_attacks([an_attack("2026-05-21", 1, recovered=2)])
    with pytest.raises(DBAPIError, match="never changed or deleted"):
        write(url, statement)


def test_a_verdict_on_what_no_release_holds_is_refused(published: ReleaseStore) -> None:
    with pytest.raises(SourceError, match=r"FOREIGN KEY|foreign key"):
        published.record_attacks([an_attack("2026-05-21", 77)])


@pytest.fixture
def read_only(postgres: PostgresServer) -> Iterator[ReleaseStore]:
    database = postgres.database()
    reader = database.read_only()
    owner = ReleaseStore(database.url)
    owner.publish(a_draft(a_batch(MARCH)))
    owner.close()
    store = ReleaseStore(reader)
    yield store
    store.close()


def test_who_may_only_read_a_server_cannot_keep_a_verdict(read_only: ReleaseStore) -> None:
    with pytest.raises(SourceError, match="permission denied"):
        read_only.record_attacks([an_attack("2026-05-21", 1)])
    assert read_only.contents(None, LEADER).attacks == ()
