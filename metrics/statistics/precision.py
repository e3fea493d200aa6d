"""Pay is published no finer than it is paid: more digits would tell how many people an amount was divided by."""

from __future__ import annotations

import pandas as pd

YEARLY_FROM = 1_000.0
"""Amounts from here on are yearly or monthly pay, in whole units of money; below it they are hourly rates, in hundredths."""
HOURLY_STEP, YEARLY_STEP = 0.01, 10.0


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
