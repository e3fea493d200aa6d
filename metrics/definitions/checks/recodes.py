"""Recodes: every label is turned into a category, or a unit, that exists."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.dataset import Dataset
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for dataset in parsed.datasets.values():
        yield from _columns(parsed, dataset)
        yield from _units(parsed, dataset)


def _columns(parsed: Parsed, dataset: Dataset) -> Iterator[Problem]:
    for name, column in dataset.columns.items():
        if column.type != "category" and (column.recode or column.blank):
            message = f"recode and blank are for categories, and '{name}' is of type {column.type}"
            yield parsed.problem("datasets", dataset.id, ("columns", name), message)
            continue
        dimension = parsed.dimensions.get(column.dimension or "")
        if dimension is None or (dataset.answers is not None and name == dataset.answers.column):
            continue  # answers say themselves what their headings mean
        for label, category in column.recode.items():
            if category not in dimension.ids:
                message = no_such("category", category, dimension.ids, f"dimension '{dimension.id}'")
                yield parsed.problem("datasets", dataset.id, ("columns", name, "recode", label), message)
        if column.blank is not None and column.blank not in dimension.ids:
            message = no_such("category", column.blank, dimension.ids, f"dimension '{dimension.id}'")
            yield parsed.problem("datasets", dataset.id, ("columns", name, "blank"), message)


def _units(parsed: Parsed, dataset: Dataset) -> Iterator[Problem]:
    if dataset.unit is None or parsed.organisation is None:
        return
    for label, unit in dataset.unit.recode.items():
        if unit not in parsed.organisation.by_id:
            yield parsed.problem("datasets", dataset.id, ("unit", "recode", label), no_such("unit", unit, parsed.organisation.by_id))
