"""Every definition file that could be read, before anything is known about how they fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from metrics.definitions.access import Access
from metrics.definitions.base import Filter
from metrics.definitions.benchmark import Benchmark
from metrics.definitions.dataset import Column, Dataset, Population
from metrics.definitions.dimension import Dimension
from metrics.definitions.duty import DutyReturn
from metrics.definitions.gpg import GpgComparators, GpgReturn
from metrics.definitions.groupings import rolled_up, ways_up
from metrics.definitions.kpi import Kpi
from metrics.definitions.nearest import no_such
from metrics.definitions.organisation import Organisation
from metrics.definitions.profile import DisclosureSettings
from metrics.definitions.sc_wres import ScWresReturn
from metrics.definitions.strict_yaml import Place, Reading
from metrics.errors import Problem

Folder = Literal["dimensions", "datasets", "kpis", "benchmarks"]
NUMERIC = frozenset({"number", "integer", "money"})


@dataclass(frozen=True)
class Parsed:
    """What the checks are handed. A file with problems of its own is absent from its mapping, but its id is in `broken`,
    so that no check reports a name as unknown only because its file is being mended."""

    organisation: Organisation | None
    organisation_where: str
    dimensions: Mapping[str, Dimension]
    datasets: Mapping[str, Dataset]
    kpis: Mapping[str, Kpi]
    benchmarks: Mapping[str, Benchmark]
    disclosure: DisclosureSettings | None
    readings: Mapping[tuple[str, str], Reading]
    """(folder, id) to the file; the disclosure settings are ("", "disclosure")."""
    broken: frozenset[tuple[str, str]] = field(default=frozenset())
    access: Access | None = None
    """None where there is no access.yaml: it is needed only where people sign in."""
    gpg_return: GpgReturn | None = None
    gpg_comparators: GpgComparators | None = None
    sc_wres: ScWresReturn | None = None
    duty: DutyReturn | None = None
    populations: Mapping[str, Population] = field(default_factory=dict)
    """Those of `populations.yaml`, with `without` worked into `where`. Datasets that have their columns hold them, too."""

    def ids(self, folder: Folder) -> frozenset[str]:
        """Ids of a folder's files, those with problems included."""
        made = self.dimensions if folder == "dimensions" else ()
        return frozenset(id for where, id in {*self.readings, *self.broken} if where == folder).union(made)

    def problem(self, folder: str, id: str, place: Place, message: str) -> Problem:
        return self.readings[(folder, id)].problem(place, message)

    def unknown(self, folder: Folder, id: str | None, what: str) -> str | None:
        """ "no dataset 'hrr'; did you mean 'hr'?" when there is no such file, else None."""
        known = self.ids(folder)
        return None if id is None or id in known else no_such(what, id, known)

    def offered(self, dataset: Dataset) -> dict[str, str]:
        """As `Configuration.sources_of`, but on files that may not fit together yet."""
        found: dict[str, str] = {}
        for name, column in dataset.columns.items():
            own = column.dimension or column.band
            for above in ways_up(self.dimensions, own) if own is not None else ():
                found.setdefault(above, name)
        return found

    def uncertain(self, dataset: Dataset) -> bool:
        """Whether one of a dataset's dimensions, or of those above them, has problems of its own: what it offers is not known yet."""
        return any(dimension not in self.dimensions for dimension in self.offered(dataset))

    def finest(self, dataset: Dataset, column: str) -> Dimension | None:
        declared: Column | None = dataset.columns.get(column)
        return self.dimensions.get(declared.dimension or declared.band or "") if declared else None

    def below(self, dimension: str, categories: frozenset[str], finest: Dimension) -> frozenset[str]:
        """Categories of `finest` that roll up to one of `categories` of `dimension`."""
        return frozenset(c.id for c in finest.categories if self.rolled_up(finest, c.id, dimension) in categories)

    def rolled_up(self, finest: Dimension, category: str, dimension: str) -> str | None:
        """The category of `dimension` that a category of `finest` belongs to."""
        way = ways_up(self.dimensions, finest.id).get(dimension, ())
        return rolled_up(self.dimensions, way, category) if way else None

    def chosen(self, dataset: Dataset, where: Filter) -> dict[str, frozenset[str]]:
        """A filter as column to the finest categories admitted; conditions that do not fit are left out (another check says so)."""
        offered = self.offered(dataset)
        found: dict[str, frozenset[str]] = {}
        for name, wanted in where.items():
            column = offered.get(name, "")
            finest, dimension = self.finest(dataset, column), self.dimensions.get(name)
            if finest is None or dimension is None:
                continue
            admitted = self.below(name, frozenset(dimension.known if wanted == "known" else wanted), finest)
            found[column] = found.get(column, admitted) & admitted
        return found

    def kpis_with_dataset(self) -> Iterator[tuple[Kpi, Dataset]]:
        """KPIs whose dataset, and every dimension it has, could be read."""
        for kpi in self.kpis.values():
            dataset = self.datasets.get(kpi.dataset)
            if dataset is not None and not self.uncertain(dataset):
                yield kpi, dataset
