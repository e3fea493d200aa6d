"""XLSX, XLS and ODS sheets, formulas as the values that were last calculated; nothing is run or downloaded."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import python_calamine as calamine

from metrics.errors import InputError, Problem
from metrics.ingest.opening import Opened, refuse
from metrics.ingest.reading import RawTable, build_frame


def read_workbook(opened: Opened, sheet: str | None = None, header_row: int | None = None) -> RawTable:
    with opened.stream() as stream:
        book = _load(opened, stream.read())
    name = choose_sheet(opened, book, sheet)
    page = _guarded(opened, lambda: book.get_sheet_by_name(name))
    rows = _guarded(opened, lambda: page.to_python(skip_empty_area=False))
    try:
        frame, head = build_frame(opened, _as_text(rows), header_row)
    except InputError as error:
        merged = _merged_headings(page, header_row or 1)
        if merged:
            raise InputError([Problem(f"{opened.path.name}!{name}", merged), *error.problems], error.advice) from None
        raise
    return RawTable(
        path=opened.path,
        frame=frame,
        format="workbook",
        encoding="",
        delimiter="",
        sheet=name,
        header_row=head,
        real_dates=True,
        sha256=opened.sha256,
    )


def choose_sheet(opened: Opened, book: Any, wanted: str | None) -> str:
    """The named sheet, or the only one that a person can see and that holds cells."""
    names: list[str] = list(book.sheet_names)
    if wanted is not None:
        if wanted in names:
            return wanted
        raise refuse(opened.path, f"there is no sheet '{wanted}'; there are: {', '.join(names)}.", "Correct `sheet` in the definition.")
    visible = [m.name for m in book.sheets_metadata if m.visible == calamine.SheetVisibleEnum.Visible] or names
    filled = [name for name in visible if _guarded(opened, lambda name=name: book.get_sheet_by_name(name).height)]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise refuse(opened.path, "no sheet of the workbook holds anything.")
    raise refuse(opened.path, f"the workbook has {len(filled)} sheets: {', '.join(filled)}.", "Name one with `sheet` (inspect: --sheet).")


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


def _as_text(rows: list[list[Any]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(rows, 1):
        yield number, [cell_text(cell) for cell in cells]


def cell_text(cell: Any) -> str:
    """Whole numbers without a point, dates in ISO, true and false as words: what a CSV of the same sheet should have said."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return str(cell) if cell is not None else ""


def _merged_headings(page: Any, row: int) -> str:
    ranges = [r for r in (page.merged_cell_ranges or []) if r[0][0] <= row - 1 <= r[1][0] and r[0][1] != r[1][1]]
    if not ranges:
        return ""
    return f"cells of the heading row {row} are merged. Give every column its own heading, or name the row below with `header_row`."
