"""Who is meant: each part of each published figure as a set of people, one set of admitted categories per column.

A set of people (`People`) names columns of the dataset and the finest categories admitted on each; a column that is not
named admits everyone. Sets of this shape close under intersection, so filters combine by intersecting them. Rules that
the definitions leave open are decided here:

- A condition of the denominator that asks for a known category (`disability: known`) is what `everyone` does without.
- A share broken down by the very characteristic that its numerator is about (minority ethnic share by ethnic group) becomes
  each group's own share: the group takes the numerator's place, and the denominator stays.
- A gap (of pay, or of mean scores) broken down by the characteristic that is compared (White to minority ethnic, by ethnic group) becomes
  each group's own gap to the reference group: the group takes the comparison group's place. Groups that overlap the reference
  group are left out.
- A likelihood broken down by what tells its two pools apart (White to ethnic minority applicants, by ethnic group) becomes each
  group's own: the group takes the place of the pool that a figure above one is worse for. Other groups are left out.
- A count's base is everyone whose category is known; for the not-known categories themselves, and for a unit as a whole,
  it is everyone.
- Joiners and leavers are counted among joiners, or leavers: the base of "Asian joiners" is the joiners whose ethnic group is known.
- Groups that can hold nobody (a grade outside the KPI's own grades) are not published at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from metrics.definitions.base import Filter
from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import MOVEMENT
from metrics.definitions.flows import JOINED, LEFT, STAYED
from metrics.definitions.kpi import Breakdown, Kpi, MeasureType
from metrics.definitions.marks import TOLD
from metrics.query.counts import Part

People = Mapping[str, frozenset[str]]

EVERYBODY: People = {}
PRESENT = "__present"
"""Ending of the axis that says whether a pay column is filled; its categories are "yes" and "no"."""

WHOLE_MIXES = frozenset({MeasureType.DISSIMILARITY, MeasureType.EXTREME_GROUP_GAP})
"""Measures over groups whose numerator is the group itself; the others count something among each group's people."""
TWO_SIDED = frozenset(kind for kind in MeasureType if kind.has_two_sides)
"""Measures of what two groups of people are paid, or score."""
GROUP, REFERENCE = "group", "reference"


def universe(configuration: Configuration, dataset: str, axis: str) -> tuple[str, ...]:
    """Every category that an axis can take: each person holds exactly one of them.

    There is none for empty cells beyond the dimension's own not-known categories. One that nobody holds would look to the
    certifier as if it could hide people, and to a reader, who knows that it is empty, hide nobody.
    """
    if axis in configuration.datasets[dataset].marks:
        return TOLD  # where nothing is recorded of anybody, nothing is published that asks for the mark
    return ("no", "yes") if axis.endswith(PRESENT) else configuration.finest(dataset, axis).ids


def empty_means(configuration: Configuration, dataset: str, axis: str) -> str | None:
    """The category of somebody whose cell is empty: the first not-known one; None where the dimension has none, and for marks."""
    if axis in configuration.datasets[dataset].marks:
        return None
    return next(iter(configuration.finest(dataset, axis).unknown), None)


def both(*sets: People) -> dict[str, frozenset[str]]:
    """People who are in all of the sets."""
    found: dict[str, frozenset[str]] = {}
    for people in sets:
        for axis, admitted in people.items():
            found[axis] = found[axis] & admitted if axis in found else admitted
    return found


def enclosing(first: People, second: People) -> dict[str, frozenset[str]]:
    """The smallest set of this shape that holds both; exactly both together where they differ on one axis only."""
    return {axis: first[axis] | second[axis] for axis in first.keys() & second.keys()}


def without(people: People, axes: frozenset[str]) -> dict[str, frozenset[str]]:
    return {axis: admitted for axis, admitted in people.items() if axis not in axes}


def admitted(configuration: Configuration, dataset: str, wanted: Filter) -> dict[str, frozenset[str]]:
    """A filter as a set of people; two conditions on one column (in five and in nineteen groups) intersect."""
    return both(*(dict([configuration.resolve(dataset, name, categories)]) for name, categories in wanted.items()))


def asks_for_known(configuration: Configuration, name: str, categories: object) -> bool:
    """Whether a condition only leaves out people whose category is not known."""
    return categories == "known" or (isinstance(categories, tuple) and set(categories) == set(configuration.dimensions[name].known))


@dataclass(frozen=True)
class Figure:
    """One published figure, before it is placed in a unit: its group, the people of its parts, and those whose pay it needs."""

    group: str
    parts: Mapping[Part, People]
    sides: Mapping[str, People] = field(default_factory=dict)


@dataclass(frozen=True)
class Members:
    """One group of a breakdown: its key ("sex=female;ethnicity_5=asian"), its people, and the columns whose answer is known."""

    key: str
    people: People
    known: People


