"""Confidence intervals for KPI measures: arithmetic on counts and pay summaries, no SQL and no YAML."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
from scipy.special import bdtr, bdtrik, stdtrit  # not scipy.stats: importing it takes longer than most commands run

from metrics.errors import CountsError, Problem


def check_counts(numerator: pd.Series, denominator: pd.Series) -> None:
    """Refuse counts that cannot be. The message says how many rows are wrong, never which figures stand in them."""
    problems = []
    if negative := int(((numerator < 0) | (denominator < 0)).sum()):
        problems.append(Problem("", f"{negative} of {len(numerator)} groups have a negative count; counts start at 0."))
    if larger := int((numerator > denominator).sum()):
        problems.append(Problem("", f"{larger} of {len(numerator)} groups count more people in the numerator than in the denominator."))
    if problems:
        raise CountsError(problems, "Check the KPI's numerator and denominator: everyone in the first must be in the second.")


def normal_quantile(confidence: float) -> float:
    """How many standard errors a two-sided interval reaches: 1.959964 for 95 in 100."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(numerator: pd.Series, denominator: pd.Series, confidence: float = 0.95) -> pd.DataFrame:
    """Wilson score interval for a proportion, one row per group.

    Parameters
    ----------
    numerator, denominator : Series of numbers, shape (groups,), same index
        People counted, and people who could have been; 0 <= numerator <= denominator. Missing stays missing.
    confidence : float, two-sided level between 0 and 1

    Returns
    -------
    DataFrame, shape (groups, 2)
        `lower` and `upper` as shares from 0 to 1; missing where the denominator is 0.

    Raises
    ------
    CountsError : a count is negative, or a numerator is larger than its denominator

    References
    ----------
    Wilson (1927), JASA 22:209; Newcombe (1998), Statistics in Medicine 17:857, method 3.

    >>> wilson(pd.Series([81]), pd.Series([263])).round(4).values.tolist()
    [[0.2553, 0.3662]]
    """
    check_counts(numerator, denominator)
    z = normal_quantile(confidence)
    n = denominator.where(denominator > 0)  # nobody to count: no interval
    share = numerator / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    # In exact arithmetic the interval holds the share; at 0 and n the last binary digit may not.
    lower = (centre - reach).clip(lower=0).where(share > 0, share)
    upper = (centre + reach).clip(upper=1).where(share < 1, share)
    return pd.DataFrame({"lower": lower, "upper": upper})


