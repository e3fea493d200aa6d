"""Definitions as plain sentences: who is counted, among whom, and what an audience is not shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from metrics.definitions.base import Categories, Filter
from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import MOVEMENT
from metrics.definitions.flows import LEFT
from metrics.definitions.kpi import PER, Kpi, Measure, MeasureType, Order
from metrics.definitions.mark_words import describe_event, is_mark
from metrics.definitions.profile import Profile


def describe_who(configuration: Configuration, kpi: Kpi) -> str:
    """Numerator, denominator and reference group of a KPI in one sentence.

    "Disabled, among all staff without schools (headcount) whose disability is known; contract: permanent or fixed term"
    """
    measure = kpi.measure
    if configuration.datasets[kpi.dataset].grain in {"item", "published"}:
        return describe_without_people(configuration, kpi)
    whom = _among(configuration, kpi, measure.denominator)
    wanted = _wanted(configuration, kpi)
    first, second = _sides(configuration, kpi)
    pay = (measure.column or "").replace("_", " ")
    match measure.type:
        case MeasureType.TURNOVER:
            return f"People who left, divided by the average of {whom} at the beginning and at the end of the period"
        case MeasureType.FTE:
            return f"Full-time equivalents (FTE) of {whom}"
        case MeasureType.COUNT:
            return f"{wanted or 'People'}, among {_among(configuration, kpi, {})}"
        case MeasureType.MEAN | MeasureType.MEDIAN:
            return f"{measure.type.value.capitalize()} {pay} of {whom}"
        case MeasureType.PAY_GAP_MEAN | MeasureType.PAY_GAP_MEDIAN:
            kind = "mean" if measure.type is MeasureType.PAY_GAP_MEAN else "median"
            return f"{kind.capitalize()} {pay} of {second} minus that of {first}, as a share of that of {second}; {whom}"
        case MeasureType.MEAN_DIFFERENCE:
            return f"Mean {pay} of {first} minus that of {second}; {_among(configuration, kpi, measure.shared)}"
        case MeasureType.RELATIVE_LIKELIHOOD | MeasureType.RATIO_OF_RATIOS if measure.order is not None:
            return _likelihood(configuration, kpi, measure.order, wanted)
        case MeasureType.DISSIMILARITY:
            title = _characteristic(configuration, str(measure.over))
            alike = f"for all shares to be those of “{_benchmark(configuration, kpi)}”"
            return f"How many in 100 would have to be of another {title} {alike}; {whom}"
        case MeasureType.EXTREME_GROUP_GAP:
            title = _characteristic(configuration, str(measure.over))
            least = f"at least {measure.least_people} people with pay"
            compared = describe_filter(configuration, measure.reference_group)
            largest = f"Largest difference in median {pay} of any {title} with {least}"
            return f"{largest}, compared with {compared}, as a share of the latter’s; {whom}"
        case MeasureType.SCORE:
            return "Points given, as a share of the points that could be had"
        case MeasureType.ORDINAL:
            places = configuration.finest(kpi.dataset, str(measure.column))
            return f"{places.title} given, from “{places.label(places.known[0])}” up to “{places.label(places.known[-1])}”"
        case MeasureType.SURVEY_PROPORTION:
            return _survey(configuration, kpi)
        case MeasureType.POPULATION_RATE:
            counted = f"{wanted}, among {whom}" if wanted else whom[:1].upper() + whom[1:]
            return f"{counted}, for every {PER[measure.unit]:,} {measure.of}"
        case MeasureType.RATE_RATIO:
            reference = describe_filter(configuration, measure.reference_group)
            group = f"each {_characteristic(configuration, str(measure.over))}, divided by that of “{reference}”"
            counted = f"{wanted}, among {whom}" if wanted else whom[:1].upper() + whom[1:]
            return f"{counted}, for every 1,000 {measure.of}: the rate of {group}; for all together the highest of these"
        case MeasureType.INDEX_OF_DISPARITY:
            title = _characteristic(configuration, str(measure.over))
            against = {"highest": "the highest of them", "lowest": "the lowest of them"}.get(str(measure.against), "that of all of them")
            apart = f"how far the shares by {title} are from {against}, on average, as a part of it"
            return f"{wanted}, among {whom}: {apart}"
        case MeasureType.RATE:
            return f"{wanted}, for every {PER[measure.unit]:,} of {whom}"
        case MeasureType.REPRESENTATION_INDEX if measure.reference_group and measure.order is not None:
            common = {name: asked for name, asked in measure.denominator.items() if measure.reference_group.get(name) == asked}
            return f"{wanted}: their share of {first}, divided by their share of {second}; {_among(configuration, kpi, common)}"
        case MeasureType.REPRESENTATION_INDEX:
            compared = describe_filter(configuration, measure.reference_group)
            other = f"among {_among(configuration, kpi, measure.reference_group)}" if compared else f"in “{_benchmark(configuration, kpi)}”"
            return f"{wanted}, among {whom}: their share divided by the share {other}"
        case MeasureType.PERCENTAGE_POINT_GAP:
            if not measure.reference_group:
                return f"{wanted}: the share among {whom}, minus “{_benchmark(configuration, kpi)}”"
            common = {name: asked for name, asked in measure.denominator.items() if measure.reference_group.get(name) == asked}
            return f"{wanted}: the share among {first}, minus the share among {second}; {_among(configuration, kpi, common)}"
        case _:
            return f"{wanted or 'Everyone'}, among {whom}"


def _wanted(configuration: Configuration, kpi: Kpi) -> str:
    """The numerator: "Disabled", "People whose disability is known"."""
    where = kpi.measure.numerator
    known = [name for name, wanted in where.items() if wanted == "known" and describe_event(configuration, name, wanted) is None]
    others = describe_filter(configuration, {name: wanted for name, wanted in where.items() if name not in known})
    rows = configuration.datasets[kpi.dataset].rows_are or "people"
    words = "; ".join(filter(None, [others, f"{rows} {_whose(configuration, known)}" if known else ""]))
    return words[:1].upper() + words[1:]


def _sides(configuration: Configuration, kpi: Kpi) -> tuple[str, str]:
    """What the two groups of a comparison are called: in its own words where it has some, else by the labels that tell them apart."""
    measure = kpi.measure
    if measure.order is not None:
        return measure.order.first, measure.order.second
    own = measure.numerator if measure.type.is_pay_gap else measure.denominator
    apart = ({n: w for n, w in own.items() if measure.reference_group.get(n) != w}, measure.held_against) if own else ({}, {})
    first, second = (describe_filter(configuration, where) for where in apart)
    return f"“{first}”", f"“{second}”"


def describe_without_people(configuration: Configuration, kpi: Kpi) -> str:
    """What is measured of things, or of figures that somebody else has published, in one sentence."""
    measure, dataset = kpi.measure, configuration.datasets[kpi.dataset]
    wanted, among = describe_filter(configuration, measure.numerator), _among(configuration, kpi, measure.denominator)
    wanted = wanted[:1].upper() + wanted[1:]
    rows_are = dataset.rows_are or "people"
    over = re.sub(r" *\([^()]*\)$", "", configuration.dimensions[measure.over].title).lower() if measure.over else ""
    least = f", of those with at least {measure.least_people:,} people" if measure.least_people else ""
    figure = _figure(measure)
    match measure.type:
        case MeasureType.COUNT:
            counted = wanted or rows_are[:1].upper() + rows_are[1:]
            return f"{counted}, among {_among(configuration, kpi, {})}" if dataset.grain == "item" else f"{among[:1].upper()}{among[1:]}"
        case MeasureType.SHARE_OF_SUM:
            return f"{_words(measure.column)}: {wanted}, as a share of {among}"
        case MeasureType.ELAPSED_TIME:
            return _elapsed(configuration, kpi, among)
        case MeasureType.PERCENTAGE_POINT_GAP:
            first, second = (describe_filter(configuration, _told(kpi, one)) for one in ("denominator", "reference_group"))
            return f"{figure}: {first} minus {second}; {_among(configuration, kpi, measure.shared)}"
        case MeasureType.LOWEST_GROUP_GAP:
            return f"{figure}: that of all, minus that of the {over} where it is lowest{least}; {among}"
        case MeasureType.SLOPE_INDEX:
            first, last = (configuration.dimensions[str(measure.over)].label(c) for c in _ends(configuration, kpi))
            ends = f"from one end of {over} (“{first}”) to the other (“{last}”)"
            return f"{figure}: how much it differs {ends}, by a straight line through all groups; {among}"
        case MeasureType.INDEX_OF_DISPARITY:
            best = {"highest": "the highest of them", "lowest": "the lowest of them"}.get(str(measure.against), "that of all")
            return f"{figure}: how far that of each {over} is from {best}, on average, as a share of it{least}; {among}"
        case MeasureType.RATE:
            return f"{_words(measure.count or measure.column)}, for every {PER[measure.unit]:,} {measure.of}; {among}"
        case _ if dataset.grain == "published":
            return f"{figure}; {among}"
        case _:
            return f"{wanted}, among {among}"


def _words(column: str | None) -> str:
    return (column or "").replace("_", " ").capitalize()


def _figure(measure: Measure) -> str:
    """What is published of each group: "Employed as a share of working age", "Life expectancy"."""
    return f"{_words(measure.count)} as a share of {_words(measure.out_of).lower()}" if measure.has_counts else _words(measure.column)


def _ends(configuration: Configuration, kpi: Kpi) -> tuple[str, str]:
    known = configuration.dimensions[str(kpi.measure.over)].known
    return known[0], known[-1]


def _elapsed(configuration: Configuration, kpi: Kpi, among: str) -> str:
    measure, columns = kpi.measure, configuration.datasets[kpi.dataset].columns
    span = f"from “{columns[str(measure.begins)].source}” to “{columns[str(measure.ends)].source}”"
    if measure.days_allowed is None:
        return f"Median number of days {span}, of those that have ended; {among}"
    limit = f"{measure.within_weeks} weeks" if measure.within_weeks else f"{measure.within_days} days"
    return f"No more than {limit} {span}, among {among} whose {limit} were over"


def _told(kpi: Kpi, part: str) -> Filter:
    """Of two groups of published figures, what tells one from the other."""
    asked: Filter = getattr(kpi.measure, part)
    return {name: wanted for name, wanted in asked.items() if name not in kpi.measure.shared}


def _survey(configuration: Configuration, kpi: Kpi) -> str:
    """ "“Definitely agrees” or “Tends to agree”, of all valid answers of adult residents who answered; each counts with its weight" """
    said = [f"“{configuration.dimensions[d].label(c)}”" for d, wanted in kpi.measure.numerator.items() if wanted != "known" for c in wanted]
    asked = {d: wanted for d, wanted in kpi.measure.denominator.items() if wanted != "known"}
    whom = _among(configuration, kpi, asked)
    return f"{' or '.join(said) or 'A valid answer'}, of all valid answers of {whom}; each counts with its weight"


def _likelihood(configuration: Configuration, kpi: Kpi, order: Order, wanted: str) -> str:
    """ "Appointed: the share of White applicants (“White”), divided by the share of ethnic minority applicants (“…”); all applications" """
    measure = kpi.measure
    own = {name: asked for name, asked in measure.denominator.items() if name not in measure.shared}
    pools = [
        f"{called} (“{labels}”)" if (labels := describe_filter(configuration, where)).lower() != called.lower() else called
        for called, where in ((order.first, own), (order.second, measure.held_against))
    ]
    whom = _among(configuration, kpi, measure.shared)
    if measure.type is MeasureType.RATIO_OF_RATIOS:
        return f"{wanted}: how many for each of the others among {pools[0]}, divided by the same among {pools[1]}; {whom}"
    return f"{wanted}: the share of {pools[0]}, divided by the share of {pools[1]}; {whom}"


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
    happened = any(is_mark(configuration, name) and wanted != "known" for name, wanted in where.items())
    asked = {n: w for n, w in where.items() if not (happened and n == MOVEMENT and tuple(w) == (LEFT,))}  # what only a leaver can have
    return "; ".join(filter(None, (_labels(configuration, dimension, wanted) for dimension, wanted in asked.items())))


def _labels(configuration: Configuration, dimension: str, wanted: Categories) -> str:
    event = describe_event(configuration, dimension, wanted)
    if event is not None:
        return event
    declared = configuration.dimensions[dimension]
    return f"known {_characteristic(configuration, dimension)}" if wanted == "known" else " or ".join(declared.label(c) for c in wanted)


def _among(configuration: Configuration, kpi: Kpi, where: Filter) -> str:
    """ "all staff (headcount) whose ethnic group is known; contract: Permanent" """
    title = _lower(configuration.population_title(kpi))
    events = [event for d, wanted in where.items() if (event := describe_event(configuration, d, wanted))]
    where = {d: wanted for d, wanted in where.items() if describe_event(configuration, d, wanted) is None}
    known = [d for d, wanted in where.items() if wanted == "known"]
    chosen = [_chosen(configuration, d, wanted) for d, wanted in where.items() if wanted != "known"]
    chosen = [*map(_lower, events), *chosen]
    return "; ".join([title + (f" {_whose(configuration, known)}" if known else ""), *chosen])


def _chosen(configuration: Configuration, dimension: str, wanted: Categories) -> str:
    labels = _labels(configuration, dimension, wanted)
    return _lower(labels) if dimension == MOVEMENT else f"{_lower(configuration.dimensions[dimension].title)}: {labels}"


def _whose(configuration: Configuration, known: Iterable[str]) -> str:
    """ "whose pay quarter and ethnic group are known" """
    titles = list(dict.fromkeys(_characteristic(configuration, d) for d in known))
    return f"whose {' and '.join(titles)} {'is' if len(titles) == 1 else 'are'} known"


def _characteristic(configuration: Configuration, dimension: str) -> str:
    """ "Ethnic group (5 groups)" as "ethnic group": in a sentence it does not matter into how many groups it is cut."""
    return _lower(configuration.dimensions[dimension].title.partition(" (")[0])


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
