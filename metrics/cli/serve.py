"""`equality serve`: open the dashboard in a fresh process of its own, on this computer only unless people sign in."""

from __future__ import annotations

import errno
import ipaddress
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption
from metrics.errors import EqualityError, InputError, Problem
from metrics.settings import load_settings, load_sign_in

app = typer.Typer()
ROOT = Path(__file__).resolve().parents[2]
SERVER = ROOT / "pages" / "shared" / "workers.py"
OWN_MACHINE = ("127.0.0.1", "localhost", "::1")
PATIENCE = 60.0
STOPPING = 25.0
"""More than the server allows itself."""
MOST_WORKERS = 64
NOT_FOR_PAGES = ("EQUALITY_WORKFORCE_URL",)
"""Where rows about people are is nothing that the dashboard's process may know."""


@dataclass(frozen=True)
class Serving:
    """What the server is started with."""

    config: Path
    mode: Literal["demo", "local", "signed_in"]
    address: str = "127.0.0.1"
    port: int = 8501
    workers: int = 1
    unix_socket: Path | None = None
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    log_format: str | None = None

    @property
    def command(self) -> list[str]:
        where = ["--unix-socket", str(self.unix_socket)] if self.unix_socket else ["--address", self.address, "--port", str(self.port)]
        form = self.log_format or ("json" if self.mode == "signed_in" else "text")
        level = "INFO" if self.log_format or self.mode == "signed_in" else "WARNING"
        proxies = [word for proxy in self.proxies for word in ("--proxy", proxy)]
        return [
            sys.executable, "-P", str(SERVER), *where, *proxies,
            "--workers", str(self.workers), "--log-format", form, "--log-level", level,
        ]  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in NOT_FOR_PAGES}
        return {**kept, "EQUALITY_CONFIG": str(self.config.resolve()), "EQUALITY_MODE": self.mode, "EQUALITY_HOSTS": " ".join(self.hosts)}


