"""What stands before every address of the dashboard: who may knock, which addresses exist, and the headers on every answer."""

from __future__ import annotations

import re

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TITLE = b"Equality performance dashboard"

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
