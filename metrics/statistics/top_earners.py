"""The best paid: so many in a hundred of everybody with a salary, and whoever is paid the same as the last of them."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np


def top_of(salaries: np.ndarray, percent: float) -> tuple[np.ndarray, int]:
    """Who is among the best paid, and how many a share of so many in a hundred asks for.

    Parameters
    ----------
    salaries : float array, shape (people,), none missing; each for full-time work
    percent : more than 0 and less than 100

    Returns
    -------
    Bool array, shape (people,), and the number asked for: the smallest whole number of people that is not below the share. More are
    inside where several are paid exactly what the last of them is: nothing else would say which of them to take.

    References
    ----------
    After best value performance indicator 11a (Audit Commission, 2000 to 2008), "the percentage of top 5% of earners that are women".

    >>> top_of(np.array([90, 60, 60, 60, 30, 20, 20, 20, 20, 20.0]), percent=20)
    (array([ True,  True,  True,  True, False, False, False, False, False,
           False]), 2)
    >>> top_of(np.arange(21.0), percent=5)[1], top_of(np.array([]), percent=5)[1]
    (2, 0)
    """
    wanted = ceil(len(salaries) * Fraction(str(percent)) / 100)
    if not wanted:
        return np.zeros(len(salaries), dtype=bool), 0
    least = np.partition(salaries, len(salaries) - wanted)[len(salaries) - wanted]
    return salaries >= least, wanted
