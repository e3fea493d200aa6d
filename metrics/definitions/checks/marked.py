"""KPIs that ask for marks: whom they count, in which pool, and how coarsely they are published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from metrics.definitions.base import Categories
from metrics.definitions.dataset import MOVEMENT, Dataset
from metrics.definitions.flows import JOINED, LEFT, STAYED
from metrics.definitions.kpi import Kpi
from metrics.definitions.marks import TOLD
from metrics.definitions.strict_yaml import Place

KINDS = ("count", "proportion", "rate", "relative_likelihood", "representation_index")
TWO_GROUPS = frozenset({"relative_likelihood", "representation_index"})
"""Measures that hold two groups apart by one characteristic, and so may be split by directorate as well."""
POOLS: Mapping[frozenset[str], str] = {
    frozenset({STAYED, LEFT}): "in post at the start",
    frozenset({STAYED, JOINED}): "in post at the end",
    frozenset({LEFT}): "who left",
    frozenset({JOINED}): "who joined",
}


def problems(kpi: Kpi, marks: tuple[str, ...]) -> Iterator[tuple[Place, str]]:
    """What is wrong with the measure of a KPI that asks for some marks."""
    measure = kpi.measure
    if measure.type not in KINDS:
        yield ("measure", "type"), f"a {measure.type} of people with a mark is not made; there are: {', '.join(KINDS)}"
        return
    if measure.type == "representation_index" and not measure.reference_group:
        yield ("measure",), "with a mark, a representation_index is against a `reference_group` of the same people, not a benchmark"
    if measure.type == "relative_likelihood":
        for name in (name for name in marks if measure.denominator.get(name) != measure.reference_group.get(name)):
            yield ("measure", "reference_group"), f"the two pools differ by '{name}'; they may differ only in who people are"
    for part in ("numerator", "denominator", "reference_group"):
        where = getattr(measure, part)
        for name in (name for name in marks if name in where):
            if where[name] != "known" and (len(where[name]) != 1 or where[name][0] not in TOLD):
                yield ("measure", part, name), "write `[yes]`, or `[no]`; where nothing is recorded, the KPI is not published at all"
        if MOVEMENT in where:
            yield from _pool(kpi, part, where[MOVEMENT])


def _pool(kpi: Kpi, part: str, wanted: Categories) -> Iterator[tuple[Place, str]]:
    place = ("measure", part, MOVEMENT)
    if wanted == "known" or frozenset(wanted) not in POOLS:
        there = "; ".join(f"`[{', '.join(sorted(pool, reverse=True))}]` ({who})" for pool, who in POOLS.items())
        yield place, f"no pool of people; there are: {there}; left out, everybody at either end"
    elif part == "numerator" and kpi.measure.type != "count" and len(wanted) > 1:
        yield place, "who is in the pool is said in the denominator; in the numerator, `[left]` or `[joined]` says what they did besides"


def crossed(kpi: Kpi, dataset: Dataset, columns: set[str], units: list[str], asked: set[str]) -> bool:
    """Whether a breakdown crosses more than is published: one characteristic, or directorates with the two groups of a likelihood."""
    people = columns - set(dataset.marks)
    if not units and people <= asked:  # each group takes the place of the one that the measure asks for: nothing more is crossed
        return False
    if units and kpi.measure.type in TWO_GROUPS:
        return bool(people - asked) or len(people) > 1 or len(units) > 1
    return len(people) + len(units) > 1
