"""What whole, non-negative numbers of people can be, given least and largest values of sums of them.

An attacker's arithmetic, written without the product's: it is handed rows and bounds, and knows of no table, unit or rule.
A value counts as possible only if a whole table was found that has it, checked in whole numbers; as impossible only if a
programme with fewer demands (fractions of people allowed) or a finished whole-number programme rules it out.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

NEARLY = 1e-6
PATIENCE = 3
"""Random directions in a row that may bring nothing before each sum is asked for by itself."""


@dataclass(frozen=True)
class Found:
    """For each asked sum: values of tables that were found (`low` to `high`), and values that are not ruled out (`least` to `most`)."""

    low: np.ndarray
    high: np.ndarray
    least: np.ndarray
    most: np.ndarray

    @property
    def exact(self) -> np.ndarray:
        return np.asarray((self.low == self.least) & (self.high == self.most))

    @property
    def width(self) -> np.ndarray:
        return self.high - self.low

    @property
    def room(self) -> np.ndarray:
        """The width is not more than this."""
        return self.most - self.least


class WholeNumbers:
    """`low <= rows @ people <= high`, people whole and not negative.

    Parameters
    ----------
    rows : sparse, shape (facts, people)
    low, high : shape (facts,); infinite where nothing is known
    nodes : how many branches a whole-number programme may take
    """

    def __init__(self, rows: sparse.spmatrix, low: np.ndarray, high: np.ndarray, nodes: int = 2_000) -> None:
        known = np.isfinite(low) | np.isfinite(high)
        self.rows, self.low, self.high = sparse.csr_matrix(rows)[known], low[known], high[known]
        self.columns = self.rows.shape[1]
        self.solvers = {whole: self._solver(whole, nodes) for whole in (False, True)}

    def _solver(self, whole: bool, nodes: int) -> highspy.Highs:
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in {"output_flag": False, "threads": 1, "random_seed": 1, "mip_max_nodes": nodes, "mip_rel_gap": 0.0}.items():
            solver.setOptionValue(option, value)
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = self.rows.shape
        model.col_cost_ = model.col_lower_ = np.zeros(self.columns)
        model.col_upper_ = np.full(self.columns, highspy.kHighsInf)
        model.row_lower_, model.row_upper_ = self.low.astype(float), self.high.astype(float)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_ = self.rows.indptr.astype(np.int32), self.rows.indices.astype(np.int32)
        model.a_matrix_.value_ = self.rows.data.astype(float)
        if whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * self.columns
        solver.passModel(model)
        return solver

    def fits(self, table: np.ndarray) -> bool:
        sums = self.rows @ table
        return bool((table >= 0).all() and (sums >= self.low).all() and (sums <= self.high).all())

    def least(self, cost: np.ndarray, *, whole: bool = False) -> tuple[float, np.ndarray | None]:
        """The least value of `cost @ people` that is not ruled out, and a whole table near it if one was found."""
        solver = self.solvers[whole]
        solver.changeColsCost(self.columns, np.arange(self.columns, dtype=np.int32), cost.astype(float))
        solver.run()
        solution = solver.getSolution()
        if not solution.value_valid:
            return -np.inf, None
        optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        table = np.rint(np.asarray(solution.col_value)).astype(np.int64)
        bound = float(cost @ np.asarray(solution.col_value)) if optimal else -np.inf
        return bound, table if self.fits(table) else None

    def some(self) -> np.ndarray:
        """Any whole table that fits; an error where there is none, for then the facts are not true of anybody."""
        for whole in (False, True):
            _, table = self.least(np.zeros(self.columns), whole=whole)
            if table is not None:
                return table
        raise ValueError("no whole table fits the facts")

    def ranges(self, sums: sparse.spmatrix, enough: np.ndarray | float = np.inf) -> Found:
        """The range of each row of `sums`. Where `enough` is given: searched until it is known whether the width reaches it, and
        whether there is more than one value; without it, to the end."""
        asked = sparse.csr_matrix(sums)
        wanted = np.broadcast_to(np.asarray(enough, dtype=float), asked.shape[:1])
        start = (asked @ self.some()).astype(float)
        found = Found(start.copy(), start.copy(), np.zeros(len(start)), np.full(len(start), np.inf))
        if np.isfinite(wanted).any():
            self._look_around(asked, found, wanted)
        for number in range(len(start)):
            self._one(asked, number, found, wanted[number])
        return found

    def _look_around(self, asked: sparse.csr_matrix, found: Found, wanted: np.ndarray) -> None:
        """Random directions over all sums that are not wide enough yet: one solve may widen many."""
        rng = np.random.default_rng(1)
        idle, before = 0, len(wanted)
        while idle < PATIENCE:
            narrow = np.flatnonzero(found.width < wanted)
            idle, before = (idle + 1 if len(narrow) == before else 0), len(narrow)
            if not len(narrow):
                return
            cost = asked[narrow].T @ (rng.choice([-1, 1], len(narrow)) * rng.integers(1, 4, len(narrow)))
            for sign in (1, -1):
                table = self.least(sign * cost)[1]
                _widen(found, asked, table if table is not None else self.least(sign * cost, whole=True)[1])

    def _one(self, asked: sparse.csr_matrix, number: int, found: Found, enough: float) -> None:
        row = asked[number].toarray().ravel()
        for whole in (False, True):
            for sign in (1, -1):
                if _settled(found, number, enough):
                    return
                bound, table = self.least(sign * row, whole=whole)
                _widen(found, asked, table)
                if sign == 1:
                    found.least[number] = max(found.least[number], np.ceil(bound - NEARLY))
                else:
                    found.most[number] = min(found.most[number], np.floor(-bound + NEARLY))


def _settled(found: Found, number: int, enough: float) -> bool:
    if found.width[number] >= enough or found.exact[number]:
        return True
    return bool(found.room[number] < enough < np.inf and (found.width[number] > 0 or found.room[number] == 0))


def _widen(found: Found, asked: sparse.csr_matrix, table: np.ndarray | None) -> None:
    if table is not None:
        values = asked @ table
        np.minimum(found.low, values, out=found.low)
        np.maximum(found.high, values, out=found.high)
