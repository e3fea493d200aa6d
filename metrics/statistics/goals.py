"""How a figure stands against a target: one rule, stated once, the same for every KPI and wherever a figure is made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from metrics.statistics.trajectory import path_value

Standing = Literal["reached", "on_path", "off_path", "missed", "unclear", "no_target"]
SAME = 1e-9
"""Two figures closer than this are the same: 0.3 + 0.06 meets 0.36."""
RATIOS = frozenset({"relative_likelihood", "ratio_of_ratios"})
"""Measures of one group against another: 2 and 0.5 are equally far from 1, so distances are factors and changes are tested as such."""
IDEALS: Mapping[str, float] = {
    "pay_gap_mean": 0.0,
    "pay_gap_median": 0.0,
    "percentage_point_gap": 0.0,
    "mean_difference": 0.0,
    "representation_index": 1.0,
    **dict.fromkeys(RATIOS, 1.0),
}
"""What could not be better, whatever the target, by type of measure: a pay gap of 2% is better than its target of 4%."""


@dataclass(frozen=True)
class Goal:
    """A target as it binds one unit, in the frame's unit. `points` run from the baseline (if there is one) to the final milestone."""

    points: tuple[tuple[date, float], ...]
    polarity: str
    within: float = 0.0
    tolerance: float | None = None
    """The council's own rule instead of the likely range."""
    ratio: bool = False
    """Distances are factors: `within` 1.1 of 1 is 0.91 to 1.10."""
    best: float | None = None
    """For `closer_to_target`: the figure that could not be better, where it is not the target itself (no gap at all)."""

    @property
    def final(self) -> tuple[date, float]:
        return self.points[-1]

    @property
    def ideal(self) -> float:
        return self.final[1] if self.best is None else self.best

    def shortfall(self, value: float, aim: float) -> float:
        """How much worse `value` is than `aim`, in the frame's unit (for ratios a logarithm); 0 or less is as good or better.

        For `closer_to_target` every figure is judged by its distance from the ideal: no gap for gaps, 1 for an index,
        else the final target. Worse means farther away than the aim is, on either side; `within` of the final target
        is as good as the target.
        """
        if self.polarity == "closer_to_target":
            return self._distance(value) - max(self._distance(aim), self._distance(self.final[1]) + self._reach)
        return aim - value if self.polarity == "higher" else value - aim

    def _distance(self, value: float) -> float:
        """From the ideal; for ratios the logarithm of the factor between them."""
        if self.ratio:
            return abs(math.log(value / self.ideal)) if value > 0 else math.inf
        return abs(value - self.ideal)

    @property
    def _reach(self) -> float:
        return math.log(max(self.within, 1.0)) if self.ratio else self.within

    def best_shortfall(self, lower: float, upper: float, aim: float) -> float:
        """The shortfall of the best figure in a range."""
        if self.polarity == "closer_to_target" and lower <= self.ideal <= upper:
            return self.shortfall(self.ideal, aim)
        return min(self.shortfall(lower, aim), self.shortfall(upper, aim))

    def path(self, day: date) -> float:
        return path_value(day, self.points)


def stand(goal: Goal, value: float, lower: float, upper: float, day: date) -> Standing:
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
