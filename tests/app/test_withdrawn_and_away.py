"""Pages where nothing stands any more, and where the store cannot be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import NoReturn

import pytest
from streamlit.testing.v1 import AppTest

from metrics.errors import SourceError
from metrics.report import Provenance
from pages.shared import viewer
from tests.app.conftest import words_of
from tests.support.reports import EARLIER, RELEASE, MemoryStore

REASON = "Agency staff were counted twice"


def withdraw(store: MemoryStore, *releases: str) -> None:
    for release in releases:
        contents = store.releases[release]
        mark: Provenance = replace(contents.provenance, withdrawn=REASON, withdrawn_at=datetime(2026, 10, 1, tzinfo=UTC))
        store.releases[release] = replace(contents, provenance=mark)


def opened(app: AppTest, release: str | None = None) -> str:
    if release:
        app.query_params["release"] = release
    app.run()
    assert not app.exception
    return words_of(app)


def test_a_withdrawn_release_names_day_reason_and_the_newest(app: AppTest, store: MemoryStore) -> None:
    withdraw(store, EARLIER)
    words = opened(app, EARLIER)
    assert f"Withdrawn on 1 October 2026: release {EARLIER}." in words
    assert f"Reason: {REASON}." in words
    assert words.index("The release that stands now") < words.index("<h1")


def test_where_every_release_was_withdrawn_the_page_says_so(app: AppTest, store: MemoryStore) -> None:
    withdraw(store, *store.releases)
    words = opened(app)
    assert "Every release has been withdrawn" in words
    assert "equality refresh" in words
    assert not app.selectbox


def test_a_link_to_a_withdrawn_release_opens_even_where_none_stands(app: AppTest, store: MemoryStore) -> None:
    withdraw(store, *store.releases)
    words = opened(app, RELEASE)
    assert f"Withdrawn on 1 October 2026: release {RELEASE}." in words
    assert "No other release stands yet." in words
    assert app.query_params["release"] in (RELEASE, [RELEASE])
    app.selectbox(key="unit").set_value("operations").run()
    assert not app.exception
    assert f"release {RELEASE}" in words_of(app), "the choice outlives another one"


@pytest.mark.parametrize("mode", ["local", "demo"])
def test_a_store_that_cannot_be_read_tells_the_analyst_what_to_do(
    app: AppTest, store: MemoryStore, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    def old() -> NoReturn:
        raise SourceError("The release store has version 1.", "Run `equality releases upgrade`.")

    monkeypatch.setattr(store, "list_releases", old)
    viewer.open_mode(mode)  # type: ignore[arg-type]
    words = opened(app)
    assert "The published figures cannot be read at this moment" in words
    assert "equality releases upgrade" in words


def test_the_words_for_everybody_else_hold_no_address() -> None:
    """A signed-in reader is not told where the store is."""

    def page() -> None:
        from metrics.access.viewer import Viewer
        from metrics.errors import SourceError
        from pages.shared import demo

        demo.cannot_read(Viewer("leadership", "signed_in"), SourceError("The release store postgresql://db.internal is away."))

    words = words_of(AppTest.from_function(page, default_timeout=60).run())
    assert "tell the people who publish the figures" in words
    assert "db.internal" not in words
