"""A dataset that is read from a table has no keys that only a file has."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.parsed import Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for dataset in parsed.datasets.values():
        if dataset.table is None:
            continue
        for key, value in (("sheet", dataset.sheet), ("header_row", dataset.header_row), ("layout", dataset.layout)):
            if value is not None:
                message = f"`{key}` is for workbooks and files, and this dataset is read from a table; leave one of the two out"
                yield parsed.problem("datasets", dataset.id, (key,), message)
        if "." in dataset.table.name and dataset.table.in_schema is None:
            first, _, last = dataset.table.name.partition(".")
            message = f"'{dataset.table.name}' names the schema too; write schema: {first} and name: {last}"
            yield parsed.problem("datasets", dataset.id, ("table", "name"), message)
