"""How fast pages open, against Streamlit alone drawing the same charts and words from constants, in a headless browser.

Cold: a browser that has nothing stored. Warm: the same address again. Choice: from a click on another unit until its page stands.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from metrics.releases.store import ReleaseStore
from metrics.settings import load_settings
from tests.benchmarks.alternating import in_words, ratio
from tests.benchmarks.recorded import UNITS
from tests.support.browser import ROOT, asgi, browser, free_port, plain_streamlit, serving

REPETITIONS = 5
VIEWS: dict[str, tuple[str, Mapping[str, str]]] = {"overview": ("/", {}), "kpi": ("/kpi?measure=WF02", {"measure": "WF02"})}
UNIT = "Adult Social Care"
STANDS = """([charts, words]) => {
  const app = document.querySelector('[data-testid="stApp"]');
  const boxes = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')];
  const head = document.querySelector('h1');
  return !!app && app.getAttribute('data-test-script-state') === 'notRunning' && !!head
      && (head.closest('[data-testid="stMain"]') || document).textContent.includes(words)
      && !document.querySelector('[data-stale="true"]') && !document.querySelector('[data-testid="stSkeleton"]')
      && boxes.length === charts
      && boxes.every(b => b.querySelector('.main-svg .scatterlayer .trace, .main-svg .barlayer .trace'));
}"""
"""The run has ended, its charts are drawn, and the words that only this state has are there."""


@dataclass(frozen=True)
class Recorded:
    """`charts` and `words` (a piece of the page's heading) of the page as it opens and after the choice."""

    file: Path
    charts: tuple[int, int]
    words: tuple[str, str]
    option: str
    kilobytes: int


def benchmark() -> None:
    environment = {"EQUALITY_CONFIG": str(ROOT / "config"), "EQUALITY_MODE": "demo"} | _release()
    with TemporaryDirectory(prefix="equality-benchmark-") as folder, browser() as chromium:
        for view in VIEWS:
            _one(chromium, view, Path(folder) / f"{view}.json", environment)


def _release() -> dict[str, str]:
    """The demo council's release that `equality demo` made."""
    address = os.environ.get("EQUALITY_RELEASES_URL", load_settings(ROOT / "config").releases_url)
    path = Path(address.removeprefix("sqlite:///"))
    path = path if path.is_absolute() else ROOT / path
    if not path.is_file():
        raise SystemExit("There is no demo release to show: run `equality demo` first.")
    url = f"sqlite:///{path.as_posix()}"
    ReleaseStore(url).list_releases()  # a store that pages cannot read would be measured as fast error pages
    return {"EQUALITY_RELEASES_URL": url}


def _one(chromium: Any, view: str, target: Path, environment: Mapping[str, str]) -> None:
    recorded = record(view, target, environment)
    with ExitStack() as servers:
        ours, theirs = free_port(), free_port()
        script = str(ROOT / "tests" / "benchmarks" / "pages" / "same_charts.py")
        addresses = {
            "ours": servers.enter_context(serving(asgi("pages.shared.server:app", ours), ours, environment)) + VIEWS[view][0],
            "same charts": servers.enter_context(serving(plain_streamlit(script, theirs), theirs, {"SAME_CHARTS": str(target)})),
        }
        took: dict[str, dict[str, list[float]]] = {name: {"cold": [], "warm": [], "choice": []} for name in addresses}
        for repetition in range(REPETITIONS + 1):
            for name in list(addresses)[:: 1 if repetition % 2 else -1]:
                once = _visit(chromium, addresses[name], recorded)
                for what, seconds in once.items():
                    took[name][what] += [seconds] if repetition else []  # the first visit warms the server
    print(f"\n{view}: {recorded.charts[0]} charts, then {recorded.charts[1]}; {recorded.kilobytes} kB of HTML and figures")
    for what in ("cold", "warm", "choice"):
        mine, bare = took["ours"][what], took["same charts"][what]
        print(f"  {what}: {ratio(mine, bare)}; {in_words(mine)} against {in_words(bare)}")


def record(view: str, target: Path, environment: Mapping[str, str]) -> Recorded:
    choices = [f"{name}={value}" for name, value in VIEWS[view][1].items()]
    command = [sys.executable, "-m", "tests.benchmarks.recorded", view, UNIT, str(target), *choices]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True, stderr=subprocess.DEVNULL)
    found = json.loads(target.read_text(encoding="utf-8"))
    states = [list(_flat(found[s])) for s in ("first_state", "second_state")]
    heads = [next(h for n in nodes if "<h1" in (h := n.get("html", ""))) for nodes in states]
    return Recorded(
        file=target,
        charts=tuple(sum("chart" in n for n in nodes) for nodes in states),  # type: ignore[arg-type]
        words=tuple(_heading(h) for h in heads),  # type: ignore[arg-type]
        option=found["second"],
        kilobytes=sum(len(n.get("html", "") + n.get("chart", "")) for n in states[0]) // 1000,
    )


def _flat(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        yield node
        for inside in (node.get("inside", ()), *(c["inside"] for c in node.get("columns", ()))):
            yield from _flat(list(inside))


def _heading(html: str) -> str:
    """The text of the first heading, up to the first letter that HTML writes another way."""
    inside = html.split("<h1", 1)[1].split(">", 1)[1].split("</h1>", 1)[0]
    return inside.split("<")[0].split("&")[0]


def _visit(chromium: Any, address: str, recorded: Recorded) -> dict[str, float]:
    with _fresh(chromium) as page:
        opens = [recorded.charts[0], recorded.words[0]]
        page.goto(address, wait_until="commit")
        cold = _stands(page, opens)
        page.reload(wait_until="commit")
        warm = _stands(page, opens)
        page.wait_for_timeout(300)
        page.get_by_label(UNITS).click()
        option = page.get_by_role("option", name=recorded.option, exact=True)
        option.wait_for()
        started = time.perf_counter()
        option.click()
        page.wait_for_function(STANDS, arg=[recorded.charts[1], recorded.words[1]], polling="raf")
        return {"cold": cold, "warm": warm, "choice": time.perf_counter() - started}


def _stands(page: Any, wanted: list[Any]) -> float:
    """Seconds from the start of navigation until the page stands, by the browser's own clock."""
    page.wait_for_function(STANDS, arg=wanted, polling="raf", timeout=60_000)
    return float(page.evaluate("() => performance.now()")) / 1000


@contextmanager
def _fresh(chromium: Any) -> Iterator[Any]:
    """A browser that has nothing stored."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1400}, reduced_motion="reduce")
    try:
        yield context.new_page()
    finally:
        context.close()
