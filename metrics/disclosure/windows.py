"""Windows that roll, as their readers know them: every window beside those that it overlaps, back to where the chain begins.

Neighbouring windows share most of their extracts. What one has and the next has not is the difference of two extracts, so what
readers learn of a single extract is asked for too, though nobody publishes one. docs/methods/disclosure.md says it with numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from metrics.disclosure.given import Plain, Window, plain
from metrics.disclosure.history import AS_COUNTED, Known, Left, in_order
from metrics.disclosure.structure import Structure
from metrics.disclosure.system import PublishedSystem
from metrics.periods import window_start
from metrics.query.counts import EXTRACT, OTHER, Region

Told = tuple[str, PublishedSystem]
"""A release, and what an audience saw in it."""
STEPS = (1, 3, 12)


def window_in(system: PublishedSystem) -> frozenset[str]:
    """The extracts that the figures of a system are of; none where its windows do not roll."""
    return next((atoms for region in system.structure.regions for axis, atoms in region.where if axis == EXTRACT), frozenset())


def extracts_between(start: date, end: date, step: int) -> tuple[str, ...]:
    """The names of the extracts of `step` months that make up a span; none where they do not make it up exactly.

    >>> extracts_between(date(2025, 10, 1), date(2026, 3, 31), 3)
    ('2025-12-31', '2026-03-31')
    """
    found, day = [], end
    while day >= start:
        found.append(day.isoformat())
        day = window_start(day, step) - timedelta(days=1)
    return tuple(reversed(found)) if day == start - timedelta(days=1) else ()


def step_of(window: Iterable[str]) -> int | None:
    """How many months lie between the days of a window's extracts."""
    days = sorted(date.fromisoformat(name) for name in window)
    return next((step for step in STEPS if len(days) > 1 and window_start(days[-1], step) == days[-2] + timedelta(days=1)), None)


def in_extracts(system: PublishedSystem, window: Sequence[str]) -> PublishedSystem:
    """A system from when one extract held the whole window, in the words of several."""
    here = system.structure
    if EXTRACT in here.axes or not window:
        return system
    named = (EXTRACT, frozenset(window))
    regions = tuple(Region(region.unit, tuple(sorted((*region.where, named)))) for region in here.regions)
    tables = tuple(((EXTRACT, *axes), depth) for axes, depth in here.tables)
    axes = {EXTRACT: (*window, OTHER), **here.axes}
    return replace(system, structure=replace(here, axes=axes, tables=tables, regions=regions))


def connected(window: Iterable[str], systems: Sequence[Told]) -> tuple[Told, ...]:
    """Systems whose windows share an extract with this one, or with one that does, and so on; in their order."""
    reached, windows = set(window), [window_in(system) for _, system in systems]
    chosen: set[int] = set()
    while more := [i for i, held in enumerate(windows) if i not in chosen and held & reached]:
        chosen.update(more)
        reached.update(*(windows[i] for i in more))
    return tuple(told for i, told in enumerate(systems) if i in chosen)


def cut_to(known: Known, held: frozenset[str]) -> Known:
    """What is known, of the extracts whose rows are held; what was counted in others is taken as known to the person.

    So a set that was shown is known exactly as far as it is held, whatever rounding left open: more than any reader has.
    """
    sets: dict[Plain, set[Window]] = {}
    for people, windows in known.sets.items():
        if (here := _cut(people, held)) is not None:
            sets.setdefault(here, set()).update(windows if here == people or not windows else (AS_COUNTED,))
    left: dict[Left, None] = {}
    for outer, inside in known.left:
        top, parts = _cut(outer, held), [part for people in inside if (part := _cut(people, held)) is not None]
        if top is not None and len(parts) == len(inside):
            left[top, tuple(parts)] = None
    return replace(known, sets={people: tuple(sorted(w)) for people, w in sets.items()}, left=tuple(left))


def _cut(people: Plain, held: frozenset[str]) -> Plain | None:
    unit, where = people
    extracts = dict(where).get(EXTRACT, frozenset())
    return (unit, _with(where, extracts & held)) if extracts & held else None


def _with(where: frozenset[tuple[str, frozenset[str]]], extracts: frozenset[str]) -> frozenset[tuple[str, frozenset[str]]]:
    return _bare(where) | {(EXTRACT, extracts)}


def told_apart(sets: Iterable[Plain]) -> dict[Plain, tuple[frozenset[str], ...]]:
    """Each set of people that has figures of several windows, without its extracts, to the groups of extracts that they tell apart.

    Two windows of 12 months, three months apart, tell apart the first quarter, the last one, and the nine months between, which they share.
    """
    windows: dict[Plain, set[frozenset[str]]] = {}
    for unit, where in sets:
        windows.setdefault((unit, _bare(where)), set()).add(dict(where)[EXTRACT])
    return {people: _groups(several) for people, several in windows.items() if len(several) > 1}


def _groups(windows: Iterable[frozenset[str]]) -> tuple[frozenset[str], ...]:
    """Extracts that stand in the same windows."""
    ordered, alike = sorted(windows, key=sorted), dict[tuple[bool, ...], set[str]]()
    for name in sorted(frozenset[str]().union(*ordered)):
        alike.setdefault(tuple(name in window for window in ordered), set()).add(name)
    return tuple(frozenset(names) for names in alike.values())


def beside_other_windows(known: Mapping[str, Known], audiences: Iterable[str], structure: Structure) -> dict[str, Known]:
    """With what nobody publishes and neighbouring windows narrow: of sets that have figures of several windows, the people of each group of
    extracts that those tell apart, and what is left of them there without others inside; and, of units that are silent today, each
    set of people in today's window.
    """
    published = [plain(region) for region in structure.regions]
    groups = told_apart([*published, *(people for one in known.values() for people in one.sets)])
    sets = {_in(people, names) for people in published for names in groups.get(_anywhen(people), ())}
    sets |= set(_of_silent_units(structure))
    left = tuple(
        (_in(published[outer], names), tuple(_in(published[i], names) for i in inside))
        for outer, inside in structure.remainders
        for names in groups.get(_anywhen(published[outer]), ())
        if all(groups.get(_anywhen(published[i])) == groups[_anywhen(published[outer])] for i in inside)
    )
    found = {}
    for audience in audiences:
        one = known.get(audience, Known((), {}))
        more: dict[Plain, tuple[Window, ...]] = {people: () for people in sorted(sets, key=in_order) if people not in one.sets}
        found[audience] = replace(one, sets={**one.sets, **more}, left=tuple(dict.fromkeys((*one.left, *left))))
    return found


def _of_silent_units(structure: Structure) -> Iterator[Plain]:
    """Each set of people in units that have no figure of it, although others as deep have one."""
    at: dict[frozenset[tuple[str, frozenset[str]]], set[str]] = {}
    for unit, where in map(plain, structure.regions):
        at.setdefault(where, set()).add(unit)
    for where, units in at.items():
        deepest = max(structure.depths[unit] for unit in units)
        yield from ((unit, where) for unit, depth in structure.depths.items() if depth <= deepest and unit not in units)


def _anywhen(people: Plain) -> Plain:
    return people[0], _bare(people[1])


def _bare(where: frozenset[tuple[str, frozenset[str]]]) -> frozenset[tuple[str, frozenset[str]]]:
    return frozenset((axis, categories) for axis, categories in where if axis != EXTRACT)


def _in(people: Plain, extracts: frozenset[str]) -> Plain:
    return people[0], _with(people[1], extracts)
