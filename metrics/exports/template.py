"""A dataset's template: a workbook with instructions, a sheet to fill in, and every word that may be chosen."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import xlsxwriter

from metrics.definitions.contract import BESIDE_DATA, CATEGORIES, COLUMNS, DATA, INSTRUCTIONS, UNITS, Contract, Heading
from metrics.errors import InputError
from metrics.exports.workbook import LONGEST
from metrics.wording.contract import KEEP_SAFE, describe_entry, describe_holding, describe_lack, describe_maker
from metrics.wording.dates import format_day

LAST_ROW = 1_048_575
"""Of a sheet, counted from 0: what is typed is checked as far as that."""
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
MOST = 1e12
"""Numbers without limits of their own lie between minus and plus this."""
WIDEST, NARROWEST = 40, 12
TITLE_LETTERS, MESSAGE_LETTERS = 32, 255
"""What a spreadsheet program shows beside a cell can be no longer."""
LONGEST_HEADING = 255
"""Of a table; with longer ones, headings stand without it."""
FORBIDDEN = frozenset("[]:*?/\\")
FORMATS = {"date": "dd/mm/yyyy", "day": "dd/mm/yyyy", "money": "#,##0.00", "whole number": "0", "people": "0", "number": "General"}
"""Cells of every other kind are text, so that 007 keeps its zeros and 1-2 does not become a day."""
LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16},
    "part": {"bold": True, "font_size": 13},
    "bold": {"bold": True, "valign": "top", "text_wrap": True},
    "head": {"bold": True, "valign": "top", "text_wrap": True, "bottom": 1, "bg_color": "#E7E6E6"},
    "wrap": {"text_wrap": True, "valign": "top"},
    "text": {"num_format": "@"},
    **{kind: {"num_format": shown} for kind, shown in FORMATS.items()},
}


@dataclass(frozen=True)
class _Words:
    """Where the words for one heading stand: rows of column B, counted from 0."""

    sheet: str
    first: int
    last: int

    @property
    def range(self) -> str:
        quoted = self.sheet.replace("'", "''")
        return f"='{quoted}'!$B${self.first + 1}:$B${self.last + 1}"


def write_template(contract: Contract, council: str, command: str, made_on: date) -> bytes:
    """Instructions, the sheet to fill in, and lists of the words that are understood. No text is taken for a formula.

    `command` is what loads the file when it is filled in.

    Raises
    ------
    InputError : the dataset names a sheet that a workbook cannot have
    """
    _check_sheet(contract)
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        made = datetime.combine(made_on, time())
        title, comments = f"Template: {contract.title}"[:MESSAGE_LETTERS], f"Dataset {contract.dataset}"
        book.set_properties({"title": title, "company": council, "comments": comments, "created": made})
        _Template(book, contract).write(council, command)
    return file.getvalue()


def _check_sheet(contract: Contract) -> None:
    name = contract.sheet
    if len(name) > 31 or set(name) & FORBIDDEN or name[0] == "'" or name[-1] == "'" or name.casefold() == "history":
        say = f"datasets/{contract.dataset}.yaml: sheet: '{name}' cannot be the name of a sheet in an XLSX workbook"
        raise InputError(f"{say}; names have at most 31 letters and none of [ ] : * ? / \\.", "Correct `sheet`, or leave it out.")


class _Template:
    """The sheets of one template."""

    def __init__(self, book: Any, contract: Contract) -> None:
        self._contract = contract
        self._looks = {name: book.add_format(look) for name, look in LOOKS.items()}
        self._names = {part: f"{part} (help)" if part.casefold() == contract.sheet.casefold() else part for part in BESIDE_DATA}
        self._names[DATA] = contract.sheet
        self._sheets = {part: book.add_worksheet(self._names[part]) for part in self._parts()}

    def _parts(self) -> Iterator[str]:
        yield from (INSTRUCTIONS, DATA, COLUMNS)
        if any(_choices(heading) for heading in self._contract.headings):
            yield CATEGORIES
        if any(heading.places for heading in self._contract.headings):
            yield UNITS

    def write(self, council: str, command: str) -> None:
        self._write_instructions(council, command)
        self._write_columns()
        words = {**self._write_categories(), **self._write_units()}
        self._write_data(words)
        for sheet in self._sheets.values():
            sheet.set_landscape()
            sheet.set_paper(9)  # A4
            sheet.fit_to_pages(1, 0)

    def _write_instructions(self, council: str, command: str) -> None:
        sheet, contract = self._sheets[INSTRUCTIONS], self._contract
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 1, 110)
        sheet.write_string(0, 0, f"{contract.title}: how to fill this in"[:LONGEST], self._looks["title"])
        row = self._write_rows(sheet, 2, self._facts(council, command))
        row = self._write_rows(sheet, row + 1, [("Who is counted", "")], "part")
        self._write_rows(sheet, row, [*contract.populations.values(), *(("", role) for role in contract.roles)])

    def _facts(self, council: str, command: str) -> list[tuple[str, str]]:
        """What whoever fills it in reads first."""
        contract, names = self._contract, self._names
        lists = [names[part] for part in (CATEGORIES, UNITS) if part in self._sheets]
        words = f" The words to choose from stand on the sheet{'s' if lists[1:] else ''} {' and '.join(lists)}." if lists else ""
        facts = [
            ("For", council),
            ("Who fills it in", describe_maker(contract)),
            ("Rows", f"{contract.grain} {contract.person}"),
            ("Day", contract.day),
            ("Units", f"The units offered are those of {format_day(contract.units_on)}." if contract.units_on else ""),
            ("How", f"Fill in the sheet {names[DATA]}, one row below the other. Keep its headings as they are, and add no totals."),
            ("What each column means", f"The sheet {names[COLUMNS]} says it, and what an empty cell counts as.{words}"),
            ("Pasting", "What is pasted is not checked while you work. It is checked when the file is loaded, and every problem is named."),
            ("Then", f"Save it as XLSX and hand it in. It is loaded as it is, with: {command}"),
            ("Keep it safe", KEEP_SAFE if contract.about_people else ""),
            *(("Note", note) for note in contract.notes),
        ]
        return [(name, text) for name, text in facts if text]

    def _write_columns(self) -> None:
        head = ["Column", "What it holds", "What to write", "Must be filled in", "What an empty cell means", "If you do not hold it"]
        rows = [
            [h.heading, describe_holding(h), self._entry(h), "no" if h.may_be_empty else "yes, on every row", h.empty, describe_lack(h)]
            for h in self._contract.headings
        ]
        self._write_list(COLUMNS, head, rows, (26, 46, 40, 20, 40, 36))

    def _entry(self, heading: Heading) -> str:
        return describe_entry(heading, f"the sheet {self._names[CATEGORIES]}", f"the sheet {self._names[UNITS]}")

    def _write_categories(self) -> dict[str, _Words]:
        head = ["Column", "Write", "It means", "Within", "Is an answer", "Read in the same way"]
        return self._write_words(CATEGORIES, head, _choices, (26, 40, 40, 26, 14, 60))

    def _write_units(self) -> dict[str, _Words]:
        return self._write_words(UNITS, ["Column", "Write", "It means", "Level", "Within"], _places, (26, 44, 44, 16, 44))

    def _write_words(
        self, part: str, head: Sequence[str], of: Callable[[Heading], list[list[str]]], widths: Sequence[int]
    ) -> dict[str, _Words]:
        """A row for each word of each heading; a heading's words stand below one another, so that its cells can list them."""
        rows: list[list[str]] = []
        found = {}
        for heading in self._contract.headings:
            if own := of(heading):
                found[heading.heading] = _Words(self._names[part], len(rows) + 1, len(rows) + len(own))
                rows += [[heading.heading, *cells] for cells in own]
        if rows:
            self._write_list(part, head, rows, widths)
        return found

    def _write_list(self, part: str, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        sheet = self._sheets[part]
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        _add_table(sheet, 0, len(rows), part.casefold(), [{"header": title} for title in head])
        self._write_rows(sheet, 1, rows, "wrap")
        sheet.freeze_panes(1, 0)

    def _write_rows(self, sheet: Any, start: int, rows: Iterable[Sequence[str]], first: str = "bold") -> int:
        """Rows of text from row `start` on; the row below the last one."""
        for cells in rows:
            for column, text in enumerate(cells):
                sheet.write_string(start, column, text[:LONGEST], self._looks["wrap" if column else first])
            start += 1
        return start

    def _write_data(self, words: dict[str, _Words]) -> None:
        """Headings and nothing below them; formats and checks stand on whole columns."""
        sheet, top = self._sheets[DATA], self._contract.header_row - 1
        if top:
            above = f"{self._contract.title}: the headings stand in row {top + 1}"
            sheet.write_string(0, 0, above[:LONGEST], self._looks["title"])
        for number, heading in enumerate(self._contract.headings):
            look = self._looks[heading.kind if heading.kind in FORMATS else "text"]
            sheet.set_column(number, number, min(max(len(heading.heading) + 4, NARROWEST), WIDEST), look)
            sheet.data_validation(top + 1, number, LAST_ROW, number, self._check(heading, words.get(heading.heading)))
        self._write_headings(sheet, top)
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)

    def _write_headings(self, sheet: Any, top: int) -> None:
        """As the first row of a table, which grows with what is filled in and whose headings are read out with each cell."""
        headings = [heading.heading for heading in self._contract.headings]
        for number, heading in enumerate(headings):
            sheet.write_string(top, number, heading, self._looks["head"])
        if max(map(len, headings)) <= LONGEST_HEADING:
            columns = [{"header": heading, "header_format": self._looks["head"]} for heading in headings]
            _add_table(sheet, top, top + 1, "rows", columns)

    def _check(self, heading: Heading, words: _Words | None) -> dict[str, Any]:
        """What a spreadsheet program refuses while somebody types, in the words that it shows."""
        entry = self._entry(heading)
        must = "" if heading.may_be_empty else "Must be filled in."
        return {
            **_rule(heading, words),
            "ignore_blank": heading.may_be_empty,
            "input_title": heading.heading[:TITLE_LETTERS],
            "input_message": _short(" ".join(part for part in (entry, must, heading.about) if part)),
            "error_title": "Not understood",
            "error_message": _short(f"{heading.heading}: {entry}"),
        }


