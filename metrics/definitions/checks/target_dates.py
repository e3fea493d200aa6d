"""A target's path runs forward: baseline, then milestones, each later than the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from metrics.definitions.kpi import Kpi, Milestone
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi in parsed.kpis.values():
        for place, message in _messages(kpi):
            yield parsed.problem("kpis", kpi.id, ("target", *place), message)


def _messages(kpi: Kpi) -> Iterator[tuple[Place, str]]:
    target = kpi.target
    if target is None:
        return
    first = target.milestones[0].date
    if target.baseline is not None and target.baseline.date >= first:
        yield ("baseline",), f"baseline {target.baseline.date} is not before the first milestone {first}"
    yield from _ascending(("milestones",), target.milestones)
    for unit, milestones in target.by_unit.items():
        yield from _ascending(("by_unit", unit), milestones)
    if target.within is not None and kpi.polarity != "closer_to_target":
        yield ("within",), f"`within` is for polarity closer_to_target, and this one is {kpi.polarity}"
    elif target.within is not None and target.within < 0:
        yield ("within",), "a distance is not negative"


def _ascending(place: Place, milestones: Sequence[Milestone]) -> Iterator[tuple[Place, str]]:
    for n, (before, after) in enumerate(pairwise(milestones), start=1):
        if after.date <= before.date:
            yield (*place, n), f"milestone {after.date} is not after {before.date}; write them in order of date"
