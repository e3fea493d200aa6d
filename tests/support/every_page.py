"""A reader in a real browser who opens every page, every choice of every menu, every drawer and every file, and keeps all that came.

What is kept is named by its kind and by the page it came on; `tests.support.unpacked` opens it and `tests.support.sought` searches it.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import TimeoutError
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.support.browser import RUN_ENDED

KINDS = ("frame", "answer", "page", "spoken", "alt", "picture", "console", "storage", "cookie", "csv", "xlsx")
"""frame: over the open connection; answer: over HTTP with its headers; page: the DOM; spoken: the accessibility tree; storage: what the
browser keeps; csv, xlsx: files that were downloaded."""
ALTS = """() => [...document.querySelectorAll('*')].flatMap(e => ['alt', 'aria-label', 'aria-description', 'title', 'value', 'placeholder']
  .map(name => e.getAttribute(name) || (name === 'value' ? e.value : '')).filter(Boolean)).map(String)"""
PICTURES = """() => [...document.querySelectorAll('svg')].map(e => e.outerHTML)
  .concat([...document.images].map(e => e.src)).concat([...document.querySelectorAll('canvas')].map(e => e.toDataURL()))"""
STORED = "() => JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, window.name, document.title, location.href])"
DRAWN = """() => [...document.querySelectorAll('[data-testid="stPlotlyChart"]')].every(b => b.querySelector('.main-svg .trace'))"""
SPOKEN = ("name", "value", "description")
Piece = tuple[str, str, bytes | str]


MACHINES_OWN = {"content-length", "date", "etag", "last-modified", "x-request-id"}
"""Headers that say how long an answer is, and when and in what turn it was given."""


def head_of(address: str, status: int, headers: Mapping[str, str]) -> str:
    """What an answer says before its content."""
    return json.dumps([address, status, {name: value for name, value in headers.items() if name.lower() not in MACHINES_OWN}])


@dataclass
class Kept:
    """Everything that came: (kind, page, content), each once."""

    pieces: dict[Piece, None] = field(default_factory=dict)

    def add(self, kind: str, page: str, content: bytes | str) -> None:
        if content:
            self.pieces[kind, page, content] = None

    def of(self, kind: str, page: str | None = None) -> list[bytes | str]:
        return [content for k, p, content in self.pieces if k == kind and page in {None, p}]


class Reader:
    """One browser context: one person, signed in by cookies or not at all."""

    def __init__(self, chromium: Any, address: str, cookies: list[dict[str, object]], kept: Kept) -> None:
        self.address, self.kept, self.here = address, kept, ""
        self.context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", accept_downloads=True)
        self.context.add_cookies(cookies)
        self.page = self.context.new_page()
        self.answers: list[Any] = []
        self.programs: set[str] = set()
        self.runs = 0
        self.page.on("websocket", lambda line: line.on("framereceived", self.receive))
        self.page.on("response", lambda answer: self.answers.append(answer))
        self.page.on("console", lambda said: self.kept.add("console", self.here, said.text))
        self.page.on("pageerror", lambda error: self.kept.add("console", self.here, str(error)))

    def close(self) -> None:
        self.context.close()

    def receive(self, sent: bytes | str) -> None:
        frame = sent.encode() if isinstance(sent, str) else sent
        self.kept.add("frame", self.here, frame)
        self.runs += ForwardMsg.FromString(frame).WhichOneof("type") == "script_finished"

    def start(self, path: str, page: str) -> None:
        self.here = page
        with self.a_run():
            self.page.goto(self.address + path)
        self.look()

    @contextlib.contextmanager
    def a_run(self) -> Iterator[None]:
        """What is done inside makes the page run; after it, the run has ended and its charts are drawn."""
        before, until = self.runs, time.monotonic() + 60
        yield
        while self.runs == before:
            assert time.monotonic() < until, f"page '{self.here}' did not run"
            self.page.wait_for_timeout(20)
        self.page.wait_for_function(f"() => ({RUN_ENDED})() && ({DRAWN})()", timeout=60_000)

    def look(self) -> None:
        """Keep what is on the screen and all that came since the last look."""
        self.keep_answers()
        self.kept.add("page", self.here, self.page.content())
        for kind, script in (("alt", ALTS), ("picture", PICTURES)):
            for text in self.page.evaluate(script):
                self.kept.add(kind, self.here, text)

    def listen(self) -> None:
        """Keep what a screen reader is told, and what the browser has put away."""
        line = self.context.new_cdp_session(self.page)
        for node in line.send("Accessibility.getFullAXTree")["nodes"]:
            said = [node[name] for name in SPOKEN if name in node] + [one["value"] for one in node.get("properties", ())]
            self.kept.add("spoken", self.here, " | ".join(str(one["value"]) for one in said if one.get("value") not in (None, "")))
        line.detach()
        self.kept.add("storage", self.here, self.page.evaluate(STORED))
        for cookie in self.context.cookies():
            self.kept.add("cookie", self.here, f"{cookie['name']}={cookie['value']}")

    def keep_answers(self) -> None:
        """Files of the program itself are named, to be held against the installed ones; everything else is kept whole."""
        answers, self.answers[:] = self.answers[:], []
        for answer in answers:
            path = urlsplit(answer.url).path
            self.kept.add("answer", self.here, head_of(answer.url.removeprefix(self.address), answer.status, answer.all_headers()))
            if path.startswith("/static/"):
                self.programs.add(path)
            elif answer.url.startswith(self.address) and answer.status not in (101, 204, 301, 302, 303, 307):
                self.kept.add("answer", self.here, answer.body())

    def open_drawers(self) -> None:
        """Every expander and every tab, as somebody would who wants to see everything."""
        closed = self.page.locator("details:not([open]) > summary")
        while closed.count():
            closed.first.click()
        for tab in self.page.get_by_role("tab").all():
            tab.click()
        self.look()

    def pages(self) -> list[str]:
        """The pages that the menu offers, in words."""
        return [str(link.inner_text()) for link in self.page.locator('[data-testid="stTopNavLink"]').all()]

    def fetch(self, path: str) -> bytes:
        return bytes(self.context.request.get(self.address + path).body())

    def go(self, place: int, page: str) -> None:
        self.here = page
        with self.a_run():
            self.page.locator('[data-testid="stTopNavLink"]').nth(place).click()
        self.look()

    def choices(self) -> Iterator[tuple[str, str]]:
        """Every option of every menu of the page, also of menus that come with a choice; each is put back before the next one's turn."""
        seen: set[str] = set()
        for label in self.labels():
            yield from self.menu(label, seen)

    def menu(self, label: str, seen: set[str]) -> Iterator[tuple[str, str]]:
        if label in seen:
            return
        seen.add(label)
        start, options = self.options(label)
        for option in options:
            if option != start:
                self.choose(label, option)
                yield label, option
                for other in self.labels():
                    yield from self.menu(other, seen)
        if len(options) > 1 and label in self.labels() and start in self.options(label)[1]:
            self.choose(label, start)

    def labels(self) -> list[str]:
        """The menus of the page, from left to right, with those of its lower parts."""
        boxes = self.page.locator('[data-testid="stSelectbox"] input')
        return [str(box.get_attribute("aria-label")) for box in boxes.all()]

    def box(self, label: str) -> Any:
        return self.page.get_by_role("combobox", name=label, exact=True)

    def options(self, label: str) -> tuple[str, list[str]]:
        """What is chosen, and all that can be."""
        box = self.box(label)
        chosen = str(box.input_value())
        for _ in range(10):
            self.open(box)
            found = [str(words) for words in self.page.get_by_role("option").all_inner_texts()]  # all at once: an open list may close
            if found:
                self.page.keyboard.press("Escape")
                return chosen, found
        raise AssertionError(f"a menu on page '{self.here}' does not stay open")

    def choose(self, label: str, option: str) -> None:
        with self.a_run():
            self.click(label, option)
        self.look()

    def click(self, label: str, option: str) -> None:
        for _ in range(5):
            self.open(self.box(label))
            with contextlib.suppress(TimeoutError):
                self.page.get_by_role("option", name=option, exact=True).click(timeout=5_000)
                return
        raise AssertionError(f"'{option}' of a menu on page '{self.here}' cannot be chosen")

    def open(self, box: Any) -> None:
        """By keyboard, and again where that comes to nothing: a list closes when the page scrolls, as it does when a box is reached."""
        for _ in range(10):
            box.press("ArrowDown")
            with contextlib.suppress(TimeoutError):
                self.page.get_by_role("option").first.wait_for(timeout=1_000)
                return
        raise AssertionError(f"a menu on page '{self.here}' does not open")

    def download(self) -> None:
        """Every file that the page offers, taken as the browser would take it."""
        for link in dict.fromkeys(a.get_attribute("href") for a in self.page.locator('a[href^="/download/"]').all()):
            answer = self.context.request.get(self.address + (link or ""))
            assert answer.ok, f"a file of page '{self.here}': {answer.status} {answer.text()[-300:]}"
            kind = "xlsx" if (link or "").endswith(".xlsx") else "csv"
            self.kept.add("answer", self.here, head_of(link or "", answer.status, answer.headers))
            self.kept.add(kind, self.here, answer.body())
