"""Datasets of joiners and leavers: made whole from the dataset that they are worked out from."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.definitions.dataset import MOVEMENT, Column, Dataset
from metrics.definitions.dimension import Category, Dimension
from metrics.definitions.marks import mark_columns, with_marks

JOINED, LEFT, STAYED = "joined", "left", "stayed"
TAKEN = ("grain", "person_id", "main_post", "unit", "grades", "not_employees", "without_pay")
"""What a dataset of joiners and leavers has from its source, beside columns and populations."""
MONTHS = {"month": 1, "quarter": 3, "year": 12}
MOVEMENTS = Dimension(
    id=MOVEMENT,
    title="Since the snapshot before",
    categories=(
        Category(id=STAYED, label="Here then and now"),
        Category(id=JOINED, label="Joined"),
        Category(id=LEFT, label="Left"),
    ),
)
"""Everybody who stands in either of two snapshots has moved in one of these ways."""


def with_movements(dimensions: Mapping[str, Dimension], datasets: Mapping[str, Dataset]) -> dict[str, Dimension]:
    """The dimensions, with `joined_or_left` and marks where a dataset of joiners and leavers has them and the council has none so named."""
    needed = any(dataset.flows for dataset in datasets.values()) and MOVEMENT not in dimensions
    return with_marks({**dimensions, MOVEMENT: MOVEMENTS} if needed else dimensions, datasets)


def worked_out(datasets: Mapping[str, Dataset]) -> dict[str, Dataset]:
    """The same datasets, those of joiners and leavers with the columns and roles of their source."""
    return {id: _from(dataset, datasets.get(dataset.flows.source)) if dataset.flows else dataset for id, dataset in datasets.items()}


def _from(dataset: Dataset, source: Dataset | None) -> Dataset:
    if source is None or source.flows is not None:
        return dataset
    movement = Column.model_validate({"from": MOVEMENT, "dimension": MOVEMENT})
    taken = {name: getattr(source, name) for name in TAKEN}
    columns = {**source.columns, MOVEMENT: movement}
    own = {**source.populations, **dataset.populations}
    return dataset.model_copy(update={**taken, "columns": {**columns, **mark_columns(dataset, columns)}, "populations": own})
