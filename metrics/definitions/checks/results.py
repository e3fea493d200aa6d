"""Datasets of results that the council was given: nobody is in their rows, so nothing about people may stand or be measured there."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.nearest import listed, no_such
from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem
from metrics.periods import Kind

ABOUT_PEOPLE = ("answers", "main_post", "unit", "grades", "not_employees", "without_pay", "pay_items", "quarters", "top_earners", "marks")
"""Keys of a dataset that only mean something where rows are about people."""

OF_RESULTS = (MeasureType.ORDINAL, MeasureType.SCORE)


def check(parsed: Parsed) -> Iterator[Problem]:
    for dataset in parsed.datasets.values():
        for place, message in _dataset(parsed, dataset):
            yield parsed.problem("datasets", dataset.id, place, message)
    for kpi, dataset in parsed.kpis_with_dataset():
        for place, message in _kpi(parsed, kpi, dataset):
            yield parsed.problem("kpis", kpi.id, place, message)


def _dataset(parsed: Parsed, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    if dataset.grain != "result":
        if dataset.edition is not None and dataset.weight is None:
            yield ("edition",), "for results that the council was given and weighted surveys; write `grain: result`, or leave it out"
        return
    nobody = "rows are results that the council was given, and nobody is in them; leave it out"
    if dataset.person_id != "absent":
        yield ("person_id",), nobody
    for key in ABOUT_PEOPLE:
        if getattr(dataset, key):
            yield (key,), nobody
    for name, column in dataset.columns.items():
        dimension = parsed.dimensions.get(column.dimension or column.band or "")
        if dimension is not None and (dimension.protected_characteristic or dimension.sensitive):
            message = f"'{dimension.title}' is a characteristic of people, and these figures are published without protection"
            yield ("columns", name), f"{message}; leave it out, or load rows about people into a dataset of their own"
    if dataset.rows_are is None:
        yield ("grain",), "say what is given, such as `rows_are: points`"
    if dataset.edition is None:
        yield ("grain",), "name the text column with the edition of the scheme, such as `edition: edition`: editions are never compared"
    elif dataset.edition not in dataset.columns:
        yield ("edition",), no_such("column", dataset.edition, dataset.columns)
    elif dataset.columns[dataset.edition].type != "text" or dataset.columns[dataset.edition].empty != "reject":
        yield ("edition",), f"'{dataset.edition}' must be of `type: text` with `empty: reject`: every result is of some edition"


def _kpi(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    if dataset.grain != "result":
        if kpi.measure.type in OF_RESULTS:
            yield ("measure", "type"), f"a {kpi.measure.type} is made of results, and '{dataset.id}' is not of `grain: result`"
        return
    if kpi.measure.type not in OF_RESULTS:
        yield ("measure", "type"), f"'{dataset.id}' holds results, and nobody to count; there are: {listed(OF_RESULTS)}"
        return
    if kpi.period.kind is not Kind.AS_AT:
        yield ("period",), "a result stands on the day that it was given; leave `kind` out"
    if kpi.benchmark is not None:
        yield ("benchmark",), "a result has no outside share to stand beside; leave it out"
    yield from _columns(parsed, kpi, dataset)
    yield from _breakdowns(parsed, kpi, dataset)
    if kpi.measure.type is MeasureType.ORDINAL:
        yield from _places(parsed, kpi, dataset)


def _columns(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    for key in ("column", "out_of"):
        name = getattr(kpi.measure, key)
        if name is None or (key == "column" and name not in dataset.columns):
            continue  # `checks.measure_needs` and `checks.names` say so
        if name not in dataset.columns:
            yield ("measure", key), no_such("column", name, dataset.columns, f"dataset '{dataset.id}'")
        elif kpi.measure.type is MeasureType.SCORE and dataset.columns[name].type not in NUMERIC:
            yield ("measure", key), f"points are a number, and '{name}' is of type {dataset.columns[name].type}"
        elif kpi.measure.type is MeasureType.ORDINAL:
            held = parsed.dimensions.get(dataset.columns[name].dimension or "")
            if dataset.columns[name].type != "category" or (held is not None and not held.ordered):
                yield ("measure", key), f"'{name}' must hold the categories of a dimension with `ordered: true`, the lowest first"


def _places(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    """Targets and thresholds of an award are places on its scale."""
    column = dataset.columns.get(str(kpi.measure.column))
    dimension = parsed.dimensions.get(column.dimension or "") if column else None
    if dimension is None:
        return
    named: list[tuple[Place, float]] = []
    if kpi.target is not None:
        named += [(("target", "milestones", n, "value"), milestone.value) for n, milestone in enumerate(kpi.target.milestones)]
        named += [(("target", "baseline", "value"), kpi.target.baseline.value)] if kpi.target.baseline else []
    for n, link in enumerate(kpi.framework):
        steps = link.thresholds.model_dump() if link.thresholds else {}
        named += [(("framework", n, "thresholds", name), value) for name, value in steps.items()]
    scale = ", ".join(f"{place} {label}" for place, label in enumerate(map(dimension.label, dimension.known)))
    for place, value in named:
        if value not in range(len(dimension.known)):
            yield place, f"{value:g} is no place on the scale; there are: {scale}"


def _breakdowns(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    offered = parsed.offered(dataset)
    for n, breakdown in enumerate(kpi.breakdowns):
        if kpi.measure.type is MeasureType.ORDINAL:
            yield ("breakdowns", n), "an award is given once, for the whole council; leave breakdowns out"
        elif len(breakdown.by) != 1 or breakdown.by[0] not in offered:
            yield ("breakdowns", n), f"points are split by one column of '{dataset.id}' at a time; there are: {listed(offered)}"
