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

PARTS = (
    *("numerator", "denominator", "reference_group", "column", "order", "over", "least_people", "of", "out_of"),
    *("count", "people", "begins", "ends", "within_days", "within_weeks", "against", "population"),
)
ARTICLES = {
    "order": "an",
    "over": "an",
    **dict.fromkeys(("least_people", "of", "out_of", "count", "people", "begins", "ends", "against", "population"), "the key"),
}
WHY = {
    "begins": ": the date column in which it begins",
    "ends": ": the date column in which it ends",
    "against": ": `highest` or `lowest`, whichever is the best group, or `overall`",
    "order": ": `order: {first: White applicants, second: ethnic minority applicants, to: be appointed, above_one_is_worse_for: second}`",
    "over": ": the dimension whose categories are its groups",
    "least_people": ": the fewest people that a group may have to count",
    "of": " (what the thousand are called): `of: staff`",
    "out_of": ": the column of the points that could be had",
    "count": ": the column of how many",
    "population": ": `population: {dataset: residents, column: people}`, a dataset of published figures",
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
_PAY_GAP = (("column", "numerator", "reference_group"), ("denominator", "order"), ("percent",))
NEEDS: Mapping[MeasureType, Needs] = {
    MeasureType.COUNT: Needs((), ("numerator",), ("people",), ()),
    MeasureType.PROPORTION: Needs(("numerator", "denominator"), (), ("percent",), ("wilson",)),
    MeasureType.RATE: Needs(("numerator", "denominator", "of"), (), PER, ("byar",)),
    MeasureType.SURVEY_PROPORTION: Needs(("numerator", "denominator"), (), ("percent",), ("wilson",)),
    MeasureType.REPRESENTATION_INDEX: Needs(("numerator", "denominator"), ("reference_group", "order"), ("ratio",), ("wilson",)),
    MeasureType.PERCENTAGE_POINT_GAP: Needs(
        ("numerator", "denominator"), ("reference_group", "order"), ("percentage_points",), ("newcombe", "wilson")
    ),
    MeasureType.MEAN: Needs(("column",), ("denominator",), MONEY, ("welch", "bootstrap")),
    MeasureType.MEDIAN: Needs(("column",), ("denominator",), MONEY, ("order_statistics", "bootstrap")),
    MeasureType.TURNOVER: Needs((), ("denominator",), ("percent",), ("wilson",)),
    MeasureType.FTE: Needs(("column",), (), ("fte",), ()),
    MeasureType.RELATIVE_LIKELIHOOD: Needs(*_RATIO, ("katz",)),
    MeasureType.RATIO_OF_RATIOS: Needs(*_RATIO, ("woolf",)),
    MeasureType.DISSIMILARITY: Needs(("denominator", "over"), (), ("percent",), ()),
    MeasureType.EXTREME_GROUP_GAP: Needs(("column", "reference_group", "over", "least_people"), ("denominator",), ("percent",), ()),
    MeasureType.MEAN_DIFFERENCE: Needs(("column", "denominator", "reference_group"), ("order",), ("points",), ("welch",)),
    MeasureType.POPULATION_RATE: Needs(("population", "of"), ("numerator",), PER, ("byar",)),
    MeasureType.RATE_RATIO: Needs(("population", "of", "over", "reference_group"), ("numerator", "least_people"), ("ratio",), ()),
    MeasureType.INDEX_OF_DISPARITY: Needs(("numerator", "denominator", "over", "against"), ("least_people",), ("percent",), ()),
    MeasureType.SCORE: Needs(("column", "out_of"), (), ("percent",), ()),
    MeasureType.ORDINAL: Needs(("column",), (), ("tier",), ()),
    MeasureType.PAY_GAP_MEAN: Needs(*_PAY_GAP, ("delta", "welch", "bootstrap")),
    MeasureType.PAY_GAP_MEDIAN: Needs(*_PAY_GAP, ("order_statistics", "bootstrap", "delta")),
}


OF_THINGS: Mapping[MeasureType, Needs] = {
    MeasureType.COUNT: Needs((), ("numerator",), ("number",), ()),
    MeasureType.PROPORTION: Needs(("numerator", "denominator"), (), ("percent",), ("wilson",)),
    MeasureType.SHARE_OF_SUM: Needs(("column", "numerator", "denominator"), (), ("percent",), ()),
    MeasureType.ELAPSED_TIME: Needs(("begins", "ends"), ("denominator", "within_days", "within_weeks"), ("percent", "days"), ("wilson",)),
}
"""Of datasets with `grain: item`."""
_PUBLISHED = ("denominator", "column", "count", "out_of")
_GROUPS = (*_PUBLISHED, "people")
OF_PUBLISHED: Mapping[MeasureType, Needs] = {
    MeasureType.COUNT: Needs(("count",), ("denominator",), ("people", "number"), ()),
    MeasureType.PROPORTION: Needs((), _PUBLISHED, ("percent",), ("wilson",)),
    MeasureType.RATE: Needs(("of",), _PUBLISHED, PER, ("byar",)),
    MeasureType.PERCENTAGE_POINT_GAP: Needs(
        ("denominator", "reference_group"), (*_PUBLISHED, "order"), ("percentage_points",), ("newcombe",)
    ),
    MeasureType.LOWEST_GROUP_GAP: Needs(("over", "least_people"), _GROUPS, ("percentage_points",), ()),
    MeasureType.SLOPE_INDEX: Needs(("over",), (*_GROUPS, "least_people"), ("years", *PER), ()),
    MeasureType.INDEX_OF_DISPARITY: Needs(("over", "against"), (*_GROUPS, "least_people"), ("percent",), ()),
}
"""Of datasets with `grain: published`."""


def needs_of(parsed: Parsed, kpi: Kpi) -> Needs | None:
    """What a measure is made of, given what the rows are; None where it is not made of such rows at all."""
    dataset = parsed.datasets.get(kpi.dataset)
    tables: Mapping[str, Mapping[MeasureType, Needs]] = {"item": OF_THINGS, "published": OF_PUBLISHED}
    return tables.get(dataset.grain if dataset else "", NEEDS).get(kpi.measure.type)


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi in parsed.kpis.values():
        needs = needs_of(parsed, kpi)
        made = (*_parts(kpi, needs), *_fit(kpi, needs)) if needs else ()  # `checks.things` says so where there is none
        for place, message in made:
            yield parsed.problem("kpis", kpi.id, ("measure", *place), message)
        if kpi.measure.window_months is not None and kpi.period.kind is not Kind.DURING:
            yield parsed.problem("kpis", kpi.id, ("measure", "window_months"), "a window of months needs `period: {kind: during}`")


def _parts(kpi: Kpi, needs: Needs) -> Iterator[tuple[Place, str]]:
    measure = kpi.measure
    kind = str(measure.type)
    for part in PARTS:
        given = part in measure.model_fields_set and getattr(measure, part) is not None
        empty = not getattr(measure, part)
        if part in needs.needs and not given:
            everyone = "; for everyone in the population write `denominator: {}`" if part == "denominator" else ""
            if part != "denominator" or not _is_declaration(kpi):
                yield (), f"{article(kind)} {kind} needs {ARTICLES.get(part, 'a')} {part}{everyone}{WHY.get(part, '')}"
        elif part in needs.needs and empty and part != "denominator":
            yield (part,), f"empty; {article(kind)} {kind} needs to know who"
        elif given and not empty and part not in (*needs.needs, *needs.may):
            yield (part,), f"{article(kind)} {kind} has no {part}; leave it out"
    yield from _comparison(kpi)


def article(kind: str) -> str:
    return "an" if kind[0] in "aeiou" else "a"


def _comparison(kpi: Kpi) -> Iterator[tuple[Place, str]]:
    measure = kpi.measure
    if measure.type in {MeasureType.REPRESENTATION_INDEX, MeasureType.PERCENTAGE_POINT_GAP}:
        if not measure.reference_group and kpi.benchmark is None:
            yield (), f"a {measure.type} needs a reference_group, or `benchmark:`, to be compared with"
        elif measure.reference_group and kpi.benchmark is not None:
            yield (), f"a {measure.type} is against a reference_group or a benchmark, not both; leave one out"
    yield from _order(kpi)


def _order(kpi: Kpi) -> Iterator[tuple[Place, str]]:
    """A ratio says what its groups are likely to do and for whom more is worse; other comparisons only what both are called."""
    measure = kpi.measure
    if measure.order is None:
        return
    for key in ("to", "above_one_is_worse_for"):
        given = getattr(measure.order, key) is not None
        if measure.type.is_ratio and not given:
            yield ("order",), f"missing key '{key}', which a {measure.type} needs{WHY['order']}"
        elif given and not measure.type.is_ratio:
            yield ("order", key), f"a {measure.type} has no {key}; its order says only what both groups are called, `first` and `second`"
    for key in ("first", "second"):
        if getattr(measure.order, key).partition(" ")[0].lower() in {"a", "an", "the"}:
            yield ("order", key), "a number stands before it in sentences; name the people in the plural: `people in the leadership team`"
    if not measure.reference_group:
        yield ("order",), f"names two groups, and this {measure.type} has no reference_group; leave it out"


def _fit(kpi: Kpi, needs: Needs) -> Iterator[tuple[Place, str]]:
    measure = kpi.measure
    if measure.unit not in needs.units:
        yield ("unit",), f"{article(measure.type)} {measure.type} is in {' or '.join(needs.units)}, not '{measure.unit}'"
    if measure.interval not in {None, "none", *needs.intervals}:
        choices = listed(("none", *needs.intervals))
        yield ("interval",), f"'{measure.interval}' does not fit {article(measure.type)} {measure.type}; there are: {choices}"


def _is_declaration(kpi: Kpi) -> bool:
    """A share of people who answered at all: its base is plainly everyone."""
    return bool(kpi.measure.numerator) and all(wanted == "known" for wanted in kpi.measure.numerator.values())
