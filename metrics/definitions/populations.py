"""Populations by name: those of the whole council joined to the datasets that can tell them, and how they are named in titles."""

from __future__ import annotations

import re
from collections.abc import Mapping

from metrics.definitions.base import Categories
from metrics.definitions.dataset import Dataset, Population
from metrics.definitions.dimension import Dimension
from metrics.definitions.groupings import ways_up

HEADCOUNT, FTE = "headcount", "full-time equivalent"
TYPED = re.compile(r"\s*[(,;]\s*headcount\s*\)$", re.IGNORECASE)


def named(title: str, basis: str) -> str:
    """A population's title with how its people are counted, which the measure says.

    >>> named("All staff without casual workers", HEADCOUNT), named("Employees on full pay (full-pay relevant employees)", HEADCOUNT)
    ('All staff without casual workers (headcount)', 'Employees on full pay (full-pay relevant employees, headcount)')
    """
    bare = TYPED.sub(lambda typed: ")" if typed[0].lstrip()[0] in ",;" else "", title)
    return f"{bare[:-1]}, {basis})" if bare.endswith(")") else f"{bare} ({basis})"


def resolved(populations: Mapping[str, Population], dimensions: Mapping[str, Dimension]) -> dict[str, Population]:
    """The same populations with `without` worked into `where`: everything downstream asks who is admitted."""
    return {id: _resolved(population, dimensions) for id, population in populations.items()}


def _resolved(population: Population, dimensions: Mapping[str, Dimension]) -> Population:
    where: dict[str, Categories] = dict(population.where)
    for name, left_out in population.without.items():
        if name in dimensions:
            dimension = dimensions[name]
            admitted = where.get(name, dimension.ids)
            out = dimension.known if left_out == "known" else left_out
            where[name] = tuple(c for c in (dimension.known if admitted == "known" else admitted) if c not in out)
    return population.model_copy(update={"where": where})


def shared(dataset: Dataset, everyone: Mapping[str, Population], dimensions: Mapping[str, Dimension]) -> Dataset:
    """The dataset with every population of the council that it has the columns for, beside its own."""
    offered = _offered(dataset, dimensions)
    fitting = {id: p for id, p in everyone.items() if set(p.where) <= offered and id not in dataset.populations}
    return dataset.model_copy(update={"populations": {**resolved(dataset.populations, dimensions), **fitting}})


def _offered(dataset: Dataset, dimensions: Mapping[str, Dimension]) -> set[str]:
    found: set[str] = set()
    for column in dataset.columns.values():
        own = column.dimension or column.band
        found |= set(ways_up(dimensions, own)) if own is not None else set()
    return found
