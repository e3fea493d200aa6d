"""Two groups held against each other: they differ in who they are and in nothing else, and a ratio's distance from 1 is a factor."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi, Tolerance
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi in parsed.kpis.values():
        if kpi.measure.type.is_ratio:
            for place, message in _judged(kpi):
                yield parsed.problem("kpis", kpi.id, place, message)
    for kpi, dataset in parsed.kpis_with_dataset():
        if kpi.measure.type.has_two_pools and kpi.measure.denominator and kpi.measure.reference_group:
            for message in _pools(parsed, kpi, dataset):
                yield parsed.problem("kpis", kpi.id, ("measure", "reference_group"), message)


def _judged(kpi: Kpi) -> Iterator[tuple[Place, str]]:
    if kpi.polarity not in {"closer_to_target", "contextual"}:
        yield ("polarity",), "a ratio of two groups is best at 1, on neither side; write `closer_to_target`"
    if isinstance(kpi.status_rule, Tolerance):
        yield ("status_rule",), "a ratio has its likely range; write `interval`, and how near is near enough as `target: {within: 1.1}`"
    if kpi.target is not None and kpi.target.within is not None and kpi.target.within < 1:
        message = f"for a ratio this is a factor: 1.1 means 0.91 to 1.10 of the target; {kpi.target.within:g} cannot be"
        yield ("target", "within"), message


def _pools(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Iterator[str]:
    first, second = (parsed.chosen(dataset, where) for where in (kpi.measure.denominator, kpi.measure.reference_group))
    apart = [column for column in first.keys() & second.keys() if not first[column] & second[column]]
    if not apart:
        yield "some people are in both pools, the denominator and the reference_group; the two must not overlap"
    for column in sorted(first.keys() | second.keys()):
        if column not in apart and first.get(column) != second.get(column):
            yield f"asks something else of '{column}' than the denominator does; the two pools may differ only in who they are"
    for column in apart:
        finest = parsed.finest(dataset, column)
        mixed = sorted((first[column] | second[column]) & set(finest.unknown)) if finest else []
        if mixed:
            yield f"a pool holds people whose answer is not known ({', '.join(mixed)}); they join no group"
