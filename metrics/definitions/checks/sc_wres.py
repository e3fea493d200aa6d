"""The Social Care WRES names KPIs whose figures are what its metrics are: of the two groups, by pay band, in units that there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.definitions.sc_wres import Bands, Likelihood, ScWresReturn, Seniors, Source, TwoGroups
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem

Found = Iterator[tuple[Place, str]]


def check(parsed: Parsed) -> Iterator[Problem]:
    made = parsed.sc_wres
    if made is not None:
        yield from (parsed.problem("returns", "sc-wres", place, message) for place, message in _all(parsed, made))


def _all(parsed: Parsed, made: ScWresReturn) -> Found:
    yield from _groups(parsed, made.groups)
    yield from _units(parsed, ("units",), made.units)
    for key, source in made.sources():
        yield from _units(parsed, (key, "units"), source.units)
        yield from _source(parsed, key, source, made.groups)


def _groups(parsed: Parsed, groups: TwoGroups) -> Found:
    if unknown := parsed.unknown("dimensions", groups.dimension, "dimension"):
        yield ("groups", "dimension"), unknown
    dimension = parsed.dimensions.get(groups.dimension)
    if dimension is None:
        return
    for part, category in (("minority", groups.minority), ("white", groups.white)):
        if category not in dimension.known:
            yield ("groups", part), no_such("category", category, dimension.known, f"dimension '{dimension.id}'")
    others = set(dimension.known) - {groups.minority, groups.white}
    if not {groups.minority, groups.white} <= set(dimension.known):
        return
    if others or groups.minority == groups.white:
        said = f"'{dimension.id}' must have two known categories, {groups.minority} and {groups.white}"
        yield ("groups",), f"{said}; it also has {', '.join(sorted(others))}" if others else f"{said}; they are the same"


def _units(parsed: Parsed, place: Place, units: Iterable[str]) -> Found:
    if parsed.organisation is None:
        return
    known = [u.id for u in parsed.organisation.units]
    yield from ((place, no_such("unit", unit, known)) for unit in units if unit not in known)


def _source(parsed: Parsed, key: str, source: Source, groups: TwoGroups) -> Found:
    if isinstance(source, Likelihood):
        if (source.likelihood is None) == (source.outcome is None):
            yield (key,), "give one of `likelihood` (a relative_likelihood) and `outcome` (a proportion by the two groups)"
            return
        wanted = ("likelihood", source.likelihood) if source.likelihood else ("outcome", str(source.outcome))
        yield from _kpi(parsed, (key, wanted[0]), wanted[1], _likely if source.likelihood else _outcome, groups)
    elif isinstance(source, Bands):
        yield from _kpi(parsed, (key, "share"), source.share, _share, groups)
        yield from _by(parsed, key, source)
    elif isinstance(source, Seniors):
        yield from _kpi(parsed, (key, "senior"), source.senior, _share, groups)
        yield from _kpi(parsed, (key, "everyone"), source.everyone, _share, groups)


def _kpi(parsed: Parsed, place: Place, id: str, fits: object, groups: TwoGroups) -> Found:
    if unknown := parsed.unknown("kpis", id, "KPI"):
        yield place, unknown
    kpi = parsed.kpis.get(id)
    if kpi is not None and callable(fits):
        yield from ((place, message) for message in fits(kpi, groups))


def _likely(kpi: Kpi, groups: TwoGroups) -> Iterator[str]:
    measure = kpi.measure
    if measure.type is not MeasureType.RELATIVE_LIKELIHOOD:
        otherwise = ", or name it under `outcome`" if measure.type is MeasureType.PROPORTION else ""
        yield f"{kpi.id} is a {measure.type}; this metric needs a relative_likelihood{otherwise}"
    elif minority_first(kpi, groups) is None:
        both = f"{groups.minority} with {groups.white} of '{groups.dimension}'"
        yield f"{kpi.id} must compare {both}, one in its denominator, one in its reference_group"


def _outcome(kpi: Kpi, groups: TwoGroups) -> Iterator[str]:
    if kpi.measure.type is not MeasureType.PROPORTION:
        otherwise = ", or name it under `likelihood`" if kpi.measure.type is MeasureType.RELATIVE_LIKELIHOOD else ""
        yield f"{kpi.id} is a {kpi.measure.type}; this metric needs a proportion{otherwise}"
    elif all(groups.dimension not in b.by for b in kpi.breakdowns):
        yield f"{kpi.id} has no breakdown with {groups.dimension}; add [{groups.dimension}], or [directorate, {groups.dimension}]"
    elif groups.dimension in {*kpi.measure.numerator}:
        yield f"{kpi.id} counts one group in its numerator; it must count those to whom it happened"


def _share(kpi: Kpi, groups: TwoGroups) -> Iterator[str]:
    measure = kpi.measure
    if measure.type is not MeasureType.PROPORTION:
        yield f"{kpi.id} is a {measure.type}; this metric needs a proportion"
    elif measure.numerator != {groups.dimension: (groups.minority,)} or measure.denominator.get(groups.dimension) != "known":
        known = f"everybody whose '{groups.dimension}' is known (denominator)"
        yield f"{kpi.id} must be the share of {groups.minority} (numerator) among {known}"


def _by(parsed: Parsed, key: str, source: Bands) -> Found:
    if unknown := parsed.unknown("dimensions", source.by, "dimension"):
        yield (key, "by"), unknown
        return
    kpi = parsed.kpis.get(source.share)
    if kpi is not None and all(source.by not in b.by for b in kpi.breakdowns):
        yield (key, "by"), f"{kpi.id} has no breakdown with {source.by}; add [directorate, {source.by}] to its breakdowns"


def minority_first(kpi: Kpi, groups: TwoGroups) -> bool | None:
    """Whether a likelihood's first group is the minority ethnic one; None where it does not compare the two groups."""
    both = (kpi.measure.denominator.get(groups.dimension), kpi.measure.reference_group.get(groups.dimension))
    return {((groups.minority,), (groups.white,)): True, ((groups.white,), (groups.minority,)): False}.get(both)  # type: ignore[arg-type]
