"""The screens in the order of the menu, and those that somebody may open."""

from __future__ import annotations

from metrics.access.rules import can_open_page
from metrics.access.viewer import Viewer

SCREENS = {
    "overview": "Overview",
    "kpi": "Measures",
    "directorate": "Directorates",
    "gaps": "Pay gaps",
    "community": "Community",
    "data_quality": "Data quality",
    "definitions": "Definitions",
}
"""Address to name; `pages/<address>.py` is the screen."""


def open_to(viewer: Viewer) -> list[str]:
    """Theirs, in the order of the menu. The first is served at "/" alone, under no name of its own."""
    return [name for name in SCREENS if can_open_page(viewer, name)]
