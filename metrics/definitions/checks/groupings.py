"""Groupings: each puts every category of another dimension into exactly one group, and nobody unknown into a group of answers."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.dimension import Category, Dimension
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for dimension in parsed.dimensions.values():
        for place, message in _grouping(parsed, dimension):
            yield parsed.problem("dimensions", dimension.id, place, message)


def _grouping(parsed: Parsed, dimension: Dimension) -> Iterator[tuple[Place, str]]:
    if dimension.groups_of is None:
        for n, category in enumerate(dimension.categories):
            if category.holds is not None:
                yield ("categories", n, "holds"), f"category '{category.id}' holds others, but the dimension has no groups_of; name it"
        return
    if unknown := parsed.unknown("dimensions", dimension.groups_of, "dimension"):
        yield ("groups_of",), unknown
        return
    if dimension.parent_dimension is not None:
        message = f"'{dimension.id}' is a grouping of '{dimension.groups_of}', which has no parents; leave one of them out"
        yield ("parent_dimension",), message
    grouped = parsed.dimensions.get(dimension.groups_of)
    if grouped is None:
        return
    if grouped.groups_of is not None:
        yield ("groups_of",), f"'{grouped.id}' is a grouping itself; group '{grouped.groups_of}'"
        return
    for n, category in enumerate(dimension.categories):
        yield from ((("categories", n, "holds"), message) for message in _held(category, grouped, dimension.categories[:n]))
    if left := [c for c in grouped.ids if dimension.group_of(c, grouped) is None]:
        yield ("categories",), f"{', '.join(left)} of '{grouped.id}' is in no group; name each in one, or write `holds: all_others`"


def _held(category: Category, grouped: Dimension, before: tuple[Category, ...]) -> Iterator[str]:
    if category.holds is None:
        yield f"category '{category.id}' does not say what it holds; list categories of '{grouped.id}', or write all_others"
    elif category.holds == "all_others":
        if any(c.holds == "all_others" for c in before):
            yield "all_others is written twice; only one group can hold the rest"
        if not category.known:
            yield f"'{category.id}' is not known and would hold answers; all_others are the known categories that no group names"
    else:
        yield from _named(category, category.holds, grouped, before)


def _named(category: Category, named: tuple[str, ...], grouped: Dimension, before: tuple[Category, ...]) -> Iterator[str]:
    for held in named:
        other = next((c.id for c in before if isinstance(c.holds, tuple) and held in c.holds), None)
        if held not in grouped.ids:
            yield no_such("category", held, grouped.ids, f"'{grouped.id}'")
        elif other is not None:
            yield f"'{held}' is in '{other}', too; everybody belongs to one group"
        elif grouped.category(held).known != category.known:
            yield (
                f"'{category.id}' and '{held}' which it holds do not agree on known; "
                "people who gave no answer stay not known in every grouping"
            )
