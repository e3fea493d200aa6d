"""What the categories of a dimension roll up to: its parents, one above the other, and the groupings made of any of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from metrics.definitions.dimension import Dimension

Ways = Mapping[str, tuple[str, ...]]


def ways_up(dimensions: Mapping[str, Dimension], finest: str) -> dict[str, tuple[str, ...]]:
    """Every dimension that the categories of `finest` roll up to, itself first, each with the dimensions on the way to it, itself last.

    Parents stand before groupings. A dimension that could not be read is the end of its way.
    """
    found: dict[str, tuple[str, ...]] = {}
    here: str = finest
    way: tuple[str, ...] = (finest,)
    while here not in found:
        found[here] = way
        above = dimensions[here].parent_dimension if here in dimensions else None
        if above is None:
            break
        here, way = above, (*way, above)
    for grouping in dimensions.values():
        if grouping.groups_of in found and grouping.id not in found:
            found[grouping.id] = (*found[grouping.groups_of], grouping.id)
    return found


def rolled_up(dimensions: Mapping[str, Dimension], way: tuple[str, ...], category: str) -> str | None:
    """The category at the end of a way up that a category at its start belongs to; None where a step leads nowhere."""
    current: str | None = category
    for below, above in pairwise(way):
        if current is None or below not in dimensions or above not in dimensions:
            return None
        grouping = dimensions[above]
        current = grouping.group_of(current, dimensions[below]) if grouping.groups_of == below else dimensions[below].parent_of(current)
    return current
