"""Which days a dataset has figures for: those that were loaded; for joiners and leavers those with a snapshot a span earlier; for windows
that roll those of which every extract is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256

from metrics.definitions.configuration import Configuration
from metrics.definitions.flows import MONTHS
from metrics.definitions.marks import marks_of
from metrics.definitions.rolling import rolling_months
from metrics.periods import window_ends
from metrics.sources.engine import Source
from metrics.sources.snapshots import Snapshot, purged_days, read_register, read_snapshots


def known_snapshots(source: Source, configuration: Configuration, dataset: str) -> tuple[Snapshot, ...]:
    """As `read_snapshots`; a snapshot of joiners and leavers stands for the two that it is worked out from, one of a window that rolls for
    all of its extracts."""
    flows = configuration.datasets[dataset].flows
    if flows is None:
        found = read_snapshots(source, dataset)
        return found if rolling_months(configuration, dataset) is None else _windows(configuration, dataset, found)
    loaded = {s.as_at: s for s in read_snapshots(source, flows.source)}
    events = {name: {s.as_at: s for s in read_snapshots(source, name)} for name in asked_events(configuration, dataset)}
    gone = _purged_events(source, configuration, dataset)
    return tuple(
        _worked_out(dataset, loaded[earlier], loaded[day], [told[day] for told in events.values() if day in told])
        for day, earlier in spans(loaded, MONTHS[flows.every]).items()
        if day not in gone
    )


def window_of(configuration: Configuration, dataset: str, day: date) -> tuple[date, ...]:
    """The days of the extracts that a figure of a day is made of, in order."""
    step, months = configuration.datasets[dataset].window_months, rolling_months(configuration, dataset)
    return (day,) if step is None or months is None else window_ends(day, step, months)


def _windows(configuration: Configuration, dataset: str, loaded: Sequence[Snapshot]) -> tuple[Snapshot, ...]:
    """Each extract with those before it that its window holds; none where one of them was not loaded."""
    on = {s.as_at: s for s in loaded}
    windows = (window_of(configuration, dataset, s.as_at) for s in loaded)
    return tuple(_all_of([on[day] for day in window]) for window in windows if on.keys() >= set(window))


def _all_of(extracts: Sequence[Snapshot]) -> Snapshot:
    def together(each: Iterable[str]) -> str:
        return sha256(" ".join(each).encode()).hexdigest()

    return Snapshot(
        dataset=extracts[-1].dataset,
        as_at=extracts[-1].as_at,
        rows=sum(s.rows for s in extracts),
        people=sum(s.people for s in extracts),
        rejected=sum(s.rejected for s in extracts),
        loaded_at=max(s.loaded_at for s in extracts),
        files=tuple(name for s in extracts for name in s.files),
        sha256=together(s.sha256 for s in extracts),
        definition=together(s.definition for s in extracts),
    )


def asked_events(configuration: Configuration, dataset: str) -> tuple[str, ...]:
    """Datasets of events whose marks some KPI of a dataset of joiners and leavers asks for."""
    known = configuration.datasets[dataset]
    asked = [mark for kpi in configuration.kpis.values() if kpi.dataset == dataset for mark in marks_of(kpi, known)]
    return tuple(sorted({known.marks[name].source for name in asked}))


def told_marks(source: Source, configuration: Configuration, dataset: str) -> dict[str, frozenset[date]]:
    """Each mark of a dataset to the last days of the spans that its events were loaded for."""
    marks = configuration.datasets[dataset].marks
    days = {name: frozenset(s.as_at for s in read_snapshots(source, name)) for name in {mark.source for mark in marks.values()}}
    return {name: days[mark.source] for name, mark in marks.items()}


def earlier_days(source: Source, configuration: Configuration, dataset: str) -> dict[date, date]:
    """For a dataset of joiners and leavers: each day to the day of the snapshot a span before; nothing for other datasets."""
    flows = configuration.datasets[dataset].flows
    if flows is None:
        return {}
    return spans((s.as_at for s in read_snapshots(source, flows.source)), MONTHS[flows.every])


def purged_periods(source: Source, configuration: Configuration, dataset: str) -> dict[date, date]:
    """Days whose figures cannot be made again because rows that they need were purged, and since when."""
    flows = configuration.datasets[dataset].flows
    if flows is None:
        away = purged_days(source, dataset)
        ends = ((s.as_at, window_of(configuration, dataset, s.as_at)) for s in read_register(source, dataset))
        return {day: max(away[d] for d in part) for day, window in ends if (part := away.keys() & set(window))}
    gone = purged_days(source, flows.source)
    ever = spans((s.as_at for s in read_register(source, flows.source)), MONTHS[flows.every])
    lost = {day: gone.keys() & {day, first} for day, first in ever.items()}
    staff = {day: max(gone[d] for d in of_these) for day, of_these in lost.items() if of_these}
    return {**{day: since for day, since in _purged_events(source, configuration, dataset).items() if day in ever}, **staff}


def _purged_events(source: Source, configuration: Configuration, dataset: str) -> dict[date, date]:
    """Days of which an extract of events that marks were told by is gone: the span cannot be made whole again."""
    found: dict[date, date] = {}
    for name in asked_events(configuration, dataset):
        found |= purged_days(source, name)
    return found


def spans(loaded: Iterable[date], months: int) -> dict[date, date]:
    """Each day to the last day that was loaded in the month so many months before.

    >>> spans([date(2025, 3, 31), date(2025, 9, 30), date(2026, 3, 1), date(2026, 3, 31)], 12)
    {datetime.date(2026, 3, 1): datetime.date(2025, 3, 31), datetime.date(2026, 3, 31): datetime.date(2025, 3, 31)}
    """
    days = sorted(set(loaded))
    last = {day.year * 12 + day.month: day for day in days}
    return {day: last[month] for day in days if (month := day.year * 12 + day.month - months) in last}


def _worked_out(dataset: str, earlier: Snapshot, later: Snapshot, events: Sequence[Snapshot]) -> Snapshot:
    """The two snapshots and the events of the span as one: another file of any of them is other data."""

    def both(one: str, other: str) -> str:
        return sha256(f"{one} {other}".encode()).hexdigest()

    def told(two: str, each: Iterable[tuple[str, str]]) -> str:
        named = " ".join(f"{name} {said}" for name, said in each)
        return both(two, named) if named else two

    return Snapshot(
        dataset=dataset,
        as_at=later.as_at,
        rows=earlier.rows + later.rows,
        people=earlier.people + later.people,
        rejected=earlier.rejected + later.rejected,
        loaded_at=max(s.loaded_at for s in (earlier, later, *events)),
        files=tuple(name for s in (earlier, later, *events) for name in s.files),
        sha256=told(both(earlier.sha256, later.sha256), ((s.dataset, s.sha256) for s in events)),
        definition=told(both(earlier.definition, later.definition), ((s.dataset, s.definition) for s in events)),
    )
