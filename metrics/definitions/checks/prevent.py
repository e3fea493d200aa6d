"""Prevent is measured by how it is delivered: nothing may be loaded that would tell who was referred, from which group or place.

A dataset about Prevent says so with `subject: prevent`. One that only speaks of it, in any of its words, is refused until it does, so that
nobody gets round the rule by not thinking of it; and so is a KPI that speaks of it and is made of any other dataset.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from metrics.definitions.dataset import Dataset
from metrics.definitions.dimension import Dimension
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem

ABOUT = re.compile(
    r"(?i:radicalis|radicaliz|extremis|terroris|channel[ _-]?(panel|programme|case|referral))|\bPrevent\b(?! (and|or|homeless|falls))"
)
"""Words that are about the programme; "prevention" and the verb in small letters are not."""
ABOUT_ID = re.compile(r"(^|_)prevent(_|$)")
REFERRED = re.compile(r"(?i)referr|referral|individuals|vulnerab|channel[ _-]?case|adopted")
"""Words for people who were drawn to the programme's attention."""
PLACE = re.compile(
    r"(?i)(^|[ _-])(ward|post ?code|area|neighbourhood|locality|district|constituency|parish|school|street|estate|address|lsoa|msoa|"
    r"deprivation|region|country|nationality|birth|language|faith|religion|belief|mosque|church|temple|ethnic\w*|race|heritage|community|"
    r"sex|gender|age|disab\w*|ideolog\w*)s?($|[ _-])"
)
"""Words for places and for groups of people, whatever the dimension is called."""


def check(parsed: Parsed) -> Iterator[Problem]:
    about = {dataset.id for dataset in parsed.datasets.values() if dataset.subject == "prevent" or _speaks(parsed, dataset)}
    for dataset in parsed.datasets.values():
        if dataset.id in about:
            for place, message in _dataset(parsed, dataset):
                yield parsed.problem("datasets", dataset.id, place, message)
    for kpi in parsed.kpis.values():
        for place, message in _kpi(parsed, kpi, about):
            yield parsed.problem("kpis", kpi.id, place, message)


def _speaks(parsed: Parsed, dataset: Dataset) -> bool:
    return bool(ABOUT_ID.search(dataset.id)) or any(ABOUT.search(words) for words in _words(parsed, dataset))


def _words(parsed: Parsed, dataset: Dataset) -> Iterator[str]:
    """Everything that a dataset and the dimensions of its columns say."""
    yield from (dataset.id, dataset.title, dataset.source_system or "", dataset.filled_in_by or "", dataset.rows_are or "")
    yield from (said.note for said in dataset.notes)
    for name, population in dataset.populations.items():
        yield from (name, population.title)
    for name, column in dataset.columns.items():
        yield from (name, column.source, column.about or "", *column.recode, *column.recode.values())
    for dimension in _dimensions(parsed, dataset):
        yield from (dimension.id, dimension.title, *(category.label for category in dimension.categories))


def _dimensions(parsed: Parsed, dataset: Dataset) -> Iterable[Dimension]:
    return [parsed.dimensions[id] for id in parsed.offered(dataset) if id in parsed.dimensions]


def _dataset(parsed: Parsed, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    if dataset.subject != "prevent":
        yield (
            (),
            "this is about Prevent; say so with `subject: prevent`, and only its delivery is measured: training, panels, actions of a plan",
        )
    referred = any(REFERRED.search(words) for words in _words(parsed, dataset))
    if referred and dataset.grain != "item":
        message = "rows about people who were referred are not loaded: their groups and places could be told"
        yield (), f"{message}. Measure how long panels take as `grain: item`, without any column about who it was"
    for name, column in dataset.columns.items():
        dimension = parsed.dimensions.get(column.dimension or column.band or "")
        characteristic = dimension is not None and (dimension.protected_characteristic or dimension.sensitive)
        named = [name, column.source, *((dimension.id, dimension.title) if dimension is not None else ())]
        if characteristic or any(PLACE.search(words) for words in named):
            yield ("columns", name), "Prevent is never published by group of people or by place; leave this column out"


def _kpi(parsed: Parsed, kpi: Kpi, about: set[str]) -> Iterator[tuple[Place, str]]:
    said = (kpi.title, kpi.short_title or "", kpi.why_it_matters, *kpi.notes)
    dataset = parsed.datasets.get(kpi.dataset)
    if kpi.dataset not in about:
        if dataset is not None and any(ABOUT.search(words) for words in said):
            yield ("dataset",), f"this is about Prevent, and '{kpi.dataset}' does not say so; write `subject: prevent` there"
        return
    if dataset is None or not any(REFERRED.search(words) for words in (*said, *_words(parsed, dataset))):
        return
    if kpi.breakdowns:
        yield ("breakdowns",), "what is about referrals is told of the whole place only; leave the breakdowns out"
    if kpi.measure.type is MeasureType.COUNT:
        yield (
            ("measure", "type"),
            "how many were referred is not published; measure how the work is done: a share in time, actions done",
        )
