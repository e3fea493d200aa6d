"""In a pay gap nobody is in both groups, and neither group holds people whose answer is not known."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.parsed import Parsed
from metrics.errors import Problem

ALWAYS = {MeasureType.PERCENTAGE_POINT_GAP: "gap would always be 0", MeasureType.REPRESENTATION_INDEX: "index would always be 1"}


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi, dataset in parsed.kpis_with_dataset():
        measure = kpi.measure
        if measure.type in {MeasureType.PAY_GAP_MEAN, MeasureType.PAY_GAP_MEDIAN} and measure.numerator and measure.reference_group:
            yield from _apart(parsed, kpi, dataset)
        elif measure.type in ALWAYS and measure.reference_group and measure.reference_group == measure.denominator:
            message = f"the same as the denominator; the {ALWAYS[measure.type]}"
            yield parsed.problem("kpis", kpi.id, ("measure", "reference_group"), message)


def _apart(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Iterator[Problem]:
    comparison = parsed.chosen(dataset, kpi.measure.numerator)
    reference = parsed.chosen(dataset, kpi.measure.reference_group)
    shared = set(comparison) & set(reference)
    if all(comparison[column] & reference[column] for column in shared):
        message = "some people are in the reference group and in the numerator (the comparison group); the two must not overlap"
        yield parsed.problem("kpis", kpi.id, ("measure", "reference_group"), message)
    for part, group in (("numerator", comparison), ("reference_group", reference)):
        for column, categories in group.items():
            finest = parsed.finest(dataset, column)
            mixed = sorted(categories & set(finest.unknown)) if finest else []
            if mixed:
                message = f"holds people whose answer is not known ({', '.join(mixed)}); they join no group"
                yield parsed.problem("kpis", kpi.id, ("measure", part), message)
