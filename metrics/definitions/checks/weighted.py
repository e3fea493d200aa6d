"""Weighted surveys: every answer has a weight above 0 and names its survey, and no share of them is made without the weights."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.dataset import Column, Dataset
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.nearest import listed, no_such
from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem

KINDS = (MeasureType.SURVEY_PROPORTION, MeasureType.COUNT)
"""What may be made of a weighted survey; a count is of answers, and not weighted."""


def check(parsed: Parsed) -> Iterator[Problem]:
    for dataset in parsed.datasets.values():
        for place, message in _dataset(dataset):
            yield parsed.problem("datasets", dataset.id, place, message)
    for kpi, dataset in parsed.kpis_with_dataset():
        for place, message in _kpi(kpi, dataset):
            yield parsed.problem("kpis", kpi.id, place, message)


def _dataset(dataset: Dataset) -> Iterator[tuple[Place, str]]:
    if dataset.weight is None:
        return
    if dataset.grain != "event" or not dataset.voluntary:
        yield ("weight",), "weights are for surveys that people choose to answer; write `grain: event` and `voluntary: true`"
    if dataset.answers is not None:
        yield ("answers",), "a row of a weighted survey is one answer with its weight, not a number of people; leave it out"
    if dataset.weight not in dataset.columns:
        yield ("weight",), no_such("column", dataset.weight, dataset.columns)
    else:
        for message in _weight(dataset.columns[dataset.weight]):
            yield ("columns", dataset.weight), message
    if dataset.edition is None:
        yield ("weight",), "name the text column with the survey, such as `edition: edition`: two surveys are never joined"
    elif dataset.edition not in dataset.columns:
        yield ("edition",), no_such("column", dataset.edition, dataset.columns)
    elif not _always_text(dataset.columns[dataset.edition]):
        yield ("columns", dataset.edition), "names the survey of every row; write `type: text` and `empty: reject`"


def _weight(column: Column) -> Iterator[str]:
    if column.type not in NUMERIC or column.type == "money":
        yield f"a weight is a number; found type '{column.type}', write `type: number`"
    elif column.minimum is None or column.minimum <= 0:
        yield "every answer counts for something: give it a `minimum` above 0, such as `minimum: 0.01`"
    if column.empty != "reject" or not column.required:
        yield "every answer has a weight; write `empty: reject`, and leave `required` out"
    if column.band is not None:
        yield "a weight tells of the sample and not of people; leave `band` out"


def _always_text(column: Column) -> bool:
    return column.type == "text" and column.empty == "reject" and column.required


def _kpi(kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    kind = kpi.measure.type
    if kind is MeasureType.SURVEY_PROPORTION and dataset.weight is None:
        yield ("measure", "type"), f"'{dataset.id}' has no `weight`; write `type: proportion`, or name the dataset's column of weights"
    if dataset.weight is not None and kind not in KINDS:
        yield ("measure", "type"), f"'{dataset.id}' has weights, and a {kind} would leave them out; there are: {listed(KINDS)}"
