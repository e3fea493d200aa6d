"""Names of dimensions and columns that already mean something else in frames, tables and breakdowns."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.parsed import Parsed
from metrics.errors import Problem

FRAME = frozenset(
    {"release", "kpi", "breakdown", "group", "period_start", "period_end", "numerator", "denominator", "value", "lower", "upper"}
    | {"benchmark", "target", "gap", "ratio", "status", "marker", "n", "part", "side", "region", "step", "waterfall"}
)
TABLE = frozenset({"as_at", "row_number", "person_id", "unit", "counts_once"})


def check(parsed: Parsed) -> Iterator[Problem]:
    levels = frozenset(parsed.organisation.levels) if parsed.organisation else frozenset()
    for id in parsed.dimensions:
        if ("dimensions", id) not in parsed.readings:
            continue  # made for a mark: `checks.marks` looks at its name
        if id == "unit" or id in levels:
            message = f"'{id}' already means units of the organisation in breakdowns; give the dimension's file another name"
            yield parsed.problem("dimensions", id, (), message)
        elif id in FRAME | TABLE:
            yield parsed.problem("dimensions", id, (), f"'{id}' is a column of every result; give the dimension's file another name")
    if "unit" in levels:
        yield Problem(parsed.organisation_where, "level 'unit' already means units at every level; call it something else")
    for dataset in parsed.datasets.values():
        for name in dataset.columns:
            if name in TABLE and name not in dataset.marks:  # `checks.marks` looks at those
                yield parsed.problem(
                    "datasets", dataset.id, ("columns", name), f"'{name}' is kept for the product's own use; call the column something else"
                )
