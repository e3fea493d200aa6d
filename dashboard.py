"""The dashboard: who is looking, and the screens they may open."""

from pathlib import Path

import streamlit as st

from pages.shared import logs
from pages.shared.screens import SCREENS, open_to
from pages.shared.viewer import keep_watch, require_viewer

PAGES = Path(__file__).resolve().parent / "pages"

viewer = require_viewer()
mine = open_to(viewer)
if not mine:
    st.write("None of the pages that your role opens is there yet.")
    st.stop()
page = st.navigation(
    [st.Page(PAGES / f"{name}.py", title=SCREENS[name], url_path=name, default=name == mine[0]) for name in mine],
    position="top",
)
st.set_page_config(
    page_title=f"{page.title} - Equality performance dashboard", layout="wide"
)  # after navigation: else every page has one title
keep_watch(viewer)
with logs.viewing(page.url_path or mine[0], viewer.audience):
    page.run()