def _add_table(sheet: Any, first: int, last: int, name: str, columns: Sequence[dict[str, Any]]) -> None:
    look = {"name": name, "style": "Table Style Light 1", "autofilter": False, "columns": list(columns)}
    sheet.add_table(first, 0, last, len(columns) - 1, look)


def _choices(heading: Heading) -> list[list[str]]:
    if heading.kind == "yes or no":
        return [[word, word, "", "yes", ""] for word in ("yes", "no")]
    return [[c.write, c.means, c.within, "yes" if c.known else "no", "; ".join(c.also)] for c in heading.choices]


def _places(heading: Heading) -> list[list[str]]:
    return [[p.write, p.name, p.level.replace("_", " "), p.within] for p in heading.places]


def _rule(heading: Heading, words: _Words | None) -> dict[str, Any]:
    if words is not None:
        return {"validate": "list", "source": words.range}
    least, most = heading.minimum, heading.maximum
    between = {"criteria": "between", "minimum": -MOST if least is None else least, "maximum": MOST if most is None else most}
    match heading.kind:
        case "date" | "day":
            return {"validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY}
        case "whole number" | "people":
            return {"validate": "integer", **between}
        case "number" | "money":
            return {"validate": "decimal", **between}
        case _:
            return {"validate": "any"}


def _short(text: str) -> str:
    return text if len(text) <= MESSAGE_LETTERS else text[: MESSAGE_LETTERS - 1] + "…"
