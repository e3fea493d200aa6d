"""The dashboard as an ASGI application: closed to other machines, with security headers, and without Streamlit's own page discovery.

Started by `equality serve` in a fresh process; nothing else opens a mode, so a page that is reached any other way shows nothing.
"""

from __future__ import annotations

import gc
import os
import pkgutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config
from streamlit.logger import set_log_level
from streamlit.runtime.pages_manager import PagesManager

if not os.environ.get("EQUALITY_DEBUG"):
    set_log_level("CRITICAL")  # before our pages are imported, which it would remark on

import metrics.charts
import metrics.wording
from metrics.errors import AccessDenied, NotCertified
from metrics.settings import load_sign_in
from pages.shared import doorkeeper, files, identity, logs, reports, viewer
from pages.shared.guard import Guard, door
from pages.shared.health import Checks, warn_if_old

PROTECTIVE: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 1,
    "server.enableStaticServing": False,
}
if not os.environ.get("EQUALITY_DEBUG"):
    PROTECTIVE |= {"logger.level": "critical", "logger.enableRich": False}  # Streamlit logs an error with its text, which may hold a figure
ENTRY = Path(__file__).resolve().parents[2] / "dashboard.py"

PagesManager.uses_pages_directory = False
"""Else `pages/` is served in the old way until some run reaches `st.navigation`: a direct address would run a page without
dashboard.py. A private attribute: a test starts a fresh server and asks for a page first."""


def on_error(error: Exception) -> bool:
    """Say that the page failed, and log what kind of error it was: never its text, which may hold a figure."""
    if isinstance(error, AccessDenied):  # said for the reader, and holds no figure
        st.error(str(error))
        return True
    logs.page_failed(error)
    if isinstance(error, NotCertified):
        st.error(str(error))
        return True
    st.error(
        "This page could not be shown. Nothing is wrong with the published figures. Reload the page; if it happens again, tell the analyst."
    )
    return True


MODE = os.environ.get("EQUALITY_MODE", "")
SIGN_IN = load_sign_in() if MODE == "signed_in" else None
keeper = doorkeeper.Doorkeeper(reports.config_folder(), SIGN_IN) if SIGN_IN else None
doorkeeper.keep(keeper)
checks = Checks(keeper.can_record if keeper else None)


def load_what_pages_need() -> None:
    """Else the first reader would wait for it, and each later page run would take a quarter longer."""
    for room in (metrics.charts, metrics.wording):
        for module in pkgutil.iter_modules(room.__path__):
            import_module(f"{room.__name__}.{module.name}")
    import_module("metrics.releases.store")


@asynccontextmanager
async def _settled(_: st.App) -> AsyncIterator[dict[str, Any] | None]:
    """After every import: what is loaded now stays, so the collection after each page run has less to walk."""
    load_what_pages_need()
    gc.collect()
    gc.freeze()
    if not os.environ.get("EQUALITY_DEBUG"):
        logs.hush()
    logs.event("started")
    warn_if_old(checks.readiness())
    threading.Thread(target=reports.compare_seals, daemon=True).start()
    yield None
    logs.event("stopped")


viewer.open_mode(MODE)
app = st.App(
    ENTRY,
    middleware=[
        Middleware(logs.RequestLog),
        Middleware(Guard, door=door()),
        *([Middleware(identity.Gate, keeper=keeper)] if keeper else []),
    ],
    routes=[*checks.routes(), *files.routes()],
    secrets=doorkeeper.secrets_for(SIGN_IN) if SIGN_IN else None,
    on_script_error=on_error,
    lifespan=_settled,
)
config.get_config_options(force_reparse=True, options_from_flags=PROTECTIVE)
"""Above every config.toml. Streamlit reads such options from the environment only under `streamlit run`."""
if SIGN_IN:
    config.set_option("server.cookieSecret", SIGN_IN.cookie_secret)  # one for all workers: somebody may come back to another one
