"""What earlier releases told of a day, withdrawn ones too: whoever kept them reads the next one beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from metrics.definitions.configuration import Configuration
from metrics.definitions.rolling import rolling_months
from metrics.disclosure.flows import plain as staff_of
from metrics.disclosure.given import Plain
from metrics.disclosure.history import Known, in_order, known_by, refuse_lost
from metrics.disclosure.structure import structure_of
from metrics.disclosure.system import PublishedSystem
from metrics.disclosure.windows import beside_other_windows, connected, cut_to, extracts_between, in_extracts
from metrics.query.counts import EXTRACT, Counts
from metrics.query.people import PRESENT, universe
from metrics.query.plan import Also
from metrics.releases.store import ReleaseStore
from metrics.sources.derived import window_of

Told = tuple[tuple[str, PublishedSystem], ...]
"""Releases, and what an audience saw in each."""
NEW = "this one"
"""In place of the id of the release that is being made."""


class EarlierReleases:
    """Every version of a day that was ever published, looked up once and told in the words of today's definitions."""

    def __init__(self, configuration: Configuration, store: ReleaseStore, held: Mapping[str, Iterable[date]] | None = None) -> None:
        self.configuration, self.store = configuration, store
        self.held = {dataset: frozenset(day.isoformat() for day in days) for dataset, days in (held or {}).items()}
        self._told: dict[tuple[str, date], Told] = {}
        self._windows: dict[str, list[tuple[str, PublishedSystem]]] = {}
        self._categories: dict[tuple[str, str], tuple[str, ...]] = {}

    def rolls(self, dataset: str) -> bool:
        return rolling_months(self.configuration, dataset) is not None

    def windows(self, dataset: str) -> list[tuple[str, PublishedSystem]]:
        """Of windows that roll: every version of every day, and what was made since this was asked first."""
        if dataset not in self._windows:
            step = self.configuration.datasets[dataset].window_months or 1
            told = self.store.spans(dataset)
            self._windows[dataset] = [
                (release, in_extracts(PublishedSystem.from_dict(system), extracts_between(start, end, step)))
                for start, end, release, system in told
            ]
        return self._windows[dataset]

    def note(self, dataset: str, systems: Iterable[PublishedSystem]) -> None:
        """Windows that are made now: the next ones are protected beside them."""
        if self.rolls(dataset):
            self.windows(dataset).extend((NEW, system) for system in systems)

    def told(self, dataset: str, day: date) -> Told:
        """What was published of a day; of windows that roll, of every day whose window is joined to its own by windows that overlap."""
        if self.rolls(dataset):
            window = (end.isoformat() for end in window_of(self.configuration, dataset, day))
            return connected(window, self.windows(dataset))
        key = (dataset, day)
        if key not in self._told:
            found = self.store.versions(dataset, day)
            self._told[key] = tuple((release, PublishedSystem.from_dict(system)) for release, system in found)
        return self._told[key]

    def also(self, dataset: str, days: Iterable[date]) -> dict[date, Also]:
        """Day to the sets of people that its earlier releases published: they must be counted again, to see what both give away.

        Raises
        ------
        DisclosureError : today's definitions cannot tell one of them
        """
        depth = self.configuration.organisation.depth
        found = {}
        for day in days:
            sets = {people for known in self.known(dataset, day).values() for people in known.sets}
            found[day] = frozenset((where, depth(unit)) for unit, where in sets)
        return {day: sets for day, sets in found.items() if sets}

    def known(self, dataset: str, day: date) -> dict[str, Known]:
        """Audience to what its readers know of a day; none where nothing was published of it."""
        told = self.told(dataset, day)
        known = known_by(tuple(self.configuration.disclosure.audiences), told)
        refuse_lost(f"{dataset}, {day.isoformat()}", sorted(self._lost(dataset, day, known), key=in_order), ())
        found = {audience: one.told(lambda people: self._in_todays_words(dataset, people)) for audience, one in known.items()}
        return {audience: cut_to(one, self.held[dataset]) for audience, one in found.items()} if self.rolls(dataset) else found

    def known_of(self, counts: Counts) -> dict[str, Known]:
        """As `known`; for joiners and leavers with the staff that earlier releases showed at either end."""
        known, day = self.known(counts.dataset, counts.period.end), counts.period.end
        if self.rolls(counts.dataset):
            return beside_other_windows(known, self.configuration.disclosure.audiences, structure_of(counts))
        flows = self.configuration.datasets[counts.dataset].flows
        if flows is None:
            return known
        ends = (counts.period.start - timedelta(days=1), day)
        staff = frozenset(people for end in ends for _, system in self.told(flows.source, end) for people in shown_staff(system))
        first = next(iter(self.configuration.disclosure.audiences))
        return {**known, first: replace(known.get(first, Known((), {})), staff=staff)} if staff else known

    def _lost(self, dataset: str, day: date, known: Mapping[str, Known]) -> set[Plain]:
        """Sets that today's columns, categories and units cannot tell."""
        days = {day, *(date.fromisoformat(name) for name in self.held.get(dataset, ()))} if self.rolls(dataset) else {day}
        units = {unit.id for one in days for unit in self.configuration.organisation.walk(one)}
        return {
            people
            for one in known.values()
            for people in one.sets
            if people[0] not in units
            or not all(axis == EXTRACT or categories <= set(self._universe(dataset, axis)) for axis, categories in people[1])
        }

    def _universe(self, dataset: str, axis: str) -> tuple[str, ...]:
        """Every category of a column; none of a column that is not there any more."""
        if (dataset, axis) not in self._categories:
            there = axis.removesuffix(PRESENT) in self.configuration.datasets[dataset].columns
            self._categories[dataset, axis] = universe(self.configuration, dataset, axis) if there else ()
        return self._categories[dataset, axis]

    def _in_todays_words(self, dataset: str, people: Plain) -> Plain:
        """A condition that everybody meets is none."""
        unit, where = people
        return unit, frozenset(
            (axis, categories) for axis, categories in where if axis == EXTRACT or categories != set(self._universe(dataset, axis))
        )


def shown_staff(system: PublishedSystem) -> Iterable[Plain]:
    shown = ~np.isnan(system.shown)
    return (staff_of(region) for region, seen in zip(system.structure.regions, shown.tolist(), strict=True) if seen)
