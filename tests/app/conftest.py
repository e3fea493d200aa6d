"""The app in a test: every page on factories instead of a store, with the mode that the server would have opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared import reports, viewer
from tests.support.reports import MemoryStore

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryStore]:
    made = MemoryStore()
    monkeypatch.setattr(reports, "store", lambda: made)
    st.cache_data.clear()
    st.cache_resource.clear()
    viewer.open_mode("demo")
    yield made
    viewer.open_mode("")
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def app(store: MemoryStore) -> AppTest:
    return AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)


def words_of(app: AppTest) -> str:
    """Everything that the page says in its own HTML."""
    return " ".join(str(e.proto.body) for e in app.get("html")) + " ".join(str(m.value) for m in app.markdown)
