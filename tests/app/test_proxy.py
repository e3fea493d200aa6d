"""The recipe for nginx of docs/deployment, run for real: pages over TLS through it, and what it keeps away from the dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import FLAGS, free_port, need_chromium, wait_run
from tests.support.nginx import NAME, Proxy, find_nginx, proxying
from tests.support.processes import Processes, memory, processes
from tests.support.signed_in import for_browser, identity, variables


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Processes]]:
    """Two workers with sign-in behind the proxy."""
    find_nginx()
    folder, https = tmp_path_factory.mktemp("nginx"), free_port()
    environment = variables(f"https://{NAME}:{https}", folder)
    with (
        processes(2, environment=environment, arguments=("--proxy", "127.0.0.1")) as running,
        proxying(folder, running.port, https) as proxy,
    ):
        yield proxy, running


@pytest.fixture(scope="module")
def browser_to(both: tuple[Proxy, Processes]) -> Iterator[Any]:
    """A browser that finds the public name on this machine and takes the test's certificate."""
    from playwright.sync_api import sync_playwright

    executable = need_chromium()
    with sync_playwright() as play:
        told = [*FLAGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1", "--no-proxy-server"]
        chromium = play.chromium.launch(executable_path=executable, args=told, headless=True)
        yield chromium
        chromium.close()


def head(answer: str) -> tuple[int, dict[str, str], list[str]]:
    first, *lines = answer.split("\n\n")[0].splitlines()
    pairs = [line.split(": ", 1) for line in lines]
    return int(first.split()[1]), {k.lower(): v for k, v in pairs}, [v for k, v in pairs if k.lower() == "set-cookie"]


@pytest.mark.browser
def test_a_reader_opens_a_page_over_tls_changes_a_choice_and_takes_a_file(both, browser_to):
    proxy, running = both
    context = browser_to.new_context(ignore_https_errors=True, reduced_motion="reduce", viewport={"width": 1280, "height": 1200})
    context.add_cookies([for_browser(proxy.url)])
    page = context.new_page()
    sockets: list[str] = []
    page.on("websocket", lambda line: sockets.append(line.url))
    page.goto(f"{proxy.url}/directorate")
    wait_run(page)
    assert sockets == [f"wss://{NAME}:{proxy.https}/_stcore/stream"]
    page.get_by_label("Directorate").first.click()
    page.get_by_role("option", name="Children and Families").click()
    page.wait_for_function("() => document.querySelector('h1')?.textContent.includes('Children and Families')")
    wait_run(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").first.click()
    assert Path(taken.value.path()).read_text(encoding="utf-8-sig").startswith("release,")
    for cookie in context.cookies():
        assert cookie["secure"], cookie["name"]
    assert all(0 < memory(pid) < 500 for pid in running.workers())
    context.close()


def test_every_answer_through_the_proxy_has_the_headers_and_secure_cookies(both):
    proxy, _ = both
    for path in ("/", "/kpi", "/sign-in", "/_stcore/health", "/download/x/y.csv", "/health"):
        _, headers, cookies = head(proxy.curl(path))
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers or headers["server"] == "nginx"
        assert all("secure" in cookie.lower() for cookie in cookies)
    assert head(proxy.curl("/_stcore/health"))[2] or head(proxy.curl("/sign-in"))[2]


def test_files_of_the_program_are_compressed_and_kept(both):
    proxy, _ = both
    name, value = identity(proxy.url)
    page = proxy.curl("/kpi", "--cookie", f"{name}={value}")
    script = page.split('src="./static/')[1].split('"')[0]
    _, headers, _ = head(
        proxy.curl(
            f"/static/{script}",
            "--header",
            "Accept-Encoding: gzip",
            "--cookie",
            f"{name}={value}",
            "--output",
            "/dev/null",
            "--dump-header",
            "-",
        )
    )
    assert headers.get("content-encoding") == "gzip"
    assert "max-age=31536000" in headers["cache-control"]
    assert "content-encoding" not in head(proxy.curl("/kpi", "--header", "Accept-Encoding: gzip", "--cookie", f"{name}={value}"))[1]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (("--header", "Host: evil.example"), 421),
        (("--header", "Host: 127.0.0.1"), 421),
        (("--request", "POST", "--data", "x"), 405),
        (("--request", "POST", "--data-binary", "x" * 20_000), 413),
        (("--header", "Cookie: a=" + "x" * 60_000), 400),
    ],
)
def test_what_the_proxy_and_the_dashboard_refuse(both, more, status):
    assert head(both[0].curl("/", *more))[0] == status


def test_a_client_cannot_say_who_it_is_or_write_into_the_log(both):
    proxy, running = both
    told = ("--header", "X-Forwarded-For: 7.7.7.7", "--header", "X-Request-ID: " + "a" * 32, "--header", "Forwarded: for=7.7.7.7")
    _, headers, _ = head(proxy.curl("/kpi?who=A.Person", *told))
    assert headers["x-request-id"] != "a" * 32
    log = (proxy.folder / "equality.log").read_text(encoding="utf-8")
    assert headers["x-request-id"] in log
    assert "A.Person" not in log
    assert "7.7.7.7" not in log
    assert headers["x-request-id"] in running.said()


def test_attempts_to_sign_in_are_limited(both):
    proxy, _ = both
    statuses = [head(proxy.curl("/sign-in"))[0] for _ in range(16)]
    assert statuses[-1] == 429
    assert head(proxy.curl("/health"))[0] == 200


def test_plain_http_leads_to_tls(both):
    import http.client

    proxy, _ = both
    line = http.client.HTTPConnection("127.0.0.1", proxy.http, timeout=10)
    line.request("GET", "/kpi?measure=WF02", headers={"Host": NAME})
    answer = line.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/kpi?measure=WF02")
