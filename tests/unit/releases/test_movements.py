"""Which published counts moved by a few people: by what is shown on each day, and by nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from metrics.releases.movements import Movement, Set, Shown, moved_since, shown_sets

FIRST, SECOND, THIRD = date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30)


def system(day: date, women: int | None, chain: int = 0, atoms: tuple[str, ...] = ("a", "b", "c")) -> dict[str, Any]:
    """Two sets of one unit: everyone, and women of the first two answers, however the day's atoms group those."""
    held = [atom for atom in atoms if "c" not in atom]
    return {
        "units": ["council"], "wheres": [[], [["answer", held], ["sex", ["female"]]]], "regions": [[0, 0], [0, 1]], "shown": [500, women],
        "chains": [[], [5], [5, 10]], "chain": [0, chain], "period_end": day.isoformat(),
    }  # fmt: skip


def sets(women: int | None, chain: int = 0, day: date = SECOND, **more: Any) -> dict[Set, tuple[int, Shown]]:
    return shown_sets(system(day, women, chain, **more), day)


def before(women: int | None, chain: int = 0, **more: Any) -> dict[Set, Shown]:
    return {name: shown for name, (_, shown) in sets(women, chain, FIRST, **more).items()}


WHERE = (("answer", frozenset("ab")), ("sex", frozenset({"female"})))


@pytest.mark.parametrize(
    ("was", "now", "moved"), [(60, 61, True), (60, 56, True), (60, 64, True), (60, 65, False), (60, 55, False), (60, 60, False)]
)
def test_exact_counts_move_by_less_than_the_threshold(was: int, now: int, moved: bool) -> None:
    found = moved_since(before(was), sets(now), "hr", 5)
    assert found == ({1: Movement("hr", FIRST, SECOND, "council", WHERE, was, now, 0)} if moved else {})


@pytest.mark.parametrize(
    ("was", "now", "chain", "moved"), [(60, 65, 1, True), (60, 55, 1, True), (60, 70, 1, False), (60, 70, 2, True), (60, 60, 1, False)]
)
def test_rounded_counts_move_by_one_step(was: int, now: int, chain: int, moved: bool) -> None:
    found = moved_since(before(was, chain), sets(now, chain), "hr", 5)
    assert found == ({1: Movement("hr", FIRST, SECOND, "council", WHERE, was, now, 10 if chain == 2 else 5)} if moved else {})


def test_what_is_hidden_or_shown_another_way_did_not_move() -> None:
    assert moved_since(before(None), sets(61), "hr", 5) == {}
    assert moved_since(before(60), sets(None), "hr", 5) == {}
    assert moved_since(before(60), sets(60, 1), "hr", 5) == {}
    assert moved_since(before(60, 1), sets(61), "hr", 5) == {}
    assert moved_since({}, sets(61), "hr", 5) == {}


def test_a_set_is_the_same_however_a_day_groups_its_answers() -> None:
    assert [m.was for m in moved_since(before(60, atoms=("a|b", "c")), sets(61), "hr", 5).values()] == [60]


def test_since_is_the_last_day_that_showed_it() -> None:
    known = before(60) | {name: shown for name, (_, shown) in sets(None).items()}
    ((movement),) = moved_since(known, sets(61, day=THIRD), "hr", 5).values()
    assert (movement.since, movement.day) == (FIRST, THIRD)
