"""Whom events are held against: the newest published numbers of people as at or before a day, for every group of a measure.

Published numbers are constants that anybody can read elsewhere. They are no part of what is protected, and nothing is hidden in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product

import pandas as pd
from sqlalchemy import select

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi, PopulationOf
from metrics.sources.engine import Source
from metrics.sources.snapshots import read_snapshots
from metrics.sources.tables import dataset_table


@dataclass(frozen=True)
class Population:
    """How many people there are.

    Attributes
    ----------
    people : group ("ethnicity_5=asian"; "" for everybody) to their number; a group of which nothing was published is absent
    day : group to the day of its numbers: those of groups come from a census, those of everybody from each year's estimate
    """

    people: Mapping[str, float] = field(default_factory=dict)
    day: Mapping[str, date] = field(default_factory=dict)


Populations = Mapping[str, Population]
"""KPI to its population."""


def fetch_populations(source: Source, configuration: Configuration, dataset: str, end: date) -> dict[str, Population]:
    """The population of every KPI of a dataset that needs one, for figures of a period that ends on a day."""
    kpis = [kpi for kpi in configuration.kpis.values() if kpi.dataset == dataset and kpi.measure.type.has_population]
    held: dict[str, dict[date, pd.DataFrame]] = {}
    found = {}
    for kpi in kpis:
        population = kpi.measure.population
        if population is None:
            continue
        if population.dataset not in held:
            days = sorted((s.as_at for s in read_snapshots(source, population.dataset) if s.as_at <= end), reverse=True)
            held[population.dataset] = _rows(source, configuration, population.dataset, days)
        found[kpi.id] = population_of(configuration, kpi, population, held[population.dataset])
    return found


def _rows(source: Source, configuration: Configuration, dataset: str, days: Sequence[date]) -> dict[date, pd.DataFrame]:
    """The published rows of each day, newest first; none where nothing was loaded yet."""
    if not days:
        return {}
    table = dataset_table(configuration, dataset)
    wanted = [table.c[name] for name in ("as_at", *configuration.datasets[dataset].columns)]
    rows = source.fetch(select(*wanted).where(table.c.as_at.in_(list(days))).order_by(table.c.as_at, table.c.row_number))
    of = pd.to_datetime(rows["as_at"]).dt.date
    return {day: rows[of == day].reset_index(drop=True) for day in days}


def population_of(configuration: Configuration, kpi: Kpi, population: PopulationOf, rows: Mapping[date, pd.DataFrame]) -> Population:
    """Everybody, and each group of every breakdown, from the newest day that tells all groups of it. `rows`: newest day first."""
    people: dict[str, float] = {}
    days: dict[str, date] = {}
    for names in ((), *dict.fromkeys(configuration.split(b)[1] for b in kpi.breakdowns)):
        for day, held in rows.items():
            told = dict(_groups(configuration, population, names, held))
            if told:
                people |= told
                days |= dict.fromkeys(told, day)
                break
    return Population(people, days)


def _groups(
    configuration: Configuration, population: PopulationOf, names: Sequence[str], rows: pd.DataFrame
) -> Iterator[tuple[str, float]]:
    """Each group's people, where the rows that are by these dimensions, and by no others, tell all of them; else nothing."""
    dataset = population.dataset
    columns = {name: configuration.sources_of(dataset)[name] for name in names}
    asked = dict(configuration.resolve(dataset, name, wanted) for name, wanted in population.where.items())
    for column, admitted in asked.items():
        rows = rows[rows[column].isin(admitted)]
    others = [
        n for n, c in configuration.datasets[dataset].columns.items() if c.type == "category" and n not in {*asked, *columns.values()}
    ]
    rows = rows[rows[others].isna().all(axis=1)] if others else rows
    found: list[tuple[str, float]] = []
    for chosen in product(*(configuration.dimensions[name].known for name in names)):
        mine = rows
        for name, category in zip(names, chosen, strict=True):
            finest = configuration.finest(dataset, columns[name]).id
            members = configuration.members(name, finest, category)
            mine = mine[mine[columns[name]].isin(members)]
            if set(mine[columns[name]]) != members:
                return  # a part of the group is not told
        twice = mine.duplicated([*columns.values()]).any() if columns else len(mine) > 1
        if mine.empty or twice or mine[population.column].isna().any():
            return
        found.append((";".join(f"{n}={c}" for n, c in zip(names, chosen, strict=True)), float(mine[population.column].sum())))
    yield from found
