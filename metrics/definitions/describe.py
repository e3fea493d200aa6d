"""Definitions as plain sentences: who is counted, among whom, and what an audience is not shown."""

from __future__ import annotations

from metrics.definitions.base import Categories, Filter
from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import PER, Kpi, MeasureType, Order
from metrics.definitions.mark_words import describe_event
from metrics.definitions.profile import Profile


def describe_who(configuration: Configuration, kpi: Kpi) -> str:
    """Numerator, denominator and reference group of a KPI in one sentence.

    "Disabled, among all staff without schools (headcount) with known disability; contract: permanent or fixed term"
    """
    measure = kpi.measure
    whom = _among(configuration, kpi, measure.denominator)
    wanted = describe_filter(configuration, measure.numerator)
    wanted = wanted[:1].upper() + wanted[1:]
    compared = describe_filter(configuration, measure.reference_group)
    pay = (measure.column or "").replace("_", " ")
    match measure.type:
        case MeasureType.TURNOVER:
            return f"People who left, divided by the average of {whom} at the beginning and at the end of the span"
        case MeasureType.FTE:
            return f"Full-time equivalents (FTE) of {whom}"
        case MeasureType.COUNT:
            return f"{wanted or 'People'}, among {_among(configuration, kpi, {})}"
        case MeasureType.MEAN | MeasureType.MEDIAN:
            return f"{measure.type.value.capitalize()} {pay} of {whom}"
        case MeasureType.PAY_GAP_MEAN | MeasureType.PAY_GAP_MEDIAN:
            kind = "mean" if measure.type is MeasureType.PAY_GAP_MEAN else "median"
            return f"{kind.capitalize()} {pay}: {compared} minus {wanted}, as a share of the former; {whom}"
        case MeasureType.MEAN_DIFFERENCE:
            first, second = (describe_filter(configuration, where) for where in (measure.compared, measure.held_against))
            return f"Mean {pay}: {first} minus {second}; {_among(configuration, kpi, measure.shared)}"
        case MeasureType.RELATIVE_LIKELIHOOD | MeasureType.RATIO_OF_RATIOS if measure.order is not None:
            return _likelihood(configuration, kpi, measure.order, wanted)
        case MeasureType.DISSIMILARITY:
            title = configuration.dimensions[str(measure.over)].title.lower()
            return (
                f"Half the sum of the differences between the shares by {title} of {whom} and those in “{_benchmark(configuration, kpi)}”"
            )
        case MeasureType.EXTREME_GROUP_GAP:
            title = configuration.dimensions[str(measure.over)].title.lower()
            least = f"at least {measure.least_people} people with pay"
            largest = f"Largest difference in median {pay} of any {title} with {least}"
            return f"{largest}, compared with {compared}, as a share of the latter’s; {whom}"
        case MeasureType.SCORE:
            return "Points given, as a share of the points that could be had"
        case MeasureType.ORDINAL:
            places = configuration.finest(kpi.dataset, str(measure.column))
            return f"{places.title} given, from “{places.label(places.known[0])}” up to “{places.label(places.known[-1])}”"
        case MeasureType.SURVEY_PROPORTION:
            return f"{wanted}, among {whom}; each answer counts with its weight"
        case MeasureType.RATE:
            return f"{wanted}, for every {PER[measure.unit]:,} of {whom}"
        case MeasureType.REPRESENTATION_INDEX:
            other = f"among {_among(configuration, kpi, measure.reference_group)}" if compared else f"in “{_benchmark(configuration, kpi)}”"
            return f"{wanted}, among {whom}: their share divided by the share {other}"
        case MeasureType.PERCENTAGE_POINT_GAP:
            if not compared:
                return f"{wanted}: the share among {whom}, minus “{_benchmark(configuration, kpi)}”"
            first = describe_filter(configuration, measure.denominator)
            shares = f"the share of the first group ({first}), minus that of the second ({compared})"
            return f"{wanted}: {shares}; {_among(configuration, kpi, {})}"
        case _:
            return f"{wanted or 'Everyone'}, among {whom}"


