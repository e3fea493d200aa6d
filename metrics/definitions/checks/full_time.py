"""Full-time equivalents are published so that they tell no head count: by unit, of one population, from a column with known limits."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.checks.breakdowns import unit_words
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    first: dict[str, Kpi] = {}
    for kpi, dataset in parsed.kpis_with_dataset():
        if kpi.measure.type is not MeasureType.FTE:
            continue
        for place, message in (*_column(kpi, dataset), *_breakdowns(parsed, kpi)):
            yield parsed.problem("kpis", kpi.id, place, message)
        other = first.setdefault(dataset.id, kpi)
        if (other.population, other.measure.column) != (kpi.population, kpi.measure.column):
            message = f"{other.id} publishes full-time equivalents of other people or another column; two such sums could be subtracted"
            yield parsed.problem("kpis", kpi.id, ("population",), f"{message}. Keep one population and column for each dataset")


def _column(kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    column = dataset.columns.get(str(kpi.measure.column))
    if column is None or column.type not in NUMERIC:
        return  # `checks.names` says so
    place: Place = ("measure", "column")
    if column.empty != "reject" or not column.required:
        yield (
            place,
            f"'{kpi.measure.column}' may be empty, and its sum would then be too low; write `empty: reject` for it, and no `required`",
        )
    if column.maximum is None or column.maximum <= 0 or (column.minimum or 0) < 0 or column.minimum is None:
        yield (
            place,
            f"'{kpi.measure.column}' needs limits, such as `minimum: 0, maximum: 1`: what one person can have decides what is shown",
        )


def _breakdowns(parsed: Parsed, kpi: Kpi) -> Iterator[tuple[Place, str]]:
    levels = unit_words(parsed)
    for n, breakdown in enumerate(kpi.breakdowns):
        groups = [word for word in breakdown.by if word not in levels]
        if groups:
            message = "full-time equivalents are published by unit only; by group, beside head counts, they could give a small one away"
            yield ("breakdowns", n), f"{message} ({', '.join(groups)})"
