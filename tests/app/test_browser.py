"""Every screen in a real browser, wide and as a phone: drawn, accessible, within its width."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import ROOT, asgi, browser, check_view, free_port, need_chromium, open_at, serving, wait_run

pytestmark = pytest.mark.browser
PICTURES = Path(os.environ.get("SCREENSHOTS", ROOT / "screenshots"))
VIEWS = {
    "overview": "/",
    "measure": "/kpi?measure=WR01",
    "measure-usual-range": "/kpi?measure=SL01",
    "measure-groups": "/kpi?measure=WR05&by=ethnicity_5",
    "measure-hidden": "/kpi?measure=WR01&unit=safety",
    "measure-withheld": "/kpi?measure=WR03&unit=operations",
    "council": "/directorate",
    "directorate": "/directorate?unit=operations&measure=WR01",
    "service": "/directorate?unit=street_cleansing",
    "gaps": "/gaps",
    "gaps-directorate": "/gaps?unit=strategy",
    "community": "/community",
    "community-ward": "/community?ward=ward_03",
    "data-quality": "/data_quality",
    "data-quality-unit": "/data_quality?unit=operations",
    "definitions": "/definitions",
    "definition": "/definitions?definition=WR01",
    "definition-pay-gap": "/definitions?definition=PG07",
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    need_chromium()
    port = free_port()
    with serving(asgi("tests.support.served:app", port), port, {"EQUALITY_MODE": "demo"}) as base:
        yield base


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as found:
        yield found


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_is_drawn_accessible_and_within_its_width(address, chromium, view):
    page = open_at(chromium, address + VIEWS[view], 320)
    try:
        check_view(page, {width: PICTURES / f"{view}-{width}.png" for width in (320, 1280)})
    finally:
        page.close()


def test_the_usual_range_is_on_the_page_that_is_checked(address, chromium):
    page = open_at(chromium, address + VIEWS["measure-usual-range"], 320)
    try:
        assert page.get_by_role("table", name="The last year against the usual range").count() == 1
    finally:
        page.close()


def test_a_link_restores_the_view_and_a_choice_changes_the_address(address, chromium):
    page = open_at(chromium, f"{address}/kpi?measure=WR03&unit=adults&compare=2024-03-31&release=2026-05-21", 1280)
    try:
        assert "Adult Social Care" in page.inner_text("h1")
        assert "31 March 2024 and 31 March 2026" in page.inner_text("body")
        assert "measure=WR03" in page.url
        assert "unit=adults" in page.url
        page.get_by_label("Council, directorate or service").click()
        page.get_by_role("option", name="Children and Families").click()
        page.wait_for_url("**unit=children**")
        wait_run(page)
        assert "Children and Families" in page.inner_text("h1")
    finally:
        page.close()


@pytest.mark.parametrize(
    ("asked", "heading"), [("/overview", "headline measures"), ("/overview?unit=operations", "City Operations is behind")]
)
def test_the_overview_is_also_found_by_its_name(address, chromium, asked, heading):
    page = open_at(chromium, address + asked, 1280)
    try:
        assert page.get_by_text("Page not found").count() == 0
        assert heading in page.inner_text("h1")
        assert ("unit=operations" in page.url) == ("unit=" in asked)
    finally:
        page.close()


@pytest.mark.parametrize("view", ["/kpi?measure=WR01", "/directorate?unit=operations&measure=WR01", "/gaps"])
def test_each_download_says_of_what(address, chromium, view):
    page = open_at(chromium, address + view, 1280)
    try:
        names = [b.inner_text() for b in page.get_by_role("link", name="Download").all()]
        assert len(names) >= 4
        assert len(set(names)) == len(names)
        assert all("with the numbers of" in n for n in names)
    finally:
        page.close()


def test_on_a_phone_each_figure_stands_under_the_head_of_its_column(address, chromium):
    page = open_at(chromium, f"{address}/kpi?measure=WR01", 320)
    try:
        table = page.get_by_role("table", name="Numbers for this chart").first
        assert table.get_by_role("row").count() > 1
        assert table.get_by_role("columnheader", name="Likely range").count() == 1
        assert table.locator("td").first.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Share"'
        assert table.evaluate("t => t.scrollWidth <= t.parentElement.clientWidth")
    finally:
        page.close()


def test_a_printed_page_has_no_menu_no_buttons_and_all_of_its_text(address, chromium):
    page = open_at(chromium, f"{address}/kpi?measure=WR01", 1280)
    try:
        page.emulate_media(media="print")
        for hidden in (".eq-downloads", '[data-testid="stSelectbox"]', "header.stAppHeader"):
            assert not any(found.is_visible() for found in page.locator(hidden).all()), hidden
        assert page.evaluate("document.documentElement.scrollHeight > 1500")  # the page is long, not a box that scrolls
    finally:
        page.close()


def test_the_unit_is_kept_from_screen_to_screen(address, chromium):
    page = open_at(chromium, f"{address}/?unit=operations", 1280)
    try:
        page.get_by_role("link", name="Directorates").click()
        page.wait_for_url("**/directorate**")
        wait_run(page)
        assert "City Operations" in page.inner_text("h1")
    finally:
        page.close()


@pytest.mark.parametrize("file", ["Excel", "CSV"])
def test_a_file_is_made_when_asked_for(address, chromium, file, tmp_path):
    page = open_at(chromium, f"{address}/kpi?measure=WR01", 1280)
    try:
        with page.expect_download() as waiting:
            page.get_by_role("link", name=f"Download {file}").first.click()
        target = tmp_path / "file"
        waiting.value.save_as(target)
        assert target.read_bytes()[:2] == (b"PK" if file == "Excel" else b"\xef\xbb")
    finally:
        page.close()
