"""Plans as SQLAlchemy Core statements: one per table, two per family of pay groups, each for all days of a plan.

The engine aggregates: no statement returns a person's row except `pay_middle`, which returns bare pay values from around
a group's median. What the configuration says is always a bound parameter; only the declared table and its columns are named.
A category column is grouped as it is where every category is its own atom, and through CASE to an atom's number otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement, FromClause, Select

from metrics.definitions.configuration import Configuration
from metrics.query.atoms import Where
from metrics.query.people import PRESENT, empty_means
from metrics.query.plan import Plan, Sought, TablePlan
from metrics.sources.tables import dataset_table, storage_column

REACH, SPARE = 2.6, 2.0
"""Ranks up to 2.6 times the root of the group's size, and two more, from its middle: 5.2 standard deviations of the rank that
a resampled median falls on, so a bootstrap of the median never asks for a value that was not returned."""


@dataclass(frozen=True)
class Coded:
    """One axis in a statement: the expression to group by, and what its values mean in atoms."""

    expression: ColumnElement[Any]
    atoms: Mapping[Any, str]


@dataclass(frozen=True)
class Family:
    """Sets of people with pay, no two of which share a person: they can be one key of one statement."""

    column: str
    depth: int
    wheres: tuple[int, ...]


@dataclass(frozen=True)
class Compiler:
    """Writes the statements of one plan."""

    configuration: Configuration
    plan: Plan

    @cached_property
    def table(self) -> sa.Table:
        return dataset_table(self.configuration, self.plan.dataset)

    def stored(self, axis: str) -> ColumnElement[Any]:
        """The stored column of an axis; for a presence axis the pay column itself."""
        if axis.endswith(PRESENT):
            return self.table.c[axis.removesuffix(PRESENT)]
        return self.table.c[storage_column(self.configuration, self.plan.dataset, axis)]

    def coded(self, axis: str) -> Coded:
        """An axis as atoms: empty cells count as not known; what the dimension does not know becomes NULL, and is refused later."""
        column, atoms = self.stored(axis), self.plan.atoms[axis]
        names = self.plan.axes[axis]
        if axis.endswith(PRESENT):
            return Coded(sa.case((column.is_(None), 0), else_=1), {0: "no", 1: "yes"})
        empty = empty_means(self.configuration, self.plan.dataset, axis)
        if len(names) == len(atoms):
            return Coded(column if empty is None else sa.func.coalesce(column, empty), {name: name for name in names})
        held = [(column.in_([c for c, atom in atoms.items() if atom == name]), number) for number, name in enumerate(names)]
        blank = [] if empty is None else [(column.is_(None), names.index(atoms[empty]))]
        return Coded(sa.case(*blank, *held), dict(enumerate(names)))

    def people(self) -> Sequence[ColumnElement[bool]]:
        """The rows of the plan's days in which people are counted."""
        return self.table.c.as_at.in_(self.plan.days), self.table.c.counts_once

    def counts(self, wanted: TablePlan) -> Select[Any]:
        """as_at, unit (when the table goes below the council), one column per axis, n."""
        units = [self.table.c.unit] if wanted.depth else []
        axes = [self.coded(axis).expression.label(axis) for axis in wanted.axes]
        inner = sa.select(self.table.c.as_at, *units, *axes).where(*self.people()).subquery("people")
        return sa.select(*inner.c, sa.func.count().label("n")).group_by(*inner.c)

    def admits(self, where: Where) -> ColumnElement[bool]:
        """A set of people as a condition on stored columns."""
        atoms = self.plan.atoms
        return sa.and_(*(self.holds(axis, [c for c, atom in atoms[axis].items() if atom in names]) for axis, names in where))

    def holds(self, axis: str, categories: Collection[str]) -> ColumnElement[bool]:
        """One of some categories; an empty cell holds the first not-known one."""
        column = self.stored(axis)
        if axis.endswith(PRESENT):
            return column.is_not(None) if "yes" in categories else column.is_(None)
        listed = column.in_(sorted(categories))
        empty = empty_means(self.configuration, self.plan.dataset, axis) in categories
        return sa.or_(listed, column.is_(None)) if empty else listed

    def paid(self, family: Family) -> FromClause:
        """Pay of the family's people: as_at, unit, place (which of the family's sets), pay; once for each unit that holds them."""
        place = sa.case(*((self.admits(self.plan.wheres[number]), place) for place, number in enumerate(family.wheres)))
        lines = self._lines(family.depth)
        unit = lines.c.above if lines is not None else sa.literal(self.plan.tree.root)
        pay = sa.cast(self.stored(family.column), sa.Double)
        columns = (self.table.c.as_at, unit.label("unit"), place.label("place"), pay.label("pay"))
        rows = sa.select(*columns).where(*self.people(), self.stored(family.column).is_not(None))
        if lines is not None:
            rows = rows.join_from(self.table, lines, self.table.c.unit == lines.c.unit)
        return rows.cte("paid")

    def _lines(self, depth: int) -> FromClause | None:
        """Every unit beside each unit above it, the council included; None when only the council is asked for."""
        if not depth:
            return None
        columns = (sa.column("unit", sa.Text), sa.column("above", sa.Text))
        return sa.values(*columns, name="lines").data(list(self.plan.lines(depth)))

    def pay_sums(self, family: Family) -> Select[Any]:
        """as_at, unit, place, n, total, squares, largest, different."""
        paid = self.paid(family)
        keys = (paid.c.as_at, paid.c.unit, paid.c.place)
        pay = paid.c.pay
        figures = (
            sa.func.count().label("n"),
            sa.func.sum(pay).label("total"),
            sa.func.sum(pay * pay).label("squares"),
            sa.func.max(pay).label("largest"),
            sa.func.count(sa.distinct(pay)).label("different"),
        )
        return sa.select(*keys, *figures).where(paid.c.place.is_not(None)).group_by(*keys)

    def pay_middle(self, family: Family) -> Select[Any]:
        """as_at, unit, place, rank (from 1), pay: the values around each group's median, and nobody's other data."""
        paid = self.paid(family)
        keys = (paid.c.as_at, paid.c.unit, paid.c.place)
        rank = sa.func.row_number().over(partition_by=keys, order_by=paid.c.pay).label("rank")
        size = sa.func.count().over(partition_by=keys).label("size")
        ranked = sa.select(*keys, rank, size, paid.c.pay).where(paid.c.place.is_not(None)).subquery("ranked")
        middle = (ranked.c.size + 1) / 2.0
        reach = REACH * sa.func.sqrt(ranked.c.size) + SPARE
        columns = (ranked.c.as_at, ranked.c.unit, ranked.c.place, ranked.c.rank, ranked.c.pay)
        return sa.select(*columns).where(ranked.c.rank.between(middle - reach, middle + reach)).order_by(*columns[:4])


