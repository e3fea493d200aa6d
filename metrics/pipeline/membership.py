"""Whose share a KPI is, and whether it is about joiners or leavers: what puts a target beside those who join and leave."""

from __future__ import annotations

from metrics.definitions.base import Filter
from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import MOVEMENT
from metrics.definitions.flows import JOINED, LEFT
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.marks import marks_of, on_people


def counted(configuration: Configuration, kpi: Kpi) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The one group of a share, in every dimension of its column whose categories make up exactly that group."""
    measure = kpi.measure
    asked = {d for d in measure.denominator if d != MOVEMENT}
    if measure.type is not MeasureType.PROPORTION or len(measure.numerator) != 1 or asked - set(_known(configuration, measure.denominator)):
        return ()
    ((name, wanted),) = measure.numerator.items()
    if not on_people(name, configuration.datasets[kpi.dataset]) or name in _known(configuration, measure.numerator):
        return ()
    column, group = configuration.resolve(kpi.dataset, name, wanted)
    of_column = [d for d, c in configuration.sources_of(kpi.dataset).items() if c == column]
    found = {d: _inside(configuration, kpi.dataset, d, group) for d in of_column}
    return tuple((d, categories) for d, (categories, held) in found.items() if held == group)


OWN = frozenset({MeasureType.PROPORTION, MeasureType.PERCENTAGE_POINT_GAP, MeasureType.REPRESENTATION_INDEX})


def own_shares(configuration: Configuration, kpi: Kpi) -> tuple[str, ...]:
    """Dimensions of its breakdowns whose groups take the place of the one that is counted, so that each has a share of its own."""
    if kpi.measure.type not in OWN:
        return ()
    columns = configuration.sources_of(kpi.dataset)
    about = {columns[name] for name in kpi.measure.numerator}
    return tuple(dict.fromkeys(word for b in kpi.breakdowns for word in b.by if columns.get(word) in about))


def _inside(configuration: Configuration, dataset: str, dimension: str, group: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Categories of a dimension that lie wholly in a group, and the finest categories that they hold together."""
    members = {c: configuration.resolve(dataset, dimension, (c,))[1] for c in configuration.dimensions[dimension].ids}
    inside = tuple(c for c, held in members.items() if held and held <= group)
    return inside, frozenset().union(*(members[c] for c in inside))


def movement(configuration: Configuration, kpi: Kpi) -> str:
    """What the people counted have done, where a KPI is about joiners or leavers and not about what happened to them besides."""
    if marks_of(kpi, configuration.datasets[kpi.dataset]):
        return ""
    asked = {**kpi.measure.denominator, **kpi.measure.numerator}.get(MOVEMENT, ())
    return asked[0] if len(asked) == 1 and asked[0] in (JOINED, LEFT) else ""


def _known(configuration: Configuration, where: Filter) -> list[str]:
    """Dimensions of which every known answer is wanted, and no other."""
    return [d for d, wanted in where.items() if wanted == "known" or set(wanted) == set(configuration.dimensions[d].known)]
