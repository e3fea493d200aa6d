"""How far groups are from a comparison, all of them in one number."""

from __future__ import annotations

import pandas as pd


def dissimilarity(shares: pd.Series, benchmark: pd.Series) -> float:
    """Half the sum of the absolute differences of two sets of shares: how many in a hundred would have to be of another group.

    0 where both are alike, 1 where no group stands in both. Missing where any share is.

    Parameters
    ----------
    shares, benchmark : Series of shares from 0 to 1, shape (groups,), same index; each adds up to 1, the benchmark as far as it was
        rounded

    References
    ----------
    Duncan and Duncan (1955), American Sociological Review 20:210.

    >>> round(dissimilarity(pd.Series([0.25, 0.10, 0.65]), pd.Series([0.31, 0.11, 0.58])), 4)
    0.07
    """
    return float((shares - benchmark).abs().sum(skipna=False) / 2)
