"""An attacker who has one audience's view and nothing else: what could each hidden or rounded count be?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from metrics.disclosure.bounds import is_least
from metrics.disclosure.certify import THOROUGH, prove_in_parts, prove_one, prove_widely
from metrics.disclosure.choose import sensitive_regions
from metrics.disclosure.games import Games
from metrics.disclosure.joint import Joint, build_joint
from metrics.disclosure.programme import Programme
from metrics.disclosure.ranges import WIDE, Ranges
from metrics.disclosure.system import PublishedSystem
from metrics.disclosure.whole import fits, whole_near
from metrics.errors import DisclosureError

ROUNDS = 3


@dataclass(frozen=True)
class Attack:
    """What the attacker found.

    Attributes
    ----------
    low, high : int arrays, shape (targets,): for every region, then for every remainder that can be had by subtraction, the
        least and largest value that the attack has shown to be possible. The true ranges are at least as wide
    pinned : which targets are shown as they are, or proven to have one value only; looked for where that value is protected
    recovered : how many of those are small counts, which the profile protects; must be 0
    unsettled : targets with a protected value for which a second value was neither found nor ruled out
    blocks : parts of the system that tell nothing about one another
    tables : whole tables that agree with everything shown; the attacker's own, none of them the truth except by chance
    """

    low: np.ndarray
    high: np.ndarray
    pinned: np.ndarray
    recovered: int
    unsettled: int
    seconds: float
    blocks: int = 0
    tables: tuple[np.ndarray, ...] = field(default=(), repr=False)

    @property
    def proven(self) -> bool:
        return self.recovered == 0 and self.unsettled == 0


def attack(system: PublishedSystem, seconds: float | None = None, exact: bool = False, tables: Sequence[np.ndarray] = ()) -> Attack:
    """Attack what is published: can any protected count have one value only?

    Parameters
    ----------
    exact : find the whole range of every cell, which takes time
    tables : whole tables to begin with, such as an attack on what another audience sees has found; each is checked

    Raises
    ------
    DisclosureError : no whole table agrees with the figures, so they are not what was certified
    """
    began = perf_counter()
    joint = build_joint(system.structure)
    low, high = system.known()
    ranges = first_ranges(joint, low, high, tables)
    asked = np.concatenate([low < high, np.ones(joint.forms.shape[0], dtype=bool)])
    # a target that may as well have a value that needs no protection is not known to have one that does
    ranges.required = np.where(asked & (exact | protected(system, joint, ranges.low, ranges.high)), 1, 0)
    games = Games(joint, ranges.start)
    look_widely(ranges, games)
    pinned = ~asked  # what is shown exactly needs no working out: a small count among it is as bad
    unsettled = 0
    for target in np.flatnonzero(ranges.required).tolist():
        if exact:
            widen(ranges, target)
        in_time = seconds is None or perf_counter() - began < seconds
        if in_time and not ranges.proven(target) and not prove_one(ranges, games, target):
            pinned[target] = is_pinned(ranges, target)
        at_risk = bool(protected(system, joint, ranges.low, ranges.high)[target])
        unsettled += at_risk and not (pinned[target] or ranges.proven(target))
    for region in sets_told_of(system, joint, ranges, pinned):
        widen(ranges, region)
    recovered = int((pinned & protected(system, joint, ranges.low, ranges.high)).sum())
    seconds_taken = perf_counter() - began
    return Attack(ranges.low, ranges.high, pinned, recovered, unsettled, seconds_taken, ranges.blocks.count, tuple(ranges.witnesses))


def is_pinned(ranges: Ranges, target: int) -> bool:
    """No other value fits: by elimination, or by a proof in whole numbers. Another value that turns up on the way is taken as a witness."""
    if ranges.low[target] != ranges.high[target]:
        return False
    if not ranges.blocks.of_target(target):
        return True
    programme = ranges.around(target)
    row = np.asarray(ranges.joint.targets[target, programme.columns].todense(), dtype=float).ravel()
    here = int(row @ ranges.start[programme.columns])
    for sign in (1, -1):
        proven, other = is_least(programme, sign * row, sign * here)
        if other is not None:
            ranges.accept(programme.whole_table(other))
        if not proven:
            return False
    return True


def widen(ranges: Ranges, target: int) -> None:
    """The whole range of a target."""
    if ranges.blocks.of_target(target):
        ranges.try_target(ranges.around(target), target, whole=True)


def first_ranges(joint: Joint, low: np.ndarray, high: np.ndarray, tables: Sequence[np.ndarray]) -> Ranges:
    """Ranges over the tables at hand that agree with what is shown; over one found from nothing where none does."""
    nothing = np.zeros(joint.targets.shape[0], dtype=np.int64)
    fitting = [table for table in tables if fits(joint, low, high, table)] or [some_table(joint, low, high)]
    ranges = Ranges(joint, low, high, nothing, fitting[0])
    for table in fitting[1:]:
        ranges.accept(table)
    return ranges


def some_table(joint: Joint, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Any whole table that agrees with what is shown: near a solution in fractions, or looked for everywhere."""
    everything = np.ones(joint.layout.columns, dtype=bool)
    nothing = np.zeros(joint.layout.columns, dtype=np.int64)
    programme = Programme(joint, low, high, nothing, everything, relaxed=False, room=WIDE, nodes=5000)
    for whole in (False, True):
        values = programme.least(nothing, whole=whole)
        found = whole_near(joint, low, high, programme, values) if values is not None else None
        if found is not None:
            return found
    raise DisclosureError(
        "No whole table of people was found that agrees with the figures of this release: they are not what was certified."
    )


