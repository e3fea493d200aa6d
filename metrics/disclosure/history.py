"""What readers know of a day from earlier releases of it: every figure that was published once is known for good.

A restatement publishes the same people again. Whoever kept the first release reads both, so the earlier figures are laid into the
system as given (`metrics.disclosure.given`), and what an earlier release hid and nobody publishes now is protected as before.
docs/methods/disclosure.md says how corrected data are met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from metrics.disclosure.given import NOTHING, Given, Plain, Window, given, plain, region_of
from metrics.disclosure.remainders import Family
from metrics.disclosure.structure import Structure
from metrics.disclosure.system import PublishedSystem
from metrics.errors import DisclosureError, Problem
from metrics.query.counts import Region, UnitTree

AS_COUNTED: Window = (-1.0, -1.0)
"""Instead of the window of a figure: it is taken to be known to the person."""
MOST_NAMED = 5
"""Sets of people that a refusal names."""


Left = tuple[Plain, tuple[Plain, ...]]
"""A set, and those inside it that were taken away from it."""


@dataclass(frozen=True)
class Known:
    """What the readers of an audience know of one dataset and day.

    Attributes
    ----------
    releases : ids of the releases that told it
    sets : each set of people that was published, with the different windows that its figures allow; none where it was hidden
    left : a set and those inside it that were published with it: what is left of it without them was protected
    trees : the organisation of the day, as each release had it
    staff : for joiners and leavers, sets of staff that some release showed at either end, whatever is hidden of them now
    """

    releases: tuple[str, ...]
    sets: Mapping[Plain, tuple[Window, ...]]
    left: tuple[Left, ...] = ()
    trees: tuple[UnitTree, ...] = ()
    staff: frozenset[Plain] = frozenset()

    def told(self, rewrite: Callable[[Plain], Plain]) -> Known:
        """The same in other words; sets that come to the same are one."""
        sets: dict[Plain, set[Window]] = {}
        for people, windows in self.sets.items():
            sets.setdefault(rewrite(people), set()).update(windows)
        return replace(
            self,
            sets={people: tuple(sorted(windows)) for people, windows in sets.items()},
            left=tuple(dict.fromkeys((rewrite(outer), tuple(map(rewrite, inside))) for outer, inside in self.left)),
        )


def known_from(systems: Iterable[tuple[str, PublishedSystem]]) -> Known:
    """What the figures of some releases tell: ids and what was published of the dataset and day."""
    releases: dict[str, None] = {}
    sets: dict[Plain, set[Window]] = {}
    left: dict[Left, None] = {}
    trees: dict[tuple[tuple[str, str | None], ...], UnitTree] = {}
    for release, system in systems:
        releases[release] = None
        people = [plain(region) for region in system.structure.regions]
        low, high = system.known()
        for name, window in zip(people, zip(low.tolist(), high.tolist(), strict=True), strict=True):
            sets.setdefault(name, set()).update(() if window == NOTHING else (window,))
        left |= {(people[outer], tuple(people[i] for i in inside)): None for outer, inside in system.structure.remainders}
        trees.setdefault(tuple(sorted(system.structure.tree.parents.items())), system.structure.tree)
    return Known(tuple(releases), {name: tuple(sorted(w)) for name, w in sets.items()}, tuple(left), tuple(trees.values()))


def known_by(audiences: Sequence[str], systems: Sequence[tuple[str, PublishedSystem]]) -> dict[str, Known]:
    """The first audience is protected against everything that any audience was ever shown, every other against what it was shown."""
    own = {audience: [told for told in systems if told[1].audience == audience] for audience in audiences[1:]}
    found = {audiences[0]: known_from(systems), **{audience: known_from(told) for audience, told in own.items()}}
    return {audience: known for audience, known in found.items() if known.releases}


@dataclass(frozen=True)
class Earlier:
    """Earlier figures, placed in the sets and units of today.

    Attributes
    ----------
    regions : sets to lay in after the published ones
    windows : audience to the windows of each of these sets
    left : a set and others inside it, each a published one or one of these
    asked : which of these sets nobody publishes now
    """

    regions: tuple[Region, ...]
    windows: Mapping[str, Sequence[tuple[Window, ...]]]
    left: tuple[tuple[Region, tuple[Region, ...]], ...]
    asked: tuple[bool, ...]
    releases: Mapping[str, tuple[str, ...]]
    staff: frozenset[Plain] = frozenset()

    def given(self, audience: str, values: np.ndarray, slack: int) -> Given:
        """What an audience's readers know; `values`: how many people each set really holds."""
        told = self.windows.get(audience, [()] * len(self.regions))
        found = [together(windows, int(value), slack) for windows, value in zip(told, values.tolist(), strict=True)]
        return given(self.regions, found, self.asked)

    def places(self, structure: Structure, after: int) -> list[Family]:
        """`left` as places in a structure in which these sets stand from `after` on; those that it has are left out."""
        place = {region: i for i, region in reversed(list(enumerate((*structure.regions, *self.regions))))}
        shift = after - len(structure.regions)
        numbers = {r: i if i < len(structure.regions) else i + shift for r, i in place.items()}
        held = set(structure.remainders)
        new = dict.fromkeys((numbers[outer], tuple(numbers[i] for i in inside)) for outer, inside in self.left)
        return [family for family in new if family not in held]


