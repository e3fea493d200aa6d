"""Many signed-in readers on real pages of the demo release, thinking between clicks: how long they wait, what fails, what it costs.

They speak the page's own connection without a browser, so what is measured is the server. On this machine only; nothing is
asserted about time.

`python -m tests.benchmarks load` takes its size from the environment: EQUALITY_LOAD_READERS (100), EQUALITY_LOAD_MINUTES (10) and
EQUALITY_LOAD_WORKERS (2).
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from websockets.asyncio.client import ClientConnection

from tests.benchmarks.page import _release
from tests.support.browser import ROOT, free_port
from tests.support.processes import Processes, memory, processes, processor_seconds
from tests.support.signed_in import identity, variables

THINKING = (5.0, 15.0)
ARRIVING = 20.0
"""Seconds over which the readers come, and what counts begins after."""
PATIENCE = 60.0
DIRECTORATES = ("adult_social_care", "city_operations", "corporate_resources")
MEASURES = ("WF02", "WR01", "WR03", "WF01")
ROLE = "Equality.Leadership"
TOKEN = generate_xsrf_token_string()


@dataclass
class Seen:
    """What one crowd lived through."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    answers: int = 0
    began: float = field(default_factory=time.monotonic)

    def keep(self, page: str, seconds: float) -> None:
        self.seconds.setdefault(page, []).append(seconds)


@dataclass(frozen=True)
class Crowd:
    readers: int
    seconds: float
    workers: int

    @staticmethod
    def asked(environment: Mapping[str, str] = os.environ) -> Crowd:
        number = lambda name, default: float(environment.get(f"EQUALITY_LOAD_{name}", default))  # noqa: E731
        return Crowd(int(number("READERS", 100)), 60 * number("MINUTES", 10), int(number("WORKERS", 2)))


def benchmark(crowd: Crowd | None = None) -> bool:
    """Prints what was measured; whether nothing failed."""
    crowd = crowd or Crowd.asked()
    with TemporaryDirectory(prefix="equality-load-") as folder, _served(crowd.workers, Path(folder)) as running:
        print(f"\nload: {crowd.readers} signed-in readers for {crowd.seconds / 60:g} minutes, {crowd.workers} workers; {machine()}")
        before, used = _memory(running), _processor(running)
        seen = asyncio.run(_all(running, crowd))
        used = _processor(running) - used
        _print(seen, crowd, before, _memory(running), _supervisor(running))
        failed = sum(1 for line in running.lines() if line["event"] in ("page failed", "request failed", "failed"))
    print(f"  one page run takes {1000 * used / max(1, seen.answers):.0f} ms of a core")
    print(f"  pages that the server says failed: {failed}")
    return not seen.errors and not failed


def machine() -> str:
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    total = next((int(line.split()[1]) / 1024**2 for line in lines if line.startswith("MemTotal")), 0)
    return f"{os.cpu_count()} cores, {total:.0f} GiB, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


@contextmanager
def _served(workers: int, folder: Path) -> Iterator[Processes]:
    port = free_port()
    environment = {**variables(f"http://127.0.0.1:{port}", folder), "EQUALITY_CONFIG": str(ROOT / "config"), **_release()}
    with processes(workers, "pages.shared.server:app", environment, port=port) as running:
        yield running


async def _all(running: Processes, crowd: Crowd) -> Seen:
    seen = Seen()
    end = time.monotonic() + ARRIVING + crowd.seconds
    await asyncio.gather(*(_reader(running.url, number, crowd, end, seen) for number in range(crowd.readers)))
    return seen


async def _reader(url: str, number: int, crowd: Crowd, end: float, seen: Seen) -> None:
    """Comes, opens a page, thinks, clicks, and stays to the end; one whose connection breaks comes back."""
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(0, min(ARRIVING, crowd.seconds)))
    cookie = "=".join(identity(url, ROLE, f"reader-{number}"))
    while time.monotonic() < end:
        try:
            async with _connect(url, cookie) as line:
                await _read(line, chance, end, seen)
        except (OSError, TimeoutError, websockets.WebSocketException, AssertionError) as error:
            seen.errors[type(error).__name__] += 1
            await asyncio.sleep(1)


