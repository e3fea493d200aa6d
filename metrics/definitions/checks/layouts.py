"""How published tables are read: what is said of their layout fits together, and a mark where a value is missing means one thing."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.dataset import Column, Dataset
from metrics.definitions.layout import Layout
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for dataset in parsed.datasets.values():
        for place, message in (*_layout(dataset.layout), *_columns(dataset)):
            yield parsed.problem("datasets", dataset.id, place, message)


def _layout(layout: Layout | None) -> Iterator[tuple[Place, str]]:
    if layout is None:
        return
    first, _, last = (layout.table_columns or "A:A").partition(":")
    if (len(first), first) > (len(last), last):
        message = f"a table runs from left to right; write {last}:{first}"
        yield ("layout", "table_columns"), message
    if layout.unfold is not None and layout.unfold.label.casefold() == layout.unfold.number.casefold():
        yield ("layout", "unfold", "number"), "the group's name and its number need a heading each; choose another one"
    if layout.apart is not None and layout.apart.value.casefold() == layout.apart.by.casefold():
        yield ("layout", "apart", "by"), "the numbers and the words that tell them apart stand in two columns; name the other one"


def _columns(dataset: Dataset) -> Iterator[tuple[Place, str]]:
    for name, column in dataset.columns.items():
        if column.percentages is not None and column.type != "number":
            message = f"percentages are numbers, and '{name}' is of type {column.type}; write `type: number`, or leave it out"
            yield ("columns", name, "percentages"), message
        for word in _meant_twice(column):
            message = f"'{word}' is also a label (`recode` or `total`); a cell either holds an answer or stands for a missing one"
            yield ("columns", name, "missing", word), message
        kept = f"{name}_missing"
        if dataset.missing_in(name) and kept in dataset.columns:
            message = f"why its values are missing is kept in '{kept}', and there is such a column; call that one something else"
            yield ("columns", kept), message


def _meant_twice(column: Column) -> list[str]:
    labels = {label.casefold() for label in (*column.recode, *column.total)}
    return [word for word in column.missing if word.casefold() in labels]
