"""How a figure stands against its target: one rule, stated once, the same for every KPI."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from metrics.definitions.kpi import Kpi, MeasureType, Tolerance
from metrics.evaluate.comparison import factor
from metrics.report import Status
from metrics.statistics.trajectory import path_value

SAME = 1e-9
"""Two figures closer than this are the same: 0.3 + 0.06 meets 0.36."""


IDEALS = {
    MeasureType.PAY_GAP_MEAN: 0.0,
    MeasureType.PAY_GAP_MEDIAN: 0.0,
    MeasureType.PERCENTAGE_POINT_GAP: 0.0,
    MeasureType.REPRESENTATION_INDEX: 1.0,
}
"""What could not be better, whatever the target: a pay gap of 2% is better than its target of 4%."""


@dataclass(frozen=True)
class Goal:
    """A target as it binds one unit, in the frame's unit. `points` run from the baseline (if there is one) to the final milestone."""

    points: tuple[tuple[date, float], ...]
    polarity: str
    within: float = 0.0
    tolerance: float | None = None
    """The council's own rule instead of the likely range."""
    best: float | None = None
    """For `closer_to_target`: the figure that could not be better, where it is not the target itself (no gap at all)."""

    @property
    def final(self) -> tuple[date, float]:
        return self.points[-1]

    @property
    def ideal(self) -> float:
        return self.final[1] if self.best is None else self.best

    def shortfall(self, value: float, aim: float) -> float:
        """How much worse `value` is than `aim`, in the frame's unit; 0 or less is as good or better.

        For `closer_to_target` every figure is judged by its distance from the ideal: no gap for gaps, 1 for an index,
        else the final target. Worse means farther away than the aim is, on either side; `within` of the final target
        is as good as the target.
        """
        if self.polarity == "closer_to_target":
            return abs(value - self.ideal) - max(abs(aim - self.ideal), abs(self.final[1] - self.ideal) + self.within)
        return aim - value if self.polarity == "higher" else value - aim

    def best_shortfall(self, lower: float, upper: float, aim: float) -> float:
        """The shortfall of the best figure in a range."""
        if self.polarity == "closer_to_target" and lower <= self.ideal <= upper:
            return self.shortfall(self.ideal, aim)
        return min(self.shortfall(lower, aim), self.shortfall(upper, aim))

    def path(self, day: date) -> float:
        return path_value(day, self.points)


def goal_of(kpi: Kpi, unit: str) -> Goal | None:
    """The target that binds a unit: its own milestones where it has some, else the council's, on the path from the council's baseline.

    A unit that starts elsewhere says so by a first point on or before the day of the baseline.
    """
    target = kpi.target
    if target is None or kpi.polarity == "contextual":
        return None
    own = sorted((m.date, m.value) for m in target.by_unit.get(unit, target.milestones))
    if target.baseline is not None and target.baseline.date < own[0][0]:
        own = [(target.baseline.date, target.baseline.value), *own]
    scale = factor(kpi)
    rule = kpi.status_rule
    return Goal(
        points=tuple((day, value * scale) for day, value in own),
        polarity=kpi.polarity,
        within=(target.within or 0.0) * scale,
        tolerance=rule.tolerance * scale if isinstance(rule, Tolerance) else None,
        best=IDEALS.get(kpi.measure.type),
    )


def stand(goal: Goal, value: float, lower: float, upper: float, day: date) -> Status:
    """The status of a figure that may be shown.

    reached : it meets the final target, whenever that is due
    missed : the date of the final target has come and it is not met
    no_target : the path has not begun yet
    on_path : as good as today's point on the path, or better (or within the council's tolerance of it)
    off_path : its whole likely range is worse than the path; without a range, or under a tolerance, the figure itself decides
    unclear : worse than the path, but chance alone could explain it
    """
    if goal.shortfall(value, goal.final[1]) <= SAME:
        return "reached"
    if day >= goal.final[0]:
        return "missed"
    path = goal.path(day)
    if math.isnan(path):
        return "no_target"
    if goal.shortfall(value, path) <= (goal.tolerance or 0.0) + SAME:
        return "on_path"
    if goal.tolerance is not None or math.isnan(lower) or math.isnan(upper):
        return "off_path"
    return "off_path" if goal.best_shortfall(lower, upper, path) > SAME else "unclear"
