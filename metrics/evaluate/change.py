"""Where figures must not be compared: the days on which a KPI was counted differently, and those on which a unit became other people."""

from __future__ import annotations

from datetime import date

from metrics.definitions.configuration import Configuration
from metrics.definitions.flows import MONTHS
from metrics.definitions.kpi import Kpi
from metrics.definitions.rolling import rolls, span_months
from metrics.definitions.succession import Succession
from metrics.evaluate.comparison import factor
from metrics.statistics.goals import IDEALS
from metrics.statistics.moved import add_usual_range
from metrics.statistics.movement import CHANGES, add_changes
from metrics.statistics.usual_range import Usual
from metrics.statistics.xmr import Rules

__all__ = ["CHANGES", "add_changes", "add_usual_range", "ratios", "series_breaks", "unit_breaks", "usuals", "windows"]


def ratios(configuration: Configuration) -> tuple[str, ...]:
    """KPIs whose changes are tested as factors."""
    return tuple(id for id, kpi in configuration.kpis.items() if kpi.measure.type.is_ratio)


def windows(configuration: Configuration) -> dict[str, int]:
    """KPIs whose windows roll, to the months of a window."""
    datasets = configuration.datasets
    return {id: span_months(kpi, datasets[kpi.dataset]) for id, kpi in configuration.kpis.items() if rolls(kpi, datasets[kpi.dataset])}


def series_breaks(configuration: Configuration) -> dict[str, tuple[date, ...]]:
    """KPI to the days from which it was counted differently."""
    return {id: tuple(b.date for b in kpi.series_breaks) for id, kpi in configuration.kpis.items() if kpi.series_breaks}


def unit_breaks(configuration: Configuration) -> dict[str, tuple[date, ...]]:
    """Unit to the days on which people came from elsewhere or went elsewhere, as the units were."""
    told = Succession(configuration.organisation, date.max)
    found = {unit.id: tuple(b.day for b in told.breaks(unit.id)) for unit in configuration.organisation.units}
    return {unit: days for unit, days in found.items() if days}


def usuals(configuration: Configuration) -> dict[str, Usual]:
    """KPI to how it is read over time."""
    return {id: _usual(configuration, kpi) for id, kpi in configuration.kpis.items()}


def _usual(configuration: Configuration, kpi: Kpi) -> Usual:
    last = kpi.target.milestones[-1].value * factor(kpi) if kpi.target else None
    base, dataset = kpi.spc.baseline, configuration.datasets[kpi.dataset]
    return Usual(
        grain=kpi.period.grain.value,
        polarity=kpi.polarity,
        span_months=span_months(kpi, dataset) or (MONTHS[dataset.flows.every] if dataset.flows else 0),
        ideal=IDEALS.get(kpi.measure.type.value, last) if kpi.polarity == "closer_to_target" else None,
        baseline=(base.first, base.to) if base else None,
        rebases=tuple(r.date for r in kpi.spc.rebase),
        rules=Rules(kpi.spc.run, kpi.spc.trend),
    )
