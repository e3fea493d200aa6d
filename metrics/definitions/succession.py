"""What became of each unit: where the people of one day are on another, and where a unit's series is not one thing.

Reads nothing but the organisation. A unit keeps its people until it ends; then they are in its successors. Each unit speaks for
the people attached to it alone: the units below it that end on the same day name successors of their own, or share
those of the unit above. What cannot be said exactly is said to be unknown, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from metrics.definitions.organisation import Organisation, Unit

DAY = timedelta(days=1)
NAMED = 3
"""Names listed before "and two more"."""
Places = frozenset[str | None]
"""Units that people may be in; None among them: nothing is named, so nobody can tell."""
Terms = tuple[tuple[str, int], ...]
"""Whole units to add (1) and to take away (-1)."""


@dataclass(frozen=True)
class Composition:
    """One unit's people in the units of an earlier day.

    Attributes
    ----------
    terms : whole units of that day whose sums and differences are exactly this unit; () where that cannot be said, or nobody was there
    units : the highest units of that day of which all or some are in it, for words
    partly : units of which an unknown part is in it
    """

    unit: str
    day: date
    terms: Terms
    units: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        return bool(self.terms) and not self.partly

    @property
    def nobody(self) -> bool:
        """Nothing is named as what it came from."""
        return not self.units

    @property
    def same_unit(self) -> bool:
        """It was this very unit, with nobody more and nobody less."""
        return self.exact and self.terms == ((self.unit, 1),)


@dataclass(frozen=True)
class Break:
    """The first day of something else, and what happened."""

    day: date
    reason: str


class Succession:
    """The history of one organisation, told for a reader of `today`: the day that the newest figures are of."""

    def __init__(self, organisation: Organisation, today: date, empty: Callable[[date], frozenset[str]] = lambda _: frozenset()) -> None:
        """`empty(day)`: units above others that are known to have had nobody attached to themselves."""
        self.organisation, self.today, self._empty = organisation, today, empty
        self._standing: dict[date, tuple[str, ...]] = {}
        self._told: dict[tuple[str, date], Places] = {}
        self._compositions: dict[tuple[str, date], Composition] = {}

    def composition(self, unit: str, day: date) -> Composition:
        """Which units of `day` the unit, which stands today, consists of. The council is always itself."""
        if unit == self.organisation.root.id or not any(unit in touched for at, touched in self._touched.items() if day < at <= self.today):
            return Composition(unit, day, ((unit, 1),), (unit,))
        key = unit, day
        if key not in self._compositions:
            self._compositions[key] = self._composed(unit, day)
        return self._compositions[key]

    def now_in(self, unit: str) -> tuple[str, ...]:
        """The highest units of today that hold people of a unit, which may have ended."""
        ended = self.organisation.by_id[unit].valid_to
        day = min(ended or self.today, self.today)
        found = {p for v in self._below(unit, day) for p in self.where(v, self.today) if p is not None and v not in self._empty(day)}
        return self._highest(found)

    def where(self, unit: str, now: date) -> Places:
        """Where the people attached to a unit are on a later day: in one unit for certain, or in one of several."""
        key = unit, now
        if key not in self._told:
            here = self.organisation.by_id[unit]
            if here.valid_to is None or here.valid_to >= now:
                self._told[key] = frozenset({unit})
            else:
                after = self._after(here)
                self._told[key] = frozenset().union(*(self.where(s, now) for s in after)) if after else frozenset({None})
        return self._told[key]

    def breaks(self, unit: str) -> tuple[Break, ...]:
        """Days within a unit's own life on which people came from elsewhere or went elsewhere. The council has none."""
        here = self.organisation.by_id[unit]
        if here.parent is None:
            return ()
        first, last = here.valid_from or date.min, here.valid_to or date.max
        days = [day for day, touched in self._touched.items() if first < day <= last and unit in touched]
        told = ((day, self._what_happened(set(self._below(unit, day - DAY)), set(self._below(unit, day)), day, unit)) for day in days)
        return tuple(Break(day, words) for day, words in told if words)

    def breaks_today(self, unit: str) -> tuple[Break, ...]:
        """Days before which a unit of today cannot be put together, or before which part of it has no history."""
        found = []
        if self.organisation.by_id[unit].parent is None:
            return ()
        for day in (d for d in self._touched if d <= self.today):
            before, after = self.composition(unit, day - DAY), self.composition(unit, day)
            if before.nobody:
                continue
            words = [
                f"{self._name(x)} began, and nothing is named as what it came from" for x in self._sprung(self._inside(unit, day), day)
            ]
            words += [self._split_words(v) for v in before.partly if self._ends_before(v, day)]
            if words:
                found.append(Break(day, _and_then(words)))
            elif before.partly and after.exact:
                found.append(Break(day, f"made of parts of {self._names(before.partly)} before"))
        return tuple(found)

    def began(self, unit: str) -> str:
        """What a unit was before it began, in words; "" for one that always was."""
        here = self.organisation.by_id[unit]
        if here.valid_from is None:
            return ""
        came = self._coming(set(self._below(unit, here.valid_from)), here.valid_from)
        tops = self._tops(came)
        if not tops:
            return "newly formed; nothing is named as what it came from"
        if len(tops) > 1:
            return f"made of {self._names(tops)}"
        (before,) = tops
        if len(self._after(self.organisation.by_id[before])) > 1:
            return f"made of a part of {self._name(before)}"
        old = self.organisation.by_id[before]
        moved = f"in {self._name(old.parent)}" if old.parent != here.parent and old.parent is not None else ""
        called = f"called {old.name}" if old.name.casefold() != here.name.casefold() else ""
        return f"{' and '.join(filter(None, [called, moved])) or f'known as {old.id}'} until then"

    # compositions

    def _composed(self, unit: str, day: date) -> Composition:
        inside = set(self._below(unit, self.today))
        empty = self._empty(day)
        whole: set[str] = set()
        partly: list[str] = []
        for v in self._on(day):
            places = self.where(v, self.today)
            if not places & inside:
                continue
            if places <= inside:
                whole.add(v)
            elif v not in empty:
                partly.append(v)
        terms = () if partly else self._cover(self.organisation.root.id, whole, True, day, empty)
        nobody = {v for v in empty if self.organisation.children(v, day)}
        return Composition(unit, day, terms, self._highest({*whole, *partly} - nobody), tuple(partly))

    def _cover(self, top: str, whole: set[str], wanted: bool, day: date, empty: frozenset[str]) -> Terms:
        """Fewest whole units that add up to those at and below `top` that are in `whole` (or, if not wanted, that are not)."""
        children = self.organisation.children(top, day)
        added = tuple(term for c in children for term in self._cover(c, whole, wanted, day, empty))
        nobody = bool(children) and top in empty
        if not nobody and (top in whole) != wanted:
            return added
        if nobody and not added:
            return ()
        taken = tuple((u, -sign) for c in children for u, sign in self._cover(c, whole, not wanted, day, empty))
        return added if nobody and len(added) <= len(taken) + 1 and taken else ((top, 1), *taken)

    def _inside(self, unit: str, day: date) -> set[str]:
        """Units of `day` of which all or some people are in the unit today."""
        inside = set(self._below(unit, self.today))
        return {v for v in self._on(day) if self.where(v, self.today) & inside}

    # what happened on a day

    @cached_property
    def _ended(self) -> dict[date, tuple[str, ...]]:
        """The day after to the units that ended, in file order."""
        found: dict[date, list[str]] = {}
        for u in self.organisation.units:
            if u.valid_to and u.valid_to < date.max:
                found.setdefault(u.valid_to + DAY, []).append(u.id)
        return {day: tuple(units) for day, units in found.items()}

    @cached_property
    def _touched(self) -> dict[date, frozenset[str]]:
        """First days of a changed organisation, ascending, to the units that changed then with all above them."""
        found: dict[date, set[str]] = {}
        for day, ended in self._ended.items():
            found.setdefault(day, set()).update(*(self._lines({v} | {p for p in self._step(v) if p}) for v in ended))
        for u in self.organisation.units:
            if u.valid_from and u.valid_from > date.min:
                found.setdefault(u.valid_from, set()).update(self.organisation.path(u.id))
        return {day: frozenset(found[day]) for day in sorted(found)}

    def _lines(self, units: set[str]) -> set[str]:
        return {above for u in units for above in self.organisation.path(u)}

    def _what_happened(self, before: set[str], after: set[str], day: date, unit: str) -> str:
        """Everything that makes `after` other people than `before`, in words; "" where nothing does."""
        came = self._coming(after, day) - before
        went = {v for v in before if self._ends_before(v, day) and not self._step(v) <= after}
        words = [*self._came_words(came, after, unit), *self._went_words(went, after)]
        return _and_then([*words, *self._sprung_words(after, day)])

    def _coming(self, after: set[str], day: date) -> set[str]:
        """Units that ended the day before, of which all or some went into `after`."""
        return {v for v in self._ended.get(day, ()) if self._step(v) & after}

    def _came_words(self, came: set[str], after: set[str], unit: str) -> list[str]:
        """Whole units by where they came from, then parts."""
        joined: dict[str, list[str]] = {}
        parts = []
        explained = {self.organisation.by_id[v].parent for v in came if self._step(v) <= after}
        split = {v for v in came if not self._step(v) <= after}
        for v in self._tops(came - split) + tuple(v for v in self._tops(split) if v not in explained):
            old = self.organisation.by_id[v]
            if v in split:
                parts.append(v)
            elif old.parent is None or self.organisation.by_id[old.parent].parent is None or self._step(v) == {unit}:
                joined.setdefault("joined", []).append(v)
            else:
                joined.setdefault(f"moved here from {self._name(old.parent)}", []).append(v)
        words = [f"{self._names(units)} {how}" for how, units in joined.items()]
        return [*words, *([f"a part of {self._names(parts)} came here"] if parts else [])]

    def _went_words(self, went: set[str], after: set[str]) -> list[str]:
        moved: dict[str, list[str]] = {}
        for v in self._tops(went):
            places = self._step(v)
            if None in places:
                moved.setdefault("ended, and nothing is named as what it became", []).append(v)
                continue
            targets = self._names(dict.fromkeys(self._place_of(p) for p in sorted(p for p in places - after if p)))
            part = "partly " if places & after else ""
            moved.setdefault(f"{part}moved to {targets}", []).append(v)
        return [f"{self._names(units)} {how}" for how, units in moved.items()]

    def _place_of(self, unit: str) -> str:
        """The unit above, which readers know; the unit itself where that is the council."""
        parent = self.organisation.by_id[unit].parent
        return unit if parent is None or self.organisation.by_id[parent].parent is None else parent

    def _split_words(self, unit: str) -> str:
        return f"{self._name(unit)} was split between {self._names(sorted(p for p in self._step(unit) if p))}"

    def _sprung_words(self, after: set[str], day: date) -> list[str]:
        return [f"{self._name(x)} began, and nothing is named as what it came from" for x in self._sprung(after, day)]

    def _sprung(self, after: set[str], day: date) -> tuple[str, ...]:
        """Units that began on a day out of nothing that is named, without those below another such one."""
        new = {x for x in after if self.organisation.by_id[x].valid_from == day}
        found = set()
        for x in new:
            line = [u for u in self.organisation.path(x) if self.organisation.by_id[u].valid_from == day]
            if not any(self._coming({u}, day) for u in line) and not self._coming(set(self._below(x, day)), day):
                found.add(x)
        return self._tops(found)

    # where units stand

    def _after(self, unit: Unit) -> tuple[str, ...]:
        """Successors: a unit's own, else those of the nearest unit above that ended with it."""
        here: Unit | None = unit
        while here is not None and not here.successors:
            above = self.organisation.by_id.get(here.parent or "")
            here = above if above is not None and above.valid_to == unit.valid_to else None
        return here.successors if here is not None else ()

    def _step(self, unit: str) -> Places:
        """Where the people of a unit are on the day after it ended."""
        return frozenset(self._after(self.organisation.by_id[unit])) or frozenset({None})

    def _ends_before(self, unit: str, day: date) -> bool:
        return self.organisation.by_id[unit].valid_to == day - DAY

    def _on(self, day: date) -> tuple[str, ...]:
        if day not in self._standing:
            self._standing[day] = tuple(u.id for u in self.organisation.walk(day))
        return self._standing[day]

    def _below(self, unit: str, day: date) -> tuple[str, ...]:
        """The unit and all below it on a day."""
        return tuple(u.id for u in self.organisation.walk(day, unit))

    def _highest(self, units: set[str]) -> tuple[str, ...]:
        """Without those below another one, in file order."""
        return tuple(u.id for u in self.organisation.units if u.id in units and not units & set(self.organisation.path(u.id)[:-1]))

    def _tops(self, units: set[str]) -> tuple[str, ...]:
        """Without those whose unit above does the same."""
        return tuple(u.id for u in self.organisation.units if u.id in units and u.parent not in units)

    def _name(self, unit: str) -> str:
        return self.organisation.by_id[unit].name

    def _names(self, units: Iterable[str]) -> str:
        return listed([self._name(u) for u in units])


def listed(names: Sequence[str]) -> str:
    """A, B and C; A, B, C and 4 more."""
    kept = list(names) if len(names) <= NAMED + 1 else [*names[:NAMED], f"{len(names) - NAMED} more"]
    return kept[0] if len(kept) == 1 else f"{', '.join(kept[:-1])} and {kept[-1]}" if kept else ""


def _and_then(words: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(words))
