"""Which days a dataset has figures for: those that were loaded, or, for joiners and leavers, those with a snapshot a span earlier."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from metrics.definitions.configuration import Configuration
from metrics.definitions.flows import MONTHS
from metrics.sources.engine import Source
from metrics.sources.snapshots import Snapshot, purged_days, read_register, read_snapshots


def known_snapshots(source: Source, configuration: Configuration, dataset: str) -> tuple[Snapshot, ...]:
    """As `read_snapshots`; a snapshot of joiners and leavers stands for the two that it is worked out from."""
    flows = configuration.datasets[dataset].flows
    if flows is None:
        return read_snapshots(source, dataset)
    loaded = {s.as_at: s for s in read_snapshots(source, flows.source)}
    return tuple(_worked_out(dataset, loaded[earlier], loaded[day]) for day, earlier in spans(loaded, MONTHS[flows.every]).items())


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
        return purged_days(source, dataset)
    gone = purged_days(source, flows.source)
    ever = spans((s.as_at for s in read_register(source, flows.source)), MONTHS[flows.every])
    lost = {day: gone.keys() & {day, first} for day, first in ever.items()}
    return {day: max(gone[d] for d in of_these) for day, of_these in lost.items() if of_these}


def spans(loaded: Iterable[date], months: int) -> dict[date, date]:
    """Each day to the last day that was loaded in the month so many months before.

    >>> spans([date(2025, 3, 31), date(2025, 9, 30), date(2026, 3, 1), date(2026, 3, 31)], 12)
    {datetime.date(2026, 3, 1): datetime.date(2025, 3, 31), datetime.date(2026, 3, 31): datetime.date(2025, 3, 31)}
    """
    days = sorted(set(loaded))
    last = {day.year * 12 + day.month: day for day in days}
    return {day: last[month] for day in days if (month := day.year * 12 + day.month - months) in last}


def _worked_out(dataset: str, earlier: Snapshot, later: Snapshot) -> Snapshot:
    def both(one: str, other: str) -> str:
        return sha256(f"{one} {other}".encode()).hexdigest()

    return Snapshot(
        dataset=dataset,
        as_at=later.as_at,
        rows=earlier.rows + later.rows,
        people=earlier.people + later.people,
        rejected=earlier.rejected + later.rejected,
        loaded_at=max(earlier.loaded_at, later.loaded_at),
        files=(*earlier.files, *later.files),
        sha256=both(earlier.sha256, later.sha256),
        definition=both(earlier.definition, later.definition),
    )
