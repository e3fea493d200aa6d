"""What stands at every address of a fresh server: who is answered, with which headers, and how much is taken."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.testclient import TestClient

from pages.shared.guard import POLICY, Door, Guard, door
from tests.support.processes import Processes, processes

TLS = {"strict-transport-security": "max-age=31536000"}
ON_ALL = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
CHANGES = {
    "date",
    "content-length",
    "x-request-id",
    "etag",
    "last-modified",
    "set-cookie",
    "accept-ranges",
    "vary",
    "connection",
    "transfer-encoding",
}
NOT_KEPT = {"cache-control": "no-store"}
HTML, PLAIN, JSON = "text/html; charset=utf-8", "text/plain; charset=utf-8", "application/json"
ADDRESSES = [
    ("GET", "/", 200, HTML, {}),
    ("HEAD", "/", 200, HTML, {}),
    ("GET", "/kpi", 200, HTML, {}),
    ("GET", "/kpi?measure=WF02", 200, HTML, {}),
    ("GET", "/directorate", 200, HTML, {}),
    ("GET", "/gaps", 200, HTML, {}),
    ("GET", "/kpi/", 301, None, {"location": "/kpi"}),
    ("GET", "/overview?unit=adults", 307, PLAIN, {"location": "/?unit=adults"}),
    ("GET", "/no/such/page", 200, HTML, {}),
    ("GET", "/favicon.png", 200, "image/png", {}),
    ("GET", "/manifest.json", 200, JSON, {}),
    ("GET", "/health", 200, JSON, {}),
    ("GET", "/ready", 200, JSON, {}),
    ("GET", "/_stcore/health", 200, PLAIN, {}),
    ("GET", "/_stcore/host-config", 200, JSON, {}),
    ("GET", "/_stcore/metrics", 404, PLAIN, {}),
    ("GET", "/_stcore/script-health-check", 404, PLAIN, {}),
    ("GET", "/_stcore/agent/mcp", 404, PLAIN, {}),
    ("GET", "/_stcore/upload_file/a/b", 404, PLAIN, {}),
    ("GET", "/%2e%2e/settings.yaml", 400, None, {}),
    ("GET", "/A" + "x" * 9000, 414, PLAIN, {}),
    ("POST", "/", 405, PLAIN, {"allow": "GET, HEAD"}),
    ("PUT", "/_stcore/upload_file/a/b", 405, PLAIN, {"allow": "GET, HEAD"}),
    ("DELETE", "/kpi", 405, PLAIN, {"allow": "GET, HEAD"}),
    ("OPTIONS", "/kpi", 405, PLAIN, {"allow": "GET, HEAD"}),
    ("TRACE", "/", 405, PLAIN, {"allow": "GET, HEAD"}),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Processes]:
    with processes(environment={"EQUALITY_MODE": "local"}) as running:
        yield running


@pytest.mark.parametrize(("method", "path", "status", "kind", "more"), ADDRESSES, ids=[f"{a[0]} {a[1][:32]}" for a in ADDRESSES])
def test_every_answer_of_a_fresh_server_has_exactly_these_headers(server, method, path, status, kind, more):
    found, headers, _ = server.get(path, method)
    headers = {name: value for name, value in headers.items() if name not in CHANGES}
    expected = {**ON_ALL, **NOT_KEPT, **more, **({"content-type": kind} if kind else {})}
    assert (found, headers) == (status, expected)


def test_only_the_programs_own_files_may_be_kept_by_a_browser(server):
    page = server.get("/")[2]
    script = page.split('src="./static/')[1].split('"')[0]
    status, headers, _ = server.get(f"/static/{script}")
    assert status == 200
    assert "max-age=31536000" in headers["cache-control"]
    assert ON_ALL.items() <= headers.items()
    assert server.get("/static/js/no-such-file.js")[1]["cache-control"] == "no-store"


def test_every_answer_has_an_id_of_its_own_and_keeps_the_proxys(server):
    ours = {server.get("/health")[1]["x-request-id"] for _ in range(3)}
    assert len(ours) == 3
    assert server.get("/health", X_Request_ID="0123456789abcdef" * 2)[1]["x-request-id"] == "0123456789abcdef" * 2
    assert server.get("/health", X_Request_ID="A. Person")[1]["x-request-id"] != "A. Person"


def test_a_body_is_refused(server):
    assert server.get("/kpi", "GET", b"x" * 10)[0] == 413


def test_chunks_are_refused(server):
    with socket.create_connection(("127.0.0.1", server.port), 10) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(("kilobytes", "statuses"), [(20, {200}), (40, {431}), (4000, {400, 431})])
def test_headers_are_bounded_but_leave_room_for_a_long_sign_in(server, kilobytes, statuses):
    with socket.create_connection(("127.0.0.1", server.port), 10) as line:
        try:
            line.sendall(
                b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: a=" + b"x" * kilobytes * 1000 + b"\r\n\r\n"
            )
            first = line.recv(100)
        except ConnectionResetError:
            first = b"HTTP/1.1 431"
    assert int(first.split()[1]) in statuses


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"])
def test_without_sign_in_a_request_that_a_proxy_passed_on_is_refused(server, header):
    assert server.get("/", **{header: "127.0.0.1"})[0] == 403


OTHERS = ["https://evil.example", "http://localhost:3000", "http://127.0.0.1:1", "https://localhost", "null"]


@pytest.mark.parametrize("origin", OTHERS)
def test_another_page_cannot_open_the_connection_not_even_one_of_this_machine(server, origin):
    import websockets

    async def knock(origin: str, host: str | None) -> str:
        more = {"Host": host} if host else {}
        try:
            async with websockets.connect(
                f"ws://127.0.0.1:{server.port}/_stcore/stream", origin=origin, additional_headers=more, subprotocols=["streamlit"]
            ):
                return "open"
        except websockets.InvalidStatus as refused:
            return str(refused.response.status_code)
        except websockets.InvalidMessage:
            return "refused"

    assert asyncio.run(knock(server.url, None)) == "open"
    assert asyncio.run(knock(origin, None)) == "403"


def test_on_the_open_connection_only_what_a_page_needs_is_heard():
    """Any reader could else empty everybody's cache, or be told how this folder is kept under version control."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    choice, beat = BackMsg(), BackMsg(app_heartbeat=True)
    choice.rerun_script.query_string = "unit=adults"
    install = BackMsg()
    install.backend_operation_request.install_skills.SetInParent()
    others = [BackMsg(clear_cache=True), BackMsg(load_git_info=True), BackMsg(debug_shutdown_runtime=True), install, BackMsg()]
    said = [one.SerializeToString() for one in (*others, choice, *others, beat)] + [b"no message"]
    arriving = [{"type": "websocket.connect"}, *({"type": "websocket.receive", "bytes": one} for one in said)]
    arriving += [{"type": "websocket.receive", "text": "text"}, {"type": "websocket.disconnect", "code": 1000}]
    kept = []

    async def app(scope, receive, send):
        while (message := await receive())["type"] != "websocket.disconnect":
            kept.append(message.get("bytes", message.get("text")))

    async def receive():
        return arriving.pop(0)

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 5000)}
    asyncio.run(Guard(app)(scope, receive, None))
    assert kept == [None, choice.SerializeToString(), beat.SerializeToString(), b"no message", "text"]


