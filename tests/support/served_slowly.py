"""The dashboard on factories, with one address that takes its time and one that fails. Only tests start it."""

from __future__ import annotations

import asyncio
import threading

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pages.shared.logs import RequestLog
from tests.support.served import app as dashboard

PLANTED = "7919 people at No. 1 High Street"


async def _own(scope, receive, send):
    path = scope.get("path")
    if path == "/slow":
        await asyncio.sleep(2)
        answer: Response = PlainTextResponse("whole")
    elif path == "/endless":
        await asyncio.sleep(3600)
        answer = PlainTextResponse("")
    elif path == "/fails":
        raise ValueError(PLANTED)
    else:
        threading.Thread(target=_fail).start()
        answer = PlainTextResponse(Request(scope).url.path)
    await answer(scope, receive, send)


def _fail() -> None:
    raise KeyError(PLANTED)


_logged = RequestLog(_own)


async def app(scope, receive, send):
    if scope.get("path") in ("/slow", "/endless", "/fails", "/thread"):
        await _logged(scope, receive, send)
    else:
        await dashboard(scope, receive, send)
