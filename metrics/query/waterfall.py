"""Who leaves a KPI's base at which step: each step is a set of people that holds the next one, and a published cell like any other.

The sets are those of `metrics.definitions.waterfall.STEPS`, in that order. A step at which nobody can leave, because it asks for
nothing more than the one before, is not published. The people dropped between any two steps are a set of people too: disclosure
protects their number as it does any other (`metrics.disclosure.remainders.nested_pairs`).
"""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.query.people import EVERYBODY, WHOLE, Figure, Measured, People, both, universe, without


def waterfall(configuration: Configuration, kpi: Kpi) -> tuple[Figure, ...]:
    """The KPI's steps as figures of the whole council: numerator = people left, denominator = everybody in the extract."""
    if configuration.datasets[kpi.dataset].flows is not None:
        return ()  # nobody is left out of joiners or leavers on the way: who moved is worked out, not filtered
    found: list[Figure] = []
    before: People | None = None
    for step, people in _steps(configuration, kpi):
        here = {axis: held for axis, held in people.items() if held != frozenset(universe(configuration, kpi.dataset, axis))}
        if here != before:
            found.append(Figure(f"step={step}", {"numerator": people, "denominator": EVERYBODY}))
        before = here
    return tuple(found)


def _steps(configuration: Configuration, kpi: Kpi) -> Iterator[tuple[str, People]]:
    measured = Measured(configuration, kpi)
    figure = measured.figure(WHOLE)
    if figure is None:
        return
    everyone, counted = figure.parts["everyone"], kpi.measure.type is MeasureType.COUNT
    groups = figure.parts["possible" if kpi.measure.type.is_ratio else "denominator"]
    base = both(everyone, measured.known) if counted else groups
    employed = _employed(configuration, kpi)
    yield "headcount", EVERYBODY
    yield "employed", employed
    yield "population", both(employed, measured.population)
    yield "conditions", everyone
    yield "known", without(base, frozenset(measured.paid))
    yield "paid", base
    if counted:
        yield "counted", figure.parts["numerator"]


def _employed(configuration: Configuration, kpi: Kpi) -> People:
    """For pay, everybody who is employed here: no pay figure holds anybody else, so every later step holds some of these."""
    role = configuration.datasets[kpi.dataset].not_employees if kpi.measure.of_pay else {}
    outside = [configuration.resolve(kpi.dataset, name, wanted) for name, wanted in role.items()]
    return both(*({axis: frozenset(universe(configuration, kpi.dataset, axis)) - held} for axis, held in outside))
