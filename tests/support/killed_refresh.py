"""Refreshes of a tiny council, each in a process that is killed at a random moment; says what each left behind.

Run as `python -m tests.support.killed_refresh FOLDER KILLS`: FOLDER holds a council with one release and one period that is loaded
and not published. Prints one JSON object a line: first what the store serves before and after a refresh that nobody kills, then for
each kill the stage that it struck in, what the store served after it, and what it served after the next refresh.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import sys
import time
from hashlib import sha256
from pathlib import Path

from metrics.access.viewer import Viewer
from metrics.report import Request
from tests.support.tiny_council import TinyCouncil

AUDIENCES = ("leadership", "public")
STAGES = {b"": "starting", b"c": "counting", b"p": "protecting", b"w": "publishing"}
PUBLISHING_TAKES = 0.08
"""Seconds, a little more than on an idle machine."""


def start(council: TinyCouncil) -> tuple[int, int]:
    """A child that refreshes, and a pipe on which it tells each stage by a letter."""
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(heard)
        council.refresh(progress=lambda words, *_: os.write(told, _letter(words)))
        os._exit(0)
    os.close(told)
    return child, heard


def _letter(words: str) -> bytes:
    return b"w" if words == "publishing" else b"p" if words.endswith("protecting") else b"c"


def finish(council: TinyCouncil) -> int:
    """A refresh that nobody kills: how it ended."""
    child, heard = start(council)
    _, status = os.waitpid(child, 0)
    os.close(heard)
    return status


def served(council: TinyCouncil) -> dict[str, object]:
    """The latest release as it is read: every figure of every audience, and what the attacker was given of each batch."""
    store = council.store
    try:
        release = store.latest()
        figures = {a: _digest(store.read(Request(), Viewer(a, "command_line")).cells.to_csv()) for a in AUDIENCES}
        systems = sorted(_digest(json.dumps(system, sort_keys=True)) for _, system in store.systems())
        listed = [r.id for r in store.list_releases()]
    finally:
        store.close()
    return {"release": release, "figures": figures, "systems": systems, "listed": listed, "file": _examined(council)}


def _examined(council: TinyCouncil) -> list[str]:
    """What SQLite itself finds wrong with the file; `ok` alone when nothing is."""
    with sqlite3.connect(council.settings.releases_url.partition(":///")[2]) as connection:
        found = [*connection.execute("PRAGMA integrity_check"), *connection.execute("PRAGMA foreign_key_check")]
    connection.close()
    return [str(row[0]) for row in found]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def kill_one(council: TinyCouncil, seconds: float, at_publishing: bool) -> dict[str, object]:
    child, heard = start(council)
    told = b""
    while at_publishing and not told.endswith(b"w"):
        told += os.read(heard, 1) or b"w"
    time.sleep(random.uniform(0, PUBLISHING_TAKES if at_publishing else seconds))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while more := os.read(heard, 100):
        told += more
    os.close(heard)
    after_kill = served(council)
    finished = finish(council)
    return {
        "killed": os.WIFSIGNALED(status),
        "stage": STAGES[told[-1:]],
        "after_kill": after_kill,
        "next_refresh": finished,
        "after_next": served(council),
    }


def main(folder: Path, kills: int) -> None:
    random.seed(20260331)
    trial = TinyCouncil(folder).copy(folder.parent / "trial")
    before = served(trial)
    began = time.monotonic()
    finished = finish(trial)
    seconds = time.monotonic() - began
    print(json.dumps({"before": before, "finished": finished, "after": served(trial)}), flush=True)
    for number in range(kills):
        council = TinyCouncil(folder).copy(folder.parent / f"kill-{number}")
        print(json.dumps(kill_one(council, seconds, number % 2 == 1)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
