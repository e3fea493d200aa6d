"""What a dataset asks of an extract, told from the same rules that read one: headings, words, limits, and what an empty cell means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace

from metrics.definitions.configuration import Configuration
from metrics.definitions.contract import DATA, Choice, Contract, Heading, Kind
from metrics.definitions.dataset import Column, Dataset
from metrics.definitions.describe_dataset import (
    describe_day,
    describe_derived,
    describe_grain,
    describe_person,
    describe_population,
    describe_roles,
)
from metrics.errors import InputError
from metrics.ingest.choices import Accepts, Filled, choices_of, places_of
from metrics.ingest.contract_of_pay import pay_derived, pay_headings
from metrics.ingest.labels import folded
from metrics.ingest.missing import SAID
from metrics.ingest.values import NotUnderstood, Parser, date_parser, parse_number, parse_whole, parse_yes_no

KINDS: Mapping[str, Kind] = {
    "category": "category",
    "boolean": "yes or no",
    "date": "date",
    "integer": "whole number",
    "money": "money",
    "number": "number",
    "text": "text",
}
"""Column type to kind; of a heading that fills several columns, the first of them that one of its columns has."""
WORKED_OUT = "\0"
"""Beginning of the headings of columns that no file has."""
PARTS = ("person_id", "as_at", "unit", "label", "people", "total")


def contract_of(configuration: Configuration, dataset_id: str, units_on: dt.date, currency: str = "£") -> Contract:
    """The contract of one dataset; words that name units are those of the day `units_on`.

    Raises
    ------
    InputError : there is no such dataset
    """
    if dataset_id not in configuration.datasets:
        raise InputError(f"There is no dataset '{dataset_id}'; there are: {', '.join(configuration.datasets)}.")
    dataset = configuration.datasets[dataset_id]
    table = dataset.table
    return Contract(
        dataset=dataset_id,
        title=dataset.title,
        source_system=dataset.source_system or "",
        filled_in_by=dataset.filled_in_by or "",
        grain=describe_grain(dataset),
        person=describe_person(dataset),
        day=describe_day(dataset),
        asks_for_day=dataset.as_at is None,
        about_people=dataset.answers is None and dataset.holds_people,
        headings=_Headings(configuration, dataset, units_on, currency).all(),
        populations={id: (p.title, describe_population(configuration, p)) for id, p in dataset.populations.items()},
        roles=describe_roles(configuration, dataset),
        derived=(*describe_derived(configuration, dataset), *pay_derived(dataset)),
        notes=tuple(said.note for said in dataset.notes),
        sheet=dataset.sheet or DATA,
        header_row=dataset.header_row or 1,
        table=f"{table.in_schema}.{table.name} ({table.connection})" if table and table.in_schema else table.name if table else "",
        laid_out=dataset.layout is not None,
        units_on=units_on if dataset.unit else None,
        worked_out_from=dataset.flows.source if dataset.flows else "",
    )


class _Headings:
    """The headings of a file in the order of the definition, each with everything that it fills."""

    def __init__(self, configuration: Configuration, dataset: Dataset, units_on: dt.date, currency: str) -> None:
        self._configuration, self._dataset, self._day, self._currency = configuration, dataset, units_on, currency

    def all(self) -> tuple[Heading, ...]:
        if self._dataset.flows is not None:
            return ()
        fills: dict[str, dict[str, Column | None]] = {}
        written: dict[str, str] = {}
        for heading, name, column in self._bindings():
            written.setdefault(folded(heading), heading)
            fills.setdefault(folded(heading), {})[name] = column
        made = {key: self._heading(written[key], filled) for key, filled in fills.items()}
        return tuple(self._with_pay(made).values())

    def _with_pay(self, made: dict[str, Heading]) -> dict[str, Heading]:
        """Headings that pay is worked out of stand before those that describe people; one that does both is read as pay."""
        if self._dataset.pay_items is None:
            return made
        pay = {folded(h.heading): h for h in pay_headings(self._dataset.pay_items, self._currency)}
        pay = {key: replace(h, columns=(*h.columns, *made[key].columns)) if key in made else h for key, h in pay.items()}
        first = {key: h for key, h in made.items() if {"person_id", "as_at", "unit"} & set(h.columns) and key not in pay}
        return {**first, **pay, **{key: h for key, h in made.items() if key not in pay}}

    def _bindings(self) -> Iterator[tuple[str, str, Column | None]]:
        """Heading, what it fills, and how it is read."""
        dataset = self._dataset
        if dataset.person_id != "absent":
            yield dataset.person_id, "person_id", None
        if dataset.as_at:
            yield dataset.as_at, "as_at", None
        for source in dataset.unit.source if dataset.unit else ():
            yield source, "unit", None
        yield from ((c.source, name, c) for name, c in dataset.columns.items() if not c.source.startswith(WORKED_OUT))
        if dataset.answers is not None and dataset.answers.label is not None and dataset.answers.people is not None:
            yield dataset.answers.label, "label", None
            yield dataset.answers.people, "people", None
        elif dataset.answers is not None:
            for heading in dataset.answers.source:
                yield heading, "people", None
                yield from ((part, "people", None) for part in dataset.answers.made_of.get(heading, ()))
            yield from ((heading, "total", None) for heading in dataset.answers.total)

    def _heading(self, heading: str, fills: Mapping[str, Column | None]) -> Heading:
        columns = {name: column for name, column in fills.items() if column is not None}
        parts = [name for name in fills if name in PARTS and fills[name] is None]
        numbers = [c for c in columns.values() if c.type in ("number", "money", "integer")]
        choices, accepts = self._choices(columns), _accepts(columns)
        binding = self._dataset.unit
        return Heading(
            heading=heading,
            columns=tuple(fills),
            kind=_kind(parts, columns, self._dataset),
            title=self._title(heading, parts, columns),
            about=" ".join(dict.fromkeys([*self._about_parts(heading, parts), *self._about_columns(columns)])),
            empty=" ".join(dict.fromkeys([*self._empty_parts(parts), *(self._empty(n, c) for n, c in columns.items())])),
            may_be_empty=not ({"person_id", "as_at", "label"} & set(parts)) and all(self._may_be_empty(n, c) for n, c in columns.items()),
            may_be_left_out=not parts and not any(c.required for c in columns.values()),
            unit=next((c.unit for c in numbers if c.unit), self._currency if any(c.type == "money" for c in numbers) else ""),
            minimum=max((c.minimum for c in numbers if c.minimum is not None), default=0.0 if {"people", "total"} & set(parts) else None),
            maximum=min((c.maximum for c in numbers if c.maximum is not None), default=None),
            choices=choices,
            places=places_of(self._configuration.organisation, binding, heading, self._day, accepts) if binding and "unit" in parts else (),
        )

    def _choices(self, columns: Mapping[str, Column]) -> tuple[Choice, ...]:
        held = [self._filled(name, column) for name, column in columns.items() if column.type == "category"]
        others = {name: column for name, column in columns.items() if column.type != "category"}
        return choices_of(held, _accepts(others)) if held else ()

    def _filled(self, name: str, column: Column) -> Filled:
        dimension = self._configuration.finest(self._dataset.id, name)
        return Filled(column, dimension, self._configuration.dimensions.get(dimension.parent_dimension or ""))

    def _title(self, heading: str, parts: list[str], columns: Mapping[str, Column]) -> str:
        said = {
            "person_id": "Person identifier",
            "as_at": "Day",
            "unit": "Unit of the organisation",
            "total": "People altogether",
            "label": "Answer",
        }
        if parts:
            return said.get(parts[0]) or self._answer(heading)
        titles = [self._column_title(heading, name, column) for name, column in columns.items()]
        return " · ".join(dict.fromkeys(titles)) if _differ(columns) else titles[0]

    def _column_title(self, heading: str, name: str, column: Column) -> str:
        if column.type == "category":
            return self._configuration.finest(self._dataset.id, name).title
        words = name.replace("_", " ")
        return heading if folded(words) == folded(heading) else words[:1].upper() + words[1:]

    def _answer(self, heading: str) -> str:
        """ "Sex: Female", or the heading that a part belongs to."""
        answers = self._dataset.answers
        if answers is None:
            return "People"
        dimension = self._configuration.dimensions[answers.dimension or answers.column]
        if heading == answers.people:
            return f"People: {dimension.title}"
        if heading in answers.source:
            return f"{dimension.title}: {dimension.label(answers.source[heading])}"
        return f"Part of “{next((whole for whole, parts in answers.made_of.items() if heading in parts), '')}”"

    def _about_columns(self, columns: Mapping[str, Column]) -> Iterator[str]:
        """What each column says of itself, how percentages are written, and which words stand where a value is missing."""
        for name, column in columns.items():
            if column.about:
                yield _sentence(column.about)
            if column.percentages:
                yield f"A percentage, as 12.5{' or 12.5%' if column.percentages == 'out_of_100' else '%, or 0.125'}."
            if words := self._dataset.missing_in(name):
                said = ", ".join(f"{word} ({SAID[meaning]})" for word, meaning in words.items())
                yield f"Where a value is missing, one of these words may say why: {said}."

    def _about_parts(self, heading: str, parts: list[str]) -> Iterator[str]:
        answers, unit = self._dataset.answers, self._dataset.unit
        if "person_id" in parts:
            again = ", on each of a person's rows" if self._dataset.grain != "person" else ""
            yield f"Tells this person from every other, and is the same in every file{again}."
        if "as_at" in parts:
            yield describe_day(self._dataset)
        if "unit" in parts and unit is not None:
            lowest = " The lowest column that is filled counts." if len(unit.source) > 1 else ""
            yield f"Where the {'people' if answers else 'person'} of this row belong{'' if answers else 's'}.{lowest}"
        if "label" in parts and answers is not None:
            yield f"Which answer the row is about, in one of these words: {', '.join(answers.source)}."
        if "people" in parts and answers is not None and answers.label is not None:
            yield "How many people gave the answer of this row."
        elif "people" in parts and answers is not None:
            own = ", ".join(answers.made_of.get(heading, ()))
            if own:
                yield f"Left empty, its parts are added up instead: {own}."
            if heading not in answers.source:
                yield "Counted only where the whole is empty."
        if "total" in parts:
            yield "How many people there are: a check. Where the answers do not add up to it, the row is refused."

    def _empty_parts(self, parts: list[str]) -> Iterator[str]:
        if {"person_id", "as_at", "label"} & set(parts):
            yield "The row is refused."
        if "unit" in parts and self._dataset.unit is not None:
            several = len(self._dataset.unit.source) > 1
            yield f"{'With every column of units empty, t' if several else 'T'}he row counts for the whole council only."
        if "people" in parts:
            yield "No answer was returned: nobody, and not zero. A row without any answer is no return."
        if "total" in parts:
            yield "Nothing is checked."

    def _blank(self, name: str, column: Column) -> str | None:
        filled = self._filled(name, column)
        blank = filled.labels.blank
        return filled.dimension.label(blank) if blank else None

    def _is_total(self, name: str, column: Column) -> bool:
        """Whether an empty cell is about all categories together."""
        return self._dataset.grain == "published" and name != self._dataset.indicator and column.blank is None

    def _may_be_empty(self, name: str, column: Column) -> bool:
        if column.type == "category" and self._is_total(name, column):
            return True
        return self._blank(name, column) is not None if column.type == "category" else column.empty == "allow"

    def _empty(self, name: str, column: Column) -> str:
        if not self._may_be_empty(name, column):
            return "The file is refused until the cell is filled." if column.type == "category" else "The row is refused."
        if column.type == "category" and self._is_total(name, column):
            return "Stands for all of them together."
        if column.type == "category":
            return f"Counts as “{self._blank(name, column)}”."
        if column.band:
            unknown = next(iter(self._configuration.dimensions[column.band].unknown), None)
            return f"Counts as “{self._configuration.dimensions[column.band].label(unknown)}”." if unknown else "In no band."
        if column.posts == "sum":
            return "Adds nothing to the person's total."
        return "Not known: the row stays out of figures that need it."


def _sentence(words: str) -> str:
    return words if words[-1] in ".!?" else f"{words}."


def _differ(columns: Mapping[str, Column]) -> bool:
    """Several columns that hold different things, and not one number twice."""
    return len({(column.type, column.dimension) for column in columns.values()}) > 1


def _kind(parts: list[str], columns: Mapping[str, Column], dataset: Dataset) -> Kind:
    if {"people", "total"} & set(parts):
        return "people"
    if "as_at" in parts:
        return "span" if dataset.as_at_end_of else "day"
    if "unit" in parts:
        return "unit"
    types = {column.type for column in columns.values()} - {"text"}
    if "person_id" in parts and not types:
        return "identifier"
    return next((kind for type, kind in KINDS.items() if type in types), "text")


def _accepts(columns: Mapping[str, Column]) -> Accepts:
    """Whether every one of these columns, none of which holds categories, would take a word."""
    parsers = [parser for column in columns.values() if (parser := _parser(column)) is not None]
    return lambda word: all(_understood(parse, word) for parse in parsers)


def _parser(column: Column) -> Parser | None:
    parsers: Mapping[str, Parser] = {
        "number": parse_number,
        "money": parse_number,
        "integer": parse_whole,
        "boolean": parse_yes_no,
        "date": date_parser(column.date_format, real_dates=True),
    }
    return parsers.get(column.type)


def _understood(parse: Parser, word: str) -> bool:
    try:
        parse(word)
    except NotUnderstood:
        return False
    return True
