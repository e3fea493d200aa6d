"""What the page of definitions says of a KPI beyond its summary: who is counted and left out, its protection, its worked example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metrics.definitions.base import Filter
from metrics.definitions.configuration import Configuration
from metrics.definitions.describe import describe_profile
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.mark_words import describe_event, is_mark
from metrics.definitions.waterfall import describe_inside, describe_left_out, describe_steps
from metrics.evaluate.comparison import benchmark_factor
from metrics.report import characteristic

NOTHING_HIDDEN = "These figures hold no counts of people, so nothing is hidden or rounded. Every audience is shown the same."
OF_NOBODY: Mapping[str, dict[str, Any]] = {
    "result": {
        "population_rule": "Nobody is counted: these are results that the council was given.",
        "steps": (),
        "profile_title": "No counts of people",
        "profile_rule": NOTHING_HIDDEN,
    },
    "item": {
        "population_rule": "Nobody is counted: a row is a thing.",
        "steps": (),
        "profile_title": "No counts of people",
        "profile_rule": NOTHING_HIDDEN,
    },
    "published": {
        "population_rule": "These are figures that somebody else has published; the council counted nobody for them.",
        "steps": (),
        "profile_title": "Published already",
        "profile_rule": "What these figures give away, their publisher has seen to, so nothing more is hidden or rounded here. Every "
        "audience is shown the same.",
    },
}
"""Of a figure in which the council counted nobody, by what the rows are."""


def explained(configuration: Configuration, kpi: Kpi) -> dict[str, Any]:
    """Fields of `KpiSummary` in words, as the KPI is defined today."""
    measure, dataset, profile = kpi.measure, configuration.datasets[kpi.dataset], configuration.profile(kpi)
    benchmark = configuration.benchmarks[kpi.benchmark] if kpi.benchmark else None
    population = dataset.populations[kpi.population]
    heads, rows = _example(configuration, kpi)
    return {
        "numerator_words": _group(configuration, measure.numerator),
        "denominator_words": _group(configuration, measure.denominator),
        "reference_words": _group(configuration, measure.reference_group),
        "population_rule": _rule(describe_inside(configuration, population.where), describe_left_out(configuration, kpi)),
        "steps": tuple((step.id, step.left, step.leaves) for step in describe_steps(configuration, kpi)),
        "review": (kpi.review.last.isoformat(), kpi.review.next.isoformat()),
        "profile_title": profile.title,
        "profile_rule": describe_profile(profile),
        "benchmark_population": benchmark.population if benchmark else "",
        "benchmark_others": _others(configuration, kpi),
        "example_heads": heads,
        "example_rows": rows,
        "example_gives": tuple(kpi.worked_example.gives.items()) if kpi.worked_example else (),
        **({} if dataset.holds_people else OF_NOBODY[dataset.grain]),
    }


def _others(configuration: Configuration, kpi: Kpi) -> tuple[tuple[str, str, str, float], ...]:
    """What a share could be held against instead."""
    if kpi.benchmark is None or kpi.measure.type is not MeasureType.PROPORTION:
        return ()
    others = [configuration.benchmarks[id] for id in configuration.benchmarks[kpi.benchmark].others]
    of_one_value = [(b, b.value * benchmark_factor(kpi)) for b in others if b.value is not None]
    return tuple((b.title, b.population, f"{b.source}, {b.date.isoformat()}", value) for b, value in of_one_value)


def _group(configuration: Configuration, where: Filter) -> str:
    """Categories by their own labels, "“Women” or “Men”"; "known ethnic group" where any answer will do; last what happened to people."""
    words, events = [], []
    for name, wanted in where.items():
        dimension, event = configuration.dimensions[name], describe_event(configuration, name, wanted)
        if event is not None:
            events += [f"marked “{event}”" if is_mark(configuration, name) else _lower(event)] if event else []
        elif wanted == "known" or set(wanted) == set(dimension.known):
            words.append(f"known {_lower(characteristic(dimension.title))}")
        else:
            words.append(" or ".join(f"“{dimension.label(c)}”" for c in wanted))
    return ", ".join([*words, *events])


def _lower(title: str) -> str:
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _rule(inside: str, outside: str) -> str:
    if not inside and not outside:
        return "Everybody in the extract."
    return " ".join(f"{head}: {words}." for head, words in (("Counted", inside), ("Left out", outside)) if words)


def _example(configuration: Configuration, kpi: Kpi) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The made-up rows by the names that people know columns and categories by."""
    if kpi.worked_example is None:
        return (), ()
    names = tuple(dict.fromkeys(name for row in kpi.worked_example.rows for name in row))
    rows = tuple(tuple(_cell(configuration, kpi, name, row.get(name)) for name in names) for row in kpi.worked_example.rows)
    return tuple(_head(configuration, kpi, name) for name in names), rows


def _head(configuration: Configuration, kpi: Kpi, name: str) -> str:
    columns = configuration.datasets[kpi.dataset].columns
    if name in configuration.dimensions:
        return configuration.dimensions[name].title
    if name in columns and columns[name].type == "category":
        return configuration.finest(kpi.dataset, name).title
    return name.replace("_", " ").capitalize()


def _cell(configuration: Configuration, kpi: Kpi, name: str, value: object) -> str:
    if value is None:
        return "–"
    columns = configuration.datasets[kpi.dataset].columns
    asked = [configuration.dimensions[name]] if name in configuration.dimensions else []
    if name in columns and (columns[name].type == "category" or columns[name].band):
        asked.append(configuration.finest(kpi.dataset, name))
    labels = {c.id: c.label for dimension in asked for c in dimension.categories}
    if isinstance(value, float):
        return f"{value:,.2f}" if columns[name].type == "money" else f"{value:,g}"
    return labels.get(str(value), str(value))
