"""Datasets of events: rows are things that happened in so many months up to the day, and every KPI is about the same span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from metrics.definitions.dataset import WITHOUT_PEOPLE, Dataset
from metrics.definitions.flows import MONTHS
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.parsed import Parsed
from metrics.definitions.rolling import rolls, span_months
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
            for place, message in (*_kpi(kpi, known, known.window_months), *_window(kpi, known, known.window_months)):
                yield parsed.problem("kpis", kpi.id, place, message)
        elif known is not None and kpi.measure.window_months is not None and kpi.period.kind is Kind.DURING:
            message = f"'{known.id}' holds no extracts of so many months, so no window is made of them; leave it out"
            yield parsed.problem("kpis", kpi.id, ("measure", "window_months"), message)
    yield from _one_window(parsed)


def _dataset(dataset: Dataset, tells_marks: bool) -> Iterator[tuple[Place, str]]:
    others = {"rows_are": WITHOUT_PEOPLE, "window_months": WITHOUT_PEOPLE - {"result"}}
    if dataset.grain != "event":
        for key, also in others.items():
            if getattr(dataset, key) is not None and dataset.grain not in also:
                yield (key,), "for rows that are things which happened; write `grain: event`, or leave it out"
        if dataset.grain in WITHOUT_PEOPLE:
            yield from _span(dataset)
        return
    if dataset.rows_are is None:
        yield ("grain",), "say what the rows are called, such as `rows_are: applications`"
    if dataset.person_id != "absent" and not tells_marks:
        message = "rows of things that happened are counted, whoever they are about; only one whose rows tell `marks` names people"
        yield ("person_id",), f"{message}: leave it out"
    yield from _span(dataset)


def _span(dataset: Dataset) -> Iterator[tuple[Place, str]]:
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
        if (shorter := MONTHS.get(kpi.period.grain.value, months)) < months:
            message += (
                f"; for {months} months every {kpi.period.grain} load an extract of {shorter} each {kpi.period.grain}, with "
                f"`window_months: {months}` in the measure"
            )
        yield ("period",), message


def _window(kpi: Kpi, dataset: Dataset, step: int) -> Iterator[tuple[Place, str]]:
    """A window of several extracts holds whole ones, and counts rows: what one person is paid or has worked stands in one of them."""
    months, kind = kpi.measure.window_months, kpi.measure.type
    if months is not None and (months < step or months % step):
        whole = ", ".join(str(step * n) for n in (1, 2, 4))
        message = f"{months} months are not so many whole extracts of '{dataset.id}', which holds {step} months in each; such as {whole}"
        yield ("measure", "window_months"), message
    elif rolls(kpi, dataset) and (kind.needs_rows or kind is MeasureType.FTE):
        message = f"a {kind} is made from single values, and each extract holds its own; counts, shares and likelihoods can be of several"
        yield ("measure", "window_months"), message


def _one_window(parsed: Parsed) -> Iterator[Problem]:
    """Figures of several lengths would be several systems of overlapping people: those of one dataset have one."""
    for dataset in parsed.datasets.values():
        kpis = [kpi for kpi in parsed.kpis.values() if kpi.dataset == dataset.id and dataset.window_months is not None]
        months = Counter(span_months(kpi, dataset) for kpi in kpis)
        usual = months.most_common(1)[0][0] if months else 0
        for kpi in kpis:
            if (own := span_months(kpi, dataset)) != usual:
                message = (
                    f"{own} months, and other KPIs of '{dataset.id}' are of {usual}; all KPIs of a dataset have one window: write "
                    f"`window_months: {usual}`"
                )
                yield parsed.problem("kpis", kpi.id, ("measure", "window_months"), message)
