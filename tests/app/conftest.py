"""The app in a test: every page on factories instead of a store, with the mode that the server would have opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.pipeline.summaries import summarise_kpi
from metrics.report import DimensionSummary
from pages.shared import reports, viewer
from tests.support.gap_report import StoreWith
from tests.support.reports import RELEASE, MemoryStore

ROOT = Path(__file__).resolve().parents[2]
Rows = list[dict[str, Any]]
Opened = Callable[[str, Rows], str]


@contextmanager
def pages_of(store: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The dashboard in its demo mode on one store, with nothing kept from before and nothing left behind."""
    monkeypatch.setattr(reports, "store", lambda: store)
    st.cache_data.clear()
    st.cache_resource.clear()
    viewer.open_mode("demo")
    yield AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    viewer.open_mode("")
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryStore]:
    made = MemoryStore()
    with pages_of(made, monkeypatch):
        yield made


@pytest.fixture
def app(store: MemoryStore) -> AppTest:
    return AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)


def words_of(app: AppTest) -> str:
    """Everything that the page says in its own HTML."""
    return " ".join(str(e.proto.body) for e in app.get("html")) + " ".join(str(m.value) for m in app.markdown)


@pytest.fixture(scope="session")
def shipped() -> Configuration:
    return load_configuration(ROOT / "config")


@pytest.fixture
def opened(app: AppTest, shipped: Configuration, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Opens the page of a shipped measure with these rows; all that it says."""

    def open_page(id: str, rows: Rows) -> str:
        made = StoreWith(rows, summarise_kpi(shipped, shipped.kpis[id]))
        contents = made.releases[RELEASE]
        own = {
            d.id: DimensionSummary(d.id, d.title, d.ordered, tuple((c.id, c.label, c.known) for c in d.categories))
            for d in shipped.dimensions.values()
        }
        days = tuple(sorted({row["period_end"].date() for row in rows}))
        made.releases[RELEASE] = replace(contents, dimensions={**contents.dimensions, **own}, periods={**contents.periods, id: days})
        monkeypatch.setattr(reports, "store", lambda: made)
        st.cache_data.clear()
        st.cache_resource.clear()
        app.query_params.update({"measure": id})
        app.switch_page("pages/kpi.py")
        app.run()
        assert not app.exception, [e.value for e in app.exception]
        return words_of(app)

    return open_page