class Measured:
    """The sets that one KPI is made of, resolved once and then cut by each group of a breakdown."""

    def __init__(self, configuration: Configuration, kpi: Kpi) -> None:
        self.configuration, self.kpi, dataset = configuration, kpi, kpi.dataset
        measure = kpi.measure
        two_means = measure.type is MeasureType.MEAN_DIFFERENCE
        base = measure.shared if two_means else measure.denominator
        known = {n: c for n, c in base.items() if asks_for_known(configuration, n, c)}
        fixed = {n: c for n, c in base.items() if n not in known}
        fixed |= {n: c for n, c in measure.numerator.items() if n == MOVEMENT and measure.type is MeasureType.COUNT}
        self.population = admitted(configuration, dataset, configuration.datasets[dataset].populations[kpi.population].where)
        self.fixed = admitted(configuration, dataset, fixed)
        self.known = admitted(configuration, dataset, known)
        self.numerator = admitted(configuration, dataset, measure.compared)
        self.reference = admitted(configuration, dataset, measure.held_against if two_means else measure.reference_group)
        if measure.over is not None and measure.type in WHOLE_MIXES:
            column, answers = configuration.resolve(dataset, measure.over, "known")
            self.numerator = {column: answers - self.reference.get(column, frozenset())}
        self.paid: People = {f"{measure.column}{PRESENT}": frozenset({"yes"})} if measure.type.needs_rows and measure.column else {}

    def possible(self, people: People) -> dict[str, frozenset[str]]:
        """The same people, and those who for all that is known might be among them."""
        widened = dict(people)
        for axis in people.keys() & self.known.keys():
            widened[axis] = people[axis] | (frozenset(universe(self.configuration, self.kpi.dataset, axis)) - self.known[axis])
        return widened

    def figure(self, group: Members) -> Figure | None:
        """The group's figure, or None where the KPI has none for it."""
        parts, sides = self._sets(group)
        if not parts or any(not categories for people in parts.values() for categories in people.values()):
            return None
        return Figure(group.key, parts, sides)

    def _sets(self, group: Members) -> tuple[dict[Part, People], dict[str, People]]:
        kind = self.kpi.measure.type
        if kind is MeasureType.COUNT:
            return self._count(group), {}
        if kind in TWO_SIDED:
            return self._two_sides(group)
        if kind.has_population:
            return self._over_population(group), {}
        if kind is MeasureType.FTE:
            whole = both(self.population, self.fixed, group.people)
            return {"denominator": whole, "everyone": whole}, {GROUP: whole}
        if kind is MeasureType.TURNOVER:
            return self._turnover(group), {}
        if kind.is_ratio:
            return self._likelihood(group), {}
        if kind is MeasureType.SURVEY_PROPORTION:
            parts = self._share(group)
            return parts, {GROUP: parts["numerator"], REFERENCE: parts["denominator"]}
        return self._average(group) if kind.needs_rows else (self._share(group), {})

    def _count(self, group: Members) -> dict[Part, People]:
        base = both(self.population, self.fixed)
        return {
            "numerator": both(base, self.known, self.numerator, group.people),
            "denominator": both(base, self.known, group.known),
            "everyone": base,
        }

    def _over_population(self, group: Members) -> dict[Part, People]:
        """Rows counted in the group, rows of which it is known what group they are of, and all; the population is of no row at all.

        Of a ratio of two rates also the rows of the reference group, which has no ratio to itself.
        """
        events = both(self.population, self.numerator)
        parts: dict[Part, People] = {
            "numerator": both(events, group.people),
            "denominator": both(events, group.known),
            "everyone": events,
        }
        if not self.reference or not group.people:
            return parts
        if all(group.people[axis] & self.reference[axis] for axis in self.reference.keys() & group.people.keys()):
            return {}
        return {**parts, "reference_numerator": both(events, self.reference)}

    def _share(self, group: Members) -> dict[Part, People]:
        own = frozenset(self.numerator.keys() & group.people.keys())
        numerator = {**self.numerator, **{axis: group.people[axis] for axis in own}}
        rest = without(group.people, own)
        if not self.reference:
            return self._share_parts(numerator, both(self.population, self.fixed, rest))
        compared = frozenset(self.fixed.keys() & self.reference.keys() & rest.keys())
        if any(rest[axis] & self.reference[axis] for axis in compared):
            return {}
        fixed = {**self.fixed, **{axis: rest[axis] for axis in compared}}
        inherited = {axis: known for axis, known in self.known.items() if axis in numerator and axis not in self.reference}
        reference = both(self.population, self.reference, inherited, without(rest, compared))
        return {
            **self._share_parts(numerator, both(self.population, fixed, rest)),
            "reference_numerator": both(reference, numerator),
            "reference_denominator": reference,
        }

    def _share_parts(self, numerator: People, everyone: People) -> dict[Part, People]:
        return {
            "numerator": both(everyone, self.known, numerator),
            "denominator": both(everyone, self.known),
            "everyone": everyone,
            "possible": both(everyone, self.possible(numerator)),
        }

    def _turnover(self, group: Members) -> dict[Part, People]:
        """Who left, who is here at the end (denominator), and who was here at the beginning (reference denominator)."""
        everyone = both(self.population, self.fixed, group.people, {MOVEMENT: frozenset({JOINED, STAYED})})
        base = both(self.population, self.fixed, self.known, group.people)
        return {
            "numerator": both(base, {MOVEMENT: frozenset({LEFT})}),
            "denominator": both(base, {MOVEMENT: frozenset({JOINED, STAYED})}),
            "reference_denominator": both(base, {MOVEMENT: frozenset({LEFT, STAYED})}),
            "everyone": everyone,
        }

    def _likelihood(self, group: Members) -> dict[Part, People]:
        """Two pools, who of them it happened to, and both together without and with those of whom it is not known which they belong to."""
        pools = [both(self.population, self.fixed, self.known), both(self.population, self.reference)]
        apart = frozenset(axis for axis in pools[0].keys() & pools[1].keys() if not pools[0][axis] & pools[1][axis])
        own = apart & group.people.keys()
        order = self.kpi.measure.order
        worse = 0 if order is not None and order.above_one_is_worse_for == "first" else 1
        if any(not group.people[axis] <= pools[worse][axis] for axis in own):
            return {}
        pools[worse] |= {axis: group.people[axis] for axis in own}
        pool, other = (both(people, without(group.people, own)) for people in pools)
        together = enclosing(pool, other)
        unknown = {axis: frozenset(self.configuration.finest(self.kpi.dataset, axis).unknown) for axis in apart}
        return {
            "numerator": both(pool, self.numerator),
            "denominator": pool,
            "reference_numerator": both(other, self.numerator),
            "reference_denominator": other,
            "possible": together,
            "everyone": {axis: held | unknown.get(axis, frozenset()) for axis, held in together.items()},
        }

    def _average(self, group: Members) -> tuple[dict[Part, People], dict[str, People]]:
        everyone = both(self.population, self.fixed, group.people)
        base = both(everyone, self.known, self.paid)
        return {"denominator": base, "everyone": everyone}, {GROUP: base}

    def _two_sides(self, group: Members) -> tuple[dict[Part, People], dict[str, People]]:
        own = frozenset(self.numerator.keys() & self.reference.keys() & group.people.keys())
        if any(group.people[axis] & self.reference[axis] for axis in own):
            return {}, {}
        compared = {**self.numerator, **{axis: group.people[axis] for axis in own}}
        everyone = both(self.population, self.fixed, without(group.people, own))
        base = both(everyone, self.known, self.paid)
        comparison, reference = both(base, compared), both(base, self.reference)
        parts: dict[Part, People] = {
            "numerator": comparison,
            "denominator": enclosing(comparison, reference),
            "everyone": both(everyone, self._either_or_unknown(compared)),
            "reference_denominator": reference,
        }
        return parts, {GROUP: comparison, REFERENCE: reference}

    def _either_or_unknown(self, compared: People) -> dict[str, frozenset[str]]:
        """People of either group, and those of whom it is not known whether they are."""
        found = enclosing(compared, self.reference)
        for axis in found:
            found[axis] = found[axis] | frozenset(self.configuration.finest(self.kpi.dataset, axis).unknown)
        return found


