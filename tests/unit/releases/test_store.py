"""What is published comes back exactly, at once or not at all, and stays as it was."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sqlalchemy import create_engine

from metrics.access.viewer import Viewer
from metrics.errors import AccessDenied, DisclosureError, InputError, NotPublished, SourceError
from metrics.releases.store import ReleaseStore
from metrics.report import Request
from tests.support.certified import certified
from tests.support.drafts import UNITS, a_batch, a_draft, a_kpi

MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)
LEADER = Viewer("leadership", "command_line")


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    keys = ["kpi", "breakdown", "unit", "group", "period_end"]
    return frame.sort_values(keys).reset_index(drop=True)


def test_a_release_comes_back_figure_for_figure(store: ReleaseStore) -> None:
    batch = a_batch(MARCH)
    id = store.publish(a_draft(batch))
    report = store.read(Request(), LEADER)
    assert id == "2026-05-21"
    back, sent = in_order(report.cells), in_order(batch.cells)
    for column in sent:
        assert_frame_equal(back[[column]].astype(object).fillna("-"), sent[[column]].astype(object).fillna("-"), check_dtype=False)
    hidden = report.cells[report.cells["marker"] == "[c]"]
    assert len(hidden) > 0
    assert hidden[["numerator", "denominator", "value", "lower", "upper"]].isna().all(axis=None)


def test_contents_come_back_as_they_were(store: ReleaseStore) -> None:
    draft = a_draft(a_batch(MARCH), a_batch(JUNE))
    store.publish(draft)
    contents = store.contents(None, LEADER)
    assert dict(contents.kpis) == dict(draft.kpis)
    assert dict(contents.units) == UNITS
    assert dict(contents.dimensions) == dict(draft.dimensions)
    assert contents.periods == {"WR01": (MARCH, JUNE)}
    assert contents.provenance.data_dates == {"HR extract": "2026-06-30"}
    assert contents.provenance.disclosure_note == "Counts of 1 to 4 are hidden."
    assert contents.root.id == "council"
    assert [c["recovered"] for c in contents.certificates] == [0, 0]


def test_the_second_release_of_a_day_has_its_own_id(store: ReleaseStore) -> None:
    first = store.publish(a_draft(a_batch(MARCH)))
    second = store.publish(a_draft(a_batch(JUNE), carried=tuple(b.id for b in store.batches(first)), base=first))
    assert (first, second) == ("2026-05-21", "2026-05-21.2")
    assert store.latest() == second
    assert [r.id for r in store.list_releases()] == [second, first]
    assert [(r.batches, r.new_batches) for r in store.list_releases()] == [(2, 1), (1, 1)]


def test_a_carried_period_is_the_same_bytes(store: ReleaseStore, url: str) -> None:
    first = store.publish(a_draft(a_batch(MARCH)))
    before = _dump(url)
    store.publish(a_draft(a_batch(JUNE, seed=9), carried=tuple(b.id for b in store.batches(first)), base=first))
    assert _dump(url) == before
    old, new = (store.read(Request(period_ends=(MARCH,), release=r), LEADER).cells for r in (first, None))
    assert_frame_equal(old, new)


def _dump(url: str) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("select * from cells where batch = 1 order by series").all()
    engine.dispose()
    return [tuple(row) for row in rows]


def test_a_draft_made_from_an_older_release_is_refused(store: ReleaseStore) -> None:
    store.publish(a_draft(a_batch(MARCH)))
    with pytest.raises(SourceError, match="Another release"):
        store.publish(a_draft(a_batch(JUNE), base=None))
    assert len(store.list_releases()) == 1


def test_nothing_uncertified_is_published(store: ReleaseStore) -> None:
    batch = a_batch(MARCH)
    with pytest.raises(DisclosureError, match="certificate was not passed"):
        store.publish(a_draft(replace(batch, certificate={"passed": False})))
    leaking = batch.cells.assign(value=0.5)
    with pytest.raises(DisclosureError, match="marked as hidden but hold a value"):
        store.publish(a_draft(replace(batch, cells=leaking)))
    assert store.latest() is None


def test_an_id_that_one_engine_would_cut_or_refuse_is_refused_on_both(store: ReleaseStore) -> None:
    batch = a_batch(MARCH)
    long = batch.cells.assign(unit=["u" * 121 if unit == "parks" else unit for unit in batch.cells["unit"]])
    with pytest.raises(InputError, match="has 121 letters; the release store takes 120"):
        store.publish(a_draft(certified(batch.label, long)))
    fits = batch.cells.assign(unit=["u" * 120 if unit == "parks" else unit for unit in batch.cells["unit"]])
    assert store.publish(a_draft(certified(batch.label, fits)))


def test_a_failure_half_way_leaves_the_last_release(store: ReleaseStore) -> None:
    first = store.publish(a_draft(a_batch(MARCH)))
    batch = a_batch(JUNE)
    broken = replace(batch, system={**batch.system, "no": object()})
    with pytest.raises(TypeError):
        store.publish(a_draft(a_batch(JUNE), broken, base=first))
    assert store.latest() == first
    assert len(store.read(Request(), LEADER).cells) == 12


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request(kpis=("wr1",)), "no KPI 'wr1'; did you mean WR01"),
        (Request(kpis=("WR01",), breakdowns=("grade",)), "WR01 by grade: not published; WR01 is published by: sex, unit by sex"),
        (
            Request(kpis=("WR01",), period_ends=(date(2020, 3, 31),)),
            "nothing was published for 2020-03-31; the last periods are: 2026-03-31",
        ),
        (Request(units=("nowhere",)), "no unit 'nowhere'; there are: council, housing"),
        (Request(release="2020-01-01"), "There is no release '2020-01-01'; there are: 2026-05-21"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(store: ReleaseStore, request_: Request, words: str) -> None:
    store.publish(a_draft(a_batch(MARCH)))
    with pytest.raises(NotPublished, match=words):
        store.read(request_, LEADER)


def test_an_undeclared_breakdown_says_where_to_declare_it(store: ReleaseStore) -> None:
    store.publish(a_draft(a_batch(MARCH)))
    with pytest.raises(NotPublished) as refused:
        store.read(Request(kpis=("WR01",), breakdowns=("grade",)), LEADER)
    assert "config/kpis/WR01" in refused.value.advice


def test_nothing_published_yet(store: ReleaseStore) -> None:
    assert store.latest() is None
    assert store.list_releases() == ()
    with pytest.raises(NotPublished, match="Nothing has been published yet"):
        store.contents(None, LEADER)


def test_a_broken_store_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "releases.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(SourceError, match="cannot be used: file is not a database"):
        ReleaseStore(f"sqlite:///{tmp_path}/releases.sqlite").contents(None, LEADER)


def test_a_cut_off_store_is_said_in_words(on_sqlite: ReleaseStore, tmp_path: Path) -> None:
    on_sqlite.publish(a_draft(*(a_batch(date(2020 + i, 3, 31)) for i in range(5))))
    on_sqlite.close()
    file = tmp_path / "releases.sqlite"
    with sqlite3.connect(file) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    with pytest.raises(SourceError, match="cannot be used"):
        ReleaseStore(f"sqlite:///{file}").read(Request(), LEADER)


def test_a_newer_store_is_refused(store: ReleaseStore, url: str) -> None:
    first = store.publish(a_draft(a_batch(MARCH)))
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("update store_version set version = 99")
    engine.dispose()
    newer = ReleaseStore(url)
    for refused in (lambda: newer.contents(None, LEADER), lambda: newer.publish(a_draft(a_batch(JUNE), base=first)), newer.list_releases):
        with pytest.raises(SourceError, match="has version 99") as said:
            refused()
        assert "Use the product's version that wrote it" in said.value.advice
    newer.close()


@pytest.mark.parametrize("url", ["nonsense me:secret@x", "oracle+nodriver://me:secret@127.0.0.1/x", "mysql://me:secret@127.0.0.1:9/x"])
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SourceError, match="URL, of kind") as refused:
        ReleaseStore(url)
    assert "secret" not in str(refused.value)


def test_readers_never_write(store: ReleaseStore) -> None:
    store.publish(a_draft(a_batch(MARCH)))
    with pytest.raises(SourceError, match=r"readonly|read-only"), store._database.reading() as connection:
        connection.exec_driver_sql("delete from cells")
    assert len(store.read(Request(), LEADER).cells) == 12


def test_readers_during_publishing_see_whole_releases(store: ReleaseStore, url: str) -> None:
    """Every read during ten publishings finds as many figures as the release it names must hold."""
    last = store.publish(a_draft(a_batch(date(2000, 3, 31))))
    done, wrong, reads = threading.Event(), [], []

    def look() -> None:
        reader = ReleaseStore(url)
        while not done.is_set():
            report = reader.read(Request(), LEADER)
            periods = report.contents.periods["WR01"]
            reads.append(len(periods))
            if len(report.cells) != 12 * len(periods):
                wrong.append(report.provenance.release)
        reader.close()

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    for year in range(2001, 2011):
        carried = tuple(b.id for b in store.batches(last))
        last = store.publish(a_draft(a_batch(date(year, 3, 31)), carried=carried, base=last))
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert len(reads) > 2


def test_a_viewer_of_one_unit_sees_it_and_what_it_is_compared_with(store: ReleaseStore) -> None:
    store.publish(a_draft(a_batch(MARCH)))
    officer = Viewer("leadership", "signed_in", units=("housing",))
    assert set(store.read(Request(), officer).cells["unit"]) == {"council", "housing", "repairs"}
    assert tuple(store.contents(None, officer).units) == ("council", "housing", "repairs")
    with pytest.raises(AccessDenied, match="'parks' are not open to you"):
        store.read(Request(units=("parks",)), officer)


@pytest.mark.parametrize("units", [(), ("a_unit_that_is_no_more",)])
def test_a_viewer_without_a_unit_here_is_refused(store: ReleaseStore, units: tuple[str, ...]) -> None:
    store.publish(a_draft(a_batch(MARCH)))
    with pytest.raises(AccessDenied, match="none of your units"):
        store.contents(None, Viewer("leadership", "signed_in", units=units))


def test_the_demo_mode_opens_no_real_release(store: ReleaseStore) -> None:
    store.publish(a_draft(a_batch(MARCH), synthetic=False))
    with pytest.raises(AccessDenied, match="invented figures only"):
        store.contents(None, Viewer("leadership", "demo"))
    assert store.contents(None, Viewer("leadership", "local")).kpis


def test_each_audience_reads_its_own_figures(store: ReleaseStore) -> None:
    store.publish(a_draft(a_batch(MARCH, seed=1), a_batch(MARCH, seed=2, audience="public")))
    mine, theirs = (store.read(Request(), Viewer(a, "command_line")).cells for a in ("leadership", "public"))
    assert len(mine) == len(theirs) == 12
    assert not mine["value"].equals(theirs["value"])
    with pytest.raises(NotPublished, match="no figures for 'press'; it has them for: leadership, public"):
        store.contents(None, Viewer("press", "command_line"))


def test_what_the_attacker_was_given_is_kept(store: ReleaseStore) -> None:
    store.publish(a_draft(a_batch(MARCH, seed=4), a_batch(MARCH, seed=5, audience="public")))
    given = a_batch(MARCH, seed=4).system
    assert [(b.label.audience, s["tables"]) for b, s in store.systems()] == [
        ("leadership", ["2026-03-31", 4]),
        ("public", ["2026-03-31", 5]),
    ]
    assert next({k: s[k] for k in given} for _, s in store.systems()) == given
    assert [s["tables"][1] for _, s in store.systems(audience="public")] == [5]


def test_compare_says_why_figures_differ(store: ReleaseStore) -> None:
    both = {"WR01": "WR01-v1", "WR02": "WR02-v1"}
    old = a_batch(MARCH, both)
    first = store.publish(a_draft(old, kpis=(a_kpi("WR01"), a_kpi("WR02"))))
    changed = old.cells.copy()
    row = changed.index[(changed["kpi"] == "WR02") & (changed["unit"] == "parks") & (changed["breakdown"] == "")][0]
    changed.loc[row, ["numerator", "denominator", "value", "lower", "upper", "gap", "ratio", "declared"]] = None
    changed.loc[row, ["marker", "status"]] = ["[c]", "hidden"]
    row_1 = changed.index[(changed["kpi"] == "WR01") & (changed["unit"] == "parks") & (changed["breakdown"] == "")][0]
    changed.loc[row_1, ["numerator", "denominator", "value"]] = [60, 80, 0.75]
    changed.loc[row_1, ["lower", "upper", "gap", "ratio", "declared"]] = None
    label = replace(old.label, kpis={**both, "WR01": "WR01-v2"})
    second = store.publish(a_draft(certified(label, changed), a_batch(JUNE), base=first))
    comparison = store.compare(first, second, LEADER)
    found = {(r.kpi, r.period_end.date()): r.reason for r in comparison.cells.itertuples() if r.reason != "new"}
    assert found == {("WR01", MARCH): "definition", ("WR02", MARCH): "suppression"}
    assert comparison.by_reason == {"new": 12, "definition": 1, "suppression": 1}


def test_compare_of_the_same_data_loaded_again_differs_by_data(store: ReleaseStore) -> None:
    first = store.publish(a_draft(a_batch(MARCH)))
    second = store.publish(a_draft(a_batch(MARCH, seed=3), base=first))
    reasons = set(store.compare(first, second, LEADER).cells["reason"])
    assert reasons == {"data"}
    assert store.compare(first, first, LEADER).cells.empty


def test_a_summary_survives_the_journey(store: ReleaseStore) -> None:
    kpi = replace(a_kpi(), target=(), framework=(), benchmark_by_group={}, within=0.5)
    store.publish(a_draft(a_batch(MARCH), kpis=(kpi,)))
    assert store.contents(None, LEADER).kpis["WR01"] == kpi
