"""Figures that are made of the figures of groups: the groups are published wherever the figure is, each beside what it is held against."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.checks.breakdowns import unit_words
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi, dataset in parsed.kpis_with_dataset():
        if kpi.measure.type.is_over_groups and kpi.measure.over is not None:
            for place, message in _kpi(parsed, kpi, dataset, kpi.measure.over):
                yield parsed.problem("kpis", kpi.id, place, message)


def _kpi(parsed: Parsed, kpi: Kpi, dataset: Dataset, over: str) -> Iterator[tuple[Place, str]]:
    offered, levels = parsed.offered(dataset), unit_words(parsed)
    if over not in offered:
        yield ("measure", "over"), no_such("dimension", over, offered, f"dataset '{dataset.id}'")
        return
    if not any(b.by == (over,) and b.grain in {None, kpi.period.grain} for b in kpi.breakdowns):
        yield ("breakdowns",), f"made of the figures of its groups, which have to be published with it; add `[{over}]`"
    for n, breakdown in enumerate(kpi.breakdowns):
        if {word for word in breakdown.by if word not in levels} != {over}:
            yield ("breakdowns", n), f"every breakdown of this KPI is by '{over}', at the council or by unit: `[directorate, {over}]`"
    yield from _compared(parsed, kpi, dataset, over)


def _compared(parsed: Parsed, kpi: Kpi, dataset: Dataset, over: str) -> Iterator[tuple[Place, str]]:
    measure, column = kpi.measure, parsed.offered(dataset)[over]
    if measure.type is MeasureType.EXTREME_GROUP_GAP:
        if measure.reference_group and column not in parsed.chosen(dataset, measure.reference_group):
            yield ("measure", "reference_group"), f"the groups of '{over}' are compared with one of their own kind; name it by '{over}'"
        return
    if measure.type is not MeasureType.DISSIMILARITY:
        return
    if measure.denominator.get(over) != "known":
        yield ("measure", "denominator"), f"shares are of those whose answer is known; add `{over}: known`"
    benchmark, dimension = parsed.benchmarks.get(kpi.benchmark or ""), parsed.dimensions[over]
    if kpi.benchmark is None:
        yield (), "a dissimilarity needs `benchmark:`, the shares it is compared with"
    elif benchmark is not None and (benchmark.dimension != over or set(dimension.known) - set(benchmark.by_category)):
        yield ("benchmark",), f"'{benchmark.id}' has no share for each category of '{over}'"
