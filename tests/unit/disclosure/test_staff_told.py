"""Staff sets that stand with joiners and leavers alone, and what they would tell of staff that is hidden: worked by eye."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from metrics.disclosure import staff_told
from metrics.disclosure.flows import ENDS
from metrics.disclosure.given import Plain
from metrics.disclosure.staff_told import kept_from_flows, telling
from metrics.query.counts import Counts, Region

END, BEGINNING = ENDS
GROUPS = ("asian", "black", "white", "not_known")
AXES = {"ethnicity": GROUPS, "grade": ("low", "high"), "joined_or_left": ("stayed", "joined", "left")}


def staff(*groups: str, unit: str = "council", **more: tuple[str, ...]) -> Plain:
    """A set of staff, by ethnic group and what else is asked."""
    where = {"ethnicity": groups, **more} if groups else more
    return unit, frozenset((axis, frozenset(held)) for axis, held in where.items())


def flows(*sets: Plain, end: frozenset[str] = BEGINNING) -> Counts:
    """Joiners and leavers that are published beside some sets of staff of one end."""
    regions = tuple(Region(unit, tuple(sorted((*where, ("joined_or_left", end)), key=lambda held: held[0]))) for unit, where in sets)
    return cast(Counts, SimpleNamespace(axes=AXES, regions=regions))


ASIAN, BLACK, WHITE, ALL = staff("asian"), staff("black"), staff("white"), staff()
SHOWN, HIDDEN = frozenset({ALL, BLACK, WHITE}), frozenset({ASIAN, staff("not_known")})


def test_two_pools_and_those_not_known_would_leave_the_third_group() -> None:
    rest = staff("black", "white", "not_known")
    assert telling(flows(BLACK, WHITE, rest), BEGINNING, SHOWN, HIDDEN) == {rest}


def test_what_adds_up_from_what_is_shown_tells_nothing_more() -> None:
    assert telling(flows(BLACK, WHITE, staff("black", "white")), BEGINNING, SHOWN, HIDDEN) == frozenset()


def test_a_smaller_set_is_kept_and_the_one_that_would_complete_it_is_not() -> None:
    """Low and high grades of a hidden group: either may be told, both together are the group."""
    low, high = (staff("asian", grade=(grade,)) for grade in ("low", "high"))
    told = telling(flows(low, high), BEGINNING, SHOWN, HIDDEN)
    assert len(told & {low, high}) == 1


def test_other_units_other_ends_and_other_characteristics_are_left_alone() -> None:
    rest = staff("black", "white", "not_known")
    assert telling(flows(rest, end=END), BEGINNING, SHOWN, HIDDEN) == frozenset()
    elsewhere = staff("black", "white", "not_known", unit="housing")
    assert telling(flows(elsewhere), BEGINNING, SHOWN, HIDDEN) == frozenset()
    crossed = staff("black", "white", "not_known", grade=("low",))
    assert telling(flows(crossed), BEGINNING, SHOWN, HIDDEN) == frozenset()


def test_each_end_has_its_own_staff() -> None:
    rest = staff("black", "white", "not_known")
    nothing = (frozenset({ALL, BLACK, WHITE, ASIAN, staff("not_known")}), frozenset[Plain]())
    assert kept_from_flows(flows(rest), nothing, (SHOWN, HIDDEN)) == HIDDEN | {rest}
    assert kept_from_flows(flows(rest), (SHOWN, HIDDEN), nothing) == HIDDEN


def test_too_many_cells_to_work_out_hide_whatever_could_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff_told, "MOST_CELLS", 1)
    harmless = staff("black", "white")
    assert telling(flows(harmless), BEGINNING, SHOWN, HIDDEN) == {harmless}
