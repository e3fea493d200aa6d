"""Bands of a number: they have ends, do not overlap, and leave no whole number out between them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from metrics.definitions.dataset import Column
from metrics.definitions.dimension import Category, Dimension
from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    used: dict[str, str] = {}
    for dataset in parsed.datasets.values():
        for name, column in dataset.columns.items():
            if column.band is None:
                continue
            message = _cannot_band(parsed, name, column)
            if message:
                yield parsed.problem("datasets", dataset.id, ("columns", name, "band"), message)
            used.setdefault(column.band, dataset.id)
    for id in used:
        if id in parsed.dimensions:
            yield from _ends(parsed, parsed.dimensions[id])


def _cannot_band(parsed: Parsed, name: str, column: Column) -> str | None:
    if column.type not in {*NUMERIC, "date"}:
        return f"only numbers and dates of birth are banded, and '{name}' is of type {column.type}; write `dimension:` for categories"
    unknown = parsed.unknown("dimensions", column.band, "dimension")
    if unknown:
        return unknown
    band = parsed.dimensions.get(column.band or "")
    if band is not None and not any(_has_ends(c) for c in band.categories):
        return f"no category of '{band.id}' says from or to, so no number falls into any of them"
    return None


def _has_ends(category: Category) -> bool:
    return category.from_value is not None or category.to_value is not None


def _ends(parsed: Parsed, dimension: Dimension) -> Iterator[Problem]:
    banded = [(n, c) for n, c in enumerate(dimension.categories) if _has_ends(c)]
    spans = sorted(((_low(c), _high(c), n, c) for n, c in banded), key=lambda span: span[:3])
    for low, high, n, category in spans:
        if high <= low:
            yield parsed.problem("dimensions", dimension.id, ("categories", n), f"category '{category.id}' ends before it begins")
    for (_, high, _, before), (low, _, n, after) in pairwise(spans):
        if low < high:
            yield parsed.problem(
                "dimensions",
                dimension.id,
                ("categories", n),
                f"categories '{before.id}' and '{after.id}' overlap; a number falls into one band",
            )
        elif low > high:
            message = f"numbers between '{before.id}' and '{after.id}' fall into no band; `to` is the last whole number of a band"
            yield parsed.problem("dimensions", dimension.id, ("categories", n), message)


def _low(category: Category) -> float:
    return category.from_value if category.from_value is not None else float("-inf")


def _high(category: Category) -> float:
    return category.to_value + 1 if category.to_value is not None else float("inf")
