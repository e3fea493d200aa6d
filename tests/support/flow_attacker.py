"""An attacker who reads staff at both ends of a span beside joiners and leavers, and assumes that nobody changed a unit or an answer.

Independent of the product's certifier: the unknowns are the people in each combination of unit, categories and way of moving; what
is shown restricts them; a mixed-integer programme gives the least and largest size of any set of people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from metrics.query.counts import Region, UnitTree

WAYS = {"later": ("stayed", "joined"), "earlier": ("stayed", "left"), "joined": ("joined",), "left": ("left",)}
AXIS = "joined_or_left"


@dataclass
class FlowAttacker:
    """Facts are added with `see`; `range_of` says what they leave possible."""

    tree: UnitTree
    categories: Mapping[str, Sequence[str]]
    rows: list[np.ndarray] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    sums: list[tuple[np.ndarray, float, float]] = field(default_factory=list)
    most: float = 1.0
    """What one person can have of a sum that is published."""
    movements: Sequence[str] = ("stayed", "joined", "left")
    """Ways of having been there; where several spans are read together, others than these."""

    def __post_init__(self) -> None:
        self.cells = list(product(self.tree.parents, *self.categories.values(), self.movements))

    def row(self, region: Region, ways: Iterable[str]) -> np.ndarray:
        """Which combinations a set of people admits."""
        where = {axis: {c for atom in atoms for c in atom.split("|")} for axis, atoms in region.where}
        own = where.pop(AXIS, set(self.movements))
        admitted = own & set(ways)
        found = []
        for unit, *held, way in self.cells:
            answers = dict(zip(self.categories, held, strict=True))
            inside = region.unit in self.tree.above(unit) and way in admitted
            found.append(inside and all(answers[axis] in wanted for axis, wanted in where.items() if axis in answers))
        return np.array(found, dtype=float)

    def see(self, region: Region, ways: Iterable[str], shown: float, chain: Sequence[int]) -> None:
        """A figure as an audience sees it; a rounded one says that the count was rounded half up to each base in turn."""
        self.rows.append(self.row(region, ways))
        fitting = [n for n in range(int(shown) + 1 + sum(chain)) if _rounded(n, chain) == shown]
        self.low.append(min(fitting))
        self.high.append(max(fitting))

    def see_sum(self, region: Region, low: float, high: float) -> None:
        """A sum over people, such as full-time equivalents, that lies from `low` up to `high`."""
        self.sums.append((self.row(region, WAYS["later"]), low, high))

    def range_of(self, region: Region, ways: Iterable[str], less: tuple[Region, Iterable[str]] | None = None) -> tuple[int, int]:
        aim = self.row(region, ways)
        if less is not None:
            aim = aim - self.row(*less)
        facts, whole = self._facts(len(aim))
        bounds = []
        for sign in (1, -1):
            cost = np.concatenate([sign * aim, np.zeros(len(whole) - len(aim))])
            found = milp(cost, constraints=facts, integrality=whole, bounds=Bounds(0, 10_000))
            assert found.success, found.message
            bounds.append(round(float(aim @ np.round(found.x[: len(aim)]))))
        return bounds[0], bounds[1]

    def _facts(self, people: int) -> tuple[LinearConstraint, np.ndarray]:
        """Head counts are whole; behind them, where sums are known, what the people of each combination have: at most `most` each."""
        counts = sparse.csr_matrix(np.array(self.rows))
        if not self.sums:
            return LinearConstraint(counts, self.low, self.high), np.ones(people)
        sums = sparse.csr_matrix(np.array([row for row, _, _ in self.sums]))
        each = sparse.hstack([-self.most * sparse.eye(people), sparse.eye(people)])
        matrix = sparse.vstack([sparse.block_diag([counts, sums]), each], format="csr")
        low = [*self.low, *(low for _, low, _ in self.sums), *[-np.inf] * people]
        high = [*self.high, *(high for _, _, high in self.sums), *[0.0] * people]
        return LinearConstraint(matrix, low, high), np.concatenate([np.ones(people), np.zeros(people)])


def _rounded(n: int, chain: Sequence[int]) -> int:
    for base in chain:
        n = (n + base // 2) // base * base
    return n
