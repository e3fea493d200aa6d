"""The statutory gender pay gap to the letter: hourly pay, weekly hours, pay quarters and the six figures, on plain rows.

Equality Act 2010 (Specific Duties and Public Authorities) Regulations 2017, SI 2017/353, Schedule 1; paragraphs are named below. What
is marked "have it confirmed" rests on guidance and practice, not on the words of the law: docs/methods/pay-gaps.md lists it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from statistics import fmean, median
from typing import Any

import numpy as np

MONTH_DAYS = 30.44
"""Days of a month in the law's own arithmetic (paragraph 6): not 30.4375, which is a twelfth of a year."""
YEAR_DAYS = 365.25
PERIOD_DAYS: Mapping[str, float] = {
    "week": 7.0,
    "fortnight": 14.0,
    "four_weeks": 28.0,
    "month": MONTH_DAYS,
    "quarter": YEAR_DAYS / 4,
    "year": YEAR_DAYS,
}
WEEK_DAYS = 7.0
AVERAGED_WEEKS = 12
HOURLY_DECIMALS = 6
"""Rates that agree to a millionth of a pound are one rate: the noise of binary fractions decides no tie."""
QUARTERS = ("lower", "lower_middle", "upper_middle", "upper")
LEFT_OVER = ((), (0,), (0, 2), (0, 1, 2))
"""Which quarters take one more when staff do not divide by four: government guidance on pay quarters."""


def hourly_pay(ordinary: Any, hours: Any, pay_days: Any, bonus: Any = 0.0, bonus_days: Any = None) -> Any:
    """Hourly pay of one person, or of many at once (arrays of one shape).

    Parameters
    ----------
    ordinary : ordinary pay of the relevant pay period, pounds
    hours : weekly working hours, above 0
    pay_days : days of the pay period (`PERIOD_DAYS`)
    bonus : bonus pay that was paid in that period; bonus_days : days of the time that it rewards, left out where that is the pay period

    Returns
    -------
    pounds an hour, unrounded

    References
    ----------
    SI 2017/353 Schedule 1, paragraph 6: bonus / bonus_days * pay_days, then (ordinary + bonus) * 7 / pay_days / hours.

    >>> round(hourly_pay(2600.00, 37, MONTH_DAYS), 4), round(hourly_pay(2600.00, 37, MONTH_DAYS, 1200.00, YEAR_DAYS), 4)
    (16.1594, 16.781)
    """
    in_period = bonus if bonus_days is None else bonus / bonus_days * pay_days
    return (ordinary + in_period) * WEEK_DAYS / pay_days / hours


def weekly_hours(weeks: Sequence[float], fair: float | None = None) -> float | None:
    """Weekly hours of somebody whose hours vary: the mean of the latest twelve weeks in which anything was worked.

    `weeks` are hours, latest first; weeks without hours are skipped and earlier ones reached for (have the skipping confirmed). With
    fewer than twelve, the number that fairly represents the contract, `fair`, if it is known; None where it is not.

    References
    ----------
    SI 2017/353 Schedule 1, paragraph 7.

    >>> round(weekly_hours([20, 18, 0, 22, 25, 16, 19, 21, 24, 0, 20, 23, 17, 22]), 4)
    20.5833
    """
    worked = [hours for hours in weeks if hours > 0][:AVERAGED_WEEKS]
    if len(worked) == AVERAGED_WEEKS:
        return sum(worked) / AVERAGED_WEEKS
    return fair if fair is not None and fair > 0 else None


def quarter_sizes(people: int) -> tuple[int, int, int, int]:
    """How many stand in the lower, lower middle, upper middle and upper quarter.

    >>> quarter_sizes(22), quarter_sizes(4445)
    ((6, 5, 6, 5), (1112, 1111, 1111, 1111))
    """
    whole, left = divmod(people, 4)
    lower, lower_middle, upper_middle, upper = (whole + (quarter in LEFT_OVER[left]) for quarter in range(4))
    return lower, lower_middle, upper_middle, upper


