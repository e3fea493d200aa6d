"""Choose, repair and certify one audience's figures; where a day was published before, against who kept the earlier releases, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from metrics.disclosure.certify import WHOLE, prove_many, prove_one, roomy, settle
from metrics.disclosure.choose import Draft
from metrics.disclosure.games import Games
from metrics.disclosure.give_back import give_back
from metrics.disclosure.given import Given, given_alone, tell
from metrics.disclosure.insiders import protect_from_insiders
from metrics.disclosure.joint import Figure, Joint, figures
from metrics.disclosure.programme import Programme
from metrics.disclosure.ranges import WIDE, Ranges
from metrics.disclosure.repair import Repair

ROUNDS = 3


@dataclass(frozen=True)
class Decided:
    """What an audience is shown, and its proofs.

    Attributes
    ----------
    known_before : targets that earlier releases give away, whatever is hidden now
    told_to_one : regions that they give away to somebody who is alone in another hidden one
    """

    draft: Draft
    ranges: Ranges
    known_before: np.ndarray
    told_to_one: frozenset[int] = frozenset()

    @property
    def given_up(self) -> frozenset[Figure]:
        """What nothing protects any more."""
        return figures(self.ranges.joint, self.known_before.tolist())

    @property
    def known(self) -> frozenset[Figure]:
        """Everything that is known before."""
        return self.given_up | figures(self.ranges.joint, self.told_to_one)

    @property
    def open(self) -> int:
        """Protected figures that can still be worked out: nothing may be published."""
        return len({*self.ranges.open.tolist(), *(target for _, target in self.draft.open_to_one)})


Make = Callable[[Joint, Given, Draft | None], Draft]
"""An audience's primary choices in a system with given sets, from what the first audience is shown, if there is one."""


def decide(make: Make, alone: Laid, beside: Laid, start: np.ndarray, told: Given, first: Decided | None) -> Decided:
    """Choose and certify as on the day's first release, then let the attacker read the earlier ones, too.

    So a restatement of the same rows by the same rules comes out as before: its own proofs hold. Where they do not, what earlier
    releases give away by themselves is set aside, and the rest is chosen again beside them.

    `alone`, `beside` : the system without and with earlier figures; `told` : what the audience's readers know of those
    """
    once = decide_once(make, alone if same_columns(alone.joint, beside.joint) else beside, start, first)
    if alone.joint is beside.joint or (once.ranges.joint is beside.joint and not told.tells):
        return once
    draft = make(*beside, cut(first, beside))
    show_alike(draft, once.draft)
    tell(draft, told)
    ranges = proofs(draft, beside.joint, start, first, once)
    if len(ranges.open):
        return decide_again(make, beside, start, told, first, once, ranges.open)
    protect_draft(draft, ranges)
    if told_before(draft, once):  # for these, `once` hid in vain
        return decide_again(make, beside, start, told, first, once, NOBODY)
    return Decided(draft, ranges, NOBODY)


def told_before(draft: Draft, once: Decided) -> frozenset[int]:
    """What earlier releases tell somebody who is alone in a cell, less what such a person knows without them, from staff at both ends."""
    return frozenset(target for _, target in draft.told_to_one - once.draft.told_to_one)


class Laid(NamedTuple):
    """A system and the sets that are given in it."""

    joint: Joint
    laid: Given


NOBODY = np.zeros(0, dtype=np.int64)


def decide_once(make: Make, system: Laid, start: np.ndarray, first: Decided | None) -> Decided:
    draft = make(*system, cut(first, system))
    ranges = proofs(draft, system.joint, start, first)
    protect_draft(draft, ranges)
    return Decided(draft, ranges, NOBODY)


