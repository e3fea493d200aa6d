"""Who is let in: reads the rules whenever they change, knows which sign-ins were ended, and writes down what must be written down."""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from metrics.access.audit import AuditLog, Event
from metrics.access.claims import SESSION, kept_claims, refusal, subject_of, viewer_from_claims
from metrics.access.rules import as_role, can_view_as
from metrics.access.viewer import Viewer
from metrics.definitions.access import Access
from metrics.definitions.load import load_access
from metrics.errors import AccessDenied, EqualityError, SourceError
from metrics.settings import SignIn, load_settings
from pages.shared import logs

VIEW_AS = "equality_view_as"
"""Our cookie with the role that an administrator looks through."""
LARGEST_COOKIES = 8 * 1024


class Rules:
    """`access.yaml`, read again whenever it changes. While it cannot be read nobody is let in, because nobody can say who should be."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._stamp: tuple[int, ...] | None = None
        self._access: Access | None = None

    def current(self) -> Access:
        stamp = self._stamped()
        with self._lock:
            if stamp != self._stamp:
                self._stamp, self._access = stamp, self._read()
            if self._access is None:
                raise refusal("rules")
            return self._access

    def _stamped(self) -> tuple[int, ...] | None:
        try:
            found = (self._folder / "access.yaml").stat()
        except OSError:
            return ()
        return (found.st_mtime_ns, found.st_size, found.st_ino)

    def _read(self) -> Access | None:
        try:
            return load_access(self._folder)
        except EqualityError:
            logs.event("access.yaml cannot be read: nobody is let in", logging.ERROR)
            return None


class Doorkeeper:
    """Knows the rules, keeps the list of ended sign-ins, and writes down what must be written down."""

    def __init__(self, folder: Path, sign_in: SignIn) -> None:
        settings = load_settings(folder)
        self.council, self.sign_in = settings.council, sign_in
        self.rules = Rules(folder)
        self.audit = AuditLog(settings.audit_url, settings.audit_names)
        self._ended: dict[str, datetime] = {}
        self._told: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    # who

    def viewer(self, claims: Mapping[str, Any], view_as: str | None = None) -> Viewer:
        """The person behind claims whose signature was checked; `AccessDenied` with its reason."""
        found = viewer_from_claims(claims, self.rules.current(), datetime.now(UTC))
        if not found.session:
            raise refusal("malformed")
        if self.has_ended(found.session):
            raise refusal("ended")
        return self.seen_as(found, view_as)

    def seen_as(self, viewer: Viewer, role: str | None) -> Viewer:
        """Through the eyes of a role, where that is open to them; the cookie that says so is not signed, because it can only narrow."""
        access = self.rules.current()
        if not role or not can_view_as(viewer, role, access, self._audiences(viewer)):
            return viewer
        return as_role(viewer, role, access, self._audiences(viewer))

    def roles_for(self, viewer: Viewer) -> dict[str, str]:
        """Roles that an administrator may look through, and what they are called."""
        access = self.rules.current()
        return {name: role.title for name, role in access.roles.items() if can_view_as(viewer, name, access, self._audiences(viewer))}

    def _audiences(self, viewer: Viewer) -> tuple[str, ...]:
        """The viewer's first: `load_access` lets nobody be an administrator but with the first audience of all."""
        return tuple(dict.fromkeys([viewer.audience, *(role.audience for role in self.rules.current().roles.values())]))

    def from_cookies(self, cookies: Mapping[str, str]) -> Viewer:
        """The person who sent these cookies; `AccessDenied` with its reason."""
        if USER_COOKIE_NAME not in cookies:
            raise refusal("signed_out")
        if sum(len(name) + len(value) for name, value in cookies.items()) > LARGEST_COOKIES:
            raise refusal("oversized")
        return self.viewer(self.claims_of(cookies[USER_COOKIE_NAME]), unquote(cookies.get(VIEW_AS, "")))

    def claims_of(self, cookie: str) -> dict[str, Any]:
        """What an identity cookie says, if we signed it, under this name, for this address. One in parts is none of ours."""
        try:
            signed = decode_signed_value(self.sign_in.cookie_secret, USER_COOKIE_NAME, cookie.encode("latin-1"))
            claims = json.loads(signed or b"")
        except (UnicodeError, ValueError):
            raise refusal("malformed") from None
        if not isinstance(claims, dict) or claims.get("is_logged_in") is not True or claims.get("origin") != self.sign_in.public_url:
            raise refusal("malformed")
        return claims

    # sign-ins that were ended

    def has_ended(self, session: str) -> bool:
        """By this process, or by any, as the list in the audit database says.

        Where the list cannot be read, people who are signed in go on reading: cookie, time limit and `cut_off` still hold.
        """
        if session in self._ended:
            return True
        try:
            return self.audit.has_ended(session)
        except SourceError:
            self._once("list", "ended", lambda: logs.event("the list of ended sign-ins cannot be read", logging.ERROR))
            return False

    def end(self, viewer: Viewer) -> None:
        """Sign somebody out for every process. It always happens here; a list that cannot be written is logged."""
        until = viewer.ends_at or datetime.now(UTC) + timedelta(days=1)
        with self._lock:
            now = datetime.now(UTC)
            self._ended = {s: at for s, at in self._ended.items() if at > now} | {viewer.session: until}
        try:
            self.audit.end_session(viewer.session, until)
            self.audit.record(self.event("signed_out", viewer))
        except SourceError:
            logs.event("a sign-out cannot be recorded", logging.ERROR)

    def end_earlier(self, cookies: Mapping[str, str]) -> None:
        """A browser holds one sign-in: whoever signs in again leaves nothing behind, not even a copied cookie."""
        try:
            earlier = self.viewer(self.claims_of(cookies.get(USER_COOKIE_NAME, "")))
        except AccessDenied:
            return
        self.end(earlier)

    # what is written down

    def event(self, what: Any, viewer: Viewer, **more: Any) -> Event:
        role = ", ".join(viewer.roles) + (f" as {viewer.viewing_as}" if viewer.viewing_as else "")
        return Event(what, viewer.subject, role, name=viewer.name, **more)

    def refused(self, reason: str, who: str = "", role: str = "", page: str = "") -> None:
        """To the log, and to the audit log where a person is known; once a minute for each, so that nobody can fill it."""
        logs.refused_identity(reason)
        if who:
            self._once(who, f"{reason} {page}", lambda: self._try(Event("refused", who, role, reason=reason, page=page)))

    def _try(self, happened: Event) -> None:
        try:
            self.audit.record(happened)
        except SourceError:
            logs.event("a refusal cannot be recorded", logging.ERROR)

    def _once(self, who: str, what: str, do: Any) -> None:
        with self._lock:
            now = time.monotonic()
            self._told = {k: at for k, at in self._told.items() if now - at < 60}
            if (who, what) in self._told or len(self._told) > 10_000:
                return
            self._told[who, what] = now
        do()

    def can_record(self) -> bool:
        """For readiness: whether the audit log can be opened for writing."""
        return self.audit.can_write()

    def admit(self, claims: MutableMapping[str, Any]) -> tuple[Viewer, dict[str, Any]]:
        """At sign-in: the viewer and what their cookie shall hold. Recorded, or not let in."""
        access = self.rules.current()
        claims[SESSION] = secrets.token_urlsafe(16)
        try:
            viewer = self.viewer(claims)
        except AccessDenied as refused:
            self.refused(refused.reason, _who(claims, access))
            raise
        try:
            self.audit.record(self.event("signed_in", viewer))
        except SourceError:
            self.refused("audit")
            raise refusal("audit") from None
        return viewer, kept_claims(claims, access, claims[SESSION])


