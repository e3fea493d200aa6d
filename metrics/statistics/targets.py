"""What a target would take, and how a group compares with a benchmark."""

from __future__ import annotations

import pandas as pd


def required_share_of_hires(share: float, target: float, turnover: float, years: float) -> float:
    """Share of every year's hires that takes a group from `share` to `target` of the workforce in `years` years.

    Each year s(t + 1) = s(t) (1 - q) + q h: a part q of the workforce leaves, at random, and is replaced by hires of
    whom a part h belongs to the group. Solved for h. Above 1 (or below 0) the target cannot be reached by hiring alone.

    >>> round(required_share_of_hires(0.28, 0.42, turnover=0.10, years=5), 3)
    0.622
    """
    if not 0 < turnover <= 1 or years <= 0:
        return float("nan")
    kept = float((1 - turnover) ** years)
    return (target - share * kept) / (1 - kept)


def representation_index(share: pd.DataFrame, benchmark: pd.Series) -> pd.DataFrame:
    """`value`, `lower`, `upper` of a share, each divided by the benchmark share: 1 where the group is as large as outside.

    The benchmark is taken as exact. Missing where it is not above 0.

    >>> share = pd.DataFrame({"value": [0.28], "lower": [0.2717], "upper": [0.2885]})
    >>> representation_index(share, pd.Series([0.42])).round(2).values.tolist()
    [[0.67, 0.65, 0.69]]
    """
    return share.div(benchmark.where(benchmark > 0), axis=0)
