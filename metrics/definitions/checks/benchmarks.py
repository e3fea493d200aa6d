"""Benchmarks hold the figure that a KPI compares with, for categories that exist; complete shares come to 100 %."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.benchmark import Benchmark
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem

ROUNDING = 1.0
"""How far published shares, each rounded, may be from 100 together."""


def check(parsed: Parsed) -> Iterator[Problem]:
    for benchmark in parsed.benchmarks.values():
        yield from (parsed.problem("benchmarks", benchmark.id, place, message) for place, message in _benchmark(parsed, benchmark))
    for kpi in parsed.kpis.values():
        found = parsed.benchmarks.get(kpi.benchmark or "")
        message = _nothing_for(parsed, kpi, found) if found else None
        if message:
            yield parsed.problem("kpis", kpi.id, ("benchmark",), message)


def _benchmark(parsed: Parsed, benchmark: Benchmark) -> Iterator[tuple[Place, str]]:
    for n, other in enumerate(benchmark.others):
        if unknown := parsed.unknown("benchmarks", other, "benchmark"):
            yield ("others", n), unknown
        elif other == benchmark.id:
            yield ("others", n), f"'{other}' is this benchmark itself; name those that could be taken instead"
    if benchmark.value is None and not benchmark.by_category:
        yield (), "no figure; give `value:`, or `dimension:` and `by_category:`"
    if benchmark.by_category and benchmark.dimension is None:
        yield ("by_category",), "by_category needs `dimension:` to say whose categories these are"
    unknown = parsed.unknown("dimensions", benchmark.dimension, "dimension")
    if unknown:
        yield ("dimension",), unknown
    dimension = parsed.dimensions.get(benchmark.dimension or "")
    if dimension is None:
        return
    for category in benchmark.by_category:
        if category not in dimension.ids:
            yield ("by_category", category), no_such("category", category, dimension.ids, f"dimension '{dimension.id}'")
    total = sum(benchmark.by_category.values())
    complete = set(dimension.known) <= set(benchmark.by_category)
    if complete and _are_shares(parsed, benchmark) and abs(total - 100) > ROUNDING:
        yield ("by_category",), f"the shares of all categories come to {total:g}, not 100; are they percentages of the same people?"


def _are_shares(parsed: Parsed, benchmark: Benchmark) -> bool:
    return not any(kpi.measure.type.needs_rows for kpi in parsed.kpis.values() if kpi.benchmark == benchmark.id)


def _nothing_for(parsed: Parsed, kpi: Kpi, benchmark: Benchmark) -> str | None:
    if benchmark.value is not None or not benchmark.by_category:
        return None
    dataset = parsed.datasets.get(kpi.dataset)
    named = {*kpi.measure.numerator} if kpi.measure.type is not MeasureType.COUNT else set()
    named |= {word for breakdown in kpi.breakdowns for word in breakdown.by}
    if benchmark.dimension in named or dataset is None:
        return None
    by = benchmark.dimension
    return f"benchmark '{benchmark.id}' has figures by '{by}', which this KPI neither counts nor is split by; give it a `value:`"
