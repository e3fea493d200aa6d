"""Benchmarks: outside figures that a KPI is compared with, each with its source and date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from metrics.definitions.base import Definition, Id, Text


class Benchmark(Definition):
    """The file name is its id. `value` and `by_category` are in the KPI's unit (percent for shares)."""

    id: Id
    title: Text
    population: Text
    """Who the benchmark describes: "residents aged 16 to 64", "all residents"."""
    source: Text
    date: date
    illustrative: bool = False
    """True: made up for a demonstration, and said so wherever it is shown."""
    value: float | None = None
    dimension: Id | None = None
    by_category: Mapping[Id, float] = {}
    others: tuple[Id, ...] = ()
    """Benchmarks that could be taken instead (an earlier census); pages say what the figure is by them. They decide no figure."""
    notes: tuple[Text, ...] = ()
