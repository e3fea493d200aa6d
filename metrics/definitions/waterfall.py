"""The steps from everybody in an extract down to the people that a figure is about: their names, and each reason in words."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.definitions.base import Categories, Filter
from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.mark_words import describe_event, is_mark
from metrics.definitions.pay_columns import BONUS_PAY, HOURLY_PAY

WATERFALL = "waterfall"
"""Stands in place of a breakdown in the rows that count people step by step; their groups are "step=headcount" and so on."""
STEPS = ("headcount", "employed", "population", "conditions", "known", "paid", "counted")
"""Each holds some of the people of the one before.

headcount : everybody in the extract on the day; employed : for pay, who is employed by the council; population : the KPI's population;
conditions : who also meets what the base asks for (for a pay gap: who is in one of its groups, or might be); known : whose answers are
known; paid : with pay on record; counted : for a count, the people that it counts
"""
_GAPS = frozenset(kind for kind in MeasureType if kind.has_two_sides or kind.is_ratio)


@dataclass(frozen=True)
class StepWords:
    """One step: who is left after it, and who leaves at it and why ("" where nobody can)."""

    id: str
    left: str
    leaves: str


def describe_steps(configuration: Configuration, kpi: Kpi) -> tuple[StepWords, ...]:
    """Every step that a KPI may have; those at which nobody can leave are not published, and their words stay unused."""
    dataset, measure = configuration.datasets[kpi.dataset], kpi.measure
    fixed = {n: c for n, c in measure.denominator.items() if not _only_known(configuration, n, c)}
    if measure.type.has_two_pools:
        fixed = {n: c for n, c in fixed.items() if n in measure.shared}
    pay = (measure.column or "pay").replace("_", " ")
    once = "each person once, in their main post" if dataset.grain == "post" else "a row is a person"
    everybody = f"Everybody in the extract on that day ({once})"
    if dataset.rows_are:
        everybody = (
            f"All {dataset.rows_are} in the extract, of {dataset.window_months} months"
            if dataset.window_months
            else f"All {dataset.rows_are}"
        )
    return (
        StepWords("headcount", everybody, ""),
        StepWords("employed", "Employed by the council", _either_of(configuration, dataset.not_employees)),
        StepWords("population", configuration.population_title(kpi), describe_left_out(configuration, kpi)),
        StepWords("conditions", *_conditions(configuration, kpi, fixed)),
        StepWords("known", "Whose answers are known", _unknown(configuration, kpi)),
        StepWords("paid", f"With {pay} on record", _no_pay(dataset, pay, measure.column)),
        StepWords("counted", "Counted", _outside(configuration, measure.numerator)),
    )


def describe_left_out(configuration: Configuration, kpi: Kpi) -> str:
    """Who is in the extract and not in the KPI's population, by their categories; "" where it is everybody."""
    return _outside(configuration, configuration.datasets[kpi.dataset].populations[kpi.population].where)  # `without` is worked into it


def _either_of(configuration: Configuration, where: Filter) -> str:
    """What people have who meet any one condition of a role."""
    return "; ".join(describe_inside(configuration, {name: wanted}) for name, wanted in where.items())


def _no_pay(dataset: Dataset, pay: str, column: str | None) -> str:
    """Why somebody has no figure in a pay column."""
    if dataset.pay_items is None or column not in (HOURLY_PAY, BONUS_PAY):
        return f"No {pay} on record"
    worked_out = "No hourly pay can be worked out: no hours a week on record, or nothing paid in the pay period"
    return worked_out if column == HOURLY_PAY else "Paid no bonus in the twelve months to the snapshot day"


def _only_known(configuration: Configuration, name: str, categories: Categories) -> bool:
    return categories == "known" or set(categories) == set(configuration.dimensions[name].known)


def _conditions(configuration: Configuration, kpi: Kpi, fixed: Filter) -> tuple[str, str]:
    measure = kpi.measure
    left, leaves = describe_inside(configuration, fixed), _outside(configuration, fixed)
    if measure.type not in _GAPS:
        return left or "Everyone asked about", leaves
    groups = [describe_inside(configuration, where) for where in _groups(kpi)]
    neither = f"In neither of the two groups: {'; '.join(groups)}"
    return "; ".join(filter(None, ["In one of the two groups, or not known", left])), "; ".join(filter(None, [neither, leaves]))


def _groups(kpi: Kpi) -> tuple[Filter, Filter]:
    """What tells the two groups of a gap or a ratio apart."""
    measure = kpi.measure
    if measure.type.has_two_pools:
        apart = [n for n, c in measure.denominator.items() if measure.reference_group.get(n) != c]
        return {n: measure.denominator[n] for n in apart}, {n: measure.reference_group[n] for n in apart if n in measure.reference_group}
    one: Filter = {str(measure.over): "known"} if measure.over else measure.numerator
    return one, measure.reference_group


def _unknown(configuration: Configuration, kpi: Kpi) -> str:
    """The answers that are no answer, of every characteristic that the base asks for."""
    measure = kpi.measure
    base = measure.shared if measure.type.has_two_pools else measure.denominator
    asked = [n for n, c in base.items() if _only_known(configuration, n, c)]
    if measure.type in _GAPS:
        one, other = _groups(kpi)
        asked += [n for n in one if n in other]
    words = []
    for name in (n for n in dict.fromkeys(asked) if not is_mark(configuration, n)):
        dimension = configuration.dimensions[name]
        labels = [dimension.label(c).lower() for c in dimension.unknown]
        words.append(f"{dimension.title}: {' or '.join(labels) if labels else 'not known'}")
    return "; ".join(words)


def describe_inside(configuration: Configuration, where: Filter) -> str:
    """What people have who meet a filter: "Contract: Permanent or Fixed term; Sex is known"."""
    words = []
    for name, wanted in where.items():
        dimension, event = configuration.dimensions[name], describe_event(configuration, name, wanted)
        if event is not None:
            words += [event] if event else []
            continue
        known = _only_known(configuration, name, wanted) and dimension.unknown
        words.append(
            f"{dimension.title} is known"
            if known
            else f"{dimension.title}: {_either([dimension.label(c) for c in _chosen(configuration, name, wanted)])}"
        )
    return "; ".join(words)


def _outside(configuration: Configuration, where: Filter) -> str:
    """What people have who do not meet a filter."""
    words = []
    for name, wanted in where.items():
        dimension = configuration.dimensions[name]
        others = [dimension.label(c) for c in dimension.ids if c not in _chosen(configuration, name, wanted)]
        if others:
            words.append(f"{dimension.title}: {_either(others)}")
    return "; ".join(words)


def _chosen(configuration: Configuration, name: str, wanted: Categories) -> tuple[str, ...]:
    return configuration.dimensions[name].known if wanted == "known" else tuple(wanted)


def _either(labels: list[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} or {labels[-1]}" if labels else ""
