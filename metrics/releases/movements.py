"""Counts that moved by a few people between published days: what tells a colleague who knows of one joiner what that person answered.

Worked out from what the first audience is shown, and from nothing else. Figures of spans, such as leavers, are left out: from one
span to the next other people are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from metrics.releases.certified import FIGURES
from metrics.releases.draft import StoredBatch

if TYPE_CHECKING:
    from metrics.releases.store import ReleaseStore

Categories = tuple[tuple[str, frozenset[str]], ...]
"""By column, in order: the categories that people of a set hold."""
Set = tuple[str, Categories]
"""A set of people by its unit and categories, however a day groups them."""


@dataclass(frozen=True)
class Place:
    """A figure of which a count is a part."""

    kpi: str
    breakdown: str
    unit: str
    group: str
    part: str


@dataclass(frozen=True)
class Movement:
    """A count that moved by less than the threshold, or by one step of its rounding.

    Attributes
    ----------
    since : the last published day before that showed this count
    step : what both counts were rounded to; 0 where they are exact
    places : figures that show it, in order; empty in releases that do not keep which count each figure is
    """

    dataset: str
    since: date
    day: date
    unit: str
    where: Categories
    was: int
    now: int
    step: int
    places: tuple[Place, ...] = field(default=())


@dataclass(frozen=True)
class Shown:
    day: date
    count: int
    chain: tuple[int, ...]


def find_movements(store: ReleaseStore, release: str | None = None) -> tuple[Movement, ...]:
    """Of every published day of a release, with the figures that show each count."""
    found: list[Movement] = []
    for batch, system, moved in _by_day(store, release):
        places = _places(store.batch_cells([batch]), system, set(moved))
        found += [replace(movement, places=places.get(region, ())) for region, movement in moved.items()]
    return tuple(found)


def how_many_moved(store: ReleaseStore, release: str | None = None) -> dict[tuple[str, date], int]:
    """Dataset and published day to the number of counts that moved by a few people since they were last shown, never which.

    The first day of a dataset has none to compare with and is left out.
    """
    found: dict[tuple[str, date], int] = {}
    seen: set[str] = set()
    for batch, _, moved in _by_day(store, release):
        if batch.label.dataset in seen:
            found[batch.label.dataset, batch.label.period_end] = len(moved)
        seen.add(batch.label.dataset)
    return found


def _by_day(store: ReleaseStore, release: str | None) -> Iterator[tuple[StoredBatch, dict[str, Any], dict[int, Movement]]]:
    """Each batch of the first audience that is as at a day, in order: what it shows, and region to how its count moved."""
    first = store.snapshot(release).audiences[0]
    given = [(b, system) for b, system in store.systems(release, first) if b.label.period_start == b.label.period_end]
    last: dict[str, dict[Set, Shown]] = {}
    for batch, system in sorted(given, key=lambda pair: (pair[0].label.dataset, pair[0].label.period_end)):
        before = last.setdefault(batch.label.dataset, {})
        now = shown_sets(system, batch.label.period_end)
        yield batch, system, moved_since(before, now, batch.label.dataset, int(system["threshold"]))
        before.update({name: shown for name, (_, shown) in now.items()})


def shown_sets(system: Mapping[str, Any], day: date) -> dict[Set, tuple[int, Shown]]:
    """Every set of people that a system shows a count of, to its region and that count."""
    wheres = [_categories(where) for where in system["wheres"]]
    units, chains = system["units"], [tuple(chain) for chain in system["chains"]]
    rows = zip(system["regions"], system["shown"], system["chain"], strict=True)
    return {
        (units[unit], wheres[where]): (region, Shown(day, int(count), chains[chain]))
        for region, ((unit, where), count, chain) in enumerate(rows)
        if count is not None
    }


def _categories(where: Iterable[Sequence[Any]]) -> Categories:
    return tuple(sorted(((axis, frozenset(c for atom in atoms for c in atom.split("|"))) for axis, atoms in where), key=lambda w: w[0]))


def moved_since(before: Mapping[Set, Shown], now: Mapping[Set, tuple[int, Shown]], dataset: str, threshold: int) -> dict[int, Movement]:
    """Region to its movement: exact counts by 1 to threshold - 1, rounded ones by one step. Both must be shown in the same way."""
    found = {}
    for (unit, where), (region, shown) in now.items():
        old = before.get((unit, where))
        if old is None or old.chain != shown.chain:
            continue
        step, by = max(shown.chain, default=0), abs(shown.count - old.count)
        if by == step if step else 0 < by < threshold:
            found[region] = Movement(dataset, old.day, shown.day, unit, where, old.count, shown.count, step)
    return found


def _places(cells: pd.DataFrame, system: Mapping[str, Any], wanted: set[int]) -> dict[int, tuple[Place, ...]]:
    """The figures that show a count, region by region."""
    keys = sorted(zip(*(cells[name].astype(str) for name in ("kpi", "breakdown", "unit", "group")), strict=True))
    found: dict[int, list[Place]] = {}
    for part, regions in system.get(FIGURES, {}).items():
        for (kpi, breakdown, unit, group), region in zip(keys, regions, strict=True):
            if region in wanted:
                found.setdefault(region, []).append(Place(kpi, breakdown, unit, group, part))
    return {region: tuple(sorted(places, key=lambda p: (p.kpi, p.breakdown, p.unit, p.group, p.part))) for region, places in found.items()}