def _likelihood(configuration: Configuration, kpi: Kpi, order: Order, wanted: str) -> str:
    """ "Appointed, among White applicants (…), divided by the same among ethnic minority applicants (…)" """
    title = configuration.population_title(kpi)
    title = title if title[1:2].isupper() else title[:1].lower() + title[1:]
    pools = [describe_filter(configuration, where) for where in (kpi.measure.denominator, kpi.measure.reference_group)]
    how = "for each of the others" if kpi.measure.type is MeasureType.RATIO_OF_RATIOS else "among"
    among = f"{wanted}, among {order.first} ({pools[0]})" if how == "among" else f"{wanted} {how} among {order.first} ({pools[0]})"
    return f"{among}, divided by the same among {order.second} ({pools[1]}); {title}"


def describe_grades(configuration: Configuration, kpi: Kpi) -> tuple[str, ...]:
    """Which of two grades a KPI uses, in a sentence; nothing where the dataset has one grade, or the KPI asks for none."""
    grades = configuration.datasets[kpi.dataset].grades
    if grades is None:
        return ()
    offered, measure = configuration.sources_of(kpi.dataset), kpi.measure
    population = configuration.datasets[kpi.dataset].populations[kpi.population]
    named = {*population.where, *measure.numerator, *measure.denominator, *measure.reference_group}
    named |= {word for breakdown in kpi.breakdowns for word in configuration.split(breakdown)[1]}
    used = {offered[name] for name in named}
    said = {
        grades.paid: "Grade is the grade that people are paid on: somebody who acts up counts in the higher one.",
        grades.substantive: "Grade is the grade of people's own contract: somebody who acts up counts in the lower one.",
    }
    return tuple(words for column, words in said.items() if column in used)


def describe_filter(configuration: Configuration, where: Filter) -> str:
    """Categories by their labels: "Asian or Black; Permanent"."""
    return "; ".join(filter(None, (_labels(configuration, dimension, wanted) for dimension, wanted in where.items())))


def _labels(configuration: Configuration, dimension: str, wanted: Categories) -> str:
    event = describe_event(configuration, dimension, wanted)
    if event is not None:
        return event
    declared = configuration.dimensions[dimension]
    return f"known {declared.title.lower()}" if wanted == "known" else " or ".join(declared.label(c) for c in wanted)


def _among(configuration: Configuration, kpi: Kpi, where: Filter) -> str:
    title = configuration.population_title(kpi)
    title = title if title[1:2].isupper() else title[:1].lower() + title[1:]
    events = [event for d, wanted in where.items() if (event := describe_event(configuration, d, wanted))]
    where = {d: wanted for d, wanted in where.items() if describe_event(configuration, d, wanted) is None}
    known = [configuration.dimensions[d].title.lower() for d, wanted in where.items() if wanted == "known"]
    chosen = [
        f"{configuration.dimensions[d].title.lower()}: {_labels(configuration, d, wanted)}"
        for d, wanted in where.items()
        if wanted != "known"
    ]
    chosen = [*map(_lower, events), *chosen]
    return "; ".join([title + (f" with known {' and '.join(known)}" if known else ""), *chosen])


def _lower(words: str) -> str:
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _benchmark(configuration: Configuration, kpi: Kpi) -> str:
    return configuration.benchmarks[kpi.benchmark].title if kpi.benchmark else "the benchmark"


def describe_profile(profile: Profile) -> str:
    """An audience's rule for footers: what is hidden, and how counts are rounded."""
    hides = f"counts of 1 to {profile.threshold - 1} are hidden, with others that would give them away"
    rounds = f"counts are rounded to {profile.rounding_base} and percentages made from the rounded counts"
    if profile.council == profile.below_council:
        rule = hides if profile.council == "suppress" else rounds
    else:
        at, below = (hides, rounds) if profile.council == "suppress" else (rounds, hides)
        rule = f"for the whole council {at}; below it {below}"
    ways, exact = {profile.council, profile.below_council}, profile.minimum_base
    rough = max(exact, profile.minimum_base_rounded) if "round" in ways else exact
    least = f"at least {rough if ways == {'round'} else exact} people"
    if len(ways) == 2 and rough > exact:
        least += f" ({rough} where counts are rounded)"
    return f"To protect people, {rule}. Percentages need a base of {least}, pay figures {profile.pay_minimum}."
