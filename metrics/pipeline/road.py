"""From counts to batches: the road itself, each part of it protected, let through the gate and evaluated, perhaps in another process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.disclosure.rounding import interval
from metrics.disclosure.system import PublishedSystem
from metrics.disclosure.without_people import certificate_without_people, system_without_people
from metrics.evaluate.results import evaluate_results
from metrics.periods import FinancialYear, Period
from metrics.pipeline.due import Due, protection_hash
from metrics.pipeline.parallel import Workers
from metrics.pipeline.part import Made, Part
from metrics.pipeline.staff import HiddenStaff, sources_first
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.query.population import fetch_populations
from metrics.query.results import Results, fetch_results
from metrics.releases.draft import BatchLabel, DraftBatch
from metrics.sources.engine import Source

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many steps are done, and how many there are."""
ROUND_NUMBER = 1000
"""A multiple of every base: rounding leaves it as it is."""
WORTH_STARTING = 1500
"""Sets of people, beside those of the largest part, from which on it is worth to start other processes."""


@dataclass(frozen=True)
class Stamps:
    """What every batch of one refresh is labelled with.

    data : dataset and day to the hash of its rows
    values : KPI to the hash of what decides its value
    reasons : restated day to why
    """

    data: Mapping[tuple[str, date], str]
    values: Mapping[str, str]
    reasons: Mapping[date, str]


@dataclass(frozen=True)
class Road:
    """What turns counts into batches, and who does it.

    Attributes
    ----------
    staff : what is not shown of staff; joiners and leavers need it
    workers : processes that protect, gate and evaluate
    forced : even little work is given to them
    """

    configuration: Configuration
    stamps: Stamps
    staff: HiddenStaff
    workers: Workers[Configuration, Part, dict[str, Made]]
    forced: bool

    def batches(self, year: FinancialYear, source: Source, due: Due, progress: Progress) -> Iterator[DraftBatch]:
        """Count, protect everything together, evaluate only what is shown, and keep what the attacker was given."""
        total = sum(len(days) for days in due.days.values())
        done = 0
        for dataset in sources_first(self.configuration, due.days):
            days = due.days[dataset]
            progress(f"{dataset}: counting", done, total)
            if not self.configuration.datasets[dataset].holds_people:
                for results in fetch_results(source, self.configuration, dataset, days, year):
                    yield from self.batches_without_people(results)
                done += len(days)
                continue
            if self.staff.earlier.rolls(dataset):
                yield from self.rolling_batches(source, dataset, days, year, progress, done, total)
                done += len(days)
                continue
            found = fetch_counts(source, self.configuration, dataset, days, year, self.staff.earlier.also(dataset, days))
            parts = self.parts(source, found, progress, done, total)
            for counts, made in zip(found, self.workers.run(parts, here=not (self.forced or is_much(found))), strict=True):
                self.staff.note(counts, {audience: one.shown for audience, one in made.items()})
                for one in made.values():
                    yield self.batch(counts, one)
                done += 1
        progress("publishing", done, total)

    def rolling_batches(
        self, source: Source, dataset: str, days: Sequence[date], year: FinancialYear, progress: Progress, done: int, total: int
    ) -> Iterator[DraftBatch]:
        """Windows that overlap, one after the other: each is protected beside those before it."""
        earlier = self.staff.earlier
        for number, day in enumerate(sorted(days), done):
            found = fetch_counts(source, self.configuration, dataset, [day], year, earlier.also(dataset, [day]))
            for counts, made in zip(found, self.workers.run(self.parts(source, found, progress, number, total), here=True), strict=True):
                earlier.note(dataset, [one.system for one in made.values()])
                for one in made.values():
                    yield self.batch(counts, one)

    def parts(self, source: Source, found: Sequence[Counts], progress: Progress, done: int, total: int) -> Iterator[Part]:
        """Made one by one, as processes become free."""
        for number, counts in enumerate(found, done):
            progress(f"{counts.dataset}, {counts.period.end.isoformat()}: protecting", number, total)
            people = fetch_populations(source, self.configuration, counts.dataset, counts.period.end)
            yield Part(counts, self.staff.at_both_ends(counts), self.staff.earlier.known_of(counts), people)

    def batches_without_people(self, results: Results) -> Iterator[DraftBatch]:
        """The same figures for every audience: there is nobody to protect in them."""
        figures, settings = evaluate_results(results, self.configuration), self.configuration.disclosure
        for audience, profile in settings.audiences.items():
            named = label(self.configuration, results.dataset, results.period, audience, figures, self.stamps)
            what = (results.dataset, results.period.end.isoformat(), audience, profile, settings.profiles[profile])
            system = system_without_people(*what, self.configuration.organisation.root.id)
            yield DraftBatch(named, figures, certificate_without_people(*what), system)

    def batch(self, counts: Counts, made: Made) -> DraftBatch:
        certificate = {**made.shown.certificate.as_dict(), **told(made.system)}
        named = label(self.configuration, counts.dataset, counts.period, made.shown.audience, made.figures, self.stamps)
        return DraftBatch(named, made.figures, certificate, dict(made.system.as_dict()), made.shown.cells)


def is_much(found: Sequence[Counts]) -> bool:
    """Whether other processes would save more time than it takes to start them."""
    sizes = sorted(len(counts.regions) for counts in found)
    return sum(sizes[:-1]) >= WORTH_STARTING


def told(system: PublishedSystem) -> dict[str, object]:
    """What the attacker is told anyway and readers of figures over time need: who has staff of its own, and how far rounding reaches.

    attached : units above others that have staff attached to themselves, down to `depth`, the deepest that is published
    off_by : how far a rounded count may be from the true one
    """
    depth = max((depth for _, depth in system.structure.tables), default=0)
    reach = [max(ROUND_NUMBER - low, high - ROUND_NUMBER) for low, high in (interval(ROUND_NUMBER, c) for c in set(system.chains) if c)]
    return {"attached": sorted(system.structure.attached), "depth": depth, "off_by": max(reach, default=0)}


def label(configuration: Configuration, dataset: str, period: Period, audience: str, cells: pd.DataFrame, stamps: Stamps) -> BatchLabel:
    day = period.end
    kpis = sorted(set(cells["kpi"].astype(str)))
    return BatchLabel(
        dataset=dataset,
        period_start=period.start,
        period_end=day,
        audience=audience,
        profile=configuration.disclosure.audiences[audience],
        data_date=day,
        data=stamps.data[dataset, day],
        definition=protection_hash(configuration, day),
        kpis={k: configuration.kpi_fingerprints[k] for k in kpis},
        values={k: stamps.values[k] for k in kpis},
        reason=stamps.reasons.get(day),
    )
