"""Every true number of a council that is counted on the way to a release, and every number that one reader may read in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd

from metrics.access.viewer import Viewer
from metrics.definitions.configuration import Configuration
from metrics.definitions.waterfall import WATERFALL
from metrics.periods import FinancialYear
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.releases.store import ReleaseStore
from metrics.report import ESTIMATE_COLUMNS, RECAST_COLUMNS, Report, Request
from metrics.sources.engine import Source
from metrics.sources.snapshots import snapshot_days

KEYS = ["kpi", "breakdown", "unit", "group"]
PEOPLE = ("numerator", "denominator", "everyone")
NUMBERS = tuple(
    c for c in (*ESTIMATE_COLUMNS, *RECAST_COLUMNS[1:])
    if c not in {*KEYS, "period_start", "period_end", "status", "marker", "movement", "rounded", "note"}
)  # fmt: skip
SHARES = (("numerator", "denominator"), ("denominator", "everyone"), ("numerator", "everyone"), ("possible", "everyone"))
FEWEST = 10_000
"""Counts of five digits can be searched for."""


@dataclass(frozen=True)
class TrueNumbers:
    """Name to number. `counts`: people; `others`: shares from 0 to 1, pay, sums of pay and of hours, what is paid to single people."""

    counts: Mapping[str, int]
    others: Mapping[str, float]

    @property
    def all(self) -> dict[str, float]:
        return {**{name: float(n) for name, n in self.counts.items() if n >= FEWEST}, **self.others}


def true_numbers(source: Source, configuration: Configuration, year: FinancialYear) -> TrueNumbers:
    """Of every dataset and day; what can be worked out of two counts of one cell, or of one cell on two days, is there too."""
    counts: dict[str, int] = {}
    others: dict[str, float] = {}
    for dataset in configuration.datasets:
        loaded = configuration.datasets[dataset].flows
        days = snapshot_days(source, loaded.source if loaded else dataset)
        for counted in fetch_counts(source, configuration, dataset, days[1:] if loaded else days, year):
            parts = _parts(counted)
            for key, cell in parts.items():
                counts |= {f"{key} {part}": n for part, n in cell.items()}
                counts |= {f"{key} {a} and {b} apart": abs(cell[a] - cell[b]) for a, b in combinations(sorted(cell), 2)}
                others |= {f"{key} {a} of {b}": cell[a] / cell[b] for a, b in SHARES if cell.get(b) and a in cell}
            others |= dict(_pay(counted))
    return TrueNumbers(counts | _moved(counts), others)


def _parts(counted: Counts) -> dict[str, dict[str, int]]:
    cells = counted.cells.assign(n=np.asarray(counted.values)[counted.cells["region"].to_numpy(dtype=np.int64)])
    found: dict[str, dict[str, int]] = {}
    for row in cells.itertuples():
        key = f"{row.kpi} {row.breakdown or 'whole'} {row.unit} {row.group} {counted.period.end}"
        found.setdefault(key, {})[str(row.part)] = int(row.n)
    return found


def _moved(counts: Mapping[str, int]) -> dict[str, int]:
    """The same cell a year later, where its name differs by the day alone."""
    by_name: dict[str, list[int]] = {}
    for name, n in counts.items():
        by_name.setdefault(" ".join(word for word in name.split() if not _is_day(word)), []).append(n)
    return {f"{name} moved": abs(both[1] - both[0]) for name, both in by_name.items() if len(both) == 2}


def _is_day(word: str) -> bool:
    try:
        date.fromisoformat(word)
    except ValueError:
        return False
    return True


def _pay(counted: Counts) -> Iterator[tuple[str, float]]:
    """Pay of each group: its mean, its median, its sum (people × mean), and what the people in its middle are paid."""
    for row in counted.statistics.itertuples():
        name = f"{row.kpi} {row.breakdown or 'whole'} {row.unit} {row.group} {row.side} {counted.period.end}"
        for figure in ("mean", "median", "total"):
            value = getattr(row, figure, None)
            if value is not None and not pd.isna(value):
                yield f"{name} {figure}", float(value)
        if not pd.isna(row.mean):
            yield f"{name} people x mean", float(row.n) * float(row.mean)
        ranks = row.ranks if isinstance(row.ranks, (list, tuple, np.ndarray)) else ()
        yield from ((f"{name} paid to one person, {place}", float(v)) for place, v in enumerate(sorted(set(ranks))))


def open_numbers(store: ReleaseStore, viewer: Viewer) -> frozenset[float]:
    """Every number that a reader may read in any release, in either structure, and what two counts that stand side by side leave."""
    found: set[float] = set()
    for release in store.list_releases():
        for report in _reports(store, viewer, release.id):
            cells = report.cells
            for column in (c for c in NUMBERS if c in cells):
                found |= set(pd.to_numeric(cells[column], errors="coerce").dropna().tolist())
            for a, b in combinations(PEOPLE, 2):
                found |= set((cells[a] - cells[b]).abs().dropna().tolist())
            found |= set((cells["numerator"] + cells["everyone"] - cells["denominator"]).dropna().tolist())
            for kpi in report.contents.kpis.values():
                found |= {value for _, value in kpi.target} | set(kpi.benchmark_by_group.values())
    return frozenset(float(v) for v in found)


def _reports(store: ReleaseStore, viewer: Viewer, release: str) -> Iterator[Report]:
    contents = store.contents(release, viewer)
    yield store.read(Request(release=release), viewer)
    yield store.read(Request(release=release, breakdowns=(WATERFALL,)), viewer)
    for unit in contents.history.recast & contents.units.keys():
        yield store.read(Request(release=release, units=(unit,), structure="today"), viewer)