def _who(claims: Mapping[str, Any], access: Access) -> str:
    """Whose sign-in was refused, where that can be said."""
    try:
        return subject_of(claims, access)
    except AccessDenied:
        person, realm = (claims.get(key) for key in access.claims.keys)
        return f"{person}/{realm}" if isinstance(person, str) and isinstance(realm, str) and "@" not in person + realm else ""


_keeper: list[Doorkeeper] = []


def keep(found: Doorkeeper | None) -> None:
    """Called once by the server."""
    _keeper[:] = [found] if found else []


def keeper() -> Doorkeeper:
    """This server's doorkeeper; `AccessDenied` where nobody can sign in."""
    if not _keeper:
        raise refusal("signed_out")
    return _keeper[0]


def secrets_for(sign_in: SignIn) -> dict[str, Any]:
    """For Streamlit's login. S256 is asked for by name: it is used even where a provider does not announce it (Entra ID does not)."""
    return {
        "auth": {
            "redirect_uri": sign_in.redirect_uri,
            "cookie_secret": sign_in.cookie_secret,
            "client_id": sign_in.client_id,
            "client_secret": sign_in.client_secret,
            "server_metadata_url": sign_in.metadata_url,
            "client_kwargs": {"scope": "openid profile", "prompt": sign_in.prompt, "code_challenge_method": "S256"},
        }
    }
