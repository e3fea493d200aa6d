"""What event extracts say of the people of a span: which marks each of them has, and how many people no snapshot knows.

Rows of an extract of events are joined to the people of a span by person identifier and day: the extract as at the span's last day
holds what happened in the span. Somebody may stand on several rows; one that fulfils a mark's conditions is enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement, FromClause, Select

from metrics.definitions.configuration import Configuration
from metrics.definitions.marks import NO, NOT_RECORDED, YES
from metrics.sources.tables import dataset_table, storage_column

Told = Mapping[str, Collection[date]]
"""Mark to the last days of the spans that its events were loaded for."""


def with_marks(people: FromClause, configuration: Configuration, dataset: str, names: Iterable[str], told: Told) -> FromClause:
    """`people` (as_at, person_id and others) with a column for each named mark; `not_recorded` on days that it is not told of."""
    marks = configuration.datasets[dataset].marks
    joined, said = people, []
    names = list(names)
    for source in dict.fromkeys(marks[name].source for name in names):
        own = [name for name in names if marks[name].source == source]
        days = sorted({day for name in own for day in told.get(name, ())})
        rows = _people_of(configuration, dataset, source, own, days)
        joined = joined.outerjoin(rows, sa.and_(rows.c.as_at == people.c.as_at, rows.c.person_id == people.c.person_id))
        said += [
            sa.case(
                (people.c.as_at.not_in(sorted(told.get(name, ()))), NOT_RECORDED),
                (rows.c[name] == 1, YES),
                else_=NO,
            ).label(name)
            for name in own
        ]
    return sa.select(*people.c, *said).select_from(joined).subquery("marked")


def _people_of(configuration: Configuration, dataset: str, source: str, names: Iterable[str], days: Iterable[date]) -> FromClause:
    """as_at, person_id, and 1 or 0 for each mark: one row for each person that the extract names on a day."""
    table = dataset_table(configuration, source)
    flags = [sa.func.max(sa.case((_fulfils(configuration, table, dataset, name), 1), else_=0)).label(name) for name in names]
    named = sa.select(table.c.as_at, table.c.person_id, *flags).where(table.c.as_at.in_(list(days)), table.c.person_id.is_not(None))
    return named.group_by(table.c.as_at, table.c.person_id).subquery(f"told_by_{source}")


def _fulfils(configuration: Configuration, table: sa.Table, dataset: str, name: str) -> ColumnElement[bool]:
    """Whether a row counts for a mark; an empty cell holds the first not-known category."""
    mark = configuration.datasets[dataset].marks[name]
    conditions: list[ColumnElement[bool]] = []
    for dimension, wanted in mark.where.items():
        column, admitted = configuration.resolve(mark.source, dimension, wanted)
        stored = table.c[storage_column(configuration, mark.source, column)]
        empty = next(iter(configuration.finest(mark.source, column).unknown), None)
        listed = stored.in_(sorted(admitted))
        conditions.append(sa.or_(listed, stored.is_(None)) if empty in admitted else listed)
    return sa.and_(sa.true(), *conditions)


def strangers(configuration: Configuration, dataset: str, source: str, day: date, earlier: date) -> Select[Any]:
    """How many people an event extract names with a mark who stand in neither snapshot of the span: they are in no figure."""
    known = configuration.datasets[dataset]
    if known.flows is None:
        raise ValueError(f"{dataset} has no spans")
    table, staff = dataset_table(configuration, source), dataset_table(configuration, known.flows.source)
    any_mark = sa.or_(*(_fulfils(configuration, table, dataset, name) for name, mark in known.marks.items() if mark.source == source))
    there = sa.select(staff.c.person_id).where(staff.c.as_at.in_([day, earlier]), staff.c.counts_once, staff.c.person_id.is_not(None))
    return sa.select(sa.func.count(sa.distinct(table.c.person_id)).label("n")).where(
        table.c.as_at == day, table.c.person_id.is_not(None), any_mark, table.c.person_id.not_in(there)
    )
