"""The real `equality` command in a process of its own, as a person at a terminal would run it."""

from __future__ import annotations

import ctypes
import os
import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

COMMAND = (sys.executable, "-m", "metrics.cli.main")
PATIENCE = 180


@dataclass(frozen=True)
class Ended:
    """How a command ended. `peak` is the most memory that it held, in MiB."""

    code: int
    out: str
    err: str
    seconds: float
    peak: float

    @property
    def said(self) -> str:
        return self.out + self.err


class Running:
    """A command that was started. It writes into files, so that nothing waits for a reader."""

    def __init__(self, folder: Path, line: str, before: Callable[[], None] | None = None, **variables: str) -> None:
        self._out: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed when read
        self._err: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed when read
        self._began = time.monotonic()
        words = shlex.split(line)
        self.process = subprocess.Popen(
            [*COMMAND, *words], cwd=folder, env=_environment(variables), stdin=subprocess.DEVNULL, stdout=self._out, stderr=self._err,
            preexec_fn=before,
        )  # fmt: skip

    def end(self) -> Ended:
        """Wait for it; a command that hangs is killed, and the test sees that."""
        peak = 0.0
        while self.process.poll() is None:
            peak = max(peak, _peak(self.process.pid))
            if time.monotonic() - self._began > PATIENCE:
                self.process.kill()
            time.sleep(0.02)
        seconds = time.monotonic() - self._began
        return Ended(self.process.returncode, _content(self._out), _content(self._err), seconds, peak)


def equality(folder: Path, line: str, before: Callable[[], None] | None = None, **variables: str) -> Ended:
    """Run `equality LINE` in a folder; variables are of the environment."""
    return Running(folder, line, before, **variables).end()


def obey_permissions() -> None:
    """Before a command starts: an administrator's account loses the right to ignore file permissions."""
    drop, override, read_search = 24, 1, 2
    libc = ctypes.CDLL(None)
    libc.prctl(drop, override, 0, 0, 0)
    libc.prctl(drop, read_search, 0, 0, 0)


def files_at_most(kibibytes: int) -> Callable[[], None]:
    """Before a command starts: no file can grow beyond this, as on a full disk."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kibibytes * 1024, kibibytes * 1024))


def _environment(variables: dict[str, str]) -> dict[str, str]:
    """Nothing of the developer's own settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EQUALITY_")} | variables


def _peak(pid: int) -> float:
    """The most memory that a process has held so far, in MiB, as Linux tells it; elsewhere 0."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def _content(file: IO[bytes]) -> str:
    with file:
        file.seek(0)
        return file.read().decode("utf-8")
