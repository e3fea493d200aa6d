"""The gate beside the guard, without a server: where it leads, what it sets, and that every page asks who is there first."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

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


@pytest.mark.parametrize("path", ["/sign-in?to=/kpi", "/view-as?role=Operations", "/auth/logout"])
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
        ("/download/a/b.csv", "/"),
        ("/kpi?x=\r\nset-cookie: a=b", "/"),
        ("/kpi?x=" + "y" * 2000, "/"),
        ("/kpi?x=é", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_nobody_is_led_elsewhere(asked: str, kept: str) -> None:
    assert safe_return(asked) == kept


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
