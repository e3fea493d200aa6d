"""Everything that a server answers, asked for as nobody and as each role: pages, files and internal addresses, without a browser.

Each unit's figures stand on a base that appears nowhere else, so a figure that leaves the server tells where it came from; every search
must also find a figure that the reader may see.
"""

from __future__ import annotations

import io
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import openpyxl
import pytest

from metrics.access.viewer import Viewer
from pages.shared import reports
from pages.shared.plain import PRODUCT
from tests.support.browser import ROOT, free_port, plain_streamlit, serving
from tests.support.reports import UNITS, some_contents
from tests.support.sign_in import COOKIE_SECRET, ROLES, Signed, claims_of, cookie, environment_of, marks, signed_in_dashboard, write_access
from tests.support.wire import Atom, Refused, found, opened, run_page, texts

SCREENS = sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__")
PARENT = {unit[0]: unit[2] for unit in UNITS}
NAMES = {unit[0]: unit[1] for unit in UNITS}
LOGINS = {"admin": ["Admin"], "lead": ["Lead"], "operations": ["Operations"], "adults": ["Adults"], "scrutiny": ["Scrutiny"]}
LOGINS["two"] = ["Operations", "Adults"]
WITHOUT_FIGURES = {"definitions"}
"""Pages on which a release without waterfalls has no count to show."""
QUESTIONS = ("", "unit=operations", "unit=adults_home&measure=DQ03", "measure=PG02&by=grade_band")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    with signed_in_dashboard(tmp_path_factory.mktemp("rights"), with_provider=False) as made:
        yield made


def identity(server: Signed, login: str) -> str:
    return f"_streamlit_user={server.cookie(login)}"


def get(server: Signed, path: str, cookies: str = "") -> httpx.Response:
    with httpx.Client(trust_env=False, follow_redirects=False, timeout=60) as client:
        return client.get(server.address + path, headers={"cookie": cookies} if cookies else {})


def pages_of(login: str) -> list[str]:
    opens = [ROLES[role]["pages"] for role in LOGINS[login]]
    return [page for page in SCREENS if any(pages == "all" or page in pages for pages in opens)]


def units_of(login: str, page: str) -> set[str]:
    """Units whose figures somebody may read on a page, worked out anew: their own, all below, and the line above."""
    own: set[str] = set()
    for role in (ROLES[name] for name in LOGINS[login]):
        if role["pages"] == "all" or page in role["pages"]:
            own |= set(PARENT) if role["units"] == "all" else set(role["units"])

    def line(unit: str | None) -> list[str]:
        return [] if unit is None else [unit, *line(PARENT[unit])]

    return {unit for unit in PARENT if own & set(line(unit)) or any(unit in line(mine) for mine in own)}


def audience_of(login: str) -> str:
    return str(ROLES[LOGINS[login][0]]["audience"])


def figures(mark: int) -> set[int]:
    """A unit's base, its numerator, and both together, as pay gaps count people."""
    half = round(mark * 0.5)
    return {mark, half, mark + half}


def all_of(mark: Mapping[str, int], units: Iterable[str]) -> set[int]:
    return set().union(*(figures(mark[unit]) for unit in units))


def check_sent(sent: list[Atom], login: str, page: str) -> None:
    """Nothing of other units, nor of the other audience."""
    mine, mark = units_of(login, page), marks(audience_of(login))
    other = marks("public" if audience_of(login) == "leadership" else "leadership")
    assert found(sent, all_of(mark, set(mark) - mine)) == []
    assert found(sent, all_of(other, other)) == []
    words = texts(sent)
    assert [NAMES[unit] for unit in NAMES if unit not in mine and re.search(rf"\b{re.escape(NAMES[unit])}\b", words)] == []


def check_found(sent: list[Atom], login: str, page: str) -> None:
    """The same search finds what they may read."""
    assert found(sent, all_of(marks(audience_of(login)), units_of(login, page)))


def files_in(sent: list[Atom]) -> list[str]:
    return sorted(set(re.findall(r'href="(/download/[^"]+)"', texts(sent))))


