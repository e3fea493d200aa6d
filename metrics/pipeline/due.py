"""What a refresh has to make: periods that were never published, those that are restated, and those that stay as they are."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Literal

from metrics.definitions.configuration import Configuration
from metrics.definitions.fingerprint import kpi_fingerprint
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.errors import InputError, Problem
from metrics.periods import FinancialYear
from metrics.query.plan import grain_of, is_told, published
from metrics.releases.draft import StoredBatch
from metrics.sources.snapshots import Snapshot

Why = Literal["data", "definition", "new_kpi", "protection", "audience", "purged"]


@dataclass(frozen=True)
class Kept:
    """A published period that would come out differently today, and stays as it is: only a restatement changes it."""

    dataset: str
    day: date
    why: Why
    names: tuple[str, ...] = ()
    """KPIs or audiences that the difference is about."""


@dataclass(frozen=True)
class Due:
    """dataset to the days to make figures for; batches to carry forward; differences that are not published."""

    days: Mapping[str, tuple[date, ...]]
    carried: tuple[StoredBatch, ...]
    kept: tuple[Kept, ...]


def find_due(
    configuration: Configuration,
    year: FinancialYear,
    snapshots: Mapping[str, Sequence[Snapshot]],
    batches: Sequence[StoredBatch],
    restate: Sequence[date] = (),
    purged: Mapping[str, Mapping[date, date]] | None = None,
) -> Due:
    """Compare what is loaded with what the latest release holds. `purged`: dataset to its days whose rows are gone, and since when."""
    gone = purged or {}
    held_on = {dataset: frozenset(s.as_at for s in loaded) for dataset, loaded in snapshots.items()}
    closing = {dataset: closing_days(configuration, dataset, days, year, held_on) for dataset, days in held_on.items()}
    _refuse_unknown(restate, closing, gone)
    held = {(b.label.dataset, b.label.period_end) for b in batches}
    days = {
        dataset: tuple(day for day in sorted(kpis_of) if (dataset, day) not in held or day in restate)
        for dataset, kpis_of in closing.items()
    }
    carried = tuple(b for b in batches if b.label.period_end not in days.get(b.label.dataset, ()))
    kept = (*_kept(configuration, snapshots, closing, carried), *_gone(restate, gone, carried))
    return Due({d: found for d, found in days.items() if found}, carried, kept)


def closing_days(
    configuration: Configuration, dataset: str, loaded: Collection[date], year: FinancialYear, held_on: Mapping[str, Collection[date]]
) -> dict[date, frozenset[str]]:
    """Days that stand for a period of some KPI, with the KPIs that they are published for. `held_on`: the days that each dataset has.

    A KPI that asks for a mark is published for a span once an extract of its events is loaded for that span.
    """
    told = {name: held_on.get(mark.source, ()) for name, mark in configuration.datasets[dataset].marks.items()}
    found: dict[date, set[str]] = {}
    for due in published(configuration, dataset):
        for day in year.snapshots(loaded, grain_of(due)):
            if is_told(configuration, due[0], day, told):
                found.setdefault(day, set()).add(due[0].id)
    return {day: frozenset(kpis) for day, kpis in found.items()}


def _refuse_unknown(
    restate: Sequence[date], closing: Mapping[str, Mapping[date, object]], purged: Mapping[str, Mapping[date, date]]
) -> None:
    there = sorted({day for days in closing.values() for day in days})
    unknown = [day for day in restate if day not in there]
    if unknown:
        raise InputError([Problem("--restate", f"{d.isoformat()}: {_why_not(d, there, purged)}") for d in unknown])


def _why_not(day: date, there: Sequence[date], purged: Mapping[str, Mapping[date, date]]) -> str:
    since = max((days[day] for days in purged.values() if day in days), default=None)
    if since:
        return f"its rows were purged on {since.isoformat()}, so its figures cannot be made again. Those that were published stay."
    return f"no period ends on this day; those that do: {', '.join(d.isoformat() for d in there) or 'none'}."


def _gone(restate: Sequence[date], purged: Mapping[str, Mapping[date, date]], carried: Sequence[StoredBatch]) -> tuple[Kept, ...]:
    """Of a period that is restated, the datasets whose rows are gone."""
    stands = sorted({(b.label.dataset, b.label.period_end) for b in carried})
    return tuple(Kept(dataset, day, "purged") for dataset, day in stands if day in restate and day in purged.get(dataset, {}))


def data_hash(snapshot: Snapshot) -> str:
    """Names the rows that were loaded: the files' bytes, and the definition that they were read by."""
    return sha256(f"{snapshot.sha256} {snapshot.definition}".encode()).hexdigest()


def protection_hash(configuration: Configuration, day: date) -> str:
    """Names what decides figures beside the KPIs themselves: the disclosure settings, and the units that existed on the day."""
    units = [(unit.id, unit.parent) for unit in configuration.organisation.walk(day)]
    said = [configuration.disclosure.model_dump(mode="json", exclude={"profiles": {"__all__": {"title"}}}), units]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def value_hash(configuration: Configuration, kpi: Kpi) -> str:
    """Names what decides a KPI's value alone: a new target, benchmark to stand beside, breakdown or profile does not change it."""
    compared = {MeasureType.REPRESENTATION_INDEX, MeasureType.PERCENTAGE_POINT_GAP}
    made_of_benchmark = kpi.measure.type is MeasureType.DISSIMILARITY or (kpi.measure.type in compared and not kpi.measure.reference_group)
    bare = kpi.model_copy(
        update={
            "target": None, "status_rule": "interval", "breakdowns": (), "polarity": "contextual",
            "benchmark": kpi.benchmark if made_of_benchmark else None,
        }
    )  # fmt: skip
    unprotected = DisclosureSettings(profiles={kpi.profile: Profile(title="any")}, audiences={})
    return kpi_fingerprint(replace(configuration, kpis={kpi.id: bare}, disclosure=unprotected), kpi.id)


def _kept(
    configuration: Configuration,
    snapshots: Mapping[str, Sequence[Snapshot]],
    closing: Mapping[str, Mapping[date, frozenset[str]]],
    carried: Sequence[StoredBatch],
) -> tuple[Kept, ...]:
    hashes = {(dataset, s.as_at): data_hash(s) for dataset, loaded in snapshots.items() for s in loaded}
    periods: dict[tuple[str, date], list[StoredBatch]] = {}
    for batch in carried:
        periods.setdefault((batch.label.dataset, batch.label.period_end), []).append(batch)
    found: list[Kept] = []
    for (dataset, day), batches in sorted(periods.items()):
        if (dataset, day) in hashes and day in closing.get(dataset, {}):
            found += _differences(configuration, dataset, day, batches, hashes[dataset, day], closing[dataset][day])
    return tuple(found)


def _differences(
    configuration: Configuration, dataset: str, day: date, batches: Sequence[StoredBatch], data: str, due: frozenset[str]
) -> list[Kept]:
    label = batches[0].label
    changed = tuple(k for k, made in sorted(label.kpis.items()) if configuration.kpi_fingerprints.get(k, made) != made)
    new = tuple(sorted(due - label.kpis.keys()))
    audiences = tuple(a for a in configuration.disclosure.audiences if a not in {b.label.audience for b in batches})
    found = [
        Kept(dataset, day, "data") if label.data != data else None,
        Kept(dataset, day, "definition", changed) if changed else None,
        Kept(dataset, day, "new_kpi", new) if new else None,
        Kept(dataset, day, "audience", audiences) if audiences else None,
        Kept(dataset, day, "protection") if label.definition != protection_hash(configuration, day) and not changed else None,
    ]
    return [kept for kept in found if kept is not None]
