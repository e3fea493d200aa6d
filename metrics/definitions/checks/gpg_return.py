"""The gender pay gap return names KPIs that are what its columns are: of the whole council, yearly or oftener, men against women."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.base import Filter
from metrics.definitions.gpg import GpgReturn
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem
from metrics.periods import Kind

Found = Iterator[tuple[Place, str]]


def check(parsed: Parsed) -> Iterator[Problem]:
    made = parsed.gpg_return
    if made is not None:
        yield from (parsed.problem("returns", "gpg", place, message) for place, message in _all(parsed, made))


def _all(parsed: Parsed, made: GpgReturn) -> Found:
    yield from _sexes(parsed, made)
    for place, id, kinds in _roles(made):
        unknown = parsed.unknown("kpis", id, "KPI")
        kpi = parsed.kpis.get(id)
        if unknown:
            yield place, unknown
        elif kpi is not None:
            yield from ((place, message) for message in _fits(kpi, kinds, made))
    if made.quarters is not None:
        yield from _quarters(parsed, made)
    if made.no_bonus_scheme and (made.bonus_paid or made.bonus_gap):
        yield ("no_bonus_scheme",), "a council without a bonus scheme has no bonus_paid and no bonus_gap; leave them out, or this"


def _roles(made: GpgReturn) -> Iterator[tuple[Place, str, tuple[MeasureType, ...]]]:
    """Where a KPI is named, which, and the types of measure that can give its columns."""
    yield ("hourly_gap", "mean"), made.hourly_gap.mean, (MeasureType.PAY_GAP_MEAN,)
    yield ("hourly_gap", "median"), made.hourly_gap.median, (MeasureType.PAY_GAP_MEDIAN,)
    if made.employees is not None:
        yield ("employees",), made.employees, (MeasureType.COUNT,)
    if made.bonus_gap is not None:
        yield ("bonus_gap", "mean"), made.bonus_gap.mean, (MeasureType.PAY_GAP_MEAN,)
        yield ("bonus_gap", "median"), made.bonus_gap.median, (MeasureType.PAY_GAP_MEDIAN,)
    if made.bonus_paid is not None:
        yield ("bonus_paid",), made.bonus_paid, (MeasureType.PERCENTAGE_POINT_GAP,)
    if made.quarters is not None:
        yield ("quarters", "women"), made.quarters.women, (MeasureType.PROPORTION,)


def _sexes(parsed: Parsed, made: GpgReturn) -> Found:
    sex = made.sex
    unknown = parsed.unknown("dimensions", sex.dimension, "dimension")
    if unknown:
        yield ("sex", "dimension"), unknown
    dimension = parsed.dimensions.get(sex.dimension)
    for part, category in (("men", sex.men), ("women", sex.women)):
        if dimension is not None and category not in dimension.known:
            yield ("sex", part), no_such("category", category, dimension.known, f"dimension '{dimension.id}'")


def _fits(kpi: Kpi, kinds: tuple[MeasureType, ...], made: GpgReturn) -> Iterator[str]:
    """What keeps a KPI from giving its columns."""
    measure, sex = kpi.measure, made.sex
    if measure.type not in kinds:
        yield f"{kpi.id} is a {measure.type}; this column needs a {' or a '.join(kinds)}"
        return
    if kpi.period.kind is not Kind.AS_AT:
        yield f"{kpi.id} is about a span of time; the return is of one day, the 31st of March (`period: {{kind: as_at}}`)"
    if measure.type in {MeasureType.PAY_GAP_MEAN, MeasureType.PAY_GAP_MEDIAN}:
        if not (_only(measure.reference_group, sex.dimension, sex.men) and _only(measure.numerator, sex.dimension, sex.women)):
            yield f"{kpi.id} must set women (numerator, {sex.women}) against men (reference_group, {sex.men}), in this order"
    elif measure.type is MeasureType.PERCENTAGE_POINT_GAP:
        ours, theirs = measure.denominator, measure.reference_group
        if not (_only(ours, sex.dimension, sex.men) and _only(theirs, sex.dimension, sex.women)):
            yield f"{kpi.id} must be men (denominator, {sex.men}) minus women (reference_group, {sex.women}), in this order"
    elif measure.type is MeasureType.PROPORTION and not _only(measure.numerator, sex.dimension, sex.women):
        yield f"{kpi.id} must be the share of women (numerator, {sex.women})"


def _only(where: Filter, dimension: str, category: str) -> bool:
    return where.get(dimension) == (category,)


def _quarters(parsed: Parsed, made: GpgReturn) -> Found:
    quarters, sex = made.quarters, made.sex
    if quarters is None:
        return
    unknown = parsed.unknown("dimensions", quarters.dimension, "dimension")
    if unknown:
        yield ("quarters", "dimension"), unknown
    dimension = parsed.dimensions.get(quarters.dimension)
    parts = ("lower", "lower_middle", "upper_middle", "upper")
    for part, category in zip(parts, quarters.categories, strict=True):
        if dimension is not None and category not in dimension.ids:
            yield ("quarters", part), no_such("category", category, dimension.ids, f"dimension '{dimension.id}'")
    if len(set(quarters.categories)) < len(parts):
        yield ("quarters",), "two quarters have the same category; each has its own"
    kpi = parsed.kpis.get(quarters.women)
    if kpi is None:
        return
    if all(b.by != (quarters.dimension,) for b in kpi.breakdowns):
        yield ("quarters", "women"), f"{kpi.id} has no breakdown [{quarters.dimension}]; add it to its breakdowns"
    wanted = kpi.measure.denominator.get(sex.dimension)
    if wanted != "known" and set(wanted or ()) != {sex.men, sex.women}:
        yield (
            ("quarters", "women"),
            f"{kpi.id} must be a share of men and women alone (denominator, {sex.dimension}: [{sex.men}, {sex.women}])",
        )
