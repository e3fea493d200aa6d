"""Who may see what: pure questions (`can_view_…`) and their refusals (`check_can_view_…`), asked wherever a release is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from metrics.access.viewer import Grant, Viewer
from metrics.definitions.access import Access, Role
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


def can_open_page(viewer: Viewer, page: str) -> bool:
    """Whether one of their roles opens a page."""
    return viewer.grants is None or any(grant.pages is None or page in grant.pages for grant in viewer.grants)


def can_download(viewer: Viewer, page: str, withdrawn: bool) -> bool:
    """What may be read on a page may be taken away as a file, unless the release was withdrawn."""
    return can_open_page(viewer, page) and not withdrawn


def can_view_as(viewer: Viewer, role: str, access: Access, audiences: Sequence[str]) -> bool:
    """An administrator may look as any role whose figures are open to them."""
    return viewer.administrator and role in access.roles and can_view_audience(viewer, access.roles[role].audience, audiences)


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
        raise AccessDenied(f"The figures for '{audience}' are not open to you: you read them as '{viewer.audience}'.", reason="audience")


def check_can_view_release(viewer: Viewer, synthetic: bool) -> None:
    if not can_view_release(viewer, synthetic):
        raise AccessDenied("The demo shows invented figures only, and this release holds a council's own.", reason="release")


def check_can_view_unit(viewer: Viewer, unit: str, parents: Mapping[str, str | None]) -> None:
    if not can_view_unit(viewer, unit, parents):
        raise AccessDenied(
            f"The figures of '{unit}' are not open to you; yours are: {', '.join(viewer.units or ()) or 'none'}.", reason="unit"
        )


def check_can_open_page(viewer: Viewer, page: str) -> None:
    if not can_open_page(viewer, page):
        raise AccessDenied(f"The page '{page}' is not open to you as {viewer.role_words or 'nobody'}.", reason="page")


def check_can_download(viewer: Viewer, page: str, withdrawn: bool) -> None:
    check_can_open_page(viewer, page)
    if not can_download(viewer, page, withdrawn):
        raise AccessDenied("Downloads are closed: this release was withdrawn.", reason="withdrawn")


def check_can_view_as(viewer: Viewer, role: str, access: Access, audiences: Sequence[str]) -> None:
    if not can_view_as(viewer, role, access, audiences):
        raise AccessDenied(f"Looking as '{role}' is not open to you.", reason="view_as")


def on_page(viewer: Viewer, page: str) -> Viewer:
    """The viewer with the units that their roles open on one page; `AccessDenied` where none does."""
    check_can_open_page(viewer, page)
    if viewer.grants is None:
        return viewer
    here = [grant.units for grant in viewer.grants if grant.pages is None or page in grant.pages]
    everything = any(units is None for units in here)
    return replace(viewer, units=None if everything else tuple(sorted({u for units in here for u in units or ()})))


def grant_of(role: Role) -> Grant:
    """A role's pages and units, None for all."""
    return Grant(None if role.pages == "all" else tuple(role.pages), None if role.units == "all" else tuple(role.units))


def as_role(viewer: Viewer, role: str, access: Access, audiences: Sequence[str]) -> Viewer:
    """The same person seeing what the holders of one role see, and nothing that is not open to them already."""
    check_can_view_as(viewer, role, access, audiences)
    other = grant_of(access.roles[role])
    narrowed = tuple(
        Grant(_both(own.pages, other.pages), _both(own.units, other.units)) for own in viewer.grants or (Grant(units=viewer.units),)
    )
    return replace(viewer, audience=access.roles[role].audience, grants=narrowed, viewing_as=role)


def _both(own: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """What is in both; None stands for all."""
    if own is None or other is None:
        return own if other is None else other
    return tuple(one for one in own if one in other)


def viewing_as(viewer: Viewer, audience: str, audiences: Sequence[str]) -> Viewer:
    """The same person, shown what another audience is shown: leadership looking at the public page before it goes out."""
    check_can_view_audience(viewer, audience, audiences)
    return replace(viewer, audience=audience)
