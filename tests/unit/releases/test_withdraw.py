"""A wrong release is marked for every reader, with its reason, and what else holds its figures is found."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from metrics.access.viewer import Viewer
from metrics.errors import InputError, NotPublished, SourceError
from metrics.releases.store import ReleaseStore
from metrics.report import Request
from tests.support.drafts import a_batch, a_draft

DECEMBER, MARCH, JUNE, SEPTEMBER = date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30)
NOW = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
LEADER = Viewer("leadership", "command_line")
ONE, TWO, THREE, FOUR = "2026-05-21", "2026-05-21.2", "2026-05-21.3", "2026-05-21.4"


def publish(store: ReleaseStore, *days: date, drop: tuple[date, ...] = (), seed: int = 0) -> str:
    """A release with new figures for these days and all those of the latest, without days to drop."""
    base = store.latest()
    held = store.batches(base) if base else ()
    carried = tuple(b.id for b in held if b.label.period_end not in (*days, *drop))
    return store.publish(a_draft(*(a_batch(day, seed=seed) for day in days), carried=carried, base=base))


@pytest.fixture
def four(store: ReleaseStore) -> ReleaseStore:
    """One: December. Two: and March. Three: and June. Four: March restated."""
    publish(store, DECEMBER)
    publish(store, MARCH)
    publish(store, JUNE)
    publish(store, MARCH, seed=9)
    return store


def standing(store: ReleaseStore) -> list[str]:
    return [r.id for r in reversed(store.list_releases()) if r.withdrawn is None]


def test_readers_are_told_why_and_when_and_led_to_the_newest(four: ReleaseStore) -> None:
    before = four.read(Request(release=FOUR), LEADER).cells
    assert four.withdraw(FOUR, "  Agency staff were\n counted twice ", now=NOW) == (FOUR,)
    assert four.latest() == THREE
    assert four.contents(None, LEADER).provenance.release == THREE
    found = four.contents(FOUR, LEADER).provenance
    assert (found.withdrawn, found.withdrawn_at) == ("Agency staff were counted twice", NOW)
    listed = four.list_releases()[0]
    assert (listed.id, listed.withdrawn, listed.withdrawn_at) == (FOUR, "Agency staff were counted twice", NOW)
    after = four.read(Request(release=FOUR), LEADER).cells
    assert after.drop(columns="status").equals(before.drop(columns="status")), "a link still opens what was published"
    assert (set(after["status"]), set(before["status"])) == ({"withdrawn", "hidden"}, {"unclear", "hidden"})
    assert four.contents(THREE, LEADER).provenance.withdrawn is None


def test_a_withdrawal_is_seen_by_readers_that_are_open(four: ReleaseStore, url: str) -> None:
    reader = ReleaseStore(url)
    assert reader.contents(THREE, LEADER).provenance.withdrawn is None
    four.withdraw(THREE, "Wrong", with_later=False)
    assert reader.contents(THREE, LEADER).provenance.withdrawn == "Wrong"
    reader.close()


def test_later_releases_with_the_same_figures_are_found(four: ReleaseStore) -> None:
    """March of Two is in Three; Four made March anew. December of Two stands in One as well, so it is not in doubt."""
    found = four.sharing(TWO)
    assert (found.earlier, found.later) == ((ONE,), (THREE,))
    assert four.sharing(ONE).later == (TWO, THREE, FOUR)
    assert (four.sharing(THREE).earlier, four.sharing(THREE).later) == ((ONE, TWO), (FOUR,))
    assert (four.sharing(FOUR).earlier, four.sharing(FOUR).later) == ((ONE, TWO, THREE), ())


def test_somebody_must_decide_about_later_releases(four: ReleaseStore) -> None:
    with pytest.raises(InputError, match=f"later releases hold the same figures: {THREE}".replace(".", r"\.")) as refused:
        four.withdraw(TWO, "Wrong")
    assert "--with-later" in refused.value.advice
    assert "--only-this" in refused.value.advice
    assert standing(four) == [ONE, TWO, THREE, FOUR]
    assert four.withdraw(TWO, "Wrong", with_later=False) == (TWO,)
    assert standing(four) == [ONE, THREE, FOUR]


def test_later_releases_go_with_it_and_say_why(four: ReleaseStore) -> None:
    assert four.withdraw(TWO, "Agency staff counted twice", with_later=True, now=NOW) == (TWO, THREE)
    assert standing(four) == [ONE, FOUR]
    said = {r.id: r.withdrawn for r in four.list_releases()}
    assert said[TWO] == "Agency staff counted twice"
    assert said[THREE] == f"Agency staff counted twice (the same figures as in release {TWO})"
    assert four.latest() == FOUR


def test_figures_that_an_earlier_withdrawn_release_held_are_in_doubt_too(four: ReleaseStore) -> None:
    """Once One is withdrawn, nothing vouches for December any more."""
    four.withdraw(ONE, "Wrong", with_later=False)
    assert four.sharing(TWO).later == (THREE, FOUR)


def test_everything_may_be_withdrawn_and_something_be_published_after(four: ReleaseStore) -> None:
    assert four.withdraw(ONE, "All wrong", with_later=True) == (ONE, TWO, THREE, FOUR)
    assert four.latest() is None
    with pytest.raises(NotPublished, match="Every release has been withdrawn"):
        four.contents(None, LEADER)
    assert publish(four, DECEMBER) == "2026-05-21.5"
    assert four.latest() == "2026-05-21.5"


def test_the_next_draft_is_made_from_the_newest_that_stands(four: ReleaseStore) -> None:
    draft = a_draft(a_batch(SEPTEMBER), carried=tuple(b.id for b in four.batches(FOUR)), base=FOUR)
    four.withdraw(FOUR, "Wrong")
    with pytest.raises(SourceError, match="Another release") as refused:
        four.publish(draft)
    assert "Run `equality refresh` again" in refused.value.advice
    publish(four, SEPTEMBER)
    assert four.latest() == "2026-05-21.5"
    assert [b.label.period_end for b in four.batches()] == [DECEMBER, MARCH, JUNE, SEPTEMBER]


def test_what_cannot_be_withdrawn(four: ReleaseStore) -> None:
    for reason in ("", "  \n ", "x" * 1001, "bad \x07 bell", "turned \u202e round"):
        with pytest.raises(InputError, match="--reason"):
            four.withdraw(FOUR, reason)
    with pytest.raises(NotPublished, match=r"There is no release '2020-01-01'; there are: 2026-05-21\.4"):
        four.withdraw("2020-01-01", "Wrong")
    four.withdraw(FOUR, "Wrong", now=NOW)
    with pytest.raises(InputError, match="was withdrawn already, on 2026-10-01: Wrong"):
        four.withdraw(FOUR, "Other")
    assert four.list_releases()[0].withdrawn == "Wrong"


def test_where_it_cannot_be_recorded_it_is_not_done(four: ReleaseStore) -> None:
    def refuse(releases: tuple[str, ...]) -> None:
        raise InputError(f"no audit log for {releases}")

    with pytest.raises(InputError, match="no audit log"):
        four.withdraw(FOUR, "Wrong", before=refuse)
    assert four.latest() == FOUR
