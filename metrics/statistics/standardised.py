"""Directly standardised rates: what a rate would be if the people had the ages of a standard population."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.errors import CountsError, Problem
from metrics.statistics.rates import byar

FEWEST = 10
"""Below so many events the limits do not keep their promise, whatever the method: there is no standardised rate."""


def standardised_rate(
    events: pd.Series, population: pd.Series, standard: pd.Series, per: float = 100_000, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Value, lower and upper limit of a directly standardised rate, by the method of Dobson.

    The limits of the number of events (Byar's, as English public-health indicators are made) are carried over to the weighted sum in the
    ratio of its standard error to that of the number.

    Parameters
    ----------
    events, population : Series, shape (bands,), same index
        What happened to the people of each age band, and how many people there are.
    standard : Series, shape (bands,), same index
        The standard population's people in each band; only their shares count.
    per : people that the rate is for

    Returns
    -------
    value, lower, upper : all missing where a band of the standard population has nobody, or where fewer than `FEWEST` events happened

    Raises
    ------
    CountsError : a number is negative

    References
    ----------
    Dobson, Kuulasmaa, Eberle and Scherer (1991), Statistics in Medicine 10:457. Ten events: Morris, Tan, Fryers and Bestwick (2018),
    Population Health Metrics 16:19.

    The example of Fay and Feuer (1997), Statistics in Medicine 16:791, by age of the mother:

    >>> cases = pd.Series([0, 8, 63, 112, 262, 295])
    >>> births = pd.Series([327, 30666, 123419, 149919, 104088, 34392])
    >>> every_birth = pd.Series([319933, 931318, 786511, 488235, 237863, 61313])
    >>> [round(v, 2) for v in standardised_rate(cases, births, every_birth)]
    [75.53, 67.63, 83.87]
    """
    if int(((events < 0) | (population < 0) | (standard < 0)).sum()):
        raise CountsError([Problem("", "a band has a negative number; events and people start at 0.")])
    used = standard > 0
    happened, whole = float(events[used].sum()), float(standard.sum())
    if not whole or happened < FEWEST or (population[used] <= 0).any():
        return np.nan, np.nan, np.nan
    weight = standard[used] / whole / population[used]
    value, variance = float((weight * events[used]).sum()), float((weight**2 * events[used]).sum())
    limits = byar(pd.Series([happened]), confidence).iloc[0]
    step = (variance / happened) ** 0.5
    low, high = (value + step * (float(limits[edge]) - happened) for edge in ("lower", "upper"))
    return value * per, low * per, high * per
