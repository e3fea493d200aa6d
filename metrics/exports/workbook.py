"""A report as a workbook: what it is, how to read it, and the figures as a table with a name."""

from __future__ import annotations

import io
from datetime import UTC
from typing import Any

import pandas as pd
import xlsxwriter

from metrics.exports.tidy import FIGURES, tidy
from metrics.report import Provenance, Report, check_issued
from metrics.wording.dates import format_day
from metrics.wording.legend import EMPTY_IS_NOT_ZERO, MARKERS
from metrics.wording.notes import NOTES, describe_notes
from metrics.wording.structure import STRUCTURE_MEANINGS, STRUCTURES, describe_made_of

LONGEST = 32_767
"""Letters that a cell of a workbook can hold."""


def write_workbook(report: Report, title: str) -> bytes:
    """Three sheets: Cover, Notes, Data. A hidden figure shows its marker in its place; no text is taken for a formula.

    `NotCertified` for what is no report of a release.
    """
    check_issued(getattr(report, "cells", None))
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        p = report.provenance
        book.set_properties(
            {
                "title": title,
                "company": p.council,
                "comments": f"Release {p.release}",
                "created": p.published_at.astimezone(UTC).replace(tzinfo=None),
            }
        )
        looks = {
            "title": book.add_format({"bold": True, "font_size": 16}),
            "bold": book.add_format({"bold": True}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _cover(book.add_worksheet("Cover"), looks, report, title)
        _notes(book.add_worksheet("Notes"), looks, report)
        _data(book, book.add_worksheet("Data"), report)
    return file.getvalue()


def _cover(sheet: Any, looks: dict[str, Any], report: Report, title: str) -> None:
    p = report.provenance
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, title[:LONGEST], looks["title"])
    facts = [
        ("Council", p.council),
        ("Figures", NOTES["synthetic"] if p.synthetic else "Published figures"),
        ("Release", p.release),
        ("Published", format_day(p.published_at)),
        *_withdrawn(p),
        ("Source", "; ".join(f"{name}, {day}" for name, day in p.data_dates.items())),
        ("Version for", p.audience),
        ("Definition version", p.definition_version),
        ("Small numbers", p.disclosure_note),
        ("Units", f"{STRUCTURES[report.request.structure]}. {STRUCTURE_MEANINGS[report.request.structure]}"),
        ("Sheets", "Notes: what the measures and columns mean. Data: the figures, one row for each measure, unit, group and date."),
    ]
    for row, (name, value) in enumerate(facts, 2):
        sheet.write_string(row, 0, name, looks["bold"])
        sheet.write_string(row, 1, value[:LONGEST], looks["wrap"])
    start = len(facts) + 3
    sheet.write_string(start, 0, "Marker", looks["bold"])
    sheet.write_string(start, 1, "Meaning", looks["bold"])
    for row, (marker, (name, meaning)) in enumerate(MARKERS.items(), start + 1):
        sheet.write_string(row, 0, marker)
        sheet.write_string(row, 1, f"{name}. {meaning}", looks["wrap"])
    sheet.write_string(start + 1 + len(MARKERS), 1, EMPTY_IS_NOT_ZERO)


def _withdrawn(p: Provenance) -> list[tuple[str, str]]:
    on = f"on {format_day(p.withdrawn_at)}: " if p.withdrawn_at else ""
    return [("WITHDRAWN", f"{on}{p.withdrawn.rstrip('.')}. Do not use these figures.")] if p.withdrawn else []


def _notes(sheet: Any, looks: dict[str, Any], report: Report) -> None:
    p = report.provenance
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 110)
    sheet.write_string(0, 0, "Notes", looks["title"])
    lines: list[tuple[str, str]] = [
        ("Shares", "Shares, gaps and their ranges are from 0 to 1: 0.24 is 24%."),
        ("Empty dimension", "An empty cell in a dimension's column means everyone."),
    ]
    for id in dict.fromkeys(report.cells["kpi"].astype(str)):
        kpi = report.contents.kpis[id]
        said = describe_notes(report.cells[report.cells["kpi"] == id], kpi, p.synthetic)
        lines += [
            (
                f"{id} {kpi.title}",
                f"{kpi.who.rstrip('.')}. Population: {kpi.population}. Source: {kpi.source}. {kpi.why_it_matters} {' '.join(said)}",
            )
        ]
    for unit in dict.fromkeys(report.cells["unit"].astype(str)):
        told = describe_made_of(report.cells[report.cells["unit"] == unit], report.contents.units)
        lines += [(report.contents.units[unit].name, " ".join(told))] if told and unit in report.contents.units else []
    for row, (name, text) in enumerate(lines, 2):
        sheet.write_string(row, 0, name[:LONGEST], looks["bold"])
        sheet.write_string(row, 1, text.strip()[:LONGEST], looks["wrap"])


def _data(book: Any, sheet: Any, report: Report) -> None:
    """Cells are written one by one, each as what it is; the table gives them a name, a filter and a repeated header."""
    frame = tidy(report)
    last_row, last_column = max(len(frame), 1), len(frame.columns) - 1
    number = book.add_format({"num_format": "#,##0.0###"})
    sheet.add_table(
        0, 0, last_row, last_column, {"name": "figures", "style": "Table Style Light 1", "columns": [{"header": c} for c in frame.columns]}
    )
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, last_column, 16)
    for column, name in enumerate(frame.columns):
        for row, (value, marker) in enumerate(zip(frame[name], frame["marker"], strict=True), 1):
            if name in FIGURES and name not in ("status", "marker"):
                if pd.notna(value):
                    sheet.write_number(row, column, float(value), number)
                elif marker and name in ("numerator", "denominator", "value"):
                    sheet.write_string(row, column, marker)
            else:
                sheet.write_string(row, column, str(value)[:LONGEST])