def contents_of(answer: httpx.Response) -> list[Atom]:
    if answer.content[:2] == b"PK":
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        return [("xlsx", cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    return [("text", value) for value in opened(answer.text)]


# nobody; these come first, on a server that nobody has asked anything yet


@pytest.mark.parametrize("page", ["kpi", "", *SCREENS])
def test_nobody_is_shown_the_sign_in_page_and_no_figure(server: Signed, page: str) -> None:
    answer = get(server, f"/{page}?unit=operations")
    if page == "overview":
        assert answer.status_code == 307
        return
    assert answer.status_code == 401
    assert "<h1>Sign in</h1>" in answer.text
    assert "Alderbourne City Council" in answer.text
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert found([("page", answer.text)], marks().values()) == []


@pytest.mark.parametrize("page", ["kpi", "", *SCREENS])
def test_nobody_gets_an_open_connection(server: Signed, page: str) -> None:
    with pytest.raises(Refused, match="403"):
        run_page(server.address, page)


SHUT = (
    "/media/0123456789abcdef.csv", "/_stcore/metrics", "/_stcore/host-config", "/_stcore/upload_file/a/b", "/_stcore/script-health-check",
    "/_stcore/agent", "/component/any/index.html", "/_stcore/bidi-components/a", "/app/static/a.txt", "/download/a/a.csv", "/manifest.json",
    "/index.html", "/view-as?role=Lead", "//kpi", "/kpi/", "/static/../kpi", "/static/%2e%2e/kpi", "/x/../kpi",
)  # fmt: skip


@pytest.mark.parametrize("path", SHUT)
def test_nobody_is_answered_anywhere_else(server: Signed, path: str) -> None:
    answer = get(server, path)
    assert answer.status_code in {400, 401, 403, 404}
    assert "streamlit" not in answer.text.lower()


@pytest.mark.parametrize("path", ["/_stcore/health", "/health", "/ready"])
def test_a_machine_that_watches_is_answered(server: Signed, path: str) -> None:
    answer = get(server, path)
    assert answer.status_code == 200
    assert found([("text", answer.text)], marks().values()) == []


@pytest.mark.parametrize("path", ["/media/0123456789abcdef.csv", "/_stcore/metrics", "/_stcore/upload_file/a/b", "/_stcore/agent"])
def test_these_stay_shut_for_everybody(server: Signed, path: str) -> None:
    assert get(server, path, identity(server, "lead")).status_code == 404


# each role


@pytest.mark.parametrize("login", LOGINS)
def test_each_page_over_the_wire_and_each_of_its_files(server: Signed, login: str) -> None:
    me = identity(server, login)
    for page in SCREENS:
        if page not in pages_of(login):
            continue
        everything: list[Atom] = []
        for question in QUESTIONS:
            sent = run_page(server.address, page, question, me)
            assert "<h1" in texts(sent), (page, question)
            assert not any(path.startswith("delta.new_element.alert") for path, _ in sent), texts(sent)[-400:]
            check_sent(sent, login, page)
            everything += sent
        if page not in WITHOUT_FIGURES:
            check_found(everything, login, page)
        for link in files_in(everything):
            answer = get(server, link, me)
            assert answer.status_code == 200, (link[-60:], answer.text[-300:])
            assert "attachment" in answer.headers["content-disposition"]
            inside = contents_of(answer)
            mine = units_of(login, page)
            mark = marks(audience_of(login))
            assert found(inside, all_of(mark, set(mark) - mine)) == []
            assert get(server, link).status_code == 401


@pytest.mark.parametrize("login", LOGINS)
def test_each_refused_page(server: Signed, login: str) -> None:
    me = identity(server, login)
    for page in set(SCREENS) - set(pages_of(login)) - {"overview"}:
        answer = get(server, f"/{page}", me)
        assert answer.status_code == 403
        assert "does not open this page" in answer.text
        sent = run_page(server.address, page, "unit=operations", me)  # whoever leaves the browser out is shown their own first page
        first = next(p for p in ("overview", "kpi", "directorate", "gaps") if p in pages_of(login))
        check_sent(sent, login, first)
        check_found(sent, login, first)


def test_a_link_passed_on_gives_no_more_than_the_reader_may_open(server: Signed) -> None:
    sent = run_page(server.address, "directorate", "unit=operations", identity(server, "lead"))
    links = files_in(sent)
    assert links
    assert all(get(server, link, identity(server, "operations")).status_code in {200, 403} for link in links)
    refused = [get(server, link, identity(server, "adults")) for link in links]
    assert {r.status_code for r in refused} == {403}
    assert all(found([("text", r.text)], marks().values()) == [] for r in refused)
    overview = files_in(run_page(server.address, "overview", "", identity(server, "lead")))
    narrow = get(server, overview[0], identity(server, "operations"))
    assert narrow.status_code == 403
    assert "not open to you" in narrow.text


@pytest.mark.parametrize("change", [lambda t: t[:-3] + "AAA", lambda t: t.split(".")[0], lambda t: "x" + t, lambda t: ""])
def test_an_address_of_a_file_cannot_be_made_up(server: Signed, change: Any) -> None:
    link = files_in(run_page(server.address, "kpi", "", identity(server, "lead")))[0]
    _, _, token, name = link.split("/")
    assert get(server, f"/download/{change(token) or 'x'}/{name}", identity(server, "lead")).status_code == 404


# cookies


def tampered(value: str) -> str:
    return value[:10] + ("A" if value[10] != "A" else "B") + value[11:]


REFUSED = {
    "another secret": (lambda a: f"_streamlit_user={cookie(a, secret='z' + COOKIE_SECRET[1:])}", "Sign in again"),
    "tampered": (lambda a: f"_streamlit_user={tampered(cookie(a))}", "Sign in again"),
    "under another name": (lambda a: f"_streamlit_user={cookie(a, name='_streamlit_user_tokens')}", "Sign in again"),
    "of another address": (lambda _: f"_streamlit_user={cookie('http://127.0.0.1:1')}", "Sign in again"),
    "nonsense": (lambda _: "_streamlit_user=nonsense", "Sign in again"),
    "empty": (lambda _: "_streamlit_user=", "Sign in again"),
    "too large": (lambda a: f"_streamlit_user={cookie(a)}; more={'x' * 9000}", "Your sign-in is too large"),
    "in parts": (lambda a: "_streamlit_user=" + cookie_in_parts(a), "Sign in again"),
    "expired": (lambda a: f"_streamlit_user={cookie(a, iat=int(time.time()) - 8 * 3600 - 1)}", "Sign in again"),
    "from the future": (lambda a: f"_streamlit_user={cookie(a, iat=int(time.time()) + 3600)}", "Sign in again"),
    "without a time": (lambda a: f"_streamlit_user={cookie(a, iat=None)}", "Sign in again"),
    "time as text": (lambda a: f"_streamlit_user={cookie(a, iat='now')}", "Sign in again"),
    "without a session": (lambda a: f"_streamlit_user={cookie(a, session=None)}", "Sign in again"),
    "not logged in": (lambda a: f"_streamlit_user={cookie(a, is_logged_in=False)}", "Sign in again"),
    "another tenant": (lambda a: f"_streamlit_user={cookie(a, 'stranger')}", "This account cannot be used here"),
    "no role": (lambda a: f"_streamlit_user={cookie(a, 'nobody')}", "You do not have a role here yet"),
    "roles are no list": (lambda a: f"_streamlit_user={cookie(a, roles={'Lead': 1})}", "Sign in again"),
    "no person": (lambda a: f"_streamlit_user={cookie(a, oid=None)}", "Sign in again"),
}


def cookie_in_parts(address: str) -> str:
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    parts = [create_signed_value(COOKIE_SECRET, "_streamlit_user", "chunks-1").decode()]
    parts.append("_streamlit_user_1=" + cookie(address, name="_streamlit_user_1"))
    return "; ".join(parts)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_cookie_that_is_not_accepted_opens_nothing(server: Signed, kind: str) -> None:
    make, title = REFUSED[kind]
    sent = make(server.address)
    answer = get(server, "/kpi", sent)
    assert answer.status_code in {401, 403}
    assert f"<h1>{title}</h1>" in answer.text
    assert PRODUCT in answer.text
    assert get(server, "/_stcore/host-config", sent).status_code in {401, 403}
    with pytest.raises(Refused):
        run_page(server.address, "kpi", "", sent)


def test_the_same_cookie_unspoilt_opens_the_page(server: Signed) -> None:
    assert get(server, "/kpi", identity(server, "lead")).status_code == 200


def test_somebody_cut_off_is_out_at_once_and_in_again_when_the_line_is_taken_out(server: Signed) -> None:
    me = identity(server, "lead")
    try:
        for line in ("object-lead/loopback", "object-lead"):
            write_access(server.config, cut_off=[line])
            assert "Your access has been ended" in get(server, "/kpi", me).text
            with pytest.raises(Refused):
                run_page(server.address, "kpi", "", me)
            assert get(server, "/kpi", identity(server, "operations")).status_code == 200
    finally:
        write_access(server.config)
    assert get(server, "/kpi", me).status_code == 200


def test_rules_that_cannot_be_read_close_the_dashboard_until_they_can(server: Signed) -> None:
    good = (server.config / "access.yaml").read_text()
    try:
        (server.config / "access.yaml").write_text("roles: [")
        answer = get(server, "/kpi", identity(server, "lead"))
        assert answer.status_code == 503
        assert "Closed for a moment" in answer.text
    finally:
        (server.config / "access.yaml").write_text(good)
    assert get(server, "/kpi", identity(server, "lead")).status_code == 200


def test_signing_out_ends_the_sign_in_everywhere_and_tidies_the_browser_up(server: Signed) -> None:
    me = f"_streamlit_user={cookie(server.address, 'lead', session='to-be-ended')}"
    assert get(server, "/kpi", me).status_code == 200
    elsewhere = httpx.get(f"{server.address}/sign-out", headers={"cookie": me, "sec-fetch-site": "cross-site"}, trust_env=False)
    assert elsewhere.headers["location"] == "/"
    assert get(server, "/kpi", me).status_code == 200
    gone = get(server, "/sign-out", me)
    assert gone.status_code in {302, 303}
    assert any(c.startswith("_streamlit_user=") and "Max-Age=0" in c for c in gone.headers.get_list("set-cookie"))
    assert get(server, "/kpi", me).status_code == 401  # a copy of the cookie is of no use
    assert server.audit.has_ended("to-be-ended")
    assert server.audit.events(what=["signed_out"])[-1].who == "object-lead/loopback"


def test_each_download_is_written_down_without_a_figure(server: Signed) -> None:
    link = next(k for k in files_in(run_page(server.address, "kpi", "", identity(server, "operations"))) if k.endswith(".csv"))
    assert get(server, link, identity(server, "operations")).status_code == 200
    last = server.audit.events(what=["downloaded"])[-1]
    assert (last.who, last.role, last.page, last.release) == ("object-operations/loopback", "Operations", "kpi", server.release)
    assert last.file == link.rsplit("/", 1)[1]
    assert last.kpi
    assert last.name == ""
    assert found([("row", str(last))], marks().values()) == []


def test_asking_only_for_the_headers_of_a_file_is_no_download(server: Signed) -> None:
    me = identity(server, "operations")
    link = next(k for k in files_in(run_page(server.address, "kpi", "", me)) if k.endswith(".csv"))
    before = len(server.audit.events(what=["downloaded"]))
    asked = httpx.head(f"{server.address}{link}", headers={"cookie": me}, trust_env=False, timeout=60)
    assert (asked.status_code, asked.content) == (200, b"")
    assert len(server.audit.events(what=["downloaded"])) == before
    assert get(server, link, me).status_code == 200
    assert len(server.audit.events(what=["downloaded"])) == before + 1


def test_whoever_follows_a_link_cannot_write_into_the_log(server: Signed) -> None:
    link = files_in(run_page(server.address, "kpi", "", identity(server, "operations")))[0]
    other = link.rsplit("/", 1)[0] + "/%1b[2J%0a2026-03-01 signed_out, all is well.csv"
    assert get(server, other, identity(server, "operations")).status_code == 200
    assert server.audit.events(what=["downloaded"])[-1].file == "-2J-2026-03-01-signed_out-all-is-well.csv"


@pytest.mark.parametrize("query", ["error=access_denied", "code=a&state=b"])
def test_a_link_to_a_sign_in_that_fails_signs_nobody_out(server: Signed, query: str) -> None:
    answer = get(server, f"/oauth2callback?{query}", identity(server, "lead"))
    assert answer.status_code == 403
    assert [c for c in answer.headers.get_list("set-cookie") if c.startswith("_streamlit_user")] == []


def test_a_download_that_cannot_be_written_down_is_refused_and_pages_stay_readable(server: Signed) -> None:
    link = files_in(run_page(server.address, "kpi", "", identity(server, "lead")))[0]
    holding = sqlite3.connect(server.audit_url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        holding.execute("BEGIN IMMEDIATE")  # as a full disk or a lost server would: nothing can be added
        answer = get(server, link, identity(server, "lead"))
        assert answer.status_code == 503
        assert "cannot be handed out" in answer.text
        assert found(contents_of(answer), marks().values()) == []
        assert get(server, "/kpi", identity(server, "lead")).status_code == 200
        assert "<h1" in texts(run_page(server.address, "kpi", "", identity(server, "lead")))
        assert get(server, "/ready").json()["reasons"] == ["the audit log cannot be written"]
    finally:
        holding.execute("ROLLBACK")
        holding.close()
    assert get(server, link, identity(server, "lead")).status_code == 200


# looking through another role's eyes


def test_an_administrator_sees_what_a_role_sees_and_no_more(server: Signed) -> None:
    started = get(server, "/view-as?role=Operations", identity(server, "admin"))
    assert started.status_code == 303
    assert any(c.startswith("equality_view_as=Operations") for c in started.headers.get_list("set-cookie"))
    event = server.audit.events(what=["view_as"])[-1]
    assert (event.who, event.reason) == ("object-admin/loopback", "Operations")
    me = identity(server, "admin") + "; equality_view_as=Operations"
    sent = run_page(server.address, "directorate", "", me)
    check_sent(sent, "operations", "directorate")
    check_found(sent, "operations", "directorate")
    assert "You are viewing as: " in texts(sent)
    assert "Officer of operations" in texts(sent)
    assert get(server, "/gaps", me).status_code == 403
    for link in files_in(sent):
        assert found(contents_of(get(server, link, me)), [marks()["adults"]]) == []
    last = server.audit.events(what=["downloaded"])[-1]
    assert (last.who, last.role) == ("object-admin/loopback", "Admin as Operations")


@pytest.mark.parametrize("login", ["lead", "operations", "scrutiny"])
def test_nobody_else_widens_or_changes_anything_by_it(server: Signed, login: str) -> None:
    assert get(server, "/view-as?role=Admin", identity(server, login)).status_code == 403
    for role in ("Admin", "Lead", "Adults", "nonsense"):
        me = identity(server, login) + f"; equality_view_as={role}"
        sent = run_page(server.address, "overview", "", me)
        check_sent(sent, login, "overview")
        assert "You are viewing as" not in texts(sent)


def test_what_is_kept_for_the_whole_council_is_not_for_somebody_without_units() -> None:
    contents, everything = some_contents(), Viewer("leadership", "signed_in", None)
    nobody = replace(everything, units=())
    assert reports.once(everything, contents, ("kept",), lambda: "all") == "all"
    assert reports.once(nobody, contents, ("kept",), lambda: "none") == "none"


# without our launcher


@pytest.mark.parametrize("path", ["kpi", "", "overview", "directorate", "gaps"])
def test_plain_streamlit_opens_nothing_to_nobody_and_to_no_cookie(server: Signed, path: str) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    environment = {**environment_of(server.config.parent, base, None), "STREAMLIT_SERVER_COOKIE_SECRET": COOKIE_SECRET}
    with serving(plain_streamlit("dashboard.py", port), port, environment):
        for cookies in ("", f"_streamlit_user={cookie(base)}"):
            sent = run_page(base, path, "unit=operations", cookies)
            assert "sign-in is not set up" in texts(sent)
            assert found(sent, marks().values()) == []
            assert "Alderbourne" not in texts(sent)


def test_the_search_finds_a_number_in_every_place_it_can_hide() -> None:
    import base64

    import numpy as np

    packed = base64.b64encode(np.array([30_011], dtype="int32").tobytes()).decode()
    drawing = base64.b64encode(b"<svg><text>30,011</text></svg>").decode()
    picture = f'<img src="data:image/svg+xml;base64,{drawing}">'
    for hidden in ({"x": {"dtype": "i4", "bdata": packed}}, picture, '{"a": [30011]}', "30,011 people"):
        assert found([("x", value) for value in opened(hidden)], [30_011.0])
    assert not found([("x", "30,012 people")], [30_011.0])
    every = [n for audience in ("leadership", "public") for mark in marks(audience).values() for n in figures(mark)]
    assert len(every) == len(set(every))  # each tells its unit and its audience
    assert claims_of("lead")["oid"] == "object-lead"
