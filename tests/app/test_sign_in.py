"""Signing in with a browser, from the first page to the last: roles, deep links, second tabs, limits, and what is said on the way."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.browser import ROOT, axe_violations, browser, need_chromium, picture, wait_run
from tests.support.sign_in import ROLES, Signed, open_as, sign_in, signed_in_dashboard, write_access

pytestmark = pytest.mark.browser
PICTURES = Path(os.environ.get("SCREENSHOTS", ROOT / "screenshots"))
WIDER = """() => { const m = document.querySelector('[data-testid="stMain"]'); return m.scrollWidth - m.clientWidth; }"""
TABS = {"overview": "Overview", "kpi": "Measures", "directorate": "Directorates", "gaps": "Pay gaps"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    need_chromium()
    with signed_in_dashboard(tmp_path_factory.mktemp("sign_in"), workers=2) as made:
        yield made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as found:
        yield found


def words(page: Any) -> str:
    return str(page.inner_text("body"))


def first_words(page: Any, text: str) -> None:
    """Until the page says something."""
    page.wait_for_selector(f"text={text}", timeout=30_000)


@pytest.mark.parametrize("width", [1280, 320])
def test_the_sign_in_page_is_accessible_and_within_its_width(server: Signed, chromium: Any, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 700})
    page.goto(f"{server.address}/kpi?measure=WR03")
    page.screenshot(path=str(PICTURES / f"sign-in-{width}.png"))
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in"
    assert page.get_by_role("link").count() == 1
    assert page.locator("script").count() == 0
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    assert page.title() == "Sign in - Equality performance dashboard"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe_violations(page) == []
    page.close()


def test_a_deep_link_survives_sign_in_and_the_header_says_who_and_as_what(server: Signed, chromium: Any) -> None:
    page = open_as(chromium, server, "lead", "/kpi?measure=WR03&unit=adults")
    assert page.url == f"{server.address}/kpi?measure=WR03&unit=adults"
    assert "Adult Social Care" in page.inner_text("h1")
    assert "Sam Leader, Senior leadership" in words(page).replace("\n", " ")
    kept = {c["name"]: c for c in page.context.cookies(server.address)}
    mine = kept["_streamlit_user"]
    assert mine["httpOnly"]
    assert mine["sameSite"] == "Lax"
    assert 0 < mine["expires"] - time.time() <= 8 * 3600
    assert "equality_return" not in kept
    signed = server.audit.events(what=["signed_in"])[-1]
    assert (signed.who, signed.role, signed.name) == ("object-lead/loopback", "Lead", "")
    asked = server.identities.asked()[-1] if server.identities else {}
    assert asked["code_challenge_method"] == "S256"
    assert "email" not in asked["scope"]
    page.context.close()


@pytest.mark.parametrize("login", ["admin", "lead", "operations", "adults", "scrutiny"])
def test_each_role_has_its_pages_in_the_menu_and_a_plain_refusal_for_the_others(server: Signed, chromium: Any, login: str) -> None:
    role = ROLES[{"admin": "Admin", "lead": "Lead", "operations": "Operations", "adults": "Adults", "scrutiny": "Scrutiny"}[login]]
    page = open_as(chromium, server, login)
    assert role["title"] in words(page)
    for name, tab in TABS.items():
        opens = role["pages"] == "all" or name in role["pages"]
        assert (page.get_by_role("link", name=tab, exact=True).count() > 0) == opens, name
        page.goto(f"{server.address}/{name}")
        if opens:
            wait_run(page)
            assert page.locator("h1").count() == 1
            assert page.get_by_text("Page not found").count() == 0
            assert page.locator('[data-testid="stAlert"]').count() == 0
        elif name != "overview":  # the overview's name leads to the first page that is theirs
            assert page.inner_text("h1") == "This page is not open to you"
            assert role["title"] in words(page)
            assert axe_violations(page) == []
        page.goto(server.address)
        wait_run(page)
    page.context.close()


@pytest.mark.parametrize(
    ("login", "title"),
    [("nobody", "You do not have a role here yet"), ("stranger", "This account cannot be used here")],
)
def test_who_is_not_let_in_is_told_why_and_what_to_do(server: Signed, chromium: Any, login: str, title: str) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(server.address)
    sign_in(page, login)
    first_words(page, title)
    assert "ask the people who run the dashboard" in words(page).lower()
    assert axe_violations(page) == []
    assert not [c for c in context.cookies(server.address) if c["name"].startswith("_streamlit_user")]
    refused = server.audit.events(what=["refused"])[-1]
    assert refused.who.startswith(f"object-{login}/")
    context.close()


def test_somebody_in_many_groups_gets_in_all_the_same(server: Signed, chromium: Any) -> None:
    """190 group ids would make a cookie of 15 KB, on which the open connection fails."""
    page = open_as(chromium, server, "groups")
    assert "Many Groups" in words(page)
    assert sum(len(c["value"]) for c in page.context.cookies(server.address) if c["name"].startswith("_streamlit")) < 4000
    page.context.close()


def test_signing_out_closes_the_second_tab_too_and_a_copied_cookie_is_dead(server: Signed, chromium: Any) -> None:
    page = open_as(chromium, server, "operations")
    copied = next(c for c in page.context.cookies(server.address) if c["name"] == "_streamlit_user")
    second = page.context.new_page()
    second.goto(f"{server.address}/kpi")
    wait_run(second)
    page.bring_to_front()
    page.get_by_role("link", name="Sign out").click()
    leave = page.get_by_role("button", name="Yes, sign me out")
    if leave.count():  # the provider asks
        leave.click()
    page.wait_for_url("**/signed-out")
    assert page.inner_text("h1") == "You have signed out"
    assert axe_violations(page) == []
    second.bring_to_front()
    second.wait_for_url("**/signed-out*", timeout=30_000)
    assert "Published figures" not in words(second)
    again = httpx.get(f"{server.address}/kpi", cookies={"_streamlit_user": copied["value"]}, trust_env=False)
    assert again.status_code == 401
    page.context.close()


def test_signing_in_as_somebody_else_in_a_second_tab_leads_the_first_one_there_too(server: Signed, chromium: Any) -> None:
    """The first tab ends itself, which must not end the newer sign-in."""
    page = open_as(chromium, server, "lead", "/kpi")
    earlier = next(c["value"] for c in page.context.cookies(server.address) if c["name"] == "_streamlit_user")
    second = page.context.new_page()
    second.goto(f"{server.address}/sign-in?to=/kpi")
    second.fill("input[name=login]", "operations")
    second.fill("input[name=password]", "any")
    second.click("button[type=submit]")
    first_words(second, "Olu Officer")
    assert httpx.get(f"{server.address}/kpi", cookies={"_streamlit_user": earlier}, trust_env=False).status_code == 401
    page.bring_to_front()
    first_words(page, "Olu Officer")
    assert "Sam Leader" not in words(page)
    second.reload()
    first_words(second, "Olu Officer")
    said = [(e.what, e.who) for e in server.audit.events()][-2:]
    assert said == [("signed_out", "object-lead/loopback"), ("signed_in", "object-operations/loopback")]
    page.context.close()


def test_a_role_taken_away_at_the_provider_is_gone_at_the_next_sign_in(server: Signed, chromium: Any) -> None:
    assert server.identities is not None
    page = open_as(chromium, server, "scrutiny")
    server.identities.change("scrutiny", roles=[])
    try:
        page.reload()
        wait_run(page)
        assert "Sky Member" in words(page)  # for as long as this sign-in lasts
        page.context.clear_cookies()
        page.goto(server.address)
        sign_in(page, "scrutiny")
        first_words(page, "You do not have a role here yet")
    finally:
        server.identities.change("scrutiny", roles=["Scrutiny"])
    page.context.close()


def test_an_idle_tab_of_somebody_cut_off_ends_itself(server: Signed, chromium: Any) -> None:
    page = open_as(chromium, server, "adults", "/kpi")
    try:
        write_access(server.config, cut_off=["object-adults/loopback"])
        page.wait_for_url("**/signed-out?why=cut_off", timeout=30_000)
        assert page.inner_text("h1") == "Your access has been ended"
        assert "Published figures" not in words(page)
    finally:
        write_access(server.config)
    page.context.close()


def test_an_idle_tab_ends_with_the_time_limit(server: Signed, chromium: Any) -> None:
    page = open_as(chromium, server, "lead", "/kpi")
    try:
        write_access(server.config, hours=0.001)
        page.wait_for_url("**/signed-out?why=expired", timeout=30_000)
        assert page.inner_text("h1") == "Sign in again"
    finally:
        write_access(server.config)
    page.context.close()


@pytest.mark.parametrize("width", [1280, 320])
def test_an_administrator_looks_as_a_role_and_every_page_says_so(server: Signed, chromium: Any, width: int) -> None:
    page = open_as(chromium, server, "admin", width=width)
    picture(page, PICTURES / f"signed-in-{width}.png")
    assert axe_violations(page) == []
    page.get_by_role("link", name="Officer of operations").click()
    wait_run(page)
    for path in ("/", "/kpi", "/directorate"):
        page.goto(server.address + path)
        wait_run(page)
        assert "You are viewing as: Officer of operations." in words(page)
        assert "Ada Administrator, Dashboard administrator" in words(page).replace("\n", " ")
        assert page.evaluate(WIDER) <= 0
    assert axe_violations(page) == []
    picture(page, PICTURES / f"view-as-{width}.png")
    assert page.get_by_role("link", name="Pay gaps", exact=True).count() == 0
    page.goto(f"{server.address}/gaps")
    assert page.inner_text("h1") == "This page is not open to you"
    page.get_by_role("link", name="Stop viewing as another role").click()
    wait_run(page)
    assert "You are viewing as" not in words(page)
    seen = [(e.who, e.reason) for e in server.audit.events(what=["view_as"])][-2:]
    assert seen == [("object-admin/loopback", "Operations"), ("object-admin/loopback", "ended")]
    page.context.close()


def test_a_file_is_fetched_by_its_link_and_the_page_stays(server: Signed, chromium: Any, tmp_path: Path) -> None:
    page = open_as(chromium, server, "operations", "/kpi?measure=WR01")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download CSV").first.click()
    waiting.value.save_as(tmp_path / "file.csv")
    assert (tmp_path / "file.csv").read_bytes()[:3] == b"\xef\xbb\xbf"
    assert waiting.value.suggested_filename == f"WR01-over-time-{server.release}.csv"
    assert "measure=WR01" in page.url
    page.context.close()


def test_a_provider_that_cannot_be_reached_is_said_plainly(tmp_path: Path) -> None:
    with signed_in_dashboard(tmp_path, with_provider=False) as made, httpx.Client(trust_env=False, follow_redirects=True) as client:
        answer = client.get(f"{made.address}/sign-in?to=/kpi", timeout=60)
        assert answer.status_code == 503
        assert "The sign-in was not completed" in answer.text
        back = client.get(f"{made.address}/oauth2callback?error=access_denied&state=x")
        assert back.status_code == 403
        assert "access_denied" not in back.text


def test_the_accounts_of_the_provider_are_what_these_tests_say(server: Signed) -> None:
    assert server.identities is not None
    assert json.loads(server.identities.accounts.read_text())["scrutiny"]["roles"] == ["Scrutiny"]
