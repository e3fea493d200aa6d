"""How a group compares with a benchmark."""

from __future__ import annotations

import pandas as pd


def representation_index(share: pd.DataFrame, benchmark: pd.Series) -> pd.DataFrame:
    """`value`, `lower`, `upper` of a share, each divided by the benchmark share: 1 where the group is as large as outside.

    The benchmark, or the share of a reference group, is taken as exact: what chance could do to it is not in the limits. Missing where it
    is not above 0.

    >>> share = pd.DataFrame({"value": [0.28], "lower": [0.2717], "upper": [0.2885]})
    >>> representation_index(share, pd.Series([0.42])).round(2).values.tolist()
    [[0.67, 0.65, 0.69]]
    """
    return share.div(benchmark.where(benchmark > 0), axis=0)
