"""The dashboard as an ASGI application: closed to other machines, with security headers, and without Streamlit's own page discovery.

Started by `equality serve` in a fresh process; nothing else opens a mode, so a page that is reached any other way shows nothing.
"""

from __future__ import annotations

import gc
import logging
import os
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

PROTECTIVE = {
    "BROWSER_GATHER_USAGE_STATS": "false",
    "CLIENT_SHOW_ERROR_DETAILS": "none",
    "CLIENT_SHOW_ERROR_LINKS": "false",
    "CLIENT_TOOLBAR_MODE": "minimal",
    "SERVER_FILE_WATCHER_TYPE": "none",
    "SERVER_MAX_UPLOAD_SIZE": "1",
    "SERVER_ENABLE_STATIC_SERVING": "false",
}
if not os.environ.get("EQUALITY_DEBUG"):
    PROTECTIVE |= {
        "LOGGER_LEVEL": "critical",
        "LOGGER_ENABLE_RICH": "false",
    }  # Streamlit logs an error with its text, which may hold a figure
for _option, _value in PROTECTIVE.items():  # before Streamlit reads its options, and above any config.toml
    os.environ[f"STREAMLIT_{_option}"] = _value

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import PlainTextResponse, Response  # noqa: E402
from starlette.routing import Route  # noqa: E402
from streamlit.logger import set_log_level  # noqa: E402
from streamlit.runtime.pages_manager import PagesManager  # noqa: E402

if "LOGGER_LEVEL" in PROTECTIVE:
    set_log_level(PROTECTIVE["LOGGER_LEVEL"].upper())

from pages.shared import reports, viewer  # noqa: E402
from pages.shared.guard import Guard  # noqa: E402

ENTRY = Path(__file__).resolve().parents[2] / "dashboard.py"

PagesManager.uses_pages_directory = False
"""Else `pages/` is served in the old way until some run reaches `st.navigation`: a direct address would run a page without
dashboard.py. A private attribute: a test starts a fresh server and asks for a page first."""


def on_error(error: Exception) -> bool:
    """Say that the page failed, and log what kind of error it was: never its text, which may hold a figure."""
    steps = traceback.extract_tb(error.__traceback__)
    where = f"{Path(steps[-1].filename).name}:{steps[-1].lineno}" if steps else "nowhere"
    logging.getLogger("dashboard").error("page failed: %s at %s", type(error).__name__, where)
    st.error(
        "This page could not be shown. Nothing is wrong with the published figures. Reload the page; if it happens again, tell the analyst."
    )
    return True


def ready(_: Request) -> Response:
    """200 when a release can be opened, 503 when none can."""
    return PlainTextResponse("ready") if reports.can_open() else PlainTextResponse("no release can be opened", status_code=503)


@asynccontextmanager
async def _settled(_: st.App) -> AsyncIterator[dict[str, Any] | None]:
    """After every import: what is loaded now stays, so the collection after each page run has less to walk."""
    gc.collect()
    gc.freeze()
    yield None


viewer.open_mode(os.environ.get("EQUALITY_MODE", ""))
app = st.App(ENTRY, middleware=[Middleware(Guard)], routes=[Route("/ready", ready)], on_script_error=on_error, lifespan=_settled)
