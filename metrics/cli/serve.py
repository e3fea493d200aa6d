"""`equality serve`: open the dashboard in a fresh process of its own, on this computer only."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption
from metrics.errors import EqualityError, InputError
from metrics.settings import load_settings

app = typer.Typer()
ROOT = Path(__file__).resolve().parents[2]
OWN_MACHINE = ("127.0.0.1", "localhost", "::1")
PATIENCE = 60.0


@app.command(
    help="Open the dashboard on this computer.",
    epilog="Examples: `equality serve` shows the demo council; `equality serve --local --config config` shows your own release.",
)
def serve(
    config: ConfigOption = DEFAULT_CONFIG,
    local: Annotated[
        bool, typer.Option("--local", help="The real release of this configuration, for one analyst at this computer.")
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port; the next free one is taken if it is in use.")] = 8501,
    address: Annotated[str, typer.Option(help="Only this computer: 127.0.0.1.")] = "127.0.0.1",
    open_browser: Annotated[bool | None, typer.Option("--open/--no-open", help="Open a browser. Left out: if there is a display.")] = None,
) -> None:
    check_address(address)
    check_folder(config, local)
    chosen = free_port(port)
    if chosen != port:
        typer.echo(f"Port {port} is in use by another program; using {chosen} instead.")
    url = f"http://127.0.0.1:{chosen}"
    signal.signal(signal.SIGTERM, _told_to_stop)  # else the server would outlive this command
    server = start(config, "local" if local else "demo", chosen)
    try:
        wait_until_up(server, url)
        typer.echo(f"{'Your own release' if local else 'The demo council (synthetic figures)'} is open at {url}\nStop it with Ctrl+C.")
        if open_browser if open_browser is not None else has_display():
            webbrowser.open(url)
        raise SystemExit(server.wait())
    except KeyboardInterrupt:
        typer.echo("Stopped.")
    finally:
        stop(server)


def _told_to_stop(*_: object) -> None:
    raise KeyboardInterrupt


def check_address(address: str) -> None:
    if address not in OWN_MACHINE:
        raise InputError(
            f"--address {address}: sign-in is not set up, so the dashboard opens on this computer only (127.0.0.1); nothing was started.",
            "Leave --address out. Other people can be let in once sign-in is set up.",
        )


def check_folder(config: Path, local: bool) -> None:
    """A configuration with readable settings; without --local only an invented council is shown."""
    if not (config / "settings.yaml").is_file():
        raise InputError(
            f"{config}: no settings.yaml in this folder, so it is not a configuration; nothing was started.",
            "Name the folder with --config DIR, or make one with `equality init DIR`.",
        )
    if not local and not load_settings(config).synthetic:
        raise InputError(
            f"{config}: this configuration is of a real council, and `equality serve` alone shows the demo council; nothing was started.",
            "Add --local to open your own release on this computer, as one analyst with the leadership version.",
        )


def free_port(wanted: int) -> int:
    """The port asked for, or the next one that nothing listens on."""
    for port in range(wanted, min(wanted + 50, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a server stopped a moment ago does not count
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
                continue
            return port
    raise InputError(f"--port {wanted}: this port and the 49 after it are in use or not allowed.", "Name another one with --port.")


def start(config: Path, mode: str, port: int) -> subprocess.Popen[bytes]:
    """A process that has imported nothing of ours yet: no engine and no credential can come along with it."""
    return subprocess.Popen(
        [
            sys.executable, "-P", "-m", "uvicorn", "pages.shared.server:app", "--app-dir", str(ROOT), "--host", "127.0.0.1",
            "--port", str(port), "--workers", "1", "--no-server-header", "--no-access-log", "--log-level", "warning",
        ],
        env={**os.environ, "EQUALITY_CONFIG": str(config.resolve()), "EQUALITY_MODE": mode},
    )  # fmt: skip


def wait_until_up(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy of the network cannot reach this computer
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with direct.open(f"{url}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise EqualityError("The dashboard's server did not start; its own message is above.")


def has_display() -> bool:
    """Whether a browser would have a screen to open on."""
    if sys.platform in ("darwin", "win32"):
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