def split_tied(seats: Sequence[int], people: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """People of equal pay shared out so that each quarter takes the same proportion of every group, as far as whole people allow.

    Parameters
    ----------
    seats : places that each quarter has for them; people : how many of each group there are; both have the same sum

    Returns
    -------
    one row a group, one number a quarter. The first group is dealt by largest remainder (equal remainders: the lower quarter first), the
    next one likewise among the places left, and the last one fills up.

    >>> split_tied((10, 30), (4, 36))
    ((1, 3), (9, 27))
    """
    free, rows = list(seats), []
    for many in people:
        left = sum(free)
        dealt = [place * many // left if left else 0 for place in free]
        wanting = sorted(range(len(free)), key=lambda q: (-(free[q] * many % left), q) if left else (0, q))
        for quarter in wanting[: many - sum(dealt)]:
            dealt[quarter] += 1
        free = [place - taken for place, taken in zip(free, dealt, strict=True)]
        rows.append(tuple(dealt))
    return tuple(rows)


def assign_quarters(pay: np.ndarray, group: np.ndarray, order: np.ndarray) -> np.ndarray:
    """The quarter of each person, 0 (lower) to 3 (upper), ranked by hourly pay.

    Parameters
    ----------
    pay : hourly pay, nobody's missing; group : numbers of the groups that ties are shared among, the first dealt first
    order : decides which of the people with the same pay and in the same group stand lower; never their place in the payroll

    References
    ----------
    SI 2017/353 Schedule 1, paragraph 13 (employees of the same rate: the same proportion of men and women in each quarter).

    >>> assign_quarters(np.array([9.0, 9, 8, 9, 9, 12, 13, 14]), np.array([0, 0, 1, 1, 1, 0, 1, 0]), np.arange(8)).tolist()
    [0, 1, 0, 1, 2, 2, 3, 3]
    """
    ranked = np.lexsort((order, group, pay))
    ends = np.cumsum(quarter_sizes(len(pay)))
    place = np.searchsorted(ends, np.arange(len(pay)), side="right")
    steps = pay[ranked]
    for cut in {int(end) for end in ends[:-1] if 0 < end < len(pay)}:
        if steps[cut - 1] == steps[cut]:
            first, last = np.searchsorted(steps, steps[cut], side="left"), np.searchsorted(steps, steps[cut], side="right")
            place[first:last] = _dealt(group[ranked[first:last]], int(first), int(last), ends)
    found = np.empty(len(pay), dtype=np.int64)
    found[ranked] = place
    return found


def _dealt(groups: np.ndarray, first: int, last: int, ends: np.ndarray) -> np.ndarray:
    """Quarters of the people from place `first` up to `last`, who are paid alike and stand group by group."""
    starts = np.concatenate(([0], ends[:-1]))
    seats = np.maximum(np.minimum(ends, last) - np.maximum(starts, first), 0)
    _, people = np.unique(groups, return_counts=True)
    return np.concatenate([np.repeat(np.arange(4), row) for row in split_tied(seats.tolist(), people.tolist())])


def quarter_percentages(men: int, women: int) -> tuple[Decimal, Decimal] | None:
    """Men and women of one quarter in per cent, to one decimal, adding up to exactly 100.0; None where it is empty.

    The men's share is rounded half to even and the women's is what is left: the government's service refuses 31.3 and 68.8.

    >>> quarter_percentages(5, 11)
    (Decimal('31.2'), Decimal('68.8'))
    """
    if not men + women:
        return None
    share = (Decimal(100 * men) / Decimal(men + women)).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    return share, Decimal("100.0") - share


@dataclass(frozen=True)
class Employee:
    """One relevant employee. `sex` is "male", "female" or anything else, which means not known."""

    sex: str
    hourly: float | None = None
    """Missing where there are no hours or no pay to work it out from."""
    full_pay: bool = True
    bonus: float | None = None
    """Bonus pay of the twelve months ending on 31 March; None where none was paid."""


@dataclass(frozen=True)
class SixFigures:
    """Gaps in per cent of men's pay, unrounded, None where there is none; shares in per cent; quarters as (men, women) people."""

    mean_gap: float | None
    median_gap: float | None
    mean_bonus_gap: float | None
    median_bonus_gap: float | None
    men_with_bonus: float | None
    women_with_bonus: float | None
    quarters: tuple[tuple[int, int], ...]


def six_figures(staff: Iterable[Employee]) -> SixFigures:
    """The six figures of paragraphs 8 to 13 from a row per relevant employee: the reference that the product's own road is held against.

    People whose sex is not known are in no figure. Without men the gaps are None; without women the hourly ones are None, and the bonus
    gaps are 100 where men were paid a bonus and no woman was.
    """
    known = [e for e in staff if e.sex in ("male", "female")]
    full = [e for e in known if e.full_pay and e.hourly is not None]
    men, women = ([e.hourly for e in full if e.sex == sex and e.hourly is not None] for sex in ("male", "female"))
    paid_men, paid_women = ([e.bonus for e in known if e.sex == sex and e.bonus is not None] for sex in ("male", "female"))
    no_woman = 100.0 if paid_men and not paid_women and any(e.sex == "female" for e in known) else None
    return SixFigures(
        mean_gap=_gap(men, women, fmean),
        median_gap=_gap(men, women, median),
        mean_bonus_gap=no_woman or _gap(paid_men, paid_women, fmean),
        median_bonus_gap=no_woman or _gap(paid_men, paid_women, median),
        men_with_bonus=_share(len(paid_men), sum(e.sex == "male" for e in known)),
        women_with_bonus=_share(len(paid_women), sum(e.sex == "female" for e in known)),
        quarters=_quarters(full),
    )


def _gap(men: Sequence[float], women: Sequence[float], average: Any) -> float | None:
    """(men - women) / men, in per cent: the denominator is always men's pay."""
    if not men or not women or average(men) <= 0:
        return None
    return float(100 * (average(men) - average(women)) / average(men))


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _quarters(full: Sequence[Employee]) -> tuple[tuple[int, int], ...]:
    """Men and women of each quarter; men are dealt first."""
    paid = np.array([e.hourly for e in full], dtype=float)
    women = np.array([e.sex == "female" for e in full], dtype=np.int64)
    place = assign_quarters(paid, women, np.arange(len(full)))
    return tuple((int(((place == q) & (women == 0)).sum()), int(((place == q) & (women == 1)).sum())) for q in range(4))


def as_reported(figure: float | None) -> Decimal | None:
    """A gap to one decimal place, half away from zero, from the unrounded value.

    >>> as_reported(11.624597)
    Decimal('11.6')
    """
    return None if figure is None else Decimal(repr(figure)).quantize(Decimal("0.1"), ROUND_HALF_UP)
