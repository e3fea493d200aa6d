"""Worked examples are rows of the KPI's own dataset: its columns, its categories, plain numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from metrics.definitions.checks.filters import not_offered
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem

GIVES = (
    *("value", "lower", "upper", "bound_low", "bound_high", "reference_value"),
    *("numerator", "denominator", "everyone", "possible", "reference_numerator", "reference_denominator"),
)


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi, dataset in parsed.kpis_with_dataset():
        for place, message in _example(parsed, kpi, dataset):
            yield parsed.problem("kpis", kpi.id, ("worked_example", *place), message)


def _example(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    example = kpi.worked_example
    if example is None:
        return
    if not example.rows:
        yield ("rows",), "no rows; write a few, or leave the example out"
    if not example.gives:
        yield ("gives",), "say what the rows give, such as `{numerator: 1, denominator: 2, value: 50.0}`"
    for key in example.gives:
        if key not in GIVES:
            yield ("gives", key), no_such("result", key, GIVES)
    said: set[str] = set()
    for n, row in enumerate(example.rows):
        for name, value in row.items():
            message = _cell(parsed, dataset, name, value)
            if message and message not in said:
                yield ("rows", n, name), message
                said.add(message)


def _cell(parsed: Parsed, dataset: Dataset, name: str, value: Any) -> str | None:
    offered = parsed.offered(dataset)
    holder = name if name in dataset.columns else offered.get(name)
    if holder is None:
        if name in parsed.dimensions:
            return not_offered(parsed, dataset, name, offered)
        return no_such("column", name, {*dataset.columns, *offered}, f"dataset '{dataset.id}'")
    column, finest = dataset.columns[holder], parsed.finest(dataset, holder)
    wanted = parsed.dimensions.get(name, finest) if holder != name or column.type == "category" else None
    if wanted is not None and finest is not None and value not in {*wanted.ids, *finest.ids}:
        return no_such("category", str(value), wanted.ids, f"dimension '{wanted.id}'")
    if wanted is None and column.type in NUMERIC and value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        return f"column '{name}' holds numbers, found '{value}'"
    return None
