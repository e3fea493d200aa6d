"""Which dataset a file was made for, told from its headings alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from metrics.definitions.configuration import Configuration
from metrics.ingest.contract import contract_of
from metrics.ingest.labels import folded


def fitting_datasets(configuration: Configuration, headings: Iterable[str]) -> tuple[str, ...]:
    """Datasets all of whose needed headings are there; the one that uses most of the file's columns first."""
    there = {folded(heading) for heading in headings}
    used: dict[str, int] = {}
    for id, dataset in configuration.datasets.items():
        asked = contract_of(configuration, id, dt.date.today()).headings
        if dataset.flows is None and all(h.may_be_left_out or folded(h.heading) in there for h in asked):
            used[id] = sum(folded(h.heading) in there for h in asked)
    return tuple(sorted((id for id in used if used[id]), key=lambda id: -used[id]))
