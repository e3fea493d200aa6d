"""Which target binds a unit; `metrics.statistics.goals` says how a figure stands against it."""

from __future__ import annotations

from datetime import date

from metrics.definitions.kpi import Kpi, Tolerance
from metrics.evaluate.comparison import factor
from metrics.statistics.goals import IDEALS, RATIOS, SAME, Goal, stand

__all__ = ["IDEALS", "RATIOS", "SAME", "Goal", "goal_of", "stand"]


def goal_of(kpi: Kpi, unit: str, day: date | None = None) -> Goal | None:
    """The target that binds a unit: its own milestones where it has some, else the council's, on the path from the council's baseline.

    A unit that starts elsewhere says so by a first point on or before the day of the baseline. A figure of a `day` before a break after
    which the target was set is counted in another way than the target, and stands against none.
    """
    target = kpi.target
    if target is None or kpi.polarity == "contextual":
        return None
    own = sorted((m.date, m.value) for m in target.by_unit.get(unit, target.milestones))
    if target.baseline is not None and target.baseline.date < own[0][0]:
        own = [(target.baseline.date, target.baseline.value), *own]
    if day is not None and any(day < b.date <= own[0][0] for b in kpi.series_breaks):
        return None
    scale = factor(kpi)
    rule = kpi.status_rule
    return Goal(
        points=tuple((day, value * scale) for day, value in own),
        polarity=kpi.polarity,
        within=(target.within or 0.0) * scale,
        tolerance=rule.tolerance * scale if isinstance(rule, Tolerance) else None,
        best=IDEALS.get(kpi.measure.type),
        ratio=kpi.measure.type in RATIOS,
    )
