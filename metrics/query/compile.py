"""Plans as SQLAlchemy Core statements: one per table, one per pay column, each for all days of a plan.

The engine aggregates: no statement returns a person's row except `pay_points`, which returns bare pay values from around
a group's median. What the configuration says is always a bound parameter; only the declared table and its columns are named.
A category column is grouped as it is where every category is its own atom, and through CASE to an atom's number otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement, FromClause, Select

from metrics.definitions.answers import PEOPLE
from metrics.definitions.configuration import Configuration
from metrics.query.atoms import Where
from metrics.query.counts import EXTRACT
from metrics.query.flows import flow_rows
from metrics.query.marks import with_marks
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
    """Sets of people with pay, no two of which share a person: they can be one column of a statement."""

    column: str
    depth: int
    wheres: tuple[int, ...]


@dataclass(frozen=True)
class Compiler:
    """Writes the statements of one plan."""

    configuration: Configuration
    plan: Plan

    @cached_property
    def table(self) -> FromClause:
        """The rows that are counted: those of the dataset's own table, or worked out from another one's."""
        flows = self.configuration.datasets[self.plan.dataset].flows
        if flows is None:
            return dataset_table(self.configuration, self.plan.dataset)
        earlier = {day: before for day, before in self.plan.earlier.items() if before}
        people = flow_rows(dataset_table(self.configuration, flows.source), earlier)
        return with_marks(people, self.configuration, self.plan.dataset, self.plan.told, self.plan.told) if self.plan.told else people

    def stored(self, axis: str) -> ColumnElement[Any]:
        """The stored column of an axis; for a presence axis the pay column itself."""
        if axis.endswith(PRESENT):
            return self.table.c[axis.removesuffix(PRESENT)]
        return self.table.c[storage_column(self.configuration, self.plan.dataset, axis)]

    @cached_property
    def _axes(self) -> dict[str, Coded]:
        return {axis: self._coded(axis) for axis in self.plan.atoms if axis != EXTRACT}

    def coded(self, axis: str) -> Coded:
        return self._axes[axis]

    def _coded(self, axis: str) -> Coded:
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

    def people(self, days: Sequence[date] = ()) -> Sequence[ColumnElement[bool]]:
        """The rows of the plan's days (or of others) in which people are counted."""
        return self.table.c.as_at.in_(days or self.plan.read), self.table.c.counts_once

    def counts(self, wanted: TablePlan, days: Sequence[date] = ()) -> Select[Any]:
        """as_at, unit (when the table goes below the council), one column per axis, n; of the plan's days, or of more that are alike."""
        units = [self.table.c.unit] if wanted.depth else []
        axes = [self.coded(axis).expression.label(axis) for axis in wanted.axes if axis != EXTRACT]  # which is as_at
        weight = [] if self.weight is None else [self.weight.label("weight")]
        inner = sa.select(self.table.c.as_at, *units, *axes, *weight).where(*self.people(days)).subquery("people")
        keys = [column for column in inner.c if column.name != "weight"]
        return sa.select(*keys, self.number(inner.c.weight if weight else None).label("n")).group_by(*keys)

    @property
    def weight(self) -> ColumnElement[Any] | None:
        """How many people a row stands for; None where each stands for one."""
        return self.table.c[PEOPLE] if self.configuration.datasets[self.plan.dataset].answers is not None else None

    @staticmethod
    def number(weight: ColumnElement[Any] | None) -> ColumnElement[Any]:
        """How many people some rows stand for."""
        return sa.func.count() if weight is None else sa.cast(sa.func.sum(weight), sa.BigInteger)

    def admits(self, where: Where) -> ColumnElement[bool]:
        """A set of people as a condition on stored columns."""
        atoms = self.plan.atoms
        return sa.and_(sa.true(), *(self.holds(axis, [c for c, atom in atoms[axis].items() if atom in names]) for axis, names in where))

    def holds(self, axis: str, categories: Collection[str]) -> ColumnElement[bool]:
        """One of some categories; an empty cell holds the first not-known one."""
        column = self.stored(axis)
        if axis.endswith(PRESENT):
            return column.is_not(None) if "yes" in categories else column.is_(None)
        listed = column.in_(sorted(categories))
        empty = empty_means(self.configuration, self.plan.dataset, axis) in categories
        return sa.or_(listed, column.is_(None)) if empty else listed

    def pay_points(self, column: str, groups: Sequence[Family]) -> Select[Any]:
        """The pay values around the median of every group of one column, and nobody's other data.

        as_at, unit (place in `Plan.units`), place (in `Plan.wheres`), pay, n (people with that pay), upto (people with that
        pay or less); and of the whole group, on each of its rows: size, total, squares, largest, different.
        """
        paid = self._paid(column, groups)
        keys = (paid.c.as_at, paid.c.unit, paid.c.place)
        points = self._rates(sa.select(*keys, paid.c.pay, sa.func.count().label("n")).group_by(*keys, paid.c.pay).subquery("paid_alike"))
        n, pay, group = points.c.n, points.c.pay, (points.c.as_at, points.c.unit, points.c.place)
        ranked = sa.select(
            *(column for column in points.c if column.name != "another"),
            sa.func.sum(n).over(partition_by=group, order_by=pay, rows=(None, 0)).label("upto"),
            sa.func.sum(n).over(partition_by=group).label("size"),
            sa.func.sum(n * pay).over(partition_by=group).label("total"),
            sa.func.sum(n * pay * pay).over(partition_by=group).label("squares"),
            sa.func.max(pay).over(partition_by=group).label("largest"),
            sa.func.sum(points.c.another).over(partition_by=group).label("different"),
        ).subquery("ranked")
        middle = (ranked.c.size + 1) / 2.0
        reach = REACH * sa.func.sqrt(ranked.c.size) + SPARE
        return sa.select(*ranked.c).where(ranked.c.upto >= middle - reach, ranked.c.upto - ranked.c.n < middle + reach)

    @staticmethod
    def _rates(points: sa.Subquery) -> sa.Subquery:
        """The same pay values, with `another`: 1 where it is a rate of its own, 0 where it is the one before to the nearest hundredth.

        Hourly pay worked out of amounts paid to the penny differs by a fraction of one among people of one rate: such differences must
        not make a group of one rate look like a group of several.
        """
        hundredths = sa.func.floor(points.c.pay * 100 + 0.5)
        before = sa.func.lag(hundredths).over(partition_by=(points.c.as_at, points.c.unit, points.c.place), order_by=points.c.pay)
        return sa.select(*points.c, sa.case((hundredths == before, 0), else_=1).label("another")).subquery("points")

    def _paid(self, column: str, groups: Sequence[Family]) -> FromClause:
        """as_at, unit, place, pay: once for each group that holds the person, in each unit that the group is wanted in."""
        deepest = max(family.depth for family in groups)
        lines = self._lines(deepest)
        places = [
            sa.case(*((self.admits(self.plan.wheres[number]), number) for number in family.wheres)).label(f"place_{at}")
            for at, family in enumerate(groups)
        ]
        pay = sa.cast(self.stored(column), sa.Double).label("pay")
        above = (
            sa.cast(lines.c[f"unit_{depth}"], sa.Integer).label(f"unit_{depth}") for depth in range(1, deepest + 1)
        )  # may be all empty
        rows = sa.select(self.table.c.as_at, pay, *places, *above)
        people = rows.where(*self.people(), self.stored(column).is_not(None))
        if deepest:
            people = people.join_from(self.table, lines, self.table.c.unit == lines.c.unit)
        known = people.cte("people")
        root = self.plan.units.index(self.plan.tree.root)
        return sa.union_all(
            *(
                sa.select(known.c.as_at, unit.label("unit"), place.label("place"), known.c.pay).where(place.is_not(None), unit.is_not(None))
                for at, family in enumerate(groups)
                for place in [known.c[f"place_{at}"]]
                for unit in [sa.literal(root), *(known.c[f"unit_{depth}"] for depth in range(1, family.depth + 1))]
            )
        ).subquery("paid")

    def _lines(self, depth: int) -> FromClause:
        """Every unit beside the unit at each depth that it belongs to, as places in `Plan.units`; none where it is above that depth."""
        columns: list[sa.ColumnClause[Any]] = [
            sa.column("unit", sa.Text),
            *(sa.column(f"unit_{deep}", sa.Integer) for deep in range(1, depth + 1)),
        ]
        return sa.values(*columns, name="lines").data(list(self.plan.lines(depth)))


def families(plan: Plan) -> tuple[Family, ...]:
    """Pay groups in as few columns as can hold them: the same pay and depth, and nobody in two groups."""
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


def pay_groups(plan: Plan) -> dict[str, tuple[Family, ...]]:
    """The families of each pay column: what one statement answers."""
    found = families(plan)
    return {column: tuple(f for f in found if f.column == column) for column in dict.fromkeys(f.column for f in found)}


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