def _connect(url: str, cookie: str) -> Any:
    return websockets.connect(
        f"{url.replace('http', 'ws')}/_stcore/stream",
        origin=url,  # type: ignore[arg-type]
        subprotocols=["streamlit", TOKEN],  # type: ignore[list-item]
        additional_headers={"Cookie": f"{cookie}; _streamlit_xsrf={TOKEN}"},
        max_size=None,
        open_timeout=PATIENCE,
        proxy=None,
    )


async def _read(line: ClientConnection, chance: random.Random, end: float, seen: Seen) -> None:
    while time.monotonic() < end:
        page, question = chance.choice(VIEWS)
        question = question.format(directorate=chance.choice(DIRECTORATES), measure=chance.choice(MEASURES))
        started = time.monotonic()
        seen.answers += 1
        seen.bytes += await asyncio.wait_for(_run(line, page, question), PATIENCE)
        if started - seen.began > ARRIVING:
            seen.keep(page or "overview", time.monotonic() - started)
        await asyncio.sleep(chance.uniform(*THINKING))


VIEWS = (
    ("", ""),
    ("", "unit={directorate}"),
    ("kpi", "measure={measure}"),
    ("kpi", "measure={measure}&unit={directorate}"),
    ("directorate", "directorate={directorate}"),
    ("gaps", ""),
)


async def _run(line: ClientConnection, page: str, question: str) -> int:
    """One run of a page, to its last message; the size of its answer. A page that shows no heading has failed."""
    asked = BackMsg()
    asked.rerun_script.page_name = page
    asked.rerun_script.query_string = question
    await line.send(asked.SerializeToString())
    size, headed = 0, False
    while True:
        data = await line.recv()
        assert isinstance(data, bytes)
        size += len(data)
        headed = headed or b"<h1" in data
        answer = ForwardMsg()
        answer.ParseFromString(data)
        if answer.WhichOneof("type") == "script_finished":
            assert headed, "a page without a heading"
            return size


def _memory(running: Processes) -> dict[int, float]:
    return {pid: memory(pid) for pid in running.workers()}


def _processor(running: Processes) -> float:
    return sum(processor_seconds(pid) for pid in running.workers())


def _supervisor(running: Processes) -> float:
    return memory(running.process.pid)


def _print(seen: Seen, crowd: Crowd, before: dict[int, float], after: dict[int, float], supervisor: float) -> None:
    runs = [s for page in seen.seconds.values() for s in page]
    print(f"  {len(runs)} page runs in {crowd.seconds:.0f} s ({len(runs) / crowd.seconds:.1f} a second), {seen.bytes / 1e6:.0f} MB sent")
    print(f"  errors: {json.dumps(seen.errors) if seen.errors else 'none'}")
    print(f"  {'page':<14}{'runs':>6}{'median':>9}{'p95':>9}{'p99':>9}{'longest':>9}   ms")
    for page, seconds in [*sorted(seen.seconds.items()), ("all", runs)]:
        if seconds:
            figures = [statistics.median(seconds), quantile(seconds, 0.95), quantile(seconds, 0.99), max(seconds)]
            print(f"  {page:<14}{len(seconds):>6}" + "".join(f"{1000 * s:>9.0f}" for s in figures))
    words = [f"worker {number}: {before.get(pid, 0):.0f} to {held:.0f} MiB" for number, (pid, held) in enumerate(after.items(), 1)]
    print(f"  memory: {', '.join(words)}; supervisor {supervisor:.0f} MiB")
    if set(before) != set(after):
        print("  a worker was replaced during the measurement")


def quantile(seconds: list[float], share: float) -> float:
    """The smallest value that at least this share does not exceed.

    >>> quantile([1.0, 2.0, 3.0, 4.0], 0.5)
    2.0
    """
    ordered = sorted(seconds)
    return ordered[max(0, -(-len(ordered) * round(100 * share) // 100) - 1)]
