"""Which axes are counted together: the fewest tables that answer everything published and still describe one population.

Every published set names some axes and a depth in the organisation. Axes that meet in a published set must meet in a
table. Beyond that the tables are made *decomposable*: axes and unit levels are the corners of a graph, a set joins its
corners, the graph is made chordal (no ring of four or more corners without a short cut), and the tables are its maximal
cliques. The reason is the proof that `disclosure` gives. Tables that agree wherever they overlap need not come from any
one population when they overlap in a ring (ethnicity by grade, grade by sex, sex by ethnicity). When they are decomposable,
tables that agree pairwise always extend to one joint table (Vorob'ev 1962; Lauritzen 1996, 3.3), with whole numbers too. So
somebody who sees only these margins is modelled exactly, table by table, and neither too weak nor too strong.

A unit at one depth decides the units above it, so a table that reaches depth 2 also holds depth 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations

Corner = str | int
"""An axis by name, or a level of the organisation by its depth (1 and deeper; the council itself needs no corner)."""

Clique = frozenset[Corner]


def corners(axes: Iterable[str], depth: int) -> Clique:
    return frozenset([*axes, *range(1, depth + 1)])


def depth_of(clique: Clique) -> int:
    return max((c for c in clique if isinstance(c, int)), default=0)


def axes_of(clique: Clique) -> tuple[str, ...]:
    return tuple(sorted(c for c in clique if isinstance(c, str)))


def maximal(sets: Iterable[Clique]) -> list[Clique]:
    kept: list[Clique] = []
    for candidate in sorted(set(sets), key=lambda s: (-len(s), sorted(map(str, s)))):
        if not any(candidate <= bigger for bigger in kept):
            kept.append(candidate)
    return kept


def decomposable(sets: Iterable[Clique], size: Callable[[Clique], int]) -> list[Clique]:
    """Maximal cliques of a chordal graph that covers every set; `size` (potential cells) decides which short cuts are added.

    >>> [sorted(c) for c in decomposable(map(frozenset, ["ab", "bc", "cd"]), len)]
    [['a', 'b'], ['b', 'c'], ['c', 'd']]
    >>> [sorted(c) for c in decomposable(map(frozenset, ["ab", "bc", "ca"]), len)]
    [['a', 'b', 'c']]
    """
    needed = maximal(sets)
    beside: dict[Corner, set[Corner]] = {corner: set() for s in needed for corner in s}
    for s in needed:
        for one, other in combinations(s, 2):
            beside[one].add(other)
            beside[other].add(one)
    found: list[Clique] = []
    while beside:
        corner = min(beside, key=lambda c: (*_cost(beside, c, size), str(c)))
        clique = frozenset({corner, *beside[corner]})
        found.append(clique)
        for one, other in combinations(clique - {corner}, 2):
            beside[one].add(other)
            beside[other].add(one)
        for neighbour in beside.pop(corner):
            beside[neighbour].discard(corner)
    return maximal(found) or [frozenset()]


def _cost(beside: dict[Corner, set[Corner]], corner: Corner, size: Callable[[Clique], int]) -> tuple[bool, int]:
    """Corners that need no short cut go first, then those that make the smallest table."""
    around = beside[corner]
    needs_short_cut = any(other not in beside[one] for one, other in combinations(around, 2))
    return needs_short_cut, size(frozenset({corner, *around}))
