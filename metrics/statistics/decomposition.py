"""What a difference of two averages is made of: who is in which group, and what differs inside the groups.

An average over everybody is a sum over groups (grades, units) of share times average: X = sum of s_g x_g. For two such averages

    X1 - X2 = sum of (s_1g - s_2g) (m_g - c)  +  sum of d_g (s_1g + s_2g) / 2
              composition: who is in which       rate: what differs inside

with m_g = (x_1g + x_2g) / 2 and d_g = x_1g - x_2g. The two parts add up to the difference whatever the constant c is, because both
sets of shares add up to 1. c decides only how composition is spread over the groups: with c = (X1 + X2) / 2, more people in a group
count for the side that gains by it, above or below the average.

References
----------
Kitagawa (1955), Journal of the American Statistical Association 50:1168, equations 1 to 4 (symmetric weights, no interaction term);
Das Gupta (1993), Standardization and Decomposition of Rates, US Bureau of the Census P23-186, chapter 5. That a group's own part of
composition needs a point to be measured from: Oaxaca and Ransom (1999), Review of Economics and Statistics 81:154.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.errors import CountsError, Problem


@dataclass(frozen=True)
class Room:
    """What is known of some numbers: each lies between `low` and `high`. Shape (groups,) or a single number."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def exact(cls, values: pd.Series | np.ndarray | float) -> Room:
        found = np.asarray(values, dtype=float)
        return cls(found, found)

    @classmethod
    def around(cls, values: pd.Series | np.ndarray | float, reach: pd.Series | np.ndarray | float) -> Room:
        """Printed values that were rounded by at most `reach` either way."""
        found, most = np.asarray(values, dtype=float), np.asarray(reach, dtype=float)
        return cls(found - most, found + most)

    def __add__(self, other: Room) -> Room:
        return Room(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Room) -> Room:
        return Room(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Room) -> Room:
        return self._corners(other, np.multiply)

    def __truediv__(self, other: Room) -> Room:
        """`other` lies above 0."""
        return self._corners(other, np.divide)

    def _corners(self, other: Room, how: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Room:
        four = [how(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Room(np.minimum.reduce(four), np.maximum.reduce(four))

    def total(self) -> Room:
        """Missing groups add nothing."""
        return Room(np.nansum(self.low), np.nansum(self.high))

    @property
    def middle(self) -> np.ndarray:
        return np.asarray((self.low + self.high) / 2)

    @property
    def reach(self) -> float:
        """How far a single number may be from its middle."""
        return float(np.max(self.high - self.low) / 2)


@dataclass(frozen=True)
class Parts:
    """What each group adds to a difference: by who is in it, and by what differs inside it. Shape (groups,)."""

    composition: Room
    rate: Room


def parts_of_difference(first: Room, second: Room, middle: Room, difference: Room, centre: Room) -> Parts:
    """Both parts of every group, with the room that rounding of the input leaves.

    Parameters
    ----------
    first, second : share of each side's people who are in the group
    middle, difference : mean of the two sides' averages in the group, and first minus second
    centre : the constant c
    """
    half = Room.exact(0.5)
    return Parts((first - second) * (middle - centre), difference * ((first + second) * half))


def kitagawa(people: pd.Series, average: pd.Series, reference_people: pd.Series, reference_average: pd.Series) -> pd.DataFrame:
    """The average of the reference people minus that of the people, by group.

    Parameters
    ----------
    people, reference_people : Series of numbers, shape (groups,), same index; 0 or more, and more than 0 in all
    average, reference_average : of the people in each group. Where one side has nobody in a group, its average is taken to be the
        other side's, so that the group counts as composition alone: nothing can differ inside it.

    Returns
    -------
    DataFrame, shape (groups, 2) : `composition`, `rate`, in the unit of the averages. All of it adds up to the difference.

    Raises
    ------
    CountsError : a count is negative, or one side has no people at all

    Das Gupta (1993), example 5.1, households per 100 people by age, 1985 against 1970, in three broad ages:

    >>> n70, n85 = pd.Series([12.9, 50.1, 37.0]), pd.Series([10.1, 51.1, 38.8])
    >>> x70, x85 = pd.Series([1.9, 45.0, 60.0]), pd.Series([2.2, 47.0, 62.0])
    >>> found = kitagawa(n70, x70, n85, x85)
    >>> bool(abs(found.to_numpy().sum() - (n85 @ x85 - n70 @ x70) / 100) < 1e-12)
    True
    """
    _check(people, reference_people)
    share, other_share = people / people.sum(), reference_people / reference_people.sum()
    ours = average.where(people > 0, reference_average).where((people > 0) | (reference_people > 0), 0.0)
    theirs = reference_average.where(reference_people > 0, average).where((people > 0) | (reference_people > 0), 0.0)
    centre = ((share * ours).sum() + (other_share * theirs).sum()) / 2
    found = parts_of_difference(
        Room.exact(other_share), Room.exact(share), Room.exact((ours + theirs) / 2), Room.exact(theirs - ours), Room.exact(centre)
    )
    return pd.DataFrame({"composition": found.composition.low, "rate": found.rate.low}, index=people.index)


def _check(people: pd.Series, reference_people: pd.Series) -> None:
    """No message says which counts stand where."""
    problems = []
    if ((people < 0) | (reference_people < 0)).any():
        problems.append(Problem("", "Some groups have a negative count; counts start at 0."))
    if not people.sum() > 0 or not reference_people.sum() > 0:
        problems.append(Problem("", "One side of the comparison has no people; a difference needs people on both."))
    if problems:
        raise CountsError(problems, "Give the people of every group on both sides.")


def within_group_gap(people: pd.Series, gap: pd.Series) -> float:
    """The pay gap inside groups, averaged over the comparison people: sum of w_g / W times (M_g - W_g) / M_g.

    Published beside the gap as a whole, never instead of it. Groups without a gap (one side has nobody there, or it is hidden) are
    left out, from the weights as well; missing where no group has one.

    >>> within_group_gap(pd.Series([300, 100, 5]), pd.Series([0.01, 0.03, float("nan")]))
    0.015
    """
    known = gap.notna() & people.notna()
    weight = float(people[known].sum())
    return float((people[known] * gap[known]).sum() / weight) if weight > 0 else float("nan")


@dataclass(frozen=True)
class Against:
    """How the parts of a whole stand to its direction.

    Attributes
    ----------
    same, against, level : groups that point as the whole does, the other way, and neither way
    people_against : share of everybody who is in groups that point the other way
    people_known : share of everybody who is in groups whose direction is known
    """

    same: int
    against: int
    level: int
    people_against: float
    people_known: float

    @property
    def reversed(self) -> bool:
        """The other way in most groups, which hold most people: Simpson's paradox, or nearly."""
        return self.against > self.same + self.level and self.people_against > 0.5

    @property
    def everywhere(self) -> bool:
        return self.against > 0 and self.same == self.level == 0


def directions(whole: float, parts: pd.Series, people: pd.Series, everybody: float, level: pd.Series | float = 0.0) -> Against:
    """Which groups point the other way than the whole.

    Parameters
    ----------
    whole : the difference of everybody, not 0
    parts, people : the same difference inside each group (missing: not known), and how many people it holds
    everybody : how many people there are in all, those in groups that are not known among them
    level : parts no larger than this point neither way, in all groups or in each

    References
    ----------
    Simpson (1951), Journal of the Royal Statistical Society B 13:238.

    >>> directions(0.05, pd.Series([-0.01, -0.02, 0.01]), pd.Series([40, 30, 20]), 100).reversed
    True
    """
    known = parts.notna() & people.notna()
    pointing = np.sign(whole) * parts.where(parts.abs() > level, 0.0)[known]
    size = max(float(everybody), float(people[known].sum()))
    return Against(
        same=int((pointing > 0).sum()),
        against=int((pointing < 0).sum()),
        level=int((pointing == 0).sum()),
        people_against=float(people[known][pointing < 0].sum()) / size,
        people_known=float(people[known].sum()) / size,
    )
