"""Shares of a weighted survey: hidden with their counts, printed so that weights tell no more than rounded counts do.

A weighted share is a share of sums of weights, which are not published, and sums combine as counts do: whatever sum could be had by adding
and subtracting, its count could be had as well, and the counts are certified. docs/methods/weighted-surveys.md argues it, and says what
somebody learns who knows the weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.disclosure.choose import Draft
from metrics.query.counts import Counts
from metrics.statistics.weighted import STEP, effective_base, on_grid

KEYS = ["kpi", "breakdown", "unit", "group"]


@dataclass(frozen=True)
class Weighted:
    """`statistics`: one row per figure: `KEYS`, `side`, `region` (of the numerator), `share`, `effective_base`, `marker`; share and base
    are missing where hidden. `rows`: the same figures as they truly are, with what the audience is shown of them."""

    statistics: pd.DataFrame
    rows: pd.DataFrame


def shares(statistics: pd.DataFrame, weighted: frozenset[str]) -> pd.DataFrame:
    """One row per figure of a weighted KPI: `KEYS`, both regions, `n` (answers), `share`, `effective_base`, `largest_share`, `distinct`.

    `statistics`: as `Counts.statistics`, of weights; side "group" is the numerator, "reference" the denominator.
    """
    rows = statistics[statistics["kpi"].isin(list(weighted))]
    numerator = rows[rows["side"] == "group"].set_index(KEYS)
    base = rows[rows["side"] == "reference"].set_index(KEYS).reindex(numerator.index)
    n, mean = base["n"].astype(float), base["mean"].astype(float)
    total = n * mean
    squares = (n - 1).clip(lower=0) * base["variance"].astype(float).fillna(0) + n * mean**2
    part = (numerator["n"] * numerator["mean"].astype(float)).where(numerator["n"] > 0, 0.0)
    found = pd.DataFrame(
        {
            "region": numerator["region"],
            "of": base["region"],
            "n": n,
            "share": (part / total.where(total > 0)).clip(upper=1),
            "effective_base": effective_base(total, squares),
            "largest_share": base["largest_share"].astype(float),
            "distinct": base["distinct"].astype(float),
        }
    )
    return found.reset_index()


def protect_weighted(counts: Counts, draft: Draft, first: Weighted | None) -> Weighted:
    """What an audience is shown. The first is protected on the true shares; every other is made from what the first is shown."""
    rows = shares(counts.statistics, counts.weighted)
    region, of = (rows[name].to_numpy(dtype=np.int64) for name in ("region", "of"))
    hidden = np.array([draft.is_hidden(r) or draft.is_hidden(o) for r, o in zip(region, of, strict=True)], dtype=bool)
    held = (rows["largest_share"] > draft.profile.dominance).to_numpy()  # one answer would be the figure
    gone = hidden | held | (first.rows["gone"].to_numpy() if first is not None else False)
    steps = _steps(rows, draft, hidden)
    before = first.rows["printed"] * first.rows["printed_base"] / rows["n"] if first is not None else rows["share"]
    printed_base = pd.Series(np.where(gone, np.nan, draft.shown[of]), rows.index, dtype=float)
    number = pd.Series(np.where(gone, np.nan, draft.shown[region]), rows.index, dtype=float)
    rounded = steps.map(bool)
    printed = on_grid(before, rows["n"], printed_base, steps).where(rounded, (before / STEP).round() * STEP).round(12)
    printed = printed.mask(rounded & (number == 0), 0.0).mask(rounded & (number >= printed_base), 1.0)  # a rounded 0 may be nobody
    effective = _whole(rows["effective_base"], steps).clip(upper=printed_base)
    rows = rows.assign(gone=gone, printed=printed.where(~gone), printed_base=printed_base)
    marker = np.where(gone, "[c]", "")
    shown = rows[[*KEYS, "region"]].assign(side="weighted", share=rows["printed"], effective_base=effective.where(~gone), marker=marker)
    return Weighted(shown, rows)


def _steps(rows: pd.DataFrame, draft: Draft, hidden: np.ndarray) -> pd.Series:
    """The bases that each figure's number of answers is rounded to; () where the share may stand as it is.

    Where a hidden group's weights are all alike, they act as a second count of it: the question's shares there are then rounded, too.
    """
    fewer = np.minimum(rows["n"], draft.profile.distinct_rates)
    alike = pd.Series(hidden & (rows["distinct"] < fewer).to_numpy(), rows.index)
    exposed = alike.groupby([rows["kpi"], rows["unit"]]).transform("any") if len(rows) else alike
    found = []
    for region, of, exact in zip(rows["region"], rows["of"], ~exposed, strict=True):
        chain = draft.chains[int(region)] or draft.chains[int(of)]
        found.append(chain or (() if exact else (draft.profile.rounding_base,)))
    return pd.Series(found, rows.index, dtype=object)


def _whole(numbers: pd.Series, steps: pd.Series) -> pd.Series:
    """To whole answers, then along the bases; never to nothing."""
    found = numbers.round()
    for i, chain in zip(found.index, steps, strict=True):
        for step in chain:
            found[i] = max(np.floor(found[i] / step + 0.5), 1) * step
    return found.clip(lower=1)
