"""What stands before every address of the dashboard: who may knock, which addresses exist, how much is taken, which headers go out."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

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
    (b"cross-origin-resource-policy", b"same-origin"),
]
ALWAYS_TLS = (b"strict-transport-security", b"max-age=31536000")
NOT_KEPT = (b"cache-control", b"no-store")
NEEDED = re.compile(r"^/_stcore/(health|host-config|stream|bidi-components)(/|$)")
"""Of Streamlit's internal addresses, those that a page needs. Server statistics, uploads and trial interfaces stay shut."""
OWN_MACHINE = {"127.0.0.1", "localhost", "::1", "testclient", "testserver"}
WHOLE_TEXT_ONLY = {b"accept-encoding", b"range", b"if-none-match", b"if-modified-since"}
BY_A_PROXY = {b"forwarded", b"via", b"x-real-ip"}
CHECKS = ("/health", "/ready")
"""Asked by a machine that may know this one by its number only; they say nothing that depends on a name."""
METHODS = ("GET", "HEAD")
"""Nothing is sent to the dashboard: choices are in the address or on the open connection."""
HEARD = {"rerun_script", "stop_script", "app_heartbeat"}
"""Of what a browser can say on its open connection, all that a page needs. Emptying everybody's cache, asking how this folder is kept
under version control, or having files made on this machine is nothing for a reader."""
LONGEST_ADDRESS = 8 * 1024
MOST_HEADERS = 32 * 1024


@dataclass(frozen=True)
class Door:
    """Which names are answered. None: no sign-in, so this machine alone, asked directly."""

    hosts: frozenset[str] | None = None
    tls: bool = False
    """Browsers come over TLS: say that they always must, and mark every cookie."""

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return [*HEADERS, ALWAYS_TLS] if self.tls else HEADERS


def door(environment: Mapping[str, str] = os.environ) -> Door:
    """As `equality serve` set it up.

    >>> door({"EQUALITY_MODE": "signed_in", "EQUALITY_PUBLIC_URL": "https://equality.example.gov.uk"}).tls
    True
    """
    if environment.get("EQUALITY_MODE") != "signed_in":
        return Door()
    public = urlsplit(environment.get("EQUALITY_PUBLIC_URL", ""))
    names = {public.hostname or "", *environment.get("EQUALITY_HOSTS", "").split()}
    return Door(frozenset(name.lower() for name in names if name), public.scheme == "https")


class Guard:
    """Answers those who may knock, within bounds; adds the headers, and finishes the served page (language, title)."""

    def __init__(self, app: ASGIApp, door: Door | None = None) -> None:
        self.app, self.door = app, door or Door()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif (refusal := self.refusal(scope)) is not None:
            await refuse(scope, receive, finished(scope["path"], send, self.door), *refusal)
        elif scope["type"] == "websocket":
            await self.app(scope, heard(receive), send)
        elif scope["path"].rstrip("/") == "/overview":  # the first screen is served at "/" alone
            await to_the_start(scope, receive, finished(scope["path"], send, self.door))
        else:
            await self.page(scope, receive, send)

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """The status and the words, for a request that goes no further."""
        return self.stranger(scope) or from_another_page(scope) or too_much(scope) or shut(scope)

    def stranger(self, scope: Scope) -> tuple[int, str] | None:
        if self.door.hosts is None:
            return None if from_this_machine(scope) else (403, "Without sign-in the dashboard answers this computer only.")
        if scope["path"] in CHECKS or called_by(scope).lower() in self.door.hosts:
            return None
        return 421, "The dashboard is not known by this name. Open it at the address that its owner gave you."

    async def page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An answer over HTTP; whole and uncompressed, so that the page's text can be finished."""
        if not scope["path"].startswith(("/static/", "/media/")):
            scope = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k.lower() not in WHOLE_TEXT_ONLY]}
        await self.app(scope, receive, finished(scope["path"], send, self.door))


def from_another_page(scope: Scope) -> tuple[int, str] | None:
    """The open connection is for our own pages. A page at another port of this machine is another page, whoever wrote it.

    A browser always says where a page is from; a program that says nothing is no page, and can ask for everything else as well.
    """
    sent = {k.lower(): v.decode("latin-1").lower() for k, v in scope["headers"]}
    origin = sent.get(b"origin")
    if scope["type"] != "websocket" or origin is None or origin.partition("://")[2] == sent.get(b"host", ""):
        return None
    return 403, "Another page asks."


def heard(receive: Receive) -> Receive:
    """What arrives on an open connection, without what a page of ours never says."""

    async def arriving() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or is_heard(message.get("bytes")):
                return message

    return arriving


