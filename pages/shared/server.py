"""The dashboard as an ASGI application: closed to other machines, with security headers, and without Streamlit's own page discovery.

Started by `equality serve` in a fresh process; nothing else opens a mode, so a page that is reached any other way shows nothing.
"""

from __future__ import annotations

import gc
import logging
import os
import re
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
from starlette.types import ASGIApp, Message, Receive, Scope, Send  # noqa: E402
from streamlit.logger import set_log_level  # noqa: E402
from streamlit.runtime.pages_manager import PagesManager  # noqa: E402

if "LOGGER_LEVEL" in PROTECTIVE:
    set_log_level(PROTECTIVE["LOGGER_LEVEL"].upper())

from pages.shared import reports, viewer  # noqa: E402

ENTRY = Path(__file__).resolve().parents[2] / "dashboard.py"
TITLE = b"Equality performance dashboard"

PagesManager.uses_pages_directory = False
"""Else `pages/` is served in the old way until some run reaches `st.navigation`: a direct address would run a page without
dashboard.py. A private attribute: a test starts a fresh server and asks for a page first."""

POLICY = (
    "default-src 'self'; base-uri 'self'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; "
    "script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-src 'self'"
)
HEADERS: list[tuple[bytes, bytes]] = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
NEEDED = re.compile(r"^/_stcore/(health|host-config|stream|upload_file|bidi-components)(/|$)")
"""Of Streamlit's internal addresses, those that a page needs. Server statistics and trial interfaces stay shut."""
OWN_MACHINE = {"127.0.0.1", "localhost", "::1", "testclient", "testserver"}
WHOLE_TEXT_ONLY = {b"accept-encoding", b"range", b"if-none-match", b"if-modified-since"}


class Guard:
    """Answers this machine only, adds the headers, and finishes the served page (language, title)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif not from_this_machine(scope):
            await refuse(scope, receive, send, 403)
        elif scope["path"].startswith("/_stcore/") and not NEEDED.match(scope["path"]):
            await refuse(scope, receive, send, 404)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        elif scope["path"].rstrip("/") == "/overview":  # the first screen is served at "/" alone
            await to_the_start(scope, receive, send)
        else:
            await self.page(scope, receive, send)

    async def page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An answer over HTTP; whole and uncompressed, so that the page's text can be finished."""
        if not scope["path"].startswith(("/static/", "/media/")):
            scope = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k.lower() not in WHOLE_TEXT_ONLY]}
        await self.app(scope, receive, finished(scope["path"], send))


def from_this_machine(scope: Scope) -> bool:
    """Both modes without sign-in are for one machine: the caller's address and the name it used must be this one.

    The name matters too: another site can point a name of its own at 127.0.0.1 and have a browser read the answer.
    """
    host = next((v.decode("latin-1") for k, v in scope["headers"] if k.lower() == b"host"), "")
    name = host[1 : host.index("]")] if host.startswith("[") and "]" in host else host.rsplit(":", 1)[0]
    caller = (scope.get("client") or ("",))[0]
    return name in OWN_MACHINE and (caller in OWN_MACHINE or caller.startswith("127."))


async def to_the_start(scope: Scope, receive: Receive, send: Send) -> None:
    """To the overview, with the choices that the address holds."""
    choices = scope["query_string"].decode("latin-1")
    address = f"/?{choices}" if choices else "/"
    headers = {k.decode(): v.decode() for k, v in HEADERS} | {"location": address}
    await PlainTextResponse("", status_code=307, headers=headers)(scope, receive, send)


async def refuse(scope: Scope, receive: Receive, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await PlainTextResponse("", status_code=status, headers={k.decode(): v.decode() for k, v in HEADERS})(scope, receive, send)


def finished(path: str, send: Send) -> Send:
    """`send`, with headers added and the page's language and first title put right."""
    is_page = False

    async def out(message: Message) -> None:
        nonlocal is_page
        if message["type"] == "http.response.start":
            headers = [(k, v) for k, v in message["headers"] if k.lower() != b"server"]
            is_page = any(k.lower() == b"content-type" and v.startswith(b"text/html") for k, v in headers)
            if is_page:  # its length changes below
                headers = [(k, v) for k, v in headers if k.lower() not in (b"content-length", b"etag", b"last-modified")]
            if path.startswith("/media/"):
                headers.append((b"cache-control", b"no-store, private"))
            message = {**message, "headers": headers + HEADERS}
        elif message["type"] == "http.response.body" and is_page and message.get("body"):
            body = message["body"].replace(b'<html lang="en">', b'<html lang="en-GB">')
            message = {**message, "body": body.replace(b"<title>Streamlit</title>", b"<title>" + TITLE + b"</title>")}
        await send(message)

    return out


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
