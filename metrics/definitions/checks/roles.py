"""Who is staff and not an employee, who is not paid, and which of two grades is meant: no figure mixes them up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metrics.definitions.base import Filter
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.definitions.pay_columns import BONUS_PAY
from metrics.errors import Problem

EMPLOYEES = re.compile(r"\bemployees\b", re.IGNORECASE)


def check(parsed: Parsed) -> Iterator[Problem]:
    for dataset in parsed.datasets.values():
        yield from _grades(parsed, dataset)
        if not parsed.uncertain(dataset):
            yield from _called_employees(parsed, dataset)
    for kpi, dataset in parsed.kpis_with_dataset():
        if kpi.measure.of_pay:
            yield from _paid(parsed, kpi, dataset)


def _grades(parsed: Parsed, dataset: Dataset) -> Iterator[Problem]:
    if dataset.grades is None:
        return
    for key in ("paid", "substantive"):
        name = getattr(dataset.grades, key)
        if name not in dataset.columns:
            yield parsed.problem("datasets", dataset.id, ("grades", key), no_such("column", name, dataset.columns))
        elif dataset.columns[name].type != "category":
            yield parsed.problem("datasets", dataset.id, ("grades", key), f"column '{name}' holds no categories; a grade is a category")
    if dataset.grades.paid == dataset.grades.substantive:
        yield parsed.problem(
            "datasets", dataset.id, ("grades",), "both are the same column; leave `grades` out where the file has one grade"
        )


def _called_employees(parsed: Parsed, dataset: Dataset) -> Iterator[Problem]:
    for id, population in dataset.populations.items():
        if EMPLOYEES.search(population.title):
            held = _held(parsed, dataset, population.where, dataset.not_employees)
            if held:
                place = ("populations", id, "title")
                message = f"population '{id}' is called '{population.title}' and holds people who are not employed here: {held}"
                if population is parsed.populations.get(id):
                    yield parsed.problem("", "populations", place, f"in dataset '{dataset.id}', {message}")
                else:
                    yield parsed.problem("datasets", dataset.id, place, message)


def _paid(parsed: Parsed, kpi: Kpi, dataset: Dataset) -> Iterator[Problem]:
    population = dataset.populations.get(kpi.population)
    if population is None:
        return
    for role, who in (("not_employees", "not employed here"), ("without_pay", "not paid")):
        if role == "without_pay" and dataset.pay_items is not None and kpi.measure.column == BONUS_PAY:
            continue  # a bonus of the year counts for everybody employed on the day, paid then or not
        held = _held(parsed, dataset, population.where, getattr(dataset, role), kpi.measure.denominator)
        if held:
            whom = f"people who are {who} (`{role}` of dataset '{dataset.id}'): {held}"
            message = f"a pay figure of population '{kpi.population}' would hold {whom}; choose or declare one without them"
            yield parsed.problem("kpis", kpi.id, ("population",), message)


def _held(parsed: Parsed, dataset: Dataset, where: Filter, role: Filter, more: Filter | None = None) -> str:
    """Categories of a role that a population admits, in words; any of them is enough to be in the role."""
    admitted = parsed.chosen(dataset, where)
    for column, categories in parsed.chosen(dataset, more or {}).items():
        admitted[column] = admitted.get(column, categories) & categories
    found = [
        f"{column} {', '.join(sorted(held))}"
        for column, categories in parsed.chosen(dataset, role).items()
        if (held := categories & admitted.get(column, categories))
    ]
    return "; ".join(found)
