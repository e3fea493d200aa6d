"""Who may see what: pure questions (`can_view_…`) and their refusals (`check_can_view_…`), asked wherever a release is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from metrics.access.viewer import Viewer
from metrics.errors import AccessDenied


def can_view_audience(viewer: Viewer, audience: str, audiences: Sequence[str]) -> bool:
    """Their own audience; the first one declared sees the others too, because those are made from what it is shown."""
    return audience in audiences and viewer.audience in {audience, audiences[0]}


def can_view_release(viewer: Viewer, synthetic: bool) -> bool:
    """The demo mode needs no sign-in, so it opens invented figures only."""
    return synthetic or viewer.mode != "demo"


def can_view_unit(viewer: Viewer, unit: str, parents: Mapping[str, str | None]) -> bool:
    """Their own units with all that is below, and the units above them, which they are compared with."""
    if viewer.units is None:
        return unit in parents
    line = _line(unit, parents)
    return bool(line) and any(own in line or unit in _line(own, parents) for own in viewer.units)


def _line(unit: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """A unit and all above it; nothing for a unit that is not there."""
    line: list[str] = []
    here: str | None = unit
    while here is not None and here in parents and here not in line:
        line.append(here)
        here = parents[here]
    return tuple(line)


def check_can_view_audience(viewer: Viewer, audience: str, audiences: Sequence[str]) -> None:
    if not can_view_audience(viewer, audience, audiences):
        raise AccessDenied(f"The figures for '{audience}' are not open to you: you read them as '{viewer.audience}'.")


def check_can_view_release(viewer: Viewer, synthetic: bool) -> None:
    if not can_view_release(viewer, synthetic):
        raise AccessDenied("The demo shows invented figures only, and this release holds a council's own.")


def check_can_view_unit(viewer: Viewer, unit: str, parents: Mapping[str, str | None]) -> None:
    if not can_view_unit(viewer, unit, parents):
        raise AccessDenied(f"The figures of '{unit}' are not open to you; yours are: {', '.join(viewer.units or ()) or 'none'}.")


def viewing_as(viewer: Viewer, audience: str, audiences: Sequence[str]) -> Viewer:
    """The same person, shown what another audience is shown: leadership looking at the public page before it goes out."""
    check_can_view_audience(viewer, audience, audiences)
    return replace(viewer, audience=audience)
