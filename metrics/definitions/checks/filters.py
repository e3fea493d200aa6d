"""Filters name dimensions that the dataset offers, and categories that these have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from metrics.definitions.base import Categories, Filter
from metrics.definitions.dataset import Dataset
from metrics.definitions.dimension import Dimension
from metrics.definitions.nearest import listed, no_such
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for dataset in parsed.datasets.values():
        if parsed.uncertain(dataset):
            continue
        for name, population in dataset.populations.items():
            if population is parsed.populations.get(name):
                continue  # `checks.populations` looks at those in their own file
            where: Filter = {k: wanted for k, wanted in population.where.items() if k not in population.without}
            parts: tuple[tuple[str, Filter], ...] = (("without", population.without), ("where", where))
            for part, filtered in parts:
                for place, message in misfits(parsed, dataset, filtered):
                    yield parsed.problem("datasets", dataset.id, ("populations", name, part, *place), message)
        for role in ("not_employees", "without_pay"):
            for place, message in misfits(parsed, dataset, getattr(dataset, role)):
                yield parsed.problem("datasets", dataset.id, (role, *place), message)
    for kpi, dataset in parsed.kpis_with_dataset():
        measure = kpi.measure
        for part, where in (
            ("numerator", measure.numerator),
            ("denominator", measure.denominator),
            ("reference_group", measure.reference_group),
        ):
            for place, message in misfits(parsed, dataset, where):
                yield parsed.problem("kpis", kpi.id, ("measure", part, *place), message)


def misfits(parsed: Parsed, dataset: Dataset, where: Filter) -> Iterator[tuple[Place, str]]:
    """Conditions that a dataset cannot meet, with their place in the filter."""
    offered = parsed.offered(dataset)
    for name, wanted in where.items():
        if name not in offered:
            yield (name,), not_offered(parsed, dataset, name, offered)
            continue
        yield from categories(parsed.dimensions[name], name, wanted)


def categories(dimension: Dimension, name: str, wanted: Categories) -> Iterator[tuple[Place, str]]:
    """Whether a dimension has the categories that a filter names."""
    if wanted == "known":
        return
    if not wanted:
        yield (name,), f"an empty list admits nobody; write `known` or some of: {', '.join(dimension.ids)}"
    for n, category in enumerate(wanted):
        if category not in dimension.ids:
            yield (name, n), no_such("category", category, dimension.ids, f"dimension '{name}'")


def not_offered(parsed: Parsed, dataset: Dataset, name: str, offered: Iterable[str]) -> str:
    """Why a dimension cannot be used: the dataset has no such column, or it holds a number or another dimension."""
    column = dataset.columns.get(name)
    if column is not None and (column.dimension or column.band):
        return f"column '{name}' holds dimension '{column.dimension or column.band}'; write that name"
    if column is not None:
        return f"column '{name}' is of type {column.type}; only categories, and numbers with bands, can be filtered or split by"
    if name in parsed.ids("dimensions"):
        return f"dataset '{dataset.id}' has no column for dimension '{name}'; it has: {listed(offered)}"
    return no_such("column", name, offered, f"dataset '{dataset.id}'")
