"""Measures over a population: its people are published figures, and every group of a breakdown can be found among them."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.checks.breakdowns import unit_words
from metrics.definitions.checks.filters import misfits
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi, MeasureType, PopulationOf
from metrics.definitions.nearest import listed, no_such
from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi, dataset in parsed.kpis_with_dataset():
        population = kpi.measure.population
        if population is None or not kpi.measure.type.has_population:
            continue
        for place, message in _kpi(parsed, kpi, dataset, population):
            yield parsed.problem("kpis", kpi.id, place, message)


def _kpi(parsed: Parsed, kpi: Kpi, dataset: Dataset, population: PopulationOf) -> Iterator[tuple[Place, str]]:
    where = ("measure", "population")
    if unknown := parsed.unknown("datasets", population.dataset, "dataset"):
        yield (*where, "dataset"), unknown
    published = parsed.datasets.get(population.dataset)
    if published is None or parsed.uncertain(published):
        return
    if published.grain != "published":
        message = f"'{published.id}' holds no published figures; how many people there are comes from a dataset with `grain: published`"
        yield (*where, "dataset"), message
        return
    declared = published.columns.get(population.column)
    if declared is None:
        yield (*where, "column"), no_such("column", population.column, published.columns, f"dataset '{published.id}'")
    elif declared.type not in NUMERIC:
        yield (*where, "column"), f"'{population.column}' is of type {declared.type}, and must be a number"
    for place, message in misfits(parsed, published, population.where):
        yield (*where, "where", *place), message
    yield from _indicator(published, population)
    yield from _groups(parsed, kpi, dataset, published)
    if kpi.measure.type is MeasureType.RATE_RATIO:
        yield from _reference(parsed, kpi)
    yield from _example(parsed, kpi)


def _indicator(published: Dataset, population: PopulationOf) -> Iterator[tuple[Place, str]]:
    """Numbers of two kinds (residents, households) are never added together."""
    declared = published.columns.get(published.indicator or "")
    name = (declared.dimension or published.indicator) if declared else None
    wanted = population.where.get(name) if name else None
    if name and (wanted is None or wanted == "known" or len(wanted) != 1):
        yield ("measure", "population", "where"), f"say which number of '{published.id}' is meant: `{name}:` with one of its categories"


def _groups(parsed: Parsed, kpi: Kpi, dataset: Dataset, published: Dataset) -> Iterator[tuple[Place, str]]:
    units, there = unit_words(parsed), parsed.offered(published)
    both = [name for name in parsed.offered(dataset) if name in there]
    for n, breakdown in enumerate(kpi.breakdowns):
        for word in breakdown.by:
            if word in units:
                yield ("breakdowns", n), f"nobody lives in a {word}: the population is that of the whole place; leave '{word}' out"
            elif word not in there and word in parsed.offered(dataset):
                message = f"'{published.id}' does not say how many people are in each '{word}'"
                yield ("breakdowns", n), f"{message}; both have: {listed(both)}"


def _example(parsed: Parsed, kpi: Kpi) -> Iterator[tuple[Place, str]]:
    if kpi.worked_example is None:
        return
    over = parsed.dimensions.get(kpi.measure.over or "")
    named = over.known if over is not None else ("all",)
    told = kpi.worked_example.population
    if set(told) - {*named, "all"} or not set(named) <= set(told):
        yield ("worked_example",), f"say how many people there are: `population: {{{', '.join(f'{name}: 1000' for name in named)}}}`"


def _reference(parsed: Parsed, kpi: Kpi) -> Iterator[tuple[Place, str]]:
    measure = kpi.measure
    wanted = measure.reference_group.get(str(measure.over), ())
    if len(measure.reference_group) != 1 or wanted == "known" or len(wanted) != 1:
        yield ("measure", "reference_group"), f"the groups stand against one of their own: `{measure.over}:` with one of its categories"
    dimension = parsed.dimensions.get(str(measure.over))
    if dimension is not None and wanted != "known" and any(c in dimension.unknown for c in wanted):
        yield ("measure", "reference_group"), "people whose answer is not known are no group to stand against"
