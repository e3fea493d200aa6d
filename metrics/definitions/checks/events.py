"""Datasets of events: rows are things that happened in so many months up to the day, and every KPI is about the same span."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.dataset import Dataset
from metrics.definitions.flows import MONTHS
from metrics.definitions.kpi import Kpi
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem
from metrics.periods import Kind

GRAINS = {months: grain for grain, months in MONTHS.items()}


def check(parsed: Parsed) -> Iterator[Problem]:
    telling = {mark.source for dataset in parsed.datasets.values() for mark in dataset.marks.values()}
    for dataset in parsed.datasets.values():
        for place, message in _dataset(dataset, dataset.id in telling):
            yield parsed.problem("datasets", dataset.id, place, message)
    for kpi in parsed.kpis.values():
        known = parsed.datasets.get(kpi.dataset)
        if known is not None and known.window_months is not None:
            for place, message in _kpi(kpi, known, known.window_months):
                yield parsed.problem("kpis", kpi.id, place, message)


def _dataset(dataset: Dataset, tells_marks: bool) -> Iterator[tuple[Place, str]]:
    if dataset.grain != "event":
        for key in ("rows_are", "window_months"):
            if getattr(dataset, key) is not None and not (key == "rows_are" and dataset.grain == "result"):
                yield (key,), "for rows that are things which happened; write `grain: event`, or leave it out"
        return
    if dataset.rows_are is None:
        yield ("grain",), "say what the rows are called, such as `rows_are: applications`"
    if dataset.person_id != "absent" and not tells_marks:
        message = "rows of things that happened are counted, whoever they are about; only one whose rows tell `marks` names people"
        yield ("person_id",), f"{message}: leave it out"
    if dataset.window_months is not None and dataset.window_months not in GRAINS:
        yield ("window_months",), f"{dataset.window_months} is no month, quarter or year; there are: {', '.join(map(str, sorted(GRAINS)))}"


def _kpi(kpi: Kpi, dataset: Dataset, months: int) -> Iterator[tuple[Place, str]]:
    if kpi.period.kind is not Kind.DURING:
        yield ("period",), f"'{dataset.id}' holds what happened in {months} months, not what stood on a day; write `kind: during`"
    grain = GRAINS.get(months)
    if grain is not None and kpi.period.grain.value != grain:
        message = (
            f"an extract of '{dataset.id}' holds {months} months; published every {kpi.period.grain}, spans would overlap or leave "
            f"months out, so its KPIs are published every {grain}: `grain: {grain}`"
        )
        yield ("period",), message
