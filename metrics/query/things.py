"""Things: contracts, actions, consultations. What one dataset of them holds on a day, for the council, by unit and by category."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd

from metrics.definitions.base import Filter
from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Breakdown, Kpi, Measure, MeasureType
from metrics.errors import Problem

NONE = float("nan")
Counted = tuple[float, float, float]
"""Numerator, denominator, and a value that is made of the rows and not of these two."""
Line = tuple[object, ...]
"""`kpi, breakdown, unit, group`, then the parts of `metrics.query.results.PARTS`."""


def figures_of_things(
    configuration: Configuration, kpi: Kpi, breakdowns: Sequence[Breakdown], rows: pd.DataFrame, day: date
) -> Iterator[Line]:
    """Every figure of one KPI on one day. A unit or category without anything has none."""
    population = configuration.datasets[kpi.dataset].populations[kpi.population]
    mine = rows[admitted(configuration, kpi.dataset, population.where, rows)]
    root = configuration.organisation.root.id
    yield (kpi.id, "", root, "", *counted(configuration, kpi, mine, day), NONE, NONE, NONE)
    for breakdown in breakdowns:
        for unit, group, part in _parts(configuration, kpi, breakdown, mine, day):
            made = counted(configuration, kpi, part, day)
            if len(part) and made[1] != 0:
                yield (kpi.id, breakdown.id, unit, group, *made, NONE, NONE, NONE)


def _parts(
    configuration: Configuration, kpi: Kpi, breakdown: Breakdown, rows: pd.DataFrame, day: date
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Unit, group and the rows of each."""
    depth, names = configuration.split(breakdown)
    root = configuration.organisation.root.id
    for unit in configuration.units(day, depth)[1:] if depth else ():
        below = {one.id for one in configuration.organisation.walk(day, unit)}
        yield unit, "", rows[rows["unit"].isin(below)]
    for name in names:
        column = configuration.sources_of(kpi.dataset)[name]
        finest = configuration.finest(kpi.dataset, column).id
        for category in configuration.dimensions[name].known:
            yield (
                root,
                f"{name}={category}",
                rows[rows[stored(configuration, kpi, column)].isin(configuration.members(name, finest, category))],
            )


def stored(configuration: Configuration, kpi: Kpi, column: str) -> str:
    """The stored column that holds the categories: the band of a banded one."""
    return configuration.datasets[kpi.dataset].columns[column].band or column


def admitted(configuration: Configuration, dataset: str, where: Filter, rows: pd.DataFrame) -> pd.Series:
    """Which rows every condition admits; bool Series with the index of the rows."""
    found = pd.Series(True, index=rows.index)
    for dimension, wanted in where.items():
        column, categories = configuration.resolve(dataset, dimension, wanted)
        found &= rows[configuration.datasets[dataset].columns[column].band or column].isin(categories)
    return found


def counted(configuration: Configuration, kpi: Kpi, rows: pd.DataFrame, day: date) -> Counted:
    """What one figure is made of."""
    measure = kpi.measure
    if measure.type is MeasureType.COUNT:
        return float(admitted(configuration, kpi.dataset, measure.numerator, rows).sum()), NONE, NONE
    base = rows[admitted(configuration, kpi.dataset, measure.denominator, rows)]
    if measure.type is MeasureType.ELAPSED_TIME:
        return _elapsed(measure, base, day)
    part = base[admitted(configuration, kpi.dataset, measure.numerator, base)]
    if measure.type is MeasureType.SHARE_OF_SUM:
        return float(part[str(measure.column)].sum()), float(base[str(measure.column)].sum()), NONE
    return float(len(part)), float(len(base)), NONE


def _elapsed(measure: Measure, rows: pd.DataFrame, day: date) -> Counted:
    """In time, of those whose time was up; or how many have ended, of all that began, and the median of their days.

    What began so late that its time was not up on the day is in neither number: it could still be in time, whether or not it has ended.
    """
    begins, ends = (pd.to_datetime(rows[str(name)]) for name in (measure.begins, measure.ends))
    days = (ends - begins).dt.days.where(ends <= pd.Timestamp(day))
    if measure.days_allowed is None:
        return float(days.notna().sum()), float(begins.notna().sum()), float(days.median()) if days.notna().any() else NONE
    due = begins + pd.Timedelta(days=measure.days_allowed) <= pd.Timestamp(day)
    return float((due & (days <= measure.days_allowed)).sum()), float(due.sum()), NONE


def wrong_things(configuration: Configuration, kpi: Kpi, day: date, rows: pd.DataFrame) -> Iterator[Problem]:
    """What cannot be right in the rows of a day."""
    measure, where = kpi.measure, f"{kpi.dataset}, {day.isoformat()}"
    if measure.type is MeasureType.ELAPSED_TIME:
        begins, ends = (pd.to_datetime(rows[str(name)]) for name in (measure.begins, measure.ends))
        if backwards := int(np.count_nonzero(ends < begins)):
            yield Problem(
                where, f"'{measure.ends}' is before '{measure.begins}' in {backwards} rows; correct the two days, or empty the later."
            )
        if later := int(np.count_nonzero(begins > pd.Timestamp(day))):
            yield Problem(
                where, f"'{measure.begins}' is after the day of the extract in {later} rows; an extract holds what had begun by then."
            )
