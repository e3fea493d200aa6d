"""Where a target's path stands on a day: straight lines between dated points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np


def path_value(day: date, points: Sequence[tuple[date, float]]) -> float:
    """Value of the path on `day`, counted in days: missing before the first point, the last value after the last.

    Parameters
    ----------
    points : dated values; the baseline first where there is one, else the path starts at the first milestone

    >>> points = [(date(2024, 3, 31), 25.0), (date(2026, 3, 31), 29.5)]
    >>> path_value(date(2025, 3, 31), points), path_value(date(2030, 1, 1), points)
    (27.25, 29.5)
    """
    if not points:
        return float("nan")
    ordered = sorted(points)
    days = [p[0].toordinal() for p in ordered]
    return float(np.interp(day.toordinal(), days, [p[1] for p in ordered], left=np.nan))
