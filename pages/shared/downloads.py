"""The figures of a table as files, made when asked for and not before: nothing waits at an address that others could open."""

from __future__ import annotations

import re

import streamlit as st

from metrics.exports.csv import write_csv
from metrics.exports.workbook import write_workbook
from metrics.report import Report
from pages.shared.markup import show, tag

MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+.!|~:$&-])")
ESCAPED = r"\\\1"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def offer(report: Report, title: str, name: str) -> None:
    """Excel and CSV of exactly the rows shown. A withdrawn release is not exported."""
    if report.provenance.withdrawn is not None:
        show(tag("p", "Downloads are closed: this release was withdrawn.", cls="eq-small"))
        return
    file = f"{name}-{report.provenance.release}".replace(" ", "-")
    kinds = (("Excel", "xlsx", EXCEL, lambda: write_workbook(report, title)), ("CSV", "csv", "text/csv", lambda: write_csv(report)))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for word, ending, mime, make in kinds:
            st.download_button(
                label(word, title), data=make, file_name=f"{file}.{ending}", mime=mime, key=f"{ending}-{name}", on_click="ignore"
            )


def label(word: str, title: str) -> str:
    """ "Download Excel", and for screen readers also of what: the part in italics is out of sight."""
    return f"Download {word} *with the numbers of {MARKDOWN.sub(ESCAPED, title)}*"
