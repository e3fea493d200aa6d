"""Columns of a dataset: what each holds fits its type, and no two of them offer the same dimension."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from metrics.definitions.dataset import Column, Dataset
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for dataset in parsed.datasets.values():
        if not dataset.columns and dataset.flows is None:
            yield parsed.problem("datasets", dataset.id, ("columns",), "no columns; name at least one")
        if not dataset.populations and dataset.flows is None:
            yield parsed.problem(
                "datasets",
                dataset.id,
                ("populations",),
                "no populations; name at least one, such as all_staff, here or in populations.yaml",
            )
        for name, column in dataset.columns.items():
            for step, message in _column(parsed, name, column):
                yield parsed.problem("datasets", dataset.id, ("columns", name, *step), message)
        yield from _twice(parsed, dataset)
        yield from _notes(parsed, dataset)


def _notes(parsed: Parsed, dataset: Dataset) -> Iterator[Problem]:
    """A note that is about something which the dataset does not have would never be read."""
    had = {*dataset.columns, *parsed.offered(dataset)}
    for n, said in enumerate(dataset.notes):
        for name in () if parsed.uncertain(dataset) else said.about:
            if name not in had:
                yield parsed.problem("datasets", dataset.id, ("notes", n, "about"), no_such("column or dimension", name, had))


def _column(parsed: Parsed, name: str, column: Column) -> Iterator[tuple[Place, str]]:
    if column.type == "category":
        unknown = parsed.unknown("dimensions", column.dimension, "dimension")
        if unknown:
            yield ("dimension",), f"{unknown} (a category column holds the dimension of its own name unless `dimension:` says otherwise)"
    elif column.dimension is not None:
        message = f"a column of type {column.type} holds no categories; " + (
            "write `band:`" if column.type in NUMERIC else "leave `dimension:` out"
        )
        yield ("dimension",), message
    if column.minimum is not None and column.maximum is not None and column.minimum > column.maximum:
        yield ("minimum",), f"minimum {column.minimum:g} is above maximum {column.maximum:g}"
    if (column.minimum is not None or column.maximum is not None) and column.type not in NUMERIC:
        yield (), f"minimum and maximum are for numbers, and '{name}' is of type {column.type}"
    if column.date_format is not None and not _works(column.date_format):
        yield ("date_format",), f"'{column.date_format}' is not a date format; for 31.03.2026 write '%d.%m.%Y'"


def _works(date_format: str) -> bool:
    day = datetime(2026, 3, 31)
    try:
        return datetime.strptime(day.strftime(date_format), date_format) == day
    except (ValueError, UnicodeError):
        return False


def _twice(parsed: Parsed, dataset: Dataset) -> Iterator[Problem]:
    holder: dict[str, str] = {}
    for name, column in dataset.columns.items():
        own = column.dimension or column.band
        if own is None:
            continue
        if own in holder:
            message = (
                f"columns '{holder[own]}' and '{name}' both hold dimension '{own}'; keep one, or give the second a dimension of its own"
            )
            yield parsed.problem("datasets", dataset.id, ("columns", name), message)
        elif column.band is not None and own != name and own in dataset.columns:
            message = f"its bands are kept in a column '{own}', and there already is one; call that column something else"
            yield parsed.problem("datasets", dataset.id, ("columns", name, "band"), message)
        else:
            for other, held in holder.items():
                if _above(parsed, own, other) or _above(parsed, other, own):
                    message = f"columns '{held}' and '{name}' hold dimensions that roll up into each other; keep the finer one"
                    yield parsed.problem("datasets", dataset.id, ("columns", name), message)
        holder.setdefault(own, name)


def _above(parsed: Parsed, lower: str, upper: str) -> bool:
    here = parsed.dimensions.get(lower)
    for _ in parsed.dimensions:
        if here is None or here.parent_dimension is None:
            return False
        if here.parent_dimension == upper:
            return True
        here = parsed.dimensions.get(here.parent_dimension)
    return False
