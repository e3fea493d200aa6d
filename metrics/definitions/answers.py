"""Datasets whose rows hold numbers of people: made whole with the two columns that their headings unfold into."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.definitions.dataset import Column, Dataset

PEOPLE = "people"
"""Column of how many people a stored row stands for."""
ANSWER_HEADING, PEOPLE_HEADING = "\0answer", "\0people"
"""Headings that no file can have."""


def unfolded(datasets: Mapping[str, Dataset]) -> dict[str, Dataset]:
    """The same datasets; one with `answers` has a column for the answer and one for its people."""
    return {id: _unfolded(dataset) if dataset.answers else dataset for id, dataset in datasets.items()}


def _unfolded(dataset: Dataset) -> Dataset:
    answers = dataset.answers
    if answers is None or {answers.column, PEOPLE} & dataset.columns.keys():
        return dataset
    dimension = answers.dimension or answers.column
    answer = {"from": ANSWER_HEADING, "dimension": dimension, "standard_labels": False, "recode": {c: c for c in answers.source.values()}}
    number = {"from": PEOPLE_HEADING, "type": "integer", "empty": "reject", "minimum": 0}
    added = {answers.column: Column.model_validate(answer), PEOPLE: Column.model_validate(number)}
    return dataset.model_copy(update={"columns": {**dataset.columns, **added}})
