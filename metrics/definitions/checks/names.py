"""What a KPI names exists: its dataset, population, benchmark, disclosure profile and pay column."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi in parsed.kpis.values():
        for place, message in (
            (("dataset",), parsed.unknown("datasets", kpi.dataset, "dataset")),
            (("benchmark",), parsed.unknown("benchmarks", kpi.benchmark, "benchmark")),
            (("profile",), _profile(parsed, kpi.profile)),
            (("population",), _population(parsed, kpi.dataset, kpi.population)),
            (("measure", "column"), _column(parsed, kpi.dataset, kpi.measure.column)),
        ):
            if message:
                yield parsed.problem("kpis", kpi.id, place, message)


def _profile(parsed: Parsed, profile: str) -> str | None:
    if parsed.disclosure is None or profile in parsed.disclosure.profiles:
        return None
    return no_such("disclosure profile", profile, parsed.disclosure.profiles)


def _population(parsed: Parsed, dataset: str, population: str) -> str | None:
    found = parsed.datasets.get(dataset)
    if found is None or population in found.populations:
        return None
    return no_such("population", population, found.populations, f"dataset '{dataset}'")


def _column(parsed: Parsed, dataset: str, column: str | None) -> str | None:
    found = parsed.datasets.get(dataset)
    if found is None or column is None:
        return None
    if column not in found.columns:
        return no_such("column", column, found.columns, f"dataset '{dataset}'")
    kind = found.columns[column].type
    if not found.holds_people:
        return None  # `checks.results` and `checks.things` say what these may be made of
    return None if kind in NUMERIC else f"column '{column}' is of type {kind}; a mean, median or pay gap needs a number"
