"""Everything a council has declared, loaded and checked together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from metrics.definitions.access import Access
from metrics.definitions.base import Categories
from metrics.definitions.benchmark import Benchmark
from metrics.definitions.dataset import Dataset
from metrics.definitions.dimension import Dimension
from metrics.definitions.duty import DutyReturn
from metrics.definitions.gpg import GpgComparators, GpgReturn
from metrics.definitions.groupings import Ways, rolled_up, ways_up
from metrics.definitions.kpi import Breakdown, Kpi
from metrics.definitions.organisation import Organisation
from metrics.definitions.populations import FTE, HEADCOUNT, named
from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.definitions.sc_wres import ScWresReturn


@dataclass(frozen=True)
class Configuration:
    """What `load_configuration(folder)` returns: every cross-reference in it holds."""

    folder: Path
    organisation: Organisation
    dimensions: Mapping[str, Dimension]
    datasets: Mapping[str, Dataset]
    kpis: Mapping[str, Kpi]
    benchmarks: Mapping[str, Benchmark]
    disclosure: DisclosureSettings
    fingerprint: str
    """Hash of every definition file, the "definition version" that figures carry."""
    kpi_fingerprints: Mapping[str, str]
    """Hash of what decides one KPI's figures."""
    access: Access | None = None
    """None where there is no access.yaml. Rights do not change a figure, so they are not part of the fingerprint."""
    gpg_return: GpgReturn | None = None
    """`returns/gpg.yaml`; None where there is none. It decides no figure either."""
    gpg_comparators: GpgComparators = field(default_factory=GpgComparators)
    """`comparators/gender_pay_gap.yaml`, or what holds without it."""
    sc_wres: ScWresReturn | None = None
    """`returns/sc-wres.yaml`."""
    duty: DutyReturn | None = None
    """`returns/duty.yaml`."""

    def population_title(self, kpi: Kpi) -> str:
        """Who a KPI counts, and whether as heads or as full-time equivalents: for every heading."""
        if (dataset := self.datasets[kpi.dataset]).grain == "event" or not dataset.holds_people:
            return dataset.populations[kpi.population].title  # a row is no person: nobody is counted by heads
        basis = FTE if kpi.measure.unit == "fte" else HEADCOUNT
        return named(self.datasets[kpi.dataset].populations[kpi.population].title, basis)

    def profile(self, kpi: Kpi) -> Profile:
        return self.disclosure.profiles[kpi.profile]

    @cached_property
    def unit_words(self) -> tuple[str, ...]:
        """Breakdown words that mean units of the organisation."""
        return ("unit", *self.organisation.levels)

    def split(self, breakdown: Breakdown) -> tuple[int, tuple[str, ...]]:
        """How deep in the organisation a breakdown goes (0 = the council only), and its other dimensions."""
        depth = 0
        rest: list[str] = []
        for word in breakdown.by:
            if word == "unit":
                depth = max(self.organisation.depth(u.id) for u in self.organisation.units)
            elif word in self.organisation.levels:
                depth = max(self.organisation.depth(u.id) for u in self.organisation.units if u.level == word)
            else:
                rest.append(word)
        return depth, tuple(rest)

    def sources_of(self, dataset: str) -> dict[str, str]:
        """Every dimension that a dataset can be split by, and the column that holds it: own, banded, and rolled-up ones."""
        offered: dict[str, str] = {}
        for name, column in self.datasets[dataset].columns.items():
            for above in self._ways.get(column.dimension or column.band or "", {}):
                offered.setdefault(above, name)
        return offered

    @cached_property
    def _ways(self) -> dict[str, Ways]:
        return {id: ways_up(self.dimensions, id) for id in self.dimensions}

    def way_up(self, finest: str, dimension: str) -> tuple[str, ...]:
        """The dimensions from a stored one up to one that it rolls up to, both included; empty where it does not."""
        return self._ways[finest].get(dimension, ())

    def finest(self, dataset: str, column: str) -> Dimension:
        """The dimension whose categories a column stores."""
        declared = self.datasets[dataset].columns[column]
        return self.dimensions[declared.dimension or declared.band or column]

    def members(self, dimension: str, finest: str, category: str) -> frozenset[str]:
        """Categories of dimension `finest` that roll up to `category` of `dimension` (itself when they are the same)."""
        way = self.way_up(finest, dimension)
        return frozenset(c for c in self.dimensions[finest].ids if way and rolled_up(self.dimensions, way, c) == category)

    def resolve(self, dataset: str, dimension: str, wanted: Categories) -> tuple[str, frozenset[str]]:
        """A filter's column and the finest categories that it admits."""
        column = self.sources_of(dataset)[dimension]
        finest = self.finest(dataset, column).id
        chosen = self.dimensions[dimension].known if wanted == "known" else wanted
        found: frozenset[str] = frozenset().union(*(self.members(dimension, finest, c) for c in chosen))
        return column, found

    def units(self, day: date, depth: int) -> tuple[str, ...]:
        """Units that existed on `day`, down to `depth`, parents first."""
        return tuple(u.id for u in self.organisation.walk(day) if self.organisation.depth(u.id) <= depth)
