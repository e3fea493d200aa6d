"""The dashboard's own server in several processes, as `equality serve` starts it: its workers, their memory, their end."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.support.browser import ROOT, free_port

SERVER = ROOT / "pages" / "shared" / "workers.py"


@dataclass
class Processes:
    """A supervisor that was started."""

    process: subprocess.Popen[bytes]
    port: int
    output: IO[bytes]
    kept: str = ""
    """All that was said, once it has ended."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        """The processes that answer, by their numbers; the supervisor alone where it has none."""
        found = [child for child in children(self.process.pid) if "spawn_main" in command_line(child)]
        return found or [self.process.pid]

    def said(self) -> str:
        return self.kept or Path(self.output.name).read_text(encoding="utf-8")

    def lines(self) -> list[dict[str, Any]]:
        """The log; a line that is no JSON fails the test that asked."""
        return [json.loads(line) for line in self.said().splitlines()]

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers by small name, and text; a redirection is an answer like any other."""
        asked = urllib.request.Request(
            self.url + path, method=method, data=body, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        try:
            answer = DIRECT.open(asked, timeout=30)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode("utf-8", "replace")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)


@contextlib.contextmanager
def processes(
    workers: int = 1,
    application: str = "tests.support.served:app",
    environment: Mapping[str, str] | None = None,
    arguments: tuple[str, ...] = (),
    port: int | None = None,
) -> Iterator[Processes]:
    """Run it until the block ends; nothing of it is left afterwards."""
    port = port or free_port()
    command = [sys.executable, "-P", str(SERVER), "--port", str(port), "--workers", str(workers), "--log-format", "json"]
    variables = {**os.environ, "EQUALITY_CONFIG": str(ROOT / "config"), "EQUALITY_MODE": "demo", **(environment or {})}
    with tempfile.NamedTemporaryFile() as output:
        started = subprocess.Popen(
            [*command, "--application", application, *arguments], env=variables, cwd="/", stdout=output, stderr=subprocess.STDOUT
        )
        running = Processes(started, port, output)
        try:
            with contextlib.suppress(AssertionError):
                until(lambda: started.poll() is not None or answers(running), 60)
            assert answers(running), running.said()
            assert started.poll() is None, running.said()
            yield running
        finally:
            left = [started.pid, *children(started.pid)]
            if started.poll() is None:
                started.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    started.wait(25)
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, 9)
            started.wait()
            running.kept = running.said()


def answers(running: Processes) -> bool:
    try:
        return running.get("/health")[0] == 200
    except OSError:
        return False


def until(true: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    try:
        return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Running, and not merely waiting to be counted as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


def memory(pid: int) -> float:
    """MiB that a process holds: its own, and its share of what it has in common with others."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def processor_seconds(pid: int) -> float:
    """Seconds of a core that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
