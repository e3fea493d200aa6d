"""Two surveys are never joined: of which survey the rows of each day are, and whether a KPI joins two that no break parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

import pandas as pd
from sqlalchemy import Select, select

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi
from metrics.errors import InputError, Problem
from metrics.sources.engine import Source
from metrics.sources.tables import dataset_table


def check_editions(source: Source, configuration: Configuration, dataset: str, loaded: Sequence[date]) -> None:
    """Nothing for a dataset of people's rows that names no editions.

    Raises
    ------
    InputError : rows of one day are of several editions, or a KPI has no series break between two days that are not of the same one
    """
    if configuration.datasets[dataset].edition is None or not loaded:
        return
    rows = source.fetch(editions_select(configuration, dataset))
    days = pd.to_datetime(rows["as_at"]).dt.date
    told = {day: sorted(set(rows.loc[days == day, "edition"].astype(str))) for day in loaded}
    kpis = [kpi for _, kpi in sorted(configuration.kpis.items()) if kpi.dataset == dataset]
    problems = [*_several(dataset, told), *(problem for kpi in kpis for problem in _joined(kpi, told))]
    if problems:
        raise InputError(problems, "Nothing was published. Correct the file or the definition and load it again.")


def editions_select(configuration: Configuration, dataset: str) -> Select[tuple[object, ...]]:
    table = dataset_table(configuration, dataset)
    return select(table.c.as_at, table.c[str(configuration.datasets[dataset].edition)].label("edition")).distinct()


def _several(dataset: str, told: Mapping[date, Sequence[str]]) -> Iterator[Problem]:
    for day, editions in sorted(told.items()):
        if len(editions) > 1:
            said = f"rows are of {len(editions)} surveys ({', '.join(editions)}); load each with the day on which it closed"
            yield Problem(f"{dataset}, {day.isoformat()}", said)


def _joined(kpi: Kpi, told: Mapping[date, Sequence[str]]) -> Iterator[Problem]:
    for (before, was), (after, now) in pairwise(sorted(told.items())):
        if list(was) != list(now) and not any(before < b.date <= after for b in kpi.series_breaks):
            say = f"{before.isoformat()} is of {', '.join(was)}, and {after.isoformat()} of {', '.join(now)}"
            cure = f"add `series_breaks: [{{date: {after.isoformat()}, reason: …}}]` to {kpi.id}, on any day between the two"
            yield Problem(kpi.dataset, f"{say}: figures of two surveys are never compared; {cure}.")
