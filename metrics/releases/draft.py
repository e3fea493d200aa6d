"""What is handed to the release store to be published, and what it says of a batch it holds. No true count is in either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

from metrics.releases.attacks import Verdict
from metrics.report import Comparators, DatasetSummary, DimensionSummary, KpiSummary, UnitSummary


@dataclass(frozen=True)
class BatchLabel:
    """What a batch is of, and what it was made from.

    Attributes
    ----------
    data : hash of the data that was loaded for the day
    definition : hash of what decides the figures beside the KPIs: disclosure settings, and the units of the day
    kpis : KPI id to the hash of its definition, for every KPI that has a figure in the batch
    values : KPI id to the hash of what decides its value alone, without target, benchmark, breakdowns and suppression: figures of
        two periods may be joined by a line where these agree
    reason : why a period that had been published was made again; None the first time
    """

    dataset: str
    period_start: date
    period_end: date
    audience: str
    profile: str
    data_date: date
    data: str
    definition: str
    kpis: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True)
class DraftBatch:
    """One dataset, period and audience, ready to be published.

    Attributes
    ----------
    cells : rows of `ESTIMATE_COLUMNS`
    certificate, system : what was proven, and what the attacker was given: `shown` holds a count for each region
    parts : which region each count of a figure is: `kpi, breakdown, unit, group, part, region`. Without it nothing is published
    """

    label: BatchLabel
    cells: pd.DataFrame
    certificate: Mapping[str, Any]
    system: Mapping[str, Any]
    parts: pd.DataFrame | None = None


@dataclass(frozen=True)
class StoredBatch:
    """A batch of a release, without its figures. `release` is the one that it was first published in."""

    id: int
    release: str
    label: BatchLabel
    certificate: Mapping[str, Any]


@dataclass(frozen=True)
class Draft:
    """A release before it has an id.

    Attributes
    ----------
    base : the latest release when the draft was made; if another has been published since, publishing is refused
    carried : ids of the batches of `base` that stand in this release too, unchanged
    notes_for : audience to its disclosure rule in a plain sentence, in the order of the audiences
    datasets : dataset id to title
    """

    published_at: datetime
    council: str
    synthetic: bool
    currency: str
    definition_version: str
    notes_for: Mapping[str, str]
    datasets: Mapping[str, str]
    kpis: Mapping[str, KpiSummary]
    units: Mapping[str, UnitSummary]
    dimensions: Mapping[str, DimensionSummary]
    batches: tuple[DraftBatch, ...]
    carried: tuple[int, ...] = ()
    base: str | None = None
    reason: str | None = None
    sources: Mapping[str, DatasetSummary] = field(default_factory=dict)
    waiting: tuple[tuple[str, str, str], ...] = ()
    comparators: Comparators | None = None


@dataclass(frozen=True)
class ReleaseSummary:
    """One line of the list of releases."""

    id: str
    published_at: datetime
    council: str
    synthetic: bool
    definition_version: str
    batches: int
    new_batches: int
    cells: int
    first_period: date | None
    last_period: date | None
    reason: str | None = None
    withdrawn: str | None = None
    withdrawn_at: datetime | None = None
    verdict: Verdict | None = None
    """What attacking it again found; None where nobody has."""
