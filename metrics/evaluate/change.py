"""Where figures must not be compared: the days on which a KPI was counted differently, and those on which a unit became other people."""

from __future__ import annotations

from datetime import date

from metrics.definitions.configuration import Configuration
from metrics.definitions.succession import Succession
from metrics.statistics.movement import CHANGES, add_changes

__all__ = ["CHANGES", "add_changes", "ratios", "series_breaks", "unit_breaks"]


def ratios(configuration: Configuration) -> tuple[str, ...]:
    """KPIs whose changes are tested as factors."""
    return tuple(id for id, kpi in configuration.kpis.items() if kpi.measure.type.is_ratio)


def series_breaks(configuration: Configuration) -> dict[str, tuple[date, ...]]:
    """KPI to the days from which it was counted differently."""
    return {id: tuple(b.date for b in kpi.series_breaks) for id, kpi in configuration.kpis.items() if kpi.series_breaks}


def unit_breaks(configuration: Configuration) -> dict[str, tuple[date, ...]]:
    """Unit to the days on which people came from elsewhere or went elsewhere, as the units were."""
    told = Succession(configuration.organisation, date.max)
    found = {unit.id: tuple(b.day for b in told.breaks(unit.id)) for unit in configuration.organisation.units}
    return {unit: days for unit, days in found.items() if days}
