"""Conditions that ask what happened to people, or whether they moved, in words that need no "Yes" and no "known"."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.definitions.base import Categories
from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import MOVEMENT
from metrics.definitions.flows import JOINED, LEFT, STAYED
from metrics.definitions.marks import YES

POOLS: Mapping[frozenset[str], str] = {
    frozenset({STAYED, LEFT}): "In post at the beginning",
    frozenset({STAYED, JOINED}): "In post at the end",
}


def is_mark(configuration: Configuration, name: str) -> bool:
    return any(name in dataset.marks for dataset in configuration.datasets.values())


def describe_event(configuration: Configuration, name: str, wanted: Categories) -> str | None:
    """ "Promoted", "not: Promoted", "In post at the beginning"; "" where the condition says nothing of anybody; None for other conditions.

    That a mark is known says nothing: it is recorded of everybody, or no figure is published.
    """
    if is_mark(configuration, name):
        title = configuration.dimensions[name].title
        return "" if wanted == "known" or len(wanted) != 1 else title if wanted[0] == YES else f"not: {title}"
    return POOLS.get(frozenset(wanted)) if name == MOVEMENT and wanted != "known" else None
