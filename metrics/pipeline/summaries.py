"""Definitions as a release keeps them: plain values, so that last year's figure still knows what it was a figure of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from metrics.definitions.base import Filter
from metrics.definitions.configuration import Configuration
from metrics.definitions.describe import describe_grades, describe_who
from metrics.definitions.describe_dataset import describe_marks
from metrics.definitions.dimension import Dimension
from metrics.definitions.flows import MONTHS
from metrics.definitions.kpi import FrameworkLink, Kpi, MeasureType, Milestone, Tolerance
from metrics.definitions.mark_words import is_mark
from metrics.definitions.notes import notes_of
from metrics.definitions.organisation import Organisation
from metrics.definitions.rolling import describe_window, span_months
from metrics.evaluate.comparison import benchmark_by_group, factor
from metrics.evaluate.values import interval_of
from metrics.pipeline.explained import explained
from metrics.pipeline.membership import counted, movement, own_shares
from metrics.report import DimensionSummary, KpiSummary, UnitSummary, characteristic, scale_unit


def summarise_kpi(configuration: Configuration, kpi: Kpi, sql: str = "") -> KpiSummary:
    """One KPI as it is defined today."""
    dataset = configuration.datasets[kpi.dataset]
    benchmark = configuration.benchmarks[kpi.benchmark] if kpi.benchmark else None
    return KpiSummary(
        id=kpi.id,
        title=kpi.title,
        short_title=kpi.name,
        why_it_matters=kpi.why_it_matters,
        owner=kpi.owner,
        corporate_priority=kpi.corporate_priority,
        dataset=kpi.dataset,
        source=dataset.title,
        population=configuration.population_title(kpi),
        who=describe_who(configuration, kpi),
        measure=kpi.measure.type.value,
        unit=_unit(configuration, kpi),
        interval=interval_of(kpi),
        column=kpi.measure.column,
        grain=kpi.period.grain.value,
        polarity=kpi.polarity,
        breakdowns=tuple(b.id for b in kpi.breakdowns),
        target=_target(kpi),
        has_baseline=bool(kpi.target and kpi.target.baseline),
        within=kpi.target.within * factor(kpi) if kpi.target and kpi.target.within is not None else None,
        status_rule=f"tolerance {kpi.status_rule.tolerance:g}" if isinstance(kpi.status_rule, Tolerance) else kpi.status_rule,
        benchmark_title=benchmark.title if benchmark else None,
        benchmark_source=f"{benchmark.source}, {benchmark.date.isoformat()}" if benchmark else None,
        benchmark_illustrative=bool(benchmark and benchmark.illustrative),
        benchmark_by_group=benchmark_by_group(configuration, kpi),
        framework=tuple(_link(link) for link in kpi.framework),
        headline=kpi.headline,
        series_breaks=tuple((b.date.isoformat(), b.reason) for b in kpi.series_breaks),
        notes=(
            *kpi.notes,
            *describe_marks(configuration, kpi),
            *describe_grades(configuration, kpi),
            *describe_window(kpi, dataset),
            *notes_of(configuration, kpi),
        ),
        fingerprint=configuration.kpi_fingerprints[kpi.id],
        sql=sql,
        declares=_declares(configuration, kpi),
        asks=_asks(configuration, kpi),
        counted=counted(configuration, kpi),
        own_shares=own_shares(configuration, kpi),
        order=kpi.measure.order.model_dump(exclude_none=True) if kpi.measure.order else {},
        topic=kpi.topic.value if kpi.topic else "",
        of=kpi.measure.of or "",
        over=kpi.measure.over or "",
        people_from=_people_from(configuration, kpi),
        rows_are=dataset.rows_are or "people",
        row_kind="people" if dataset.holds_people else dataset.grain,
        publisher=dataset.publisher or "",
        licence=dataset.licence or "",
        amounts_in=_amounts(configuration, kpi),
        days_allowed=kpi.measure.days_allowed or 0,
        voluntary=dataset.voluntary,
        span_months=span_months(kpi, dataset) or (MONTHS[dataset.flows.every] if dataset.flows else 0),
        movement=movement(configuration, kpi),
        **_over_time(kpi),
        **explained(configuration, kpi),
    )


def _people_from(configuration: Configuration, kpi: Kpi) -> str:
    if kpi.measure.population is None:
        return ""
    published = configuration.datasets[kpi.measure.population.dataset]
    return f"{published.title}, {published.publisher}"


def _unit(configuration: Configuration, kpi: Kpi) -> str:
    if kpi.measure.type is not MeasureType.ORDINAL:
        return kpi.measure.unit
    places = configuration.finest(kpi.dataset, str(kpi.measure.column))
    return scale_unit(places.label(category) for category in places.known)


def _amounts(configuration: Configuration, kpi: Kpi) -> str:
    column = configuration.datasets[kpi.dataset].columns.get(kpi.measure.column or "")
    is_sum = kpi.measure.type is MeasureType.SHARE_OF_SUM and column is not None
    return "money" if is_sum and column is not None and column.type == "money" else ""


def _over_time(kpi: Kpi) -> dict[str, Any]:
    base, rebases = kpi.spc.baseline, tuple((r.date.isoformat(), r.reason) for r in kpi.spc.rebase)
    days = (base.first.isoformat(), base.to.isoformat()) if base else None
    return {"baseline": days, "rebases": rebases, "run": kpi.spc.run, "trend": kpi.spc.trend}


def _declares(configuration: Configuration, kpi: Kpi) -> str:
    """A proportion that counts those who have answered, and asks nothing else of them."""
    measure = kpi.measure
    known = _known(configuration, measure.numerator)
    if measure.type is not MeasureType.PROPORTION or len(measure.numerator) != 1 or _known(configuration, measure.denominator):
        return ""
    return characteristic(configuration.dimensions[known[0]].title) if known and _answers(configuration, known) else ""


def _asks(configuration: Configuration, kpi: Kpi) -> tuple[str, ...]:
    """The protected characteristics that the base asks for; a pay gap asks for whatever tells its two groups apart.

    None where it also asks for what nobody is asked about themselves (a course taken): its rate is not that of the characteristics.
    """
    measure = kpi.measure
    asked = [d for d in _known(configuration, measure.denominator) if not is_mark(configuration, d)]  # recorded of everybody, or no figure
    if measure.type.has_two_sides or measure.type.is_ratio:
        compared = measure.numerator if measure.type.is_pay_gap else measure.denominator
        told = [d for d in compared if d in measure.reference_group and compared[d] != measure.reference_group[d]]
        asked = [*asked, *told, *(measure.reference_group if measure.over else ())]
    return tuple(dict.fromkeys(characteristic(configuration.dimensions[d].title) for d in asked)) if _answers(configuration, asked) else ()


def _answers(configuration: Configuration, dimensions: Iterable[str]) -> bool:
    """Protected characteristics, which people tell of themselves, and nothing that stands in a file without being asked."""
    return all(configuration.dimensions[d].protected_characteristic for d in dimensions)


def _known(configuration: Configuration, where: Filter) -> list[str]:
    """Dimensions of which every known answer is wanted, and no other."""
    return [d for d, wanted in where.items() if wanted == "known" or set(wanted) == set(configuration.dimensions[d].known)]


def _target(kpi: Kpi) -> tuple[tuple[str, float], ...]:
    if kpi.target is None:
        return ()
    steps: tuple[Milestone, ...] = ((kpi.target.baseline,) if kpi.target.baseline else ()) + kpi.target.milestones
    return tuple((step.date.isoformat(), step.value * factor(kpi)) for step in steps)


def _link(link: FrameworkLink) -> dict[str, Any]:
    return link.model_dump(mode="json")


def summarise_units(organisation: Organisation) -> dict[str, UnitSummary]:
    """Every unit that ever was, parents before children."""
    return {
        unit.id: UnitSummary(
            id=unit.id,
            name=unit.name,
            parent=unit.parent,
            level=unit.level,
            depth=organisation.depth(unit.id),
            valid_from=unit.valid_from.isoformat() if unit.valid_from else None,
            valid_to=unit.valid_to.isoformat() if unit.valid_to else None,
            successors=unit.successors,
        )
        for unit in organisation.walk()
    }


def summarise_dimensions(dimensions: Mapping[str, Dimension]) -> dict[str, DimensionSummary]:
    return {
        id: DimensionSummary(
            id,
            dimension.title,
            dimension.ordered,
            tuple((c.id, c.label, c.known) for c in dimension.categories),
            dimension.parent_dimension or "",
            tuple((c.id, c.parent) for c in dimension.categories if c.parent is not None),
        )
        for id, dimension in sorted(dimensions.items())
    }
