"""What the server writes about itself: one line for each thing that happened, and in it no name, no figure and no question.

A line is made of the fields below and nothing else. What a library says is kept by its place alone, because its words may hold a value.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

from pythonjsonlogger.json import JsonFormatter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAME = "equality"
FIELDS = ("request", "method", "path", "page", "status", "milliseconds", "role", "release", "kind", "place", "days", "process")
"""All that a line may say beside its time, level and event."""
PLAIN = re.compile(r"^[\w .,:/()\[\]-]{0,80}$", re.ASCII)
QUIET = ("/static/", "/_stcore/health", "/health", "/ready", "/favicon.png")
"""Files of the programs and the checks of a machine: many, and they say nothing."""
ADDRESSES = {
    "_stcore", "static", "media", "component", "auth", "oauth2callback", "health", "ready", "download", "favicon.png", "manifest.json",
    "sign-in", "signed-out", "view-as",
}  # fmt: skip
SCREENS = {path.stem for path in Path(__file__).parents[1].glob("*.py")}
GIVEN_ID = re.compile(rb"^[0-9a-f]{32}$")

_log = logging.getLogger(NAME)
_view: ContextVar[dict[str, Any] | None] = ContextVar("view", default=None)


def event(what: str, level: int = logging.INFO, **fields: Any) -> None:
    """One line. A field that is not in `FIELDS` is a mistake of ours, so it fails here and not on a council's disk."""
    if unknown := set(fields) - set(FIELDS):
        raise ValueError(f"not fields of a log line: {', '.join(sorted(unknown))}")
    _log.log(level, what, extra={"fields": {name: value for name, value in fields.items() if value is not None}})


def refused_identity(kind: str) -> None:
    """Somebody was not let in: why, in a word of ours, never who."""
    event("identity refused", logging.WARNING, kind=kind)


def page_failed(error: BaseException) -> None:
    """What kind of error it was and where: never its text, which may hold a figure."""
    event("page failed", logging.ERROR, kind=type(error).__name__, place=place_of(error.__traceback__), **(_view.get() or {}))


def place_of(trace: TracebackType | None) -> str:
    steps = traceback.extract_tb(trace)
    return f"{Path(steps[-1].filename).name}:{steps[-1].lineno}" if steps else "nowhere"


# page runs, which come over one open connection and so are no requests


@contextmanager
def viewing(page: str, role: str) -> Iterator[None]:
    """One run of a page for one reader."""
    started = time.perf_counter()
    here: dict[str, Any] = {"page": page, "role": role}
    _view.set(here)
    try:
        yield
    except Exception:  # `page_failed` follows, and names the page
        raise
    except BaseException:  # how Streamlit ends a run early
        _view.set(None)
        raise
    else:
        _view.set(None)
    event("page", milliseconds=_milliseconds(started), **here)


def opened(release: str) -> None:
    """The release that the page in hand shows."""
    if (here := _view.get()) is not None:
        here["release"] = release


def _milliseconds(started: float) -> int:
    return round(1000 * (time.perf_counter() - started))


# requests


def known_path(path: str) -> str:
    """The address without what a person may have typed into it.

    >>> known_path("/kpi"), known_path("/_stcore/stream"), known_path("/download/7919/staff.csv"), known_path("/A. Person")
    ('/kpi', '/_stcore/stream', '/download/...', '(other)')
    """
    first, _, rest = path.lstrip("/").partition("/")
    if first == "" or first in SCREENS:
        return f"/{first}"
    if first not in ADDRESSES:
        return "(other)"
    if not rest:
        return f"/{first}"
    return f"/{first}/{rest}" if first in ("_stcore", "auth") and re.fullmatch(r"[a-z-]{1,20}", rest) else f"/{first}/..."


