"""Who is looking. Every page begins with `require_viewer("its name")`, because a page can be reached without dashboard.py."""

from __future__ import annotations

from typing import Literal, cast
from urllib.parse import unquote

import streamlit as st

from metrics.access.rules import on_page
from metrics.access.viewer import Viewer
from metrics.errors import AccessDenied
from pages.shared import doorkeeper
from pages.shared.markup import OPEN_SCREENS
from pages.shared.screens import open_to

MODES = ("demo", "local", "signed_in")
CLOSED = "This dashboard is closed: sign-in is not set up. Start it with `equality serve`, which opens it on this computer only."
ENDS = ("expired", "ended", "cut_off", "no_role", "wrong_tenant")
"""Reasons for which an open page says goodbye: the browser is sent away, so that nothing stays on the screen."""
PAGE = "page in hand"
_open: list[str] = []
"""The mode of this server process. Only the launcher opens one: no address, cookie or page can."""


def open_mode(mode: str) -> None:
    """Called once by the server that `equality serve` starts. Without sign-in it answers this machine only."""
    _open[:] = [mode] if mode in MODES else []


def without_sign_in() -> Viewer:
    """The viewer of the two modes that need none: `demo` shows an invented council; `local` is one analyst at their own machine."""
    if not _open or _open[0] == "signed_in":
        raise AccessDenied(CLOSED, reason="signed_out")
    return Viewer(audience="leadership", mode=cast(Literal["demo", "local"], _open[0]))


def require_viewer(page: str | None = None) -> Viewer:
    """The viewer with what they may read on this page, or nothing more of it.

    Where people sign in, the gate has let this connection in already; here the same is asked again, on every run.
    """
    try:
        found = without_sign_in() if _open[:1] != ["signed_in"] else doorkeeper.keeper().viewer(st.user.to_dict(), _looking_through())
        found = on_page(found, page) if page else found
    except AccessDenied as refused:
        return _stop(refused)
    if page:
        st.session_state[PAGE] = page
        st.session_state[OPEN_SCREENS] = tuple(open_to(found))
    return found


def _looking_through() -> str:
    return unquote(st.context.cookies.get(doorkeeper.VIEW_AS, ""))


def _stop(refused: AccessDenied) -> Viewer:
    if refused.reason in ENDS:
        st.logout()  # the gate tidies up and says why, or leads on where this browser holds a newer sign-in
    st.write(str(refused))
    st.stop()
    raise refused  # outside a server `st.stop` stops nothing


def here() -> str:
    """The page that this run shows."""
    return str(st.session_state.get(PAGE, "overview"))


def keep_watch(viewer: Viewer) -> None:
    """An open page asks now and then whether it may stay open, and ends itself when not: signed out elsewhere, time over, cut off."""
    if viewer.mode == "signed_in":
        seconds = doorkeeper.keeper().rules.current().session.heartbeat_seconds
        st.fragment(_watch, run_every=float(seconds))()


def _watch() -> None:
    require_viewer()
