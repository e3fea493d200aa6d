"""What share of the people who join would take a group to a target: the arithmetic of stock and flow, year by year.

With as many joiners as leavers, so that the workforce stays as large as it is, and a share h of the joiners in the group,

    s(t + 1) = s(t) (1 - g) + h (s(t) g + (1 - s(t)) o)

where a part g of the group and a part o of everybody else leaves each year. Where only one leaving rate q is known, g = o = q and
h = (target - s (1 - q)^T) / (1 - (1 - q)^T).
"""

from __future__ import annotations

import math
from itertools import product

HALVINGS = 60


def share_after(share: float, joining: float, leaving: float, others_leaving: float, years: float) -> float:
    """Share of the workforce after `years` when a share `joining` of those who join belongs to the group.

    The recurrence is linear, s(t + 1) = a s(t) + b, so that parts of a year are what the same curve gives between two years.

    >>> round(share_after(0.28, 0.622, leaving=0.10, others_leaving=0.10, years=5), 3)
    0.42
    """
    kept = 1 - leaving + (leaving - others_leaving) * joining
    added = others_leaving * joining
    left_over = kept**years
    whole = (1 - left_over) / (1 - kept) if kept < 1 else years
    return float(share * left_over + added * whole)


def required_share_of_hires(share: float, target: float, leaving: float, years: float, others_leaving: float | None = None) -> float:
    """Share of those who join that takes a group from `share` to `target` of the workforce in `years` years.

    Parameters
    ----------
    share, target : of the workforce, 0 to 1
    leaving : part of the group that leaves in a year; of everybody, where `others_leaving` is left out
    others_leaving : part of everybody else that leaves in a year

    Returns
    -------
    float : 0 to 1; infinite where not even joiners who all belong to the group would reach the target; minus infinite where the share
        would be above it though nobody who joins belongs to the group; missing where nobody leaves or no time is left

    >>> round(required_share_of_hires(0.28, 0.42, leaving=0.10, years=5), 3)
    0.622
    >>> required_share_of_hires(0.28, 0.42, leaving=0.02, years=5)
    inf
    """
    others = leaving if others_leaving is None else others_leaving
    if not (0 <= leaving <= 1 and 0 <= others <= 1 and leaving + others > 0 and years > 0 and 0 <= share <= 1):
        return float("nan")
    if share_after(share, 1.0, leaving, others, years) < target:
        return math.inf
    if share_after(share, 0.0, leaving, others, years) > target:
        return -math.inf
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if share_after(share, middle, leaving, others, years) < target else (low, middle)
    return high


def required_range(
    share: tuple[float, float],
    target: float,
    leaving: tuple[float, float],
    years: float,
    others_leaving: tuple[float, float] | None = None,
) -> tuple[float, float]:
    """Lowest and highest required share when the share and the leaving rates lie anywhere between two values each.

    The required share falls as the group's share or the others' leaving rises, and rises or falls all the way with each of the rates:
    its extremes are at the corners.

    >>> [round(x, 2) for x in required_range((0.27, 0.29), 0.42, (0.08, 0.12), 5)]
    [0.57, 0.71]
    """
    others: tuple[float | None, ...] = (None,) if others_leaving is None else others_leaving
    found = [required_share_of_hires(s, target, q, years, o) for s, q, o in product(share, leaving, others)]
    return (float("nan"), float("nan")) if any(math.isnan(h) for h in found) else (min(found), max(found))
