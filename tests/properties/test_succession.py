"""Whatever happens to an organisation: what is called exact is exact, the rest is called unknown, nobody is counted twice."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.definitions.organisation import Organisation
from metrics.definitions.succession import Succession
from tests.support.histories import History, Staff, a_history

histories = st.builds(a_history, st.integers(0, 10**6), st.integers(1, 6))


def people_in(organisation: Organisation, staff: Staff, unit: str) -> set[int]:
    """Naive: everyone attached to the unit or to one below it."""
    return {p for p, at in staff.items() if unit in organisation.path(at)}


def ends(history: History) -> tuple[Organisation, date, Staff]:
    today = max(history.staff)
    return history.organisation, today, history.staff[today]


@given(histories)
@settings(max_examples=150, deadline=None)
def test_an_exact_composition_is_exactly_the_people_who_are_there_today(history: History) -> None:
    organisation, today, now = ends(history)
    told = Succession(organisation, today)
    for day, then in history.staff.items():
        stayed = {p: at for p, at in then.items() if p in now}
        for unit in organisation.walk(today):
            made = told.composition(unit.id, day)
            here = people_in(organisation, now, unit.id) & set(then)
            if made.exact:
                counted = Counter()
                for u, sign in made.terms:
                    counted.update(dict.fromkeys(people_in(organisation, stayed, u), sign))
                assert set(counted.values()) <= {0, 1}, "somebody is counted twice"
                # whoever left the council may have been in a unit that went over whole: only those who stayed can be followed
                assert {p for p, n in counted.items() if n} == here
            elif made.nobody:
                assert not here
            else:
                assert made.partly


@given(histories)
@settings(max_examples=150, deadline=None)
def test_every_unit_goes_somewhere_or_is_declared_unknown(history: History) -> None:
    organisation, today, now = ends(history)
    told = Succession(organisation, today)
    standing = {u.id for u in organisation.walk(today)}
    for day, then in history.staff.items():
        for unit in organisation.walk(day):
            places = told.where(unit.id, today)
            assert places
            assert {p for p in places if p is not None} <= standing
            gone_to = {now[p] for p, at in then.items() if at == unit.id and p in now}
            assert gone_to <= places
            if len(places) == 1 and None not in places:
                assert len(gone_to) <= 1


@given(histories)
@settings(max_examples=150, deadline=None)
def test_whole_units_are_shared_out_without_overlap(history: History) -> None:
    """The units next to each other today have nobody in common on any earlier day."""
    organisation, today, _ = ends(history)
    told = Succession(organisation, today)
    tops = organisation.children(organisation.root.id, today)
    for day in history.staff:
        owners = Counter()
        for top in tops:
            inside = {u.id for u in organisation.walk(today, top)}
            owners.update(v.id for v in organisation.walk(day) if told.where(v.id, today) <= inside)
        assert not owners or max(owners.values()) == 1


@given(histories)
@settings(max_examples=150, deadline=None)
def test_between_two_days_without_a_break_the_same_people_stay(history: History) -> None:
    """As they were: whoever is in a unit on both days was never elsewhere, unless a break says so. As today: whatever healed is exact."""
    organisation, today, _ = ends(history)
    told = Succession(organisation, today)
    days = sorted(history.staff)
    for before, after in pairwise(days):
        for unit in organisation.walk(before):
            if not unit.existed(after) or any(before < b.day <= after for b in told.breaks(unit.id)):
                continue
            then = people_in(organisation, history.staff[before], unit.id) & set(history.staff[after])
            now = people_in(organisation, history.staff[after], unit.id) & set(history.staff[before])
            assert then == now
        for unit in organisation.walk(today):
            if any(before < b.day <= after for b in told.breaks_today(unit.id)):
                continue
            first, second = told.composition(unit.id, before), told.composition(unit.id, after)
            assert first.exact == second.exact or first.nobody or second.nobody


@given(histories)
@settings(max_examples=50, deadline=None)
def test_the_council_is_always_itself(history: History) -> None:
    organisation, today, _ = ends(history)
    told = Succession(organisation, today)
    root = organisation.root.id
    assert all(told.composition(root, day).same_unit for day in history.staff)
    assert told.breaks(root) == told.breaks_today(root) == ()


@given(histories)
@settings(max_examples=100, deadline=None)
def test_knowing_that_a_unit_had_nobody_of_its_own_changes_no_figure(history: History) -> None:
    """The same people, told with fewer unknowns."""
    organisation, today, now = ends(history)

    def empty(day: date) -> frozenset[str]:
        held = max((d for d in history.staff if d <= day), default=min(history.staff))
        attached = set(history.staff[held].values())
        return frozenset(u.id for u in organisation.walk(day) if organisation.children(u.id, day) and u.id not in attached)

    told, blind = Succession(organisation, today, empty), Succession(organisation, today)
    for day, then in history.staff.items():
        stayed = {p: at for p, at in then.items() if p in now}
        for unit in organisation.walk(today):
            made = told.composition(unit.id, day)
            assert made.exact or made.nobody or not blind.composition(unit.id, day).exact
            if made.exact:
                counted = Counter()
                for u, sign in made.terms:
                    counted.update(dict.fromkeys(people_in(organisation, stayed, u), sign))
                assert {p for p, n in counted.items() if n} == people_in(organisation, now, unit.id) & set(then)
