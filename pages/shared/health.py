"""Is the process up, and could it show a page: two addresses for a machine that watches. They say nothing of any figure or person."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from metrics.errors import EqualityError
from metrics.settings import load_settings
from pages.shared import logs, reports

KEPT_SECONDS = 2.0
"""Anybody may ask, so an answer stands for a moment: a flood of questions is not a flood of queries."""


@dataclass(frozen=True)
class Readiness:
    release: str | None = None
    age_days: int | None = None
    reasons: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        return not self.reasons

    def as_dict(self) -> dict[str, Any]:
        return {"ready": self.ready, "release": self.release, "age_days": self.age_days, "reasons": list(self.reasons)}


def look(audit: Callable[[], bool] | None = None) -> Readiness:
    """What a page needs: a release that can be opened, and, with sign-in, an audit log that can be written."""
    reasons: list[str] = []
    newest = None
    try:
        standing = [r for r in reports.store().list_releases() if r.withdrawn is None]
        newest = max(standing, key=lambda r: (r.published_at, r.id), default=None)
        if newest is None:
            reasons.append("no release has been published")
    except Exception:  # whatever a driver raises: the words may hold an address or a password
        reasons.append("the release store cannot be opened")
    if audit is not None and not _works(audit):
        reasons.append("the audit log cannot be written")
    return Readiness(newest.id if newest else None, age_in_days(newest.published_at) if newest else None, tuple(reasons))


def _works(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        return False


def age_in_days(published_at: datetime, now: datetime | None = None) -> int:
    """Whole days since a release was published; its time is the council's own where it names no zone."""
    now = now or datetime.now(UTC)
    return max(0, (now - published_at.astimezone(UTC)).days)


def warn_if_old(found: Readiness) -> None:
    """Figures that nobody has renewed for longer than the settings allow: said once, when the server starts."""
    try:
        limit = load_settings(reports.config_folder()).warn_after_days
    except EqualityError:  # said by the command that started us
        return
    if found.age_days is not None and found.age_days > limit:
        logs.event("the newest release is old", logging.WARNING, days=found.age_days, release=found.release)


class Checks:
    """`/health` and `/ready`."""

    def __init__(self, audit: Callable[[], bool] | None = None) -> None:
        self._audit = audit
        self._lock = threading.Lock()
        self._last: tuple[float, Readiness] | None = None

    def readiness(self) -> Readiness:
        with self._lock:
            if self._last is None or time.monotonic() - self._last[0] > KEPT_SECONDS:
                self._last = (time.monotonic(), look(self._audit))
            return self._last[1]

    async def health(self, _: Request) -> Response:
        """The process answers; never waits for a database."""
        return JSONResponse({"up": True})

    def ready(self, _: Request) -> Response:
        """200, or 503 with the reasons."""
        found = self.readiness()
        return JSONResponse(found.as_dict(), status_code=200 if found.ready else 503)

    def routes(self) -> list[Route]:
        return [Route("/health", self.health), Route("/ready", self.ready)]
