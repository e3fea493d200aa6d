"""Breakdowns: every word is a dimension of the dataset or a level of the organisation, and each split is written once."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.checks.filters import not_offered
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Breakdown
from metrics.definitions.nearest import listed, nearest
from metrics.definitions.parsed import Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi, dataset in parsed.kpis_with_dataset():
        seen: dict[frozenset[str], str] = {}
        for n, breakdown in enumerate(kpi.breakdowns):
            words = frozenset(breakdown.by)
            if words in seen:
                yield parsed.problem("kpis", kpi.id, ("breakdowns", n), f"[{', '.join(breakdown.by)}] is written twice; keep one")
            seen[words] = breakdown.id
            for message in _messages(parsed, dataset, breakdown):
                yield parsed.problem("kpis", kpi.id, ("breakdowns", n), message)


def unit_words(parsed: Parsed) -> tuple[str, ...]:
    return ("unit", *parsed.organisation.levels) if parsed.organisation else ("unit",)


def _messages(parsed: Parsed, dataset: Dataset, breakdown: Breakdown) -> Iterator[str]:
    offered, levels = parsed.offered(dataset), unit_words(parsed)
    if not breakdown.by:
        yield "an empty breakdown; the whole is always shown"
    units = [word for word in breakdown.by if word in levels]
    if units and dataset.unit is None:
        yield f"dataset '{dataset.id}' does not say where people work; bind `unit:` in its file to split by '{units[0]}'"
    if len(units) > 1:
        yield f"'{units[0]}' and '{units[1]}' are both units of the organisation; keep the deeper one"
    columns: dict[str, str] = {}
    for word in breakdown.by:
        if word in levels:
            continue
        if word not in offered:
            if parsed.organisation is not None:
                yield _unknown(parsed, dataset, word, offered, levels)
        elif offered[word] in columns:
            other = columns[offered[word]]
            yield f"'{word}' is written twice" if other == word else f"'{other}' and '{word}' group the same answers; keep one"
        else:
            columns[offered[word]] = word


def _unknown(parsed: Parsed, dataset: Dataset, word: str, offered: dict[str, str], levels: tuple[str, ...]) -> str:
    known = (*offered, *levels)
    if word in dataset.columns or word in parsed.ids("dimensions"):
        return not_offered(parsed, dataset, word, known)
    likely = nearest(word, known)
    there = f"did you mean '{likely}'?" if likely else f"there are: {listed(known)}"
    return f"no dimension '{word}' in dataset '{dataset.id}'; {there}"
