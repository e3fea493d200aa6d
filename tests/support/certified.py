"""A certificate, a system and the parts of a batch whose figures a test wrote by hand: they say exactly what those figures say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from metrics.releases.certified import COUNTS, KEYS, TWO_SIDED
from metrics.releases.draft import BatchLabel, DraftBatch

THRESHOLD = 5
ROUNDED_TO = 5


def certified(
    label: BatchLabel, cells: pd.DataFrame, extra: Mapping[str, Any] | None = None, measures: Mapping[str, str] | None = None
) -> DraftBatch:
    """Each count of a figure is a region of its own; those of hidden figures are hidden.

    `extra`: more that the system should hold. `measures`: KPI to its measure; a pay gap prints the base of its reference group.
    """
    gaps = {kpi for kpi, measure in (measures or {}).items() if measure in TWO_SIDED}
    rows = [
        {
            **{k: str(cell[k]) for k in KEYS},
            "part": "reference_denominator" if part == "denominator" and cell["kpi"] in gaps else part,
            "count": cell[part],
            "rounded": bool(cell["rounded"]),
        }
        for cell in cells.to_dict("records")
        for part in COUNTS
        if pd.notna(cell[part]) or (cell["marker"] in {"[c]", "[w]"} and part == "numerator")
    ]
    parts = pd.DataFrame(rows, columns=[*KEYS, "part", "count", "rounded"])
    parts["region"] = np.arange(len(parts))
    shown = [None if pd.isna(v) else int(v) for v in parts["count"]]
    chain = [int(r and v is not None) for r, v in zip(parts["rounded"], shown, strict=True)]
    return DraftBatch(
        label,
        cells,
        certificate_of(label, shown, chain),
        {**system_of(label, parts, shown, chain), **(extra or {})},
        parts[[*KEYS, "part", "region"]],
    )


def certificate_of(label: BatchLabel, shown: list[int | None], chain: list[int]) -> dict[str, Any]:
    hidden, rounded = shown.count(None), sum(chain)
    return {
        "dataset": label.dataset, "period_end": label.period_end.isoformat(), "audience": label.audience, "profile": label.profile,
        "blocks": 1, "cells": len(shown), "exact": len(shown) - hidden - rounded, "rounded": rounded, "primary": hidden, "secondary": 0,
        "coarsened": 0, "shown_by_level": {"0": 1.0}, "recovered": 0, "narrowest": THRESHOLD if hidden else None,
        "required": THRESHOLD - 1, "pay_recovered": 0, "seconds": 0.1, "narrowest_rounded": None, "required_rounded": 2,
        "zeros_hidden": False, "passed": True,
    }  # fmt: skip


def system_of(label: BatchLabel, parts: pd.DataFrame, shown: list[int | None], chain: list[int]) -> dict[str, Any]:
    units = sorted(set(parts["unit"]))
    sets = [" ".join(names) for names in parts[["kpi", "breakdown", "group", "part"]].itertuples(index=False)]
    wheres = sorted(set(sets))
    return {
        "dataset": label.dataset, "period_end": label.period_end.isoformat(), "audience": label.audience, "profile": label.profile,
        "threshold": THRESHOLD, "zeros_hidden": False, "units": units, "wheres": [[["figure", [name]]] for name in wheres],
        "regions": [[units.index(u), wheres.index(name)] for u, name in zip(parts["unit"], sets, strict=True)],
        "shown": shown, "chains": [[], [ROUNDED_TO]], "chain": chain,
    }  # fmt: skip