def newcombe(
    numerator: pd.Series,
    denominator: pd.Series,
    reference_numerator: pd.Series,
    reference_denominator: pd.Series,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Newcombe's hybrid score interval for a difference of two proportions: the first share minus the reference share.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873, method 10.

    >>> newcombe(*[pd.Series([n]) for n in (63, 420, 38, 380)]).round(4).values.tolist()
    [[0.0038, 0.0956]]
    """
    first = wilson(numerator, denominator, confidence)
    second = wilson(reference_numerator, reference_denominator, confidence)
    p1 = numerator / denominator.where(denominator > 0)
    p2 = reference_numerator / reference_denominator.where(reference_denominator > 0)
    return pd.DataFrame(
        {
            "lower": p1 - p2 - ((p1 - first["lower"]) ** 2 + (second["upper"] - p2) ** 2) ** 0.5,
            "upper": p1 - p2 + ((first["upper"] - p1) ** 2 + (p2 - second["lower"]) ** 2) ** 0.5,
        }
    )


def newcombe_within(
    numerator: pd.Series,
    denominator: pd.Series,
    whole_numerator: pd.Series,
    whole_denominator: pd.Series,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Newcombe's interval for the share of a group minus the share of a whole that holds the group.

    The two are not independent, but the group and the rest of the whole are: with the group a part w of the whole, the difference is
    (1 - w) times the difference to the rest, and so are its limits. Counts of the rest that rounding made negative are taken as 0, or as
    all of the rest.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873, method 10, on the group and the rest.

    >>> newcombe_within(*[pd.Series([n]) for n in (30, 100, 160, 400)]).round(4).values.tolist()
    [[-0.1741, -0.0172]]
    """
    rest = (whole_denominator - denominator).clip(lower=0)
    others = (whole_numerator - numerator).clip(lower=0, upper=rest)
    outside = rest / whole_denominator.where(whole_denominator > 0)
    limits = newcombe(numerator, denominator, others, rest, confidence).mul(outside, axis=0)
    return limits.where(rest > 0, limits.where(outside.isna(), 0.0))


def mean_interval(n: pd.Series, mean: pd.Series, variance: pd.Series, confidence: float = 0.95) -> pd.DataFrame:
    """Student's t interval for one mean; missing for fewer than two people.

    >>> mean_interval(pd.Series([40]), pd.Series([17.80]), pd.Series([4.20**2])).round(3).values.tolist()
    [[16.457, 19.143]]
    """
    enough = n.where(n > 1)
    reach = stdtrit(enough - 1, (1 + confidence) / 2) * (variance / enough) ** 0.5
    return pd.DataFrame({"lower": mean - reach, "upper": mean + reach})


def welch(
    n: pd.Series,
    mean: pd.Series,
    variance: pd.Series,
    reference_n: pd.Series,
    reference_mean: pd.Series,
    reference_variance: pd.Series,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Welch's t interval for a difference of two means, the first minus the reference, variances not assumed equal.

    Returns
    -------
    DataFrame : `difference`, `standard_error`, `degrees` (of freedom), `lower`, `upper`; missing for fewer than two people

    References
    ----------
    Welch (1947), Biometrika 34:28; degrees of freedom after Satterthwaite (1946).

    >>> men, women = (40, 17.80, 4.20**2), (60, 16.90, 3.90**2)
    >>> welch(*[pd.Series([float(x)]) for x in (*men, *women)]).round(3).values.tolist()
    [[0.9, 0.833, 79.384, -0.759, 2.559]]
    """
    first, second = variance / n.where(n > 1), reference_variance / reference_n.where(reference_n > 1)
    error = (first + second) ** 0.5
    degrees = (first + second) ** 2 / (first**2 / (n - 1) + second**2 / (reference_n - 1))
    difference = mean - reference_mean
    reach = stdtrit(degrees, (1 + confidence) / 2) * error
    return pd.DataFrame(
        {"difference": difference, "standard_error": error, "degrees": degrees, "lower": difference - reach, "upper": difference + reach}
    )


def median_ranks(n: int, confidence: float = 0.95) -> tuple[int, int, float] | None:
    """Ranks, counted from 1, of the two values between which the median of what the group stands for lies, and the exact cover.

    The narrowest symmetric pair whose cover is at least `confidence`; None where even the smallest and the largest value do not reach it.

    References
    ----------
    Conover (1999), Practical Nonparametric Statistics, 3.2; Thompson (1936), Annals of Mathematical Statistics 7:122.

    >>> median_ranks(13)
    (3, 11, 0.9775390625)
    >>> median_ranks(5) is None
    True
    """
    if n < 1:
        return None
    tail = (1 - confidence) / 2
    if 0.5**n > tail:
        return None
    below = int(np.rint(bdtrik(tail, n, 0.5)))  # near the last number of heads whose chance is within the tail; then exactly that one
    while bdtr(below, n, 0.5) > tail:
        below -= 1
    while bdtr(below + 1, n, 0.5) <= tail:
        below += 1
    return below + 1, n - below, float(1 - 2 * bdtr(below, n, 0.5))


def median_interval(n: int, ranks: np.ndarray, rank_first: int, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a median from order statistics: the values at `median_ranks`. Missing where they were not handed over.

    Parameters
    ----------
    n : people in the group
    ranks : ascending values of the middle of the group
    rank_first : rank of the first of them, counted from 1
    """
    chosen = median_ranks(n, confidence)
    if chosen is None or chosen[0] < rank_first or chosen[1] > rank_first + len(ranks) - 1:
        return float("nan"), float("nan")
    return float(ranks[chosen[0] - rank_first]), float(ranks[chosen[1] - rank_first])
