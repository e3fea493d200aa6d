"""Protection with one of its rules switched off: what the attackers must then find.

Run as `python -m tests.support.switched_off [COUNCILS]` (minutes) to see for each rule how many random councils leak without it, and
whether the property tests notice; the fast half of it is `tests/properties/test_random_councils.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import PropertyMock, patch

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings

from metrics.disclosure import choose
from metrics.disclosure.choose import Small, small_targets
from tests.support.random_councils import Council, read, small_councils
from tests.support.reader_attacks import attack_rows
from tests.support.rules import leaks

ROOM = "metrics.disclosure"


def _targets(which: int) -> list[Any]:
    """Counts, remainders or own staff are not told to the chooser as targets."""

    def without(*given: Any) -> Small:
        found = list(small_targets(*given))
        found[which] = np.zeros_like(found[which])
        return found[0], found[1], found[2]

    return [patch(f"{ROOM}.{module}.small_targets", without) for module in ("choose", "derive")]


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _alike(joint: Any, *_: Any) -> np.ndarray:
    return np.zeros(len(joint.pairs), dtype=bool)


def _other_answers(joint: Any, values: np.ndarray, *_: Any) -> np.ndarray:
    return np.zeros(len(values), dtype=bool)


def _zeros(values: np.ndarray, profile: Any, sensitive: np.ndarray) -> np.ndarray:
    return np.asarray((values >= 1) & (values < profile.threshold))


def _by_itself(joint: Any, start: np.ndarray, cells: Any, first: Any, profile: Any) -> Any:
    return choose.first_draft(joint, start, profile)


SWITCHES: dict[str, Callable[[], Sequence[Any]]] = {
    "secondary hiding": lambda: [patch(f"{ROOM}.decide.protect_draft", _nothing)],
    "remainders": lambda: _targets(1),
    "several KPIs taken from another": lambda: [patch(f"{ROOM}.structure.families", lambda *_: ())],
    "own staff": lambda: _targets(2),
    "people alone in a cell": lambda: [patch(f"{ROOM}.decide.protect_from_insiders", _nothing)],
    "all of a small group alike": lambda: [patch(f"{ROOM}.choose.everyone_alike", _alike)],
    "no other answer in a small group": lambda: [patch(f"{ROOM}.choose.no_other_answer", _other_answers)],
    "zeros": lambda: [patch(f"{ROOM}.choose.is_small", _zeros)],
    "windows of rounding": lambda: [patch(f"{ROOM}.choose.ROUNDED_STEPS", 0)],
    "windows of large rounded counts": lambda: [patch(f"{ROOM}.choose.Draft.keep_rounding", lambda draft, _: draft)],
    "further audiences from the first": lambda: [patch(f"{ROOM}.protect.derived_draft", _by_itself)],
}


@contextmanager
def switched_off(rule: str) -> Iterator[None]:
    """The rule is gone, and with it the certificate that would refuse what follows."""
    with ExitStack() as stack:
        for change in SWITCHES[rule]():
            stack.enter_context(change)
        stack.enter_context(patch(f"{ROOM}.shown.Certificate.passed", PropertyMock(return_value=True)))
        yield


def found_in(council: Council) -> list[str]:
    """Whatever an attacker learns from one audience, or from all of them together, by the rule of the first."""
    reading = read(council)
    found = [f"{seen.audience}: {leak}" for seen in reading.seen for leak in leaks(council, seen, attack_rows([seen], council.staffed))]
    if len(reading.seen) > 1:
        together = attack_rows(reading.seen, council.staffed)
        found += [f"together: {leak}" for leak in leaks(council, reading.seen[0], together)]
    return found


def councils(many: int, number: int = 1) -> list[Council]:
    held: list[Council] = []

    @settings(max_examples=many, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], database=None)
    @seed(number)
    @given(small_councils())
    def collect(council: Council) -> None:
        held.append(council)

    collect()
    return held


def main(many: int) -> None:
    held = councils(many)
    print(f"with every rule: {sum(bool(found_in(c)) for c in held)} of {len(held)} councils leak", flush=True)
    for rule in SWITCHES:
        with switched_off(rule):
            leaking = [c for c in held if found_in(c)]
        print(f"without {rule}: {len(leaking)} of {len(held)}", flush=True)
        if leaking:
            print(f"    {min(leaking, key=lambda c: len(repr(c)))!r}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
