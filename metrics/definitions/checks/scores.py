"""A figure in points is made of a score with both ends, none of them below 0: how much of a group's total is one person's depends on it."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi, dataset in parsed.kpis_with_dataset():
        column = dataset.columns.get(str(kpi.measure.column))
        if column is None or column.type not in NUMERIC or not kpi.measure.type.needs_rows:
            continue  # `checks.names` says what is missing
        if kpi.measure.unit == "points" and (
            column.type == "money" or column.minimum is None or column.maximum is None or column.minimum < 0
        ):
            message = (
                f"a figure in points is made of a score between two limits, the lower one 0 or more, and '{kpi.measure.column}' is no such "
                "column; give it, for example, `type: number, minimum: 0, maximum: 100`"
            )
            yield parsed.problem("kpis", kpi.id, ("measure", "column"), message)
