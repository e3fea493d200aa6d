"""True counts of a dataset on given days: runs a plan's statements and sums their cells to every published set of people.

What comes back never leaves `equality refresh`: `metrics.disclosure` decides what of it may be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import MeasureType
from metrics.errors import CountsError, Problem
from metrics.periods import FinancialYear, Period, window_start
from metrics.query.atoms import Where
from metrics.query.compile import REACH, SPARE, Compiler, Family, pay_groups
from metrics.query.counts import EXTRACT, Counts, Table
from metrics.query.editions import check_editions
from metrics.query.plan import Also, Plan, TablePlan, plan_days
from metrics.sources.derived import earlier_days, known_snapshots, told_marks
from metrics.sources.engine import Source


def fetch_counts(
    source: Source,
    configuration: Configuration,
    dataset_id: str,
    days: Iterable[date],
    year: FinancialYear,
    also: Mapping[date, Also] | None = None,
) -> tuple[Counts, ...]:
    """Everything that KPIs publish of a dataset on the days, in order of day. `also`: sets that earlier releases published of a day:
    its tables and atoms can count them, too.

    A day that stands for no period of any KPI has no `Counts`: which snapshots close a month, quarter or year is decided
    among all days that are loaded, so asking for one day gives what asking for all would.

    Raises
    ------
    CountsError : a day has no rows, or its rows hold units or categories that the configuration no longer knows
    InputError : two surveys would be joined
    """
    earlier = earlier_days(source, configuration, dataset_id)
    wanted, loaded = sorted(set(days)), tuple(s.as_at for s in known_snapshots(source, configuration, dataset_id))
    flows = configuration.datasets[dataset_id].flows
    _refuse_missing(flows.source if flows else dataset_id, [d for d in wanted if d not in loaded], loaded, flows.every if flows else "")
    check_editions(source, configuration, dataset_id, loaded)
    told = told_marks(source, configuration, dataset_id)
    plans = tuple(replace(plan, earlier=earlier) for plan in plan_days(configuration, dataset_id, wanted, loaded, year, also, told))
    rows = _TableRows(source, plans)
    found = [counts for plan in plans for counts in fetch_plan(source, configuration, plan, rows)]
    return tuple(sorted(found, key=lambda c: c.period))


class _TableRows:
    """Rows of tables. Plans that count alike and differ in their units alone (before and after a reorganisation) share a statement."""

    def __init__(self, source: Source, plans: Sequence[Plan]) -> None:
        self.source, self.plans = source, plans
        self.held: list[tuple[Plan, TablePlan, pd.DataFrame]] = []

    def of(self, compiler: Compiler, wanted: TablePlan) -> pd.DataFrame:
        plan = compiler.plan
        rows = next((r for p, t, r in self.held if t == wanted and p.atoms == plan.atoms), None)
        if rows is None:
            alike = [p for p in self.plans if p is plan or (p.atoms == plan.atoms and wanted in p.tables)]
            rows = self.source.fetch(compiler.counts(wanted, tuple(sorted(day for p in alike for day in p.read))))
            self.held.append((plan, wanted, rows))
        return rows[pd.DatetimeIndex(rows["as_at"]).isin(pd.DatetimeIndex(plan.read))]


def fetch_plan(source: Source, configuration: Configuration, plan: Plan, rows: _TableRows | None = None) -> tuple[Counts, ...]:
    compiler, rows = Compiler(configuration, plan), rows or _TableRows(source, [plan])
    marks = frozenset(configuration.datasets[plan.dataset].marks)
    counted = [_counted(compiler, t, rows.of(compiler, t)) for t in plan.tables]
    _refuse_missing(plan.dataset, [d for at, d in enumerate(plan.days) if not all((c.day == at).any() for c in counted)], plan.days)
    values, pay = region_values(plan, counted), _PayFigures(source, compiler)
    tables = zip(*(c.tables() for c in counted), strict=True)
    return tuple(replace(_counts(plan, at, held, values[at], pay), marks=marks & plan.atoms.keys()) for at, held in enumerate(tables))


def _counts(plan: Plan, at: int, tables: tuple[Table, ...], values: np.ndarray, pay: _PayFigures) -> Counts:
    return Counts(
        dataset=plan.dataset,
        period=_period(plan, plan.days[at]),
        tree=plan.tree,
        axes=plan.axes,
        sensitive=plan.sensitive,
        tables=tables,
        regions=plan.regions,
        values=values,
        cells=plan.cells,
        statistics=pay.on(at, values),
        unknown=plan.unknown,
        most=pay.most,
        weighted=pay.weighted,
    )


def most_of_one(configuration: Configuration, dataset: str) -> dict[str, float]:
    """KPIs of a dataset that sum a column over people, to that column's `maximum`."""
    columns = configuration.datasets[dataset].columns
    sums = [kpi for kpi in configuration.kpis.values() if kpi.dataset == dataset and kpi.measure.type is MeasureType.FTE]
    return {kpi.id: columns[str(kpi.measure.column)].maximum or 1.0 for kpi in sums}