def look_widely(ranges: Ranges, games: Games) -> None:
    """Many targets per solve, then small parts around each; what is left is for `prove_one`."""
    prove_widely(ranges, games, ROUNDS)
    for target in ranges.open.tolist():
        if not ranges.proven(target):
            prove_in_parts(ranges, games, target, [], (0, THOROUGH))


def explore(ranges: Ranges) -> None:
    """Look for a proof of everything that is asked for."""
    games = Games(ranges.joint, ranges.start)
    look_widely(ranges, games)
    for target in ranges.open.tolist():
        if not ranges.proven(target):
            prove_one(ranges, games, target)


def protected(system: PublishedSystem, joint: Joint, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Targets that, at their least value, the profile protects. A cell pinned to a large count or an allowed zero tells of nobody, and
    need not be ruled out.

    That a group shares an answer is told where it surely has members, and surely fewer than `alike_below`.
    """
    small = (low >= 1) & (low < system.threshold)
    if system.zeros_hidden:
        small[: len(system.shown)] |= (low[: len(system.shown)] == 0) & sensitive_regions(joint)
    for target, _ in told_alike(system, joint, low, high):
        small[target] = True
    return np.asarray(small)


def told_alike(system: PublishedSystem, joint: Joint, low: np.ndarray, high: np.ndarray) -> list[tuple[int, tuple[int, ...]]]:
    """(A target that tells everybody's answer where it is surely 0, the sets of which that must be sure: the small group first)."""
    inner, outer = joint.pairs[:, 0], joint.pairs[:, 1]
    first = len(joint.structure.regions)
    few = (low > 0) & (high < system.alike_below)
    nobody_left = np.flatnonzero(few[outer] & (low[first : first + len(inner)] == 0) & joint.all_tells)
    nobody_in = np.flatnonzero(few[outer] & (low[inner] == 0) & joint.none_tells)
    found: list[tuple[int, tuple[int, ...]]] = []
    found += [(first + place, (group,)) for place, group in zip(nobody_left.tolist(), outer[nobody_left].tolist(), strict=True)]
    found += [(part, (group,)) for part, group in zip(inner[nobody_in].tolist(), outer[nobody_in].tolist(), strict=True)]
    for group, (part, *others) in joint.families_none_tells:
        if few[group] and low[part] == 0 and not high[others].any():
            found.append((part, (group, *others)))
    return found


def sets_told_of(system: PublishedSystem, joint: Joint, ranges: Ranges, pinned: np.ndarray) -> list[int]:
    """Hidden sets of which it matters how large they can be: those that something pinned would tell of."""
    told = told_alike(system, joint, ranges.low, ranges.high)
    return sorted({r for target, sets in told if pinned[target] for r in sets if ranges.shown_low[r] < ranges.shown_high[r]})
