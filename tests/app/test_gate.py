"""The gate beside the guard, without a server: where it leads, what it sets, and that every page asks who is there first."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from pages.shared.doorkeeper import Doorkeeper
from pages.shared.guard import Door, Guard
from pages.shared.identity import Gate, safe_return
from pages.shared.screens import SCREENS
from tests.support.browser import ROOT
from tests.support.sign_in import COOKIE_SECRET, claims_of, cookie, environment_of, write_config

HOST = "equality.example.gov.uk"
BASE = f"https://{HOST}"


@pytest.fixture
def keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doorkeeper:
    from metrics.settings import load_sign_in

    write_config(tmp_path / "config")
    monkeypatch.setenv("EQUALITY_AUDIT_URL", f"sqlite:///{tmp_path}/audit.sqlite")
    return Doorkeeper(tmp_path / "config", load_sign_in(environment_of(tmp_path, BASE, None)))


@pytest.fixture
def client(keeper: Doorkeeper) -> TestClient:
    inside = Guard(Gate(PlainTextResponse("inside"), keeper), door=Door(frozenset({HOST}), tls=True))
    return TestClient(inside, base_url=BASE, follow_redirects=False)


@pytest.mark.parametrize("path", ["/sign-in?to=/kpi", "/view-as?role=Operations", "/sign-out"])
def test_over_tls_every_cookie_is_marked_and_tls_is_asked_for_always(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"cookie": f"_streamlit_user={cookie(BASE, 'admin')}"})
    set_here = answer.headers.get_list("set-cookie")
    assert set_here
    for one in set_here:
        attributes = {part.strip().lower() for part in one.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
    assert answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("/kpi?measure=WR01&unit=adults", "/kpi?measure=WR01&unit=adults"),
        ("/", "/"),
        ("//evil.example/kpi", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/kpi", "/"),
        ("kpi", "/"),
        ("/kpi/../auth/logout", "/"),
        ("/auth/logout", "/"),
        ("/sign-out", "/"),
        ("/download/a/b.csv", "/"),
        ("/kpi?x=\r\nset-cookie: a=b", "/"),
        ("/kpi?x=" + "y" * 2000, "/"),
        ("/kpi?x=é", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_nobody_is_led_elsewhere(asked: str, kept: str) -> None:
    assert safe_return(asked) == kept


def test_the_goodbye_of_an_old_tab_leaves_a_newer_sign_in_alone(keeper: Doorkeeper, client: TestClient) -> None:
    """Streamlit leads a tab whose sign-in is over to /auth/logout, and the browser sends the cookie it holds by then."""
    me = {"cookie": f"_streamlit_user={cookie(BASE, 'lead', session='newer')}", "sec-fetch-site": "same-origin"}
    stays = client.get("/auth/logout", headers=me)
    assert (stays.status_code, stays.headers["location"]) == (303, "/")
    assert "set-cookie" not in stays.headers
    assert client.get("/kpi", headers=me).text == "inside"
    assert keeper.audit.events() == ()
    client.get("/sign-out", headers=me)
    over = client.get("/auth/logout", headers=me)
    assert over.headers["location"] == "/signed-out"
    assert any(one.startswith("_streamlit_user=") and "Max-Age=0" in one for one in over.headers.get_list("set-cookie"))
    assert [e.what for e in keeper.audit.events()] == ["signed_out"]


@pytest.mark.parametrize(
    ("sent", "out"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin", "referer": "https://dashboard.internal/"}, True),
        ({"referer": f"{BASE}/kpi"}, True),
        ({}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site", "referer": f"{BASE}/kpi"}, False),
        ({"referer": "https://evil.example/"}, False),
        ({"referer": f"{BASE}.evil.example/"}, False),
        ({"origin": "null"}, False),
    ],
)
def test_only_a_link_of_our_own_pages_signs_somebody_out(keeper: Doorkeeper, client: TestClient, sent: dict[str, str], out: bool) -> None:
    """A browser that says where the link stood is believed; one that says nothing is an old one."""
    me = {"cookie": f"_streamlit_user={cookie(BASE, 'lead', session='mine')}"}
    answer = client.get("/sign-out", headers={**me, **sent})
    assert keeper.has_ended("mine") == out
    assert (client.get("/kpi", headers=me).status_code == 401) == out
    if not out:
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("login", "status"), [("operations", 303), ("nobody", 403)])
def test_signing_in_over_a_sign_in_ends_the_earlier_one(keeper: Doorkeeper, login: str, status: int) -> None:
    """Also where the new one is refused: the browser's cookie is gone then, and a copy of it must be worth nothing."""

    async def streamlit(scope: Scope, receive: Receive, send: Send) -> None:
        answer = Response("inside")
        if scope["path"] == "/oauth2callback":
            answer.set_cookie("_streamlit_user", cookie(BASE, login, session=None))
        await answer(scope, receive, send)

    client = TestClient(Gate(streamlit, keeper), base_url=BASE, follow_redirects=False)
    earlier = {"cookie": f"_streamlit_user={cookie(BASE, 'lead', session='earlier')}"}
    assert client.get("/kpi", headers=earlier).status_code == 200
    assert client.get("/oauth2callback?code=x&state=y", headers=earlier).status_code == status
    assert [(e.what, e.who) for e in keeper.audit.events()] == [
        ("signed_out", "object-lead/loopback"),
        ("signed_in" if status == 303 else "refused", f"object-{login}/loopback"),
    ]
    if status == 303:
        assert client.get("/kpi").status_code == 200
    client.cookies.clear()
    assert client.get("/kpi", headers=earlier).status_code == 401


