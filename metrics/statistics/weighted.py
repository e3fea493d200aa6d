"""Shares of a weighted survey: the share itself, what the weights cost in precision, and the range that chance alone could give.

A weight says how many residents an answer stands for. Only the proportions of weights matter: all times ten, and nothing changes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.errors import CountsError, Problem
from metrics.statistics.change import difference
from metrics.statistics.intervals import wilson

STEP = 0.001
"""Weighted shares beside exact counts are published to a tenth of a percentage point."""


def _check_weights(weights: pd.Series) -> None:
    """Refuse weights that cannot be; the message says how many, never which."""
    bad = int((~(weights.astype(float) > 0) | ~np.isfinite(weights.astype(float))).sum())
    if bad:
        raise CountsError([Problem("", f"{bad} of {len(weights)} weights are not above 0.")], "Give every answer a weight above 0.")


def weighted_share(yes: pd.Series, weights: pd.Series) -> float:
    """Sum of the weights of those who said so, over the sum of all weights; missing where there is nobody.

    >>> weighted_share(pd.Series([True, False, True]), pd.Series([1.0, 2.0, 1.0]))
    0.5
    """
    _check_weights(weights)
    return float(weights[yes].sum() / weights.sum()) if len(weights) else float("nan")


def effective_base(total: pd.Series, squares: pd.Series) -> pd.Series:
    """How many answers of equal weight would tell as much: the square of the sum of the weights, over the sum of their squares.

    Parameters
    ----------
    total, squares : Series of numbers, shape (groups,), same index
        Sum of the weights, and sum of the weights squared.

    References
    ----------
    Kish (1965), Survey Sampling, section 11.7; Kish (1992), Journal of Official Statistics 8:183.

    >>> weights = pd.Series([1.0, 1.0, 2.0, 4.0])
    >>> effective_base(pd.Series([weights.sum()]), pd.Series([(weights**2).sum()])).round(4).tolist()
    [2.9091]
    """
    return total.astype(float) ** 2 / squares.astype(float).where(squares > 0)


def design_effect(base: pd.Series, effective: pd.Series) -> pd.Series:
    """How many times as large the variance is as that of as many answers of equal weight: 1 where all weigh the same.

    >>> design_effect(pd.Series([1100]), pd.Series([687.5])).tolist()
    [1.6]
    """
    return base.astype(float) / effective.where(effective > 0)


def share_on_effective_base(share: pd.Series, effective: pd.Series, confidence: float = 0.95) -> pd.DataFrame:
    """`lower` and `upper`: Wilson's interval of a weighted share, with the effective base in place of the number of answers.

    References
    ----------
    Wilson (1927), JASA 22:209; Korn and Graubard (1998), Survey Methodology 24:193, on effective bases in such intervals.

    >>> share_on_effective_base(pd.Series([0.78]), pd.Series([1100 / 1.6])).round(4).values.tolist()
    [[0.7475, 0.8094]]
    """
    base = effective.astype(float).where(effective > 0)
    return wilson(share * base, base, confidence)


def weighted_difference(
    share: pd.Series, effective: pd.Series, reference_share: pd.Series, reference_effective: pd.Series, confidence: float = 0.95
) -> pd.DataFrame:
    """`difference, lower, upper`: one group's weighted share minus another's, nobody being in both.

    Newcombe's interval from the two intervals on effective bases: what tells whether a figure has moved between two surveys, too.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873, method 10; Zou and Donner (2008), Statistics in Medicine 27:1693 (MOVER).

    >>> found = weighted_difference(*[pd.Series([x]) for x in (0.15, 420.0, 0.10, 380.0)])
    >>> found.round(4).values.tolist()
    [[0.05, 0.0038, 0.0956]]
    """
    sides = [
        share_on_effective_base(p, n, confidence).assign(value=p) for p, n in ((share, effective), (reference_share, reference_effective))
    ]
    found = difference(*sides)
    return found.rename(columns={"change": "difference", "change_lower": "lower", "change_upper": "upper"})


def on_grid(share: pd.Series, base: pd.Series, printed_base: pd.Series, steps: pd.Series) -> pd.Series:
    """A weighted share as one of the shares that a rounded number of answers can be of a rounded base.

    The share times the exact base is how many answers of average weight said so; that number is rounded as counts are (`steps`: the bases
    of rounding, one after the other) and divided by the base as it is printed. Where all weights are alike it is the rounded
    number of answers itself, so it tells no more than that number does.

    >>> on_grid(pd.Series([0.31]), pd.Series([48]), pd.Series([50]), pd.Series([(5,)])).tolist()
    [0.3]
    """
    number = (share * base).round(6)
    for i, chain in zip(number.index, steps, strict=True):
        for step in chain:
            number[i] = np.floor(number[i] / step + 0.5) * step
    return (number / printed_base.where(printed_base > 0)).clip(upper=1)
