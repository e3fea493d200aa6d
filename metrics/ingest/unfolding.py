"""How large a workbook becomes when it is read, measured without reading it: a few bytes can stand for billions of cells."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

MAX_CELLS = 30_000_000
"""From the first to the last filled row and column of a sheet: a million rows of 30 columns."""
CHUNK = 2**20
REFERENCE = re.compile(rb"""\br=["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
OPEN_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
OPEN_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "


class Damaged(ValueError):
    """The archive's XML cannot be read."""


@dataclass
class Reach:
    """How far down and to the right a sheet is filled."""

    rows: int = 0
    columns: int = 0

    @property
    def cells(self) -> int:
        return self.rows * self.columns


def reach(archive: zipfile.ZipFile) -> Reach:
    """Of the sheet that reaches farthest, or of all sheets of an ODS, which are read together."""
    names = archive.namelist()
    if "content.xml" in names:
        return _open_document(archive)
    sheets = [_office_sheet(archive, name) for name in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name, re.IGNORECASE)]
    return max(sheets, key=lambda sheet: sheet.cells, default=Reach())


def _office_sheet(archive: zipfile.ZipFile, name: str) -> Reach:
    found = Reach()
    columns: set[bytes] = set()
    rest = b""
    with archive.open(name) as file:
        while chunk := file.read(CHUNK):
            references = REFERENCE.findall(rest + chunk)
            columns.update({letters for letters, _ in references})
            found.rows = max(found.rows, max((int(number) for _, number in references), default=0))
            rest = chunk[-20:]
    found.columns = max((_column(letters) for letters in columns), default=0)
    return found


def _column(letters: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


@dataclass
class _Spreadsheet:
    """Counts rows and cells of an ODS as their elements go by; one that is written once may stand for many."""

    sheets: list[Reach] = field(default_factory=list)
    rows: int = 0
    times: int = 1
    width: int = 0
    filled: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == OPEN_TABLE + "table":
            self.sheets.append(Reach())
            self.rows = 0
        elif name == OPEN_TABLE + "table-row":
            self.times = _times(attributes, "number-rows-repeated")
            self.width = self.filled = 0
        elif name in (OPEN_TABLE + "table-cell", OPEN_TABLE + "covered-table-cell"):
            self.width += _times(attributes, "number-columns-repeated")
            if any(key.startswith(OPEN_OFFICE) or key == OPEN_TABLE + "formula" for key in attributes):
                self.filled = self.width
        elif name.endswith(":text:1.0 p"):
            self.filled = self.width

    def end(self, name: str) -> None:
        if name == OPEN_TABLE + "table-row" and self.sheets:
            self.rows += self.times
            if self.filled:
                sheet = self.sheets[-1]
                sheet.rows, sheet.columns = self.rows, max(sheet.columns, self.filled)


def _times(attributes: dict[str, str], key: str) -> int:
    written = attributes.get(OPEN_TABLE + key, "1")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 12 else 1


def _open_document(archive: zipfile.ZipFile) -> Reach:
    counting = _Spreadsheet()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = counting.start
    parser.EndElementHandler = counting.end
    parser.EntityDeclHandler = _refuse_entities
    try:
        with archive.open("content.xml") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        raise Damaged from error
    rows, columns = max((s.rows for s in counting.sheets), default=0), max((s.columns for s in counting.sheets), default=0)
    cells = sum(s.cells for s in counting.sheets)
    return Reach(rows, columns) if rows * columns >= cells else Reach(cells // max(columns, 1), columns)


def _refuse_entities(*_: Any) -> None:
    raise Damaged