# with sign-in: by name, over TLS

PUBLIC = {
    "EQUALITY_MODE": "signed_in",
    "EQUALITY_PUBLIC_URL": "https://equality.alderbourne.gov.uk",
    "EQUALITY_HOSTS": "dashboard.internal",
}


def answered(by: Door, host: str, path: str = "/", client: str = "10.1.2.3"):
    async def app(scope, receive, send):
        page = HTMLResponse('<html lang="en"><title>Streamlit</title></html>')
        page.set_cookie("a", "1", httponly=True)
        await page(scope, receive, send)

    return TestClient(Guard(app, by), client=(client, 5000)).get(path, headers={"host": host})


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("equality.alderbourne.gov.uk", 200),
        ("EQUALITY.alderbourne.gov.uk:443", 200),
        ("dashboard.internal", 200),
        ("127.0.0.1:8501", 421),
        ("localhost", 421),
        ("evil.example", 421),
        ("equality.alderbourne.gov.uk.evil.example", 421),
        ("", 421),
    ],
)
def test_with_sign_in_the_public_name_and_named_others_are_answered(host, status):
    answer = answered(door(PUBLIC), host)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert {**ON_ALL, **TLS}.items() <= answer.headers.items()
    if status == 421:
        assert "not known by this name" in answer.text


def test_a_machine_that_watches_may_ask_by_number():
    assert answered(door(PUBLIC), "10.0.0.7", "/health").status_code == 200
    assert answered(door(PUBLIC), "10.0.0.7", "/ready").status_code == 200
    assert answered(door(PUBLIC), "10.0.0.7", "/healthy").status_code == 421


def test_over_tls_every_cookie_is_for_tls_only():
    assert answered(door(PUBLIC), "dashboard.internal").headers["set-cookie"].endswith("; Secure")
    plain = door({**PUBLIC, "EQUALITY_PUBLIC_URL": "http://127.0.0.1:8501"})
    answer = answered(plain, "127.0.0.1:8501")
    assert "Secure" not in answer.headers["set-cookie"]
    assert "strict-transport-security" not in answer.headers


def test_an_answer_of_the_server_itself_does_not_say_what_it_runs_on():
    async def app(scope, receive, send):
        await PlainTextResponse("", headers={"server": "uvicorn", "cache-control": "public, max-age=60"})(scope, receive, send)

    answer = TestClient(Guard(app)).get("/download/x")
    assert "server" not in answer.headers
    assert answer.headers.get_list("cache-control") == ["no-store"]
