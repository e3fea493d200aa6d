"""Figures that somebody else has published: the rows of a day that a KPI is made of, group by group.

A row is about the categories that its columns hold; an empty cell stands for all of them together. The figure of a group is the row that
names it and leaves the other columns empty. Where the publisher has no such row, numbers (never percentages) are added up over the fewest
columns that there are rows for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from metrics.definitions.base import Filter
from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Breakdown, Kpi, MeasureType
from metrics.errors import Problem
from metrics.query.things import NONE, Counted, Line
from metrics.sources.tables import missing_column


def figures_published(configuration: Configuration, kpi: Kpi, breakdowns: Sequence[Breakdown], rows: pd.DataFrame) -> Iterator[Line]:
    """Every figure of one KPI on one day; a group of which nothing was published has none."""
    published = Published(configuration, kpi.dataset, rows)
    root = configuration.organisation.root.id
    yield (kpi.id, "", root, "", *_one(configuration, kpi, published, {}), why_missing(configuration, kpi, published, {}))
    for breakdown in breakdowns:
        (name,) = breakdown.by
        for category in configuration.dimensions[name].known:
            group: Filter = {name: (category,)}
            made, why = _one(configuration, kpi, published, group), why_missing(configuration, kpi, published, group)
            if why or not all(pd.isna(number) for number in made):
                yield (kpi.id, breakdown.id, root, f"{name}={category}", *made, why)


def _one(configuration: Configuration, kpi: Kpi, published: Published, group: Filter) -> tuple[float, ...]:
    """The parts of one figure, those of the group that it is held against last."""
    measure = kpi.measure
    population = configuration.datasets[kpi.dataset].populations[kpi.population]
    own = _numbers(kpi, published.rows_of(population.where, measure.denominator, group))
    if measure.type is not MeasureType.PERCENTAGE_POINT_GAP:
        return (*own, NONE, NONE, NONE)
    return (*own, *_numbers(kpi, published.rows_of(population.where, measure.reference_group, group)))


def why_missing(configuration: Configuration, kpi: Kpi, published: Published, group: Filter) -> str:
    """What the publisher's mark means in the first row that lacks a number which the figure needs; "" where there is none."""
    measure, dataset = kpi.measure, configuration.datasets[kpi.dataset]
    population = dataset.populations[kpi.population]
    needed = [name for name in (measure.column, measure.count, measure.out_of) if name]
    marked = [missing_column(name) for name in needed if dataset.missing_in(name)]
    sides = [measure.denominator, *([measure.reference_group] if measure.reference_group else [])]
    found = (row for side in sides for _, row in published.rows_of(population.where, side, group)[marked].iterrows())
    return next((str(mark) for row in found for mark in row if not pd.isna(mark)), "")


def _numbers(kpi: Kpi, rows: pd.DataFrame) -> Counted:
    """How many, among how many people, and the figure as it was published; each missing where a row of them is."""
    measure = kpi.measure
    among = added(rows, measure.out_of if measure.has_counts else measure.people)
    ready = float(rows[measure.column].iloc[0]) if measure.column and len(rows) == 1 else NONE
    return added(rows, measure.count), among, ready


def added(rows: pd.DataFrame, column: str | None) -> float:
    """The sum of a column; missing without rows, and where one of them has no number."""
    return float(rows[column].astype(float).sum(skipna=False)) if column and len(rows) else NONE


@dataclass(frozen=True)
class Published:
    """The rows of one day of a dataset of published figures."""

    configuration: Configuration
    dataset: str
    rows: pd.DataFrame

    def rows_of(self, *where: Filter) -> pd.DataFrame:
        """The rows whose numbers, added up, are those of all who meet the conditions: one row, where the publisher has it."""
        chosen = self._chosen(where)
        found = self.rows
        for column, categories in chosen.items():
            found = found[found[column].isin(categories)]
        others = [name for name in self.groups if name not in chosen]
        if found.empty or not others:
            return found
        filled, named = found[others].notna(), list(chosen)
        patterns = sorted({tuple(row) for row in filled.to_numpy().tolist()}, key=lambda p: (sum(p), [not there for there in p]))
        asked = len(found[named].drop_duplicates()) if named else 1
        for pattern in patterns:  # one that has them all: two parts of a sum are never told by different columns
            mine = found[(filled == list(pattern)).all(axis=1)]
            if not named or len(mine[named].drop_duplicates()) == asked:
                return mine
        return found.iloc[:0]

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns that say whom a row is about."""
        return tuple(name for name, column in self.configuration.datasets[self.dataset].columns.items() if column.type == "category")

    def _chosen(self, where: Sequence[Filter]) -> Mapping[str, frozenset[str]]:
        """Column to the categories that every condition on it admits."""
        found: dict[str, frozenset[str]] = {}
        for one in where:
            for dimension, wanted in one.items():
                column, categories = self.configuration.resolve(self.dataset, dimension, wanted)
                found[column] = found.get(column, categories) & categories
        return found


def wrong_published(configuration: Configuration, kpi: Kpi, day: date, rows: pd.DataFrame) -> Iterator[Problem]:
    """What cannot be right in the rows of a day."""
    measure, where = kpi.measure, f"{kpi.dataset}, {day.isoformat()}"
    groups = list(Published(configuration, kpi.dataset, rows).groups)
    twice = rows[rows.duplicated(groups, keep=False)] if groups else rows.iloc[1:]
    if len(twice):
        said = "; ".join(sorted({_named(row, groups) for _, row in twice[groups].iterrows()})[:5])
        yield Problem(where, f"{len(twice)} rows are about the same as another one ({said}); which of them is meant cannot be told.")
    parts = measure.type is not MeasureType.RATE and measure.count is not None and measure.out_of is not None
    if parts and (more := int((rows[str(measure.count)] > rows[str(measure.out_of)]).sum())):
        yield Problem(where, f"'{measure.count}' is more than '{measure.out_of}' in {more} rows.")


def _named(row: pd.Series, groups: Sequence[str]) -> str:
    return ", ".join(str(row[name]) for name in groups if not pd.isna(row[name])) or "everybody"