def test_a_sign_in_that_was_not_completed_ends_nothing(client: TestClient) -> None:
    me = {"cookie": f"_streamlit_user={cookie(BASE, 'lead')}"}
    assert client.get("/oauth2callback?error=access_denied&state=x", headers=me).status_code == 403
    assert client.get("/kpi", headers=me).status_code == 200


def test_the_first_page_of_a_role_is_also_found_by_its_name(client: TestClient) -> None:
    me = {"cookie": f"_streamlit_user={cookie(BASE, 'adults')}"}
    assert client.get("/kpi?unit=adults", headers=me).headers["location"] == "/?unit=adults"
    assert client.get("/gaps", headers=me).text == "inside"


def test_a_refusal_is_recorded_once_and_not_for_every_try(keeper: Doorkeeper, client: TestClient) -> None:
    me = {"cookie": f"_streamlit_user={cookie(BASE, 'scrutiny')}"}
    for _ in range(5):
        assert client.get("/kpi", headers=me).status_code == 403
    assert [(e.who, e.reason, e.page) for e in keeper.audit.events(what=["refused"])] == [("object-scrutiny/loopback", "page", "kpi")]


def test_nothing_of_a_refused_cookie_is_in_the_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/kpi", headers={"cookie": "_streamlit_user=forged-7919-value"})
    client.get("/kpi", headers={"cookie": f"_streamlit_user={cookie(BASE, 'nobody')}"})
    said = [(record.message, getattr(record, "fields", {})) for record in caplog.records if record.name == "equality"]
    assert said == [("identity refused", {"kind": "malformed"}), ("identity refused", {"kind": "no_role"})]


def test_a_sign_in_that_cannot_be_recorded_is_not_accepted(keeper: Doorkeeper, tmp_path: Path) -> None:
    from metrics.errors import AccessDenied

    (tmp_path / "audit.sqlite").mkdir()
    with pytest.raises(AccessDenied) as refused:
        keeper.admit(claims_of("lead"))
    assert refused.value.reason == "audit"


def test_signing_in_is_recorded_and_the_cookie_names_it(keeper: Doorkeeper) -> None:
    viewer, kept = keeper.admit({**claims_of("lead"), "session": "chosen by somebody else", "email": "lead@example.org"})
    assert kept["session"] == viewer.session != "chosen by somebody else"
    assert "email" not in kept
    assert COOKIE_SECRET not in str(kept)
    assert [e.what for e in keeper.audit.events()] == ["signed_in"]


@pytest.mark.parametrize("screen", sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__"))
def test_every_page_asks_first_whether_the_reader_may_open_it(screen: str) -> None:
    """Whatever else it does comes after `viewer = require_viewer("its name")`."""
    body = ast.parse((ROOT / "pages" / f"{screen}.py").read_text(encoding="utf-8")).body
    first = next(step for step in body if not isinstance(step, (ast.Import, ast.ImportFrom)) and not is_plain(step))
    assert ast.unparse(first) == f"viewer = require_viewer('{screen}')"
    assert screen in SCREENS


def is_plain(step: ast.stmt) -> bool:
    """A docstring, or a name for a plain value."""
    value = getattr(step, "value", None)
    return isinstance(step, (ast.Expr, ast.Assign)) and isinstance(value, (ast.Constant, ast.Dict, ast.Tuple))
