"""Drafts of releases for tests of the store: small, seeded, with every column of a figure filled somewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from metrics.releases.draft import BatchLabel, Draft, DraftBatch
from metrics.report import ESTIMATE_COLUMNS, DimensionSummary, KpiSummary, UnitSummary
from metrics.statistics.intervals import wilson
from tests.support.certified import certified

UNITS = {
    "council": UnitSummary("council", "Council", None, "council", 0),
    "housing": UnitSummary("housing", "Housing", "council", "directorate", 1),
    "repairs": UnitSummary("repairs", "Repairs", "housing", "service", 2),
    "parks": UnitSummary("parks", "Parks", "council", "directorate", 1),
}
SEX = DimensionSummary("sex", "Sex", False, (("female", "Female", True), ("male", "Male", True), ("not_known", "Not known", False)))


def a_kpi(id: str = "WR01", **changes: object) -> KpiSummary:
    plain: dict[str, object] = {
        "id": id, "title": f"Share {id}", "short_title": id, "why_it_matters": "It does.", "owner": "hr", "corporate_priority": None,
        "dataset": "hr", "source": "HR extract", "population": "All staff", "who": "Female, among all", "measure": "proportion",
        "unit": "percent", "interval": "wilson", "column": None, "grain": "quarter", "polarity": "higher",
        "breakdowns": ("sex", "unit+sex"), "target": (("2024-03-31", 0.1), ("2027-03-31", 0.2)), "has_baseline": True, "within": None,
        "status_rule": "interval", "benchmark_title": "Census", "benchmark_source": "ONS", "benchmark_illustrative": False,
        "benchmark_by_group": {"sex=female": 0.51}, "framework": ({"theme": "DEW.1", "essential": True},), "headline": True,
        "series_breaks": (("2025-06-30", "new system"),), "notes": ("A note.",), "fingerprint": f"{id}-v1", "sql": "SELECT 1",
    }  # fmt: skip
    return KpiSummary(**{**plain, **changes})  # type: ignore[arg-type]


def some_cells(day: date, kpis: Sequence[str] = ("WR01",), seed: int = 0, units: Sequence[str] = tuple(UNITS)) -> pd.DataFrame:
    """A figure for each KPI, unit, and group of sex; the third of every five is hidden."""
    random = np.random.default_rng([seed, day.toordinal()])
    rows = []
    for kpi in kpis:
        for unit in units:
            for breakdown, group in (("", ""), ("unit+sex", "sex=female"), ("unit+sex", "sex=male")):
                rows.append(_cell(kpi, breakdown, unit, group, day, random, hidden=len(rows) % 5 == 3))
    return pd.DataFrame(rows, columns=list(ESTIMATE_COLUMNS))


def _cell(kpi: str, breakdown: str, unit: str, group: str, day: date, random: np.random.Generator, hidden: bool) -> dict[str, object]:
    known = {"kpi": kpi, "breakdown": breakdown, "unit": unit, "group": group, "period_start": pd.Timestamp(day)}
    known |= {"period_end": pd.Timestamp(day), "rounded": unit != "council"}
    if hidden:
        return {**known, "marker": "[c]", "status": "hidden", "movement": "", "note": ""}
    below, of = int(random.integers(5, 50)), int(random.integers(50, 300))
    (low, high), *_ = wilson(pd.Series([below]), pd.Series([of])).to_numpy().tolist()
    return {
        **known, "numerator": below, "denominator": of, "value": below / of, "lower": low, "upper": high,
        "benchmark": 0.25, "gap": below / of - 0.25, "ratio": below / of / 0.25, "status": "unclear", "marker": "", "everyone": of + 3,
        "declared": of / (of + 3), "movement": "first", "note": "",
    }  # fmt: skip


def a_batch(day: date, kpis: Mapping[str, str] | None = None, seed: int = 0, audience: str = "leadership", **changes: object) -> DraftBatch:
    made_from = kpis or {"WR01": "WR01-v1"}
    plain: dict[str, object] = {
        "dataset": "hr", "period_start": day, "period_end": day, "audience": audience, "profile": audience, "data_date": day,
        "data": f"sha-{seed}", "definition": "all-v1", "kpis": made_from,
    }  # fmt: skip
    label = BatchLabel(**{**plain, **changes})  # type: ignore[arg-type]
    return certified(label, some_cells(day, tuple(made_from), seed), {"tables": [day.isoformat(), seed]})


def a_draft(*batches: DraftBatch, kpis: Sequence[KpiSummary] = (), **changes: object) -> Draft:
    ids = sorted({k for b in batches for k in b.label.kpis})
    plain: dict[str, object] = {
        "published_at": datetime(2026, 5, 21, 9, 30, tzinfo=UTC), "council": "Exampleton", "synthetic": True, "currency": "£",
        "definition_version": "abc", "notes_for": {"leadership": "Counts of 1 to 4 are hidden.", "public": "Rounded to 5."},
        "datasets": {"hr": "HR extract"}, "kpis": {k.id: k for k in kpis or [a_kpi(id) for id in ids or ["WR01"]]}, "units": UNITS,
        "dimensions": {"sex": SEX}, "batches": batches,
    }  # fmt: skip
    return Draft(**{**plain, **changes})  # type: ignore[arg-type]
