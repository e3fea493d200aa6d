"""Refreshes of a tiny council, each in a process that is killed at a random moment; says what each left behind.

Run as `python -m tests.support.killed_refresh FOLDER KILLS`: FOLDER holds a council with one release and one period that is loaded
and not published. Prints one JSON object a line: what the store served after the kill, and after the next refresh.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from metrics.report import Request
from tests.support.tiny_council import VIEWER, TinyCouncil


def start(council: TinyCouncil) -> tuple[int, int]:
    """A child that refreshes. It says on a pipe that it is about to publish."""
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(heard)
        council.refresh(progress=lambda words, *_: words == "publishing" and os.write(told, b"."))
        os._exit(0)
    os.close(told)
    return child, heard


def served(council: TinyCouncil) -> dict[str, object]:
    """The latest release, and whether all of it is there: every figure of every batch, and what the attacker was given."""
    store = council.store
    try:
        release = store.latest()
        cells = len(store.read(Request(), VIEWER).cells)
        whole = sum(b.certificate["audience"] == "leadership" and bool(system) for b, system in store.systems())
        return {"release": release, "cells": cells, "systems": whole}
    finally:
        store.close()


def kill_one(council: TinyCouncil, seconds: float, at_publishing: bool) -> dict[str, object]:
    child, heard = start(council)
    if at_publishing:
        os.read(heard, 1)
    time.sleep(random.uniform(0, 0.08 if at_publishing else seconds))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(heard)
    after_kill = served(council)
    again, heard = start(council)
    _, finished = os.waitpid(again, 0)
    os.close(heard)
    return {"killed": os.WIFSIGNALED(status), "after_kill": after_kill, "next_refresh": finished, "after_next": served(council)}


def main(folder: Path, kills: int) -> None:
    random.seed(20260331)
    trial = TinyCouncil(folder).copy(folder.parent / "trial")
    began = time.monotonic()
    child, heard = start(trial)
    os.waitpid(child, 0)
    seconds = time.monotonic() - began
    os.close(heard)
    for number in range(kills):
        council = TinyCouncil(folder).copy(folder.parent / f"kill-{number}")
        print(json.dumps(kill_one(council, seconds, number % 2 == 1)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
