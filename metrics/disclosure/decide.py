"""Choose, repair and certify one audience's figures; where a day was published before, against who kept the earlier releases, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metrics.disclosure.certify import WHOLE, prove_many, prove_one, settle
from metrics.disclosure.choose import Draft
from metrics.disclosure.games import Games
from metrics.disclosure.give_back import give_back
from metrics.disclosure.given import Given, tell
from metrics.disclosure.insiders import protect_from_insiders
from metrics.disclosure.joint import Joint
from metrics.disclosure.ranges import Ranges
from metrics.disclosure.repair import Repair

ROUNDS = 3


@dataclass(frozen=True)
class Decided:
    """What an audience is shown, and its proofs. `known_before`: targets that earlier releases give away, whatever is hidden now."""

    draft: Draft
    ranges: Ranges
    known_before: np.ndarray


def decide(make: Callable[[], Draft], joint: Joint, start: np.ndarray, told: Given, first: Decided | None) -> Decided:
    """Choose and certify as on the day's first release, then let the attacker read the earlier ones, too.

    So a restatement of the same rows by the same rules comes out as before: its own figures prove it. Where they do not, what
    earlier releases alone give away is set aside, and the rest is chosen again beside them.
    """
    draft = make()
    ranges = proofs(draft, joint, start, first)
    protect_draft(draft, ranges)
    nobody = np.zeros(0, dtype=np.int64)
    if not told.tells:
        return Decided(draft, ranges, nobody)
    tell(draft, told)
    beside = proofs(draft, joint, start, first, ranges)
    if not len(beside.open):
        protect_draft(draft, beside)
        return Decided(draft, beside, nobody)
    alone = proofs_of_earlier(draft, joint, start, beside.open)
    draft = make()
    tell(draft, told)
    give_up(draft, alone.open)
    ranges = proofs(draft, joint, start, first, alone)
    protect_draft(draft, ranges)
    ranges.inherit(alone)
    return Decided(draft, ranges, alone.open)


def proofs(draft: Draft, joint: Joint, start: np.ndarray, *others: Decided | Ranges | None) -> Ranges:
    """Ranges of a draft, with those tables that others proved theirs by and that agree with this one, too."""
    found = Ranges(joint, *draft.known(), draft.required, start)
    for other in others:
        if other is not None:
            found.inherit(other.ranges if isinstance(other, Decided) else other)
    return found


def proofs_of_earlier(draft: Draft, joint: Joint, start: np.ndarray, targets: np.ndarray) -> Ranges:
    """How far earlier figures alone leave some targets: those that stay open are known from them, whatever is hidden now."""
    low, high = draft.known()
    low[: draft.published], high[: draft.published] = 0, np.inf
    asked = np.zeros_like(draft.required)
    asked[targets] = draft.required[targets]
    ranges = Ranges(joint, low, high, asked, start)
    prove(ranges)
    return ranges


def give_up(draft: Draft, targets: np.ndarray) -> None:
    """Nothing protects these any more: hidden all the same, and not asked for."""
    for target in targets.tolist():
        draft.required[target] = 0
        if target < draft.published and not draft.is_hidden(target):
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
        if not ranges.proven(target):
            prove_one(ranges, games, target, [])
