"""The choices at the top of a page. Each is in the address, so a link restores the view; every value is taken from the release."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import streamlit as st

from metrics.access.viewer import Viewer
from metrics.errors import SourceError
from metrics.report import Contents, KpiSummary, Structure, UnitSummary
from metrics.wording.dates import format_day
from metrics.wording.structure import STRUCTURES, describe_ended, standing
from pages.shared import demo, logs, reports


def choose_release(viewer: Viewer, place: Any) -> tuple[Contents, str | None, str | None]:
    """The release to read, its id if the reader pinned it, and the id of the latest that stands."""
    try:
        found = reports.list_releases(viewer)
    except SourceError as error:
        logs.page_failed(error)
        demo.cannot_read(viewer, error)
    standing = [r for r in found if r.withdrawn is None]
    named = {r.id: r for r in found}
    asked = st.query_params.get("release") or st.session_state.get("kept release")
    if not standing and asked not in named:  # a link to a withdrawn release is answered all the same
        demo.no_release(viewer, all_withdrawn=bool(found))
    latest = standing[0].id if standing else None
    labels = {r: f"Release {r}" + (" (withdrawn)" if named[r].withdrawn else "") + (", the latest" if r == latest else "") for r in named}
    chosen = _choose("Release", "release", list(named), labels.__getitem__, place, first=latest)
    if latest is None:
        st.query_params["release"] = chosen
    contents = reports.open_release(viewer, chosen, named[chosen].withdrawn, named[chosen].verdict)
    return contents, chosen if chosen != latest else None, latest


def choose_unit(
    contents: Contents, place: Any, label: str = "Council, directorate or service", units: Sequence[str] | None = None
) -> UnitSummary:
    """Any unit of the release, each under the one above it; units that have ended come last."""
    options = list(units or standing(contents))
    names = unit_labels(contents)
    return contents.units[_choose(label, "unit", options, names.__getitem__, place)]


def choose_structure(contents: Contents, unit: UnitSummary, place: Any) -> Structure:
    """Today's structure, unless the reader wants units as they were; asked only where they differ. A unit that has ended is as it was."""
    if unit.id not in contents.history.recast:
        return "as_was"
    return _choose("Units over time", "structure", list(STRUCTURES), STRUCTURES.__getitem__, place)  # type: ignore[no-any-return]


def choose_kpi(
    contents: Contents, place: Any, kpis: Sequence[str] | None = None, label: str = "Measure", key: str = "measure"
) -> KpiSummary:
    options = list(kpis or headline_first(contents))
    return contents.kpis[_choose(label, key, options, lambda k: kpi_label(contents.kpis[k]), place)]


def choose_earlier(days: Sequence[date], place: Any) -> date | None:
    """An earlier period to compare with; one year before unless chosen."""
    earlier = list(reversed(days[:-1]))
    if not earlier:
        return None
    year_before = min(earlier, key=lambda d: abs((days[-1] - d).days - 365))
    return _choose("Compare with", "compare", earlier, format_day, place, first=year_before)  # type: ignore[no-any-return]


def choose_place(contents: Contents, dimension: str, place: Any) -> str | None:
    """One category of a dimension of places, shown beside those of its kind; None for all of them."""
    title = contents.dimensions[dimension].title
    names = {"": f"All {title.lower()}s", **{id: label for id, label, known in contents.dimensions[dimension].categories if known}}
    return str(_choose(title, dimension, list(names), names.__getitem__, place)) or None


def choose_dimension(contents: Contents, dimensions: Sequence[str], place: Any) -> str:
    return str(_choose("Compare groups by", "by", list(dimensions), lambda d: contents.dimensions[d].title, place))


def choose_statistic(kinds: Iterable[str], place: Any) -> str:
    return str(_choose("Statistic", "statistic", list(kinds), str.capitalize, place))