def weighted_kpis(configuration: Configuration, dataset: str) -> frozenset[str]:
    """KPIs of a dataset whose `statistics` are of weights."""
    kpis = configuration.kpis.values()
    return frozenset(kpi.id for kpi in kpis if kpi.dataset == dataset and kpi.measure.type is MeasureType.SURVEY_PROPORTION)


def _period(plan: Plan, day: date) -> Period:
    """The day itself, the span since the day after the snapshot that it is compared with, or the months that an extract of events holds."""
    if plan.window_months is not None:
        return Period(end=day, start=window_start(day, plan.window_months))
    before = plan.earlier.get(day)
    return Period.as_at(day) if before is None else Period(end=day, start=before + timedelta(days=1))


def _refuse_missing(dataset: str, missing: list[date], loaded: Iterable[date], span: str = "") -> None:
    if missing:
        there = ", ".join(d.isoformat() for d in loaded) or "none"
        both = f", or none a {span} before; days with both" if span else "; days that are loaded"
        raise CountsError(
            [Problem("", f"dataset '{dataset}' holds no rows as at {d.isoformat()}{both}: {there}.") for d in missing],
            f"Load them with `equality ingest {dataset} FILE --as-at DATE`, or leave the date out.",
        )


@dataclass(frozen=True)
class Counted:
    """One table's cells on all days of a plan, as places in the plan's days, units and atoms: many sets are summed quickly.

    Cells are in order of day; `n` is the people in each.
    """

    plan: Plan
    wanted: TablePlan
    day: np.ndarray
    unit: np.ndarray
    atoms: Mapping[str, np.ndarray]
    n: np.ndarray

    def people(self, where: Where) -> np.ndarray:
        """People of a set, by day and the unit that they are attached to in this table: shape (days, units)."""
        inside = np.ones(len(self.n), dtype=bool)
        for axis, names in where:
            inside &= np.array([name in names for name in self.plan.axes[axis]])[self.atoms[axis]]
        days, units = len(self.plan.days), len(self.plan.units)
        counted = np.bincount((self.day * units + self.unit)[inside], weights=self.n[inside], minlength=days * units)
        return np.asarray(counted.round().astype(np.int64).reshape(days, units))

    def tables(self) -> Iterator[Table]:
        """`Counts.tables`, day by day."""
        names = {axis: np.array(self.plan.axes[axis], dtype=object)[codes] for axis, codes in self.atoms.items()}
        frame = pd.DataFrame({"unit": np.array(self.plan.units, dtype=object)[self.unit], **names, "n": self.n})
        ends = np.searchsorted(self.day, np.arange(len(self.plan.days) + 1))
        for first, last in pairwise(ends.tolist()):
            yield Table(self.wanted.axes, self.wanted.depth, frame.iloc[first:last].reset_index(drop=True))


def _counted(compiler: Compiler, wanted: TablePlan, rows: pd.DataFrame) -> Counted:
    """The table's cells, people lifted to the units of its depth."""
    plan = compiler.plan
    place = {unit: at for at, unit in enumerate(plan.units)}
    homes = {unit: place[home] for unit, home in plan.lifted(wanted.depth).items()}
    units = _codes(rows["unit"], homes) if wanted.depth else np.full(len(rows), place[plan.tree.root])
    atoms = {axis: _extracts(plan, rows) if axis == EXTRACT else _codes(rows[axis], _atom_places(compiler, axis)) for axis in wanted.axes}
    strange = [name for name, codes in {"unit": units, **atoms}.items() if (codes < 0).any()]
    if strange:
        found = "stored rows hold an empty cell, or a value that the configuration does not know, in"
        raise CountsError(
            [Problem("", f"dataset '{plan.dataset}': {found} '{name}'.") for name in strange],
            "Where cells may be empty, give the dimension a category with `known: false`. "
            "Then run `equality ingest` again on those extracts.",
        )
    days = _days(plan, rows)
    return _summed(plan, wanted, [days, units, *atoms.values()], rows["n"].to_numpy(dtype=np.int64))


