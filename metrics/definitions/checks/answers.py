"""Rows that hold numbers of people say nothing of any one person: no identifier, no post, no pay, one characteristic."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.answers import PEOPLE
from metrics.definitions.dataset import Answers, Dataset
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for dataset in parsed.datasets.values():
        if dataset.as_at_end_of and not dataset.as_at:
            message = "says how to read the dates of a column, and no column is named; write `as_at:` with its heading"
            yield parsed.problem("datasets", dataset.id, ("as_at_end_of",), message)
        if dataset.answers is not None:
            for place, message in (*_alone(dataset), *_headings(parsed, dataset, dataset.answers)):
                yield parsed.problem("datasets", dataset.id, place, message)
    for kpi, dataset in parsed.kpis_with_dataset():
        if dataset.answers is not None and kpi.measure.column is not None:
            message = f"rows of dataset '{dataset.id}' hold numbers of people; only counts and shares can be made of them"
            yield parsed.problem("kpis", kpi.id, ("measure", "column"), message)


def _alone(dataset: Dataset) -> Iterator[tuple[Place, str]]:
    if dataset.grain == "post":
        yield ("grain",), "a row holds numbers of people here, so it is nobody's post; leave `grain` out"
    if dataset.person_id != "absent":
        yield ("person_id",), "a row holds numbers of people here, so it has no person identifier; leave it out"
    for name, column in dataset.columns.items():
        if name == PEOPLE and column.type == "integer":
            continue
        if column.band or column.type in {"money", "number", "integer", "date"}:
            yield ("columns", name), "a row holds numbers of people here; only texts and categories that all of them share may stand beside"


def _headings(parsed: Parsed, dataset: Dataset, answers: Answers) -> Iterator[tuple[Place, str]]:
    name = answers.dimension or answers.column
    dimension = parsed.dimensions.get(name)
    if dimension is None:
        yield ("answers", "dimension" if answers.dimension else "column"), no_such("dimension", name, parsed.dimensions)
        return
    if (answers.label is None) != (answers.people is None):
        there, missing = ("label", "people") if answers.people is None else ("people", "label")
        yield ("answers", there), f"a row for each answer has two headings, `label` and `people`; write `{missing}:`, too"
    elif answers.label is not None and (answers.made_of or answers.total):
        message = "a row holds one answer here, so there are no parts and no total to check it with; leave it out"
        yield ("answers", "made_of" if answers.made_of else "total"), message
    for heading, category in answers.source.items():
        if category not in dimension.ids:
            yield ("answers", "from", heading), no_such("category", category, dimension.ids)
    for heading in answers.made_of:
        if heading not in answers.source:
            yield ("answers", "made_of", heading), no_such("heading under `from`", heading, answers.source)
