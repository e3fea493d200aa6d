"""A restructured council's release, read as units were and in today's structure, against the people counted by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from metrics.access.viewer import Viewer
from metrics.definitions.succession import Succession
from metrics.errors import NotPublished
from metrics.releases.history import organisation_of
from metrics.releases.recast import Recasting, recast
from metrics.releases.store import ReleaseStore
from metrics.report import Report, Request
from metrics.statistics.intervals import wilson
from metrics.statistics.rates import rate
from tests.support.restructured_council import DAYS, RestructuredCouncil, people

VIEWER = Viewer("leadership", "command_line")
FIRST, SECOND, LAST = (pd.Timestamp(d) for d in DAYS)


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> RestructuredCouncil:
    made = RestructuredCouncil.found(tmp_path_factory.mktemp("restructured") / "longford")
    made.load_all()
    made.refresh()
    return made


@pytest.fixture(scope="module")
def store(council: RestructuredCouncil) -> ReleaseStore:
    return council.store


def read(store: ReleaseStore, structure: str, *units: str, viewer: Viewer = VIEWER) -> Report:
    return store.read(Request(("WR03",), None, units or None, structure=structure), viewer)  # type: ignore[arg-type]


def counted(day: date, units: Iterable[str]) -> tuple[int, int]:
    """Disabled people, and people whose answer is known, attached to any of these units: a naive count of the extract."""
    known = [p for p in people()[day] if p["Directorate"] in set(units) and p["Disability"] != "not_known"]
    return sum(p["Disability"] == "disabled" for p in known), len(known)


# any depth


def test_every_unit_of_any_depth_has_its_figure_with_all_below_it(store: ReleaseStore) -> None:
    """Six levels, services under the council, a directorate without services, people attached in the middle."""
    below = {
        "longford": {p["Directorate"] for p in people()[DAYS[0]]},
        "lettings": {"lettings", "lettings_north", "north_desk", "north_front"},
        "lettings_north": {"lettings_north", "north_desk", "north_front"},
        "north_desk": {"north_desk", "north_front"},
        "north_front": {"north_front"},
        "parks": {"parks"},
        "legal": {"legal"},
    }
    at = read(store, "as_was").units_at("WR03", DAYS[0], below)
    for unit, units in below.items():
        true = counted(DAYS[0], units)
        off = 0 if unit == "longford" else 2
        assert abs(at.loc[unit, "numerator"] - true[0]) <= off, unit
        assert abs(at.loc[unit, "denominator"] - true[1]) <= off, unit


def test_the_certificate_tells_who_has_staff_of_their_own(store: ReleaseStore) -> None:
    contents = store.contents(None, VIEWER)
    assert contents.history.own_staff == {"longford", "housing", "lettings", "lettings_north", "north_desk"}
    assert {c["off_by"] for c in contents.certificates} == {2}
    assert {c["depth"] for c in contents.certificates} == {5}


# today's structure


def test_a_merger_is_the_sum_of_what_was_published(store: ReleaseStore) -> None:
    was, now = read(store, "as_was"), read(store, "today", "green_spaces")
    parts = [was.series("WR03", u).iloc[0] for u in ("parks", "trees")]
    row = now.series("WR03", "green_spaces").iloc[0]
    assert row["period_end"] == FIRST
    assert row["numerator"] == parts[0]["numerator"] + parts[1]["numerator"]
    assert row["denominator"] == parts[0]["denominator"] + parts[1]["denominator"]
    limits = wilson(pd.Series([row["numerator"]]), pd.Series([row["denominator"]]))
    assert row[["lower", "upper"]].tolist() == pytest.approx(limits.iloc[0].tolist())
    assert row["value"] == pytest.approx(row["numerator"] / row["denominator"])
    assert row["declared"] == pytest.approx(row["denominator"] / (parts[0]["everyone"] + parts[1]["everyone"]))
    assert (row["made_of"], row["off_by"], bool(row["rounded"]), row["note"]) == ("parks + trees", 4, True, "recast_rounded")
    true = counted(DAYS[0], ["parks", "trees"])
    assert abs(row["numerator"] - true[0]) <= row["off_by"]
    assert abs(row["denominator"] - true[1]) <= row["off_by"]


def test_a_unit_under_a_new_name_keeps_its_published_figures(store: ReleaseStore) -> None:
    was, now = read(store, "as_was", "repairs"), read(store, "today", "home_repairs")
    kept = ["period_end", "group", "breakdown", "numerator", "denominator", "value", "lower", "upper", "target", "status", "marker"]
    old = was.cells[kept].reset_index(drop=True)
    new = now.cells[now.cells["period_end"] < LAST]
    both = old.merge(new, on=["period_end", "group", "breakdown"], suffixes=("", "_new"))
    assert len(both) == len(old) == len(new)
    for name in kept[3:]:
        assert both[name].equals(both[f"{name}_new"].rename(name)), name
    assert set(new["made_of"]) == {"repairs"}


def test_a_unit_that_took_a_whole_directorate_is_both(store: ReleaseStore) -> None:
    row = read(store, "today", "housing").series("WR03", "housing").iloc[1]
    assert row["made_of"] == "housing + works"
    true = counted(DAYS[1], ["housing", "lettings", "lettings_north", "north_desk", "north_front", "advice", "works", "repairs"])
    assert abs(row["numerator"] - true[0]) <= row["off_by"] == 4


def test_a_part_of_a_split_unit_is_not_available(store: ReleaseStore) -> None:
    rows = read(store, "today", "debt_advice").series("WR03", "debt_advice")
    assert rows["note"].tolist()[:2] == ["recast_split"] * 2
    assert rows["marker"].tolist() == ["[x]", "[x]", ""]
    assert rows["value"].isna().tolist() == [True, True, False]


def test_changes_are_worked_out_across_what_the_recasting_healed(store: ReleaseStore) -> None:
    was, now = read(store, "as_was", "housing"), read(store, "today", "housing")
    assert was.series("WR03", "housing")["movement"].tolist()[-1] == "broken"
    assert now.series("WR03", "housing")["movement"].tolist()[-1] in {"up", "down", "unclear"}
    change = now.series("WR03", "housing")["value"].diff().iloc[-1]
    assert now.series("WR03", "housing")["change"].iloc[-1] == pytest.approx(change)
    assert now.breaks("WR03", "housing") == ()
    assert was.breaks("WR03", "housing") == (("2024-10-01", "Works joined"),)


def test_the_council_and_unchanged_units_are_the_same_in_both(store: ReleaseStore) -> None:
    was, now = read(store, "as_was", "longford", "legal", "lettings"), read(store, "today", "longford", "legal", "lettings")
    pd.testing.assert_frame_equal(was.cells, now.cells[was.cells.columns])
    assert was.breaks("WR03", "longford") == ()


def test_a_unit_that_has_ended_is_refused_with_where_its_people_are(store: ReleaseStore) -> None:
    with pytest.raises(NotPublished, match="its people are in: green_spaces"):
        read(store, "today", "parks")
    assert not read(store, "today").cells["unit"].isin(["parks", "trees", "works", "repairs", "advice"]).any()


def test_a_reader_of_one_unit_sees_nothing_made_of_units_that_are_closed_to_them(store: ReleaseStore) -> None:
    mine = Viewer("leadership", "signed_in", units=("green_spaces",))
    row = read(store, "today", "green_spaces", viewer=mine).series("WR03", "green_spaces").iloc[0]
    assert (row["marker"], row["note"]) == ("[x]", "recast_closed")
    assert row[["numerator", "denominator", "value", "lower", "upper"]].isna().all()


def test_a_period_that_is_asked_for_alone_is_the_same_row(store: ReleaseStore) -> None:
    every = read(store, "today", "green_spaces").cells
    one = store.read(Request(("WR03",), None, ("green_spaces",), (DAYS[0],), structure="today"), VIEWER).cells
    pd.testing.assert_frame_equal(one, every[every["period_end"] == FIRST].reset_index(drop=True))


# nothing new is told


def test_recast_figures_are_a_function_of_shown_figures_alone(store: ReleaseStore) -> None:
    """Made again here from the published rows, without the store: whoever can read the release can do the same."""
    published = read(store, "as_was")
    contents = published.contents
    today = [u.id for u in contents.units.values() if u.stood(contents.latest)]
    told = {"hr": Succession(organisation_of(contents.units), contents.latest)}
    made = Recasting(contents, told, {("hr", day): 2.0 for day in DAYS}, frozenset(contents.units))
    again = recast(published.cells[published.cells["unit"].isin(today)].reset_index(drop=True), published.cells, made)
    pd.testing.assert_frame_equal(again, read(store, "today").cells)


@pytest.mark.parametrize("part", ["parks", "trees"])
def test_a_hidden_part_hides_the_sum(store: ReleaseStore, part: str) -> None:
    published = read(store, "as_was")
    cells = published.cells.copy()
    gone = (cells["unit"] == part) & (cells["group"] == "")
    cells.loc[gone, ["numerator", "value", "lower", "upper"]] = np.nan
    cells.loc[gone, ["marker", "status"]] = ["[c]", "hidden"]
    told = {"hr": Succession(organisation_of(published.contents.units), published.contents.latest)}
    made = Recasting(published.contents, told, {}, frozenset(published.contents.units))
    rows = recast(cells[cells["unit"] == "green_spaces"], cells, made)
    row = rows[(rows["period_end"] == FIRST) & (rows["group"] == "")].iloc[0]
    assert (row["marker"], row["status"], row["note"]) == ("[c]", "hidden", "recast_hidden")
    assert row[["numerator", "value", "lower", "upper", "gap"]].isna().all()


@pytest.mark.parametrize("measure", ["mean", "median", "pay_gap_mean", "pay_gap_median", "percentage_point_gap"])
def test_what_cannot_be_added_up_is_not_available(store: ReleaseStore, measure: str) -> None:
    published = read(store, "as_was")
    contents = replace(published.contents, kpis={"WR03": replace(published.contents.kpis["WR03"], measure=measure)})
    told = {"hr": Succession(organisation_of(contents.units), contents.latest)}
    made = Recasting(contents, told, {}, frozenset(contents.units))
    rows = recast(published.cells[published.cells["unit"].isin(["green_spaces", "home_repairs"])], published.cells, made)
    sums, same = (rows[(rows["unit"] == u) & (rows["period_end"] == FIRST)] for u in ("green_spaces", "home_repairs"))
    assert set(sums["note"]) == {"recast_no_sum"}
    assert sums["value"].isna().all()
    assert same[same["group"] == ""]["value"].notna().all()  # one unit under a new name: the published median


def put_together(store: ReleaseStore, **kpi: str) -> pd.Series:
    """Two units in one, of their published rows as those of another measure."""
    published = read(store, "as_was")
    contents = replace(published.contents, kpis={"WR03": replace(published.contents.kpis["WR03"], **kpi)})
    told = {"hr": Succession(organisation_of(contents.units), contents.latest)}
    made = Recasting(contents, told, {}, frozenset(contents.units))
    rows = recast(published.cells[published.cells["unit"] == "green_spaces"], published.cells, made)
    return rows[(rows["period_end"] == FIRST) & (rows["group"] == "")].iloc[0]


def test_a_rate_is_put_together_of_its_counts(store: ReleaseStore) -> None:
    row = put_together(store, measure="rate", unit="per_10000", of="staff", interval="byar")
    again = rate(pd.Series([row["numerator"]]), pd.Series([row["denominator"]]), 10_000).iloc[0]
    assert row[["value", "lower", "upper"]].tolist() == pytest.approx(again.tolist())


def test_an_index_against_a_group_is_not_put_together(store: ReleaseStore) -> None:
    row = put_together(store, measure="representation_index", unit="ratio", reference_words="“Grades 4 to 6”")
    assert (row["marker"], row["note"]) == ("[x]", "recast_no_sum")
    assert np.isnan(row["value"])


def test_full_time_equivalents_are_not_made_from_people(store: ReleaseStore) -> None:
    published = read(store, "as_was")
    contents = replace(published.contents, kpis={"WR03": replace(published.contents.kpis["WR03"], measure="count", unit="people")})
    told = {"hr": Succession(organisation_of(contents.units), contents.latest)}
    made = Recasting(contents, told, {}, frozenset(contents.units))
    asked, rows = published.cells[published.cells["unit"] == "green_spaces"], published.cells
    for value, note in ((rows["numerator"], "recast_rounded"), (rows["numerator"] * 0.9, "recast_no_sum")):
        found = recast(asked, rows.assign(value=value), made)
        whole = found[(found["period_end"] == FIRST) & (found["group"] == "")].iloc[0]
        assert whole["note"] == note


def test_a_release_from_before_certificates_told_more_can_be_read(store: ReleaseStore) -> None:
    """Then anybody may be attached anywhere, and rounding is not told: less can be said, nothing else."""
    from metrics.releases.history import farthest_off, history_of, successions

    batches = [
        replace(b, certificate={k: v for k, v in b.certificate.items() if k not in {"attached", "depth", "off_by"}})
        for b in store.batches()
        if b.label.audience == "leadership"
    ]
    units = store.snapshot().units
    told = successions(units, batches)
    assert farthest_off(batches) == {}
    assert history_of(told, batches).breaks == store.contents(None, VIEWER).history.breaks
    assert told["hr"].composition("green_spaces", DAYS[0]).exact
