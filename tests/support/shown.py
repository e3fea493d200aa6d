"""Shown cells written as a small table, as the disclosure room would hand them over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from metrics.disclosure.shown import Certificate, ShownCells
from metrics.periods import Period
from metrics.query.counts import PARTS

DAY = date(2026, 3, 31)
KEYS = ("kpi", "breakdown", "unit", "group")
STATISTICS = ("side", "region", "mean", "variance", "median", "largest_share", "distinct", "ranks", "rank_first", "marker")

CERTIFICATE = Certificate(
    dataset="hr", period_end="2026-03-31", audience="leadership", profile="leadership", blocks=1, cells=1, exact=1, rounded=0, primary=0,
    secondary=0, coarsened=0, shown_by_level={"0": 1.0}, recovered=0, narrowest=None, required=4, pay_recovered=0, seconds=0.1,
)  # fmt: skip


def some_shown(
    figures: Iterable[Mapping[str, Any]], pay: Iterable[Mapping[str, Any]] = (), day: date = DAY, audience: str = "leadership"
) -> ShownCells:
    """`figures`: one mapping per figure with `unit`, `group`, `breakdown`, `kpi` (all optional) and its parts.

    A part is a count, `None` where it is hidden, or text such as "~45" where it is rounded. Parts with the same count in
    one figure share a region only if written as `same=("denominator", "everyone")`.
    `pay`: one mapping per side with `side`, `mean`, `variance`, `median`, `ranks`, `rank_first`.
    """
    counts: list[float] = []
    how: list[str] = []
    cells: list[dict[str, Any]] = []
    for figure in figures:
        keys = _keys(figure)
        regions: dict[str, int] = {}
        for part in PARTS:
            if part not in figure:
                continue
            if part in figure.get("same", ())[1:]:
                regions[part] = regions[figure["same"][0]]
            else:
                regions[part] = len(counts)
                count, manner = _count(figure[part])
                counts.append(count)
                how.append(manner)
            cells.append({**keys, "part": part, "region": regions[part]})
    made = [_keys(side) | {"region": 0, "marker": ""} | {k: v for k, v in side.items() if k not in KEYS} for side in pay]
    return ShownCells(
        dataset="hr",
        period=Period.as_at(day),
        audience=audience,
        shown=np.array(counts, dtype=float),
        how=np.array(how, dtype=object),
        cells=pd.DataFrame(cells, columns=[*KEYS, "part", "region"]),
        statistics=pd.DataFrame(made, columns=[*KEYS, *STATISTICS]),
        certificate=CERTIFICATE,
    )


def _keys(row: Mapping[str, Any]) -> dict[str, str]:
    return {k: str(row.get(k, {"kpi": "WR01", "unit": "council"}.get(k, ""))) for k in KEYS}


def _count(written: Any) -> tuple[float, str]:
    if written is None:
        return float("nan"), "primary"
    if isinstance(written, str):
        return float(written.removeprefix("~")), "rounded"
    return float(written), "exact"
