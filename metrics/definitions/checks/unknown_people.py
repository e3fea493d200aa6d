"""The numerator lies within the denominator, and people whose answer is not known are in neither."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.base import Filter
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi, dataset in parsed.kpis_with_dataset():
        if not kpi.measure.type.is_share or kpi.measure.type.has_population:  # whose reference group is no base
            continue
        for base in ("denominator", "reference_group"):
            where = getattr(kpi.measure, base)
            if base in kpi.measure.model_fields_set and set(where) <= set(parsed.offered(dataset)):
                for place, message in _within(parsed, kpi, dataset, base):
                    yield parsed.problem("kpis", kpi.id, ("measure", *place), message)


def _within(parsed: Parsed, kpi: Kpi, dataset: Dataset, base: str) -> Iterator[tuple[Place, str]]:
    offered = parsed.offered(dataset)
    bound = _both(parsed, kpi, dataset, getattr(kpi.measure, base))
    for name, wanted in kpi.measure.numerator.items():
        column = offered.get(name, "")
        finest = parsed.finest(dataset, column)
        if finest is None or wanted == "known":
            continue
        counted = parsed.chosen(dataset, {name: wanted})[column]
        admitted = bound.get(column, frozenset(finest.ids))
        if counted and not counted & admitted:
            yield ("numerator", name), f"nobody can be in the numerator: the {base} admits none of its categories of '{name}'"
        elif counted - admitted:
            outside = ", ".join(sorted(counted - admitted))
            yield ("numerator", name), f"counts people who are not in the {base}: {outside}"
        elif name not in dataset.marks and counted & set(finest.known) and admitted & set(finest.unknown):
            yield (base,), f"people whose '{name}' is not known would count as not belonging; add `{name}: known` to the {base}"


def _both(parsed: Parsed, kpi: Kpi, dataset: Dataset, base: Filter) -> dict[str, frozenset[str]]:
    """Who the base admits, given who the population does."""
    population = dataset.populations.get(kpi.population)
    found = parsed.chosen(dataset, population.where if population else {})
    for column, admitted in parsed.chosen(dataset, base).items():
        found[column] = found.get(column, admitted) & admitted
    return found
