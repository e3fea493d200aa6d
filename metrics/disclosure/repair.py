"""Secondary hiding: driven by what the attacker can do, in an order that hides last what leadership reads most."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from metrics.disclosure.choose import Draft
from metrics.disclosure.games import Games
from metrics.disclosure.joint import Joint
from metrics.disclosure.programme import Programme
from metrics.disclosure.ranges import WIDE, Ranges
from metrics.query.counts import Region

PATIENCE = 12
"""Cells hidden for the sake of one target before whole breakdowns go."""
TOLERANCE = 1e-6


def hiding_order(joint: Joint, values: np.ndarray) -> np.ndarray:
    """Rank of each region: steps of waterfalls first, deep units, crossed columns, small counts (a zero helps least), then by name."""
    regions, spare = joint.structure.regions, joint.structure.spare
    keys = [
        (i not in spare, -joint.structure.depths[r.unit], -len(r.where), v == 0, int(v), region_key(r))
        for i, (r, v) in enumerate(zip(regions, values.tolist(), strict=True))
    ]
    rank = np.empty(len(regions), dtype=np.int64)
    rank[sorted(range(len(regions)), key=keys.__getitem__)] = np.arange(len(regions))
    return rank


def region_key(region: Region) -> tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """A region as plain text, for an order that does not depend on how sets are stored."""
    return region.unit, tuple((axis, tuple(sorted(atoms))) for axis, atoms in region.where)


class Repair:
    """Hides cells of a draft until the attacker is satisfied."""

    def __init__(self, draft: Draft, ranges: Ranges) -> None:
        self.draft = draft
        self.ranges = ranges
        self.joint = ranges.joint
        self.order = hiding_order(self.joint, self.joint.regions @ ranges.start)
        self.spent: dict[int, int] = {}
        self.hidden: list[int] = []
        self.replaced: set[int] = set()
        """Of those, what went because a coarser breakdown covers it."""
        self.games = Games(self.joint, ranges.start)

    def hide(self, region: int, how: str, programmes: Iterable[Programme] = ()) -> None:
        if not self.draft.is_hidden(region):
            self.draft.drop_large(region)
            self.draft.how[region] = how
            self.hidden.append(region)
            self.ranges.hide(region)
            for programme in programmes:
                programme.free(region)

    def shown(self, regions: Iterable[int]) -> list[int]:
        return [r for r in regions if not self.draft.is_hidden(r)]

    def widen(self, target: int, binding: list[int], programmes: Iterable[Programme] = ()) -> bool:
        """Hide the cheapest cell whose figure binds the target; after too many, its breakdown. False when nothing is left to hide."""
        self.spent[target] = self.spent.get(target, 0) + 1
        candidates = self.shown(binding) or self.shown(self.neighbours(target))
        cheapest = min(candidates, key=lambda r: self.order[r], default=None)
        enough = cheapest is None or self.spent[target] > PATIENCE
        if self.draft.is_large(target) and (enough or self.draft.how[cheapest] == "exact"):
            cheapest, enough = target, False  # no exact figure and no breakdown goes for the sake of a large rounded count
        if cheapest is None or enough:
            return self.coarsen(target, programmes)
        self.hide(cheapest, "secondary", programmes)
        return True

    def give_way(self, target: int, binding: list[int]) -> bool:
        """A target that cannot be proven: hide its own figure, then the cheapest that binds it, then its breakdown."""
        own = self.own(target)
        if own:
            self.spent[target] = self.spent.get(target, 0) + 1
            self.hide(min(own, key=lambda r: self.order[r]), "secondary")
            return True
        return self.widen(target, binding)

    def own(self, target: int) -> list[int]:
        """What is shown of a target itself: its figure, or the published sets that it is had from."""
        return self.shown([target] if target < len(self.draft.how) else self.parts(target))

    def parts(self, target: int) -> list[int]:
        """The published sets that a form subtracts from one another."""
        place, left = target - len(self.draft.how), self.joint.structure.remainders
        if place >= len(left):
            return [self.joint.own[place - len(left)][0]]
        outer, inside = left[place]
        return [*inside, outer]

    def neighbours(self, target: int) -> list[int]:
        """The other figures of the same unit."""
        unit = self.games.target_units[target]
        return [i for i, region in enumerate(self.joint.structure.regions) if region.unit == unit]

    def coarsen(self, target: int, programmes: Iterable[Programme] = ()) -> bool:
        """Hide what coarser breakdowns at the target's unit say as well, the finest first; else the target's breakdown at its unit, else
        beside it, else above it, else at its level, else the level, else everything."""
        regions, depths = self.joint.structure.regions, self.joint.structure.depths
        here = regions[target if target < len(regions) else self.parts(target)[0]]
        parents = self.joint.structure.tree.parents
        covered = self.covered(here.unit)
        if covered:
            self.replaced |= set(covered)
            return self.hide_all(covered, programmes)
        steps = (
            lambda r: r.unit == here.unit and r.axes == here.axes,
            lambda r: r.unit == here.unit and here.axes <= r.axes,
            lambda r: parents[r.unit] == parents[here.unit] and r.axes == here.axes,
            lambda r: parents[r.unit] == parents[here.unit] and here.axes <= r.axes,
            lambda r: r.unit == parents[here.unit] and r.axes == here.axes,
            lambda r: depths[r.unit] == depths[here.unit] and r.axes == here.axes,
            lambda r: depths[r.unit] == depths[here.unit],
            lambda r: depths[r.unit] >= depths[here.unit],
            lambda r: True,
        )
        for step in steps:
            found = self.shown(i for i, r in enumerate(regions) if step(r))
            if found:
                return self.hide_all(found, programmes)
        return False

    def hide_all(self, regions: Iterable[int], programmes: Iterable[Programme]) -> bool:
        for region in regions:
            self.hide(region, "coarsened", programmes)
        return True

    def covered(self, unit: str) -> list[int]:
        """Of what is shown at a unit only in breakdowns that a coarser one covers: the sets that cross most columns."""
        regions = self.joint.structure.regions
        found = self.shown(sorted(self.joint.structure.breakdowns.replaceable.get(unit, ())))
        deepest = max((len(regions[r].where) for r in found), default=0)
        return [r for r in found if len(regions[r].where) == deepest]

    def choose(self, rounds: int = 4) -> None:
        """First choice, on small relaxed systems: what is unsafe in a part of the system is unsafe in all of it."""
        for columns in self.families():
            self._settle(columns, rounds)

    def families(self) -> list[np.ndarray]:
        """Each unit by itself, from the bottom up; then, where counts below the council are hidden, each unit with those below it."""
        structure = self.joint.structure
        units = sorted(structure.depths, key=lambda u: (-structure.depths[u], u))
        found = [self.games.home(unit) for unit in units]
        if self.draft.profile.below_council == "suppress":
            found += [self.games.family(unit) for unit in units if structure.children[unit]]
        return found

    def _settle(self, columns: np.ndarray, rounds: int) -> None:
        """Hide until every target that lies inside `columns` has room in the relaxed system."""
        targets = self.joint.targets
        inside = np.diff(targets[:, np.flatnonzero(columns)].indptr) == np.diff(targets.indptr)
        wanted = [int(t) for t in np.flatnonzero(inside & (self.ranges.required > 0)) if not self.ranges.proven(int(t))]
        if not wanted:
            return
        ranges = self.ranges
        programme = Programme(self.joint, ranges.shown_low, ranges.shown_high, ranges.start, columns, relaxed=True, room=WIDE)
        rows = targets[:, programme.columns].tocsr()
        seen = _Spread(len(wanted))
        rng = np.random.default_rng(len(wanted))
        while wanted:
            matrix = rows[wanted]
            for _ in range(rounds):
                cost = matrix.T @ (rng.choice([-1.0, 1.0], len(wanted)))
                for sign in (1.0, -1.0):
                    seen.take(matrix, programme.least(sign * cost))
            enough = seen.high - seen.low >= ranges.required[wanted] - TOLERANCE
            wanted, seen = [t for t, ok in zip(wanted, enough, strict=True) if not ok], seen.without(enough)
            wanted = [t for t in wanted if not self._one(programme, rows, t)]
            seen = _Spread(len(wanted))

    def _one(self, programme: Programme, rows: object, target: int) -> bool:
        """True when the target has room; otherwise hide one cell for it."""
        row = rows[target].toarray().ravel().astype(float)  # type: ignore[index]
        bounds, binding = [], set()
        for sign in (1.0, -1.0):
            values = programme.least(sign * row)
            if values is None:
                return True
            bounds.append(float(row @ values))
            binding |= set(programme.binding())
        if bounds[1] - bounds[0] >= self.ranges.required[target] - TOLERANCE:
            return True
        return not self.widen(target, sorted(binding), [programme])


class _Spread:
    """Least and largest of each target over the tables of a relaxed system."""

    def __init__(self, count: int) -> None:
        self.low, self.high = np.full(count, np.inf), np.full(count, -np.inf)

    def take(self, matrix: object, values: np.ndarray | None) -> None:
        if values is not None:
            sizes = matrix @ values
            self.low, self.high = np.minimum(self.low, sizes), np.maximum(self.high, sizes)

    def without(self, enough: np.ndarray) -> _Spread:
        kept = _Spread(0)
        kept.low, kept.high = self.low[~enough], self.high[~enough]
        return kept
