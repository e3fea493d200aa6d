"""Thresholds of framework levels become harder: in the direction that is good, or nearer to the target."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from metrics.definitions.kpi import Kpi, MeasureType, Thresholds
from metrics.definitions.parsed import Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi in parsed.kpis.values():
        for n, link in enumerate(kpi.framework):
            message = _message(kpi, link.thresholds) if link.thresholds else None
            if message:
                yield parsed.problem("kpis", kpi.id, ("framework", n, "thresholds"), message)


def _message(kpi: Kpi, thresholds: Thresholds) -> str | None:
    steps = (thresholds.developing, thresholds.achieving, thresholds.excellent)
    shown = " / ".join(f"{step:g}" for step in steps)
    if kpi.measure.type.is_ratio:
        if not all(a >= b for a, b in pairwise(steps)) or steps[-1] < 1:
            return f"{shown} must fall and end at 1 or above: for a ratio each is a factor, 1.25 meaning 0.80 to 1.25"
        return None
    if kpi.polarity == "higher" and not all(a <= b for a, b in pairwise(steps)):
        return f"{shown} does not rise, but higher is better"
    if kpi.polarity == "lower" and not all(a >= b for a, b in pairwise(steps)):
        return f"{shown} does not fall, but lower is better"
    goal = _goal(kpi)
    if kpi.polarity == "closer_to_target" and goal is not None and not all(abs(a - goal) >= abs(b - goal) for a, b in pairwise(steps)):
        return f"{shown} does not come nearer to the target {goal:g}"
    return None


def _goal(kpi: Kpi) -> float | None:
    """The value to come near to: the last milestone; without a target no gap at all is the goal of gaps and indices."""
    if kpi.target is not None:
        return kpi.target.milestones[-1].value
    if kpi.measure.type is MeasureType.REPRESENTATION_INDEX:
        return 1.0
    plain = {MeasureType.PROPORTION, MeasureType.RATE, MeasureType.COUNT, MeasureType.MEAN, MeasureType.MEDIAN}
    return None if kpi.measure.type in {*plain, MeasureType.SURVEY_PROPORTION} else 0.0
