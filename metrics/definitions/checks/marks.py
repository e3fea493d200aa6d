"""Marks on people of a span: told by extracts of events that name people and hold the same span, apart from one another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from metrics.definitions.checks.breakdowns import unit_words
from metrics.definitions.checks.filters import misfits
from metrics.definitions.checks.reserved_names import FRAME, TABLE
from metrics.definitions.dataset import MOVEMENT, Dataset, Mark
from metrics.definitions.flows import MONTHS
from metrics.definitions.marks import title_of
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for id, dataset in parsed.datasets.items():
        for place, message in _dataset(parsed, dataset):
            yield parsed.problem("datasets", id, ("marks", *place), message)
    yield from _titles(parsed)
    yield from _told_twice(parsed)
    yield from _counted_twice(parsed)


def _dataset(parsed: Parsed, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    if dataset.marks and dataset.flows is None:
        yield (), "marks are put on the people of a span; only a dataset with `flows: {from: …, every: year}` has them"
        return
    for name, mark in dataset.marks.items():
        message = _name(parsed, dataset, name)
        if message:
            yield (name,), message
        for place, said in _mark(parsed, dataset, mark):
            yield (name, *place), said
    yield from _overlap(parsed, dataset)
    for population, declared in dataset.populations.items():
        named = sorted({*declared.where, *declared.without} & dataset.marks.keys())
        if named:
            yield (named[0],), f"population '{population}' asks for it: a population says who people are; ask for a mark in the measure"


def _name(parsed: Parsed, dataset: Dataset, name: str) -> str | None:
    """Why a mark cannot be called that."""
    source = parsed.datasets.get(dataset.flows.source) if dataset.flows else None
    if ("dimensions", name) in parsed.readings or ("dimensions", name) in parsed.broken:
        return f"there is a dimension '{name}', and a mark is a dimension of its own; give the mark another name"
    if source is not None and (name in source.columns or name in parsed.offered(source)):
        return f"dataset '{source.id}' has a column or dimension '{name}' already; give the mark another name"
    if name in {*FRAME, *TABLE, *unit_words(parsed), MOVEMENT}:
        return f"'{name}' is kept for the product's own use; give the mark another name"
    return None


def _mark(parsed: Parsed, dataset: Dataset, mark: Mark) -> Iterator[tuple[Place, str]]:
    source = parsed.datasets.get(mark.source)
    if source is None:
        if mark.source not in parsed.ids("datasets"):
            yield ("from",), no_such("dataset", mark.source, parsed.datasets)
        return
    every = dataset.flows.every if dataset.flows else "year"
    if source.flows is not None or source.answers is not None or source.grain != "event":
        message = f"a row of '{source.id}' is nothing that happened to somebody; a mark is told by a dataset with `grain: event`"
        yield ("from",), message
        return
    if source.person_id == "absent":
        yield ("from",), f"dataset '{source.id}' names nobody, so its rows cannot be joined to people; give it a `person_id`"
    if source.window_months != MONTHS[every]:
        held = f"holds {source.window_months} months" if source.window_months else "does not say how many months it holds"
        message = f"'{source.id}' {held}, and the span of '{dataset.id}' is a {every}; it needs `window_months: {MONTHS[every]}`"
        yield ("from",), message
    if not parsed.uncertain(source):
        yield from ((("where", *place), message) for place, message in misfits(parsed, source, mark.where))


def _overlap(parsed: Parsed, dataset: Dataset) -> Iterator[tuple[Place, str]]:
    """Marks of which one implies another are not protected together: readers would know of one from the other."""
    for (first, one), (second, other) in combinations(dataset.marks.items(), 2):
        source = parsed.datasets.get(one.source)
        if one.source != other.source or source is None or parsed.uncertain(source):
            continue
        held = [parsed.chosen(source, mark.where) for mark in (one, other)]
        if all(held) and not any(not held[0][column] & held[1][column] for column in held[0].keys() & held[1].keys()):
            message = (
                f"a row of '{source.id}' can be both '{first}' and '{second}': who has one mark would have the other by it, and the two "
                "would be read together; let no category be in both"
            )
            yield (second, "where"), message


def _titles(parsed: Parsed) -> Iterator[Problem]:
    """A mark that several datasets have is one dimension."""
    seen: dict[str, tuple[str, str]] = {}
    for id, dataset in parsed.datasets.items():
        for name, mark in dataset.marks.items():
            title = title_of(name, mark)
            other, there = seen.setdefault(name, (title, id))
            if other != title:
                message = f"called '{title}' here and '{other}' in dataset '{there}'; a mark of one name has one title"
                yield parsed.problem("datasets", id, ("marks", name), message)


def _told_twice(parsed: Parsed) -> Iterator[Problem]:
    """Two datasets with marks of the same events hold the same people, and are not protected together."""
    first: dict[str, str] = {}
    for id, dataset in parsed.datasets.items():
        for source in dict.fromkeys(mark.source for mark in dataset.marks.values()) if dataset.flows else ():
            if (there := first.setdefault(source, id)) != id:
                message = f"rows of '{source}' tell marks of dataset '{there}' already, and readers would put the two together; keep one"
                yield parsed.problem("datasets", id, ("marks",), message)


def _counted_twice(parsed: Parsed) -> Iterator[Problem]:
    """Rows and the people that they are about are nearly the same numbers, and are not protected together."""
    telling = {mark.source: (id, name) for id, dataset in parsed.datasets.items() for name, mark in dataset.marks.items()}
    for kpi in parsed.kpis.values():
        known = parsed.datasets.get(kpi.dataset)
        if kpi.dataset in telling and known is not None and known.grain == "event":
            marked, name = telling[kpi.dataset]
            message = (
                f"the rows of '{kpi.dataset}' tell the marks of '{marked}' (such as '{name}'), and a count of rows beside a count of their "
                f"people would give small numbers away; count the people with the mark, in dataset '{marked}'"
            )
            yield parsed.problem("kpis", kpi.id, ("dataset",), message)
