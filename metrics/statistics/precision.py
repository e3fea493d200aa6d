"""Pay is published no finer than it is paid, scores no finer than they are given: more digits would tell how many people there were."""

from __future__ import annotations

import pandas as pd

YEARLY_FROM = 1_000.0
"""Amounts from here on are yearly or monthly pay, in whole units of money; below it they are hourly rates, in hundredths."""
HOURLY_STEP, YEARLY_STEP = 0.01, 10.0
SCORE_STEP, SCORE_STEP_OF_ROUNDED = 0.1, 1.0


def round_pay(amount: pd.Series) -> pd.Series:
    """Amounts to the penny below 1,000 and to the nearest 10 from there on.

    A mean of n whole amounts that is printed with more digits than the amounts themselves fits few values of n: with the
    shares beside it, it undoes the rounding of counts. A step at least as coarse as the unit of pay leaves every n possible.

    >>> round_pay(pd.Series([16.4751, 53956.06604])).tolist()
    [16.48, 53960.0]
    """
    values = amount.astype(float)
    hourly = (values / HOURLY_STEP).round() * HOURLY_STEP
    yearly = (values / YEARLY_STEP).round() * YEARLY_STEP
    return hourly.where(values.abs() < YEARLY_FROM, yearly).round(2)


def round_gap(gap: pd.Series) -> pd.Series:
    """Shares to one decimal place of a percentage, as the statutory pay gap is reported.

    >>> round_gap(pd.Series([0.05762712])).tolist()
    [0.058]
    """
    return gap.astype(float).round(3)


def round_score(score: pd.Series, rounded: pd.Series) -> pd.Series:
    """Scores and differences of scores to a tenth of a point, and to whole points where the count of people is rounded.

    Of scores in steps of s points (five questions of five steps each: s is 5) the sum of n people is a multiple of s, and a mean printed
    to a point lets it lie anywhere in n points: where n is s or more, every number of people fits. Beside a rounded count a mean needs
    about 25 people, which covers steps of up to 20. Printed to a tenth of a point it would undo the rounding.

    >>> round_score(pd.Series([-4.26, -4.26, 0.04]), pd.Series([False, True, True])).tolist()
    [-4.3, -4.0, 0.0]
    """
    values = score.astype(float)
    fine, coarse = ((values / step).round() * step for step in (SCORE_STEP, SCORE_STEP_OF_ROUNDED))
    return (fine.where(~rounded.astype(bool), coarse)).round(1) + 0.0
