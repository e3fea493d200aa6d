"""Proofs that nothing more is possible, in whole numbers: a solver's word is taken as a hint and checked.

Any combination of a system's rows bounds a sum of its variables, whoever proposed the multipliers (weak duality). The solver's are turned
into fractions and the sums done in whole numbers, so no tolerance decides. Where that bound is not enough, the cases `x <= k` and
`x >= k + 1` of one variable are looked at one by one. Each is closed by such a bound, or by a combination that no table can meet; or a
whole table that is found in it ends the search.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from metrics.disclosure.programme import Programme

DENOMINATORS = (1, 2, 12, 5040)
"""Multipliers are offered as floating-point numbers; those of our systems are fractions like these."""
EXACT = 2.0**52
"""Whole numbers up to here, and sums of them, are exact as floating-point numbers."""
MOST_CASES = 100
"""Cases that are looked at for one bound before it is left open."""
Bounds = tuple[np.ndarray, np.ndarray]
"""Least and largest value of each row or variable: whole numbers, or infinite."""


def least_possible(matrix: sparse.csr_matrix, rows: Bounds, columns: Bounds, cost: np.ndarray, multipliers: np.ndarray) -> int | None:
    """A whole number that `cost @ x` is never below, for whole x in `columns` with `matrix @ x` in `rows`; None where nothing is proven.

    `multipliers` : one for each row; any will do, good ones prove more.
    """
    found = [_bound(matrix, rows, columns, cost, np.rint(multipliers * d), d) for d in DENOMINATORS]
    return max((bound for bound in found if bound is not None), default=None)


def _bound(matrix: sparse.csr_matrix, rows: Bounds, columns: Bounds, cost: np.ndarray, weights: np.ndarray, denominator: int) -> int | None:
    """`denominator * cost @ x = weights @ (matrix @ x) + left @ x`, each term at its worst."""
    weights = np.where(np.isfinite(np.where(weights > 0, rows[0], rows[1])), weights, 0.0)
    left = cost * denominator - matrix.T @ weights
    row_ends = np.where(weights > 0, rows[0], np.where(weights < 0, rows[1], 0.0))
    column_ends = np.where(left > 0, columns[0], np.where(left < 0, columns[1], 0.0))
    if not np.isfinite(column_ends).all():
        return None
    largest = abs(matrix).T @ np.abs(weights)
    if max(np.abs(weights) @ np.abs(row_ends), np.abs(left) @ np.abs(column_ends), largest.max(initial=0.0)) >= EXACT:
        return None
    return -(-int(weights @ row_ends + left @ column_ends) // denominator)


def is_least(programme: Programme, cost: np.ndarray, value: int) -> tuple[bool, np.ndarray | None]:
    """Whether `cost @ x >= value` for every whole solution: proven, or a solution for which it is not. (False, None): left open."""
    rows = (programme.low, programme.high)
    cases = [(np.zeros(len(cost)), roof(programme))]
    for _ in range(MOST_CASES):
        columns = cases.pop()
        values, multipliers = programme.case(cost, *columns)
        asked, wanted = (cost, value) if values is not None else (np.zeros(len(cost)), 1)  # 0 @ x >= 1: there is no such x
        bound = least_possible(programme.matrix, rows, columns, asked, multipliers)
        if bound is None or bound < wanted:
            if values is None:
                return False, None
            whole = np.rint(values)
            if cost @ whole < value and solves(programme, whole):
                return False, whole
            split = int(np.abs(values - whole).argmax())
            if values[split] == whole[split]:
                return False, None
            cases += _halves(columns, split, values[split])
        if not cases:
            return True, None
    return False, None


def roof(programme: Programme) -> np.ndarray:
    """What a figure allows its parts to be at most: no sum of numbers of people is less than one of them."""
    sums = np.flatnonzero(np.isfinite(programme.high))
    held = programme.matrix[sums]
    plain = np.asarray(held.min(axis=1).todense()).ravel() >= 0
    entries = held[plain].tocoo()
    found = np.full(len(programme.columns), np.inf)
    np.minimum.at(found, entries.col, programme.high[sums[plain]][entries.row] // entries.data)
    return found


def solves(programme: Programme, whole: np.ndarray) -> bool:
    sizes = programme.matrix @ whole
    return bool((whole >= 0).all() and (sizes >= programme.low).all() and (sizes <= programme.high).all())


def _halves(columns: Bounds, split: int, value: float) -> list[Bounds]:
    """One variable at most, or at least; the nearer half is looked at first."""
    low, high = columns
    below, above = high.copy(), low.copy()
    below[split], above[split] = np.floor(value), np.floor(value) + 1
    lower, upper = (low, below), (above, high)
    return [upper, lower] if value - np.floor(value) <= 0.5 else [lower, upper]