def choose_split(contents: Contents, splits: Sequence[str], place: Any) -> str:
    """By unit, or by one of the dimensions that the gap is published by."""
    return str(
        _choose("Shown by", "by", list(splits), lambda s: "Directorate or service" if s == "unit" else contents.dimensions[s].title, place)
    )


def choose_parts(contents: Contents, groupings: Sequence[str], place: Any) -> str:
    """What the parts of a gap are grouped by: units, or one of the dimensions that the gap is published by."""
    titles = {d: contents.dimensions[d].title for d in groupings if d in contents.dimensions}
    return str(_choose("Parts by", "parts", list(groupings), lambda s: titles.get(s, "Directorate or service"), place))


def choose_definition(contents: Contents, place: Any) -> KpiSummary | None:
    """One KPI, or all of them as a list."""
    names = {"": "All definitions, as a list", **{id: f"{id} {kpi.title}" for id, kpi in contents.kpis.items()}}
    chosen = _choose("Definition", "definition", list(names), names.__getitem__, place)
    return contents.kpis[chosen] if chosen else None


def choose_grouping(place: Any) -> str:
    words = {"topic": "Subject", "priority": "Corporate priority", "theme": "Equality Framework theme", "owner": "Owner"}
    return str(_choose("Grouped by", "grouped", list(words), words.__getitem__, place))


def choose_characteristic(names: Sequence[str], place: Any) -> str:
    return str(_choose("Characteristic", "characteristic", list(names), str, place))


def _choose(label: str, key: str, options: list[Any], words: Callable[[Any], str], place: Any, first: Any = None) -> Any:
    """A select box whose choice is in the address by its id, so that a link outlives a change of words.

    Streamlit's own binding writes the words of an option into the address. A value that this release does not have is
    dropped; the first choice leaves no trace there. The choice is kept when the reader goes to another screen.
    """
    usual = first if first in options else options[0]
    if st.session_state.get(key, usual) not in options:
        del st.session_state[key]
    kept = st.session_state.get(f"kept {key}")  # on another screen the same choice is another widget
    wanted = {str(o): o for o in options}.get(st.query_params.get(key, ""), kept if kept in options else usual)
    chosen = place.selectbox(label, options, index=options.index(wanted), format_func=words, key=key)
    st.session_state[f"kept {key}"] = chosen
    if chosen == usual:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != str(chosen):
        st.query_params[key] = str(chosen)
    return chosen


def headline_first(contents: Contents) -> list[str]:
    return sorted(contents.kpis, key=lambda k: not contents.kpis[k].headline)


def kpi_label(kpi: KpiSummary) -> str:
    return f"{kpi.id} {kpi.short_title}"


def unit_labels(contents: Contents) -> dict[str, str]:
    """Each unit's name; where two share one, the unit above is added."""
    names = [u.name for u in contents.units.values()]
    twice = {n for n in names if names.count(n) > 1}
    return {u.id: "Whole council" if u.parent is None else _unit_label(contents, u, u.name in twice) for u in contents.units.values()}


def _unit_label(contents: Contents, unit: UnitSummary, twice: bool) -> str:
    """ "Parks", "Business Support (Housing)", "Parks, until 30 September 2023"."""
    above = f" ({contents.units[unit.parent].name if unit.parent in contents.units else unit.id})" if twice and unit.parent else ""
    ended = "" if unit.stood(contents.latest) or not unit.valid_to else f", {describe_ended(unit)}"
    return f"{unit.name}{above}{ended}"


def below(contents: Contents, unit: str, day: date) -> list[str]:
    """Units directly below one, that existed on a day."""
    return [u.id for u in contents.units.values() if u.parent == unit and u.stood(day)]


def line_above(contents: Contents, unit: str) -> list[UnitSummary]:
    """From the top down to the unit itself."""
    line: list[UnitSummary] = []
    here: str | None = unit
    while here is not None and here in contents.units:
        line.append(contents.units[here])
        here = contents.units[here].parent
    return list(reversed(line))
