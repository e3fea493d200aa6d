"""What an audience is not shown of staff at either end of a span: joiners and leavers must not give it away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from metrics.definitions.configuration import Configuration
from metrics.disclosure.flows import hidden_sets, plain
from metrics.disclosure.given import Plain
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.staff_told import kept_from_flows
from metrics.pipeline.earlier import EarlierReleases
from metrics.query.counts import Counts, Region
from metrics.releases.store import ReleaseStore


@dataclass(frozen=True)
class Version:
    """Sets of staff that the first audience is shown, and is not shown, of one day."""

    shown: frozenset[Plain]
    hidden: frozenset[Plain]


class HiddenStaff:
    """Fills as staff is protected; every version of a day that was published before is looked up."""

    def __init__(
        self, configuration: Configuration, store: ReleaseStore, base: str | None, held: Mapping[str, Iterable[date]] | None = None
    ) -> None:
        self.configuration, self.store, self.base = configuration, store, base
        self.first = next(iter(configuration.disclosure.audiences))
        self.made: dict[tuple[str, date], Version] = {}
        self.earlier = EarlierReleases(configuration, store, held)

    @cached_property
    def standing(self) -> dict[tuple[str, date], str]:
        """Dataset and day to the release in which what stands today was first published."""
        batches = self.store.batches(self.base) if self.base else ()
        return {(b.label.dataset, b.label.period_end): b.release for b in batches if b.label.audience == self.first}

    def note(self, counts: Counts, shown: Mapping[str, ShownCells]) -> None:
        self.made[counts.dataset, counts.period.end] = version(counts.regions, shown[self.first].shown)

    def at_both_ends(self, counts: Counts) -> frozenset[Plain]:
        """Hidden sets of staff, and sets that would tell them. Nothing for datasets that are not of joiners and leavers."""
        flows = self.configuration.datasets[counts.dataset].flows
        if flows is None:
            return frozenset()
        end, beginning = (self._read(flows.source, day) for day in (counts.period.end, counts.period.start - timedelta(days=1)))
        return kept_from_flows(counts, (end.shown, end.hidden), (beginning.shown, beginning.hidden))

    def _read(self, dataset: str, day: date) -> Version:
        """What any version of a day hides, less what the one that stands shows.

        A set may be hidden in one release and not be published in the next: it stays hidden. One that stood in a release that
        is withdrawn may have been counted wrongly, so that it was shown there does not count.
        """
        told = [(release, s) for release, s in self.earlier.told(dataset, day) if s.audience == self.first]
        versions = {release: version(system.structure.regions, system.shown) for release, system in told}
        stands = self.made.get((dataset, day)) or versions.get(self.standing.get((dataset, day), ""))
        every = [*versions.values(), *([stands] if stands else [])]
        shown: frozenset[Plain] = stands.shown if stands else frozenset()
        return Version(shown, frozenset().union(*(v.hidden for v in every)) - shown)


def version(regions: Sequence[Region], shown: np.ndarray) -> Version:
    sets = frozenset(plain(region) for region in regions)
    hidden = frozenset(hidden_sets(tuple(regions), shown))
    return Version(sets - hidden, hidden)


def sources_first(configuration: Configuration, datasets: Iterable[str]) -> list[str]:
    """The datasets, those of joiners and leavers after all others."""
    return sorted(datasets, key=lambda id: configuration.datasets[id].flows is not None)
