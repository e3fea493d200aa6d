"""Joiners and leavers: worked out from a dataset that knows its people, published as often as they are counted, and coarsely."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.checks import marked
from metrics.definitions.checks.breakdowns import unit_words
from metrics.definitions.dataset import MOVEMENT, Dataset
from metrics.definitions.flows import JOINED, LEFT, STAYED
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.marks import marks_of, on_people
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem
from metrics.periods import Kind

LOADED = (
    "grain",
    "person_id",
    "main_post",
    "as_at",
    "unit",
    "columns",
    "sheet",
    "header_row",
    "layout",
    "missing",
    "grades",
    "not_employees",
    "without_pay",
)
"""Keys that a file has and that a dataset of joiners and leavers takes from its source."""
KINDS = (MeasureType.COUNT, MeasureType.PROPORTION, MeasureType.TURNOVER, MeasureType.RELATIVE_LIKELIHOOD)
POOL_OF = {LEFT: frozenset({STAYED, LEFT}), JOINED: frozenset({STAYED, JOINED})}
"""Who could have done it: whoever was in post at the beginning could leave, and of those in post at the end some joined."""


def check(parsed: Parsed) -> Iterator[Problem]:
    flowing = {id: dataset for id, dataset in parsed.datasets.items() if dataset.flows is not None}
    for id, dataset in flowing.items():
        for place, message in _dataset(parsed, dataset):
            yield parsed.problem("datasets", id, place, message)
    if flowing and ("dimensions", MOVEMENT) in parsed.readings:
        message = f"'{MOVEMENT}' is kept for datasets of joiners and leavers; give the dimension's file another name"
        yield parsed.problem("dimensions", MOVEMENT, (), message)
    for kpi in parsed.kpis.values():
        known = parsed.datasets.get(kpi.dataset)
        if known is not None and known.flows is not None:
            for place, message in (*_kpi(kpi, known), *_coarse(parsed, kpi, known)):
                yield parsed.problem("kpis", kpi.id, place, message)
        elif known is not None:
            yield from _of_staff(parsed, kpi, known)


def _dataset(parsed: Parsed, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    flows = dataset.flows
    if flows is None:
        return
    for key in LOADED:
        if _typed(parsed, dataset.id, key):
            yield (key,), f"taken from dataset '{flows.source}', which the joiners and leavers are worked out from; leave it out"
    source = parsed.datasets.get(flows.source)
    if flows.source not in parsed.ids("datasets"):
        yield ("flows", "from"), no_such("dataset", flows.source, parsed.datasets)
    elif source is not None and source.flows is not None:
        yield ("flows", "from"), f"'{flows.source}' is itself worked out from '{source.flows.source}'; name the dataset that is loaded"
    elif source is not None and source.person_id == "absent":
        message = f"dataset '{flows.source}' has no person identifier, so nobody can tell who joined and who left; name one as `person_id`"
        yield ("flows", "from"), message


def _typed(parsed: Parsed, dataset: str, key: str) -> bool:
    reading = parsed.readings.get(("datasets", dataset))
    return reading is not None and isinstance(reading.data, dict) and key in reading.data


def _kpi(kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    every = dataset.flows.every if dataset.flows else ""
    measure = kpi.measure
    if kpi.period.kind is not Kind.DURING:
        yield ("period",), "joiners and leavers are counted over a span; write `kind: during`"
    if kpi.period.grain.value != every:
        yield ("period",), f"'{dataset.id}' compares snapshots a {every} apart, so its KPIs are published every {every}: `grain: {every}`"
    for n, breakdown in enumerate(kpi.breakdowns):
        if breakdown.grain is not None and breakdown.grain.value != every:
            yield ("breakdowns", n), f"published every {every}, as the whole KPI is; leave `grain` out"
    if marks := marks_of(kpi, dataset):
        yield from marked.problems(kpi, marks)
        return
    if measure.type not in KINDS:
        yield ("measure", "type"), f"a {measure.type} of joiners and leavers is not made; there are: {', '.join(KINDS)}"
        return
    if measure.type is MeasureType.RELATIVE_LIKELIHOOD:
        yield from _likelihood(kpi)
        return
    part = {MeasureType.COUNT: "numerator", MeasureType.PROPORTION: "denominator"}.get(measure.type)
    for name in ("numerator", "denominator"):
        wanted = getattr(measure, name).get(MOVEMENT)
        if name == part and (wanted is None or wanted == "known" or len(wanted) != 1 or wanted[0] not in {JOINED, LEFT}):
            yield ("measure", name), f"say who: `{MOVEMENT}: {JOINED}` or `{MOVEMENT}: {LEFT}`"
        elif name != part and wanted is not None:
            yield ("measure", name, MOVEMENT), f"a {measure.type} does not ask for it here; leave it out"


def _likelihood(kpi: Kpi) -> Iterator[tuple[Place, str]]:
    """How likely each of two groups is to leave, or to be new."""
    did = kpi.measure.numerator.get(MOVEMENT, ())
    if did == "known" or len(did) != 1 or did[0] not in POOL_OF:
        yield ("measure", "numerator"), f"say what they did: `{MOVEMENT}: [{LEFT}]` or `{MOVEMENT}: [{JOINED}]`"
        return
    pool = POOL_OF[did[0]]
    for part in ("denominator", "reference_group"):
        if frozenset(getattr(kpi.measure, part).get(MOVEMENT, ())) != pool:
            wanted = ", ".join(sorted(pool, reverse=True))
            yield ("measure", part), f"who {did[0]} is a share of those who were in post: add `{MOVEMENT}: [{wanted}]`"


def _coarse(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    """The council by one characteristic, or directorates as a whole: more would give away small changes of staff."""
    offered, levels = parsed.offered(dataset), unit_words(parsed)
    measure, marks = kpi.measure, marks_of(kpi, dataset)
    two_groups = bool(marks) or measure.type is MeasureType.RELATIVE_LIKELIHOOD
    named = (*measure.numerator, *measure.denominator, *(measure.reference_group if two_groups else ()))
    asked = {offered.get(n, n) for n in named if on_people(n, dataset)}
    for n, breakdown in enumerate(kpi.breakdowns):
        columns = asked | {offered.get(word, word) for word in breakdown.by if word not in levels}
        units = [word for word in breakdown.by if word in levels]
        if own := sorted(column for column in columns if not on_people(column, dataset)):
            yield ("breakdowns", n), f"a breakdown by '{own[0]}' is a KPI of its own: count one or the other"
        elif marked.crossed(kpi, dataset, columns, units, asked) if two_groups else len(columns) + len(units) > 1:
            met = ", ".join([*sorted(columns), *units])
            yield (
                ("breakdowns", n),
                f"joiners and leavers are published by one characteristic, or by directorate, not by both together ({met})",
            )
        elif units and units[0] != _first_level(parsed):
            yield ("breakdowns", n), f"joiners and leavers are published down to '{_first_level(parsed)}'; deeper they are too few"


def _first_level(parsed: Parsed) -> str:
    organisation = parsed.organisation
    if organisation is None:
        return "unit"
    return next((u.level for u in organisation.units if organisation.depth(u.id) == 1), "unit")


def _of_staff(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Iterator[Problem]:
    if kpi.measure.type is MeasureType.TURNOVER:
        message = "turnover needs a dataset of joiners and leavers: one with `flows: {from: …, every: year}`"
        yield parsed.problem("kpis", kpi.id, ("dataset",), message)
    if kpi.period.kind is Kind.DURING and dataset.window_months is None:
        message = "figures of this dataset are made from snapshots: write `kind: as_at`; a span is for joiners and leavers, and for events"
        yield parsed.problem("kpis", kpi.id, ("period",), message)
