"""The server's processes: one socket, one or more workers that answer on it, and a stop that has an end.

Started by `equality serve` as a file of its own, so that nothing which the command has loaded comes along.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import multiprocessing
import os
import secrets
import signal
import socket
import stat
import sys
import threading
import time
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import uvicorn  # noqa: E402
from uvicorn.config import STARTUP_FAILURE  # noqa: E402
from uvicorn.supervisors import Multiprocess  # noqa: E402

from metrics.errors import EqualityError  # noqa: E402
from pages.shared import logs  # noqa: E402
from pages.shared.guard import MOST_HEADERS  # noqa: E402

APPLICATION = "pages.shared.server:app"
FINISH_SECONDS = 10
"""How long an answer that has begun may take to end after a stop was asked for."""
STOP_SECONDS = FINISH_SECONDS + 5
"""After this nothing of the server runs any more."""
LARGEST_MESSAGE = 1024 * 1024
"""Of what a browser sends on its open connection: choices, a few hundred bytes."""
ANSWERS_WITHIN = 30
"""Seconds for a worker to answer its supervisor before it counts as hung."""
WRONG_INPUT = 2


class Supervisor(Multiprocess):
    """uvicorn's: replaces a worker that dies or hangs; SIGHUP replaces all, one after the other. Its stop is bounded here."""

    def join_all(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.processes:
            process.process.join(max(0.0, deadline - time.monotonic()))
            if process.process.is_alive():
                process.process.kill()
                process.process.join()


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--unix-socket", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--proxy", action="append", default=[])
    parser.add_argument("--log-format", choices=("json", "text"), default="text")
    parser.add_argument("--log-level", choices=("INFO", "WARNING"), default="INFO")
    parser.add_argument("--finish-seconds", type=int, default=FINISH_SECONDS)
    parser.add_argument("--application", default=APPLICATION)
    parser.add_argument("--stop-with-parent", action="store_true", help="Stop when standard input closes.")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    asked = options(arguments)
    os.environ.setdefault("STREAMLIT_SERVER_COOKIE_SECRET", secrets.token_hex(32))  # one for all workers
    os.environ["WEBSOCKETS_MAX_LINE_LENGTH"] = str(MOST_HEADERS)
    try:
        listening = listen(asked)
    except OSError as error:
        print(f"{place(asked)}: {error.strerror or error}; nothing was started.", file=sys.stderr)
        print("Choose another port, or stop what holds this one.", file=sys.stderr)
        return WRONG_INPUT
    if asked.stop_with_parent:
        threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        return many(settings(asked), listening) if asked.workers > 1 else one(settings(asked), listening)
    finally:
        if asked.unix_socket is not None:
            asked.unix_socket.unlink(missing_ok=True)


def settings(asked: argparse.Namespace) -> uvicorn.Config:
    trusted: list[str] | str = "*" if asked.unix_socket is not None else asked.proxy
    return uvicorn.Config(
        partial(load, asked.application),
        factory=True,
        workers=asked.workers,
        http="h11",
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        h11_max_incomplete_event_size=2 * MOST_HEADERS,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted or None,
        server_header=False,
        access_log=False,
        log_config=logs.configuration(asked.log_format, asked.log_level),
        timeout_graceful_shutdown=asked.finish_seconds,
        timeout_worker_healthcheck=ANSWERS_WITHIN,
    )


def load(application: str) -> Any:
    """The application, in a worker. What keeps it from loading keeps every other worker too: the supervisor is told to give up."""
    module, _, name = application.partition(":")
    try:
        return getattr(import_module(module), name)
    except EqualityError as error:
        for line in filter(None, (*map(str, error.problems), error.advice)):
            print(line, file=sys.stderr)
    except Exception as error:
        logs.event("cannot start", logging.CRITICAL, kind=type(error).__name__, place=logs.place_of(error.__traceback__))
        if os.environ.get("EQUALITY_DEBUG"):
            raise
    sys.exit(STARTUP_FAILURE)


def place(asked: argparse.Namespace) -> str:
    return str(asked.unix_socket) if asked.unix_socket is not None else f"{asked.address} port {asked.port}"


def listen(asked: argparse.Namespace) -> socket.socket:
    """The socket that all workers share, bound here, so that a port in use is said in a sentence."""
    if asked.unix_socket is not None:
        return _listen_on_file(asked.unix_socket)
    listening = socket.socket(socket.AF_INET6 if ":" in asked.address else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((asked.address, asked.port))
    listening.set_inheritable(True)
    return listening


def _listen_on_file(path: Path) -> socket.socket:
    """For the owner and the group alone: whoever may open the file is trusted as the proxy. One left by a dead server is replaced."""
    listening = socket.socket(socket.AF_UNIX)
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) != 0:
                path.unlink()
    before = os.umask(0o117)
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)
    listening.set_inheritable(True)
    return listening


def many(config: uvicorn.Config, listening: socket.socket) -> int:
    supervisor = Supervisor(config, [listening])
    logs.event("supervisor started")
    supervisor.run()
    failed = any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes)
    logs.event("supervisor stopped")
    return STARTUP_FAILURE if failed else 0


def one(config: uvicorn.Config, listening: socket.socket) -> int:
    """A single worker without a supervisor. uvicorn sends itself the signal again once it has stopped: that is the end, and a good one."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _ended)
    server = uvicorn.Server(config)
    server.run([listening])
    return 0 if server.started else STARTUP_FAILURE


def _ended(_number: int, _frame: FrameType | None) -> None:
    logging.shutdown()
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(0)  # a page run that has not noticed the stop must not hold the process


def _end_with_input() -> None:
    """The command that started this server is gone, even if it was killed: stop too."""
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def _end_with_supervisor() -> None:
    """A supervisor that was killed can tell nobody: its workers see it for themselves."""
    while (parent := multiprocessing.parent_process()) is None:  # known only after this file has been read
        time.sleep(0.05)
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__mp_main__":  # a worker that the supervisor has just made
    threading.Thread(target=_end_with_supervisor, daemon=True).start()
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
