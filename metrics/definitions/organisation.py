"""The organisation: units, their parents and their days, at any depth and with uneven levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property


@dataclass(frozen=True)
class Unit:
    id: str
    name: str
    parent: str | None
    level: str
    """What the council calls this kind of unit: council, directorate, service, team."""
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()

    def existed(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Organisation:
    """Every unit that ever was, in file order. Exactly one unit has no parent: the council."""

    units: tuple[Unit, ...]

    @cached_property
    def by_id(self) -> dict[str, Unit]:
        return {u.id: u for u in self.units}

    @cached_property
    def root(self) -> Unit:
        return next(u for u in self.units if u.parent is None)

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Level names from the top down, in order of first depth."""
        seen: dict[str, int] = {}
        for u in self.units:
            depth = len(self.path(u.id))
            seen[u.level] = min(depth, seen.get(u.level, depth))
        return tuple(sorted(seen, key=lambda level: seen[level]))

    @cached_property
    def _children(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for u in self.units:
            if u.parent is not None:
                found.setdefault(u.parent, []).append(u.id)
        return {k: tuple(v) for k, v in found.items()}

    def children(self, unit: str, day: date | None = None) -> tuple[str, ...]:
        return tuple(c for c in self._children.get(unit, ()) if day is None or self.by_id[c].existed(day))

    def path(self, unit: str) -> tuple[str, ...]:
        """The unit and all above it, from the council down."""
        line: list[str] = []
        here: str | None = unit
        while here is not None and here not in line:
            line.append(here)
            here = self.by_id[here].parent
        return tuple(reversed(line))

    def depth(self, unit: str) -> int:
        """0 for the council."""
        return len(self.path(unit)) - 1

    def walk(self, day: date | None = None, top: str | None = None) -> Iterator[Unit]:
        """Units that existed on `day`, each parent before its children, in file order."""
        unit = self.by_id[top] if top else self.root
        yield unit
        for child in self.children(unit.id, day):
            yield from self.walk(day, child)

    def level_index(self, level: str) -> int:
        return self.levels.index(level)
