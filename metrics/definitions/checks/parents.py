"""Dimensions: categories are unique, and where a dimension has a parent every category rolls up to one of its categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from metrics.definitions.dimension import Dimension
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for dimension in parsed.dimensions.values():
        yield from _categories(parsed, dimension)
        yield from _parents(parsed, dimension)


def _categories(parsed: Parsed, dimension: Dimension) -> Iterator[Problem]:
    if not dimension.known:
        yield parsed.problem("dimensions", dimension.id, ("categories",), "no category that is an answer; at least one must be known")
    ids, labels = Counter(dimension.ids), Counter(c.label.lower() for c in dimension.categories)
    for n, category in enumerate(dimension.categories):
        if ids[category.id] > 1 and dimension.ids.index(category.id) != n:
            yield parsed.problem("dimensions", dimension.id, ("categories", n), f"category '{category.id}' is written twice; keep one")
        elif labels[category.label.lower()] > 1 and category.label.lower() in (c.label.lower() for c in dimension.categories[:n]):
            yield parsed.problem(
                "dimensions",
                dimension.id,
                ("categories", n),
                f"label '{category.label}' is written twice; readers could not tell them apart",
            )


def _parents(parsed: Parsed, dimension: Dimension) -> Iterator[Problem]:
    if dimension.parent_dimension is None:
        for n, category in enumerate(dimension.categories):
            if category.parent is not None:
                message = f"category '{category.id}' has a parent, but the dimension has no parent_dimension; name it"
                yield parsed.problem("dimensions", dimension.id, ("categories", n, "parent"), message)
        return
    unknown = parsed.unknown("dimensions", dimension.parent_dimension, "dimension")
    if unknown or _circle(parsed, dimension):
        message = unknown or f"'{dimension.id}' is above itself; follow the parent dimensions and break the circle"
        yield parsed.problem("dimensions", dimension.id, ("parent_dimension",), message)
        return
    above = parsed.dimensions.get(dimension.parent_dimension)
    if above is not None:
        yield from _rolled_up(parsed, dimension, above)


def _rolled_up(parsed: Parsed, dimension: Dimension, above: Dimension) -> Iterator[Problem]:
    for n, category in enumerate(dimension.categories):
        place = ("categories", n, "parent")
        if category.parent is None:
            message = f"category '{category.id}' has no parent in '{above.id}'; there are: {', '.join(above.ids)}"
            yield parsed.problem("dimensions", dimension.id, place, message)
        elif category.parent not in above.ids:
            yield parsed.problem("dimensions", dimension.id, place, no_such("category", category.parent, above.ids, f"'{above.id}'"))
        elif category.known != above.category(category.parent).known:
            message = (
                f"'{category.id}' and its parent '{category.parent}' do not agree on known; "
                "people who gave no answer stay not known in every grouping"
            )
            yield parsed.problem("dimensions", dimension.id, place, message)


def _circle(parsed: Parsed, dimension: Dimension) -> bool:
    seen: set[str] = set()
    here: Dimension | None = dimension
    while here is not None and here.parent_dimension is not None:
        if here.parent_dimension == dimension.id:
            return True
        if here.id in seen:
            return False
        seen.add(here.id)
        here = parsed.dimensions.get(here.parent_dimension)
    return False
