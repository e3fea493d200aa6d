"""What a change of a share is made of: how many people are in which group, and how the share changed within groups."""

from __future__ import annotations

from datetime import date

import streamlit as st

from metrics.access.viewer import Viewer
from metrics.report import Contents, KpiSummary, Report, UnitSummary
from metrics.understanding.parts import PartsOfWhole, change_parts, days_of_change, groupings
from metrics.wording.change_parts import NOT_WHY, describe_chance, describe_change_parts
from metrics.wording.dates import format_day
from metrics.wording.gap_parts import NOWHERE, describe_columns, group_nouns, printed
from metrics.wording.values import format_list, format_number, upper_first
from pages.shared import filters, notes
from pages.shared.gap_parts import label_of, with_parts
from pages.shared.markup import Column, Html, joined, show, table, tag

TITLE = "What the change is made of"


def made_of(viewer: Viewer, contents: Contents, kpi: KpiSummary, unit: UnitSummary, earlier: date) -> None:
    """The section of a share that is published by some grouping on two days; nothing on other measures' pages."""
    if kpi.measure != "proportion" or not kpi.counts_people:
        return
    report = with_parts(viewer, contents, (kpi.id,), unit.id)
    found = _by_grouping(report, kpi, unit.id, earlier)
    if not found:
        return
    told = sorted(found, key=lambda g: bool(found[g].refused))  # what can be told comes first
    notes.heading(TITLE)
    chosen = found[filters.choose_parts(contents, told, st.columns([1, 2])[0])]
    latest = report.series(kpi.id, unit.id)
    _section(contents, kpi, unit, chosen, describe_chance(latest.iloc[-1], chosen) if len(latest) else "")


def _by_grouping(report: Report, kpi: KpiSummary, unit: str, earlier: date) -> dict[str, PartsOfWhole]:
    days = {g: days_of_change(report, kpi, unit, g, earlier) for g in groupings(report, kpi, unit)}
    return {g: change_parts(report, kpi, unit, g, *between) for g, between in days.items() if between is not None}


def _section(contents: Contents, kpi: KpiSummary, unit: UnitSummary, parts: PartsOfWhole, chance: str) -> None:
    one, many = group_nouns(contents, unit.id, parts.grouping)
    said = " ".join(filter(None, (*describe_change_parts(parts, one, many, kpi.rows_are), chance)))
    if parts.refused or parts.earlier is None:
        show(tag("p", said))
        return
    days = f"{upper_first(unit.name)}, {format_day(parts.earlier)} to {format_day(parts.day)}."
    show(tag("p", tag("b", said)), notes.sentence(days, small=True), by_group(parts, contents, one, many, kpi.rows_are))
    show(notes.sentence(NOT_WHY, small=True))
    notes.source(contents, kpi)


def by_group(parts: PartsOfWhole, contents: Contents, one: str, many: str, rows: str = "people") -> Html:
    """Each group: how many of all people, or of what `rows` are, are in it on both days, the change inside it, what both add."""
    columns = [
        Column(upper_first(one)),
        Column(f"Of 100 {rows} then", True),
        Column(f"Of 100 {rows} now", True),
        Column("Change within, points", True),
        Column("Points from how many are in it", True),
        Column("Points from the change within it", True),
    ]
    first = f"All {many} shown" if parts.unshown else f"All {many}"
    body = [[first, *_all(parts)], *([label_of(str(key), contents, parts), *_one(row, parts)] for key, row in parts.groups.iterrows())]
    inner = table(f"What each {one} adds to the change", columns, body, own=1)
    hidden = [label_of(g, contents, parts) for g in parts.unshown]
    gone = f"Without a figure on one of the days: {format_list(hidden)}. " if hidden else ""
    over = printed(parts)["left"]
    left = f"Left over by rounding: {format_number(over, parts.digits)} points. " if over and not hidden else ""
    left = f"Not explained: {format_number(over, parts.digits)} points. " if over and (hidden or parts.hidden > NOWHERE) else left
    how = f"How many are in it: more {rows} where the share is above the whole’s, or fewer where it is below, lift the whole."
    add_up = describe_columns(parts, 0 if parts.rounded else parts.digits)
    return joined([inner, tag("p", f"{gone}{left}{how} {add_up}", cls="eq-small")])


def _all(parts: PartsOfWhole) -> list[object]:
    return [
        _of_100(parts.groups["share"].sum(), parts),
        _of_100(parts.groups["reference_share"].sum(), parts),
        _points(parts.whole, parts),
        _points(float(parts.composition.middle), parts),
        _points(float(parts.rate.middle), parts),
    ]


def _one(row: object, parts: PartsOfWhole) -> list[object]:
    found: list[object] = [_of_100(row[side], parts) for side in ("share", "reference_share")]  # type: ignore[index]
    return [*found, *(_points(row[name], parts) for name in ("inside", "composition", "rate"))]  # type: ignore[index]


def _of_100(share: float, parts: PartsOfWhole) -> str:
    return format_number(share * 100, 0 if parts.rounded else 1)


def _points(value: float, parts: PartsOfWhole) -> str:
    return format_number(value * 100, 0 if parts.rounded else parts.digits)