class RequestLog:
    """Outermost of all: gives every request an id, and says how it ended."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["request"] = request_id(scope)
        answer = Answer(scope, send)
        try:
            await self.app(scope, receive, answer.send)
        except Exception as error:  # to the person: nothing more than that; to the log: kind and place
            event(
                "request failed", logging.ERROR, request=scope["state"]["request"], path=known_path(scope["path"]),
                kind=type(error).__name__, place=place_of(error.__traceback__),
            )  # fmt: skip
            await answer.fail()
        finally:
            answer.log()


class Answer:
    """What one request was answered with."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope, self._send = scope, send
        self.status: int | None = None
        self.started = time.perf_counter()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message["headers"], (b"x-request-id", self.scope["state"]["request"].encode())]}
        elif message["type"] == "websocket.accept":
            self.status = 101
        elif message["type"] == "websocket.close":
            self.status = message.get("code", 1000) if self.status else 403
        await self._send(message)

    async def fail(self) -> None:
        """A plain answer, if none was begun."""
        if self.status is None and self.scope["type"] == "http":
            words = b"This could not be answered. The fault was logged under this answer's X-Request-ID.\n"
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
            await self.send({"type": "http.response.start", "status": 500, "headers": headers})
            await self._send({"type": "http.response.body", "body": words})

    def log(self) -> None:
        if self.scope["path"].startswith(QUIET) and (self.status or 0) < 400:
            return
        state = self.scope["state"]
        event(
            "request" if self.scope["type"] == "http" else "connection",
            request=state["request"],
            method=known_method(self.scope.get("method", "WEBSOCKET")),
            path=known_path(self.scope["path"]),
            status=self.status,
            milliseconds=_milliseconds(self.started),
            role=state.get("role"),
            release=state.get("release"),
        )


def known_method(method: str) -> str:
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"} else "(other)"


def request_id(scope: Scope) -> str:
    """The proxy's id of this request, so that both logs can be read together; else one of our own."""
    given = next((v for k, v in scope["headers"] if k.lower() == b"x-request-id"), b"")
    return given.decode() if GIVEN_ID.fullmatch(given) else uuid4().hex


# lines

HEARD = (NAME, "uvicorn", "asyncio", "py.warnings")


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What may be written of a record: ours by its fields, uvicorn's supervisor by its words (process numbers), others by their place."""
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line: dict[str, Any] = {"time": moment, "level": record.levelname.lower()}
    if record.name == NAME:
        line |= {"event": record.msg, **getattr(record, "fields", {})}
    elif record.name == "uvicorn.error" and record.module == "multiprocess":
        line |= {"event": record.getMessage()}
    else:
        line |= {"event": "library", "kind": _kind(record), "place": f"{record.name} {record.module}:{record.lineno}"}
    written = {name: value if not isinstance(value, str) or PLAIN.fullmatch(value) else "(not written)" for name, value in line.items()}
    return written | {"process": record.process}


def _kind(record: logging.LogRecord) -> str:
    error = record.exc_info[0] if record.exc_info else None
    return error.__name__ if error is not None else "warning"


class JsonLines(JsonFormatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return self.serialize_log_record(fields_of(record))


class TextLines(logging.Formatter):
    """The same fields for a person's eye."""

    def format(self, record: logging.LogRecord) -> str:
        line = fields_of(record)
        head = f"{line.pop('time')} {line.pop('level'):<7} {line.pop('event')}"
        return " ".join([head, *(f"{name}={value}" for name, value in line.items())])


class OwnOrSerious(logging.Filter):
    """Libraries are heard when something is wrong, and uvicorn's supervisor always."""

    def filter(self, record: logging.LogRecord) -> bool:
        ours = record.name == NAME or (record.name == "uvicorn.error" and record.module == "multiprocess")
        return ours or record.levelno >= logging.WARNING


def configuration(form: str, level: str = "INFO") -> dict[str, Any]:
    """For `logging.config.dictConfig`; uvicorn hands it to each worker."""
    lines = JsonLines if form == "json" else TextLines
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": f"{__name__}.{lines.__name__}"}},
        "filters": {"own": {"()": f"{__name__}.OwnOrSerious"}},
        "handlers": {"out": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "lines", "filters": ["own"]}},
        "loggers": {name: {"handlers": ["out"], "level": level, "propagate": False} for name in HEARD},
    }


def hush() -> None:
    """Nothing reaches standard error around the lines: an unhandled error's traceback quotes what it failed on."""
    for name, logger in list(logging.root.manager.loggerDict.items()):  # Streamlit gives uvicorn's loggers handlers of its own
        if isinstance(logger, logging.Logger) and name.startswith(("uvicorn.", "streamlit", "websockets")):
            logger.handlers, logger.propagate = [], name.startswith("uvicorn.")
    logging.captureWarnings(True)
    warnings.simplefilter("ignore")
    logging.raiseExceptions = False
    sys.excepthook = lambda kind, error, trace: event("failed", logging.CRITICAL, kind=kind.__name__, place=place_of(trace))
    threading.excepthook = lambda gone: event("failed", logging.ERROR, kind=gone.exc_type.__name__, place=place_of(gone.exc_traceback))
