"""What must be read beside figures of a dataset: of all of them, or of those that use certain columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator

from metrics.definitions.base import Definition, Id, Text

if TYPE_CHECKING:
    from metrics.definitions.configuration import Configuration
    from metrics.definitions.kpi import Kpi


class About(Definition):
    """`{note: Bonus pay is …, about: [bonus_pay, bonus_paid]}`: a sentence for figures that use one of these columns or dimensions."""

    note: Text
    about: tuple[Id, ...] = ()
    """Left out: it stands beside every figure of the dataset."""


def _written(value: object) -> object:
    return {"note": value} if isinstance(value, str) else value


DatasetNote = Annotated[About, BeforeValidator(_written, json_schema_input_type=About | Text)]


def notes_of(configuration: Configuration, kpi: Kpi) -> tuple[str, ...]:
    """The sentences of the KPI's dataset that are about its figures."""
    used = used_names(configuration, kpi)
    return tuple(said.note for said in configuration.datasets[kpi.dataset].notes if not said.about or used & set(said.about))


def used_names(configuration: Configuration, kpi: Kpi) -> frozenset[str]:
    """Columns and dimensions that a KPI's figures are made of, or split by."""
    measure, offered = kpi.measure, configuration.sources_of(kpi.dataset)
    population = configuration.datasets[kpi.dataset].populations[kpi.population]
    filters = (population.where, measure.numerator, measure.denominator, measure.reference_group)
    named = {name for where in filters for name in where}
    named |= {word for breakdown in kpi.breakdowns for word in configuration.split(breakdown)[1]}
    columns = (measure.column, measure.over, measure.out_of, measure.count, measure.people, measure.begins, measure.ends)
    named |= {name for name in columns if name}
    return frozenset(named | {offered[name] for name in named if name in offered})