NO_EARLIER = Earlier((), {}, (), (), {})


def together(windows: Iterable[Window], value: int, slack: int) -> Window:
    """What several figures allow at once. One that does not hold the count was corrected since: it is taken `slack` wider, if it then does.

    >>> together([(3.0, 7.0), (5.0, 5.0)], 5, 4), together([(9.0, 9.0)], 7, 4), together([(90.0, 90.0)], 7, 4)
    ((5.0, 5.0), (5.0, 13.0), (0.0, inf))
    """
    low, high = NOTHING
    windows = list(windows)
    if AS_COUNTED in windows:
        return float(value), float(value)
    for least, most in windows:
        for wider in (0, slack):
            if least - wider <= value <= most + wider:
                low, high = max(low, least - wider), min(high, most + wider)
                break
    return low, high


def place_earlier(structure: Structure, known: Mapping[str, Known], what: str) -> Earlier:
    """Earlier figures in the sets of today.

    Raises
    ------
    DisclosureError : a set cannot be told in today's units and categories, so nobody could say what both releases give away together
    """
    if not known:
        return NO_EARLIER
    everything = sorted({people for told in known.values() for people in told.sets}, key=in_order)
    regions = {people: region_of(people, structure.axes, structure.tree) for people in everything}
    trees = [tree for told in known.values() for tree in told.trees]
    refuse_lost(what, [p for p, r in regions.items() if r is None], sorted({u for t in trees for u in moved(t, structure.tree)}))
    placed = {people: region for people, region in regions.items() if region is not None}
    now = set(structure.regions)
    telling = {placed[p] for told in known.values() for p, windows in told.sets.items() if windows}
    laid = tuple(dict.fromkeys(r for r in placed.values() if r in telling or r not in now))
    return Earlier(
        regions=laid,
        windows={audience: _windows(told, placed, laid) for audience, told in known.items()},
        left=tuple(dict.fromkeys(family for told in known.values() for family in _told_apart(told, placed))),
        asked=tuple(region not in now for region in laid),
        releases={audience: told.releases for audience, told in known.items()},
        staff=frozenset().union(*(told.staff for told in known.values())),
    )


def _told_apart(told: Known, placed: Mapping[Plain, Region]) -> Iterator[tuple[Region, tuple[Region, ...]]]:
    """What is left of a set, where today's words tell it and all inside it apart."""
    for outer, inside in told.left:
        here, parts = placed[outer], tuple(placed[people] for people in inside)
        if len({here, *parts}) > len(parts):
            yield here, parts


def _windows(told: Known, placed: Mapping[Plain, Region], laid: Sequence[Region]) -> list[tuple[Window, ...]]:
    found: dict[Region, set[Window]] = {}
    for people, windows in told.sets.items():
        found.setdefault(placed[people], set()).update(windows)
    return [tuple(sorted(found.get(region, ()))) for region in laid]


def moved(before: UnitTree, now: UnitTree) -> set[str]:
    """Units that hold other units than they did, among the units of both."""
    both = before.parents.keys() & now.parents.keys()
    below = [{unit: frozenset(u for u in both if unit in tree.above(u)) for unit in both} for tree in (before, now)]
    return {unit for unit in both if below[0][unit] != below[1][unit]}


def refuse_lost(what: str, lost: Sequence[Plain], other: Sequence[str]) -> None:
    """The refusal of a day whose earlier figures cannot be told in today's units and categories."""
    problems = [
        Problem("", f"an earlier release of {what} has {said(people)}, which today's definitions cannot tell")
        for people in lost[:MOST_NAMED]
    ]
    if len(lost) > MOST_NAMED:
        problems.append(Problem("", f"and {len(lost) - MOST_NAMED:,} sets more like these"))
    problems += [Problem("", f"unit '{unit}' held other units in an earlier release of {what} than it does today") for unit in other]
    if problems:
        raise DisclosureError(
            problems,
            "Nothing was published: what is hidden could be worked out by comparing the two. Put back the units as they were on that day "
            "(config/organisation.csv: a change that came later gets a later `valid_from`), the categories (config/dimensions/) and the "
            "columns (config/datasets/) that the earlier release used; a category may stay empty.",
        )


def said(people: Plain) -> str:
    """A set in words, without a number."""
    unit, where = people
    held = "; ".join(f"{axis}: {', '.join(sorted(categories))}" for axis, categories in sorted(where, key=lambda w: w[0]))
    return f"figures of unit '{unit}'" + (f" ({held})" if held else "")


def in_order(people: Plain) -> tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    return people[0], tuple(sorted((axis, tuple(sorted(categories))) for axis, categories in people[1]))
