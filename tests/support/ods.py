"""OpenDocument spreadsheets written from their XML, as the standard (ISO/IEC 26300) describes it; no spreadsheet library is asked."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

NAMES = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text", "style", "manifest"))
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True)
class Currency:
    amount: float
    code: str = "GBP"


@dataclass(frozen=True)
class Percentage:
    share: float


@dataclass(frozen=True)
class Spanning:
    """A cell merged with those to its right."""

    words: str
    columns: int


@dataclass(frozen=True)
class Repeated:
    """A cell that is written once and stands in several columns."""

    cell: object
    columns: int


@dataclass(frozen=True)
class Sheet:
    name: str
    rows: Sequence[Sequence[object]]
    hidden: bool = False
    blank_rows_at_the_end: int = 0
    last_row_repeated: int = 1


def cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, Repeated):
        return cell(value.cell).replace("<table:table-cell", f'<table:table-cell table:number-columns-repeated="{value.columns}"', 1)
    if isinstance(value, Spanning):
        first = cell(value.words).replace("<table:table-cell", f'<table:table-cell table:number-columns-spanned="{value.columns}"', 1)
        return first + "<table:covered-table-cell/>" * (value.columns - 1)
    kind, attribute, shown = _typed(value)
    return f'<table:table-cell office:value-type="{kind}"{attribute}>{_paragraphs(shown)}</table:table-cell>'


def _typed(value: object) -> tuple[str, str, str]:
    if isinstance(value, bool):
        return "boolean", f' office:boolean-value="{str(value).lower()}"', str(value).upper()
    if isinstance(value, int | float):
        return "float", f' office:value="{value!r}"', str(value)
    if isinstance(value, Currency):
        return "currency", f' office:currency="{value.code}" office:value="{value.amount!r}"', f"£{value.amount:,.2f}"
    if isinstance(value, Percentage):
        return "percentage", f' office:value="{value.share!r}"', f"{value.share:.0%}"
    if isinstance(value, dt.date):
        return "date", f' office:date-value="{value.isoformat()}"', f"{value:%d/%m/%y}"
    return "string", "", str(value)


def _paragraphs(words: str) -> str:
    return "".join(f"<text:p>{escape(line)}</text:p>" for line in words.split("\n"))


def _row(cells: Iterable[object], repeated: int = 1) -> str:
    times = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{times}>{''.join(map(cell, cells))}</table:table-row>"


def _sheet(sheet: Sheet) -> str:
    rows = [_row(cells) for cells in sheet.rows]
    if sheet.rows and sheet.last_row_repeated > 1:
        rows[-1] = _row(sheet.rows[-1], sheet.last_row_repeated)
    if sheet.blank_rows_at_the_end:  # as LibreOffice ends a sheet
        rows.append(_row([Repeated(None, 16384)], sheet.blank_rows_at_the_end))
    style = ' table:style-name="hidden"' if sheet.hidden else ' table:style-name="shown"'
    return f"<table:table table:name={quoteattr(sheet.name)}{style}>{''.join(rows)}</table:table>"


def content(sheets: Sequence[Sheet]) -> str:
    styles = "".join(
        f'<style:style style:name="{name}" style:family="table"><style:table-properties table:display="{shown}"/></style:style>'
        for name, shown in (("hidden", "false"), ("shown", "true"))
    )
    body = "".join(map(_sheet, sheets))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{NAMES} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )


def ods(sheets: Sequence[Sheet], mimetype: str = MIMETYPE, encrypted: bool = False) -> bytes:
    locked = '<manifest:encryption-data manifest:checksum="x"/>' if encrypted else ""
    entry = f'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{locked}</manifest:file-entry>'
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest{NAMES} manifest:version="1.3">{entry}</manifest:manifest>')
        archive.writestr("content.xml", content(sheets))
    return packed.getvalue()


def write_ods(path: Path, *sheets: Sheet) -> Path:
    path.write_bytes(ods(sheets))
    return path
