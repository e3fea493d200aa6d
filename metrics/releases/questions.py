"""Whether a release answers a question, and the words when it does not: what was asked, what there is, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.engine import Connection

from metrics.access.rules import can_view_unit, check_can_view_unit
from metrics.access.viewer import Viewer
from metrics.errors import AccessDenied, NotPublished
from metrics.releases.draft import StoredBatch
from metrics.releases.schema import SERIES
from metrics.releases.snapshot import Snapshot
from metrics.report import Contents, Request, UnitSummary


def units_for(viewer: Viewer, snapshot: Snapshot) -> dict[str, UnitSummary]:
    """The units that a viewer may open, parents before children."""
    parents = snapshot.parents
    mine = {id: unit for id, unit in snapshot.units.items() if can_view_unit(viewer, id, parents)}
    if not mine:
        raise AccessDenied(f"This release has none of your units: {', '.join(viewer.units or ()) or 'you have none'}.")
    return mine


def published_ends(batches: Iterable[StoredBatch]) -> dict[str, tuple[date, ...]]:
    """KPI to the ends of the periods for which it has figures, ascending."""
    found: dict[str, set[date]] = {}
    for batch in batches:
        for kpi in batch.label.kpis:
            found.setdefault(kpi, set()).add(batch.label.period_end)
    return {kpi: tuple(sorted(days)) for kpi, days in found.items()}


def check_request(connection: Connection, request: Request, contents: Contents, viewer: Viewer) -> None:
    """Refuse what the release does not hold, and what this viewer may not open."""
    release = contents.provenance.release
    for kpi in request.kpis or ():
        if kpi not in contents.kpis:
            raise NotPublished(f"Release {release} has no KPI '{kpi}'{_there_are(kpi, tuple(contents.kpis))}.")
    _check_periods(request, contents)
    _check_breakdowns(connection, request, contents)
    for unit in request.units or ():
        if unit not in contents.units:
            if viewer.units is not None:
                check_can_view_unit(viewer, unit, {id: u.parent for id, u in contents.units.items()})
            raise NotPublished(f"Release {release} has no unit '{unit}'{_there_are(unit, tuple(contents.units))}.")


def check_stands(request: Request, contents: Contents) -> tuple[str, ...]:
    """The units that a view in today's structure is of; one that has ended is refused with the units that its people are in."""
    for unit in request.units or ():
        if not contents.units[unit].stood(contents.latest):
            after = [u for u in contents.history.now_in.get(unit, ()) if u in contents.units]
            there = f"its people are in: {', '.join(after)}" if after else "nothing is named as what it became"
            raise NotPublished(
                f"'{unit}' did not stand on {contents.latest.isoformat()}, so it is not in today's structure; {there}.",
                "Ask for those, or leave --structure out to read units as they were.",
            )
    return request.units or tuple(id for id, unit in contents.units.items() if unit.stood(contents.latest))


def _check_periods(request: Request, contents: Contents) -> None:
    if request.period_ends is None:
        return
    there = sorted({day for kpi in request.kpis or contents.kpis for day in contents.periods[kpi]})
    for day in request.period_ends:
        if day not in there:
            listed = ", ".join(d.isoformat() for d in there[-12:])
            which = " and ".join(request.kpis) if request.kpis else "any KPI"
            raise NotPublished(f"{which}: nothing was published for {day.isoformat()}; the last periods are: {listed}.")


def _check_breakdowns(connection: Connection, request: Request, contents: Contents) -> None:
    """Each breakdown must stand for one of the KPIs asked for, and each KPI must have one of the breakdowns."""
    if request.breakdowns is None:
        return
    asked = request.kpis or tuple(contents.kpis)
    statement = select(SERIES.c.kpi, SERIES.c.breakdown).where(SERIES.c.kpi.in_(asked), SERIES.c.breakdown.in_(request.breakdowns))
    there = {(kpi, breakdown) for kpi, breakdown in connection.execute(statement.distinct())}
    lacking_kpi = next((k for k in request.kpis or () if not any((k, b) in there for b in request.breakdowns)), None)
    lacking = next((b for b in request.breakdowns if not any((k, b) in there for k in asked)), None)
    if lacking_kpi is None and lacking is None:
        return
    kpi = lacking_kpi or asked[0]
    breakdown = lacking if lacking is not None else request.breakdowns[0]
    published = ", ".join(b.replace("+", " by ") for b in contents.kpis[kpi].breakdowns) or "none"
    raise NotPublished(
        f"{kpi} by {breakdown.replace('+', ' by ') or 'unit'}: not published; {kpi} is published by: {published}.",
        f"Declare the breakdown in config/kpis/{kpi}-….yaml; the next `equality refresh` publishes it for new periods.",
    )


def _there_are(wanted: str, there: Sequence[str]) -> str:
    close = get_close_matches(wanted.upper(), there, 1) or get_close_matches(wanted, there, 1)
    listed = f"there are: {', '.join(there[:60])}"
    return f"; did you mean {close[0]}? T{listed[1:]}" if close else f"; {listed}"
