"""A real browser on a real server: start, wait for the run to end, check accessibility, keep a picture."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def need_chromium() -> str:
    """The browser; without one a CI run fails, and any other run says what it left out."""
    if CHROMIUM is not None:
        return CHROMIUM
    words = "Chromium was not found (looked for chromium, chromium-browser, google-chrome, and in $CHROMIUM)"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def serving(command: Sequence[str], port: int, environment: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Iterator[str]:
    """Run a server until the block ends; its address, once it answers."""
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen([*command], cwd=cwd, env={**os.environ, **(environment or {})}, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for_server(server, f"http://127.0.0.1:{port}/_stcore/health", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(10)
            if server.poll() is None:
                server.kill()


def wait_for_server(server: subprocess.Popen[bytes], url: str, log: Any, what: str = "the server") -> None:
    """Until the address answers; what the server said where it does not."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), direct.open(url, timeout=2):
            return
        time.sleep(0.2)
    log.seek(0)
    raise AssertionError(f"{what} did not start: " + log.read().decode(errors="replace")[-2000:])


def asgi(module: str, port: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "uvicorn",
        module,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--log-level",
        "warning",
        "--no-server-header",
    ]


def plain_streamlit(script: str, port: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script,
        "--server.port",
        str(port),
        "--server.address",
        "127.0.0.1",
        "--server.headless",
        "true",
    ]


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=need_chromium(), args=FLAGS, headless=True)
        try:
            yield chromium
        finally:
            chromium.close()


RUN_ENDED = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  return !!app && app.getAttribute('data-test-script-state') === 'notRunning'
      && app.getAttribute('data-test-connection-state') === 'CONNECTED'
      && !document.querySelector('[data-testid="stSkeleton"]') && !document.querySelector('[data-stale="true"]');
}"""
CHARTS_DRAWN = """() => {
  const boxes = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')];
  return boxes.every(b => b.querySelector('.main-svg .scatterlayer .trace, .main-svg .barlayer .trace'));
}"""


CHARTS_FIT = """() => [...document.querySelectorAll('.js-plotly-plot')].every(plot => {
  const box = plot.parentElement.getBoundingClientRect(), drawn = plot.querySelector('.main-svg').getBoundingClientRect();
  return Math.abs(drawn.width - box.width) <= 2;
})"""


def wait_run(page: Any, timeout: float = 60_000) -> None:
    """Until the script's run has ended and stayed ended, and every chart has drawn something."""
    deadline = time.monotonic() + timeout / 1000
    while True:
        page.wait_for_function(RUN_ENDED, timeout=max(1, (deadline - time.monotonic()) * 1000))
        page.wait_for_timeout(250)
        if page.evaluate(RUN_ENDED):
            break
    page.wait_for_function(CHARTS_DRAWN, timeout=timeout)
    page.wait_for_timeout(200)


def axe_violations(page: Any) -> list[str]:
    """Each violation of WCAG 2.0 to 2.2, A and AA, with where it is."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}).response
    return [f"{v['id']}: {' '.join(map(str, n['target']))} {n['html'][:160]}" for v in found["violations"] for n in v["nodes"]]


def open_at(chromium: Any, url: str, width: int, height: int = 900) -> Any:
    page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme="light", reduced_motion="reduce")
    page.goto(url)
    wait_run(page)
    return page


def picture(page: Any, path: Path) -> None:
    """The whole page: Streamlit scrolls inside a box, so the window is made as tall as the page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tall = page.evaluate("() => { const m = document.querySelector('[data-testid=\"stMain\"]'); return m ? m.scrollHeight + 80 : 900; }")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": min(int(tall), 12_000)})
    page.wait_for_timeout(500)
    page.screenshot(path=str(path))


CLIPPED = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => {
  const box = plot.getBoundingClientRect();
  return [...plot.querySelectorAll('.main-svg text')].filter(t => t.textContent.trim()).filter(t => {
    const r = t.getBoundingClientRect();
    return r.width > 0 && (r.left < box.left - 2 || r.right > box.right + 2 || r.top < box.top - 2 || r.bottom > box.bottom + 2);
  }).map(t => t.textContent);
})"""


def clipped(page: Any) -> list[str]:
    """Words of charts that run over the chart's edge."""
    return list(page.evaluate(CLIPPED))


def check_view(page: Any, shots: Mapping[int, Path]) -> None:
    """What holds for every view of every council, at each width: drawn, named, accessible, within its width. Keeps a picture of each.

    The page is opened once, at the first width, and made wider or narrower for the others, as a turned or resized window is.
    """
    for width, shot in shots.items():
        make_wide(page, width)
        picture(page, shot)
        check_drawn(page)
    closed = page.locator("details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    for width in shots:
        make_wide(page, width)
        assert axe_violations(page) == [], width


def check_drawn(page: Any) -> None:
    """Nothing failed, the page says what it is, and nothing runs over an edge."""
    assert page.locator('[data-testid="stException"], [data-testid="stAlert"]').count() == 0
    assert page.locator("h1").count() == 1
    assert page.title().endswith(" - Equality performance dashboard")
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    wider = page.evaluate("() => { const m = document.querySelector('[data-testid=\"stMain\"]'); return m.scrollWidth - m.clientWidth; }")
    assert wider <= 0
    assert clipped(page) == []
    assert page.locator('[data-testid="stPlotlyChart"]').count() <= 6


def make_wide(page: Any, width: int, height: int = 900) -> None:
    """Give the window a width; every chart is drawn anew for it."""
    if page.viewport_size["width"] != width:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(CHARTS_FIT)
    page.wait_for_timeout(400)
