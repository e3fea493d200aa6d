"""The dashboard's server on factories instead of a store: `uvicorn tests.support.served:app`. Only tests start it."""

from __future__ import annotations

from dataclasses import replace

from streamlit.logger import set_log_level

set_log_level("CRITICAL")  # as the server does before it imports pages

import pages.shared.reports as reports  # noqa: E402
from tests.support.reports import RELEASE, MemoryStore  # noqa: E402

STORE = MemoryStore()
READ = STORE.releases[RELEASE]
"""With a usual range behind one measure by quarter, so that a browser sees that, too."""
STORE.releases[RELEASE] = replace(READ, kpis={**READ.kpis, "SL01": replace(READ.kpis["SL01"], baseline=("2022-03-31", "2025-03-31"))})
reports.store = lambda: STORE  # type: ignore[assignment]

from pages.shared.server import app  # noqa: E402, F401
