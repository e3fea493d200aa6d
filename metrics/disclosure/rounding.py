"""Rounding of counts, and what a reader who knows the rule can undo."""

from __future__ import annotations

import numpy as np

Chain = tuple[int, ...]
"""The bases a count was rounded to, one after the other; empty: shown as it is."""


def round_half_up(values: np.ndarray, base: int) -> np.ndarray:
    """To the nearest multiple of `base`, halves up: to 5, 2 becomes 0 and 3 becomes 5."""
    whole = np.asarray(values, dtype=np.int64)
    return (2 * whole + base) // (2 * base) * base


def interval(shown: int, chain: Chain) -> tuple[int, int]:
    """The least and the largest whole count that rounding along `chain` turns into `shown`.

    >>> interval(0, (5,)), interval(25, (5,)), interval(10, (10,)), interval(10, (5, 10))
    ((0, 2), (23, 27), (5, 14), (3, 12))
    """
    low = high = int(shown)
    for position in range(len(chain) - 1, -1, -1):
        base = chain[position]
        # every multiple of `base` between low and high may be what this step gave
        first, last = -(-low // base) * base, high // base * base
        low, high = -(-(2 * first - base) // 2), -(-(2 * last + base) // 2) - 1
        low = max(low, 0)
    return low, high
