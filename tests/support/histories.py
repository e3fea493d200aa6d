"""Invented histories of an organisation, with every person followed by hand: what the file says is checked against where people went."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from metrics.definitions.organisation import Organisation, Unit

STARTS = date(2020, 4, 1)
Staff = Mapping[int, str]
"""Person to the unit that they are attached to."""


@dataclass
class History:
    """A council that is changed year after year. `staff[day]` is where everyone was on the last day before each change, and at the end."""

    chance: random.Random
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    staff: dict[date, Staff] = field(default_factory=dict)
    made: int = 0
    hired: int = 0

    @property
    def organisation(self) -> Organisation:
        return Organisation(tuple(self.units.values()))

    def living(self) -> list[Unit]:
        return [u for u in self.units.values() if u.valid_to is None]

    def below(self, unit: str) -> list[str]:
        """The unit and everything that stands below it."""
        found = [unit]
        for u in found:
            found += [c.id for c in self.living() if c.parent == u]
        return found

    def add(self, parent: str | None, day: date | None = None) -> str:
        self.made += 1
        id = f"u{self.made}"
        self.units[id] = Unit(id, f"Unit {self.made}", parent, f"level_{self.depth(parent) + 1}", day)
        return id

    def depth(self, unit: str | None) -> int:
        return -1 if unit is None else 1 + self.depth(self.units[unit].parent)

    def end(self, unit: str, day: date, *successors: str) -> None:
        self.units[unit] = replace(self.units[unit], valid_to=day - timedelta(days=1), successors=successors)

    def move_people(self, unit: str, *places: str) -> None:
        for person, at in self.people.items():
            if at == unit:
                self.people[person] = self.chance.choice(places)

    def replace_whole(self, unit: str, parent: str, day: date) -> str:
        """The unit with all below it under new ids: a rename, or a move to another parent."""
        children = [c.id for c in self.living() if c.parent == unit]
        new = self.add(parent, day)
        for child in children:
            self.replace_whole(child, new, day)
        self.end(unit, day, new)
        self.move_people(unit, new)
        return new

    # one change each

    def rename(self, day: date, unit: str) -> None:
        self.replace_whole(unit, self.units[unit].parent or "", day)

    def move(self, day: date, unit: str) -> None:
        places = [u.id for u in self.living() if u.id not in self.below(unit) and u.valid_from != day]
        self.replace_whole(unit, self.chance.choice(places), day)

    def merge(self, day: date, unit: str) -> None:
        """Into a unit that stands, or into a new one; what was below goes with it."""
        others = [u.id for u in self.living() if u.parent is not None and not set(self.below(u.id)) & set(self.below(unit))]
        others = [o for o in others if unit not in self.below(o) and self.units[o].valid_from != day]
        if not others:
            return
        other = self.chance.choice(others)
        if self.chance.random() < 0.5:
            into = other
        else:
            into = self.add(self.units[other].parent, day)
            self.end_all(other, day, into)
        self.end_all(unit, day, into)

    def end_all(self, unit: str, day: date, into: str) -> None:
        """A unit and all below it into one; the units below sometimes leave it to the one above to say so."""
        for below in self.below(unit):
            says = below == unit or self.chance.random() < 0.5
            self.move_people(below, into)
            self.end(below, day, *((into,) if says else ()))

    def split(self, day: date, unit: str) -> None:
        parts = [self.add(self.units[unit].parent, day) for _ in range(self.chance.choice([2, 3]))]
        for child in [c.id for c in self.living() if c.parent == unit]:
            self.replace_whole(child, self.chance.choice(parts), day)
        self.end(unit, day, *parts)
        self.move_people(unit, *parts)

    def close(self, day: date, unit: str) -> None:
        """Nothing follows; its people leave."""
        for below in self.below(unit):
            self.end(below, day)
            self.people = {p: at for p, at in self.people.items() if at != below}

    def open(self, day: date, unit: str) -> None:
        """A new unit below one that stands, with new people."""
        new = self.add(unit, day)
        self.people |= dict.fromkeys(range(self.hired, self.hired + 3), new)
        self.hired += 3


def a_history(seed: int, changes: int = 5, people: int = 60) -> History:
    """A council of uneven depth, people attached anywhere, one change a year."""
    made = History(random.Random(seed))
    root = made.add(None)
    for _ in range(made.chance.randint(3, 10)):
        made.add(made.chance.choice([u.id for u in made.living() if made.depth(u.id) < 5]))
    attached = [u for u in made.units if u != root or made.chance.random() < 0.5]
    attached = made.chance.sample(attached, max(1, int(len(attached) * 0.8)))
    made.hired, made.people = people, {n: made.chance.choice(attached) for n in range(people)}
    for year in range(changes):
        day = STARTS.replace(year=STARTS.year + 1 + year)
        made.staff[day - timedelta(days=1)] = dict(made.people)
        units = [u.id for u in made.living() if u.parent is not None]
        if units:
            kinds = [made.rename, made.move, made.merge, made.merge, made.split, made.split, made.close, made.open]
            made.chance.choice(kinds)(day, made.chance.choice(units))
    made.staff[STARTS.replace(year=STARTS.year + 1 + changes)] = dict(made.people)
    return made
