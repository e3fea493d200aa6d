"""Each type of measure has the parts it is made of, no others, and a unit and interval that fit it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.nearest import listed
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem
from metrics.periods import Kind

PARTS = ("numerator", "denominator", "reference_group", "column", "order", "over", "least_people", "of", "out_of")
ARTICLES = {"order": "an", "over": "an", "least_people": "the key", "of": "the key", "out_of": "the key"}
WHY = {
    "order": ": `order: {first: White applicants, second: ethnic minority applicants, to: be appointed, above_one_is_worse_for: second}`",
    "over": ": the dimension whose categories are its groups",
    "least_people": ": the fewest people that a group may have to count",
    "of": " (what the thousand are called): `of: staff`",
    "out_of": ": the column of the points that could be had",
}
"""What a missing part means, where its name does not say it."""
PER = ("per_1000", "per_10000", "per_100000")
MONEY = ("pounds", "dollars", "ratio", "points")


@dataclass(frozen=True)
class Needs:
    needs: tuple[str, ...]
    may: tuple[str, ...]
    units: tuple[str, ...]
    intervals: tuple[str, ...]


_RATIO = (("numerator", "denominator", "reference_group", "order"), (), ("ratio",))
_PAY_GAP = (("column", "numerator", "reference_group"), ("denominator",), ("percent",))
NEEDS: Mapping[MeasureType, Needs] = {
    MeasureType.COUNT: Needs((), ("numerator",), ("people",), ()),
    MeasureType.PROPORTION: Needs(("numerator", "denominator"), (), ("percent",), ("wilson",)),
    MeasureType.RATE: Needs(("numerator", "denominator", "of"), (), PER, ("byar",)),
    MeasureType.REPRESENTATION_INDEX: Needs(("numerator", "denominator"), ("reference_group",), ("ratio",), ("wilson",)),
    MeasureType.PERCENTAGE_POINT_GAP: Needs(
        ("numerator", "denominator"), ("reference_group",), ("percentage_points",), ("newcombe", "wilson")
    ),
    MeasureType.MEAN: Needs(("column",), ("denominator",), MONEY, ("welch", "bootstrap")),
    MeasureType.MEDIAN: Needs(("column",), ("denominator",), MONEY, ("order_statistics", "bootstrap")),
    MeasureType.TURNOVER: Needs((), ("denominator",), ("percent",), ("wilson",)),
    MeasureType.FTE: Needs(("column",), (), ("fte",), ()),
    MeasureType.RELATIVE_LIKELIHOOD: Needs(*_RATIO, ("katz",)),
    MeasureType.RATIO_OF_RATIOS: Needs(*_RATIO, ("woolf",)),
    MeasureType.DISSIMILARITY: Needs(("denominator", "over"), (), ("percent",), ()),
    MeasureType.EXTREME_GROUP_GAP: Needs(("column", "reference_group", "over", "least_people"), ("denominator",), ("percent",), ()),
    MeasureType.MEAN_DIFFERENCE: Needs(("column", "denominator", "reference_group"), (), ("points",), ("welch",)),
    MeasureType.SCORE: Needs(("column", "out_of"), (), ("percent",), ()),
    MeasureType.ORDINAL: Needs(("column",), (), ("tier",), ()),
    MeasureType.PAY_GAP_MEAN: Needs(*_PAY_GAP, ("delta", "welch", "bootstrap")),
    MeasureType.PAY_GAP_MEDIAN: Needs(*_PAY_GAP, ("order_statistics", "bootstrap", "delta")),
}


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi in parsed.kpis.values():
        for place, message in (*_parts(kpi), *_fit(kpi)):
            yield parsed.problem("kpis", kpi.id, ("measure", *place), message)
        if kpi.measure.window_months is not None and kpi.period.kind is not Kind.DURING:
            yield parsed.problem("kpis", kpi.id, ("measure", "window_months"), "a window of months needs `period: {kind: during}`")


def _parts(kpi: Kpi) -> Iterator[tuple[Place, str]]:
    measure, needs = kpi.measure, NEEDS[kpi.measure.type]
    kind = str(measure.type)
    for part in PARTS:
        given = part in measure.model_fields_set and getattr(measure, part) is not None
        empty = not getattr(measure, part)
        if part in needs.needs and not given:
            everyone = "; for everyone in the population write `denominator: {}`" if part == "denominator" else ""
            if part != "denominator" or not _is_declaration(kpi):
                yield (), f"a {kind} needs {ARTICLES.get(part, 'a')} {part}{everyone}{WHY.get(part, '')}"
        elif part in needs.needs and empty and part != "denominator":
            yield (part,), f"empty; a {kind} needs to know who"
        elif given and not empty and part not in (*needs.needs, *needs.may):
            yield (part,), f"a {kind} has no {part}; leave it out"
    yield from _comparison(kpi)


def _comparison(kpi: Kpi) -> Iterator[tuple[Place, str]]:
    measure = kpi.measure
    if measure.type in {MeasureType.REPRESENTATION_INDEX, MeasureType.PERCENTAGE_POINT_GAP}:
        if not measure.reference_group and kpi.benchmark is None:
            yield (), f"a {measure.type} needs a reference_group, or `benchmark:`, to be compared with"
        elif measure.reference_group and kpi.benchmark is not None:
            yield (), f"a {measure.type} is against a reference_group or a benchmark, not both; leave one out"


def _fit(kpi: Kpi) -> Iterator[tuple[Place, str]]:
    measure, needs = kpi.measure, NEEDS[kpi.measure.type]
    if measure.unit not in needs.units:
        yield ("unit",), f"a {measure.type} is in {' or '.join(needs.units)}, not '{measure.unit}'"
    if measure.interval not in {None, "none", *needs.intervals}:
        choices = listed(("none", *needs.intervals))
        yield ("interval",), f"'{measure.interval}' does not fit a {measure.type}; there are: {choices}"


def _is_declaration(kpi: Kpi) -> bool:
    """A share of people who answered at all: its base is plainly everyone."""
    return bool(kpi.measure.numerator) and all(wanted == "known" for wanted in kpi.measure.numerator.values())
