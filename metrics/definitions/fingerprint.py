"""Definition versions: a hash of what was declared, so that a figure can name the definition it was made by."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi

DECIDES = ("id", "dataset", "population", "measure", "period", "breakdowns", "polarity", "target", "status_rule", "benchmark", "profile")
"""KPI keys that decide a figure or its status. Words (title, owner, notes, review) do not."""
LATER = frozenset(
    {"order", "over", "least_people", "out_of", "count", "people", "begins", "ends", "within_days", "within_weeks", "against", "population"}
)
"""Keys of a measure that the first releases did not have."""


def fingerprint(configuration: Configuration) -> str:
    """SHA-256 of everything declared; comments, spaces and the order of keys do not matter."""
    return _hash(
        {
            "organisation": [asdict(unit) for unit in configuration.organisation.units],
            "dimensions": {k: v.model_dump(mode="json") for k, v in configuration.dimensions.items()},
            "datasets": {k: v.model_dump(mode="json") for k, v in configuration.datasets.items()},
            "kpis": {k: v.model_dump(mode="json") for k, v in configuration.kpis.items()},
            "benchmarks": {k: v.model_dump(mode="json") for k, v in configuration.benchmarks.items()},
            "disclosure": configuration.disclosure.model_dump(mode="json"),
        }
    )


def kpi_fingerprint(configuration: Configuration, kpi_id: str) -> str:
    """SHA-256 of what decides one KPI's figures: the KPI, who counts, the columns and categories used, benchmark and profile."""
    kpi = configuration.kpis[kpi_id]
    dataset = configuration.datasets[kpi.dataset]
    dimensions = _dimensions(configuration, kpi, dataset)
    columns = _columns(configuration, kpi, dataset, dimensions)
    return _hash(
        {
            "kpi": _decides(kpi),
            "who": {
                "where": dataset.populations[kpi.population].model_dump(mode="json")["where"],
                **dataset.model_dump(mode="json", include={"grain", "person_id", "main_post", "unit"}),
                **({"window_months": dataset.window_months} if dataset.window_months else {}),
                **({"weight": dataset.weight} if dataset.weight else {}),
            },
            "columns": {name: dataset.columns[name].decides() for name in columns},
            "dimensions": {d: _categories(configuration, d) for d in dimensions},
            "benchmark": configuration.benchmarks[kpi.benchmark].model_dump(mode="json", exclude={"title", "others", "notes"})
            if kpi.benchmark
            else None,
            "profile": configuration.profile(kpi).model_dump(mode="json", exclude={"title"}),
            "audiences": dict(configuration.disclosure.audiences),
        }
    )


def _decides(kpi: Kpi) -> dict[str, Any]:
    """A key that came later is left out where a KPI does not use it: its figures are what they were."""
    said = kpi.model_dump(mode="json", include=set(DECIDES))
    measure = {key: value for key, value in said["measure"].items() if key not in LATER or (value is not None and key != "order")}
    worse = kpi.measure.order and kpi.measure.order.above_one_is_worse_for  # the rest is words
    measure |= {"order": worse} if worse else {}
    return {**said, "measure": measure}


def _dimensions(configuration: Configuration, kpi: Kpi, dataset: Dataset) -> list[str]:
    measure = kpi.measure
    filters = (dataset.populations[kpi.population].where, measure.numerator, measure.denominator, measure.reference_group)
    named = {name for where in filters for name in where}
    named |= {word for breakdown in kpi.breakdowns for word in configuration.split(breakdown)[1]}
    named |= {measure.over} if measure.over else set()
    return sorted(_down_to_the_finest(configuration, kpi.dataset, named))


def _down_to_the_finest(configuration: Configuration, dataset: str, named: Iterable[str]) -> set[str]:
    """Named dimensions and those between them and the column that stores them: they say who rolls up to what."""
    offered = configuration.sources_of(dataset)
    found: set[str] = set()
    for name in named:
        found |= {name, *configuration.way_up(configuration.finest(dataset, offered[name]).id, name)}
    return found


def _columns(configuration: Configuration, kpi: Kpi, dataset: Dataset, dimensions: Iterable[str]) -> list[str]:
    offered = configuration.sources_of(kpi.dataset)
    measure = kpi.measure
    named = (measure.column, measure.count, measure.out_of if measure.count else None, measure.people, measure.begins, measure.ends)
    used = {offered[d] for d in dimensions if d in offered} | {name for name in named if name}
    if dataset.main_post:
        used |= {*dataset.main_post.highest, *({dataset.main_post.flag} if dataset.main_post.flag else set())}
    return sorted(used)


def _categories(configuration: Configuration, dimension: str) -> list[dict[str, Any]]:
    """A group says what it holds; a category of any other dimension has no such key, as before there were groupings."""
    said = configuration.dimensions[dimension].categories
    return [c.model_dump(mode="json", exclude={"label"} if c.holds else {"label", "holds"}) for c in said]


def _hash(content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return sha256(text.encode("utf-8")).hexdigest()
