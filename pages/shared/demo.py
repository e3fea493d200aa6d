"""Building the demo council for a first visitor: once, in a process of its own, with its progress on the page."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from metrics.access.viewer import Viewer
from metrics.errors import SourceError
from metrics.wording.dates import format_day
from metrics.wording.values import upper_first
from pages.shared import reports
from pages.shared.markup import show, tag

_lock = threading.Lock()
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Build:
    """The one build of this server: several tabs watch the same one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._log: BinaryIO | None = None

    def start(self) -> None:
        with _lock:
            if self.finished is not None or self._process is None:  # one that failed is tried again when a page is opened
                command = [
                    sys.executable,
                    "-P",
                    "-m",
                    "metrics.cli.main",
                    "demo",
                    "--config",
                    str(reports.config_folder()),
                    "--json-progress",
                ]
                with self._new_log() as log:
                    self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=_code())

    def _new_log(self) -> BinaryIO:
        """Opened once to be written and once to be read; without a name from then on, so that nothing stays behind."""
        written, name = tempfile.mkstemp(prefix="equality-demo-", suffix=".log")
        if self._log is not None:
            self._log.close()
        self._log = open(name, "rb")  # noqa: SIM115 - as long as this build
        with contextlib.suppress(PermissionError):  # Windows keeps what is open
            os.unlink(name)
        return os.fdopen(written, "wb")

    @property
    def finished(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def progress(self) -> tuple[float, str]:
        """How far, from 0 to 1, and the step in words."""
        steps = [line for line in self.said() if line.startswith("{")]
        if not steps:
            return 0.0, "Starting"
        last = json.loads(steps[-1])
        return min(last["done"] / max(last["of"], 1), 1.0), DAY.sub(lambda found: format_day(found[0]), upper_first(str(last["step"])))

    def said(self) -> list[str]:
        with _lock:  # several tabs read it
            if self._log is None:
                return []
            self._log.seek(0)
            lines = self._log.read().decode(errors="replace").splitlines()
        return [line for line in lines if line.strip()]


def _code() -> Path:
    return Path(__file__).resolve().parents[2]


@st.cache_resource(show_spinner=False)
def _build() -> Build:
    return Build()


def no_release(viewer: Viewer, all_withdrawn: bool = False) -> None:
    """There is nothing to show yet, or no more: build the demo, or say what to run. Ends the page."""
    from pages.shared import notes  # which imports this module

    notes.masthead(viewer)
    if all_withdrawn:
        show(tag("h1", "Every release has been withdrawn", cls="eq-h1"))
        words = "Each said why. The next one is published with ", tag("code", "equality refresh"), ". Then reload this page."
        show(tag("p", *words))
        st.stop()
    if viewer.mode != "demo":
        show(tag("h1", "No figures have been published yet", cls="eq-h1"))
        show(
            tag(
                "p",
                "Load your extracts with ",
                tag("code", "equality ingest"),
                ", then publish the first release with ",
                tag("code", "equality refresh"),
                ". Then reload this page.",
            )
        )
        st.stop()
    show(tag("h1", "The demo council is being built", cls="eq-h1"))
    show(tag("p", "This happens once and takes a few minutes: an invented council, its staff, and a certified release of their figures."))
    _build().start()
    _progress()
    st.stop()


def cannot_read(viewer: Viewer, error: SourceError) -> None:
    """The release store is away or of an earlier version: the analyst is told what to do, everybody else whom to tell. Ends the page."""
    from pages.shared import notes  # which imports this module

    notes.masthead(viewer)
    show(tag("h1", "The published figures cannot be read at this moment", cls="eq-h1"))
    if viewer.mode in ("demo", "local"):
        show(tag("p", str(error)))
    else:
        show(tag("p", "Nothing is lost. Try again in a few minutes; if it stays so, tell the people who publish the figures."))
    st.stop()


@st.fragment(run_every=1.0)
def _progress() -> None:
    build = _build()
    if build.finished is None:
        share, step = build.progress()
        st.progress(share, text=step)
        return
    if reports.can_open():
        st.rerun(scope="app")
    show(
        tag("p", "The demo could not be built. Reload this page to try again. What the builder said last:"),
        tag("pre", "\n".join(line for line in build.said() if not line.startswith("{"))),
    )
