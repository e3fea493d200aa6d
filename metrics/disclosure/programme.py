"""Linear and whole-number programmes over part of the joint system, solved with HiGHS, one thread, always the same way."""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

from metrics.disclosure.joint import Joint

SEED = 5
DUAL, PRIMAL = 1, 4
"""Ways of the simplex method. After a change of costs alone the last solution is still one, which the primal way begins with; the dual
way would look for one anew, which takes fifty times as long on a block of 4,000 variables."""
TINY = 1e-9
"""Multipliers below this are noise; what is made of the others is checked in whole numbers."""


class Programme:
    """A part of the joint system.

    `restricted`: only `columns` may differ from the start table, everything else stays as it is there. What holds in it
    holds in the joint system: a table found here is a witness.
    `relaxed`: only rows that lie inside `columns` count. A cell that is narrow here is narrow in the joint system.
    """

    def __init__(
        self,
        joint: Joint,
        low: np.ndarray,
        high: np.ndarray,
        start: np.ndarray,
        columns: np.ndarray,
        *,
        relaxed: bool,
        room: int,
        nodes: int = 20,
        warm: bool = False,
    ) -> None:
        self.columns = np.flatnonzero(columns)
        self.start = start
        count = joint.regions.shape[0]
        rows = sparse.vstack([joint.rows, joint.implied], format="csr") if relaxed else joint.rows
        touches = np.diff(rows[:, self.columns].indptr)
        wanted = touches > 0
        if relaxed:
            wanted &= touches == np.diff(rows.indptr)
        bound_low = np.concatenate([low, np.zeros(rows.shape[0] - count)])
        bound_high = np.concatenate([high, np.zeros(rows.shape[0] - count)])
        wanted &= np.isfinite(bound_low) | np.isfinite(bound_high)
        self.row_ids = np.flatnonzero(wanted)
        self.region_rows = {int(row): i for i, row in enumerate(self.row_ids) if row < count}
        self.matrix = rows[self.row_ids][:, self.columns].tocsr()
        fixed = np.zeros(len(self.row_ids)) if relaxed else rows[self.row_ids] @ start - self.matrix @ start[self.columns]
        self.low, self.high = bound_low[self.row_ids] - fixed, bound_high[self.row_ids] - fixed
        self.room, self.warm = room, warm
        self.solver = _solver(self.matrix, self.low, self.high, start[self.columns] + room, nodes)
        self.whole = False
        self.at_solution = False
        """Whether the solver stands at a solution in fractions of the programme as it is now, and goes on from it (`warm`).

        Not where `binding` decides what is hidden: where the primal way ends, other figures bind, and far more is hidden for them.
        """

    def free(self, region: int) -> None:
        """The region's figure is not shown any more."""
        if region in self.region_rows:
            row = self.region_rows[region]
            self.low[row], self.high[row] = -np.inf, np.inf
            self.solver.changeRowBounds(row, -highspy.kHighsInf, highspy.kHighsInf)

    def least(self, cost: np.ndarray, *, whole: bool = False) -> np.ndarray | None:
        """Values of `columns` that make `cost` least; None where the solver gives none."""
        self._ask_whole(whole)
        self.solver.setOptionValue("simplex_strategy", PRIMAL if self.at_solution and not whole else DUAL)
        self.solver.changeColsCost(len(self.columns), np.arange(len(self.columns), dtype=np.int32), np.asarray(cost, dtype=np.float64))
        self.solver.run()
        self.optimal = self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        self.at_solution = self.warm and self.optimal and not whole
        solution = self.solver.getSolution()
        return np.asarray(solution.col_value) if solution.value_valid else None

    def at_most(self, row: np.ndarray, most: float, *, whole: bool) -> np.ndarray | None:
        """Values of `columns` for which `row` comes to no more than `most`, with few people where the start has nobody.

        None where none were found. Whether there are any is mostly answered at once, where the least value itself would be searched for.
        """
        held = np.flatnonzero(row)
        self.at_solution = False
        self.solver.addRow(-highspy.kHighsInf, most, len(held), held.astype(np.int32), row[held].astype(np.float64))
        try:
            return self.least((self.start[self.columns] == 0).astype(float), whole=whole)
        finally:
            self.solver.deleteRows(1, np.array([len(self.row_ids)], dtype=np.int32))
            self.at_solution = False

    def _ask_whole(self, whole: bool) -> None:
        if whole != self.whole:
            kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
            count = len(self.columns)
            self.solver.changeColsIntegrality(count, np.arange(count, dtype=np.int32), np.full(count, int(kind), dtype=np.uint8))
            self.whole = whole

    def case(self, cost: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
        """The relaxed programme with narrower variables: its solution, and multipliers that show why there is no better one.

        None where it has no solution, with multipliers that show why there is none.
        """
        count = len(self.columns)
        places = np.arange(count, dtype=np.int32)
        most = np.minimum(high, self.start[self.columns] + self.room)
        self.solver.changeColsBounds(count, places, low.astype(np.float64), np.maximum(most, low).astype(np.float64))
        self.at_solution = False
        values = self.least(cost)
        found = values is not None and self.optimal
        multipliers = np.asarray(self.solver.getSolution().row_dual) if found else self._reason()
        self.solver.changeColsBounds(count, places, np.zeros(count), (self.start[self.columns] + self.room).astype(np.float64))
        self.at_solution = False
        return values if found else None, multipliers

    def _reason(self) -> np.ndarray:
        """Multipliers of a combination of rows that no solution can meet; zeros where the solver gives none."""
        if self.solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            _, there, ray = self.solver.getDualRay()  # type: ignore[attr-defined]
            scale = np.abs(ray[np.abs(ray) > TINY]).min(initial=np.inf) if there else np.inf
            if np.isfinite(scale):
                return np.asarray(ray) / scale
        return np.zeros(len(self.row_ids))

    def binding(self) -> list[int]:
        """Regions whose shown figure holds the last programme's optimum where it is."""
        duals = np.asarray(self.solver.getSolution().row_dual)
        if len(duals) != len(self.row_ids):
            return []
        return sorted(region for region, i in self.region_rows.items() if abs(duals[i]) > 1e-7)

    def whole_table(self, values: np.ndarray) -> np.ndarray:
        """The full table, rounded to whole numbers; whether it fits is for the caller to check."""
        table = self.start.copy()
        table[self.columns] = np.rint(values).astype(np.int64)
        return table


def _solver(matrix: sparse.csr_matrix, low: np.ndarray, high: np.ndarray, upper: np.ndarray, nodes: int) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", SEED)
    solver.setOptionValue("mip_max_nodes", nodes)
    solver.setOptionValue("mip_rel_gap", 0.0)
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = np.zeros(matrix.shape[1])
    model.col_lower_ = np.zeros(matrix.shape[1])
    model.col_upper_ = np.asarray(upper, dtype=np.float64)
    model.row_lower_ = np.asarray(low, dtype=np.float64)
    model.row_upper_ = np.asarray(high, dtype=np.float64)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = matrix.data.astype(np.float64)
    solver.passModel(model)
    return solver
