"""Marks: what happened to the people of a dataset of joiners and leavers, told by the rows of extracts of events."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.definitions.dataset import MOVEMENT, Column, Dataset, Mark
from metrics.definitions.dimension import Category, Dimension
from metrics.definitions.kpi import Kpi

YES, NO, NOT_RECORDED = "yes", "no", "not_recorded"
TOLD = (YES, NO)
"""What is said of each person of a span that an event extract was loaded for; without one, nothing is recorded of anybody."""


def title_of(name: str, mark: Mark) -> str:
    """What a mark is called: its own title, or its name in words.

    >>> title_of("formal_disciplinary", Mark.model_validate({"from": "er", "where": {"stage": ["formal"]}}))
    'Formal disciplinary'
    """
    return mark.title or name.replace("_", " ").capitalize()


def with_marks(dimensions: Mapping[str, Dimension], datasets: Mapping[str, Dataset]) -> dict[str, Dimension]:
    """The dimensions, with one for each mark; a dimension that the council has of that name stays (a check refuses the two)."""
    made = {name: dimension_of(name, mark) for dataset in datasets.values() for name, mark in dataset.marks.items()}
    return {**made, **dimensions}


def dimension_of(name: str, mark: Mark) -> Dimension:
    return Dimension(
        id=name,
        title=title_of(name, mark),
        categories=(
            Category(id=YES, label="Yes"),
            Category(id=NO, label="No"),
            Category(id=NOT_RECORDED, label="Not recorded", known=False),
        ),
    )


def mark_columns(dataset: Dataset, taken: Mapping[str, Column]) -> dict[str, Column]:
    """A column of its own for each mark, whose name nothing else has `taken`."""
    return {name: Column.model_validate({"from": name, "dimension": name}) for name in dataset.marks if name not in taken}


def marks_of(kpi: Kpi, dataset: Dataset) -> tuple[str, ...]:
    """The marks that a KPI asks for, in the order of its dataset."""
    measure = kpi.measure
    asked = {*measure.numerator, *measure.denominator, *measure.reference_group}
    return tuple(name for name in dataset.marks if name in asked)


def on_people(name: str, dataset: Dataset) -> bool:
    """Whether a dimension says who somebody is, rather than whether they moved or what happened to them."""
    return name != MOVEMENT and name not in dataset.marks
