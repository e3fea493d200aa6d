"""Templates filled in as a person would: words from the workbook's own lists, numbers and days within its own limits."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl

from metrics.definitions.configuration import Configuration
from metrics.definitions.contract import Contract
from metrics.exports.template import write_template
from metrics.ingest.contract import contract_of

DAY = dt.date(2026, 3, 31)
RANGE = re.compile(r"='?(?P<sheet>.+?)'?!\$B\$(?P<first>\d+):\$B\$(?P<last>\d+)")
Row = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """One dataset's template, and how its cells may be filled."""

    configuration: Configuration
    dataset: str

    @cached_property
    def contract(self) -> Contract:
        return contract_of(self.configuration, self.dataset, DAY)

    @cached_property
    def content(self) -> bytes:
        return write_template(self.contract, "Anytown Council", f"equality ingest {self.dataset} FILE", DAY)

    def book(self) -> Any:
        return openpyxl.load_workbook(io.BytesIO(self.content))

    @cached_property
    def checks(self) -> Mapping[str, Any]:
        """Heading to the check that a spreadsheet program makes of its cells."""
        sheet = self.book()[self.contract.sheet]
        found = {}
        for check in sheet.data_validations.dataValidation:
            column = re.match(r"[A-Z]+", str(check.sqref))
            assert column is not None
            found[str(sheet[f"{column[0]}{self.contract.header_row}"].value)] = check
        return found

    @cached_property
    def words(self) -> Mapping[str, list[str]]:
        """Heading to the words that its cells offer, read from the cells that the check points to."""
        book = self.book()
        found = {}
        for heading, check in self.checks.items():
            if check.type == "list":
                place = RANGE.fullmatch(f"={check.formula1.lstrip('=')}")
                assert place is not None, check.formula1
                rows = range(int(place["first"]), int(place["last"]) + 1)
                found[heading] = [str(book[place["sheet"].replace("''", "'")][f"B{row}"].value) for row in rows]
        return found

    def rows(self, number: int, chance: random.Random) -> list[Row]:
        """Rows that differ in their identifiers, or in unit and day."""
        grain = self.configuration.datasets[self.dataset].grain
        if self.contract.about_people or grain == "item":
            return [self._person(place, chance) for place in range(number)]
        if grain == "result":
            return self._results(chance)
        if grain == "published":
            return self._published(number, chance)
        return self._returns(number, chance)

    def _person(self, place: int, chance: random.Random) -> Row:
        row = {h.heading: self._cell(h.heading, chance) for h in self.contract.headings}
        for heading in self.contract.headings:
            if heading.kind == "identifier":
                row[heading.heading] = f"{place:05}"
        row |= self._paid(row, chance)
        return row if any(value is not None for value in row.values()) else row | self.anything(chance)

    def anything(self, chance: random.Random) -> Row:
        """The last cell of a row, filled: a row that is empty throughout is none."""
        last = self.contract.headings[-1].heading
        return {last: self._cell(last, chance, empty=False)}

    def _paid(self, row: Row, chance: random.Random) -> Row:
        """Of a payroll file: an hourly rate between the limits for whoever has hours and was paid in the period; others have no rate."""
        items = self.configuration.datasets[self.dataset].pay_items
        if items is None:
            return {}
        codes = [code for code, treatment in items.codes.items() if treatment == "ordinary"]
        hours = chance.randint(5, 40)
        monthly = round(hours * 4.348 * chance.uniform(12, 90), 2)
        lengths = {c.category: c.write for h in self.contract.headings for c in h.choices if h.heading == items.pay_period.source}
        paid: Row = {items.code: chance.choice(codes), items.amount: monthly, items.hours.contract: hours}
        return {h: v for h, v in {**paid, items.pay_period.source: lengths.get("month")}.items() if h in row}

    def _cell(self, heading: str, chance: random.Random, empty: bool = True) -> Any:
        told, check = next(h for h in self.contract.headings if h.heading == heading), self.checks[heading]
        if empty and told.may_be_empty and chance.random() < 0.2:
            return None
        if heading in self.words:
            return chance.choice(self.words[heading])
        match check.type:
            case "whole":
                return chance.randint(int(float(check.formula1)), int(min(float(check.formula2), 1e6)))
            case "decimal":
                low, high = float(check.formula1), min(float(check.formula2), 1e6)
                return round(chance.uniform(max(low, -1e6), high), chance.randint(0, 3))
            case "date":
                return dt.date(1901, 1, 1) + dt.timedelta(days=chance.randint(0, 40_000))
            case _:
                return chance.choice(["Text", "0012", "=1+1", "a; b", "Zoë"])

    def _results(self, chance: random.Random) -> list[Row]:
        """What one framework year gave: a row for each area, with its points out of as many as could be had, or one award."""
        contract = self.contract
        category = next(h.heading for h in contract.headings if h.kind == "category")
        numbers = [h.heading for h in contract.headings if h.kind == "number"]
        common = {h.heading: self._cell(h.heading, chance, empty=False) for h in contract.headings if h.heading not in (category, *numbers)}
        made = []
        for word in self.words[category] if numbers else [chance.choice(self.words[category])]:
            given = sorted(chance.randint(1, 40) for _ in numbers)  # the dataset names what was given before what could be had
            made.append({category: word, **dict(zip(numbers, given, strict=True)), **common})
        return made

    def _published(self, number: int, chance: random.Random) -> list[Row]:
        """A row for each group, or set of groups, at most once; an empty cell is of all of them together."""
        categories = [h.heading for h in self.contract.headings if h.kind == "category"]
        told = [[*self.words[h.heading], *([None] if h.may_be_empty else [])] for h in self.contract.headings if h.kind == "category"]
        groups = list(itertools.product(*told))
        made = []
        for group in chance.sample(groups, min(number, len(groups))):
            row = {h.heading: self._cell(h.heading, chance) for h in self.contract.headings}
            row |= dict(zip(categories, group, strict=True))
            made.append(row if any(value is not None for value in row.values()) else row | self.anything(chance))
        return made

    def _returns(self, number: int, chance: random.Random) -> list[Row]:
        """One row for a unit, and a year where the file tells it; groups are given whole or in their parts, and a total agrees."""
        contract, answers = self.contract, self.configuration.datasets[self.dataset].answers
        assert answers is not None
        unit = next(h.heading for h in contract.headings if h.kind == "unit")
        yearly = any(h.kind == "span" for h in contract.headings)
        kept = []
        for place in range(number if yearly else min(number, len(self.words[unit]))):
            row: Row = dict.fromkeys((h.heading for h in contract.headings), None)
            choices = self.words[unit]
            row[unit] = choices[place % len(choices)]
            for heading in contract.headings:
                if heading.kind == "span":
                    row[heading.heading] = 2001 + place // len(choices)
            together = 0
            for heading in answers.source:
                parts = answers.made_of.get(heading, ())
                for filled in parts if parts and chance.random() < 0.5 else (heading,):
                    row[filled] = chance.randint(0, 500)
                    together += row[filled]
            row |= dict.fromkeys(answers.total[:1], together)
            kept.append(row)
        return kept

    def fill(self, rows: Sequence[Row], path: Path) -> Path:
        """The template with these rows typed in, saved."""
        book = self.book()
        sheet = book[self.contract.sheet]
        for number, row in enumerate(rows, self.contract.header_row + 1):
            for column, heading in enumerate(self.contract.headings, 1):
                cell = sheet.cell(number, column)
                cell.value = row[heading.heading]
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # typed into a cell of text, "=1+1" stays text
        book.save(path)
        return path

    def as_csv(self, rows: Sequence[Row], path: Path) -> Path:
        """The same rows as any other file, in the same lines."""
        headings = [heading.heading for heading in self.contract.headings]
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerows([[""] * len(headings)] * (self.contract.header_row - 1))
            writer.writerow(headings)
            writer.writerows([["" if row[h] is None else row[h] for h in headings] for row in rows])
        return path
