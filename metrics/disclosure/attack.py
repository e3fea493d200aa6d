"""An attacker who has one audience's view and nothing else: what could each hidden or rounded count be?"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from metrics.disclosure.certify import SMALL, prove_one
from metrics.disclosure.choose import sensitive_regions
from metrics.disclosure.games import Games
from metrics.disclosure.joint import Joint, build_joint
from metrics.disclosure.programme import Programme
from metrics.disclosure.ranges import WIDE, Ranges
from metrics.disclosure.system import PublishedSystem
from metrics.errors import DisclosureError


@dataclass(frozen=True)
class Attack:
    """What the attacker found.

    Attributes
    ----------
    low, high : int arrays, shape (targets,): for every region, then for every remainder that can be had by subtraction, the
        least and largest value that the attack has shown to be possible. The true ranges are at least as wide
    pinned : which hidden or rounded targets are shown to have one value only; looked for where that value is protected
    recovered : how many of those are small counts, which the profile protects; must be 0
    unsettled : targets with a protected value for which time ran out before a second value was found or ruled out
    """

    low: np.ndarray
    high: np.ndarray
    pinned: np.ndarray
    recovered: int
    unsettled: int
    seconds: float

    @property
    def proven(self) -> bool:
        return self.recovered == 0 and self.unsettled == 0


def attack(system: PublishedSystem, seconds: float | None = None, exact: bool = False) -> Attack:
    """Attack what is published: can any protected count have one value only? `exact` finds the whole range of every cell, which takes time.

    Raises
    ------
    DisclosureError : no whole table agrees with the figures, so they are not what was certified
    """
    began = perf_counter()
    joint = build_joint(system.structure)
    low, high = system.known()
    start = some_table(joint, low, high)
    open_regions = low < high
    asked = np.concatenate([open_regions, np.ones(joint.forms.shape[0], dtype=bool)])
    ranges = Ranges(joint, low, high, np.where(asked, 1, 0), start)
    games = Games(joint, start)
    look_widely(ranges, games)
    pinned = np.zeros(len(asked), dtype=bool)
    unsettled = 0
    for target in np.flatnonzero(asked).tolist():
        in_time = seconds is None or perf_counter() - began < seconds
        at_risk = not ranges.proven(target) and bool(protected(system, joint, ranges.low)[target])
        if in_time and (exact or (at_risk and not prove_one(ranges, games, target, []))):
            pinned[target] = is_pinned(ranges, target)
        unsettled += at_risk and not (pinned[target] or ranges.proven(target))
    recovered = int((pinned & protected(system, joint, ranges.low)).sum())
    return Attack(ranges.low, ranges.high, pinned, recovered, unsettled, perf_counter() - began)


def is_pinned(ranges: Ranges, target: int) -> bool:
    """No other value fits: by a linear programme where that is enough, else in whole numbers."""
    low, high = ranges.try_target(ranges.exact, target, whole=False)
    if np.floor(high + 1e-6) > np.ceil(low - 1e-6) and len(ranges.all_columns) < SMALL:
        low, high = ranges.try_target(ranges.exact, target, whole=True)
    return bool(np.floor(high + 1e-6) <= np.ceil(low - 1e-6) and ranges.low[target] == ranges.high[target])


def some_table(joint: Joint, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Any whole table that agrees with what is shown."""
    nothing = np.zeros(joint.layout.columns, dtype=np.int64)
    everything = np.ones(joint.layout.columns, dtype=bool)
    programme = Programme(joint, low, high, nothing, everything, relaxed=False, room=WIDE)
    for whole in (False, True):
        values = programme.least(np.zeros(joint.layout.columns), whole=whole)
        if values is not None:
            table = programme.whole_table(values)
            sizes = joint.regions @ table
            if (table >= 0).all() and (sizes >= low).all() and (sizes <= high).all() and not (joint.links @ table).any():
                return table
    raise DisclosureError("No whole table of people agrees with the figures of this release: they are not what was certified.")


def look_widely(ranges: Ranges, games: Games) -> None:
    for table in range(len(games.structure.tables)):
        ranges.search(ranges.part(games.table(table)), 3, seed=table)
    if len(ranges.open):
        ranges.search(ranges.part(ranges.all_columns), 2, seed=len(games.structure.tables))


def protected(system: PublishedSystem, joint: Joint, values: np.ndarray) -> np.ndarray:
    """Values that the profile protects. A cell pinned to a large count or an allowed zero tells of nobody, and need not be ruled out."""
    small = (values >= 1) & (values < system.threshold)
    if system.zeros_hidden:
        small[: len(system.shown)] |= (values[: len(system.shown)] == 0) & sensitive_regions(joint)
    return np.asarray(small)
