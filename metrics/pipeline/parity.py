"""Whether another engine gives the same: rows of each day, every count, every pay figure. Nothing here says what a figure is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.periods import FinancialYear
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.query.results import KEYS as RESULT_KEYS
from metrics.query.results import PARTS as RESULT_PARTS
from metrics.query.results import fetch_results
from metrics.sources.derived import earlier_days, known_snapshots, told_marks
from metrics.sources.digests import DayDigest, day_digests
from metrics.sources.engine import Source
from metrics.sources.snapshots import snapshot_days

TOLERANCE = 1e-12
"""How far, in proportion, two engines' means may lie apart: they add up the same pay in another order, and the last bits of a sum
depend on it. A variance is a difference of two sums: `SPREAD_TOLERANCE`. Counts, ranks and medians are exact."""
SPREAD_TOLERANCE = 1e-9
EXACT = frozenset({"n", "distinct", "median", "rank_first", "ranks"})
KEYS = ["kpi", "breakdown", "unit", "group", "side"]

Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class DayParity:
    """One day of one dataset in the two stores; None where a store does not hold the day."""

    dataset: str
    as_at: date
    here: DayDigest | None
    there: DayDigest | None

    @property
    def same(self) -> bool:
        return self.here is not None and self.here == self.there


@dataclass(frozen=True)
class KpiParity:
    """One KPI over all periods.

    Attributes
    ----------
    counts, pay : figures compared
    differ : figures that are not the same, by period
    last_bits : pay figures that are equal within the tolerance and not to the last bit; `farthest` is the largest such distance, in
        proportion to the figure
    """

    kpi: str
    periods: int
    counts: int
    pay: int
    differ: Mapping[date, int]
    last_bits: int
    farthest: float


@dataclass(frozen=True)
class Parity:
    here: str
    there: str
    days: tuple[DayParity, ...]
    kpis: tuple[KpiParity, ...]

    @property
    def same(self) -> bool:
        return bool(self.days) and all(d.same for d in self.days) and not any(k.differ for k in self.kpis)


def compare_engines(
    configuration: Configuration, year: FinancialYear, here: Source, there: Source, progress: Told = lambda *_: None
) -> Parity:
    """Rows of every day that either store holds, then the figures of every period that both hold."""
    days: list[DayParity] = []
    kpis: list[KpiParity] = []
    datasets = sorted(configuration.datasets, key=lambda id: configuration.datasets[id].flows is not None)
    for number, dataset in enumerate(datasets):
        progress(f"{dataset}: comparing", number, len(datasets))
        flows = configuration.datasets[dataset].flows
        if flows is None:  # joiners and leavers have no rows of their own
            days += compare_rows(configuration, dataset, here, there)
        held = {d.as_at for d in days if d.dataset == (flows.source if flows else dataset) and d.here and d.there}
        kpis += compare_figures(configuration, year, dataset, held, here, there)
    return Parity(here.where, there.where, tuple(days), tuple(sorted(kpis, key=lambda k: k.kpi)))


def compare_rows(configuration: Configuration, dataset: str, here: Source, there: Source) -> list[DayParity]:
    one, other = day_digests(here, configuration, dataset), day_digests(there, configuration, dataset)
    registered = {*snapshot_days(here, dataset), *snapshot_days(there, dataset)}
    return [DayParity(dataset, day, one.get(day), other.get(day)) for day in sorted({*one, *other, *registered})]


def compare_figures(
    configuration: Configuration, year: FinancialYear, dataset: str, held: Set[date], here: Source, there: Source
) -> list[KpiParity]:
    """Of the periods that both stores can make, from days whose rows both `held`."""
    if not configuration.datasets[dataset].holds_people:
        return _of_results(configuration, year, dataset, held, here, there)
    ends = [{s.as_at for s in known_snapshots(source, configuration, dataset)} for source in (here, there)]
    starts = earlier_days(here, configuration, dataset)
    one, other = (told_marks(source, configuration, dataset) for source in (here, there))
    apart = frozenset().union(*(one[mark] ^ other[mark] for mark in one))  # days whose events only one store has
    both = sorted(day for day in (ends[0] & ends[1] & held) - apart if starts.get(day, day) in held)
    if not both:
        return []
    found = [fetch_counts(source, configuration, dataset, both, year) for source in (here, there)]
    theirs = {counts.period.end: counts for counts in found[1]}
    pairs = [(counts, theirs[counts.period.end]) for counts in found[0] if counts.period.end in theirs]
    return _by_kpi([_compared(one, two) for one, two in pairs])


def _of_results(
    configuration: Configuration, year: FinancialYear, dataset: str, held: Set[date], here: Source, there: Source
) -> list[KpiParity]:
    """Results that the council was given: points, what could be had, and places of awards, exactly."""
    made = [fetch_results(source, configuration, dataset, sorted(held), year) for source in (here, there)]
    if not all(made):  # nothing held, or a dataset that no KPI is of: populations that rates are held against
        return []
    found = [pd.concat([one.figures.assign(period=one.period.end) for one in results]) for results in made]
    both = found[0].merge(found[1], on=[*RESULT_KEYS, "period"], how="outer", suffixes=("", "_there"))
    parts = [both[name].ne(both[f"{name}_there"]) & (both[name].notna() | both[f"{name}_there"].notna()) for name in RESULT_PARTS]
    return _by_kpi([pd.DataFrame({"kpi": both["kpi"], "pay": False, "apart": 0.0, "differs": d, "period": both["period"]}) for d in parts])


def _compared(one: Counts, two: Counts) -> pd.DataFrame:
    """A row for each figure of one period: kpi, period, pay (whether it is one), apart (distance in proportion), differs."""
    cells = one.cells.assign(x=one.values[one.cells["region"].to_numpy()])
    keys = [*KEYS[:4], "part"]
    others = two.cells.assign(y=two.values[two.cells["region"].to_numpy()])
    counts = cells.merge(others, on=keys, how="outer")
    figures = [pd.DataFrame({"kpi": counts["kpi"], "pay": False, "apart": 0.0, "differs": counts["x"].ne(counts["y"])})]
    pay = one.statistics.merge(two.statistics, on=KEYS, how="outer", suffixes=("", "_there"))
    for name in [c for c in one.statistics.columns if c not in {*KEYS, "region"}]:
        apart = _apart(name, pay[name], pay[f"{name}_there"])
        figures.append(pd.DataFrame({"kpi": pay["kpi"], "pay": True, "apart": apart, "differs": apart > _allowed(name)}))
    return pd.concat(figures, ignore_index=True).assign(period=one.period.end)


def _allowed(name: str) -> float:
    return 0.0 if name in EXACT else SPREAD_TOLERANCE if name == "variance" else TOLERANCE


def _apart(name: str, x: pd.Series, y: pd.Series) -> np.ndarray:
    """How far apart in proportion to the larger; infinitely where only one is there."""
    if name == "ranks":
        return np.array([0.0 if np.array_equal(a, b) else np.inf for a, b in zip(x, y, strict=True)])
    a, b = x.to_numpy(dtype=float), y.to_numpy(dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))
    apart = np.where(a == b, 0.0, apart)
    return np.where(np.isnan(a) & np.isnan(b), 0.0, np.where(np.isnan(apart), np.inf, apart))


def _by_kpi(compared: Sequence[pd.DataFrame]) -> list[KpiParity]:
    frame = pd.concat(compared, ignore_index=True) if compared else pd.DataFrame(columns=["kpi"])
    return [_kpi(str(kpi), figures) for kpi, figures in frame.groupby("kpi")]


def _kpi(kpi: str, figures: pd.DataFrame) -> KpiParity:
    wrong, near = figures[figures["differs"]], figures[~figures["differs"] & (figures["apart"] > 0)]
    differ: dict[Any, int] = dict(sorted(Counter(wrong["period"]).items()))
    pay = int(figures["pay"].sum())
    farthest = float(near["apart"].max()) if len(near) else 0.0
    return KpiParity(kpi, figures["period"].nunique(), len(figures) - pay, pay, differ, len(near), farthest)
