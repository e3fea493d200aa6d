"""Pay gaps, and how far chance alone could move them: positive when the comparison group is paid less than the reference group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betainc, gammaln

from metrics.statistics.intervals import normal_quantile


def pay_gap(comparison: pd.Series, reference: pd.Series) -> pd.Series:
    """The gap as a share of the reference group's pay; missing where that is not above 0.

    >>> pay_gap(pd.Series([13.90]), pd.Series([14.75])).round(8).tolist()
    [0.05762712]
    """
    paid = reference.where(reference > 0)
    return (paid - comparison) / paid


def pay_gap_of_means(
    n: pd.Series,
    mean: pd.Series,
    variance: pd.Series,
    reference_n: pd.Series,
    reference_mean: pd.Series,
    reference_variance: pd.Series,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Gap of two mean rates with a delta-method interval.

    Parameters
    ----------
    n, mean, variance : of the comparison group (women); sample variance, divisor n - 1
    reference_n, reference_mean, reference_variance : of the reference group (men)

    Returns
    -------
    DataFrame : `value`, `lower`, `upper` as shares of the reference group's mean

    References
    ----------
    R = W / M has variance about R^2 (vW / W^2 + vM / M^2) with v the variance of each mean: Casella and Berger (2002), 5.5.4.

    >>> women, men = (60, 16.90, 3.90**2), (40, 17.80, 4.20**2)
    >>> pay_gap_of_means(*[pd.Series([float(x)]) for x in (*women, *men)]).round(4).values.tolist()
    [[0.0506, -0.0383, 0.1394]]
    """
    value = pay_gap(mean, reference_mean)
    ratio = 1 - value
    error = (
        ratio.abs()
        * (
            variance / n.where(n > 1) / mean.where(mean != 0) ** 2
            + reference_variance / reference_n.where(reference_n > 1) / reference_mean.where(reference_mean > 0) ** 2
        )
        ** 0.5
    )
    reach = normal_quantile(confidence) * error
    return pd.DataFrame({"value": value, "lower": value - reach, "upper": value + reach})


@dataclass(frozen=True)
class MiddleOfGroup:
    """What is known of a group's pay for an interval of its median: the values around the middle.

    n : people in the group; ranks : ascending values; rank_first : rank of the first of them, counted from 1
    """

    n: int
    ranks: np.ndarray
    rank_first: int


@dataclass(frozen=True)
class Chances:
    """A discrete distribution: ascending `values` with their `weights`, and the weight left out below and above."""

    values: np.ndarray
    weights: np.ndarray
    below: float
    above: float


REACH_OF_PAIR = 40
"""Two neighbouring values of a resample lie more than this many ranks apart with a chance below 1e-17."""


def resampled_median(group: MiddleOfGroup) -> Chances:
    """The exact distribution of the median of a bootstrap resample, without drawing one.

    A resample of n has its r-th smallest value at or below the i-th smallest of the group when at least r of its n
    draws fall on the first i people: a binomial tail. For even n the median is the mean of two neighbouring order
    statistics, whose joint chance has the same form.

    References
    ----------
    Efron (1979), Annals of Statistics 7:1; Maritz and Jarrett (1978), JASA 73:194.
    """
    first, last = group.rank_first, group.rank_first + len(group.ranks) - 1
    rank = np.arange(first, last + 1)
    middle = (group.n + 1) // 2
    at_or_below = betainc(middle, group.n - middle + 1, np.clip(np.concatenate(([first - 1], rank)) / group.n, 0, 1))
    weights = np.diff(at_or_below)
    below, above = float(at_or_below[0]), float(1 - at_or_below[-1])
    if group.n % 2:
        return _gather(group.ranks, weights, below, above)
    return _gather(*_pairs(group, rank, weights), below, above)


def _pairs(group: MiddleOfGroup, rank: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means of the two middle values of a resample of even size, and their chances."""
    n, half = group.n, group.n // 2
    choose = gammaln(n + 1) - 2 * gammaln(half + 1)
    with np.errstate(divide="ignore"):  # log of 0: nobody ranks below the first or above the last
        up_to = choose + half * np.log(rank / n)
        lower = up_to + np.log1p(-np.exp(half * np.log((rank - 1) / rank)))  # the half-th smallest draw is exactly this one
        from_here, beyond = half * np.log((n - rank + 1) / n), half * np.log((n - rank) / n)
        upper = from_here + np.log1p(-np.exp(half * np.log((n - rank) / (n - rank + 1))))
    values, chances = [group.ranks], [np.clip(weights - np.exp(lower + beyond), 0, None)]  # both middle values are the same person's
    for step in range(1, min(REACH_OF_PAIR, len(rank) - 1) + 1):
        values.append((group.ranks[:-step] + group.ranks[step:]) / 2)
        chances.append(np.exp(lower[:-step] + upper[step:]))
    return np.concatenate(values), np.concatenate(chances)


def _gather(values: np.ndarray, weights: np.ndarray, below: float, above: float) -> Chances:
    """Equal values as one, ascending. Pay comes on spine points, so this is much shorter than the ranks."""
    distinct, place = np.unique(np.round(values, 9), return_inverse=True)
    return Chances(distinct, np.bincount(place, weights), below, above)


def median_gap_limits(comparison: MiddleOfGroup, reference: MiddleOfGroup, confidence: float = 0.95) -> tuple[float, float]:
    """Percentile bootstrap interval of the gap of two medians, resampling each group by itself; exact, so the same on every run.

    Missing where the values handed over do not reach far enough into either group, or where the reference pay is not above 0.

    >>> women = np.array([11.9, 12.1, 12.35, 12.6, 12.6, 13.05, 13.9, 14.2, 15.1, 15.6, 16.25, 17.0, 19.95, 26.3])
    >>> same = MiddleOfGroup(14, women, 1)
    >>> low, high = median_gap_limits(same, same)
    >>> bool(low < 0 < high)
    True
    """
    ours, theirs = resampled_median(comparison), resampled_median(reference)
    tail = (1 - confidence) / 2
    if max(ours.below, ours.above, theirs.below, theirs.above) > tail / 10 or not len(ours.values) or theirs.values[0] <= 0:
        return float("nan"), float("nan")
    return _gap_quantile(ours, theirs, tail), _gap_quantile(ours, theirs, 1 - tail)


def _gap_quantile(ours: Chances, theirs: Chances, wanted: float) -> float:
    """Smallest gap whose cumulative chance reaches `wanted`, found by halving: P(gap <= g) = P(comparison >= (1 - g) reference)."""
    from_the_top = np.concatenate((np.cumsum(ours.weights[::-1])[::-1], [0.0]))
    whole = float(ours.weights.sum() * theirs.weights.sum())
    low, high = 1 - ours.values[-1] / theirs.values[0] - 1e-9, 1 - ours.values[0] / theirs.values[-1] + 1e-9
    for _ in range(60):
        gap = (low + high) / 2
        place = np.searchsorted(ours.values, (1 - gap) * theirs.values - 1e-12, side="left")
        if float(theirs.weights @ from_the_top[place]) / whole >= wanted:
            high = gap
        else:
            low = gap
    return float(high)


def pay_gap_of_medians(
    comparison: MiddleOfGroup, comparison_median: float, reference: MiddleOfGroup, reference_median: float, confidence: float = 0.95
) -> tuple[float, float, float]:
    """`value`, `lower`, `upper` of a gap of medians as shares of the reference group's median."""
    if not reference_median > 0:
        return float("nan"), float("nan"), float("nan")
    return ((reference_median - comparison_median) / reference_median, *median_gap_limits(comparison, reference, confidence))
