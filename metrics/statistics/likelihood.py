"""How many times as likely one group is as another: ratios of two shares, and of two ratios, each with its interval.

Both have their interval on the log scale, so that the interval of the inverse is the inverse of the interval: nothing depends on
which of the groups is named first.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.errors import CountsError, Problem
from metrics.statistics.intervals import check_counts, normal_quantile

LEAST_POOL = 10
"""A likelihood of fewer people than this is no figure."""
BAND = (0.80, 1.25)
"""The four-fifths rule and its reciprocal."""
ADDED = 0.5
"""To each of the four cells where one of them is 0 (Haldane 1956; Anscombe 1956)."""


def relative_likelihood(
    events: pd.Series, pool: pd.Series, reference_events: pd.Series, reference_pool: pd.Series, confidence: float = 0.95
) -> pd.DataFrame:
    """The share of `pool` to whom the event happened, divided by the same share of the reference pool, with its Katz log interval.

    Where one of the four cells (happened or did not, in either pool) is 0, half a person is added to each of them for the interval. The
    value stays the plain quotient as long as it happened to somebody of either pool; else it is made of the same halves, and whether
    such a figure is worth showing is asked of `enough`.

    Parameters
    ----------
    events, pool, reference_events, reference_pool : Series of numbers, shape (groups,), same index
        People to whom it happened and people to whom it could have; 0 <= events <= pool. Missing stays missing.
    confidence : float, two-sided level between 0 and 1

    Returns
    -------
    DataFrame, shape (groups, 3)
        `value`, `lower`, `upper` as ratios from 0 up, 1 where both are as likely; missing where a pool is empty

    Raises
    ------
    CountsError : a count is negative, or events are more than their pool

    References
    ----------
    Katz, Baptista, Azen and Pike (1978), Biometrics 34:469, method C.

    >>> relative_likelihood(*[pd.Series([n]) for n in (63, 420, 38, 380)]).round(3).values.tolist()
    [[1.5, 1.028, 2.189]]
    """
    check_counts(events, pool)
    check_counts(reference_events, reference_pool)
    there = (pool > 0) & (reference_pool > 0)
    cells = [n.where(there).astype(float) for n in (events, pool - events, reference_events, reference_pool - reference_events)]
    a, b, c, d = _none_empty(cells)
    error = (1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)) ** 0.5
    found = _log_interval((a / (a + b)) / (c / (c + d)), error, confidence)
    plain = (events / pool.where(there)) / (reference_events / reference_pool.where(there)).where(reference_events > 0)
    value = plain.where(events > 0).fillna(found["value"])
    return pd.DataFrame({"value": value, "lower": found["lower"].clip(upper=value), "upper": found["upper"].clip(lower=value)})


def ratio_of_ratios(
    over: pd.Series, under: pd.Series, reference_over: pd.Series, reference_under: pd.Series, confidence: float = 0.95
) -> pd.DataFrame:
    """How many people of a group are in one place for each in another, divided by the same of the reference group: an odds ratio.

    Half a person is added to each of the four numbers where one of them is 0.

    Returns
    -------
    DataFrame, shape (groups, 3) : `value`, `lower`, `upper`; missing where a group is empty

    References
    ----------
    Woolf (1955), Annals of Human Genetics 19:251.

    >>> ratio_of_ratios(*[pd.Series([n]) for n in (900, 100, 1600, 400)]).round(3).values.tolist()
    [[2.25, 1.781, 2.843]]
    """
    for first, second in ((over, under), (reference_over, reference_under)):
        if ((first < 0) | (second < 0)).any():
            raise CountsError([Problem("", "a count is negative; counts start at 0.")])
    there = (over + under > 0) & (reference_over + reference_under > 0)
    a, b, c, d = _none_empty([n.where(there).astype(float) for n in (over, under, reference_over, reference_under)])
    return _log_interval((a / b) / (c / d), (1 / a + 1 / b + 1 / c + 1 / d) ** 0.5, confidence)


def enough(*pools: pd.Series, events: tuple[pd.Series, ...]) -> pd.Series:
    """Whether every pool has `LEAST_POOL` people, and the event happened to somebody of each: else there is no figure worth showing.

    >>> counts = {name: pd.Series(n) for name, n in {"a": [63, 0, 4], "n": [420, 200, 9], "c": [38, 3, 3], "m": [380, 400, 40]}.items()}
    >>> enough(counts["n"], counts["m"], events=(counts["a"], counts["c"])).tolist()
    [True, False, False]
    """
    found = pd.Series(True, index=pools[0].index)
    for pool in pools:
        found &= pool >= LEAST_POOL
    for happened in events:
        found &= happened > 0
    return found


def _none_empty(cells: list[pd.Series]) -> list[pd.Series]:
    empty = pd.concat([cell == 0 for cell in cells], axis=1).any(axis=1)
    return [cell + ADDED * empty for cell in cells]


def _log_interval(value: pd.Series, error: pd.Series, confidence: float) -> pd.DataFrame:
    reach = np.exp(normal_quantile(confidence) * error)
    return pd.DataFrame({"value": value, "lower": value / reach, "upper": value * reach})
