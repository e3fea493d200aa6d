"""The gate: who is asking, over HTTP or the open connection, and what happens at sign-in and sign-out.

Streamlit carries out the OpenID Connect login and signs its identity cookie; nothing of the dashboard is answered without one that
this module accepts. What the cookie holds is written anew here at sign-in: only the claims that count, and only as long as a sign-in lasts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any, cast
from urllib.parse import quote, unquote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import encode_provider_token, get_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import TOKENS_COOKIE_NAME, USER_COOKIE_NAME

from metrics.access.claims import WORDS, Reason, refusal
from metrics.access.rules import can_open_page
from metrics.access.viewer import Viewer
from metrics.errors import AccessDenied, SourceError
from pages.shared import logs, plain
from pages.shared.doorkeeper import VIEW_AS, Doorkeeper
from pages.shared.screens import SCREENS, open_to

RETURN = "equality_return"
"""Our cookie that says where somebody was going before they signed in."""
STREAMLITS_LOGOUT = "/auth/logout"
LARGEST_COOKIE = 3900
LARGEST_TOKEN = 3000
LONGEST_RETURN = 1500
MACHINE = ("_stcore", "component", "media")
"""Addresses that no person types: refused in a word, not with a page."""
OPEN = {"/health", "/ready", "/_stcore/health", "/favicon.png"}
STATUS: Mapping[str, int] = {"signed_out": 401, "expired": 401, "ended": 401, "malformed": 401, "rules": 503, "audit": 503}

TITLES: Mapping[str, str] = {
    "signed_out": "Sign in",
    "malformed": "Sign in again",
    "expired": "Sign in again",
    "ended": "Sign in again",
    "oversized": "Your sign-in is too large",
    "wrong_tenant": "This account cannot be used here",
    "no_role": "You do not have a role here yet",
    "cut_off": "Your access has been ended",
    "rules": "Closed for a moment",
    "audit": "Closed for a moment",
    "not_completed": "The sign-in was not completed",
    "page": "This page is not open to you",
}
WHAT_TO_DO: Mapping[str, str] = {
    "signed_out": "Use the account that your organisation gave you. You will come back to this page.",
    "malformed": "Sign in again. If it happens more than once, delete this site's cookies in your browser.",
    "expired": "Sign in again to go on. You will come back to the page you were on.",
    "ended": "Sign in again to go on.",
    "oversized": "Tell the people who run the dashboard: the identity provider should send app roles and no groups.",
    "wrong_tenant": "Sign in with the account of your own council. If you have only this one, ask the people who run the dashboard.",
    "no_role": "Ask the people who run the dashboard for a role. Once you have it, sign in again.",
    "cut_off": "If you think this is a mistake, ask the people who run the dashboard.",
    "rules": "The people who run the dashboard see what is wrong with `equality check`. Try again in a few minutes.",
    "audit": "Every sign-in is recorded, and at the moment that is not possible. Try again in a few minutes.",
    "not_completed": "The identity provider did not confirm who you are, or cannot be reached. Try again; if it happens more than once, "
    "ask the people who run the dashboard.",
}


class Gate:
    """Lets through who is known, answers everybody else, and finishes sign-in and sign-out."""

    def __init__(self, app: ASGIApp, keeper: Doorkeeper) -> None:
        self.app, self.keeper = app, keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.connection(scope, receive, send)
        elif scope["type"] != "http" or is_open(scope["path"]):
            await self.app(scope, receive, send)
        else:
            answering = self.doors().get(scope["path"].rstrip("/") or "/", self.inside)
            await answering(scope, receive, send)

    def doors(self) -> dict[str, Any]:
        return {
            "/sign-in": self.start,
            "/signed-out": self.signed_out,
            "/auth/login": self.login,
            "/oauth2callback": self.callback,
            "/sign-out": self.sign_out,
            STREAMLITS_LOGOUT: self.tab_over,
            "/view-as": self.view_as,
        }

    async def who(self, scope: Scope) -> Viewer:
        viewer = await run_in_threadpool(self.keeper.from_cookies, HTTPConnection(scope).cookies)
        scope.setdefault("state", {}).update(viewer=viewer, role=viewer.audience)
        return viewer

    # inside

    async def inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Everything of the dashboard itself."""
        first = scope["path"].strip("/").split("/")[0]
        try:
            viewer = await self.who(scope)
        except AccessDenied as refused:
            if refused.reason != "signed_out":
                self.keeper.refused(refused.reason)
            await self.turned_away(refused.reason, scope, first)(scope, receive, send)
            return
        if first in SCREENS and not can_open_page(viewer, first):
            await run_in_threadpool(self.keeper.refused, "page", viewer.subject, ", ".join(viewer.roles), first)
            await self.not_this_page(viewer)(scope, receive, send)
            return
        if first and [first] == open_to(viewer)[:1]:
            asked = scope["query_string"].decode("latin-1")
            await RedirectResponse(f"/?{asked}" if asked else "/", 307)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def turned_away(self, reason: str, scope: Scope, first: str) -> Response:
        if first in MACHINE:
            return PlainTextResponse("Sign in first.\n", STATUS.get(reason, 403))
        back = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        return self.page(reason, back)

    def page(self, reason: str, back: str = "/", status: int | None = None) -> Response:
        """Why somebody is not let in, in words, and what to do."""
        council = self.keeper.council
        start = "/sign-in" + (f"?{urlencode({'to': back})}" if safe_return(back) != "/" else "")
        said: list[object] = (
            [f"The equality figures of {council} are for people who sign in."] if reason == "signed_out" else [WORDS[cast(Reason, reason)]]
        )
        words = (
            "Sign in"
            if reason == "signed_out"
            else "Sign in with another account"
            if reason in ("wrong_tenant", "cut_off")
            else "Sign in again"
        )
        first = None if reason in ("rules",) else (words, start)
        more = (("Sign out of this dashboard", "/sign-out"),) if reason in ("no_role", "oversized", "cut_off", "wrong_tenant") else ()
        return plain.answer(
            TITLES[reason], *said, WHAT_TO_DO[reason], council=council, first=first, more=more, status=status or STATUS.get(reason, 403)
        )

    def not_this_page(self, viewer: Viewer) -> Response:
        title = self.keeper.rules.current().roles[viewer.viewing_as].title if viewer.viewing_as else viewer.role_words
        stop = (("Stop viewing as another role", "/view-as"),) if viewer.viewing_as else ()
        return plain.answer(
            TITLES["page"], f"Your role here is: {title}. It does not open this page.",
            "If you need it, ask the people who run the dashboard.",
            council=self.keeper.council, first=("Open the dashboard", "/"), more=(*stop, ("Sign out", "/sign-out")), status=403,
        )  # fmt: skip

    # the open connection

    async def connection(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            viewer = await self.who(scope)
        except AccessDenied as refused:
            self.keeper.refused(refused.reason)
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(scope, self.watched(scope, viewer, receive, send), send)

    def watched(self, scope: Scope, viewer: Viewer, receive: Receive, send: Send) -> Receive:
        """What arrives on an open connection, as long as its sign-in lasts. The page ends itself first; this is for who ignores that."""
        cookies = HTTPConnection(scope).cookies
        ended_since: float | None = None

        async def arriving() -> Message:
            nonlocal ended_since
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            try:
                await run_in_threadpool(self.keeper.from_cookies, cookies)
                ended_since = None
                return message
            except AccessDenied:
                ended_since = ended_since or time.monotonic()
            if time.monotonic() - ended_since < 2 * self.heartbeat():
                return message  # for the page to notice and to say goodbye
            await send({"type": "websocket.close", "code": 1008})
            return {"type": "websocket.disconnect", "code": 1008}

        return arriving

    def heartbeat(self) -> float:
        try:
            return self.keeper.rules.current().session.heartbeat_seconds
        except AccessDenied:
            return 30

    # signing in

    async def start(self, scope: Scope, receive: Receive, send: Send) -> None:
        """To the identity provider, by Streamlit's login, remembering where the person was going."""
        back = safe_return(HTTPConnection(scope).query_params.get("to", "/"))
        answer = RedirectResponse(f"/auth/login?{urlencode({'provider': encode_provider_token('default')})}", 303)
        set_cookie(answer, RETURN, quote(back, safe=""), 900)
        await answer(scope, receive, send)

    async def login(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, headers, body = await captured(self.app, scope, receive)
        if status >= 400:
            logs.refused_identity("provider unreachable")
            await self.page("not_completed", status=503)(scope, receive, send)
            return
        await replay(status, headers, body, send)

    async def callback(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Back from the identity provider: Streamlit has checked state, nonce and signature; here it is decided who comes in."""
        asked = HTTPConnection(scope)
        if not {"code", "error"} & set(asked.query_params):  # back from signing out there
            await RedirectResponse("/signed-out", 303)(scope, receive, send)
            return
        status, headers, _ = await captured(self.app, scope, receive)
        given = cookies_set(headers)
        others = [v for k, v in headers if k.lower() == b"set-cookie" and not _is_identity(v)]
        claims = self.given_claims(given) if status < 400 else None
        if claims is None:
            logs.refused_identity("not_completed")
            answer = self.page("not_completed", status=403)  # a link from elsewhere can lead here: whoever is signed in stays so
        else:
            await run_in_threadpool(self.keeper.end_earlier, asked.cookies)
            try:
                viewer, kept = await run_in_threadpool(self.keeper.admit, claims)
                answer = self.welcome(asked, viewer, {**kept, **_streamlits(claims)}, given)
            except AccessDenied as refused:
                answer = self.page(refused.reason)
                forget(answer, asked.cookies)
        answer.raw_headers.extend((b"set-cookie", v) for v in others)
        await answer(scope, receive, send)

    def given_claims(self, given: Mapping[str, str]) -> dict[str, Any] | None:
        """What Streamlit was about to put into the identity cookie, whole, however large."""
        value = self.signed_parts(given, USER_COOKIE_NAME)
        claims = json.loads(value) if value else None
        return claims if isinstance(claims, dict) and claims.get("is_logged_in") is True else None

    def signed_parts(self, given: Mapping[str, str], name: str) -> bytes | None:
        def one(part: str) -> bytes | None:
            return decode_signed_value(self.keeper.sign_in.cookie_secret, part, given[part]) if given.get(part) else None

        return get_cookie_with_chunks(one, name)

    def welcome(self, asked: HTTPConnection, viewer: Viewer, cookie: Mapping[str, Any], given: Mapping[str, str]) -> Response:
        """To where they were going, with the smaller cookie in place of Streamlit's."""
        answer = RedirectResponse(safe_return(unquote(asked.cookies.get(RETURN, "/"))), 303)
        forget(answer, asked.cookies, but=USER_COOKIE_NAME)
        lasts = int(((viewer.ends_at or datetime.now(UTC)) - datetime.now(UTC)).total_seconds())
        signed = self.sign(USER_COOKIE_NAME, cookie)
        if len(signed) > LARGEST_COOKIE:
            raise refusal("oversized")
        set_cookie(answer, USER_COOKIE_NAME, signed, lasts)
        tokens = json.loads(self.signed_parts(given, TOKENS_COOKIE_NAME) or b"{}")
        hint = self.sign(TOKENS_COOKIE_NAME, {"id_token": tokens["id_token"]}) if "id_token" in tokens else ""
        if hint and len(hint) <= LARGEST_TOKEN:  # says at sign-out whom it is about; the provider asks where it is left out
            set_cookie(answer, TOKENS_COOKIE_NAME, hint, lasts)
        return answer

    def sign(self, name: str, value: Mapping[str, Any]) -> str:
        return create_signed_value(self.keeper.sign_in.cookie_secret, name, json.dumps(value)).decode()

    # signing out

    async def sign_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The sign-in ends for every process and tab, then at the identity provider. One that has ended already is only tidied up."""
        asked = HTTPConnection(scope)
        if not self.from_our_page(asked):
            await RedirectResponse("/", 303)(scope, receive, send)
            return
        try:
            viewer = await self.who(scope)
        except AccessDenied as refused:
            await tidied_up(asked, refused.reason)(scope, receive, send)
            return
        await run_in_threadpool(self.keeper.end, viewer)
        at_streamlit = {**scope, "path": STREAMLITS_LOGOUT, "raw_path": STREAMLITS_LOGOUT.encode()}
        status, headers, body = await captured(self.app, at_streamlit, receive)
        gone = Response()
        forget(gone, asked.cookies)
        await replay(status, [*headers, *((k, v) for k, v in gone.raw_headers if k == b"set-cookie")], body, send)

    async def tab_over(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Where Streamlit leads a tab whose sign-in is over. If the browser holds a newer one by now, that one stays."""
        asked = HTTPConnection(scope)
        answer: Response = RedirectResponse("/", 303)
        if self.from_our_page(asked):
            try:
                await self.who(scope)
            except AccessDenied as refused:
                answer = tidied_up(asked, refused.reason)
        await answer(scope, receive, send)

    def from_our_page(self, asked: HTTPConnection) -> bool:
        """Whether one of our pages led here: no link in a message or at another site signs anybody out.

        Browsers say so in Sec-Fetch-Site; older ones say which page, which ours let them do; one that says nothing is taken at its word.
        """
        if (site := asked.headers.get("sec-fetch-site")) is not None:
            return site == "same-origin"
        led_by = asked.headers.get("origin") or asked.headers.get("referer") or self.keeper.sign_in.public_url
        return f"{led_by}/".startswith(f"{self.keeper.sign_in.public_url}/")

    async def signed_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        why = HTTPConnection(scope).query_params.get("why", "")
        if why in ("expired", "cut_off", "no_role"):
            await self.page(why, status=200)(scope, receive, send)
            return
        answer = plain.answer(
            "You have signed out", "All pages of this dashboard that were open in this browser are closed.",
            council=self.keeper.council, first=("Sign in", "/sign-in"),
        )  # fmt: skip
        await answer(scope, receive, send)

    # looking through another role's eyes

    async def view_as(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`/view-as?role=…` begins, `/view-as` ends. It only narrows, so a link from elsewhere can do no harm."""
        asked = HTTPConnection(scope)
        cookies = {k: v for k, v in asked.cookies.items() if k != VIEW_AS}
        role = asked.query_params.get("role", "")
        try:
            viewer = await run_in_threadpool(self.keeper.from_cookies, cookies)
            if role and role not in self.keeper.roles_for(viewer):
                raise AccessDenied("", reason="page")
        except AccessDenied as refused:
            answer = self.page(refused.reason) if refused.reason in WORDS else self.not_this_page(viewer)
            await answer(scope, receive, send)
            return
        if viewer.administrator:
            try:
                await run_in_threadpool(self.keeper.audit.record, self.keeper.event("view_as", viewer, reason=role or "ended"))
            except SourceError:
                await self.page("audit")(scope, receive, send)
                return
        answer = RedirectResponse("/", 303)
        set_cookie(answer, VIEW_AS, quote(role, safe=""), 86_400 if role else 0)
        await answer(scope, receive, send)


def is_open(path: str) -> bool:
    """Before anybody signs in: the program's own files, and the questions of a machine that watches."""
    return path in OPEN or path.startswith("/static/")


def safe_return(path: str) -> str:
    """An address of one of our own screens; anything else becomes the first screen.

    >>> safe_return("/kpi?measure=WR01"), safe_return("//evil.example/kpi"), safe_return("/auth/logout"), safe_return("https://evil.example")
    ('/kpi?measure=WR01', '/', '/', '/')
    """
    first = path.split("?", 1)[0]
    ours = first == "/" or (first.count("/") == 1 and first[1:] in SCREENS)
    return (
        path
        if path.startswith("/") and ours and len(path) <= LONGEST_RETURN and path.isascii() and path.isprintable() and "\\" not in path
        else "/"
    )


def set_cookie(answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="lax")


def forget(answer: Response, sent: Mapping[str, str], but: str = "") -> None:
    """Everything that a sign-in left in this browser."""
    ours = {RETURN, VIEW_AS, USER_COOKIE_NAME, TOKENS_COOKIE_NAME}
    for name in sorted((ours | {n for n in sent if n.startswith(f"{USER_COOKIE_NAME}_")}) - {but}):
        answer.delete_cookie(name, path="/", httponly=True, samesite="lax")


def tidied_up(asked: HTTPConnection, reason: str) -> Response:
    """To the page that says goodbye, with nothing left in this browser."""
    why = f"?{urlencode({'why': reason})}" if reason in ("expired", "cut_off", "no_role") else ""
    answer = RedirectResponse(f"/signed-out{why}", 303)
    forget(answer, asked.cookies)
    return answer


def cookies_set(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names and values that an answer would set; those it would delete are empty."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name.lower() == b"set-cookie":
            try:
                found |= {k: morsel.value for k, morsel in SimpleCookie(value.decode("latin-1")).items() if morsel["max-age"] != "0"}
            except CookieError:
                continue
    return found


def _is_identity(header: bytes) -> bool:
    return header.split(b"=", 1)[0].strip().startswith(USER_COOKIE_NAME.encode())


def _streamlits(claims: Mapping[str, Any]) -> dict[str, Any]:
    """What Streamlit itself looks for in its cookie."""
    return {key: claims[key] for key in ("origin", "is_logged_in", "provider")}


async def captured(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """An answer held back: status, headers, body."""
    status, headers, body = 500, [], b""

    async def hold(message: Message) -> None:
        nonlocal status, headers, body
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            body += message.get("body", b"")

    await app(scope, receive, hold)
    return status, headers, body


async def replay(status: int, headers: list[tuple[bytes, bytes]], body: bytes, send: Send) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
