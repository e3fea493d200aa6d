"""The dashboard's server on factories instead of a store: `uvicorn tests.support.served:app`. Only tests start it."""

from __future__ import annotations

import pages.shared.reports as reports
from tests.support.reports import MemoryStore

STORE = MemoryStore()
reports.store = lambda: STORE  # type: ignore[assignment]

from pages.shared.server import app  # noqa: E402, F401
