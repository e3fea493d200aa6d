"""True counts of a dataset on given days: runs a plan's statements and sums their cells to every published set of people.

What comes back never leaves `equality refresh`: `metrics.disclosure` decides what of it may be shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.errors import CountsError, Problem
from metrics.periods import FinancialYear, Period
from metrics.query.atoms import Where
from metrics.query.compile import Compiler, Family, families
from metrics.query.counts import Counts, Table
from metrics.query.plan import Plan, TablePlan, plan_days
from metrics.sources.engine import Source
from metrics.sources.snapshots import snapshot_days

FIGURES = ("n", "mean", "variance", "median", "largest_share", "distinct", "ranks", "rank_first")


def fetch_counts(
    source: Source, configuration: Configuration, dataset_id: str, days: Iterable[date], year: FinancialYear
) -> tuple[Counts, ...]:
    """Everything that KPIs publish of a dataset on the days, in order of day.

    A day that stands for no period of any KPI has no `Counts`: which snapshots close a month, quarter or year is decided
    among all days that are loaded, so asking for one day gives what asking for all would.

    Raises
    ------
    CountsError : a day has no rows, or its rows hold units or categories that the configuration no longer knows
    """
    wanted, loaded = sorted(set(days)), snapshot_days(source, dataset_id)
    _refuse_missing(dataset_id, [d for d in wanted if d not in loaded], loaded)
    found: list[Counts] = []
    for plan in plan_days(configuration, dataset_id, wanted, loaded, year):
        found.extend(fetch_plan(source, configuration, plan))
    return tuple(sorted(found, key=lambda c: c.period))


def fetch_plan(source: Source, configuration: Configuration, plan: Plan) -> tuple[Counts, ...]:
    compiler = Compiler(configuration, plan)
    fetched = [(t, _fetch_table(source, compiler, t)) for t in plan.tables]
    _refuse_missing(plan.dataset, [d for d in plan.days if not all((f["as_at"] == pd.Timestamp(d)).any() for _, f in fetched)], plan.days)
    pay = _PayFigures(source, compiler)
    return tuple(_counts(plan, day, [(t, f[f["as_at"] == pd.Timestamp(day)]) for t, f in fetched], pay) for day in plan.days)


def _counts(plan: Plan, day: date, fetched: list[tuple[TablePlan, pd.DataFrame]], pay: _PayFigures) -> Counts:
    tables = tuple(Table(t.axes, t.depth, f.drop(columns=["as_at"]).reset_index(drop=True)) for t, f in fetched)
    values = region_values(plan, tables)
    return Counts(
        dataset=plan.dataset,
        period=Period.as_at(day),
        tree=plan.tree,
        axes=plan.axes,
        sensitive=plan.sensitive,
        tables=tables,
        regions=plan.regions,
        values=values,
        cells=plan.cells,
        statistics=pay.on(day, values),
    )


def _refuse_missing(dataset: str, missing: list[date], loaded: Iterable[date]) -> None:
    if missing:
        there = ", ".join(d.isoformat() for d in loaded) or "none"
        raise CountsError(
            [Problem("", f"dataset '{dataset}' holds no rows as at {d.isoformat()}; days that are loaded: {there}.") for d in missing],
            f"Load them with `equality ingest {dataset} FILE --as-at DATE`, or leave the date out.",
        )


def _fetch_table(source: Source, compiler: Compiler, wanted: TablePlan) -> pd.DataFrame:
    """The table's cells on all days of the plan: as_at, unit (lifted to the table's depth), atoms, n."""
    plan = compiler.plan
    rows = source.fetch(compiler.counts(wanted))
    if rows.empty:
        return pd.DataFrame(columns=["as_at", "unit", *wanted.axes, "n"])
    rows["as_at"] = pd.to_datetime(rows["as_at"])
    lifted = plan.lifted(wanted.depth)
    rows["unit"] = rows["unit"].map(lifted) if wanted.depth else plan.tree.root
    for axis in wanted.axes:
        rows[axis] = rows[axis].map(dict(compiler.coded(axis).atoms))
    strange = [name for name in ("unit", *wanted.axes) if rows[name].isna().any()]
    if strange:
        found = "stored rows hold an empty cell, or a value that the configuration does not know, in"
        raise CountsError(
            [Problem("", f"dataset '{plan.dataset}': {found} '{name}'.") for name in strange],
            "Where cells may be empty, give the dimension a category with `known: false`. "
            "Then run `equality ingest` again on those extracts.",
        )
    keys = ["as_at", "unit", *wanted.axes]
    return rows.groupby(keys, observed=True, sort=True)["n"].sum().reset_index()


def region_values(plan: Plan, tables: tuple[Table, ...]) -> np.ndarray:
    """How many people each region holds, from the smallest table that can say."""
    which, at = np.divmod(plan.keys, len(plan.units))
    readers = [_TableReader(plan, t) for t in sorted(tables, key=lambda t: len(t.frame))]
    depth = np.zeros(len(plan.wheres), dtype=np.int64)
    np.maximum.at(depth, which, plan.depths[at])
    held = np.zeros((len(plan.wheres), len(plan.units)), dtype=np.int64)
    for number in np.unique(which).tolist():
        axes = {axis for axis, _ in plan.wheres[number]}
        reader = next(r for r in readers if axes <= set(r.table.axes) and r.table.depth >= depth[number])
        held[number] = reader.people(plan.wheres[number])
    above = np.zeros((len(plan.units), len(plan.units)), dtype=np.int64)
    place = {unit: i for i, unit in enumerate(plan.units)}
    for unit in plan.units:
        above[place[unit], [place[u] for u in plan.tree.above(unit)]] = 1
    return np.asarray((held @ above)[which, at])


class _TableReader:
    """One table as arrays, to add up the people of many sets quickly."""

    def __init__(self, plan: Plan, table: Table) -> None:
        self.table, self.units = table, len(plan.units)
        place = {unit: i for i, unit in enumerate(plan.units)}
        self.unit = table.frame["unit"].map(place).to_numpy(dtype=np.int64)
        self.n = table.frame["n"].to_numpy(dtype=np.int64)
        self.names = {axis: plan.axes[axis] for axis in table.axes}
        self.codes = {axis: pd.Categorical(table.frame[axis], categories=list(plan.axes[axis])).codes for axis in table.axes}

    def people(self, where: Where) -> np.ndarray:
        """People of a set, by the unit that they are attached to in this table."""
        inside = np.ones(len(self.n), dtype=bool)
        for axis, names in where:
            inside &= np.isin(self.names[axis], list(names))[self.codes[axis]]
        counted = np.bincount(self.unit[inside], weights=self.n[inside], minlength=self.units)
        return np.asarray(counted.round().astype(np.int64))


class _PayFigures:
    """Pay figures of a plan's groups on all its days."""

    def __init__(self, source: Source, compiler: Compiler) -> None:
        self.plan = compiler.plan
        found = [_family_figures(source, compiler, family) for family in families(self.plan)]
        keys = ["as_at", "unit", "column", "where"]
        self.figures = pd.concat(found).set_index(keys) if found else pd.DataFrame(columns=[*keys, *FIGURES]).set_index(keys)

    def on(self, day: date, values: np.ndarray) -> pd.DataFrame:
        """`Counts.statistics` of one day; groups of nobody have a row without figures."""
        asked = self.plan.statistics
        stamp = pd.Timestamp(day)
        days = [stamp] * len(asked)
        index = pd.MultiIndex.from_arrays([days, asked["unit"], asked["column"], asked["where"]], names=self.figures.index.names)
        figures = self.figures.reindex(index).reset_index(drop=True)
        figures["n"] = figures["n"].fillna(0).astype(np.int64)
        figures["distinct"] = figures["distinct"].fillna(0).astype(np.int64)
        figures["rank_first"] = figures["rank_first"].fillna(1).astype(np.int64)
        ranks = [r if isinstance(r, np.ndarray) else np.array([]) for r in figures["ranks"]]
        figures["ranks"] = pd.Series(ranks, index=figures.index, dtype=object)
        for name in ("mean", "variance", "median", "largest_share"):
            figures[name] = figures[name].astype(float)
        if not np.array_equal(figures["n"].to_numpy(), values[asked["region"].to_numpy(dtype=np.int64)]):
            raise CountsError("The people with pay were counted twice and the two counts differ: rows changed while they were read.")
        return pd.concat([asked.drop(columns=["where", "at", "column"]).reset_index(drop=True), figures[list(FIGURES)]], axis=1)


