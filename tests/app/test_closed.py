"""What stays shut: pages without the server that opens them, other machines, internal addresses, and engines."""

from __future__ import annotations

import subprocess
import sys

import pytest
from starlette.testclient import TestClient

from tests.support.browser import ROOT, asgi, browser, free_port, need_chromium, plain_streamlit, serving

NEVER = (
    "duckdb",
    "highspy",
    "metrics.sources",
    "metrics.ingest",
    "metrics.query",
    "metrics.disclosure",
    "metrics.evaluate",
    "metrics.pipeline",
)
LOADED = """
import runpy, sys
import pages.shared.server, pages.shared.tables, pages.shared.downloads, metrics.releases.store, metrics.settings
for script in ("dashboard.py", "pages/overview.py", "pages/kpi.py", "pages/directorate.py", "pages/gaps.py"):
    try:
        runpy.run_path(script)
        raise SystemExit(script + " did not stop")
    except Exception as stop:  # a page ends where it has no viewer
        assert type(stop).__name__ == "AccessDenied", repr(stop)
import metrics.charts.time_path, metrics.charts.groups, metrics.charts.funnel, metrics.charts.declared, metrics.charts.multiples
print(" ".join(m for m in sys.modules))
"""


def modules_of(code: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    return set(done.stdout.split())


def test_the_dashboard_process_loads_no_engine():
    loaded = modules_of(LOADED)
    assert "pages.shared.server" in loaded
    assert "metrics.releases.store" in loaded
    assert [m for m in loaded for never in NEVER if m == never or m.startswith(f"{never}.")] == []


def test_the_serve_command_loads_no_engine_and_no_page():
    loaded = modules_of("import sys, metrics.cli.main, metrics.cli.serve; print(*sys.modules)")
    forbidden = (*NEVER, "streamlit", "plotly", "sqlalchemy", "pages")
    assert [m for m in loaded for never in forbidden if m == never or m.startswith(f"{never}.")] == []


@pytest.fixture(scope="module")
def guarded():
    """The guard around an application that answers everything."""
    from starlette.responses import HTMLResponse

    from pages.shared.guard import Guard

    page = '<html lang="en"><title>Streamlit</title></html>'
    return Guard(HTMLResponse(page))


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8501", 200), ("localhost:8501", 200), ("[::1]:8501", 200), ("evil.example", 403), ("192.168.0.9:8501", 403), ("", 403)],
)
def test_only_this_computer_is_answered_whatever_name_it_was_called_by(guarded, host, status):
    assert TestClient(guarded, client=("127.0.0.1", 5000)).get("/", headers={"host": host}).status_code == status


def test_another_machine_is_refused(guarded):
    assert TestClient(guarded, client=("10.1.2.3", 5000)).get("/", headers={"host": "localhost"}).status_code == 403


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent", "/_stcore/healthy"])
def test_internal_addresses_are_shut(guarded, path):
    assert TestClient(guarded).get(path).status_code == 404


def test_pages_are_served_with_headers_language_and_title(guarded):
    answer = TestClient(guarded).get("/")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert '<html lang="en-GB">' in answer.text
    assert "<title>Equality performance dashboard</title>" in answer.text


def test_an_error_is_logged_by_its_kind_and_place_without_its_words(caplog, monkeypatch):
    from pages.shared import server

    monkeypatch.setattr(server.st, "error", lambda words: None)
    with pytest.raises(ValueError, match="7919") as raised:
        raise ValueError("7919 people at No. 1 High Street")
    assert server.on_error(raised.value)
    (record,) = caplog.records
    assert record.fields["kind"] == "ValueError"
    assert record.fields["place"].startswith("test_closed.py:")
    assert "7919" not in f"{caplog.text} {record.fields}"


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/kpi", "/overview", "/directorate", "/gaps", "/"])
@pytest.mark.parametrize("how", ["asgi without a mode", "streamlit run"])
def test_a_fresh_server_asked_for_a_page_first_shows_nothing(how, path):
    """Fresh each time: once any run has reached navigation, the old page discovery is off for good."""
    need_chromium()
    port = free_port()
    command = asgi("tests.support.served:app", port) if how == "asgi without a mode" else plain_streamlit("dashboard.py", port)
    with serving(command, port, {"EQUALITY_MODE": ""}) as base, browser() as chromium:
        page = chromium.new_page()
        page.goto(base + path)
        page.wait_for_selector("text=sign-in is not set up", timeout=60_000)
        words = page.inner_text("body")
        assert "Published figures" not in words
        assert not page.query_selector("h1, table, [data-testid=stPlotlyChart], [data-testid=stSelectbox]")


@pytest.mark.browser
def test_a_mode_in_the_environment_does_not_open_a_plain_streamlit_server():
    need_chromium()
    port = free_port()
    with serving(plain_streamlit("dashboard.py", port), port, {"EQUALITY_MODE": "local"}) as base, browser() as chromium:
        page = chromium.new_page()
        page.goto(base + "/kpi")
        page.wait_for_selector("text=sign-in is not set up", timeout=60_000)
