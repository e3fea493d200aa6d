"""Blocks: parts of a published system that tell nothing about one another, found by exact elimination.

What is published exactly, and that tables agree on their margins, are equations. Elimination brings them into the one form in which each
equation speaks of as few variables as can be (reduced row echelon form). Variables that share an equation of that form belong
together; so do those that share a rounded figure, once the equations have taken out of it what they tell already. Every
constraint then lies inside one block, so the whole tables of the system are all combinations of the whole tables of its blocks.
docs/methods/disclosure.md argues it. Whole numbers throughout, no tolerance; where the work or the numbers would become too large,
the answer is one block, which is always right.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from math import gcd, lcm

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from metrics.disclosure.joint import Joint

MOST_ENTRIES = 4_000_000
"""Entries of the equations while they are solved; beyond that the system is taken as one block."""
LARGEST_NUMBER = 2**20
"""Largest coefficient of a solved equation; published sets give 1 and 2."""
Row = dict[int, int]
"""Variable to its coefficient."""


@dataclass(frozen=True)
class Blocks:
    """How a system falls apart.

    Attributes
    ----------
    of : int array, shape (columns,): the block of each variable, -1 where what is shown determines it
    count : number of blocks
    joint : the system
    tied : the solved equations, one row for each variable that they give, that variable's own coefficient the same in all
    given : the variables that the equations give, in the order of `tied`; `scale` is their coefficient
    """

    of: np.ndarray
    count: int
    joint: Joint
    tied: sparse.csr_matrix | None
    given: np.ndarray
    scale: int

    @cached_property
    def _of_targets(self) -> sparse.csr_matrix:
        """Which blocks each target depends on, once the equations are taken out of it."""
        free = free_part(self.joint.targets, self.tied, self.given, self.scale) if self.tied is not None else self.joint.targets
        kept = free.tocoo()
        inside = self.of[kept.col] >= 0
        marks = (np.ones(int(inside.sum()), dtype=np.int64), (kept.row[inside], self.of[kept.col[inside]]))
        found = sparse.csr_matrix(marks, shape=(free.shape[0], max(self.count, 1)))
        found.sort_indices()
        return found

    def of_target(self, target: int) -> tuple[int, ...]:
        """The blocks that a target depends on; none where what is shown determines it. Its range is the sum of its ranges in them."""
        held = self._of_targets
        return tuple(held.indices[held.indptr[target] : held.indptr[target + 1]].tolist())

    def columns(self, numbers: tuple[int, ...]) -> np.ndarray:
        return np.isin(self.of, numbers)

    @cached_property
    def sizes(self) -> np.ndarray:
        return np.bincount(self.of[self.of >= 0], minlength=self.count)

    def size(self, numbers: tuple[int, ...]) -> int:
        return int(self.sizes[list(numbers)].sum())


def blocks(joint: Joint, low: np.ndarray, high: np.ndarray) -> list[np.ndarray]:
    """Masks over the variables, one for each block. `low`, `high`: what a reader knows of each published set."""
    found = separate(joint, low, high)
    return [found.of == number for number in range(found.count)]


def separate(joint: Joint, low: np.ndarray, high: np.ndarray) -> Blocks:
    """Solve the equations and see which variables they, and the figures that are not exact, hold together."""
    empty = nobody_in(joint, low, high)
    exact = sparse.vstack([joint.regions[low == high], joint.links], format="csr")
    solved = solve([_row(exact, i, empty) for i in range(exact.shape[0])])
    scale = lcm(*(abs(row[own]) for own, row in solved.items())) if solved is not None and solved else 1
    if solved is None or scale > LARGEST_NUMBER or max((max(map(abs, r.values())) for r in solved.values()), default=0) > LARGEST_NUMBER:
        return Blocks(np.zeros(joint.layout.columns, dtype=np.int64), 1, joint, None, np.zeros(0, dtype=np.int64), 1)
    tied, given = _as_matrix(solved, empty, scale, joint.layout.columns)
    vague = free_part(joint.regions[(low < high) & ((low > 0) | np.isfinite(high))], tied, given, scale)
    together = sparse.vstack([tied, vague], format="csr")
    determined = np.zeros(joint.layout.columns, dtype=bool)
    determined[given[np.diff(tied.indptr) == 1]] = True
    of, count = _numbered(_components(together), determined, free_part(joint.targets, tied, given, scale))
    return Blocks(of, count, joint, tied, given, scale)


def nobody_in(joint: Joint, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Variables that must be 0: a figure of 0 empties all that it is the sum of, and an empty side of a margin the other side."""
    empty = np.zeros(joint.layout.columns, dtype=bool)
    upper, lower = (joint.links > 0).astype(np.int64), (joint.links < 0).astype(np.int64)
    nothing = joint.regions[high == 0]
    empty[nothing.indices] = True
    while True:
        held = (~empty).astype(np.int64)
        idle = ((upper @ held) == 0) ^ ((lower @ held) == 0)
        if not idle.any():
            return empty
        empty[joint.links[idle].indices] = True


