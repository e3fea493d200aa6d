"""Parts of the joint system in which witnesses are looked for: small ones first, each sound by itself.

Whatever is left out of a part is held at the truth, which gives the attacker more than anybody is shown.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from metrics.disclosure.joint import Joint


class Games:
    def __init__(self, joint: Joint, start: np.ndarray) -> None:
        self.joint = joint
        self.structure = joint.structure
        self.place = {unit: i for i, unit in enumerate(joint.units)}
        layers = joint.layout.layers
        self.column_depth = np.array([layer.depth for layer in layers], dtype=np.int64)[joint.column_layer]
        self.column_table = np.array([layer.table for layer in layers], dtype=np.int64)[joint.column_layer]
        unit_depth = np.array([self.structure.depths[u] for u in joint.units])
        self.at_home = unit_depth[joint.column_unit] == self.column_depth
        first = self.column_table == 0
        deepest = max((layer.depth for layer in layers if layer.table == 0), default=0)
        self.held = np.asarray(start > 0)
        """Categories that somebody holds are enough to exchange people, and make much smaller programmes."""
        self.sizes = self._sizes(start, first & (self.column_depth == deepest))

    def _sizes(self, start: np.ndarray, finest: np.ndarray) -> dict[str, int]:
        """People of each unit and all below it: who can lend people to whom."""
        own = np.bincount(self.joint.column_unit[finest], weights=start[finest], minlength=len(self.joint.units))
        found = dict.fromkeys(self.joint.units, 0)
        for unit, people in zip(self.joint.units, own.tolist(), strict=True):
            for above in self.structure.tree.above(unit):
                found[above] += int(people)
        return found

    @cached_property
    def target_units(self) -> list[str]:
        """The unit that each target speaks of."""
        regions, left = self.structure.regions, self.structure.remainders
        return [*(r.unit for r in regions), *(regions[outer].unit for outer, _ in left), *(unit for _, unit in self.joint.own)]

    @cached_property
    def target_tables(self) -> np.ndarray:
        """The table that each target's variables belong to; -1 where they are spread over several."""
        targets = self.joint.targets
        tables = self.column_table[targets.indices]
        filled = np.diff(targets.indptr) > 0
        found = np.full(targets.shape[0], -1)
        starts = targets.indptr[:-1][filled]
        least, most = np.minimum.reduceat(tables, starts), np.maximum.reduceat(tables, starts)
        found[filled] = np.where(least == most, least, -1)
        return found

    def table(self, table: int) -> np.ndarray:
        """One table: its shared margins are given away exactly."""
        return np.asarray(self.column_table == table)

    def below(self, unit: str) -> np.ndarray:
        """All units below one, in all tables: its own figures are given away exactly."""
        inside = np.array([unit in self.structure.tree.above(u) for u in self.joint.units], dtype=bool)[self.joint.column_unit]
        return np.asarray(inside & (self.column_depth > self.structure.depths[unit]))

    def home(self, *units: str) -> np.ndarray:
        """Figures of these units, in all tables."""
        return np.asarray(self.at_home & np.isin(self.joint.column_unit, [self.place[u] for u in units]))

    def family(self, unit: str) -> np.ndarray:
        """Figures of a unit and of those directly below it."""
        lower = np.isin(self.joint.column_unit, [self.place[u] for u in (unit, *self.structure.children[unit])])
        return np.asarray(self.home(unit) | (lower & (self.column_depth == self.structure.depths[unit] + 1)))

    def partners(self, unit: str, most: int) -> list[str]:
        """The largest other units under the same parent."""
        parent = self.structure.tree.parents[unit]
        siblings = [] if parent is None else [u for u in self.structure.children[parent] if u != unit]
        return sorted(siblings, key=lambda u: (-self.sizes[u], u))[:most]

    def exchange(self, *units: str) -> np.ndarray:
        """People who change places between units under one parent, or within them; the parent's figures stay."""
        inside = np.zeros(len(self.joint.units), dtype=bool)
        for i, name in enumerate(self.joint.units):
            inside[i] = not set(units).isdisjoint(self.structure.tree.above(name))
        return np.asarray(inside[self.joint.column_unit] & (self.column_depth >= self.structure.depths[units[0]]))

    def lines(self, *units: str) -> np.ndarray:
        """As `exchange`, through the largest units below each only, but in every category."""
        chosen = {member for unit in units for member in self.line(unit)}
        return np.asarray(np.isin(self.joint.column_unit, [self.place[u] for u in sorted(chosen)]) & self.exchange(*units))

    def climb(self, unit: str, most: int = 2) -> np.ndarray:
        """As `lines`, and the units above may change places with theirs, too; only the council's figures stay."""
        chosen: set[str] = set()
        for here in self.structure.tree.above(unit):
            if self.structure.tree.parents[here] is not None:
                chosen |= {here}.union(*(self.line(u) for u in (here, *self.partners(here, most))))
        return np.isin(self.joint.column_unit, [self.place[u] for u in sorted(chosen)])

    def trunk(self) -> np.ndarray:
        """The council, all directly below it, and the largest line below each of those."""
        root = self.structure.tree.root
        chosen = {root}.union(*(self.line(u) for u in self.structure.children[root]))
        return np.isin(self.joint.column_unit, [self.place[u] for u in sorted(chosen)])

    def line(self, unit: str) -> list[str]:
        found = [unit]
        while below := self.structure.children[found[-1]]:
            found.append(max(below, key=lambda u: (self.sizes[u], u)))
        return found
