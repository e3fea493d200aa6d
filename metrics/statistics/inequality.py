"""How far groups are from a comparison, all of them in one number."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
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


def index_of_disparity(values: pd.Series, against: float) -> float:
    """How far groups are from one figure, on average and as a share of it: 0 where all are alike.

    Where `against` is the best of the groups, that one is no other group: the mean is over the rest. Missing where any value is, where
    there is no second group, or where `against` is 0.

    Parameters
    ----------
    values : Series, shape (groups,)
    against : the value of the best group, or of everybody

    References
    ----------
    Pearcy and Keppel (2002), Public Health Reports 117:273.

    >>> satisfied = pd.Series([72, 64, 68, 76, 70])
    >>> round(100 * index_of_disparity(satisfied, 76), 2), round(100 * index_of_disparity(satisfied, 72.786), 2)
    (9.87, 5.59)
    """
    others = len(values) - int((values == against).any())
    if len(values) < 2 or not against or values.isna().any():
        return float("nan")
    return float((values - against).abs().sum() / others / against)


def between_group_variance(values: pd.Series, people: pd.Series) -> float:
    """How far groups are from the figure of all of them together, squared and weighted by their people.

    Its square root is in the unit of the values, so that is what may be said beside them. Missing where any value is, or nobody is there.

    Parameters
    ----------
    values, people : Series, shape (groups,), same index

    References
    ----------
    Mackenbach and Kunst (1997), Social Science and Medicine 44:757.

    >>> satisfied, asked = pd.Series([72, 64, 68, 76, 70]), pd.Series([3100, 1090, 480, 4860, 470])
    >>> round(between_group_variance(satisfied, asked), 2)
    15.09
    """
    everybody = float(people.sum())
    if not everybody or values.isna().any():
        return float("nan")
    share = people / everybody
    return float((share * (values - (share * values).sum()) ** 2).sum())


class Slope(NamedTuple):
    """A straight line through ordered groups, from one end of the people to the other."""

    first: float
    """What the line says of the very first person."""
    last: float

    @property
    def difference(self) -> float:
        """The slope index: the last minus the first, in the unit of the values."""
        return self.last - self.first

    @property
    def ratio(self) -> float:
        """The relative index: the last divided by the first; missing where the line begins at 0 or below."""
        return self.last / self.first if self.first > 0 else float("nan")


def slope_index(values: pd.Series, people: pd.Series) -> Slope:
    """How a figure changes over groups that have an order, by least squares weighted by their people.

    Each group stands at the middle of the share of people that it takes up (its relative rank): a small group moves the line little, and
    figures of places with other sizes of groups can be compared. Missing where a value or a number of people is, where there is nobody, and
    with fewer than two groups.

    Parameters
    ----------
    values, people : Series, shape (groups,), same index, from one end of the order to the other; people at least 0

    References
    ----------
    Mackenbach and Kunst (1997), Social Science and Medicine 44:757; Pamuk (1985), Population Studies 39:17.

    >>> line = slope_index(pd.Series([42, 37, 33, 30, 26]), pd.Series([300, 250, 200, 150, 100]))
    >>> round(line.first, 3), round(line.difference, 2), round(line.ratio, 3)
    (44.955, -18.81, 0.582)
    """
    weight, figure = people.to_numpy(dtype=float), values.to_numpy(dtype=float)
    if np.isnan(weight).any() or np.isnan(figure).any() or (weight > 0).sum() < 2:
        return Slope(float("nan"), float("nan"))
    share = weight / weight.sum()
    rank = share.cumsum() - share / 2
    middle, mean = float(share @ rank), float(share @ figure)
    slope = float(share @ ((rank - middle) * (figure - mean))) / float(share @ (rank - middle) ** 2)
    return Slope(mean - slope * middle, mean + slope * (1 - middle))
