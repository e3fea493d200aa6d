"""How near a reader can place a pay figure that is hidden: linear programmes over people and what they are paid together.

The reader knows what an audience is shown of one dataset and day: counts, exact or rounded, and means to the step in which they
are printed; and the lowest and the highest pay that anybody has. Unknown are the people of each finest cell and the sum of their
pay. A mean is a quotient of two sums, so each end of its range is one linear programme, scaled so that the people of the set are
one (Charnes and Cooper 1962, Naval Research Logistics Quarterly 9:181). The ranges are as wide as that knowledge leaves them: people
need not be whole here, and whoever knows more does better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from metrics.disclosure.joint import build_joint
from metrics.disclosure.structure import Structure


@dataclass(frozen=True)
class Mean:
    """The mean of a set (a region, or one region without others) lies from `low` to `high`."""

    plus: int
    minus: tuple[int, ...]
    low: float
    high: float

    def within(self, truth: float) -> float:
        """How far the farther end is from the truth, as a share of it."""
        return max(self.high - truth, truth - self.low) / truth


@dataclass(frozen=True)
class Knowledge:
    """What a reader knows.

    Attributes
    ----------
    low, high : least and largest people of each region; shape (regions,)
    means : region to the least and largest mean that is printed so
    lowest, highest : pay of one person
    """

    structure: Structure
    low: np.ndarray
    high: np.ndarray
    means: Mapping[int, tuple[float, float]]
    lowest: float
    highest: float


class PayAttack:
    """Unknowns: people of each variable of the joint system, then the sums of their pay, then the scale."""

    def __init__(self, known: Knowledge) -> None:
        self.joint = build_joint(known.structure)
        self.known = known
        columns = self.joint.regions.shape[1]
        none, one = sparse.csr_matrix((0, columns)), sparse.identity(columns, format="csr")
        regions, links = self.joint.regions.astype(float), self.joint.links.astype(float)
        finite = np.isfinite(known.high)
        rows = [
            self._rows(-regions, None, known.low),
            self._rows(regions[finite], None, -known.high[finite]),
            self._rows(known.lowest * one, -one),
            self._rows(-known.highest * one, one),
        ]
        shown = sorted(known.means)
        if shown:
            here = regions[shown]
            ends = np.array([known.means[r] for r in shown])
            rows += [
                self._rows(sparse.diags(ends[:, 0]) @ here, -here),
                self._rows(-sparse.diags(ends[:, 1]) @ here, here),
            ]
        self.least = sparse.vstack(rows, format="csr")
        self.equal = sparse.vstack([self._rows(links, none), self._rows(None, links)], format="csr")

    def _rows(self, people: object, pay: object, scale: np.ndarray | None = None) -> sparse.csr_matrix:
        """Rows over people, pay and scale; None and an empty matrix stand for zeros."""
        given = [m for m in (people, pay) if m is not None and m.shape[0]]  # type: ignore[attr-defined]
        height, columns = given[0].shape  # type: ignore[attr-defined]
        empty = sparse.csr_matrix((height, columns))
        parts = [m if m is not None and m.shape[0] else empty for m in (people, pay)]  # type: ignore[attr-defined]
        last = sparse.csr_matrix((height, 1)) if scale is None else sparse.csr_matrix(scale.reshape(-1, 1))
        return sparse.hstack([*parts, last], format="csr")

    def mean(self, plus: int, minus: Sequence[int] = ()) -> Mean:
        """The range of the mean of a set, or of one set without others inside it."""
        people = self.joint.regions[[plus]] - (self.joint.regions[list(minus)].sum(axis=0) if minus else 0)
        row = sparse.csr_matrix(people, dtype=float)
        one = self._rows(row, None)
        cost = self._rows(None, row).toarray().ravel()
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(
                sign * cost,
                A_ub=self.least,
                b_ub=np.zeros(self.least.shape[0]),
                A_eq=sparse.vstack([self.equal, one], format="csr"),
                b_eq=np.append(np.zeros(self.equal.shape[0]), 1.0),
                bounds=(0, None),
                method="highs",
            )
            if found.status == 2:
                raise ValueError("nobody and nothing paid agree with what was read")
            ends.append(sign * found.fun if found.status == 0 else (self.known.lowest if sign > 0 else self.known.highest))
        return Mean(plus, tuple(minus), *ends)
