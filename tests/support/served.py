"""The dashboard's server on factories instead of a store: `uvicorn tests.support.served:app`. Only tests start it."""

from __future__ import annotations

from streamlit.logger import set_log_level

set_log_level("CRITICAL")  # as the server does before it imports pages

import pages.shared.reports as reports  # noqa: E402
from tests.support.reports import MemoryStore  # noqa: E402

STORE = MemoryStore()
reports.store = lambda: STORE  # type: ignore[assignment]

from pages.shared.server import app  # noqa: E402, F401
