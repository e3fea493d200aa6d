"""What an audience is not shown of staff at either end of a span: joiners and leavers must not give it away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import numpy as np

from metrics.definitions.configuration import Configuration
from metrics.disclosure.flows import hidden_sets
from metrics.disclosure.given import Plain
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.system import PublishedSystem
from metrics.pipeline.earlier import EarlierReleases
from metrics.query.counts import Counts, Region
from metrics.releases.store import ReleaseStore

Hidden = dict[tuple[str, date], frozenset[Plain]]
"""Dataset and day to the sets of staff that the first audience is not shown."""


class HiddenStaff:
    """Fills as staff is protected; days that were published before are looked up in the release that holds them."""

    def __init__(self, configuration: Configuration, store: ReleaseStore, base: str | None) -> None:
        self.configuration, self.store, self.base = configuration, store, base
        self.first = next(iter(configuration.disclosure.audiences))
        self.known: Hidden = {}
        self.looked = False
        self.earlier = EarlierReleases(configuration, store)

    def note(self, counts: Counts, shown: Mapping[str, ShownCells]) -> None:
        self._keep(counts.dataset, counts.period.end, counts.regions, shown[self.first].shown)

    def _keep(self, dataset: str, day: date, regions: tuple[Region, ...], shown: np.ndarray) -> None:
        self.known[dataset, day] = frozenset(hidden_sets(regions, shown))

    def at_both_ends(self, counts: Counts) -> frozenset[Plain]:
        """Nothing for datasets that are not of joiners and leavers."""
        flows = self.configuration.datasets[counts.dataset].flows
        if flows is None:
            return frozenset()
        days = (counts.period.start - timedelta(days=1), counts.period.end)
        if any((flows.source, day) not in self.known for day in days):
            self._look_up(flows.source)
        for day in days:
            self._look_up_withdrawn(flows.source, day)
        return frozenset().union(*(self.known.get((flows.source, day), frozenset()) for day in days))

    def _look_up(self, dataset: str) -> None:
        """The published days of a dataset, once."""
        if self.looked or self.base is None:
            return
        self.looked = True
        for batch, system in self.store.systems(self.base, self.first):
            key = (batch.label.dataset, batch.label.period_end)
            if batch.label.dataset == dataset and key not in self.known:
                held = PublishedSystem.from_dict(system)
                self._keep(*key, held.structure.regions, held.shown)

    def _look_up_withdrawn(self, dataset: str, day: date) -> None:
        """A day that stands in no release any more: as it was published last."""
        versions = [system for _, system in self.earlier.told(dataset, day) if system.audience == self.first]
        if (dataset, day) not in self.known and versions:
            self._keep(dataset, day, versions[-1].structure.regions, versions[-1].shown)


def sources_first(configuration: Configuration, datasets: Iterable[str]) -> list[str]:
    """The datasets, those of joiners and leavers after all others."""
    return sorted(datasets, key=lambda id: configuration.datasets[id].flows is not None)
