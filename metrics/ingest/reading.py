"""Any extract to one table of text: trimmed cells, missing where blank, each row keeping its number in the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa

from metrics.definitions.layout import Layout
from metrics.errors import InputError, Problem
from metrics.ingest.cells import SPACES, text_frame, trimmed
from metrics.ingest.opening import Opened, open_input, refuse
from metrics.ingest.sheet_shape import Shape, joined, shape_of

MAX_ROWS = 2_000_000
MAX_COLUMNS = 1_000
ROWS_AT_A_TIME = 50_000
ROWS_AT_ONCE = 1_000
PROBLEMS_SHOWN = 20
LOWER = "If the headings stand further down, under a title, name their row: `header_row` in the definition, or inspect --header-row."
FIRST_COLUMN = "column 1"
"""What a first column without a heading is called."""

Parts = Callable[[Sequence[str] | None], Iterator[pd.DataFrame]]
"""Reads rows from the first to the last; a reader that can leave columns out reads the named headings only."""


@dataclass
class Extract:
    """A table that is open: its headings are known, its rows come in parts.

    Parts are frames of text, dtype `str`, missing where a cell is blank; their index is the row's number in the file as a
    spreadsheet shows it. Reading them raises `InputError` for what is wrong further down.
    """

    name: str
    """What a person calls it: the file's name, or a table's."""
    headings: tuple[str, ...]
    format: str
    encoding: str
    delimiter: str
    sheet: str
    header_row: int
    """0 where headings are not in a row, as in a database."""
    real_dates: bool
    """Days arrive in ISO, because the file itself knows that they are days."""
    sha256: str
    """Of the file as handed in; of a table's rows, once all of them were read."""
    notes: tuple[str, ...]
    read: Parts
    day_numbers: bool = False
    """A workbook: a number may be a day."""
    shape: Shape = field(default_factory=Shape)
    """What of the sheet is the table."""

    def parts(self, wanted: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        return self.read(wanted)

    def where(self, row: int | None = None, heading: str | None = None) -> str:
        """A place that a person can open: `staff.csv:204`, `staff.xlsx!Sheet1!204`, `staff.parquet row 3`, with the heading."""
        place = f"{self.name}!{self.sheet}" if self.sheet else self.name
        if row is not None:
            place = f"{place} row {row}" if not self.header_row else f"{place}!{row}" if self.sheet else f"{place}:{row}"
        return f"{place} [{heading}]" if heading else place


@dataclass
class RawTable(Extract):
    """An extract in one piece."""

    frame: pd.DataFrame = field(default_factory=pd.DataFrame)


def open_table(path: Path, sheet: str | None = None, header_row: int | None = None, layout: Layout | None = None) -> Extract:
    """Open CSV (any usual delimiter and encoding, gzipped or not), XLSX, XLS, ODS or Parquet and read its headings.

    Of `layout`, what says where on the sheet the table stands.

    Raises
    ------
    InputError : with every problem found: not a table, repeated or missing headings
    """
    opened, shape = open_input(path), shape_of(layout)
    if opened.kind == "workbook":
        from metrics.ingest.workbooks import open_workbook

        return open_workbook(opened, sheet, header_row, shape)
    if opened.kind == "parquet":
        from metrics.ingest.parquet import open_parquet

        return open_parquet(opened)
    from metrics.ingest.text_tables import open_text

    return open_text(opened, header_row, shape)


def read_table(path: Path, sheet: str | None = None, header_row: int | None = None, layout: Layout | None = None) -> RawTable:
    """As `open_table`, with all rows at once.

    Raises
    ------
    InputError : also for rows of the wrong length
    """
    return in_one_piece(open_table(path, sheet, header_row, layout))


def in_one_piece(extract: Extract) -> RawTable:
    frame = pd.concat(list(extract.parts()))
    return RawTable(**{f.name: getattr(extract, f.name) for f in fields(Extract)}, frame=frame)


class Rows(Protocol):
    """The rows of a file from its first on, read once."""

    number: int
    """Of the last row that was read, as a spreadsheet shows it."""

    def take(self, most: int) -> list[Sequence[str]]:
        """The next rows, fewer at the end."""


def find_headings(opened: Opened, rows: Rows, header_row: int | None, shape: Shape) -> tuple[list[str], int]:
    """The headings and their last row; what is left of `rows` stands below them."""
    while taken := rows.take(1):
        number, cells = rows.number, taken[0]
        if number < (header_row or 1):
            continue
        headings = [cell.strip(SPACES) for cell in shape.cut(cells)]
        if any(headings):
            if header_row is not None and number != header_row:
                raise refuse(opened.path, f"row {header_row} should hold the headings but is blank.", "Correct `header_row`.")
            if shape.header_rows > 1:
                headings = joined([headings, *(shape.cut(below) for below in rows.take(shape.header_rows - 1))])
            return check_headings(opened, rows.number, headings), rows.number
    if header_row is not None:
        raise refuse(opened.path, f"row {header_row} should hold the headings, but the file ends before it.", "Correct `header_row`.")
    raise refuse(opened.path, "the file holds no headings and no rows.")


def check_headings(opened: Opened, number: int, headings: Sequence[str]) -> list[str]:
    """The headings without trailing blanks; blank or repeated ones are refused together."""
    names = [re.sub(r"\s+", " ", name) for name in headings]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise refuse(opened.path, f"the file has more than {MAX_COLUMNS} columns.")
    if len(names) < 2:
        raise refuse(opened.path, f"only one column was found (row {number}); a table has several.", LOWER)
    problems = []
    if not names[0] and all(names[1:]):
        names[0] = FIRST_COLUMN  # row names, as R and pandas write them
    blank = [str(place) for place, name in enumerate(names, 1) if not name]
    if blank:
        say = (
            f"the heading of column {_join(blank)} is blank. Every column needs a heading; where headings are merged or stand "
            "under a title, name their row with `header_row`."
        )
        problems.append(Problem(opened.path.name, say, number))
    for folded, times in Counter(name.casefold() for name in names if name).items():
        if times > 1:
            shown = next(name for name in names if name.casefold() == folded)
            problems.append(Problem(opened.path.name, f"the heading '{shown}' stands {times} times. Give each column its own.", number))
    if problems:
        raise InputError(problems, "Correct the headings and try again.")
    return names


def text_parts(opened: Opened, rows: Rows, names: Sequence[str], shape: Shape) -> Iterator[pd.DataFrame]:
    """The rows below the headings as frames; rows of another length are refused together at the end, or once there are very many."""
    head = rows.number
    ragged = _Ragged(opened, len(names))
    own = _OwnRows(opened, names, shape, head)
    gathered = _Gathered(names)
    found = 0
    while batch := rows.take(ROWS_AT_ONCE):
        if rows.number - head > MAX_ROWS:
            raise refuse(opened.path, f"the file has more than {MAX_ROWS:,} rows.", "Split the extract by date.")
        numbers: Sequence[int] = range(rows.number - len(batch) + 1, rows.number + 1)
        if not shape.plain:
            batch, numbers = own.of(batch, numbers)
        if set(map(len, batch)) != {len(names)}:
            batch, numbers = ragged.sorted_out(batch, numbers)
        gathered.add(batch, numbers)
        if len(gathered.numbers) >= ROWS_AT_A_TIME:
            found += len(part := gathered.part())
            yield part
    ragged.refuse()
    found += len(part := gathered.part())
    if not found:
        raise refuse(opened.path, f"the file holds headings (row {head}) but no rows.", "Export the extract again.")
    if len(part):
        yield part


class _OwnRows:
    """The rows of a table that shares its sheet with notes and legends."""

    def __init__(self, opened: Opened, names: Sequence[str], shape: Shape, head: int) -> None:
        self._shape = shape
        try:
            self._places = shape.places(names)
        except LookupError as missing:
            say = f"no heading '{missing.args[0]}' (layout.rows_have). There are: {_join(list(names), 30)}."
            raise InputError(Problem(opened.path.name, say, head), "Correct `layout:` in the dataset's definition, or the file.") from None

    def of(self, batch: Sequence[Sequence[str]], numbers: Sequence[int]) -> tuple[list[Sequence[str]], list[int]]:
        """Rows from the first to the last column of the table, without those that have nothing where every row has something."""
        kept = []
        for whole, number in zip(batch, numbers, strict=True):
            cells = self._shape.cut(whole)
            filled = [place < len(cells) and cells[place].strip(SPACES) != "" for place in self._places]
            if not self._places or any(filled):
                kept.append((cells, number))
            elif any(cell.strip(SPACES) for cell in cells):
                self._shape.left_out.append(number)
        return [cells for cells, _ in kept], [number for _, number in kept]


class _Gathered:
    """Rows that wait to become a frame. They leave Python's own lists a thousand at a time, while the processor still has them at hand."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._empty()

    def _empty(self) -> None:
        self._columns: list[list[pa.Array]] = [[] for _ in self._names]
        self.numbers: list[int] = []

    def add(self, batch: Sequence[Sequence[str]], numbers: Sequence[int]) -> None:
        if batch:
            for gathered, column in zip(self._columns, zip(*batch, strict=True), strict=True):
                gathered.append(pa.array(column, pa.large_string()))
            self.numbers += numbers

    def part(self) -> pd.DataFrame:
        columns = [pa.concat_arrays(c) if c else pa.array([], pa.large_string()) for c in self._columns]
        frame = text_frame([trimmed(column) for column in columns], self._names, self.numbers)
        self._empty()
        return frame


class _Ragged:
    """Rows that are longer or shorter than the headings."""

    def __init__(self, opened: Opened, width: int) -> None:
        self._opened, self._width = opened, width
        self._problems: list[Problem] = []
        self._count = 0

    def sorted_out(self, batch: Sequence[Sequence[str]], numbers: Sequence[int]) -> tuple[list[Sequence[str]], list[int]]:
        """The rows that are as long as the headings, or can be made so."""
        kept = [(cells if len(cells) == self._width else self._mended(n, cells), n) for cells, n in zip(batch, numbers, strict=True)]
        return [cells for cells, _ in kept if cells is not None], [n for cells, n in kept if cells is not None]

    def _mended(self, number: int, cells: Sequence[str]) -> Sequence[str] | None:
        """The row without blank cells too many; None where it is blank, or noted as wrong."""
        if not any(cell.strip(SPACES) for cell in cells):
            return None
        if len(cells) > self._width and not any(cell.strip(SPACES) for cell in cells[self._width :]):
            return cells[: self._width]
        self._count += 1
        if self._count <= PROBLEMS_SHOWN:
            say = f"{len(cells)} cells where the headings have {self._width}. A delimiter or quotation mark is missing or too many."
            self._problems.append(Problem(self._opened.path.name, say, number))
        if self._count > 50 * PROBLEMS_SHOWN:
            self.refuse()
        return None

    def refuse(self) -> None:
        if self._count:
            more = f" ({self._count - PROBLEMS_SHOWN} more rows like these)" if self._count > PROBLEMS_SHOWN else ""
            raise InputError(self._problems, f"Correct the file{more}. {LOWER}")


def _join(words: Sequence[str], shown: int = 10) -> str:
    listed = ", ".join(words[:shown])
    return f"{listed} and {len(words) - shown} more" if len(words) > shown else listed
