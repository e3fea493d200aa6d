"""What nobody may learn, as docs/methods/disclosure.md promises it: written from that page and the definitions, not from the chooser.

Sets of people are named as a reader names them: a unit, and finest categories by characteristic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, permutations
from math import isnan
from typing import Any

import numpy as np

from metrics.definitions.configuration import Configuration
from metrics.definitions.profile import Profile
from metrics.definitions.waterfall import WATERFALL
from metrics.query.counts import Region
from tests.support.random_councils import Council
from tests.support.reader_attacks import SHOWN_PARTS, Listed, Solved, Sum
from tests.support.second_attacker import Seen, meanings, region_of

Attacker = Listed | Solved
ROUNDED = 2
"""A rounded count has at least three possible values."""


@dataclass(frozen=True)
class Target:
    """Some people whose number is protected: one set less others inside it.

    width : the least difference there must be between two of its possible numbers
    """

    why: str
    plus: Region
    minus: tuple[Region, ...]
    true: int
    width: int

    def __str__(self) -> str:
        less = "".join(f" - {named(r)}" for r in self.minus)
        return f"{self.why}: {named(self.plus)}{less} (truly {self.true}, needs a range of {self.width})"


def named(region: Region) -> str:
    held = ", ".join(f"{axis} {'/'.join(sorted(atoms))}" for axis, atoms in region.where)
    return f"{region.unit}[{held}]"


class Rules:
    """Every target of one audience, from the true people."""

    def __init__(self, council: Council, seen: Seen) -> None:
        self.council, self.seen = council, seen
        self.configuration: Configuration = council.configuration
        self.profile: Profile = self.configuration.disclosure.profiles[self.configuration.disclosure.audiences[seen.audience]]
        self.meanings = meanings(self.configuration)
        self.families = list(self._families())
        self.sets = sorted({r for family in self.families for r in family}, key=str)

    def _families(self) -> Iterator[tuple[Region, ...]]:
        """Sets that stand in one figure, and steps of one waterfall."""
        steps: dict[str, list[Region]] = {}
        for row in self.seen.rows.to_dict("records"):
            if row["breakdown"] == WATERFALL:
                steps.setdefault(row["kpi"], []).extend(self.parts(row).values())
            else:
                yield tuple(dict.fromkeys(self.parts(row).values()))
        yield from (tuple(dict.fromkeys(held)) for held in steps.values())

    def parts(self, row: Mapping[Any, Any]) -> dict[str, Region]:
        """The sets that a row is about."""
        told = self.meanings[row["kpi"], row["group"]]
        return {part: region_of(row["unit"], where, self.configuration, "hr") for part, where in told.items()}

    def size(self, region: Region) -> int:
        people = self.council.people
        return sum(n for (unit, e, s), n in people.items() if _holds(region, {"ethnicity": e, "sex": s}) and self._under(unit, region.unit))

    def _under(self, unit: str, top: str) -> bool:
        return top in self.configuration.organisation.path(unit)

    def rounds(self, region: Region) -> bool:
        return self.seen.rounds(region.unit)

    def width(self, region: Region) -> int:
        wide = self.profile.threshold - 1
        return min(ROUNDED, wide) if self.rounds(region) else wide

    @cached_property
    def printed(self) -> frozenset[Region]:
        """Sets whose number of people stands in some row."""
        found = set()
        for row in self.seen.rows.to_dict("records"):
            found |= {region for part, region in self.parts(row).items() if part in SHOWN_PARTS and not isnan(row[part])}
        return frozenset(found)

    def small(self, n: int) -> bool:
        return 1 <= n < self.profile.threshold

    def targets(self) -> list[Target]:
        found = [*self.counts(), *self.remainders(), *self.across(), *self.one_answer_left(), *self.own_staff()]
        return list({(t.plus, t.minus): t for t in found}.values())

    def counts(self) -> Iterator[Target]:
        for region in self.sets:
            n = self.size(region)
            hidden_zero = n == 0 and self.profile.zeros == "hide" and self.tells(region)
            if self.small(n) or hidden_zero:
                yield Target("zero" if hidden_zero else "count", region, (), n, self.width(region))
            elif n and region in self.printed and self.seen.chain(region.unit):
                yield Target("rounded", region, (), n, ROUNDED)

    def tells(self, region: Region) -> bool:
        """Whether a set says what people answered to a sensitive question."""
        return any(self.is_answer(axis, atoms) for axis, atoms in region.where)

    def is_answer(self, axis: str, categories: Iterable[str]) -> bool:
        """That somebody has answered, or has not, is no answer."""
        finest, chosen = self.configuration.finest("hr", axis), set(categories)
        return finest.sensitive and chosen != set(finest.known) and not chosen <= set(finest.unknown)

    def is_one_answer(self, axis: str, categories: Iterable[str]) -> bool:
        """ "One of these, or not known" is none either."""
        return self.is_answer(axis, categories) and not set(categories) & set(self.configuration.finest("hr", axis).unknown)

    def remainders(self) -> Iterator[Target]:
        for family in self.families:
            for a, b in combinations(family, 2):
                for whole, part in ((a, b), (b, a)):
                    if not inside(part, whole):
                        continue
                    left, base = self.size(whole) - self.size(part), self.size(whole)
                    alike = left == 0 and 0 < base < self.profile.minimum_base and self._answer_within(part, whole)
                    if self.small(left) or alike:
                        yield Target("alike" if alike else "remainder", whole, (part,), left, self.width(whole))

    def across(self) -> Iterator[Target]:
        """Who is left of a set without as many others as can be taken from it, that differ in one characteristic and share nobody."""
        for whole in self.sets:
            parts: dict[str, list[Region]] = {}
            for part in self.sets:
                apart = {axis for axis, _ in set(part.where) ^ set(whole.where)}
                if inside(part, whole) and len(apart) == 1:
                    parts.setdefault(apart.pop(), []).append(part)
            for axis, held in parts.items():
                for taken in _as_many(held, axis):
                    left = self.size(whole) - sum(map(self.size, taken))
                    if len(taken) > 1 and self.small(left):
                        yield Target("across", whole, taken, left, self.width(whole))

    def one_answer_left(self) -> Iterator[Target]:
        """Nobody of a small group is in a set, and whoever is not has given one answer."""
        limit = max(self.profile.minimum_base, self.profile.threshold)
        for part, whole in {pair for family in self.families for pair in permutations(family, 2) if inside(*pair)}:
            if self.size(part) == 0 < self.size(whole) < limit and self._one_left(part, whole):
                yield Target("no other answer", part, (), 0, self.width(part))

    def _one_left(self, part: Region, whole: Region) -> bool:
        held = dict(whole.where)
        (axis, atoms), *others = [(a, s) for a, s in part.where if held.get(a) != s]
        finest = self.configuration.finest("hr", axis)
        left = set(held.get(axis, finest.ids)) - atoms
        published = {frozenset(dict(r.where)[axis]) for r in self.sets if axis in r.axes}
        one = left in published or not any(left & told and left - told for told in published)
        return not others and one and self.is_one_answer(axis, left) and not atoms <= set(finest.unknown)

    def _answer_within(self, part: Region, whole: Region) -> bool:
        """Whether the part is an answer, and those who are left out might have given another."""
        held = dict(whole.where)
        for axis, atoms in part.where:
            finest = self.configuration.finest("hr", axis)
            left = set(held.get(axis, finest.ids)) - atoms
            if left - set(finest.unknown) and self.is_one_answer(axis, atoms):
                return True
        return False

    def own_staff(self) -> Iterator[Target]:
        tree = self.configuration.organisation
        for region in self.sets:
            below = tuple(Region(u, region.where) for u in tree.children(region.unit))
            if below and all(b in set(self.sets) for b in below):
                own = self.size(region) - sum(map(self.size, below))
                if self.small(own):  # the difference of an exact and a rounded number is as good as rounded
                    yield Target("own staff", region, below, own, min(map(self.width, (region, *below))))


def _as_many(sets: Sequence[Region], axis: str) -> Iterator[tuple[Region, ...]]:
    """Every choice of sets that share nothing on a characteristic, to which none can be added."""

    def apart(one: Region, other: Region) -> bool:
        return not dict(one.where)[axis] & dict(other.where)[axis]

    chosen: list[tuple[Region, ...]] = [()]
    for one in sets:
        chosen += [(*some, one) for some in chosen if all(apart(one, other) for other in some)]
    yield from (some for some in chosen if not any(all(apart(one, other) for other in some) for one in sets))


def leaks(council: Council, seen: Seen, attacker: Attacker, insiders: int = 3) -> list[str]:
    """What the attacker learns of one audience's protected numbers that it should not, in words."""
    rules = Rules(council, seen)
    targets = rules.targets()
    if not targets:
        return []
    low, high = attacker.ranges([Sum(t.plus, t.minus) for t in targets], np.array([t.width for t in targets]))
    found = [f"{t}: {a} to {b}" for t, a, b in zip(targets, low, high, strict=True) if b - a < t.width]
    hidden = [t for t in targets if t.why == "count" and not rules.rounds(t.plus) and t.plus not in rules.printed]
    for alone in [t for t in hidden if t.true == 1][:insiders]:
        found += _known_to(alone, [t for t in hidden if t is not alone], attacker)
    return found


def _known_to(alone: Target, others: Sequence[Target], attacker: Attacker) -> list[str]:
    """Numbers that the only person in a hidden cell can work out. Where she is also the one person of a wider set, it is about herself."""
    others = [t for t in others if t.true != 1 or not (_around(t.plus, alone.plus) or _around(alone.plus, t.plus))]
    if not others:
        return []
    low, high = attacker.given(Sum(alone.plus), 1).ranges([Sum(t.plus) for t in others], 1)
    return [f"{t}: {a} to whoever is alone in {named(alone.plus)}" for t, a, b in zip(others, low, high, strict=True) if a == b]


def _around(part: Region, whole: Region) -> bool:
    """By categories, and by unit names that begin with those above them (`random_councils`)."""
    held = dict(whole.where)
    return part.unit.startswith(whole.unit) and all(a in dict(part.where) and dict(part.where)[a] <= atoms for a, atoms in held.items())


def inside(part: Region, whole: Region) -> bool:
    held = dict(part.where)
    return part != whole and part.unit == whole.unit and all(axis in held and held[axis] <= atoms for axis, atoms in whole.where)


def _holds(region: Region, answers: Mapping[str, str]) -> bool:
    return all(answers[axis] in atoms for axis, atoms in region.where)
