"""Dimensions: the categories of a characteristic, their order and parents, and which of them mean "not known"."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from metrics.definitions.base import Definition, Id, Text


class Category(Definition):
    id: Id
    label: Text
    parent: Id | None = None
    """Category of `parent_dimension` that this one rolls up to; the same id when the category means not known."""
    holds: Literal["all_others"] | tuple[Id, ...] | None = None
    """In a grouping: the categories of `groups_of` that this group is made of; `all_others` are the known ones that no group names."""
    known: bool = True
    """False for "not recorded" and "prefer not to say": such people never join a group."""
    from_value: float | None = Field(default=None, alias="from")
    to_value: float | None = Field(default=None, alias="to")
    """For dimensions that band a number: the band holds from <= value < to + 1 for whole numbers; see `Dimension.band`."""


class Dimension(Definition):
    """A way to split people. The file name is its id: `config/dimensions/ethnicity_5.yaml`."""

    id: Id
    title: Text
    protected_characteristic: bool = False
    sensitive: bool = False
    """Special-category data: zeros may be hidden, and at most two such dimensions cross."""
    ordered: bool = False
    """True where the categories have an order of their own (age, grade)."""
    parent_dimension: Id | None = None
    groups_of: Id | None = None
    """A second way to put the categories of another dimension together, beside its parents: White British, and all other groups."""
    categories: tuple[Category, ...]
    source: Text | None = None
    notes: tuple[Text, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(c.id for c in self.categories)

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(c.id for c in self.categories if c.known)

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(c.id for c in self.categories if not c.known)

    def category(self, id: str) -> Category:
        return next(c for c in self.categories if c.id == id)

    def label(self, id: str) -> str:
        return self.category(id).label

    def parent_of(self, category: str) -> str | None:
        return next((c.parent for c in self.categories if c.id == category), None)

    def group_of(self, category: str, of: Dimension) -> str | None:
        """The group of this grouping that holds a category of the dimension it groups."""
        for c in self.categories:
            if isinstance(c.holds, tuple) and category in c.holds:
                return c.id
        others = next((c.id for c in self.categories if c.holds == "all_others"), None)
        return others if category in of.known else None

    def band(self, value: float) -> str | None:
        """The category whose range holds a number: `from` inclusive, up to the next band's `from`; None outside all bands."""
        for c in self.categories:
            low = c.from_value if c.from_value is not None else float("-inf")
            high = c.to_value + 1 if c.to_value is not None else float("inf")
            if (c.from_value is not None or c.to_value is not None) and low <= value < high:
                return c.id
        return None
