"""Who is looking. Every page begins with `require_viewer()`, because a page can be reached without dashboard.py."""

from __future__ import annotations

from typing import Literal, cast

import streamlit as st

from metrics.access.viewer import Viewer
from metrics.errors import AccessDenied

MODES = ("demo", "local")
CLOSED = "This dashboard is closed: sign-in is not set up. Start it with `equality serve`, which opens it on this computer only."
_open: list[str] = []
"""The mode of this server process. Only the launcher opens one: no address, cookie or page can."""


def open_mode(mode: str) -> None:
    """Called once by the server that `equality serve` starts, which answers this machine only."""
    _open[:] = [mode] if mode in MODES else []


def require_viewer() -> Viewer:
    """The viewer, or nothing more of this page.

    `demo` shows an invented council; `local` is one analyst at their own machine. Sign-in is not set up yet, so
    without one of the two nobody is let in.
    """
    if not _open:
        st.write(CLOSED)
        st.stop()
        raise AccessDenied(CLOSED)  # outside a server `st.stop` stops nothing
    return Viewer(audience="leadership", mode=cast(Literal["demo", "local"], _open[0]))
