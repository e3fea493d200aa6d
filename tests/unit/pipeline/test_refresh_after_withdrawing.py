"""What a refresh makes of a withdrawal: figures that only withdrawn releases hold are made anew, and doubts are said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from metrics.cli.refresh import as_dict, in_sentences
from metrics.report import Request
from tests.support.tiny_council import VIEWER, TinyCouncil

MARCH_25, MARCH, JUNE = date(2025, 3, 31), date(2026, 3, 31), date(2026, 6, 30)
ONE, TWO, THREE, FOUR = "2026-07-21", "2026-07-21.2", "2026-07-21.3", "2026-07-21.4"


@pytest.fixture
def council(tmp_path: Path) -> TinyCouncil:
    """March 2025 in the first release, March 2026 from a wrong file in the second, June in the third."""
    council = TinyCouncil.found(tmp_path / "council")
    for day, seed in ((MARCH_25, 0), (MARCH, 1), (JUNE, 0)):
        council.load(day, seed=seed)
        council.refresh()
    return council


def figures(council: TinyCouncil, release: str, day: date) -> object:
    return council.store.read(Request(release=release, period_ends=(day,)), VIEWER).cells


def test_periods_that_only_withdrawn_releases_hold_are_made_anew(council: TinyCouncil) -> None:
    council.store.withdraw(TWO, "The March file lacked Parks", with_later=True)
    assert council.store.latest() == ONE
    council.load(MARCH, seed=2)
    result = council.refresh()
    assert result.release == FOUR
    assert {b.label.period_end for b in result.batches} == {MARCH, JUNE}
    assert {(b.label.period_end, b.release) for b in result.carried} == {(MARCH_25, ONE)}
    assert result.doubted == {}
    assert_frame_equal(figures(council, FOUR, MARCH_25), figures(council, ONE, MARCH_25))  # type: ignore[arg-type]
    assert not figures(council, FOUR, MARCH).equals(figures(council, TWO, MARCH))  # type: ignore[attr-defined]
    assert council.refresh().nothing_to_do


def test_the_wrong_figures_stay_behind_the_link_to_the_withdrawn_release(council: TinyCouncil) -> None:
    before = figures(council, TWO, MARCH)
    council.store.withdraw(TWO, "The March file lacked Parks", with_later=True)
    council.load(MARCH, seed=2)
    council.refresh()
    after = figures(council, TWO, MARCH)
    assert_frame_equal(after.drop(columns="status"), before.drop(columns="status"))  # type: ignore[attr-defined]
    assert "withdrawn" in set(after["status"])  # type: ignore[index]


def test_figures_that_were_left_standing_are_carried_and_said_to_be_in_doubt(council: TinyCouncil) -> None:
    council.store.withdraw(TWO, "The March file lacked Parks", with_later=False)
    council.load(date(2026, 9, 30))
    result = council.refresh()
    assert {b.label.period_end for b in result.batches} == {date(2026, 9, 30)}
    assert result.doubted == {TWO: (MARCH,)}
    said = in_sentences(result, council.configuration)
    assert "31 March 2026: first published in release 2026-07-21.2, which was withdrawn; figures carried on." in said
    assert "equality refresh --restate 2026-03-31 --reason" in said
    assert as_dict(result)["doubted"] == {TWO: ["2026-03-31"]}
    council.load(MARCH, seed=2)
    assert council.refresh(restate=[MARCH], reason="The March file lacked Parks").doubted == {}


def test_after_everything_was_withdrawn_everything_is_made_anew(council: TinyCouncil) -> None:
    council.store.withdraw(ONE, "All wrong", with_later=True)
    assert council.store.latest() is None
    result = council.refresh()
    assert result.release == FOUR
    assert {b.label.period_end for b in result.batches} == {MARCH_25, MARCH, JUNE}
    assert result.carried == ()
