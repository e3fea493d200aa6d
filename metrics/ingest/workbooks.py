"""XLSX, XLS and ODS sheets, formulas as the values that were last calculated; nothing is run or downloaded."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from itertools import islice
from typing import Any

import python_calamine as calamine

from metrics.definitions.contract import BESIDE_DATA, DATA, INSTRUCTIONS
from metrics.errors import InputError, Problem
from metrics.ingest.cells import cell_text
from metrics.ingest.opening import Opened, refuse
from metrics.ingest.reading import Extract, find_headings, text_parts
from metrics.ingest.sheet_shape import Shape


def open_workbook(opened: Opened, sheet: str | None = None, header_row: int | None = None, shape: Shape | None = None) -> Extract:
    shape = shape or Shape()
    with opened.stream() as stream:
        book = _load(opened, stream.read())
    name, notes = choose_sheet(opened, book, sheet)
    page = _guarded(opened, lambda: book.get_sheet_by_name(name))
    try:
        rows = _SheetRows(opened, page)
        names, head = find_headings(opened, rows, header_row, shape)
    except InputError as error:
        merged = _merged_headings(page, header_row or 1)
        if merged:
            raise InputError([Problem(f"{opened.path.name}!{name}", merged), *error.problems], error.advice) from None
        raise
    return Extract(
        name=opened.path.name,
        headings=tuple(names),
        format="workbook",
        encoding="",
        delimiter="",
        sheet=name,
        header_row=head,
        real_dates=True,
        day_numbers=True,
        sha256=opened.sha256,
        notes=notes,
        shape=shape,
        read=lambda _: text_parts(opened, rows, names, shape),
    )


def choose_sheet(opened: Opened, book: Any, wanted: str | None) -> tuple[str, tuple[str, ...]]:
    """The named sheet, or the only one that a person can see and that holds cells; hidden ones are named in a note."""
    names: list[str] = list(book.sheet_names)
    if wanted is not None:
        if wanted in names:
            return wanted, ()
        raise refuse(opened.path, f"there is no sheet '{wanted}'; there are: {', '.join(names)}.", "Correct `sheet` in the definition.")
    visible = [m.name for m in book.sheets_metadata if m.visible == calamine.SheetVisibleEnum.Visible] or names
    filled = [name for name in visible if _guarded(opened, lambda name=name: book.get_sheet_by_name(name).height)]
    hidden = [name for name in names if name not in visible]
    if is_template(filled):
        return DATA, (f"Of this template, the sheet {DATA} was read.",)
    if len(filled) == 1:
        return filled[0], (f"Hidden sheets were not read: {', '.join(hidden)}.",) if hidden else ()
    also = f" There are hidden sheets: {', '.join(hidden)}." if hidden else ""
    if not filled:
        raise refuse(opened.path, f"no sheet of the workbook holds anything.{also}")
    advice = "Name one with `sheet` (inspect: --sheet)."
    raise refuse(opened.path, f"the workbook has {len(filled)} sheets: {', '.join(filled)}.{also}", advice)


def is_template(sheets: Collection[str]) -> bool:
    """The sheets of a template that `equality template` made, and no others that hold anything."""
    return {INSTRUCTIONS, DATA} <= set(sheets) <= {DATA} | BESIDE_DATA


def _load(opened: Opened, content: bytes) -> Any:
    return _guarded(opened, lambda: calamine.CalamineWorkbook.from_object(io.BytesIO(content)))


def _guarded(opened: Opened, read: Any) -> Any:
    """The reader's own failures in words. Its crashes are no `Exception`, so they are told by name."""
    try:
        return read()
    except calamine.PasswordError as error:
        raise refuse(opened.path, "the workbook is protected by a password.", "Save a copy without the password.") from error
    except Exception as error:
        raise refuse(opened.path, "the workbook is damaged or of an unknown kind.", "Save it again as XLSX.") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise refuse(opened.path, "the workbook is damaged.", "Open it in a spreadsheet program and save it as XLSX.") from None


class _SheetRows:
    """A sheet's rows from its first on, each from column A on, as text."""

    def __init__(self, opened: Opened, page: Any) -> None:
        self.number = 0
        self._opened = opened
        self._left = [""] * (page.start[1] if page.start else 0)
        self._rows = _guarded(opened, page.iter_rows)

    def take(self, most: int) -> list[Sequence[str]]:
        taken = _guarded(self._opened, lambda: list(islice(self._rows, most)))
        self.number += len(taken)
        return [self._left + [cell_text(cell) for cell in cells] for cells in taken]


def _merged_headings(page: Any, row: int) -> str:
    ranges = [r for r in (page.merged_cell_ranges or []) if r[0][0] <= row - 1 <= r[1][0] and r[0][1] != r[1][1]]
    if not ranges:
        return ""
    cure = "or name the row below with `header_row`, or read both as one heading with `layout: {header_rows: 2}`."
    return f"cells of the heading row {row} are merged. Give every column its own heading, {cure}"