def members(configuration: Configuration, kpi: Kpi, dimensions: tuple[str, ...]) -> Iterator[Members]:
    """Every group of a breakdown; the not-known ones only where people are counted rather than compared."""
    counted = kpi.measure.type is MeasureType.COUNT
    columns = {name: configuration.sources_of(kpi.dataset)[name] for name in dimensions}
    answers = [configuration.dimensions[name].ids if counted else configuration.dimensions[name].known for name in dimensions]
    for chosen in product(*answers):
        sets: list[People] = []
        known: list[People] = []
        for name, category in zip(dimensions, chosen, strict=True):
            finest = configuration.finest(kpi.dataset, columns[name]).id
            sets.append({columns[name]: configuration.members(name, finest, category)})
            if configuration.dimensions[name].category(category).known:
                known.append(dict([configuration.resolve(kpi.dataset, name, "known")]))
        key = ";".join(f"{name}={category}" for name, category in zip(dimensions, chosen, strict=True))
        yield Members(key, both(*sets), both(*known))


WHOLE = Members("", EVERYBODY, EVERYBODY)


def figures(configuration: Configuration, kpi: Kpi, breakdown: Breakdown | None) -> tuple[int, tuple[Figure, ...]]:
    """How deep in the organisation a breakdown goes, and its figures in every unit down to there; None is the KPI as a whole."""
    depth, dimensions = configuration.split(breakdown) if breakdown else (0, ())
    measured = Measured(configuration, kpi)
    groups = [*([WHOLE] if depth or not dimensions else []), *(members(configuration, kpi, dimensions) if dimensions else ())]
    return depth, tuple(figure for group in groups if (figure := measured.figure(group)) is not None)
