"""Counts and rates of events: intervals for a number that could have come out otherwise by chance alone, and the ratio of two rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from metrics.errors import CountsError, Problem
from metrics.statistics.intervals import normal_quantile

BYAR_FROM = 10
"""Byar's formula is close from here on; below it the exact limits are taken, as English public-health indicators are made."""


def byar(events: pd.Series, confidence: float = 0.95) -> pd.DataFrame:
    """Byar's approximate limits of a count of events, `lower` and `upper`; the lower one is 0 where there was none.

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research II, IARC 82, p. 69.

    >>> byar(pd.Series([37])).round(3).values.tolist()
    [[26.048, 51.001]]
    """
    z = normal_quantile(confidence)
    n = events.astype(float)
    some = n.where(n > 0)
    lower = some * (1 - 1 / (9 * some) - z / (3 * some**0.5)) ** 3
    upper = (n + 1) * (1 - 1 / (9 * (n + 1)) + z / (3 * (n + 1) ** 0.5)) ** 3
    return pd.DataFrame({"lower": lower.where(n != 0, 0.0).clip(lower=0), "upper": upper})


def exact_poisson(events: pd.Series, confidence: float = 0.95) -> pd.DataFrame:
    """Exact limits of a count of events by the gamma (chi-square) distribution, `lower` and `upper`; from 0 where there was none.

    References
    ----------
    Garwood (1936), Biometrika 28:437.

    >>> exact_poisson(pd.Series([6, 0])).round(4).values.tolist()
    [[2.2019, 13.0595], [0.0, 3.6889]]
    """
    tail, n = (1 - confidence) / 2, events.astype(float)
    lower = pd.Series(gammaincinv(n, tail), index=events.index)
    upper = pd.Series(gammaincinv(n + 1, 1 - tail), index=events.index)
    return pd.DataFrame({"lower": lower.where(n != 0, 0.0), "upper": upper})


def rate(events: pd.Series, population: pd.Series, per: float = 1000, confidence: float = 0.95) -> pd.DataFrame:
    """Events per so many people, with Byar's limits from 10 events on and exact ones below.

    The population is taken as known; events may be more than people, since somebody may have several.

    Returns
    -------
    DataFrame, shape (groups, 3) : `value`, `lower`, `upper`; missing where nobody lives

    Raises
    ------
    CountsError : a number is negative

    >>> rate(pd.Series([37, 6]), pd.Series([145_000, 20_000])).round(4).values.tolist()
    [[0.2552, 0.1796, 0.3517], [0.3, 0.1101, 0.653]]
    """
    _check(events, population)
    base = population.where(population > 0)
    few, many = exact_poisson(events, confidence), byar(events, confidence)
    limits = many.where(events >= BYAR_FROM, few)
    made = pd.DataFrame({"value": events, "lower": limits["lower"], "upper": limits["upper"]}).div(base, axis=0) * per
    return made.where(events.notna())


def rate_ratio(
    events: pd.Series, population: pd.Series, reference_events: pd.Series, reference_population: pd.Series, confidence: float = 0.95
) -> pd.DataFrame:
    """One rate divided by another, with the interval of its logarithm.

    Returns
    -------
    DataFrame, shape (groups, 3) : `value`, `lower`, `upper`; missing where either has no events or no people

    References
    ----------
    Rothman, Greenland and Lash (2008), Modern Epidemiology, 3rd edition, chapter 14.

    >>> rate_ratio(*[pd.Series([n]) for n in (460, 1_144_900, 410, 1_140_000)]).round(3).values.tolist()
    [[1.117, 0.978, 1.276]]
    """
    _check(events, population)
    _check(reference_events, reference_population)
    a, c = events.where(events > 0), reference_events.where(reference_events > 0)
    value = (a / population.where(population > 0)) / (c / reference_population.where(reference_population > 0))
    reach = np.exp(normal_quantile(confidence) * (1 / a + 1 / c) ** 0.5)
    return pd.DataFrame({"value": value, "lower": value / reach, "upper": value * reach})


def rate_difference(
    events: pd.Series,
    population: pd.Series,
    reference_events: pd.Series,
    reference_population: pd.Series,
    per: float = 1000,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """One rate minus another, for so many people, with limits made of the limits of both.

    Said beside `rate_ratio`: a large ratio of two small rates is few people, and a small one of two large rates is many.

    Returns
    -------
    DataFrame, shape (groups, 3) : `value`, `lower`, `upper`; missing where there are no people on either side

    References
    ----------
    Zou and Donner (2008), Statistics in Medicine 27:1693 (limits of a difference from those of its parts).

    >>> rate_difference(*[pd.Series([n]) for n in (460, 1_144_900, 410, 1_140_000)]).round(4).values.tolist()
    [[0.0421, -0.0091, 0.0934]]
    """
    ours, theirs = rate(events, population, per, confidence), rate(reference_events, reference_population, per, confidence)
    value = ours["value"] - theirs["value"]
    down = ((ours["value"] - ours["lower"]) ** 2 + (theirs["upper"] - theirs["value"]) ** 2) ** 0.5
    up = ((ours["upper"] - ours["value"]) ** 2 + (theirs["value"] - theirs["lower"]) ** 2) ** 0.5
    return pd.DataFrame({"value": value, "lower": value - down, "upper": value + up})


def _check(events: pd.Series, population: pd.Series) -> None:
    if negative := int(((events < 0) | (population < 0)).sum()):
        raise CountsError([Problem("", f"{negative} of {len(events)} groups have a negative number; events and people start at 0.")])