def is_heard(said: bytes | None) -> bool:
    """What cannot be read is left to Streamlit, which closes the connection."""
    from streamlit.proto.BackMsg_pb2 import BackMsg  # not at the top: the supervisor reads this file and needs no Streamlit

    try:
        return said is None or BackMsg.FromString(said).WhichOneof("type") in HEARD
    except Exception:  # whatever the parser raises
        return True


def shut(scope: Scope) -> tuple[int, str] | None:
    if scope["path"].startswith("/_stcore/") and not NEEDED.match(scope["path"]):
        return 404, "There is nothing at this address."
    return None


def too_much(scope: Scope) -> tuple[int, str] | None:
    """Bounds on what is sent. A body is refused as a whole: no address takes one."""
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADERS:
        return 431, "The request's headers are too large. Delete this site's cookies and sign in again."
    if len(scope["path"]) + len(scope.get("query_string", b"")) > LONGEST_ADDRESS:
        return 414, "The address is too long."
    if scope["type"] == "websocket":
        return None
    if scope["method"] not in METHODS:
        return 405, "The dashboard is read only."
    sent = {k.lower(): v for k, v in scope["headers"]}
    if sent.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in sent:
        return 413, "The dashboard takes no content."
    return None


def called_by(scope: Scope) -> str:
    """The name in the request, without its port."""
    host = next((v.decode("latin-1") for k, v in scope["headers"] if k.lower() == b"host"), "")
    return host[1 : host.index("]")] if host.startswith("[") and "]" in host else host.rsplit(":", 1)[0]


def from_this_machine(scope: Scope) -> bool:
    """Both modes without sign-in are for one machine: the caller's address and the name it used must be this one.

    The name matters too: another site can point a name of its own at 127.0.0.1 and have a browser read the answer.
    A request that a proxy passed on comes from somebody else, whoever the proxy is.
    """
    caller = (scope.get("client") or ("",))[0]
    passed_on = any(k.lower() in BY_A_PROXY or k.lower().startswith(b"x-forwarded-") for k, _ in scope["headers"])
    return not passed_on and called_by(scope) in OWN_MACHINE and (caller in OWN_MACHINE or caller.startswith("127."))


async def to_the_start(scope: Scope, receive: Receive, send: Send) -> None:
    """To the overview, with the choices that the address holds."""
    choices = scope["query_string"].decode("latin-1")
    await PlainTextResponse("", status_code=307, headers={"location": f"/?{choices}" if choices else "/"})(scope, receive, send)


async def refuse(scope: Scope, receive: Receive, send: Send, status: int, words: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    more = {"allow": ", ".join(METHODS)} if status == 405 else {"connection": "close"} if status == 413 else {}
    await PlainTextResponse(words + "\n", status_code=status, headers=more)(scope, receive, send)


def finished(path: str, send: Send, door: Door) -> Send:
    """`send`, with headers added and the page's language and first title put right."""
    is_page = False

    async def out(message: Message) -> None:
        nonlocal is_page
        if message["type"] == "http.response.start":
            headers = message["headers"]
            is_page = any(k.lower() == b"content-type" and v.startswith(b"text/html") for k, v in headers)
            message = {**message, "headers": complete(path, headers, is_page, door)}
        elif message["type"] == "http.response.body" and is_page and message.get("body"):
            body = message["body"].replace(b'<html lang="en">', b'<html lang="en-GB">')
            message = {**message, "body": body.replace(b"<title>Streamlit</title>", b"<title>" + TITLE + b"</title>")}
        await send(message)

    return out


def complete(path: str, headers: list[tuple[bytes, bytes]], is_page: bool, door: Door) -> list[tuple[bytes, bytes]]:
    """An answer's headers: ours last and once; only the program's own files are kept by a browser."""
    static = path.startswith("/static/") and not is_page
    ours = [*door.headers, *([] if static else [NOT_KEPT])]
    replaced = {b"server", *(name for name, _ in ours)} | ({b"content-length", b"etag", b"last-modified"} if is_page else set())
    kept = [(k, secured(v) if door.tls and k.lower() == b"set-cookie" else v) for k, v in headers if k.lower() not in replaced]
    return [*kept, *ours]


def secured(cookie: bytes) -> bytes:
    """A cookie that travels over TLS only.

    >>> secured(b"a=secure; Path=/"), secured(b"a=1; secure")
    (b'a=secure; Path=/; Secure', b'a=1; secure')
    """
    attributes = {part.strip().lower() for part in cookie.split(b";")[1:]}
    return cookie if b"secure" in attributes else cookie + b"; Secure"
