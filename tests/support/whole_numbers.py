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


@dataclass(frozen=True)
class Found:
    """For each asked sum: the least and largest value of the tables found, and whether no other value is possible.

    `exact` is False where the search stopped because the range is as wide as was asked, or for want of nodes.
    """

    low: np.ndarray
    high: np.ndarray
    exact: np.ndarray

    @property
    def width(self) -> np.ndarray:
        return self.high - self.low


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
        self.solver = self._solver(nodes)
        self.whole = False

    def _solver(self, nodes: int) -> highspy.Highs:
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
        solver.passModel(model)
        return solver

    def fits(self, table: np.ndarray) -> bool:
        sums = self.rows @ table
        return bool((table >= 0).all() and (sums >= self.low).all() and (sums <= self.high).all())

    def least(self, cost: np.ndarray, *, whole: bool = False) -> tuple[float, np.ndarray | None]:
        """The least value of `cost @ people` that is not ruled out, and a whole table near it if one was found."""
        places = np.arange(self.columns, dtype=np.int32)
        if whole != self.whole:
            kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
            self.solver.changeColsIntegrality(self.columns, places, np.full(self.columns, int(kind), dtype=np.uint8))
            self.whole = whole
        self.solver.changeColsCost(self.columns, places, cost.astype(float))
        self.solver.run()
        solution = self.solver.getSolution()
        if not solution.value_valid:
            return -np.inf, None
        optimal = self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
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
        """The range of each row of `sums`; a range that has reached `enough` is not searched further."""
        asked = sparse.csr_matrix(sums)
        wanted = np.broadcast_to(np.asarray(enough, dtype=float), asked.shape[:1])
        start = asked @ self.some()
        low, high, exact = start.copy(), start.copy(), np.zeros(len(start), dtype=bool)
        for number in range(len(start)):
            exact[number] = self._one(asked, number, low, high, wanted[number])
        return Found(low, high, exact)

    def _one(self, asked: sparse.csr_matrix, number: int, low: np.ndarray, high: np.ndarray, enough: float) -> bool:
        """Widens `low` and `high` by every table met; True where the range of this one is then certain."""
        row = asked[number].toarray().ravel()
        for sign in (1, -1):
            for whole in (False, True):
                if high[number] - low[number] >= enough:
                    return False
                bound, table = self.least(sign * row, whole=whole)
                if table is not None:
                    values = asked @ table
                    np.minimum(low, values, out=low)
                    np.maximum(high, values, out=high)
                reached = low[number] if sign == 1 else -high[number]
                if np.ceil(bound - NEARLY) >= reached:
                    break
            else:
                return False
        return True
