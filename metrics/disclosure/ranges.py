"""How far each protected count is known to range: proven by whole tables that agree with everything shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from metrics.disclosure.blocks import Blocks, separate
from metrics.disclosure.joint import Joint
from metrics.disclosure.programme import Programme
from metrics.disclosure.whole import ROOM, fits, whole_near

WIDE = 100_000
"""Room for one variable in an exact programme: more people than any unit has."""
HANDY = 3_000
"""Variables up to which a programme is small: its solutions in fractions are mended for whatever they may prove."""
EPSILON = 1e-6
"""How far a bound in fractions may be off."""


@dataclass
class Ranges:
    """What is shown, and the least and largest value of every target in the whole tables found so far.

    Attributes
    ----------
    shown_low, shown_high : what a reader knows of each region (infinite high where hidden)
    required : steps that each target's range must have; 0 where the target needs no protection
    start : a whole table that agrees with everything shown
    low, high : over the witnesses. More hiding only adds tables, so what is once proven stays proven
    """

    joint: Joint
    shown_low: np.ndarray
    shown_high: np.ndarray
    required: np.ndarray
    start: np.ndarray
    low: np.ndarray = field(init=False)
    high: np.ndarray = field(init=False)
    witnesses: list[np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        values = self.joint.targets @ self.start
        self.low, self.high = values.copy(), values.copy()
        self.witnesses = [self.start]
        self.all_columns = np.ones(self.joint.layout.columns, dtype=bool)
        self._exact: Programme | None = None
        self._blocks: Blocks | None = None
        self._whole: dict[tuple[int, ...], Programme] = {}
        if not self._fits(self.start):
            raise ValueError("the start table does not agree with what is shown")

    def _fits(self, table: np.ndarray) -> bool:
        return fits(self.joint, self.shown_low, self.shown_high, table)

    def accept(self, table: np.ndarray) -> bool:
        """Take a table as a witness if it agrees with everything shown."""
        if not self._fits(table):
            return False
        values = self.joint.targets @ table
        if ((values < self.low) | (values > self.high)).any():
            self.witnesses.append(table)
        np.minimum(self.low, values, out=self.low)
        np.maximum(self.high, values, out=self.high)
        return True

    def take(self, programme: Programme, values: np.ndarray, *, mend: bool = True) -> bool:
        """Take a solution as a witness, or else, if it is worth the work (`mend`), a whole table near it."""
        if not mend:
            return self.accept(programme.whole_table(values))
        table = whole_near(self.joint, self.shown_low, self.shown_high, programme, values)
        return table is not None and self.accept(table)

    def inherit(self, other: Ranges) -> None:
        """Take over what is proven of an audience that is shown more: its witnesses agree with what this one is shown, too."""
        for table in other.witnesses:
            self.accept(table)

    @property
    def open(self) -> np.ndarray:
        """Targets whose protection is not proven yet."""
        return np.flatnonzero(self.high - self.low < self.required)

    def hide(self, region: int) -> None:
        equation = self.shown_low[region] == self.shown_high[region]
        self.shown_low[region], self.shown_high[region] = 0, np.inf
        if equation:  # blocks that an exact figure kept apart may have become one
            self._blocks = None
            self._whole.clear()
        for programme in (self._exact, *self._whole.values()):
            if programme is not None:
                programme.free(region)

    def show_again(self, known: Mapping[int, tuple[int, int]]) -> None:
        """Regions are shown after all, each as a least and largest count: tables that say otherwise prove nothing any more."""
        for region, (low, high) in known.items():
            self.shown_low[region], self.shown_high[region] = low, high
        self.witnesses = [table for table in self.witnesses if self._fits(table)]
        values = np.stack([self.joint.targets @ table for table in self.witnesses])
        self.low, self.high = values.min(axis=0), values.max(axis=0)
        self._exact, self._blocks = None, None
        self._whole.clear()

    def part(self, columns: np.ndarray) -> Programme:
        return Programme(self.joint, self.shown_low, self.shown_high, self.start, columns, relaxed=False, room=ROOM, warm=True)

    @property
    def blocks(self) -> Blocks:
        """How the system falls apart, as it is shown now."""
        if self._blocks is None:
            self._blocks = separate(self.joint, self.shown_low, self.shown_high)
        return self._blocks

    def size(self, target: int) -> int:
        """Variables of the blocks that a target depends on."""
        return self.blocks.size(self.blocks.of_target(target))

    def whole(self, numbers: tuple[int, ...]) -> Programme:
        """Everything that can be known of some blocks: what is outside them tells nothing of them, so it may as well stay as it is."""
        blocks = self.blocks
        if numbers not in self._whole:
            columns = blocks.columns(numbers)
            self._whole[numbers] = Programme(
                self.joint, self.shown_low, self.shown_high, self.start, columns, relaxed=False, room=WIDE, nodes=5000, warm=True
            )
        return self._whole[numbers]

    def around(self, target: int) -> Programme:
        """The blocks that a target depends on."""
        return self.whole(self.blocks.of_target(target))

    @property
    def exact(self) -> Programme:
        if self._exact is None:
            self._exact = Programme(
                self.joint, self.shown_low, self.shown_high, self.start, self.all_columns, relaxed=False, room=WIDE, nodes=5000
            )
        return self._exact

    def search(self, programme: Programme, rounds: int, seed: int, scope: np.ndarray | None = None) -> None:
        """Random objectives: each solve may widen every target at once. Stops when two rounds in a row add nothing."""
        rng = np.random.default_rng(seed)
        targets = self.joint.targets[:, programme.columns]
        reachable = np.diff(targets.indptr) > 0
        idle = 0
        for _ in range(rounds):
            wanted = self.open
            wanted = wanted[reachable[wanted]]
            if scope is not None:
                wanted = wanted[scope[wanted]]
            if not len(wanted):
                return
            # half the rounds push everything one way, so that cells of one line do not cancel
            signs = rng.choice([-1.0, 1.0], len(wanted)) * rng.integers(1, 4, len(wanted))
            cost = targets[wanted].T @ signs
            for direction in (1.0, -1.0):
                values = programme.least(direction * cost)
                if values is not None:
                    self.take(programme, values)
            idle = idle + 1 if len(self.open) and set(self.open) >= set(wanted) else 0
            if idle == 2:
                return

    def try_target(
        self, programme: Programme, target: int, *, whole: bool, binding: list[int] | None = None, mend: bool = True
    ) -> tuple[float, float]:
        """Bounds of one target within a programme; tables met on the way become witnesses. `binding` collects what holds the bounds.

        Solutions in fractions are mended (`mend`); those of a large programme only where they may take the target further than it got.
        """
        row, fixed = self._row(programme, target)
        bounds = []
        for sign in (1.0, -1.0):
            values = programme.least(sign * row, whole=whole)
            if values is None:
                bounds.append(-np.inf * sign)
                continue
            if binding is not None:
                binding += programme.binding()
            reached = fixed + float(row @ values)
            bounds.append(reached if programme.optimal else -np.inf * sign)
            further = np.ceil(reached - EPSILON) < self.low[target] if sign > 0 else np.floor(reached + EPSILON) > self.high[target]
            self.take(programme, values, mend=mend and (bool(further) or len(programme.columns) <= HANDY))
        return bounds[0], bounds[1]

    def widen(self, programme: Programme, target: int, low: float, high: float) -> None:
        """Whole tables that prove a target wide enough: the farthest value that is needed is asked for first, then nearer ones.

        `low` and `high` bound the target within the programme: nothing beyond them is asked for.
        """
        row, fixed = self._row(programme, target)
        for sign, limit in ((1, np.ceil(low - EPSILON)), (-1, -np.floor(high + EPSILON))):
            nearest, farthest = (self.low[target], self.high[target]) if sign == 1 else (-self.high[target], -self.low[target])
            goal = max(limit, farthest - self.required[target])
            while goal < nearest and not self.proven(target):
                if any(self._met(programme, sign * row, goal - sign * fixed, whole) for whole in (False, True)):
                    break
                goal += 1

    def _met(self, programme: Programme, row: np.ndarray, most: float, whole: bool) -> bool:
        values = programme.at_most(row, most, whole=whole)
        return values is not None and self.take(programme, values)

    def _row(self, programme: Programme, target: int) -> tuple[np.ndarray, float]:
        """A target as a row of a programme, and what it has from outside of it."""
        row = self.joint.targets[target, programme.columns].toarray().ravel().astype(float)
        return row, float((self.joint.targets[target] @ self.start)[0] - row @ self.start[programme.columns])

    def proven(self, target: int) -> bool:
        return bool(self.high[target] - self.low[target] >= self.required[target])
