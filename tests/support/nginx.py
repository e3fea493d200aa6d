"""The recipe for nginx, run for real: as an ordinary process, on free ports of this machine, with a certificate made for the test."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.browser import ROOT, free_port

RECIPE = ROOT / "docs" / "deployment" / "nginx.conf"
NAME = "equality.example.gov.uk"
ROUND = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log info; worker_processes 1;
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/equality.conf;
}}
"""


@dataclass(frozen=True)
class Proxy:
    folder: Path
    https: int
    http: int

    @property
    def url(self) -> str:
        """The public address; its name leads to this machine for a client that is told so."""
        return f"https://{NAME}:{self.https}"

    def curl(self, path: str, *more: str, name: str = NAME, port: int | None = None) -> str:
        to = f"{name}:{port or self.https}:127.0.0.1"
        certificate = str(self.folder / "certificate.pem")
        command = [
            "curl",
            "--silent",
            "--show-error",
            "--noproxy",
            "*",
            "--include",
            "--http1.1",
            "--resolve",
            to,
            "--cacert",
            certificate,
            *more,
        ]
        return subprocess.run([*command, f"https://{name}:{port or self.https}{path}"], capture_output=True, text=True, timeout=30).stdout


def find_nginx() -> str:
    """The program; without it a CI run fails, and any other run says what it left out."""
    found = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").is_file() else None)
    missing = [
        name for name, there in (("nginx", found), ("openssl", shutil.which("openssl")), ("curl", shutil.which("curl"))) if not there
    ]
    if not missing:
        return str(found)
    words = f"not found on this machine: {', '.join(missing)}"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def make_certificate(folder: Path, name: str = NAME) -> None:
    files = ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    about = ["-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *about, *files], check=True, capture_output=True)


def adapted(recipe: str, folder: Path, ports: dict[str, int]) -> str:
    """The recipe with the test's ports and paths; every change must meet what it changes."""
    changes = [
        ("listen 443 ", f"listen 127.0.0.1:{ports['https']} "),
        ("listen 80 ", f"listen 127.0.0.1:{ports['http']} "),
        ("    listen [::]:443 ssl default_server;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("    listen [::]:80 default_server;\n", ""),
        ("127.0.0.1:8501", f"127.0.0.1:{ports['dashboard']}"),
        ("/etc/equality/tls", str(folder)),
        ("/var/log/nginx", str(folder)),
    ]
    for found, becomes in changes:
        assert found in recipe, f"the recipe does not hold {found!r}"
        recipe = recipe.replace(found, becomes)
    return recipe


@contextlib.contextmanager
def proxying(
    folder: Path, dashboard: int, https: int | None = None, recipe: str | None = None, certificate: bool = True
) -> Iterator[Proxy]:
    program = find_nginx()
    folder.chmod(0o755)
    proxy = Proxy(folder, https or free_port(), free_port())
    if certificate:
        make_certificate(folder)
    ports = {"https": proxy.https, "http": proxy.http, "dashboard": dashboard}
    (folder / "equality.conf").write_text(adapted(recipe or RECIPE.read_text(encoding="utf-8"), folder, ports), encoding="utf-8")
    (folder / "nginx.conf").write_text(ROUND.format(folder=folder), encoding="utf-8")
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while socket.socket().connect_ex(("127.0.0.1", proxy.https)) != 0:
            assert time.monotonic() < deadline
            assert server.poll() is None, (folder / "error.log").read_text()
            time.sleep(0.1)
        yield proxy
    finally:
        server.terminate()
        server.wait(20)