def families(plan: Plan) -> tuple[Family, ...]:
    """Pay groups in as few statements as can hold them: the same column and depth, and nobody in two groups."""
    asked: dict[tuple[str, int], list[int]] = {}
    for column, depth, number in dict.fromkeys((s.column, s.depth, s.where) for s in _deepest(plan.sides)):
        asked.setdefault((column, depth), []).append(number)
    found: list[Family] = []
    for (column, depth), numbers in asked.items():
        groups: list[list[int]] = []
        for number in numbers:
            home = next((g for g in groups if all(apart(plan.wheres[number], plan.wheres[other]) for other in g)), None)
            if home is None:
                groups.append([number])
            else:
                home.append(number)
        found.extend(Family(column, depth, tuple(group)) for group in groups)
    return tuple(found)


def _deepest(sides: tuple[Sought, ...]) -> list[Sought]:
    """Each set of people once, as deep as anything needs it."""
    deepest: dict[tuple[str, int], Sought] = {}
    for side in sides:
        key = (side.column, side.where)
        if key not in deepest or deepest[key].depth < side.depth:
            deepest[key] = side
    return list(deepest.values())


def apart(one: Where, other: Where) -> bool:
    """Whether nobody can be in both sets."""
    others = dict(other)
    return any(axis in others and not names & others[axis] for axis, names in one)
