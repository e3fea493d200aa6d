"""What the server writes about itself: enough to run it by, and never a name, a value or a question."""

from __future__ import annotations

import asyncio
import json
import logging
import logging.config
import sys
import warnings

import pytest

from pages.shared import logs
from tests.support.browser import browser, need_chromium, open_at
from tests.support.processes import processes, until
from tests.support.served_slowly import PLANTED

FORBIDDEN = ("7919", "High Street", "Person", "secret", "0114")


def line_of(record: logging.LogRecord) -> dict[str, object]:
    return json.loads(logs.JsonLines().format(record))


def record(name: str = logs.NAME, message: str = "request", level: int = logging.INFO, **more) -> logging.LogRecord:
    made = logging.LogRecord(name, level, "/x/file.py", 12, message, (), None)
    made.__dict__.update(more)
    return made


def test_a_line_is_json_with_time_level_event_and_its_fields():
    line = line_of(record(fields={"method": "GET", "path": "/kpi", "status": 200, "milliseconds": 12}))
    assert line["time"].endswith("Z")
    assert {k: line[k] for k in ("level", "event", "method", "path", "status", "milliseconds")} == {
        "level": "info", "event": "request", "method": "GET", "path": "/kpi", "status": 200, "milliseconds": 12,
    }  # fmt: skip


def test_a_field_that_is_not_listed_is_our_mistake():
    with pytest.raises(ValueError, match="person"):
        logs.event("request", person="A. Person")


def test_a_librarys_words_are_not_kept_its_place_is():
    try:
        raise KeyError(PLANTED)
    except KeyError:
        failing = record("sqlalchemy.engine", f"could not bind {PLANTED}", logging.ERROR, exc_info=sys.exc_info())
    line = line_of(failing)
    assert (line["event"], line["kind"], line["place"]) == ("library", "KeyError", "sqlalchemy.engine file:12")
    assert PLANTED not in json.dumps(line)


def test_text_that_is_not_plain_is_left_out_even_of_our_own_fields():
    line = line_of(record(fields={"kind": 'a"\nb', "place": "Zoë"}))
    assert (line["kind"], line["place"]) == ("(not written)", "(not written)")


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/", "/"),
        ("/kpi", "/kpi"),
        ("/kpi/", "/kpi"),
        ("/auth/login", "/auth/login"),
        ("/auth/A.Person", "/auth/..."),
        ("/download/7919.csv", "/download/..."),
        ("/static/js/index.js", "/static/..."),
        ("/A. Person", "(other)"),
        ("/0114 496 0000", "(other)"),
    ],
)
def test_a_path_is_written_without_what_a_person_typed(path, written):
    assert logs.known_path(path) == written


def test_every_address_of_the_dashboard_is_known():
    from pages.shared import server

    own = [route.path for route in server.app._user_routes] if hasattr(server.app, "_user_routes") else ["/health", "/ready"]
    assert [path for path in own if logs.known_path(path.split("{")[0]) == "(other)"] == []


def test_libraries_are_heard_only_when_something_is_wrong():
    heard = logs.OwnOrSerious().filter
    assert not heard(record("uvicorn.error", '10.1.2.3 - "WebSocket /_stcore/stream?name=A" [accepted]'))
    assert heard(record("uvicorn.error", "x", logging.ERROR))
    assert heard(record())


@pytest.mark.browser
def test_planted_values_reach_no_log_and_every_request_does():
    """Values in the address, in headers, in a failing answer, in a failing thread and in a failing page."""
    need_chromium()
    with processes(2, "tests.support.served_slowly:app", {"EQUALITY_MODE": "local"}) as running:
        running.get("/kpi?person=A.+Person&phone=0114")
        running.get("/A.%20Person/7919")
        running.get("/_stcore/metrics?secret=1", User_Agent="A. Person", Cookie="name=secret")
        assert running.get("/fails?secret=1")[::2] == (
            500,
            "This could not be answered. The fault was logged under this answer's X-Request-ID.\n",
        )
        running.get("/thread/../thread?secret")
        running.get("/thread")
        with browser() as chromium:
            open_at(chromium, f"{running.url}/kpi?person=secret", 1280).close()
        asyncio.run(a_broken_message(running.url))
        until(lambda: '"connection"' in running.said())
    lines, said = running.lines(), running.said()
    assert [word for word in FORBIDDEN if word in said] == []
    events = [line["event"] for line in lines]
    assert {"supervisor started", "started", "request", "request failed", "failed", "page", "connection"} <= set(events)
    failed = next(line for line in lines if line["event"] == "request failed")
    assert (failed["kind"], failed["path"]) == ("ValueError", "(other)")
    assert failed["place"].startswith("served_slowly.py:")
    page = next(line for line in lines if line["event"] == "page")
    assert (page["page"], page["role"]) == ("kpi", "leadership")
    assert page["release"] == "2026-05-21"
    assert all(set(line) <= {"time", "level", "event", *logs.FIELDS} for line in lines)
    asked = [(line["path"], line["status"]) for line in lines if line["event"] == "request"]
    assert ("/kpi", 200) in asked
    assert ("(other)", 200) in asked
    assert ("/_stcore/metrics", 404) in asked


async def a_broken_message(url: str) -> None:
    """Bytes that are no message of a browser."""
    import websockets

    address = url.replace("http", "ws") + "/_stcore/stream?secret=1"
    async with websockets.connect(address, origin=url, subprotocols=["streamlit"]) as line:
        await line.send(b"\xff\xfe" + PLANTED.encode())
        await asyncio.sleep(0.5)


def test_warnings_and_unhandled_errors_say_their_place_alone(monkeypatch, capsys):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(logs.threading, "excepthook", logs.threading.excepthook)
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    with warnings.catch_warnings():
        try:
            logging.config.dictConfig(logs.configuration("json"))
            logs.hush()
            warnings.warn(PLANTED, stacklevel=1)
            sys.excepthook(ValueError, ValueError(PLANTED), None)
            said = capsys.readouterr()
        finally:
            logging.captureWarnings(False)
            for name in logs.HEARD:
                logging.getLogger(name).handlers.clear()
                logging.getLogger(name).propagate = True
    assert PLANTED not in said.err + said.out
    assert '"kind": "ValueError", "place": "nowhere"' in said.err
