"""A return as an accessible workbook: cover, contents, notes, and one table a sheet. No cell is merged, and none in a table is empty."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import xlsxwriter

from metrics.exports.workbook import LONGEST
from metrics.report import Provenance
from metrics.returns.tables import Cell, Number, Table
from metrics.wording.dates import format_day
from metrics.wording.legend import MARKERS
from metrics.wording.notes import NOTES
from metrics.wording.values import MINUS, MONEY, SHARES, format_list, format_number

COVER, CONTENTS, NOTED = "Cover", "Contents", "Notes"
HEAD_ROW = 3
"""Of every table, counted from 0: title, figures, notes, then the headings, which stay in sight."""
WIDEST, NARROWEST = 60, 13
LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16},
    "bold": {"bold": True, "valign": "top", "text_wrap": True},
    "text": {"text_wrap": True, "valign": "top"},
    "head": {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1},
}


@dataclass(frozen=True)
class Book:
    """What a workbook is, beside its tables.

    Attributes
    ----------
    facts : name and text of each line of the cover
    language : such as en-GB, for programs that read aloud
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    language: str = "en-GB"


def write_return_book(book: Book, provenance: Provenance) -> bytes:
    """The file. Numbers are numbers with their format; what is hidden is words; no text is taken for a formula."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        made = provenance.published_at.astimezone(UTC).replace(tzinfo=None)
        about = {"title": book.title, "author": provenance.council, "company": provenance.council, "created": made}
        workbook.set_properties({**about, "subject": "Workforce equality figures", "comments": f"Release {provenance.release}"})
        _Writer(workbook, book, provenance).write()
    return _in_language(file.getvalue(), book.language)


class _Writer:
    """The sheets of one workbook."""

    def __init__(self, workbook: Any, book: Book, provenance: Provenance) -> None:
        self.workbook, self.book, self.provenance = workbook, book, provenance
        self.looks = {name: workbook.add_format(look) for name, look in LOOKS.items()}
        self.formats: dict[tuple[str, int], Any] = {}

    def write(self) -> None:
        self.cover()
        self.contents()
        self.notes()
        for number, table in enumerate(self.book.tables, 1):
            self.table(number, table)

    def sheet(self, name: str, widths: Sequence[int]) -> Any:
        sheet = self.workbook.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def cover(self) -> None:
        p = self.provenance
        sheet = self.sheet(COVER, (28, 100))
        sheet.write_string(0, 0, self.book.title[:LONGEST], self.looks["title"])
        stamped = [
            ("Council", p.council),
            ("Figures", NOTES["synthetic"] if p.synthetic else "Published figures"),
            ("Release", f"{p.release}, published on {format_day(p.published_at)}"),
            ("Source", "; ".join(f"{name}, {format_day(day)}" for name, day in p.data_dates.items())),
            ("Made for", p.audience),
            ("Small numbers", p.disclosure_note),
            ("Hidden figures", "Where a figure may not be shown, its cell says so in words. It is not zero."),
            *((f"{marker} {name}", meaning) for marker, (name, meaning) in MARKERS.items()),
            ("Sheets", f"{CONTENTS} lists the tables, one a sheet, and leads to them. {NOTED} says what must be read with each."),
        ]
        for row, (name, text) in enumerate([*self.book.facts, *stamped], 2):
            sheet.write_string(row, 0, name, self.looks["bold"])
            sheet.write_string(row, 1, text[:LONGEST], self.looks["text"])

    def contents(self) -> None:
        sheet = self.sheet(CONTENTS, (12, 100))
        sheet.write_string(0, 0, "Contents", self.looks["title"])
        self.listed(sheet, "contents", ("Sheet", "What it holds"), [(_name(n), t.title) for n, t in enumerate(self.book.tables, 1)])
        for number, _ in enumerate(self.book.tables, 1):
            sheet.write_url(2 + number, 0, f"internal:'{_name(number)}'!A1", string=_name(number), tip=f"Go to {_name(number)}")

    def notes(self) -> None:
        sheet = self.sheet(NOTED, (24, 120))
        sheet.write_string(0, 0, "Notes", self.looks["title"])
        where: dict[str, list[str]] = {}
        for number, table in enumerate(self.book.tables, 1):
            for text in dict.fromkeys(table.about):
                where.setdefault(text, []).append(str(number))
        said = [(f"Table{'s' if of[1:] else ''} {format_list(of)}", text) for text, of in where.items()]
        self.listed(sheet, "notes", ("Of", "Note"), said or [("All", "There are no notes.")])

    def listed(self, sheet: Any, name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self.framed(sheet, name, 2, heads, rows)
        sheet.freeze_panes(3, 0)

    def framed(self, sheet: Any, name: str, top: int, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """A table with a name, whose headings are read out with each of its cells."""
        columns = [{"header": head, "header_format": self.looks["head"]} for head in heads]
        look = {"name": name, "style": "Table Style Light 1", "autofilter": False, "columns": columns}
        sheet.add_table(top, 0, top + len(rows), len(heads) - 1, look)
        for row, cells in enumerate(rows, top + 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, Number):
                    sheet.write_number(row, column, written(cell), self.format(cell))
                else:
                    sheet.write_string(row, column, cell[:LONGEST], self.looks["text"])

    def table(self, number: int, table: Table) -> None:
        sheet = self.sheet(_name(number), [_width(head, [row[n] for row in table.rows]) for n, head in enumerate(table.heads)])
        sheet.write_string(0, 0, f"{_name(number)}. {table.title}"[:LONGEST], self.looks["title"])
        synthetic = f" {NOTES['synthetic']}" if self.provenance.synthetic else ""
        sheet.write_string(1, 0, f"{self.provenance.council}. Release {self.provenance.release}.{synthetic}")
        sheet.write_url(2, 0, f"internal:'{NOTED}'!A1", string=f"Read with the sheet {NOTED}", tip=f"Go to {NOTED}")
        self.framed(sheet, f"table_{number}", HEAD_ROW, table.heads, table.rows)
        sheet.freeze_panes(HEAD_ROW + 1, 1)
        sheet.repeat_rows(HEAD_ROW)

    def format(self, cell: Number) -> Any:
        key = (cell.unit, cell.digits)
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({"num_format": _number_format(cell, self.provenance.currency), "valign": "top"})
        return self.formats[key]


def written(cell: Number) -> float:
    """What stands in the file: as many digits as are printed elsewhere, so that no cell says more than is known.

    Percentages are shares with a format, percentage points are points.

    >>> written(Number(0.36449, "percent", 1)), written(Number(-0.004, "percentage_points", 0)), written(Number(0.685714, "ratio", 2))
    (0.364, 0.0, 0.69)
    """
    printed = format_number(cell.value * 100 if cell.unit in SHARES else cell.value, cell.digits)
    number = float(printed.replace(",", "").replace(MINUS, "-"))
    return round(number / 100, cell.digits + 2) if cell.unit == "percent" else number


def _number_format(cell: Number, currency: str) -> str:
    places = f".{'0' * cell.digits}" if cell.digits else ""
    if cell.unit in MONEY:
        return f'"{currency if cell.unit == "pounds" else "$"}"#,##0{places}'
    return f"0{places}%" if cell.unit == "percent" else f"#,##0{places}"


def _name(number: int) -> str:
    return f"Table {number}"


def _width(head: str, cells: Sequence[Cell]) -> int:
    longest = max([len(cell) if isinstance(cell, str) else 10 for cell in cells], default=0)
    return min(max(longest + 2, len(head) // 2 + 4, NARROWEST), WIDEST)


def _in_language(made: bytes, language: str) -> bytes:
    """The same workbook, whose properties say its language: the writer has no word for it."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "docProps/core.xml":
                data = data.replace(b"</cp:coreProperties>", f"<dc:language>{language}</dc:language></cp:coreProperties>".encode())
            new.writestr(part, data)
    return found.getvalue()
