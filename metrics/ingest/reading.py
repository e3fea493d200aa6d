"""Any extract to one table of text: trimmed cells, missing where blank, each row keeping its number in the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from metrics.errors import InputError, Problem
from metrics.ingest.opening import Opened, open_input, refuse

MAX_ROWS = 2_000_000
MAX_COLUMNS = 1_000
ROWS_AT_A_TIME = 50_000
PROBLEMS_SHOWN = 20
LOWER = "If the headings stand further down, under a title, name their row: `header_row` in the definition, or inspect --header-row."
FIRST_COLUMN = "column 1"
"""What a first column without a heading is called."""
SPACES = " \t\r\n\v\f\u00a0\u2007\u202f\u200b\ufeff"
"""Trimmed from both ends of a cell: also the spaces that do not break, and those that have no width."""


@dataclass(frozen=True)
class RawTable:
    """An extract as text.

    `frame` has the file's headings as columns, dtype `str`, missing where a cell is blank; its index is the row's number in
    the file as a spreadsheet shows it. `real_dates` is True for workbooks, whose date cells are dates or day numbers.
    """

    path: Path
    frame: pd.DataFrame
    format: str
    encoding: str
    delimiter: str
    sheet: str
    header_row: int
    real_dates: bool
    sha256: str
    notes: tuple[str, ...] = field(default=())

    def where(self, row: int | None = None, heading: str | None = None) -> str:
        """A place that a person can open: `staff.csv:204`, `staff.xlsx!Sheet1!204`, with the heading."""
        place = f"{self.path.name}!{self.sheet}" if self.sheet else self.path.name
        if row is not None:
            place = f"{place}!{row}" if self.sheet else f"{place}:{row}"
        return f"{place} [{heading}]" if heading else place


def read_table(path: Path, sheet: str | None = None, header_row: int | None = None) -> RawTable:
    """Read CSV (any usual delimiter and encoding, gzipped or not), XLSX, XLS or ODS.

    Raises
    ------
    InputError : with every problem found: not a table, repeated or missing headings, rows of the wrong length
    """
    opened = open_input(path)
    if opened.kind == "workbook":
        from metrics.ingest.workbooks import read_workbook

        return read_workbook(opened, sheet, header_row)
    from metrics.ingest.text_tables import read_text

    return read_text(opened, header_row)


def build_frame(opened: Opened, rows: Iterable[tuple[int, Sequence[str]]], header_row: int | None) -> tuple[pd.DataFrame, int]:
    """Headings and rows to a frame of text. `rows` are (number in the file, cells); wholly blank ones are left out."""
    filled = ((number, [cell.strip(SPACES) for cell in cells]) for number, cells in rows)
    filled = ((number, cells) for number, cells in filled if any(cells) and number >= (header_row or 1))
    try:
        head_number, headings = next(filled)
    except StopIteration:
        if header_row is not None:
            raise refuse(
                opened.path, f"row {header_row} should hold the headings, but the file ends before it.", "Correct `header_row`."
            ) from None
        raise refuse(opened.path, "the file holds no headings and no rows.") from None
    if header_row is not None and head_number != header_row:
        raise refuse(opened.path, f"row {header_row} should hold the headings but is blank.", "Correct `header_row`.")
    names = check_headings(opened, head_number, headings)
    frame = _collect(opened, filled, names)
    if frame.empty:
        raise refuse(opened.path, f"the file holds headings (row {head_number}) but no rows.", "Export the extract again.")
    return frame, head_number


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


def _collect(opened: Opened, rows: Iterator[tuple[int, list[str]]], names: list[str]) -> pd.DataFrame:
    parts: list[pd.DataFrame] = []
    batch: list[list[str]] = []
    numbers: list[int] = []
    problems: list[Problem] = []
    ragged = total = 0
    width = len(names)
    for number, cells in rows:
        if (len(cells) != width and any(cells[width:])) or len(cells) < width:
            ragged += 1
            if ragged <= PROBLEMS_SHOWN:
                say = f"{len(cells)} cells where the headings have {width}. A delimiter or quotation mark is missing or too many."
                problems.append(Problem(opened.path.name, say, number))
            if ragged > 50 * PROBLEMS_SHOWN:
                break
            continue
        batch.append(cells[:width])
        numbers.append(number)
        total += 1
        if total > MAX_ROWS:
            raise refuse(opened.path, f"the file has more than {MAX_ROWS:,} rows.", "Split the extract by date.")
        if len(batch) == ROWS_AT_A_TIME:
            parts.append(_part(batch, numbers, names))
            batch, numbers = [], []
    if ragged:
        more = f" ({ragged - PROBLEMS_SHOWN} more rows like these)" if ragged > PROBLEMS_SHOWN else ""
        raise InputError(problems, f"Correct the file{more}. {LOWER}")
    parts.append(_part(batch, numbers, names))
    return pd.concat(parts) if len(parts) > 1 else parts[0]


def _part(batch: list[list[str]], numbers: list[int], names: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(batch, columns=names, index=pd.Index(numbers, name="row"), dtype="str")
    return frame.mask(frame == "")


def _join(words: Sequence[str], shown: int = 10) -> str:
    listed = ", ".join(words[:shown])
    return f"{listed} and {len(words) - shown} more" if len(words) > shown else listed
