"""Targets and thresholds are values that the measure can take, in the unit that the KPI is in."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem

INFINITE = float("inf")


def possible_range(kpi: Kpi) -> tuple[float, float]:
    """Smallest and largest value that a KPI can take, in its own unit."""
    if kpi.measure.type is MeasureType.SURVEY_PROPORTION:
        return 0.0, 100.0
    shares = {MeasureType.PROPORTION, MeasureType.DISSIMILARITY, MeasureType.SHARE_OF_SUM}
    if kpi.measure.type in shares or kpi.measure.days_allowed:
        return 0.0, 100.0
    if kpi.measure.type in {MeasureType.PERCENTAGE_POINT_GAP, MeasureType.LOWEST_GROUP_GAP}:
        return -100.0, 100.0
    if kpi.measure.type is MeasureType.MEAN_DIFFERENCE or kpi.measure.type is MeasureType.SLOPE_INDEX:
        return -INFINITE, INFINITE
    if kpi.measure.type.is_pay_gap:
        return -INFINITE, 100.0
    return 0.0, INFINITE


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi in parsed.kpis.values():
        low, high = possible_range(kpi)
        for place, value in _values(kpi):
            if not low <= value <= high:
                yield parsed.problem(
                    "kpis", kpi.id, place, f"{value:g} cannot be: {_words(low, high)} (in {kpi.measure.unit.replace('_', ' ')})"
                )


def _words(low: float, high: float) -> str:
    if high == INFINITE:
        return f"at least {low:g}"
    return f"at most {high:g}" if low == -INFINITE else f"from {low:g} to {high:g}"


def _values(kpi: Kpi) -> Iterator[tuple[Place, float]]:
    if kpi.target is not None:
        if kpi.target.baseline is not None:
            yield ("target", "baseline", "value"), kpi.target.baseline.value
        for n, milestone in enumerate(kpi.target.milestones):
            yield ("target", "milestones", n, "value"), milestone.value
        for unit, milestones in kpi.target.by_unit.items():
            for n, milestone in enumerate(milestones):
                yield ("target", "by_unit", unit, n, "value"), milestone.value
    for n, link in enumerate(kpi.framework):
        if link.thresholds is not None:
            for level in ("developing", "achieving", "excellent"):
                yield ("framework", n, "thresholds", level), getattr(link.thresholds, level)
