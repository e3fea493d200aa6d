"""Roles open audiences and units that exist, and an administrator opens everything."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.access import Role
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for name, role in parsed.access.roles.items() if parsed.access else ():
        for place, message in (*_audience(parsed, role), *_units(parsed, role), *_administrator(parsed, role)):
            yield parsed.readings["", "access"].problem(("roles", name, *place), message)


def _audience(parsed: Parsed, role: Role) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if parsed.disclosure is not None and role.audience not in parsed.disclosure.audiences:
        yield ("audience",), no_such("audience", role.audience, parsed.disclosure.audiences) + " (see disclosure.yaml)"


def _units(parsed: Parsed, role: Role) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if parsed.organisation is None or role.units == "all":
        return
    for number, unit in enumerate(role.units):
        if unit not in parsed.organisation.by_id:
            yield ("units", number), no_such("unit", unit, parsed.organisation.by_id) + " (see organisation.csv)"


def _administrator(parsed: Parsed, role: Role) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if not role.administrator:
        return
    if role.pages != "all" or role.units != "all":
        yield (
            ("administrator",),
            "an administrator may look as any role, so the role itself must open everything; write `pages: all` and `units: all`",
        )
    first = next(iter(parsed.disclosure.audiences), None) if parsed.disclosure else None
    if first is not None and role.audience != first and parsed.disclosure and role.audience in parsed.disclosure.audiences:
        yield ("audience",), f"an administrator reads the first audience of disclosure.yaml, from which the others are made; write {first}"