@app.command(
    help="Open the dashboard on this computer, or, with sign-in, serve it to a council.",
    epilog="Examples: `equality serve` shows the demo council; `equality serve --local --config config` shows your own release; "
    "`equality serve --sign-in --workers 2 --proxy 127.0.0.1` serves a council behind a proxy.",
)
def serve(
    config: ConfigOption = DEFAULT_CONFIG,
    local: Annotated[
        bool, typer.Option("--local", help="The real release of this configuration, for one analyst at this computer.")
    ] = False,
    sign_in: Annotated[
        bool,
        typer.Option("--sign-in", help="The real release, for people who sign in. Needs config/access.yaml and the sign-in variables."),
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port. Without sign-in the next free one is taken if it is in use.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to listen on; another than this computer's only with --sign-in.")] = "127.0.0.1",
    unix_socket: Annotated[
        Path | None,
        typer.Option("--unix-socket", help="With --sign-in: listen on this file instead; who may open it is trusted as the proxy."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=MOST_WORKERS, help="Processes that answer; one that dies is replaced.")] = 1,
    host: Annotated[
        list[str] | None, typer.Option("--host", help="With --sign-in: another name that is answered, beside the public one. Repeat it.")
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option("--proxy", help="With --sign-in: address of a proxy whose X-Forwarded headers are believed. Repeat it."),
    ] = None,
    log_format: Annotated[
        str | None, typer.Option("--log-format", help="json or text. Left out: json with --sign-in, else only what went wrong, as text.")
    ] = None,
    open_browser: Annotated[bool | None, typer.Option("--open/--no-open", help="Open a browser. Left out: if there is a display.")] = None,
) -> None:
    mode: Literal["demo", "local", "signed_in"] = "signed_in" if sign_in else "local" if local else "demo"
    serving = Serving(config, mode, address, port, workers, unix_socket, tuple(host or ()), tuple(proxy or ()), log_format)
    check_options(serving, local)
    check_folder(config, local or sign_in)
    if sign_in:
        become_the_server(serving)
    open_here(serving, open_browser)


def become_the_server(serving: Serving) -> None:
    """For good: the service manager's process is the server itself, so its signals and its end are the server's."""
    environment = {**serving.environment, "EQUALITY_PUBLIC_URL": check_sign_in(serving.config)}
    environment.pop("EQUALITY_PUBLIC_URL_FILE", None)
    sys.stdout.flush()
    os.execve(sys.executable, serving.command, environment)


def open_here(serving: Serving, open_browser: bool | None) -> None:
    """For one person at this computer: say where it is, open a browser, and stop with this command."""
    chosen = free_port(serving.port)
    if chosen != serving.port:
        typer.echo(f"Port {serving.port} is in use by another program; using {chosen} instead.")
    url = f"http://127.0.0.1:{chosen}"
    signal.signal(signal.SIGTERM, _told_to_stop)  # else the server would outlive this command
    server = start(replace(serving, address="127.0.0.1", port=chosen))
    try:
        wait_until_up(server, url)
        typer.echo(f"{'Your own release' if serving.mode == 'local' else 'The demo council (synthetic figures)'} is open at {url}")
        typer.echo("Stop it with Ctrl+C.")
        if open_browser if open_browser is not None else has_display():
            webbrowser.open(url)
        raise SystemExit(server.wait())
    except KeyboardInterrupt:
        typer.echo("Stopped.")
    finally:
        stop(server)


def _told_to_stop(*_: object) -> None:
    raise KeyboardInterrupt


def check_options(serving: Serving, local: bool) -> None:
    """All that is wrong with what was asked, at once."""
    wrong: list[str] = []
    signed_in = serving.mode == "signed_in"
    if signed_in and local:
        wrong.append("--sign-in and --local exclude each other: people sign in, or one analyst at this computer does not.")
    if not signed_in and serving.address not in OWN_MACHINE:
        wrong.append(f"--address {serving.address}: sign-in is not set up, so the dashboard opens on this computer only (127.0.0.1).")
    if signed_in and serving.unix_socket is None and not _is_number(serving.address) and serving.address != "localhost":
        wrong.append(f"--address {serving.address}: not an address in numbers; such as 127.0.0.1.")
    for name, given in (("--host", serving.hosts), ("--proxy", serving.proxies), ("--unix-socket", serving.unix_socket)):
        if given and not signed_in:
            wrong.append(f"{name}: only with --sign-in.")
    wrong += [
        f"--host {name}: not the name of a computer; such as equality.example.gov.uk." for name in serving.hosts if not _is_name(name)
    ]
    wrong += [
        f"--proxy {name}: not an address or network in numbers; such as 127.0.0.1 or 10.0.0.0/24."
        for name in serving.proxies
        if not _is_network(name)
    ]
    if serving.log_format not in (None, "json", "text"):
        wrong.append(f"--log-format {serving.log_format}: accepted are json and text.")
    if wrong:
        raise InputError([Problem("", words) for words in wrong], "Nothing was started. `equality serve --help` shows examples.")


def _is_number(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


def _is_network(address: str) -> bool:
    try:
        ipaddress.ip_network(address)
    except ValueError:
        return False
    return True


def _is_name(name: str) -> bool:
    return len(name) < 254 and re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", name) is not None


def check_sign_in(config: Path) -> str:
    """The address that people open; refused while variables are missing or `access.yaml` lets nobody in."""
    from metrics.definitions.load import load_access

    public_url = load_sign_in(os.environ).public_url
    load_access(config)
    return public_url


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


def start(serving: Serving) -> subprocess.Popen[bytes]:
    """A process that has imported nothing of ours yet: no engine and no credential can come along with it."""
    return subprocess.Popen([*serving.command, "--stop-with-parent"], env=serving.environment, stdin=subprocess.PIPE)


def wait_until_up(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy of the network cannot reach this computer
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with direct.open(f"{url}/health", timeout=2):
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
            server.wait(STOPPING)
        except subprocess.TimeoutExpired:
            server.kill()
