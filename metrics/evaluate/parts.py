"""Shown cells laid out for arithmetic: one row per figure, one column per part."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.definitions.waterfall import WATERFALL
from metrics.disclosure.shown import ShownCells
from metrics.query.counts import PARTS

KEYS = ["kpi", "breakdown", "unit", "group"]
REGION, ROUNDED = "region_", "rounded_"


def figures(shown: ShownCells) -> pd.DataFrame:
    """One row per KPI, breakdown, unit and group, in the order of the cells; steps of waterfalls are `steps`.

    Columns: `KEYS`; each part's count as shown (missing where hidden, or where the figure has no such part);
    `region_<part>` (-1 where there is none) and `rounded_<part>`.
    """
    return _laid_out(shown, shown.cells[shown.cells["breakdown"] != WATERFALL])


def steps(shown: ShownCells) -> pd.DataFrame:
    """The same of the steps of waterfalls: numerator = people left, denominator = everybody in the extract."""
    return _laid_out(shown, shown.cells[shown.cells["breakdown"] == WATERFALL])


def _laid_out(shown: ShownCells, cells: pd.DataFrame) -> pd.DataFrame:
    cells = cells[[*KEYS, "part", "region"]]
    wide = cells.pivot(index=KEYS, columns="part", values="region")
    wide = wide.reindex(pd.MultiIndex.from_frame(cells[KEYS].drop_duplicates()), columns=list(PARTS))
    frame = wide.index.to_frame(index=False)
    rounded = np.append(np.asarray(shown.how) == "rounded", False)
    counts = np.append(np.asarray(shown.shown, dtype=float), np.nan)
    for part in PARTS:
        region = wide[part].fillna(-1).to_numpy().astype(int)  # -1 takes the appended "none"
        frame[part], frame[REGION + part], frame[ROUNDED + part] = counts[region], region, rounded[region]
    return frame


def weighted_figures(shown: ShownCells, like: pd.DataFrame) -> pd.DataFrame:
    """`share, effective_base` of a weighted survey, in the rows of `like`; missing where they may not be shown."""
    wanted = ["share", "effective_base"]
    rows = shown.statistics.reindex(columns=[*KEYS, "side", *wanted])
    rows = rows.loc[rows["side"] == "weighted", [*KEYS, *wanted]]
    return like[KEYS].merge(rows, on=KEYS, how="left").set_index(like.index)[wanted].astype(float)


def pay_figures(shown: ShownCells, side: str, like: pd.DataFrame) -> pd.DataFrame:
    """`mean, variance, median, ranks, total` of one side, in the rows of `like`; missing where they may not be shown or do not exist."""
    wanted = ["mean", "variance", "median", "ranks", "total"]
    rows = shown.statistics
    if rows.empty:
        return pd.DataFrame({c: pd.Series(np.nan, index=like.index, dtype=object if c == "ranks" else float) for c in wanted})
    rows = rows.reindex(columns=[*rows.columns.union([*wanted], sort=False)]).loc[rows["side"] == side, [*KEYS, *wanted]]
    return like[KEYS].merge(rows, on=KEYS, how="left").set_index(like.index)[wanted]
