"""The whole city's year, attacked as a whole: `python -m tests.councils.houston.year_report FILE [--suppress]`, an hour of a core or more.

Prints for all departments the table that docs/methods/disclosure.md has of three. Nothing of it depends on a clock: what cannot be
settled is counted as such.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.councils.houston.simulated_year import publish_year
from tests.councils.houston.year_attack import Outcome, YearAttack

FEW = (0, 1, 2, 5)


def outcomes(attack: YearAttack) -> Iterator[tuple[str, Outcome]]:
    """What a reader assumes, and what comes of it."""
    yield "nothing (each extract by itself)", attack.outcome(attack.shown(), attack.targets)
    yield "who joined and left, as a colleague of one department knows it", _by_department(attack, attack.units, attack.colleague)
    for most in FEW:
        quiet = [unit for unit in attack.units if attack.moved(unit) <= most]
        found = _by_department(attack, quiet, lambda unit, most=most: attack.few_moved(unit, most))
        yield f"at most {most} joined or left between two extracts, where that is so ({len(quiet)} departments)", found
    together = attack.with_movement(published=True)
    yield "published joiners and leavers, nobody changed: joiners and leavers", attack.outcome(together, attack.flow_targets, flows=True)
    yield "published joiners and leavers, nobody changed: staff", attack.outcome(together, attack.targets)


def _by_department(attack, units, facts) -> Outcome:  # type: ignore[no-untyped-def]
    targets = {unit: [t for t in attack.targets if t.region.unit == unit] for unit in units}
    return sum((attack.outcome(facts(unit), targets[unit]) for unit in units), Outcome())


def main(file: str, *options: str) -> None:
    suppress = "--suppress" in options
    with TemporaryDirectory() as home:
        year = publish_year(Path(home), Path(file), suppress=suppress)
        attack = YearAttack(year, below_council=4 if suppress else 2)
        people = [len(state.people) for state in year.states]
        moves = [tuple(int(m.sum()) for m in attack.true_moves(*step)) for step in attack.steps]
        print(
            f"people {people}; joined and left {moves}; small counts {len(attack.targets)}, {len(attack.flow_targets)} of movement",
            flush=True,
        )
        for assumed, found in outcomes(attack):
            print(f"| {assumed} | {found.attacked:,} | {found.narrowed:,} | {found.recovered:,} | {found.unsettled:,} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
