"""Datasets of things and of published figures: no row is about a person, so nothing about people may stand or be measured there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from metrics.definitions.checks.breakdowns import unit_words
from metrics.definitions.checks.measure_needs import NEEDS, OF_PUBLISHED, OF_THINGS, article
from metrics.definitions.checks.results import ABOUT_PEOPLE
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.nearest import listed, no_such
from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem

PEOPLE = frozenset(
    {"people", "persons", "staff", "employees", "workers", "residents", "users", "applicants", "leavers", "pupils", "tenants"}
)
"""Words for rows that are people; whoever calls them so has rows about people, which need protection."""
OF_A_PUBLISHER = ("publisher", "licence", "indicator")
NUMBERS = ("column", "count", "out_of", "people")
DAYS = ("begins", "ends")


def check(parsed: Parsed) -> Iterator[Problem]:
    for dataset in parsed.datasets.values():
        for place, message in (*_dataset(parsed, dataset), *_totals(dataset)):
            yield parsed.problem("datasets", dataset.id, place, message)
    for kpi, dataset in parsed.kpis_with_dataset():
        for place, message in _kpi(parsed, kpi, dataset):
            yield parsed.problem("kpis", kpi.id, place, message)


def _dataset(parsed: Parsed, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    if dataset.grain != "published":
        for key in OF_A_PUBLISHER:
            if getattr(dataset, key) is not None:
                yield (key,), "for figures that somebody else has published; write `grain: published`, or leave it out"
    if dataset.grain == "item":
        yield from _nobody(dataset, "rows are things, and nobody is in them; leave it out", units=True)
        yield from _things(parsed, dataset)
    elif dataset.grain == "published":
        yield from _nobody(dataset, "rows are figures that somebody else has published; leave it out", units=False)
        yield from _publisher(dataset)


def _nobody(dataset: Dataset, message: str, *, units: bool) -> Iterator[tuple[Place, str]]:
    if dataset.person_id != "absent":
        yield ("person_id",), message
    for key in ABOUT_PEOPLE:
        if getattr(dataset, key) and not (units and key == "unit"):
            yield (key,), message


def _things(parsed: Parsed, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    for name, column in dataset.columns.items():
        dimension = parsed.dimensions.get(column.dimension or column.band or "")
        if dimension is not None and (dimension.protected_characteristic or dimension.sensitive):
            message = f"'{dimension.title}' is a characteristic of people, and these figures are published without protection"
            yield ("columns", name), f"{message}; leave it out, or load rows about people into a dataset of their own"
    if dataset.rows_are is None:
        yield ("grain",), "say what the rows are, such as `rows_are: contracts`"
    elif PEOPLE & set(dataset.rows_are.lower().split()):
        message = f"'{dataset.rows_are}' are people, and figures of things are published without protection"
        yield ("rows_are",), f"{message}; write `grain: person`, or `grain: event` for what happened to them"


def _publisher(dataset: Dataset) -> Iterator[tuple[Place, str]]:
    if dataset.publisher is None:
        message = "say who has published these figures, `publisher: Office for National Statistics`: nothing is hidden in them"
        yield ("grain",), f"{message}, because the publisher has seen to that"
    if dataset.licence is None:
        yield ("grain",), "say under which licence they may be used, `licence: Open Government Licence v3.0`"
    if dataset.indicator is None:
        return
    if dataset.indicator not in dataset.columns:
        yield ("indicator",), no_such("column", dataset.indicator, dataset.columns)
    elif dataset.columns[dataset.indicator].type != "category":
        yield ("indicator",), f"'{dataset.indicator}' must hold categories, one for each figure that the file has"


def _totals(dataset: Dataset) -> Iterator[tuple[Place, str]]:
    for name, column in dataset.columns.items():
        if column.total and (dataset.grain != "published" or column.type != "category"):
            yield ("columns", name, "total"), "for category columns of published figures; leave it out"


def _kpi(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    measure = kpi.measure
    if dataset.holds_people or dataset.grain == "result":
        if measure.type not in NEEDS:
            grain = "item" if measure.type in OF_THINGS else "published"
            yield (
                ("measure", "type"),
                f"{article(measure.type)} {measure.type} needs a dataset with `grain: {grain}`, and '{dataset.id}' is none",
            )
        return
    tables: Mapping[MeasureType, object] = OF_THINGS if dataset.grain == "item" else OF_PUBLISHED
    if measure.type not in tables:
        what = "things" if dataset.grain == "item" else "published figures"
        yield ("measure", "type"), f"{article(measure.type)} {measure.type} is not made of {what}; there are: {listed(tables)}"
        return
    if kpi.benchmark is not None:
        yield ("benchmark",), "a figure that is not of people stands beside no benchmark; leave it out"
    yield from _columns(kpi, dataset)
    if dataset.grain == "item":
        yield from _elapsed(kpi)
        yield from _amounts(kpi, dataset)
    else:
        yield from _published(parsed, kpi, dataset)
    offered = {*parsed.offered(dataset), *(unit_words(parsed) if dataset.unit else ())} - {dataset.indicator}
    for n, breakdown in enumerate(kpi.breakdowns):
        if len(breakdown.by) != 1:
            yield ("breakdowns", n), f"split by one of these at a time: {listed(map(str, offered))}"


def _columns(kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    for keys, types, what in ((NUMBERS, NUMERIC, "a number"), (DAYS, frozenset({"date"}), "a date")):
        for key in keys:
            name = getattr(kpi.measure, key)
            if name is None or (key == "column" and name not in dataset.columns):
                continue  # `checks.names` says so
            if name not in dataset.columns:
                yield ("measure", key), no_such("column", name, dataset.columns, f"dataset '{dataset.id}'")
            elif dataset.columns[name].type not in types:
                yield ("measure", key), f"'{name}' is of type {dataset.columns[name].type}, and must be {what}"


def _amounts(kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    """A part of a sum is a share of it only where every row has an amount, and none takes away from it."""
    column = dataset.columns.get(str(kpi.measure.column))
    if kpi.measure.type is not MeasureType.SHARE_OF_SUM or column is None or column.type not in NUMERIC:
        return
    if column.minimum is None or column.minimum < 0 or column.empty != "reject":
        message = f"every row needs an amount, and none below 0; give column '{kpi.measure.column}' `minimum: 0, empty: reject`"
        yield ("measure", "column"), message


def _elapsed(kpi: Kpi) -> Iterator[tuple[Place, str]]:
    measure = kpi.measure
    if measure.type is not MeasureType.ELAPSED_TIME:
        return
    if measure.within_days and measure.within_weeks:
        yield ("measure", "within_days"), "written in days and in weeks; keep one"
    elif measure.unit == "percent" and not measure.days_allowed:
        yield ("measure", "unit"), "a share in time needs its limit, `within_weeks: 12`; for the median write `unit: days`"
    elif measure.unit == "days" and measure.days_allowed:
        yield ("measure", "unit"), "with a limit the figure is the share in time, `unit: percent`; for the median leave the limit out"


def _published(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    measure = kpi.measure
    ready, counted = measure.column is not None, measure.count is not None or measure.out_of is not None
    if measure.type is not MeasureType.COUNT and ready == counted:
        message = "made of how many among how many, `count:` and `out_of:`, or of what the publisher has worked out, `column:`"
        yield ("measure",), f"{message}; name {'one of these two ways' if ready else 'the columns'}"
    elif measure.type is not MeasureType.COUNT and counted and (measure.count is None or measure.out_of is None):
        yield ("measure",), f"`count:` says how many and `out_of:` among how many; name `{'out_of' if measure.count else 'count'}`, too"
    if ready and measure.interval not in {None, "none"}:
        yield ("measure", "interval"), "a likely range is made of counts, and the publisher gives a ready figure alone; leave it out"
    if ready and measure.least_people and not measure.people:
        yield ("measure", "least_people"), "name the column of how many people a group has, `people:`"
    if ready and measure.type is MeasureType.SLOPE_INDEX and not measure.people:
        yield ("measure",), "the groups are as long as they have people; name the column of how many, `people:`"
    over = parsed.dimensions.get(measure.over or "")
    if measure.type is MeasureType.SLOPE_INDEX and over is not None and not over.ordered:
        yield (
            ("measure", "over"),
            f"'{over.id}' has no order, and a slope runs from one end to the other; for groups without an order "
            + ("there is index_of_disparity"),
        )
    yield from _indicator(kpi, dataset)


def _indicator(kpi: Kpi, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    """Figures of two indicators are two things, and are never added together."""
    if dataset.indicator is None or dataset.indicator not in dataset.columns:
        return
    name = dataset.columns[dataset.indicator].dimension or dataset.indicator
    parts = ("denominator", "reference_group") if kpi.measure.reference_group else ("denominator",)
    population = dataset.populations.get(kpi.population)
    chosen = population.where.get(name) if population else None
    for part in parts:
        wanted = getattr(kpi.measure, part).get(name, chosen)
        if wanted is None or wanted == "known" or len(wanted) != 1:
            yield ("measure", part), f"say which figure of the file is meant: `{name}:` with one of its categories"
