"""Text made into HTML: everything is escaped unless it was made here, because labels come from extracts and definitions."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

import streamlit as st

OPEN_SCREENS = "screens open to the reader"
"""Kept by `require_viewer` for the links of a page."""


class Html(str):
    """Text that is already safe HTML."""

    __slots__ = ()


def safe(text: object) -> Html:
    """A label, number or name as HTML; HTML made here stays as it is."""
    return text if isinstance(text, Html) else Html(escape(str(text)))


def tag(name: str, *inside: object, **attributes: str) -> Html:
    """`tag("p", "a < b", cls="eq-small")`."""
    named = {"cls": "class", "for_": "for"}
    words = "".join(f' {named.get(k, k.replace("_", "-"))}="{escape(v)}"' for k, v in attributes.items() if v)
    return Html(f"<{name}{words}>{''.join(map(safe, inside))}</{name}>")


def joined(parts: Iterable[object], between: str = "") -> Html:
    return Html(between.join(safe(p) for p in parts))


def link(label: str, page: str, **choices: str | None) -> Html:
    """A link to a screen with its choices; those left open are left out. Only its words where the screen is not open to the reader."""
    if page not in st.session_state.get(OPEN_SCREENS, (page,)):
        return tag("span", label)
    kept = {k: v for k, v in choices.items() if v}
    return tag("a", label, href=f"/{page}" + (f"?{urlencode(kept)}" if kept else ""), target="_self")


def picture(svg: str, alt: str = "", cls: str = "") -> Html:
    """SVG as an image: Streamlit takes SVG out of HTML, but leaves images alone. No alt text: decoration beside a word."""
    code = base64.b64encode(
        svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" font-family="Arial, Liberation Sans, sans-serif" ', 1).encode()
    ).decode()
    return Html(f'<img src="data:image/svg+xml;base64,{code}" alt="{escape(alt)}"' + (f' class="{cls}"' if cls else "") + ">")


def show(*parts: object) -> None:
    st.html(joined(parts))


@dataclass(frozen=True)
class Column:
    head: str
    number: bool = False
    cls: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of a table with a class of its own."""

    inside: object
    cls: str = ""


NOTHING = ("", "–", "No figure to draw")
STACK_FROM = 4
"""A phone has room for three columns: rows of more become blocks, each figure under the head of its column."""


def table(
    caption: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], *, quiet: bool = False, cls: str = "", own: int = 0
) -> Html:
    """A real table in a region that a keyboard can scroll. The first cell of a row names it; `quiet` hides the caption from sight only.

    `own` marks that many first rows as the unit itself, above its parts. Roles are written out, because a browser forgets
    that a table is one when its rows are laid out as blocks.
    """
    heads = (tag("th", c.head, scope="col", role="columnheader", cls="num" if c.number else "") for c in columns)
    head = tag("thead", tag("tr", *heads, role="row"), role="rowgroup")
    body = []
    for place, row in enumerate(rows):
        cells = [tag("th", row[0], scope="row", role="rowheader")]
        for column, value in zip(columns[1:], row[1:], strict=True):
            cell = value if isinstance(value, Cell) else Cell(value)
            kinds = " ".join(filter(None, ["num" if column.number else "", column.cls, cell.cls]))
            cells.append(tag("td", cell.inside, cls=kinds, role="cell", data_label=column.head))
        body.append(tag("tr", *cells, cls="own" if place < own else "", role="row"))
    inner = tag("table", tag("caption", caption), head, tag("tbody", *body, role="rowgroup"), cls=cls, role="table")
    look = " ".join(filter(None, ["eq-region", "quiet" if quiet else "", "stack" if len(columns) >= STACK_FROM else ""]))
    return tag("div", inner, cls=look, role="region", tabindex="0", aria_label=caption)


def with_figures(columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> tuple[list[Column], list[list[object]]]:
    """Without the columns in which no row has anything."""
    kept = [i for i in range(len(columns)) if i == 0 or any(row[i] not in NOTHING for row in rows)]
    return [columns[i] for i in kept], [[row[i] for i in kept] for row in rows]
