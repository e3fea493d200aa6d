"""Links to what stands behind the figures, and keys of bars that are made of parts."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from metrics.access.rules import can_open_page
from metrics.access.viewer import Viewer
from metrics.charts.answers import kind_sample, line_sample
from pages.shared.markup import Html, joined, link, picture, tag

PAGES = {"definitions": "What each measure counts, and why", "data_quality": "How good the data is, and how people are protected"}


def about(viewer: Viewer) -> Html:
    """For whoever may open them; a pinned release stays pinned."""
    pinned = st.query_params.get("release")
    links = [link(words, page, release=pinned) for page, words in PAGES.items() if can_open_page(viewer, page)]
    return tag("p", joined(links, " "), cls="eq-about") if links else Html("")


def parts_key(parts: Sequence[str]) -> Html:
    """What each part of a stacked bar means, from the left: filled, tinted, and outlined."""
    samples = [kind_sample(n, last=False) for n in range(len(parts))]
    return tag("div", *(tag("span", picture(s), words) for s, words in zip(samples, parts, strict=True)), cls="eq-key")


def lines_key(names: Sequence[str]) -> Html:
    return tag("div", *(tag("span", picture(line_sample(n)), name) for n, name in enumerate(names)), cls="eq-key")
