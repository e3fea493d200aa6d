"""The dashboard: who is looking, and the screens they may open."""

from pathlib import Path

import streamlit as st

from pages.shared import logs
from pages.shared.viewer import require_viewer

PAGES = Path(__file__).resolve().parent / "pages"
SCREENS = {"overview": "Overview", "kpi": "Measures", "directorate": "Directorates", "gaps": "Pay gaps"}

viewer = require_viewer()
page = st.navigation(
    [st.Page(PAGES / f"{name}.py", title=title, url_path=name, default=name == "overview") for name, title in SCREENS.items()],
    position="top",
)
st.set_page_config(
    page_title=f"{page.title} - Equality performance dashboard", layout="wide"
)  # after navigation: else every page has one title
with logs.viewing(page.url_path or "overview", viewer.audience):
    page.run()
