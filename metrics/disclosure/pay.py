"""Pay figures: shown on large enough groups only, and never so that the total of a hidden group can be subtracted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.disclosure.choose import Draft
from metrics.disclosure.joint import Joint
from metrics.disclosure.rounding import interval
from metrics.disclosure.sums import Sums
from metrics.query.counts import Counts
from metrics.statistics.precision import round_pay

KEYS = ["kpi", "breakdown", "unit", "group"]
FIGURES = ("mean", "variance", "median", "largest_share", "distinct", "ranks", "rank_first", "total")
PRINTED = ("mean", "median")
"""Figures that a reader sees as they are."""
LARGE = 250
"""People on each side of a gap from which on it is made from amounts that are not rounded, whoever reads it: the size from which the law
asks for the figure."""


@dataclass(frozen=True)
class PayResult:
    """`statistics` as `ShownCells` has it; the regions whose pay is hidden, and those of them that are hidden for their own sake; and
    how many totals that nobody may know can still be had."""

    statistics: pd.DataFrame
    hidden: frozenset[int]
    primary: frozenset[int]
    recovered: int

    @property
    def figures(self) -> tuple[int, int]:
        """How many figures of pay there are, and how many of them are hidden: a gap is one figure of two groups."""
        hidden = self.statistics["marker"].ne("").groupby([self.statistics[key] for key in KEYS]).any()
        return len(hidden), int(hidden.sum())


def protect_pay(counts: Counts, joint: Joint, draft: Draft, first: PayResult | None) -> PayResult:
    """One decision per set of people: whatever pay figure is hidden for a set is hidden for it everywhere."""
    rows = counts.statistics[~counts.statistics["kpi"].isin([*counts.most, *counts.weighted])].reset_index(drop=True)
    if not len(rows):
        return PayResult(rows.drop(columns="n", errors="ignore").assign(marker=pd.Series(dtype=object)), frozenset(), frozenset(), 0)
    region = rows["region"].to_numpy(dtype=np.int64)
    primary = frozenset(region[~allowed(rows, draft)].tolist()) | (first.primary if first is not None else frozenset())
    hidden = set(primary) | set(first.hidden if first is not None else ())
    hidden |= incomplete_gaps(rows, hidden)
    sums = Sums(joint, rows, np.asarray(counts.values), draft.profile.pay_minimum)
    recovered = sums.hide_enough(hidden, primary, lambda gone: incomplete_gaps(rows, gone))
    return PayResult(masked(rows, hidden, unrounded(rows, draft)), frozenset(hidden), primary, recovered)


def unrounded(rows: pd.DataFrame, draft: Draft) -> np.ndarray:
    """Rows of gaps that may be made from amounts as they are, as the statutory gap must be: it is rounded once, at the end.

    Only where that tells nothing of a rounded number of people: it is shown exactly, or the group is so large that each of the numbers
    that it may be fits the amounts that are printed and the gap beside them (docs/decisions/0005-precision-of-pay.md).
    """
    exact = np.array([draft.how[region] == "exact" for region in rows["region"].tolist()], dtype=bool)
    figures = [rows[key].to_numpy() for key in KEYS]
    sides = pd.Series(exact | (rows["n"].to_numpy(dtype=float) >= LARGE)).groupby(figures).transform("all")
    gaps = rows["side"].reset_index(drop=True).eq("reference").groupby(figures).transform("any")
    return np.asarray(sides & gaps)


def masked(rows: pd.DataFrame, hidden: set[int], unrounded: np.ndarray | None = None) -> pd.DataFrame:
    """As `ShownCells.statistics`: hidden rows keep their keys, lose every figure, and get a marker; amounts are as they are printed,
    but for `unrounded` ones."""
    shown = rows.drop(columns="n").reset_index(drop=True)
    out = shown["region"].isin(hidden).to_numpy()
    for name in FIGURES:
        if name in shown:
            column = shown[name].astype(object) if name == "ranks" else shown[name].astype(float)
            shown[name] = column.where(~out, None if name == "ranks" else np.nan)
            if name in PRINTED:
                printed = round_pay(shown[name])
                shown[name] = printed if unrounded is None else shown[name].where(unrounded, printed)
    shown["marker"] = np.where(out, "[c]", "")
    return shown


def allowed(rows: pd.DataFrame, draft: Draft) -> np.ndarray:
    """By the group's size as shown (so that the decision tells nothing new), and by who holds its pay."""
    profile = draft.profile
    region = rows["region"].to_numpy(dtype=np.int64)
    least = np.array([0 if draft.is_hidden(r) else interval(int(draft.shown[r]), draft.chains[r])[0] for r in region.tolist()])
    spread = (rows["largest_share"].to_numpy(dtype=float) <= profile.dominance) & (
        rows["distinct"].to_numpy(dtype=float) >= profile.distinct_rates
    )
    return np.asarray((least >= profile.pay_minimum) & spread)


def incomplete_gaps(rows: pd.DataFrame, hidden: set[int]) -> set[int]:
    """A gap needs both sides: where one is hidden, the other side of that figure is too, unless it stands on its own elsewhere."""
    out = rows["region"].isin(hidden)
    broken = rows[out][KEYS].drop_duplicates()
    partners = rows.merge(broken, on=KEYS, how="left", indicator=True)["_merge"].eq("both").to_numpy() & ~out.to_numpy()
    whole = set(rows["region"][~partners & ~out.to_numpy()].tolist())
    return {int(r) for r in rows["region"][partners].tolist()} - {int(r) for r in whole}
