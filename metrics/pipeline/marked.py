"""What a refresh tells the analyst of marks: spans that no event extract tells them of, and people whom no snapshot knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from metrics.definitions.configuration import Configuration
from metrics.definitions.marks import marks_of
from metrics.periods import FinancialYear
from metrics.query.marks import strangers
from metrics.query.plan import grain_of, published
from metrics.sources.derived import asked_events, earlier_days, told_marks
from metrics.sources.engine import Source
from metrics.sources.snapshots import Snapshot


@dataclass(frozen=True)
class Untold:
    """KPIs without a figure of some spans, because no extract of a dataset of events was loaded for the last day of those."""

    dataset: str
    source: str
    kpis: tuple[str, ...]
    days: tuple[date, ...]


@dataclass(frozen=True)
class Strangers:
    """People with a mark in an event extract who stand at neither end of the span that ends on the day: they are in no figure."""

    dataset: str
    source: str
    day: date
    people: int


def find_untold(configuration: Configuration, year: FinancialYear, held: Mapping[str, Sequence[Snapshot]]) -> tuple[Untold, ...]:
    """Every span that staff was loaded for and events were not, by dataset of events. `held`: each dataset's snapshots."""
    lacking: dict[tuple[str, str], dict[date, set[str]]] = {}
    for name, dataset in configuration.datasets.items():
        spans = [s.as_at for s in held.get(name, ())]
        for due in published(configuration, name) if dataset.marks else ():
            for source in {dataset.marks[mark].source for mark in marks_of(due[0], dataset)}:
                told = {s.as_at for s in held.get(source, ())}
                for day in set(year.snapshots(spans, grain_of(due))) - told:
                    lacking.setdefault((name, source), {}).setdefault(day, set()).add(due[0].id)
    return tuple(
        Untold(name, source, tuple(sorted(set().union(*days.values()))), tuple(sorted(days)))
        for (name, source), days in sorted(lacking.items())
    )


def find_strangers(configuration: Configuration, source: Source, days: Mapping[str, Sequence[date]]) -> tuple[Strangers, ...]:
    """Of spans whose figures are made (`days` by dataset), for each extract whose marks are asked for."""
    found = []
    for name in (name for name in days if configuration.datasets[name].marks):
        earlier, told = earlier_days(source, configuration, name), told_marks(source, configuration, name)
        for events in asked_events(configuration, name):
            recorded = set().union(*(told[mark] for mark, of in configuration.datasets[name].marks.items() if of.source == events))
            for day in (day for day in days[name] if day in recorded):
                rows = source.fetch(strangers(configuration, name, events, day, earlier[day]))
                found.append(Strangers(name, events, day, int(rows["n"].iloc[0])))
    return tuple(one for one in found if one.people)