def decide_again(
    make: Make, system: Laid, start: np.ndarray, told: Given, first: Decided | None, once: Decided, doubtful: np.ndarray
) -> Decided:
    """With earlier figures known from the start, and without asking for what they give away by themselves."""
    draft = make(*system, cut(first, system))
    tell(draft, told)
    earlier = proofs_of_earlier(draft, system.joint, start, doubtful)
    give_up(draft, earlier.open)
    ranges = proofs(draft, system.joint, start, first, earlier)
    protect_draft(draft, ranges)
    ranges.inherit(earlier)
    given_up = np.array([t for t in earlier.open.tolist() if not draft.is_large(t)], dtype=np.int64)
    return Decided(draft, ranges, given_up, told_before(draft, once))


def cut(first: Decided | None, system: Laid) -> Draft | None:
    """What the first audience is shown, as far as a system without earlier figures goes."""
    if first is None:
        return None
    draft, count = first.draft, len(system.joint.structure.regions)
    return replace(draft, how=draft.how[:count], chains=draft.chains[:count], shown=draft.shown[:count], windows=None)


def show_alike(draft: Draft, other: Draft) -> None:
    """Published figures as another draft of them shows or hides them."""
    count = len(other.how) if other.published < 0 else other.published
    draft.how[:count], draft.shown[:count], draft.chains[:count] = other.how[:count], other.shown[:count], other.chains[:count]


def same_columns(one: Joint, other: Joint) -> bool:
    """Whether tables of one system are tables of the other."""
    layers, others = one.layout.layers, other.layout.layers
    return len(layers) == len(others) and all(
        (a.table, a.depth, a.axes, a.units, a.labels) == (b.table, b.depth, b.axes, b.units, b.labels)
        for a, b in zip(layers, others, strict=True)
    )


def proofs(draft: Draft, joint: Joint, start: np.ndarray, *others: Decided | Ranges | None) -> Ranges:
    """Ranges of a draft, with those tables that others proved theirs by and that agree with this one, too."""
    found = Ranges(joint, *draft.known(), draft.required, start)
    for other in others:
        ranges = other.ranges if isinstance(other, Decided) else other
        if ranges is not None and same_columns(ranges.joint, joint):
            found.inherit(ranges)
    return found


def proofs_of_earlier(draft: Draft, joint: Joint, start: np.ndarray, targets: np.ndarray) -> Ranges:
    """How far earlier figures alone leave some targets: those that stay open are known from them, whatever is hidden now."""
    asked = np.zeros_like(draft.required)
    asked[targets] = draft.required[targets]
    ranges = Ranges(joint, *given_alone(draft), asked, start)
    prove(ranges)
    return ranges


def give_up(draft: Draft, targets: np.ndarray) -> None:
    """Nothing protects these any more: hidden all the same, and not asked for."""
    for target in targets.tolist():
        draft.required[target] = 0
        if target < draft.published and not draft.is_hidden(target) and not draft.is_large(target):
            draft.how[target] = "primary"


def protect_draft(draft: Draft, ranges: Ranges) -> None:
    repair = Repair(draft, ranges)
    repair.choose()
    settle(repair)
    give_back(repair)
    protect_from_insiders(repair)


def prove(ranges: Ranges) -> None:
    """Prove what can be proven, and hide nothing."""
    games = Games(ranges.joint, ranges.start)
    if len(ranges.all_columns) <= WHOLE:
        ranges.search(ranges.exact, 2 * ROUNDS, seed=0)
    else:
        prove_many(ranges, games, ROUNDS)
    for target in ranges.open.tolist():
        if not ranges.proven(target) and not surely_narrow(ranges, games, target):
            prove_one(ranges, games, target)


def surely_narrow(ranges: Ranges, games: Games, target: int) -> bool:
    """Whether the figures of a unit, or of it and those beside and below it, leave a target too little room by themselves."""
    unit = games.target_units[target]
    parent = games.structure.tree.parents[unit]
    row = ranges.joint.targets[target]
    for columns in [games.home(unit), games.family(unit), *([] if parent is None else [games.family(parent)])]:
        if columns[row.indices].all():
            part = Programme(ranges.joint, ranges.shown_low, ranges.shown_high, ranges.start, columns, relaxed=True, room=WIDE)
            if not roomy(ranges, target, *ranges.try_target(part, target, whole=False)):
                return True
    return False