def _atom_places(compiler: Compiler, axis: str) -> dict[Any, int]:
    """What a statement returns for an axis, to the atom's place."""
    place = {name: at for at, name in enumerate(compiler.plan.axes[axis])}
    return {value: place[name] for value, name in compiler.coded(axis).atoms.items()}


def _extracts(plan: Plan, rows: pd.DataFrame) -> np.ndarray:
    """Each row's extract, as its place among the atoms."""
    return np.asarray(pd.DatetimeIndex(plan.read).get_indexer(pd.DatetimeIndex(rows["as_at"])))


def _days(plan: Plan, rows: pd.DataFrame) -> np.ndarray:
    if plan.rolling:  # one day, of which every extract is a part
        return np.zeros(len(rows), dtype=np.int64)
    return np.asarray(pd.DatetimeIndex(plan.days).get_indexer(pd.DatetimeIndex(rows["as_at"])))


def _codes(column: pd.Series, places: Mapping[Any, int]) -> np.ndarray:
    """Each value's place; -1 for a value that has none."""
    at = pd.Index(list(places)).get_indexer(pd.Index(column))
    return np.where(at < 0, -1, np.array(list(places.values()), dtype=np.int64)[at])


def _summed(plan: Plan, wanted: TablePlan, keys: list[np.ndarray], n: np.ndarray) -> Counted:
    """Rows of one cell added up."""
    shape = (len(plan.days), len(plan.units), *(len(plan.axes[axis]) for axis in wanted.axes))
    cells, which = np.unique(np.ravel_multi_index(tuple(keys), shape), return_inverse=True)
    day, unit, *codes = np.unravel_index(cells, shape)
    people = np.bincount(which, weights=n, minlength=len(cells)).round().astype(np.int64)
    return Counted(plan, wanted, day, unit, dict(zip(wanted.axes, codes, strict=True)), people)


def region_values(plan: Plan, counted: Sequence[Counted]) -> np.ndarray:
    """How many people each region holds on each day, from the smallest table that can say: shape (days, regions)."""
    which, at = np.divmod(plan.keys, len(plan.units))
    smallest = sorted(counted, key=lambda c: len(c.n))
    depth = np.zeros(len(plan.wheres), dtype=np.int64)
    np.maximum.at(depth, which, plan.depths[at])
    held = np.zeros((len(plan.wheres), len(plan.days), len(plan.units)), dtype=np.int64)
    for number in np.unique(which).tolist():
        axes = {axis for axis, _ in plan.wheres[number]}
        able = next(c for c in smallest if axes <= c.atoms.keys() and c.wanted.depth >= depth[number])
        held[number] = able.people(plan.wheres[number])
    within = np.zeros_like(held)
    place = {unit: i for i, unit in enumerate(plan.units)}
    for unit in plan.units:
        within[:, :, [place[u] for u in plan.tree.above(unit)]] += held[:, :, [place[unit]]]
    return np.ascontiguousarray(within[which, :, at].T)