def _family_figures(source: Source, compiler: Compiler, family: Family) -> pd.DataFrame:
    keys = ["as_at", "unit", "place"]
    sums = source.fetch(compiler.pay_sums(family)).sort_values(keys, ignore_index=True)
    middle = source.fetch(compiler.pay_middle(family)).sort_values([*keys, "rank"], ignore_index=True)
    n = sums["n"].to_numpy(dtype=np.int64)
    total = sums["total"].to_numpy(dtype=float)
    spread = sums["squares"].to_numpy(dtype=float) - total**2 / n
    starts = np.flatnonzero(~middle.duplicated(keys).to_numpy())
    ranks: list[Any] = np.split(middle["pay"].to_numpy(dtype=float), starts[1:]) if len(starts) else []
    first = middle["rank"].to_numpy(dtype=np.int64)[starts]
    with np.errstate(divide="ignore", invalid="ignore"):
        figures: dict[str, Any] = {
            "as_at": pd.to_datetime(sums["as_at"]),
            "unit": sums["unit"].astype(object),
            "column": family.column,
            "where": np.array(family.wheres, dtype=np.int64)[sums["place"].to_numpy(dtype=np.int64)],
            "n": n,
            "mean": total / n,
            "variance": np.where(n > 1, np.maximum(spread, 0) / (n - 1), np.nan),
            "median": [_median(size, at, values) for size, at, values in zip(n, first, ranks, strict=True)],
            "largest_share": np.where(total > 0, sums["largest"].to_numpy(dtype=float) / total, 1.0),
            "distinct": sums["different"].to_numpy(dtype=np.int64),
            "rank_first": first,
        }
    frame = pd.DataFrame(figures)
    frame["ranks"] = np.fromiter(ranks, dtype=object, count=len(ranks))
    return frame


def _median(size: int, first: int, values: np.ndarray) -> float:
    """The middle value, or the mean of the two middle values, of a group of which ranks from `first` on are at hand."""
    low, high = (size + 1) // 2, size // 2 + 1
    return float(values[low - first] + values[high - first]) / 2
