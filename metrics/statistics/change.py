"""The difference of two estimates from their values and limits: has a figure truly moved?"""

from __future__ import annotations

import numpy as np
import pandas as pd


def difference(now: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    """Later minus earlier, with limits made from the limits of both: the square-and-add form of Newcombe's interval.

    Works for whatever has an interval of its own: shares, means, medians, gaps. Both are taken as independent; staff
    who are counted on both days make the true interval narrower, so "truly moved" is said too rarely, never too often.

    Parameters
    ----------
    now, then : DataFrame with `value`, `lower`, `upper`, same index

    Returns
    -------
    DataFrame : `change`, `change_lower`, `change_upper`; limits missing where either side has none

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873; Zou and Donner (2008), Statistics in Medicine 27:1693 (MOVER).

    >>> row = lambda *x: pd.DataFrame([x], columns=["value", "lower", "upper"])
    >>> difference(row(0.15, 0.1190, 0.1875), row(0.10, 0.0737, 0.1343)).round(3).values.tolist()
    [[0.05, 0.004, 0.096]]
    """
    change = now["value"] - then["value"]
    down = ((now["value"] - now["lower"]) ** 2 + (then["upper"] - then["value"]) ** 2) ** 0.5
    up = ((now["upper"] - now["value"]) ** 2 + (then["value"] - then["lower"]) ** 2) ** 0.5
    return pd.DataFrame({"change": change, "change_lower": change - down, "change_upper": change + up})


def difference_of_ratios(now: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    """As `difference`, of ratios: the two are told apart on the log scale, where their intervals are symmetric.

    The limits are those of the quotient now / then, put beside the earlier figure again: they leave out 0 exactly where the interval of
    the quotient leaves out 1. For log intervals (Katz, Woolf) of independent pools that is the usual test of two ratios.

    References
    ----------
    Altman and Bland (2003), BMJ 326:219, on the ratio of two relative risks.

    >>> row = lambda *x: pd.DataFrame([x], columns=["value", "lower", "upper"])
    >>> difference_of_ratios(row(1.2, 0.9, 1.6), row(1.8, 1.5, 2.16)).round(3).values.tolist()
    [[-0.6, -0.946, -0.113]]
    """
    logs = difference(*(pd.DataFrame(np.log(side.where(side > 0))) for side in (now, then)))
    was = then["value"]
    return pd.DataFrame(
        {
            "change": now["value"] - was,
            "change_lower": was * np.expm1(logs["change_lower"]),
            "change_upper": was * np.expm1(logs["change_upper"]),
        }
    )
