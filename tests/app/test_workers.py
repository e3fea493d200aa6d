"""Several processes behind one address: any of them answers, one that dies is replaced, and all end when told to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from pages.shared.workers import FINISH_SECONDS, STOP_SECONDS
from tests.support.browser import ROOT, browser, need_chromium, open_at, wait_run
from tests.support.processes import Processes, alive, children, command_line, processes, until
from tests.support.signed_in import variables as sign_in

SLOW = "tests.support.served_slowly:app"


def family(pid: int) -> list[int]:
    return [pid, *(one for child in children(pid) for one in family(child))]


def kill_workers(running: Processes, which: slice) -> None:
    before = running.workers()
    for pid in before[which]:
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(now := running.workers()) == len(before) and not set(before[which]) & set(now), 90)
    until(
        lambda: all(any(line["event"] == "started" and line["process"] == pid for line in running.lines()) for pid in running.workers()), 90
    )


def test_all_workers_answer():
    with processes(2) as running:
        assert len(running.workers()) == 2
        until(lambda: [line["event"] for line in running.lines()].count("started") == 2, 60)
        for _ in range(60):
            assert running.get("/ready")[0] == 200
        answered = {line["process"] for line in running.lines() if line["event"] == "started"}
        assert answered == set(running.workers())


@pytest.mark.browser
def test_a_page_opens_and_follows_choices_and_comes_back_when_its_worker_is_killed():
    """The view is in the address, so it does not matter which process draws it again."""
    need_chromium()
    with processes(2) as running, browser() as chromium:
        page = open_at(chromium, f"{running.url}/directorate", 1280)
        page.get_by_label("Directorate").first.click()
        page.get_by_role("option", name="Children and Families").click()
        page.wait_for_function("() => document.querySelector('h1')?.textContent.includes('Children and Families')")
        wait_run(page)
        address = page.url
        assert "?" in address
        for which in (slice(0, 1), slice(1, 2), slice(0, 2)):
            kill_workers(running, which)
            wait_run(page)
            assert "Children and Families" in page.inner_text("h1")
            assert page.url == address
            assert page.locator('[data-testid="stException"], [data-testid="stAlert"]').count() == 0
        page.reload()
        wait_run(page)
        assert "Children and Families" in page.inner_text("h1")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_lets_an_answer_finish_says_so_to_open_pages_and_ends_within_its_time(workers):
    import websockets

    async def until_closed(url: str, told: asyncio.Event) -> int:
        async with websockets.connect(f"{url.replace('http', 'ws')}/_stcore/stream", origin=url, subprotocols=["streamlit"]) as line:
            told.set()
            await line.wait_closed()
            return line.close_code

    async def scene(running: Processes) -> tuple[int, tuple[int, dict[str, str], str]]:
        told = asyncio.Event()
        open_page = asyncio.create_task(until_closed(running.url, told))
        slow = asyncio.create_task(asyncio.to_thread(running.get, "/slow"))
        await told.wait()
        await asyncio.sleep(0.5)
        running.process.terminate()
        return await open_page, await slow

    with processes(workers, SLOW) as running:
        everybody = family(running.process.pid)
        started = time.monotonic()
        code, (status, _, words) = asyncio.run(scene(running))
        ended = running.process.wait(STOP_SECONDS + 5)
        seconds = time.monotonic() - started
        assert (code, status, words, ended) == (1012, 200, "whole", 0)
        assert seconds < FINISH_SECONDS
        until(lambda: not [pid for pid in everybody if alive(pid)], 2)
        assert [line["event"] for line in running.lines()].count("stopped") == workers


def cut_off(running: Processes) -> None:
    with contextlib.suppress(OSError):
        assert running.get("/endless")[0] != 200


def test_an_answer_that_never_ends_does_not_hold_the_stop():
    with processes(2, SLOW, arguments=("--finish-seconds", "1")) as running:
        endless = threading.Thread(target=cut_off, args=(running,))
        endless.start()
        time.sleep(0.5)
        started = time.monotonic()
        running.process.terminate()
        assert running.process.wait(20) == 0
        assert time.monotonic() - started < 5
        endless.join()


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_its_supervisor(told):
    with processes(2) as running:
        everybody = family(running.process.pid)
        assert len(everybody) >= 3
        running.process.send_signal(told)
        assert running.process.wait(STOP_SECONDS) == (0 if told == signal.SIGINT else -9)
        until(lambda: not [pid for pid in everybody if alive(pid)], STOP_SECONDS)


def test_new_settings_are_taken_up_without_a_gap():
    """SIGHUP: every worker is replaced by a new one that is ready first."""
    with processes(2) as running:
        before = set(running.workers())
        running.process.send_signal(signal.SIGHUP)
        failures = 0
        deadline = time.monotonic() + 60
        while set(running.workers()) & before or len(running.workers()) != 2:
            assert time.monotonic() < deadline
            failures += running.get("/health")[0] != 200
            time.sleep(0.05)
        assert failures == 0


def test_a_server_that_cannot_load_gives_up_and_says_why(tmp_path: Path):
    """Not a circle of restarts: what is wrong with the settings, in words, and a code that a service manager counts as failed."""
    import subprocess
    import sys

    from tests.support.browser import free_port
    from tests.support.processes import SERVER

    (tmp_path / "settings.yaml").write_text("councill: Alderbourne\n", encoding="utf-8")
    variables = {**os.environ, "EQUALITY_CONFIG": str(tmp_path), "EQUALITY_MODE": "signed_in"}
    command = [sys.executable, "-P", str(SERVER), "--port", str(free_port()), "--workers", "2"]
    failed = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)
    assert failed.returncode == 3
    assert "EQUALITY_COOKIE_SECRET: not set" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_port_in_use_is_said_in_a_sentence(tmp_path: Path):
    import subprocess
    import sys

    from tests.support.processes import SERVER

    with processes() as running:
        command = [sys.executable, "-P", str(SERVER), "--port", str(running.port)]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert refused.returncode == 2
        assert f"127.0.0.1 port {running.port}: Address already in use; nothing was started." in refused.stderr


def test_it_listens_on_a_file_for_its_group_alone(tmp_path: Path):
    import http.client
    import socket
    import subprocess
    import sys

    from tests.support.processes import SERVER

    path = tmp_path / "web.sock"
    with socket.socket(socket.AF_UNIX) as dead:  # left by a server that was killed
        dead.bind(str(path))
    command = [sys.executable, "-P", str(SERVER), "--unix-socket", str(path), "--application", "tests.support.served:app", "--workers", "2"]
    variables = {**os.environ, "EQUALITY_CONFIG": str(ROOT / "config"), **sign_in("https://equality.example", tmp_path)}
    server = subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL)

    def asked(name: str) -> int:
        line = http.client.HTTPConnection(name, timeout=10)
        line.sock = socket.socket(socket.AF_UNIX)
        line.sock.connect(str(path))
        line.request("GET", "/manifest.json")
        return line.getresponse().status

    try:
        until(lambda: _answers(asked), 60)
        assert path.stat().st_mode & 0o777 == 0o660
        assert (asked("equality.example"), asked("localhost")) == (401, 421)
    finally:
        server.terminate()
        assert server.wait(STOP_SECONDS) == 0
    assert not path.exists()


def _answers(asked) -> bool:
    try:
        return asked("equality.example") == 401
    except OSError:
        return False


def test_a_command_that_is_killed_takes_its_server_along(tmp_path: Path):
    """`equality serve` for one person: even a kill leaves nothing running."""
    import subprocess
    import sys

    from tests.support.browser import free_port

    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.yaml").write_text("council: Alderbourne City Council\nsynthetic: true\n", encoding="utf-8")
    command = [sys.executable, "-m", "metrics.cli.main", "serve", "--local", "--no-open", "--workers", "2"]
    command += ["--config", str(tmp_path / "config"), "--port", str(free_port())]
    serve = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert "is open at" in serve.stdout.readline()
    everybody = family(serve.pid)
    assert any("workers.py" in command_line(pid) for pid in everybody)
    serve.kill()
    serve.wait()
    serve.stdout.close()
    until(lambda: not [pid for pid in everybody if alive(pid)], STOP_SECONDS)
