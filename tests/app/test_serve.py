"""`equality serve` as a person runs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from metrics.cli.serve import Serving, free_port
from tests.support.browser import ROOT
from tests.support.browser import free_port as some_port
from tests.support.signed_in import variables as sign_in

SYNTHETIC = "council: Alderbourne City Council\nsynthetic: true\n"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "metrics.cli.main", "serve", *arguments]


def said(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "settings.yaml").write_text(SYNTHETIC, encoding="utf-8")
    return folder


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.4", "::", "dashboard.example"])
def test_any_other_address_refuses_to_start(config, address):
    code, words = said("--config", str(config), "--address", address)
    assert code == 2
    assert "sign-in is not set up" in words
    assert "Traceback" not in words


def test_everything_that_is_wrong_with_the_options_is_said_at_once(config):
    options = ["--sign-in", "--local", "--address", "here", "--proxy", "mine", "--host", "a b", "--log-format", "xml"]
    code, words = said("--config", str(config), *options)
    assert code == 2
    assert [part for part in ("--local", "--address here", "--proxy mine", "--host a b", "--log-format xml") if part not in words] == []


@pytest.mark.parametrize("option", [["--host", "a.example"], ["--proxy", "127.0.0.1"], ["--unix-socket", "web.sock"]])
def test_what_is_for_a_council_needs_sign_in(config, option):
    code, words = said("--config", str(config), *option)
    assert code == 2
    assert f"{option[0]}: only with --sign-in" in words


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_without_its_variables_sign_in_does_not_start(config, address):
    code, words = said("--config", str(config), "--sign-in", "--address", address)
    assert code == 2
    assert [
        name for name in ("PUBLIC_URL", "OIDC_METADATA_URL", "OIDC_CLIENT_ID", "COOKIE_SECRET") if f"EQUALITY_{name}: not set" not in words
    ] == []
    assert "Traceback" not in words


def test_sign_in_needs_rules_of_access(config, tmp_path):
    variables = {k: v for k, v in sign_in("https://equality.example", tmp_path).items() if k != "EQUALITY_MODE"}
    done = subprocess.run(
        command("--config", str(config), "--sign-in"), cwd=ROOT, capture_output=True, text=True, timeout=60, env={**os.environ, **variables}
    )
    assert done.returncode == 2
    assert "access.yaml" in done.stderr


def test_the_server_is_not_told_where_rows_about_people_are(monkeypatch):
    monkeypatch.setenv("EQUALITY_WORKFORCE_URL", "postgresql://hr:secret@10.0.0.9/hr")
    told = Serving(ROOT / "config", "local").environment
    assert not [name for name, value in told.items() if "secret" in value and name != "EQUALITY_OIDC_CLIENT_SECRET"]
    assert told["EQUALITY_MODE"] == "local"


def test_a_folder_that_is_no_configuration_is_named(tmp_path):
    code, words = said("--config", str(tmp_path))
    assert code == 2
    assert str(tmp_path) in words
    assert "equality init" in words


def test_a_real_council_needs_to_be_asked_for(config):
    (config / "settings.yaml").write_text("council: Alderbourne City Council\n", encoding="utf-8")
    code, words = said("--config", str(config))
    assert code == 2
    assert "--local" in words


def test_a_port_in_use_gives_the_next_free_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port


@pytest.mark.parametrize(("mode", "told"), [("--local", signal.SIGINT), ("", signal.SIGTERM)])
def test_it_listens_on_this_computer_only_says_where_and_stops_when_told(config, mode, told, tmp_path):
    port = some_port()
    arguments = command("--config", str(config), "--port", str(port), "--no-open", *filter(None, [mode]))
    server = subprocess.Popen(
        arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    try:
        lines = []
        while not any(f"http://127.0.0.1:{port}\n" in line for line in lines if "open at" in line):
            lines.append(server.stdout.readline())
            assert lines[-1], "".join(lines)
        assert not [line for line in lines if "WARNING" in line]
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
            assert answer.status == 200
            assert "server" not in answer.headers
        with pytest.raises(urllib.error.HTTPError) as refused:
            direct.open(f"http://127.0.0.1:{port}/ready", timeout=5)
        assert refused.value.code == 503
        assert not reachable(port)
    finally:
        server.send_signal(told)
        server.wait(20)
    for _ in range(50):
        if not open_on("127.0.0.1", port):
            break
        time.sleep(0.1)
    assert not open_on("127.0.0.1", port)


def reachable(port: int) -> bool:
    """From this machine's own address on a network, if it has one."""
    try:
        own = socket.gethostbyname(socket.gethostname())
    except OSError:
        return False
    return not own.startswith("127.") and open_on(own, port)


def open_on(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0