class _PayFigures:
    """Pay figures of a plan's groups on all its days, found by one number for column, day, unit and set of people."""

    def __init__(self, source: Source, compiler: Compiler) -> None:
        self.plan, self.most = compiler.plan, most_of_one(compiler.configuration, compiler.plan.dataset)
        self.weighted = weighted_kpis(compiler.configuration, compiler.plan.dataset)
        groups = pay_groups(self.plan)
        self.columns = {column: number for number, column in enumerate(groups)}
        found = [_figures(source, compiler, column, families) for column, families in groups.items()]
        self.keys = np.concatenate([self._key(column, *k) for column, (k, _) in zip(groups, found, strict=True)]) if found else _NONE
        self.figures = pd.concat([*(f for _, f in found), NOBODY], ignore_index=True)

    def _key(self, column: str | pd.Series, day: Any, unit: Any, where: Any) -> np.ndarray:
        number = self.columns[column] if isinstance(column, str) else column.map(self.columns).to_numpy(dtype=np.int64)
        return np.asarray(((number * len(self.plan.days) + day) * len(self.plan.units) + unit) * len(self.plan.wheres) + where)

    def on(self, day: int, values: np.ndarray) -> pd.DataFrame:
        """`Counts.statistics` of one day; groups of nobody have a row without figures."""
        asked = self.plan.statistics
        keys = self._key(asked["column"], day, asked["at"].to_numpy(dtype=np.int64), asked["where"].to_numpy(dtype=np.int64))
        at = np.searchsorted(self.keys, keys)
        there = at < len(self.keys)
        there[there] = self.keys[at[there]] == keys[there]
        figures = self.figures.take(np.where(there, at, len(self.keys))).reset_index(drop=True)
        if not np.array_equal(figures["n"].to_numpy(), values[asked["region"].to_numpy(dtype=np.int64)]):
            raise CountsError("The people with pay were counted twice and the two counts differ: rows changed while they were read.")
        figures["total"] = figures["total"].where(asked["kpi"].isin(list(self.most)))
        return pd.concat([asked.drop(columns=["where", "at", "column"]), figures], axis=1)


_NONE = np.array([], dtype=np.int64)
NOBODY = pd.DataFrame(
    {
        "n": [0], "mean": [np.nan], "variance": [np.nan], "median": [np.nan], "largest_share": [np.nan], "distinct": [0],
        "ranks": pd.Series([np.array([])], dtype=object), "rank_first": [1],
        "total": [np.nan],
    }
)  # fmt: skip


def _figures(
    source: Source, compiler: Compiler, column: str, groups: tuple[Family, ...]
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], pd.DataFrame]:
    """Day, unit and set of people of each group of one pay column, in order, and its figures."""
    rows = source.fetch(compiler.pay_points(column, groups))
    day = _days(compiler.plan, rows)
    unit, where = rows["unit"].to_numpy(dtype=np.int64), rows["place"].to_numpy(dtype=np.int64)
    pay = rows["pay"].to_numpy(dtype=float)
    order = np.lexsort((pay, where, unit, day))
    day, unit, where, pay = day[order], unit[order], where[order], pay[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(day) != 0) | (np.diff(unit) != 0) | (np.diff(where) != 0)][: len(pay)])
    whole = {name: rows[name].to_numpy(dtype=float)[order][starts] for name in ("total", "squares", "largest", "different")}
    n, upto, size = (rows[name].to_numpy(dtype=np.int64)[order] for name in ("n", "upto", "size"))
    first, ranks = _middle(pay, n, upto, size, starts)
    n, total = size[starts], whole["total"]
    spread = whole["squares"] - total**2 / n
    with np.errstate(divide="ignore", invalid="ignore"):
        figures = {
            "n": n,
            "mean": total / n,
            "variance": np.where(n > 1, np.maximum(spread, 0) / (n - 1), np.nan),
            "median": [_median(size, at, values) for size, at, values in zip(n.tolist(), first.tolist(), ranks, strict=True)],
            "largest_share": np.where(total > 0, whole["largest"] / total, 1.0),
            "distinct": whole["different"].astype(np.int64),
            "total": total,
            "ranks": pd.Series(ranks, dtype=object),
            "rank_first": first,
        }
    return (day[starts], unit[starts], where[starts]), pd.DataFrame(figures)


def _middle(pay: np.ndarray, n: np.ndarray, upto: np.ndarray, size: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Each group's first rank at hand, and its pay values from that rank on, one for each person."""
    middle, reach = (size + 1) / 2, REACH * np.sqrt(size) + SPARE
    low = np.maximum(upto - n + 1, np.ceil(middle - reach).astype(np.int64))
    people = np.maximum(np.minimum(upto, np.floor(middle + reach).astype(np.int64)) - low + 1, 0)
    before = np.r_[0, np.cumsum(people)]
    values = np.repeat(pay, people)
    return low[starts], np.split(values, before[starts[1:]]) if len(starts) else []


def _median(size: int, first: int, values: np.ndarray) -> float:
    """The middle value, or the mean of the two middle values, of a group of which ranks from `first` on are at hand."""
    low, high = (size + 1) // 2, size // 2 + 1
    return float(values[low - first] + values[high - first]) / 2
