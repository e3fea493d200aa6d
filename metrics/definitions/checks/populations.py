"""Populations are declared once: one name, one title, one set of people; and no title promises everybody and leaves some out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metrics.definitions.checks.filters import categories
from metrics.definitions.dataset import Population
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem

EVERYBODY = re.compile(
    r"\b(all|every|whole)\b[\w\s,'-]*\b(staff|employees?|workers?|people|workforce)\b|\b(everyone|everybody)\b", re.IGNORECASE
)
LIMITED = re.compile(
    r"\b(without|except|excluding|other than|apart from|but|only|not|who|whose|in|on|at|with|of)\b|\bexcl\b", re.IGNORECASE
)
FULL_TIME = re.compile(r"\bfte\b|full.time equivalent", re.IGNORECASE)


def check(parsed: Parsed) -> Iterator[Problem]:
    yield from _own(parsed)
    yield from _meanings(parsed)
    for dataset in parsed.datasets.values():
        for id, population in dataset.populations.items():
            if population is parsed.populations.get(id):
                continue
            if id in parsed.populations:
                message = f"'{id}' is declared in populations.yaml, too; delete it here"
                yield parsed.problem("datasets", dataset.id, ("populations", id), message)
            for place, message in _title(population):
                yield parsed.problem("datasets", dataset.id, ("populations", id, *place), message)
    for kpi, dataset in parsed.kpis_with_dataset():
        found = dataset.populations.get(kpi.population)
        for key in ("title", "short_title"):
            said = getattr(kpi, key)
            if found is not None and found.where and said and EVERYBODY.search(said):
                message = f"says '{said}', but its population is '{found.title}'; leave the word out: the population stands in every title"
                yield parsed.problem("kpis", kpi.id, (key,), message)


def _own(parsed: Parsed) -> Iterator[Problem]:
    """What `populations.yaml` says by itself."""
    for id, population in parsed.populations.items():
        place: Place = ("populations", id)
        for step, message in _title(population):
            yield parsed.problem("", "populations", (*place, *step), message)
        for part in ("where", "without"):
            for name, wanted in getattr(population, part).items():
                if part == "where" and name in population.without and name in parsed.dimensions:
                    continue
                if name not in parsed.dimensions:
                    if name not in parsed.ids("dimensions"):
                        message = no_such("dimension", name, parsed.dimensions)
                        yield parsed.problem("", "populations", (*place, part, name), message)
                    continue
                for step, message in categories(parsed.dimensions[name], name, wanted):
                    yield parsed.problem("", "populations", (*place, part, *step), message)
        homes = [d for d in parsed.datasets.values() if id in d.populations]
        if not homes and parsed.datasets and set(population.where) <= set(parsed.dimensions):
            columns = ", ".join(population.where)
            yield parsed.problem("", "populations", place, f"no dataset has all of its columns ({columns}), so no KPI could use it")


def _title(population: Population) -> Iterator[tuple[Place, str]]:
    title = population.title
    if FULL_TIME.search(title):
        yield ("title",), "leave out how people are counted; headcount or full-time equivalent is added from the measure"
    if population.where and EVERYBODY.search(title) and not LIMITED.search(title):
        yield ("title",), f"says '{title}' and leaves people out; say whom, such as 'All staff without casual workers'"


def _meanings(parsed: Parsed) -> Iterator[Problem]:
    """One name is one set of people in the whole council, and one set of people in a dataset has one name."""
    for dataset in parsed.datasets.values():
        seen: dict[object, str] = {}
        for id, population in dataset.populations.items():
            same = frozenset((name, admitted) for name, admitted in parsed.chosen(dataset, population.where).items())
            if same in seen and not parsed.uncertain(dataset):
                yield parsed.problem(
                    "datasets", dataset.id, ("populations", id), f"the same people as '{seen[same]}'; keep one of the two names"
                )
            seen.setdefault(same, id)
            if id not in parsed.populations:
                yield from _elsewhere(parsed, dataset.id, id, population)


def _elsewhere(parsed: Parsed, dataset: str, id: str, population: Population) -> Iterator[Problem]:
    def meaning(other: Population) -> tuple[object, str]:
        return frozenset((k, frozenset(v)) for k, v in other.where.items()), other.title.casefold()

    for other in parsed.datasets.values():
        for name, held in other.populations.items():
            where, title = meaning(population)
            there, called = meaning(held)
            same_name = name == id and other.id < dataset and (where, title) != (there, called)
            same_title = name != id and title == called and where != there and (other.id, name) < (dataset, id)
            if same_name:
                message = f"'{id}' means other people in dataset '{other.id}' ('{held.title}'); declare it once, in populations.yaml"
                yield parsed.problem("datasets", dataset, ("populations", id), message)
            elif same_title:
                message = f"has the title of population '{name}' of dataset '{other.id}', which holds other people; call one something else"
                yield parsed.problem("datasets", dataset, ("populations", id, "title"), message)
