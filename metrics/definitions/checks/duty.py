"""The equality duty's workbook names KPIs, dimensions and an audience that there are, and declaration rates that are shares."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.duty import DutyReturn
from metrics.definitions.kpi import MeasureType
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem

Found = Iterator[tuple[Place, str]]


def check(parsed: Parsed) -> Iterator[Problem]:
    made = parsed.duty
    if made is not None:
        yield from (parsed.problem("returns", "duty", place, message) for place, message in _all(parsed, made))


def _all(parsed: Parsed, made: DutyReturn) -> Found:
    yield from ((place, unknown) for place, id in _named(made) if (unknown := parsed.unknown("kpis", id, "KPI")))
    if parsed.disclosure is not None and made.audience not in parsed.disclosure.audiences:
        yield ("audience",), no_such("audience", made.audience, parsed.disclosure.audiences)
    yield from _kinds(parsed, made)
    yield from _characteristics(parsed, made)
    titles = [s.title.casefold() for s in made.sections]
    yield from (
        (("sections", n, "title"), "two sections have this title; each has its own") for n, t in enumerate(titles) if t in titles[:n]
    )


def _named(made: DutyReturn) -> Iterator[tuple[Place, str]]:
    yield ("employees",), made.employees
    yield from ((("declaration_rates", n), id) for n, id in enumerate(made.declaration_rates))
    for number, section in enumerate(made.sections):
        yield from ((("sections", number, "kpis", n), id) for n, id in enumerate(section.kpis))


def _kinds(parsed: Parsed, made: DutyReturn) -> Found:
    employees = parsed.kpis.get(made.employees)
    if employees is not None and employees.measure.type is not MeasureType.COUNT:
        yield ("employees",), f"{employees.id} is a {employees.measure.type}; the workforce is a count of people"
    for number, id in enumerate(made.declaration_rates):
        kpi = parsed.kpis.get(id)
        if kpi is not None and (kpi.measure.type is not MeasureType.PROPORTION or "known" not in kpi.measure.numerator.values()):
            yield ("declaration_rates", number), f"{id} must be a share of people whose answer is known (numerator: {{…: known}})"


def _characteristics(parsed: Parsed, made: DutyReturn) -> Found:
    for name, dimensions in made.characteristics.each():
        for number, id in enumerate(dimensions):
            if unknown := parsed.unknown("dimensions", id, "dimension"):
                yield ("characteristics", name, number), unknown
    for number, id in enumerate(made.also_by):
        if unknown := parsed.unknown("dimensions", id, "dimension"):
            yield ("also_by", number), unknown
