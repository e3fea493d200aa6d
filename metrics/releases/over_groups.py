"""Indexes of disparity, made again from the printed figures of their groups: no hidden group may stand behind one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from metrics.releases.worked_out import ALIKE
from metrics.statistics.inequality import index_of_disparity


def not_disparity(cells: pd.DataFrame, measure: np.ndarray) -> np.ndarray:
    """Whole units' indexes that no way of making them gives; bool array, shape (figures,).

    Groups may have been too few people to count: those with the smallest bases are then left out, and nothing says how many but the index.
    """
    mine = (measure == "index_of_disparity") & cells["value"].notna().to_numpy()
    wrong, printed = np.zeros(len(cells), dtype=bool), cells["value"].to_numpy(dtype=float)
    single = cells["group"].str.fullmatch("[^;]+").to_numpy(dtype=bool)
    groups = cells[(measure == "index_of_disparity") & single].drop_duplicates(["kpi", "unit", "group"])
    for at in np.flatnonzero(mine & cells["group"].eq("").to_numpy()).tolist():
        of = groups[(groups["kpi"] == cells["kpi"].iat[at]) & (groups["unit"] == cells["unit"].iat[at])]
        wrong[at] = not any(abs(printed[at] - made) <= ALIKE for made in _indexes(of))
    return wrong


def _indexes(groups: pd.DataFrame) -> Iterator[float]:
    """Against the highest, the lowest and all of them, without the smallest, the two smallest, …"""
    ordered = groups.sort_values("denominator", ascending=False, kind="stable", na_position="last")
    for many in range(len(ordered), 1, -1):
        large = ordered.head(many)
        values = large["value"].astype(float)
        overall = float(large["numerator"].sum() / large["denominator"].sum()) if large["denominator"].sum() else float("nan")
        for against in (values.max(), values.min(), overall):
            yield index_of_disparity(values, float(against))