def free_part(rows: sparse.csr_matrix, tied: sparse.csr_matrix, given: np.ndarray, scale: int) -> sparse.csr_matrix:
    """What is left of some sums of variables when the solved equations have replaced the variables that they give."""
    found = sparse.csr_matrix(rows * scale - rows[:, given] @ tied)
    found.eliminate_zeros()
    return found


def solve(rows: list[Row]) -> dict[int, Row] | None:
    """Reduced row echelon form in whole numbers: variable to the one row that holds it. None where it would become too large.

    Sparse elimination: the variable in the fewest rows goes first, by the shortest row with a coefficient of 1 if there is one.
    """
    held = {number: row for number, row in enumerate(rows) if row}
    where: dict[int, set[int]] = {}
    for number, row in held.items():
        for column in row:
            where.setdefault(column, set()).add(number)
    queue = [(len(members), column) for column, members in where.items()]
    heapify(queue)
    solved: dict[int, Row] = {}
    entries = sum(map(len, rows))
    while queue and entries <= MOST_ENTRIES:
        size, column = heappop(queue)
        members = where[column]
        if len(members) != size or not members:
            continue
        chosen = min(members, key=lambda n: (abs(held[n][column]) != 1, len(held[n]), n))
        row = solved[column] = held.pop(chosen)
        changed = set(row)
        for name in row:
            where[name].discard(chosen)
        for number in sorted(members):
            before = held[number].keys() | set()
            entries += _clear(held[number], row, column)
            after = held[number].keys()
            for name in before - after:
                where[name].discard(number)
            for name in after - before:
                where[name].add(number)
            changed |= before ^ after
        for name in changed:
            if where[name]:
                heappush(queue, (len(where[name]), name))
    return _reduced(solved, entries) if entries <= MOST_ENTRIES else None


def _reduced(solved: dict[int, Row], entries: int) -> dict[int, Row] | None:
    """Each row without the variables that later rows give."""
    for column in reversed(solved):
        row = solved[column]
        for name in [n for n in row if n in solved and n != column]:
            entries += _clear(row, solved[name], name)
        if entries > MOST_ENTRIES:
            return None
    return solved


def _clear(row: Row, by: Row, column: int) -> int:
    """Take `column` out of a row by means of another; the number of entries that this adds."""
    before = len(row)
    shared = gcd(row[column], by[column])
    own, other = by[column] // shared, row[column] // shared
    if own != 1:
        for name in row:
            row[name] *= own
    for name, value in by.items():
        left = row.get(name, 0) - other * value
        if left:
            row[name] = left
        else:
            row.pop(name, None)
    if own not in (1, -1) and (common := gcd(*row.values())) > 1:
        for name in row:
            row[name] //= common
    return len(row) - before


def _row(matrix: sparse.csr_matrix, number: int, empty: np.ndarray) -> Row:
    part = slice(matrix.indptr[number], matrix.indptr[number + 1])
    held = zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True)
    return {column: value for column, value in held if not empty[column]}


def _as_matrix(solved: dict[int, Row], empty: np.ndarray, scale: int, columns: int) -> tuple[sparse.csr_matrix, np.ndarray]:
    """The solved equations, and one for each variable that is 0, as rows in which the variable that they give has `scale`."""
    rows = [*solved.items(), *((own, {own: 1}) for own in np.flatnonzero(empty).tolist())]
    lengths = np.cumsum([0, *(len(row) for _, row in rows)])
    indices = np.array([name for _, row in rows for name in row], dtype=np.int64)
    data = np.array([value * (scale // row[own]) for own, row in rows for value in row.values()], dtype=np.int64)
    matrix = sparse.csr_matrix((data, indices, lengths), shape=(len(rows), columns))
    return matrix, np.array([own for own, _ in rows], dtype=np.int64)


def _components(together: sparse.csr_matrix) -> np.ndarray:
    """Variables that some row holds together have the same number."""
    rows, columns = together.shape
    entries = together.tocoo()
    graph = sparse.coo_matrix((np.ones(together.nnz, dtype=np.int8), (entries.row, rows + entries.col)), shape=(rows + columns,) * 2)
    return np.asarray(connected_components(graph.tocsr(), directed=False)[1][rows:])


def _numbered(component: np.ndarray, determined: np.ndarray, asked: sparse.csr_matrix) -> tuple[np.ndarray, int]:
    """Blocks in order of their first variable; variables that are determined, or that nothing depends on, belong to none."""
    needed = np.zeros(component.max(initial=-1) + 1, dtype=bool)
    needed[component[asked.indices]] = True
    of = np.where(determined | ~needed[component], -1, component)
    names, first, numbers = np.unique(of, return_index=True, return_inverse=True)
    order = np.argsort(first[names >= 0])
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return np.concatenate([[-1], rank])[numbers] if (names < 0).any() else rank[numbers], len(order)
