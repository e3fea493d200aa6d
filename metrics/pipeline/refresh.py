"""`refresh`: every figure of every new period, protected together, evaluated from what may be shown, certified, published at once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.describe import describe_profile
from metrics.definitions.kpi import Kpi
from metrics.definitions.rolling import rolling_months
from metrics.errors import InputError, NotPublished
from metrics.evaluate.change import add_changes, add_usual_range, ratios, series_breaks, unit_breaks, usuals, windows
from metrics.gpg_service.comparators import load_comparators
from metrics.periods import FinancialYear
from metrics.pipeline.due import Due, Kept, data_hash, find_due, value_hash
from metrics.pipeline.holdings import summarise_datasets, waiting
from metrics.pipeline.marked import Strangers, Untold, find_strangers, find_untold
from metrics.pipeline.parallel import Workers, processors
from metrics.pipeline.part import make_part
from metrics.pipeline.road import Progress, Road, Stamps
from metrics.pipeline.staff import HiddenStaff
from metrics.pipeline.summaries import summarise_dimensions, summarise_kpi, summarise_units
from metrics.query.explain import explain
from metrics.releases.draft import BatchLabel, Draft, DraftBatch, StoredBatch
from metrics.releases.lock import only_one
from metrics.releases.snapshot import Snapshot, pack_snapshot, snapshot_of, unpack_snapshot
from metrics.releases.store import ReleaseStore
from metrics.report import ESTIMATE_COLUMNS, DatasetSummary, KpiSummary
from metrics.sources.derived import known_snapshots, purged_periods, window_of
from metrics.sources.engine import Source
from metrics.sources.snapshots import Snapshot as Load
from metrics.sources.snapshots import read_snapshots, snapshot_days


class CouncilSettings(Protocol):
    """The part of `metrics.settings.Settings` that a refresh needs."""

    @property
    def council(self) -> str: ...
    @property
    def synthetic(self) -> bool: ...
    @property
    def currency(self) -> str: ...
    @property
    def year(self) -> FinancialYear: ...
    @property
    def private_folder(self) -> Path: ...
    @property
    def teams(self) -> Mapping[str, str]: ...
    @property
    def corporate_priorities(self) -> Mapping[str, str]: ...


FARTHEST_BACK = timedelta(days=500)
"""A figure is compared with one at most 15 months earlier."""


@dataclass(frozen=True)
class RefreshResult:
    """What a refresh did.

    Attributes
    ----------
    release : id of what was published; None for a dry run, and where there was nothing to do
    batches : new figures, one batch for each dataset, period and audience
    carried : batches of the last release that stand unchanged
    kept : published periods that would come out differently today
    dropped : KPIs of the last release that are no longer defined
    new_words : True where titles or other words changed since the last release
    doubted : withdrawn releases in which carried figures were first published, to the ends of their periods
    untold : KPIs without a figure of some spans, because events of those were not loaded
    strangers : people with a mark who stand at neither end of a span that was made: they are in no figure
    """

    release: str | None
    batches: tuple[DraftBatch, ...]
    carried: tuple[StoredBatch, ...]
    kept: tuple[Kept, ...]
    dropped: tuple[str, ...]
    new_words: bool
    dry_run: bool
    seconds: float
    doubted: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    untold: tuple[Untold, ...] = ()
    strangers: tuple[Strangers, ...] = ()

    @property
    def nothing_to_do(self) -> bool:
        return not self.batches and not self.new_words


def refresh(
    configuration: Configuration,
    settings: CouncilSettings,
    *,
    source: Source,
    store: ReleaseStore,
    restate: Sequence[date] = (),
    reason: str | None = None,
    dry_run: bool = False,
    now: datetime | None = None,
    progress: Progress = lambda *_: None,
    processes: int | None = None,
) -> RefreshResult:
    """Make and publish the figures of every period that is loaded and not published yet.

    `processes`: how many parts (a dataset on one day) are worked on at once; by default as many as there are processors, up to a few, where
    there is enough to do. Figures are the same whatever their number.

    Raises
    ------
    DefinitionError : the figures of other employers are not what was imported
    DisclosureError : figures could not be certified
    InputError : a restatement without a reason, or of a day that no period ends on
    SourceError : the rows or the store cannot be reached, or another refresh is running

    In each case the last release stays as it was: nothing is written before the one step that publishes.
    """
    started = time.monotonic()
    _check_reason(restate, reason)
    others = load_comparators(configuration, settings.council)
    with only_one(settings.private_folder):
        base = store.latest()
        held = store.batches(base) if base else ()
        snapshots = {dataset: known_snapshots(source, configuration, dataset) for dataset in configuration.datasets}
        purged = {dataset: purged_periods(source, configuration, dataset) for dataset in configuration.datasets}
        due = find_due(configuration, settings.year, snapshots, held, restate, purged)
        if not due.days and not due.carried:
            raise NotPublished(
                "No rows are loaded for any period of a KPI, so there is nothing to publish.", "Run `equality ingest` first."
            )
        stamps = Stamps(
            data={(dataset, s.as_at): data_hash(s) for dataset, loaded in snapshots.items() for s in loaded},
            values={id: value_hash(configuration, kpi) for id, kpi in configuration.kpis.items()},
            reasons=dict.fromkeys(restate, reason or ""),
        )
        held_on = {dataset: snapshot_days(source, dataset) for dataset in configuration.datasets if rolling_months(configuration, dataset)}
        staff = HiddenStaff(configuration, store, base, held_on)
        with Workers(make_part, configuration, processors() if processes is None else processes) as workers:
            road = Road(configuration, stamps, staff, workers, processes is not None)
            made = tuple(road.batches(settings.year, source, due, progress))
        batches = _with_changes(configuration, store, due, made, stamps.values)
        before = store.snapshot(base) if base else None
        kpis = _summaries(configuration, source, [*(b.label for b in due.carried), *(b.label for b in batches)], before)
        kpis = {id: _titled(kpi, settings) for id, kpi in kpis.items()}
        draft = _draft(configuration, settings, due, batches, kpis, base, reason, now or datetime.now(UTC))
        loads = snapshots | {dataset: read_snapshots(source, dataset) for dataset in held_on}
        draft = replace(draft, sources=_sources(configuration, settings, loads, draft, due, before))
        draft = replace(draft, waiting=waiting(configuration, kpis, snapshots), comparators=others)
        new_words = before is None or _words(unpack_snapshot(pack_snapshot(snapshot_of(draft)))) != _words(before)
        doubted = _doubted(store, due.carried)
        untold, unknown = find_untold(configuration, settings.year, snapshots), find_strangers(configuration, source, due.days)
        publishing = not dry_run and bool(batches or new_words)
        release = store.publish(draft) if publishing else None
    dropped = tuple(k for k in before.kpis if k not in configuration.kpis) if before else ()
    seconds = time.monotonic() - started
    return RefreshResult(release, batches, due.carried, due.kept, dropped, new_words, dry_run, seconds, doubted, untold, unknown)


def _doubted(store: ReleaseStore, carried: Sequence[StoredBatch]) -> dict[str, tuple[date, ...]]:
    """A release may be withdrawn and later ones with the same figures be left standing: each refresh says so again."""
    withdrawn = [r.id for r in store.list_releases() if r.withdrawn]
    found = {release: tuple(sorted({b.label.period_end for b in carried if b.release == release})) for release in withdrawn}
    return {release: days for release, days in found.items() if days}


def _titled(kpi: KpiSummary, settings: CouncilSettings) -> KpiSummary:
    """With the names of its team and priority; a KPI that no longer exists keeps the names that it had."""
    priority = kpi.corporate_priority or ""
    return replace(
        kpi,
        owner_title=settings.teams.get(kpi.owner, kpi.owner_title),
        priority_title=settings.corporate_priorities.get(priority, kpi.priority_title),
    )


def _sources(
    configuration: Configuration,
    settings: CouncilSettings,
    held: Mapping[str, Sequence[Load]],
    draft: Draft,
    due: Due,
    before: Snapshot | None,
) -> dict[str, DatasetSummary]:
    carried = [b.label for b in due.carried]
    stands = _days(configuration, [*carried, *(b.label for b in draft.batches)])
    kept = _days(configuration, carried)
    return summarise_datasets(configuration, settings.year, held, stands, kept, before.sources if before else {})


def _days(configuration: Configuration, labels: Iterable[BatchLabel]) -> dict[str, frozenset[date]]:
    """Dataset to the days of the loads that its figures are made of."""
    found: dict[str, set[date]] = {}
    for label in labels:
        defined = label.dataset in configuration.datasets
        window = window_of(configuration, label.dataset, label.period_end) if defined else (label.period_end,)
        found.setdefault(label.dataset, set()).update(window)
    return {dataset: frozenset(days) for dataset, days in found.items()}


def _words(snapshot: Snapshot) -> Snapshot:
    """What a reader would miss if it were not published; what is loaded and what is waited for is told with the next figures."""
    return replace(snapshot, sources={}, waiting=())


def _check_reason(restate: Sequence[date], reason: str | None) -> None:
    if restate and not (reason and reason.strip()):
        raise InputError("--restate changes figures that were published, so it needs --reason: one sentence that readers will see.")
    if reason and not restate:
        raise InputError("--reason says why a period is restated: name the period with --restate 2026-03-31.")


def _with_changes(
    configuration: Configuration, store: ReleaseStore, due: Due, batches: tuple[DraftBatch, ...], values: Mapping[str, str]
) -> tuple[DraftBatch, ...]:
    """Fill in how each new figure moved, from what is shown of this period and of what was published before."""
    finished: dict[tuple[str, str, date], DraftBatch] = {}
    for audience in dict.fromkeys(b.label.audience for b in batches):
        new = [b for b in batches if b.label.audience == audience]
        first = min(b.label.period_end for b in new) - FARTHEST_BACK
        old = [b for b in due.carried if b.label.audience == audience and b.label.period_end >= first]
        frame = pd.concat([f for f in (_comparable(store, old, values), *(b.cells for b in new)) if len(f)], ignore_index=True)
        breaks = series_breaks(configuration), unit_breaks(configuration)
        changed = add_changes(frame, *breaks, ratios(configuration), windows(configuration))[list(ESTIMATE_COLUMNS)]
        older = [b for b in due.carried if b.label.audience == audience and b.label.period_end < first]
        series = pd.concat([f for f in (_comparable(store, older, values, whole=True), changed) if len(f)], ignore_index=True)
        changed = add_usual_range(series, usuals(configuration), *breaks)
        ends = pd.to_datetime(changed["period_end"]).dt.date
        for batch in new:
            mine = changed[(ends == batch.label.period_end) & changed["kpi"].isin(list(batch.label.kpis))].reset_index(drop=True)
            finished[audience, batch.label.dataset, batch.label.period_end] = replace(batch, cells=mine)
    return tuple(finished[b.label.audience, b.label.dataset, b.label.period_end] for b in batches)


def _comparable(store: ReleaseStore, old: Sequence[StoredBatch], values: Mapping[str, str], whole: bool = False) -> pd.DataFrame:
    """Earlier figures (`whole`: of whole units), without those of KPIs whose value was defined otherwise then: they are not the same."""
    frame = store.batch_cells(old, whole=whole)
    same = {(k, b.label.period_end) for b in old for k, made in b.label.values.items() if values.get(k) == made}
    ends = pd.to_datetime(frame["period_end"]).dt.date
    return frame[[(k, day) in same for k, day in zip(frame["kpi"], ends, strict=True)]]


def _draft(
    configuration: Configuration,
    settings: CouncilSettings,
    due: Due,
    batches: tuple[DraftBatch, ...],
    kpis: dict[str, KpiSummary],
    base: str | None,
    reason: str | None,
    now: datetime,
) -> Draft:
    profiles = configuration.disclosure.profiles
    return Draft(
        published_at=now,
        council=settings.council,
        synthetic=settings.synthetic,
        currency=settings.currency,
        definition_version=configuration.fingerprint,
        notes_for={audience: describe_profile(profiles[profile]) for audience, profile in configuration.disclosure.audiences.items()},
        datasets={id: dataset.title for id, dataset in configuration.datasets.items()},
        kpis=kpis,
        units=summarise_units(configuration.organisation),
        dimensions=summarise_dimensions(configuration.dimensions),
        batches=batches,
        carried=tuple(b.id for b in due.carried),
        base=base,
        reason=reason,
    )


def _summaries(
    configuration: Configuration, source: Source, labels: Sequence[BatchLabel], before: Snapshot | None
) -> dict[str, KpiSummary]:
    """Every KPI that has a figure, as it was defined when its newest figures were made."""
    found: dict[str, KpiSummary] = {}
    for id, kpi in sorted(configuration.kpis.items()):
        mine = sorted((label for label in labels if id in label.kpis), key=lambda label: label.period_end)
        if not mine:
            continue
        if before and id in before.kpis and all(label.kpis[id] != configuration.kpi_fingerprints[id] for label in mine):
            found[id] = before.kpis[id]
            continue
        known = before.kpis.get(id) if before else None
        same = known is not None and known.fingerprint == configuration.kpi_fingerprints[id]
        summary = summarise_kpi(configuration, kpi, known.sql if known and same else _sql(source, configuration, kpi, mine[-1].period_end))
        found[id] = replace(summary, series_breaks=tuple(sorted({*summary.series_breaks, *_breaks(id, mine)})))
    return found


def _sql(source: Source, configuration: Configuration, kpi: Kpi, day: date) -> str:
    """The statements that count a KPI, for readers who want to see how; values are bound, so there are none in it."""
    return "\n\n".join(f"-- {statement.title}\n{statement.sql}" for statement in explain(source, configuration, kpi.id, day).statements)


def _breaks(kpi: str, labels: Sequence[BatchLabel]) -> Iterator[tuple[str, str]]:
    """Where the figures before and after were not made the same way."""
    for earlier, later in pairwise(labels):
        if earlier.values.get(kpi) != later.values.get(kpi):
            yield later.period_end.isoformat(), "The definition changed here: figures before this day were made another way."
