"""The figures of a table as files, made when asked for and not before: nothing waits at an address that others could open."""

from __future__ import annotations

import streamlit as st

from metrics.exports.csv import write_csv
from metrics.exports.workbook import write_workbook
from metrics.report import Report
from pages.shared.markup import show, tag

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def offer(report: Report, title: str, name: str) -> None:
    """Excel and CSV of exactly the rows shown. A withdrawn release is not exported."""
    if report.provenance.withdrawn is not None:
        show(tag("p", "Downloads are closed: this release was withdrawn.", cls="eq-small"))
        return
    file = f"{name}-{report.provenance.release}".replace(" ", "-")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.download_button(
            "Download Excel",
            data=lambda: write_workbook(report, title),
            file_name=f"{file}.xlsx",
            mime=EXCEL,
            key=f"xlsx-{name}",
            on_click="ignore",
        )
        st.download_button(
            "Download CSV", data=lambda: write_csv(report), file_name=f"{file}.csv", mime="text/csv", key=f"csv-{name}", on_click="ignore"
        )
