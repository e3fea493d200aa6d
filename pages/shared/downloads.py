"""The figures of a table as files: plain links, each made when it is asked for and checked then (`files.py`)."""

from __future__ import annotations

from metrics.report import Report
from pages.shared import files, viewer
from pages.shared.markup import Html, joined, show, tag


def offer(report: Report, title: str, name: str, what: str = "figures") -> None:
    """Excel and CSV of exactly the rows shown, or what is made `beside` them. A withdrawn release is not exported."""
    if report.provenance.withdrawn is not None:
        show(tag("p", "Downloads are closed: this release was withdrawn.", cls="eq-small"))
        return
    if report.cells.empty:
        return
    asked = files.wanted(viewer.here(), title, report, what)
    links = [link(word, title, files.address(asked, name, ending)) for ending, (word, _, _) in files.WHAT[what].items()]
    show(tag("p", joined(links, " "), cls="eq-downloads"))


def link(word: str, title: str, address: str) -> Html:
    """ "Download Excel", and for screen readers also of what: that part is out of sight."""
    return tag("a", f"Download {word}", tag("span", f" with the numbers of {title}", cls="eq-unseen"), href=address, target="_self")
