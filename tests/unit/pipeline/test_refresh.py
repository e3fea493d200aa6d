"""The left half of the road on a tiny council: what is published, what stays as it was, and what is said of the difference."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from metrics.access.viewer import Viewer
from metrics.errors import InputError, NotPublished, SourceError
from metrics.pipeline.due import value_hash
from metrics.releases.lock import only_one
from metrics.report import ESTIMATE_COLUMNS, Request
from tests.support.tiny_council import VIEWER, TinyCouncil

MARCH_25, MARCH, JUNE = date(2025, 3, 31), date(2026, 3, 31), date(2026, 6, 30)


@pytest.fixture
def council(tmp_path: Path) -> TinyCouncil:
    council = TinyCouncil.found(tmp_path / "council")
    council.load(MARCH_25)
    council.load(MARCH)
    return council


def figures(council: TinyCouncil, release: str | None = None, **wanted: object) -> pd.DataFrame:
    return council.store.read(Request(release=release, **wanted), VIEWER).cells  # type: ignore[arg-type]


def test_the_first_refresh_publishes_every_period_for_every_audience(council: TinyCouncil) -> None:
    result = council.refresh()
    assert result.release == "2026-07-21"
    made = {(b.label.period_end, b.label.audience) for b in result.batches}
    assert made == {(day, audience) for day in (MARCH_25, MARCH) for audience in ("leadership", "public")}
    assert all(b.certificate["passed"] and b.certificate["recovered"] == 0 for b in result.batches)
    cells = figures(council)
    assert list(cells.columns) == list(ESTIMATE_COLUMNS)
    assert set(cells["breakdown"]) == {"", "sex", "directorate"}
    assert council.store.contents(None, VIEWER).periods == {"WR03": (MARCH_25, MARCH)}


def test_the_council_figure_is_what_the_file_says(council: TinyCouncil) -> None:
    council.refresh()
    rows = pd.read_csv(council.folder / f"staff-{MARCH}-0.csv")
    known = rows[rows["Disability"] != "not_known"]
    whole = figures(council, breakdowns=("",), period_ends=(MARCH,)).iloc[0]
    assert (whole["numerator"], whole["denominator"]) == ((known["Disability"] == "disabled").sum(), len(known))
    assert whole["value"] == pytest.approx((known["Disability"] == "disabled").mean())
    assert whole["declared"] == pytest.approx(len(known) / len(rows))


def test_the_release_says_how_a_kpi_is_counted_and_holds_no_value_of_it(council: TinyCouncil) -> None:
    council.refresh()
    kpi = council.store.contents(None, VIEWER).kpis["WR03"]
    assert "SELECT" in kpi.sql
    assert "ds_hr" in kpi.sql
    assert "not_disabled" not in kpi.sql
    assert kpi.who == "Disabled, among all staff (headcount) whose disability is known"


def test_a_second_refresh_has_nothing_to_do(council: TinyCouncil) -> None:
    council.refresh()
    again = council.refresh()
    assert again.nothing_to_do
    assert again.release is None
    assert again.kept == ()
    assert len(council.store.list_releases()) == 1


def test_a_new_period_is_added_and_the_old_ones_stay(council: TinyCouncil) -> None:
    first = council.refresh().release
    before = figures(council)
    council.load(JUNE)
    result = council.refresh()
    assert {b.label.period_end for b in result.batches} == {JUNE}
    assert result.release == "2026-07-21.2"
    assert_frame_equal(figures(council, period_ends=(MARCH_25, MARCH)), before)
    assert_frame_equal(figures(council, release=first), before)


def test_each_period_is_compared_with_the_year_before(council: TinyCouncil) -> None:
    council.refresh()
    cells = figures(council, breakdowns=("",)).set_index("period_end")
    assert next(iter(cells["movement"])) == "first"
    change = cells["value"].diff().iloc[-1]
    assert cells["change"].iloc[-1] == pytest.approx(change)


def test_a_later_refresh_compares_with_what_was_published(tmp_path: Path) -> None:
    council = TinyCouncil.found(tmp_path / "council")
    council.load(MARCH_25)
    council.refresh()
    council.load(MARCH)
    council.refresh()
    cells = figures(council, breakdowns=("",)).set_index("period_end")
    assert cells["change"].iloc[-1] == pytest.approx(cells["value"].diff().iloc[-1])


def test_data_that_changed_after_publishing_is_kept_and_said(council: TinyCouncil) -> None:
    council.refresh()
    before = figures(council)
    council.load(MARCH_25, seed=1)
    result = council.refresh()
    assert [(k.day, k.why) for k in result.kept] == [(MARCH_25, "data")]
    assert result.nothing_to_do
    assert_frame_equal(figures(council), before)


def test_a_restated_period_changes_with_its_reason_and_the_old_release_keeps_the_old_figure(council: TinyCouncil) -> None:
    first = council.refresh().release
    before = figures(council)
    council.load(MARCH_25, seed=1)
    result = council.refresh(restate=[MARCH_25], reason="The first file lacked Parks")
    assert {b.label.period_end for b in result.batches} == {MARCH_25}
    assert {b.label.reason for b in result.batches} == {"The first file lacked Parks"}
    assert council.store.list_releases()[0].reason == "The first file lacked Parks"
    assert_frame_equal(figures(council, release=first), before)
    comparison = council.store.compare(first or "", result.release or "", VIEWER)
    assert len(comparison.cells) > 0
    assert all("data" in reason for reason in comparison.cells["reason"])


def test_restating_needs_a_reason_and_a_period(council: TinyCouncil) -> None:
    with pytest.raises(InputError, match="needs --reason"):
        council.refresh(restate=[MARCH])
    with pytest.raises(InputError, match="name the period with --restate"):
        council.refresh(reason="Because")
    with pytest.raises(InputError, match="2020-03-31: no period ends on this day; those that do: 2025-03-31, 2026-03-31"):
        council.refresh(restate=[date(2020, 3, 31)], reason="Because")


def test_a_new_kpi_starts_with_the_next_period(council: TinyCouncil) -> None:
    council.refresh()
    council.define("WF02-women", "Women among staff", "sex", "female", ["directorate"])
    waiting = council.refresh()
    assert waiting.nothing_to_do
    assert [(k.day, k.why, k.names) for k in waiting.kept] == [(MARCH_25, "new_kpi", ("WF02",)), (MARCH, "new_kpi", ("WF02",))]
    council.load(JUNE)
    council.refresh()
    assert council.store.contents(None, VIEWER).periods == {"WF02": (JUNE,), "WR03": (MARCH_25, MARCH, JUNE)}


def test_a_new_target_keeps_old_figures_and_joins_the_series(council: TinyCouncil) -> None:
    council.refresh()
    before = council.configuration
    council.define("WR03-disabled", "Disabled staff", "disability", "disabled", ["sex"], ["directorate"], target=20)
    assert value_hash(before, before.kpis["WR03"]) == value_hash(council.configuration, council.configuration.kpis["WR03"])
    council.load(JUNE)
    result = council.refresh()
    assert {(k.why, k.names) for k in result.kept} == {("definition", ("WR03",))}
    kpi = council.store.contents(None, VIEWER).kpis["WR03"]
    assert kpi.target == (("2027-03-31", 0.2),)
    assert kpi.series_breaks == ()


def test_a_changed_definition_parts_the_series_and_compares_nothing_across_it(tmp_path: Path) -> None:
    council = TinyCouncil.found(tmp_path / "council")
    council.load(MARCH_25)
    council.refresh()
    council.define("WR03-disabled", "Staff without a disability", "disability", "not_disabled", ["sex"], ["directorate"])
    assert council.refresh().nothing_to_do, "words of a changed definition wait for its first figures"
    assert council.store.contents(None, VIEWER).kpis["WR03"].title == "Disabled staff"
    council.load(MARCH)
    council.refresh()
    kpi = council.store.contents(None, VIEWER).kpis["WR03"]
    assert kpi.title == "Staff without a disability"
    assert [day for day, _ in kpi.series_breaks] == [MARCH.isoformat()]
    assert set(figures(council, breakdowns=("",))["movement"]) == {"first"}


def test_new_words_are_published_without_new_figures(council: TinyCouncil) -> None:
    council.refresh()
    before = figures(council)
    council.define("WR03-disabled", "Staff who say they are disabled", "disability", "disabled", ["sex"], ["directorate"])
    result = council.refresh()
    assert result.new_words
    assert not result.batches
    assert result.kept == ()
    assert council.store.contents(None, VIEWER).kpis["WR03"].title == "Staff who say they are disabled"
    assert_frame_equal(figures(council), before)


def test_a_kpi_that_is_no_longer_defined_stays_in_earlier_releases(council: TinyCouncil) -> None:
    council.define("WF02-women", "Women among staff", "sex", "female", ["directorate"])
    first = council.refresh().release
    (council.config / "kpis/WF02-women.yaml").unlink()
    result = council.refresh()
    assert result.dropped == ("WF02",)
    assert set(council.store.contents(None, VIEWER).kpis) == {"WR03"}
    assert set(council.store.contents(first, VIEWER).kpis) == {"WF02", "WR03"}
    assert council.refresh().nothing_to_do


def test_a_dry_run_certifies_and_publishes_nothing(council: TinyCouncil) -> None:
    result = council.refresh(dry_run=True)
    assert result.release is None
    assert len(result.batches) == 4
    assert council.store.latest() is None


def test_nothing_loaded_is_said(tmp_path: Path) -> None:
    council = TinyCouncil.found(tmp_path / "council")
    council.load(date(2026, 5, 31))
    with pytest.raises(NotPublished, match="nothing to publish"):
        council.refresh()


def test_two_refreshes_do_not_run_at_once(council: TinyCouncil) -> None:
    with only_one(council.settings.private_folder), pytest.raises(SourceError, match="Another refresh is running"):
        council.refresh()
    assert council.refresh().release


def test_the_public_sees_only_what_leadership_sees(council: TinyCouncil) -> None:
    council.refresh()
    keys = ["kpi", "breakdown", "unit", "group", "period_end"]
    public = council.store.read(Request(), Viewer("public", "command_line")).cells
    both = public.merge(figures(council), on=keys, suffixes=("_public", "_leadership"))
    assert len(both) == len(public)
    assert not ((both["marker_leadership"] == "[c]") & both["value_public"].notna()).any()
    shown = public["numerator"].dropna()
    assert (shown % 5 == 0).all()


def test_what_the_attacker_was_given_is_stored_with_every_batch(council: TinyCouncil) -> None:
    result = council.refresh()
    stored = {(b.label.period_end, b.label.audience): system for b, system in council.store.systems()}
    assert stored.keys() == {(b.label.period_end, b.label.audience) for b in result.batches}
    for batch in result.batches:
        system = dict(stored[batch.label.period_end, batch.label.audience])
        figures = system.pop("figures")
        assert system == json.loads(json.dumps(batch.system))
        assert {len(regions) for regions in figures.values()} == {len(batch.cells)}
