"""The one cached read of a release. The cache key holds the audience, the viewer's units and the release."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from metrics.access.viewer import Viewer
from metrics.charts.answers import Answered
from metrics.errors import EqualityError, NotPublished
from metrics.periods import years_before
from metrics.report import Contents, KpiSummary, Report, Request, Structure, UnitSummary
from metrics.statistics.change import difference
from metrics.wording.groups import worth_drawing
from metrics.wording.instead import read_instead
from metrics.wording.structure import breaks_between
from pages.shared import logs
from pages.shared.screens import open_to

T = TypeVar("T")


def config_folder() -> Path:
    """Set by `equality serve`."""
    return Path(os.environ.get("EQUALITY_CONFIG", "config"))


@st.cache_resource(show_spinner=False)
def store() -> Any:
    """The release store named in the settings. Read once: a change of settings needs a new start."""
    from metrics.releases.store import ReleaseStore
    from metrics.settings import load_settings

    return ReleaseStore(load_settings(config_folder()).releases_url)


def can_open() -> bool:
    try:
        return any(r.withdrawn is None for r in store().list_releases())
    except EqualityError:
        return False


def compare_seals() -> None:
    """Of the newest release, before the first reader asks for it; what is wrong is said when a page is opened."""
    with contextlib.suppress(EqualityError):
        store().check_seals()


def list_releases(viewer: Viewer) -> list[Any]:
    """Every release, the newest first; a demo shows synthetic ones only."""
    try:
        found = [r for r in store().list_releases() if viewer.mode != "demo" or r.synthetic]
    except NotPublished:
        return []
    return sorted(found, key=lambda r: (r.published_at, r.id), reverse=True)


def open_release(viewer: Viewer, release: str, withdrawn: str | None, verdict: Any = None) -> Contents:
    """Menus and provenance of one release. A withdrawal or an attack after it was first opened is part of the key, so it shows at once."""
    logs.opened(release)
    return _contents(release, withdrawn, verdict, viewer.audience, viewer.units, viewer.mode)


@st.cache_resource(max_entries=16, show_spinner=False)
def _contents(release: str, withdrawn: str | None, verdict: Any, audience: str, units: tuple[str, ...] | None, mode: Any) -> Contents:
    contents: Contents = store().contents(release, Viewer(audience, mode, units))
    return contents


def few_moved(viewer: Viewer, contents: Contents) -> tuple[date, int] | None:
    """The newest day, and how many counts moved by a few people since a day before it; None where this viewer is not told."""
    return _few_moved(contents.provenance.release, viewer.audience, viewer.units, viewer.mode)


@st.cache_data(max_entries=16, show_spinner=False)
def _few_moved(release: str, audience: str, units: tuple[str, ...] | None, mode: Any) -> tuple[date, int] | None:
    found: tuple[date, int] | None = store().few_moved(release, Viewer(audience, mode, units))
    return found


def read(viewer: Viewer, contents: Contents, request: Request) -> Report:
    """The figures that a page needs, in one go."""
    request = replace(request, release=contents.provenance.release)
    return Report(contents, _cells(request, contents.provenance.withdrawn, viewer.audience, viewer.units, viewer.mode), request)


@st.cache_data(max_entries=256, show_spinner=False)
def _cells(request: Request, withdrawn: str | None, audience: str, units: tuple[str, ...] | None, mode: Any) -> pd.DataFrame:
    report: Report = store().read(request, Viewer(audience, mode, units))
    return report.cells


def once(viewer: Viewer, contents: Contents, block: tuple[str, ...], make: Callable[[], T]) -> T:
    """What `make` gives, made once for each release and reader's rights: a release never changes, so what is drawn from it does not."""
    stamp = contents.provenance
    key = (
        stamp.release,
        stamp.withdrawn or "",
        viewer.audience,
        viewer.mode,
        *(("*",) if viewer.units is None else viewer.units),
        "/",
        *open_to(viewer),
        "/",
        *block,
    )
    return _once(key, make)  # type: ignore[no-any-return]


def drawn(viewer: Viewer, report: Report, draw: Callable[..., T], *choices: Any) -> T:
    """`draw(report, *choices)`, made once for each reader's rights, question and choices.

    The key is made of what `draw` is handed, so it holds everything that the block depends on: a function that brings more
    with it, or a report of other rows than those its question was answered with, is refused.
    """
    if getattr(draw, "__closure__", ()) is not None or "<" in draw.__qualname__:
        raise TypeError(f"{draw!r} brings more with it than its arguments: what it draws cannot be kept.")
    if report.request.release != report.provenance.release:
        raise TypeError("A part of a report cannot be kept: its question does not say which rows it has.")
    named = (f"{draw.__module__}.{draw.__qualname__}", repr(report.request), *(_name_of(c, report.contents) for c in choices))
    return once(viewer, report.contents, named, lambda: draw(report, *choices))


def _name_of(choice: Any, contents: Contents) -> str:
    """A choice for a key. What the release itself says of a measure or a unit need not be repeated: the key holds the release."""
    if choice is None or isinstance(choice, str | int | float | date):
        return repr(choice)
    if choice is contents:
        return "contents"
    if isinstance(choice, Mapping):
        return f"{{{', '.join(f'{k!r}: {_name_of(v, contents)}' for k, v in choice.items())}}}"
    if isinstance(choice, list | tuple):
        return f"({', '.join(_name_of(c, contents) for c in choice)})"
    if isinstance(choice, KpiSummary) and choice == contents.kpis.get(choice.id):
        return f"measure {choice.id!r}"
    if isinstance(choice, UnitSummary) and choice == contents.units.get(choice.id):
        return f"unit {choice.id!r}"
    if isinstance(choice, Report) and choice.contents is contents and choice.request.release == contents.provenance.release:
        return f"report {choice.request!r}"
    if isinstance(choice, Answered):
        return f"{type(choice).__name__} {[_name_of(getattr(choice, f.name), contents) for f in fields(choice)]}"
    raise TypeError(f"{type(choice).__name__} cannot be named in a key, so what is drawn from it cannot be kept.")


@st.cache_data(max_entries=2048, show_spinner=False)
def _once(key: tuple[str, ...], _make: Callable[[], Any]) -> Any:
    return _make()


def unit_breakdowns(contents: Contents, kpis: tuple[str, ...]) -> tuple[str, ...]:
    """Breakdowns that split by unit alone, and the KPI as a whole: what overviews read."""
    levels = {"unit", *(u.level for u in contents.units.values())}
    found = {b for k in kpis for b in contents.kpis[k].breakdowns if set(b.split("+")) <= levels}
    return ("", *sorted(found))


def read_units(
    viewer: Viewer, contents: Contents, kpis: list[KpiSummary], units: tuple[str, ...], structure: Structure = "as_was"
) -> Report:
    """Measures as wholes, in several units: the groups inside them are left out where the release can tell them apart."""
    ids = tuple(k.id for k in kpis)
    try:
        return read(viewer, contents, Request(ids, unit_breakdowns(contents, ids), units, structure=structure))
    except NotPublished:  # a breakdown that is declared but has no period yet
        return read(viewer, contents, Request(kpis=ids, units=units, structure=structure))


def days_of(contents: Contents, days: Iterable[date], unit: UnitSummary) -> list[date]:
    """Published days up to the last one on which a unit stood."""
    return [d for d in days if unit.valid_to is None or d.isoformat() <= unit.valid_to] or [contents.latest]


def last_day_of_units(report: Report, kpi: KpiSummary, parent: str, units: list[str]) -> date:
    """The last day on which a KPI was published of some units below one: smaller units may be published less often."""
    cells = report.cells
    days = cells.loc[(cells["kpi"] == kpi.id) & cells["unit"].isin(units) & (cells["group"] == ""), "period_end"]
    contents = report.contents
    return days.max().date() if len(days) else days_of(contents, contents.periods[kpi.id], contents.units[parent])[-1]


def published_for(report: Report, kpis: list[KpiSummary], unit: str) -> list[KpiSummary]:
    """Those that stand in a report for one unit, shown or hidden."""
    cells = report.cells
    there = set(cells.loc[(cells["unit"] == unit) & (cells["group"] == ""), "kpi"])
    return [k for k in kpis if k.id in there]


def latest_rows(report: Report, kpis: list[KpiSummary], unit: str) -> pd.DataFrame:
    """The last figure of each measure at one unit."""
    last = [rows.tail(1) for k in kpis if len(rows := report.series(k.id, unit))]
    return pd.concat(last, ignore_index=True) if last else report.cells.head(0)


def all_latest(report: Report, kpis: list[KpiSummary]) -> pd.DataFrame:
    """The last figure of each measure at every unit read."""
    cells = report.cells
    last = {k.id: pd.Timestamp(report.contents.periods[k.id][-1]) for k in kpis}
    return cells[(cells["group"] == "") & (cells["period_end"] == cells["kpi"].map(last))].drop_duplicates(["kpi", "unit"])


def statuses(report: Report, kpis: list[KpiSummary]) -> set[str]:
    return set(all_latest(report, kpis)["status"].astype(str))


def part(report: Report, rows: pd.DataFrame) -> Report:
    """A report of just the rows that a table shows, for its downloads."""
    return replace(report, cells=rows.reset_index(drop=True), request=replace(report.request, release=None))


def every_day(contents: Contents) -> list[date]:
    return sorted({d for days in contents.periods.values() for d in days})


def two_dates(report: Report, kpi: KpiSummary, unit: str, dimension: str, before: date, now: date) -> pd.DataFrame:
    """The unit and its groups of one dimension at two dates, `_then` for the earlier one, with the change between them.

    A year apart, the change is the published one. Else it is worked out in the same way from the two published ranges.
    """
    cells = report.cells
    here = cells[(cells["kpi"] == kpi.id) & (cells["unit"] == unit)].drop_duplicates(["group", "period_end"])
    then, after = (here[here["period_end"] == pd.Timestamp(d)].set_index("group") for d in (before, now))
    joined = after.join(then[["numerator", "value", "lower", "upper", "status", "marker", "rounded", "note"]].add_suffix("_then"))
    categories = report.contents.dimensions[dimension].categories if dimension else ()
    labels = {"": all_of(kpi), **{f"{dimension}={c}": label for c, label, _ in categories}}
    joined = joined.loc[[g for g in labels if g in joined.index]]
    joined["label"] = [labels[g] for g in joined.index]
    broken = bool(breaks_between(report.breaks(kpi.id, unit), pd.Timestamp(before), pd.Timestamp(now)))
    return joined if before == years_before(now) and not broken else _changed(joined, broken)


def all_of(kpi: KpiSummary) -> str:
    """What the whole is called beside its groups: "Everyone", "All responses"; of a figure that nobody is counted in, "As a whole"."""
    if kpi.measure in ("score", "ordinal"):
        return "As a whole"
    return "Everyone" if kpi.rows_are == "people" else f"All {kpi.rows_are}"


def _changed(joined: pd.DataFrame, broken: bool) -> pd.DataFrame:
    then = joined[["value_then", "lower_then", "upper_then"]].set_axis(["value", "lower", "upper"], axis=1)
    found = joined.assign(**difference(joined, then))
    up, down = found["change_lower"] > 0, found["change_upper"] < 0
    movement = np.select([np.full(len(found), broken), found["change"].isna(), up, down], ["broken", "", "up", "down"], default="unclear")
    return found.assign(movement=movement)


def last_day_of_groups(report: Report, kpi: KpiSummary, unit: str, dimension: str) -> date:
    """Groups may be published less often than the whole."""
    cells = report.cells
    mine = cells[(cells["kpi"] == kpi.id) & (cells["unit"] == unit) & cells["group"].astype(str).str.startswith(f"{dimension}=")]
    return mine["period_end"].max().date()  # type: ignore[no-any-return]


def readable_dimension(report: Report, kpi: KpiSummary, unit: str, dimension: str) -> str:
    """The dimension to draw: a coarser one of the unit where nothing of the chosen one is shown."""
    groups = report.groups_at(kpi.id, unit, dimension, last_day_of_groups(report, kpi, unit, dimension))
    notes = [n for n in groups["note"].astype(str) if read_instead(n).splits]
    if not notes or worth_drawing(groups, kpi):
        return dimension
    published = report.dimensions_of(kpi.id, unit)
    return next((split for split in read_instead(notes[0]).splits if split in published), dimension)


def whole_on(report: Report, kpi: KpiSummary, unit: str, day: date) -> pd.Series | None:
    """The figure of a whole unit on one day."""
    rows = report.units_at(kpi.id, day, (unit,))
    return rows.iloc[0] if len(rows) else None


def crossings(report: Report, kpi: KpiSummary, unit: str) -> list[tuple[str, str]]:
    """Pairs of dimensions by which a measure is published together at a unit."""
    cells = report.cells
    groups = cells.loc[(cells["kpi"] == kpi.id) & (cells["unit"] == unit), "group"].astype(str).unique()
    pairs = {tuple(part.partition("=")[0] for part in g.split(";")) for g in groups if g.count(";") == 1}
    return sorted((a, b) for a, b in pairs)


def crossed_rows(report: Report, kpi: KpiSummary, unit: str, dims: tuple[str, str]) -> pd.DataFrame:
    """The groups of two dimensions together on their last day, indexed by group."""
    cells = report.cells
    here = cells[(cells["kpi"] == kpi.id) & (cells["unit"] == unit)]
    held = here[here["group"].astype(str).str.match(f"^{dims[0]}=[^;]*;{dims[1]}=[^;]*$")]
    latest: pd.DataFrame = held[held["period_end"] == held["period_end"].max()].drop_duplicates("group")
    return latest.set_index("group", drop=False)


def by_size(report: Report, kpi: KpiSummary, units: list[str], day: date | None = None) -> list[str]:
    """Largest first; a unit whose base is not shown comes last, so that its place says nothing of its size."""
    rows = report.units_at(kpi.id, day or report.contents.periods[kpi.id][-1], units)
    size = {u: float(n) for u, n in rows["denominator"].items() if pd.notna(n)}
    return sorted(units, key=lambda u: (-size.get(u, -1.0), report.contents.units[u].name))


PAY_GAPS = {"pay_gap_median": "median", "pay_gap_mean": "mean"}


def pay_gap_kinds(contents: Contents) -> dict[str, list[KpiSummary]]:
    """Pay gaps of the release by statistic, medians first."""
    found: dict[str, list[KpiSummary]] = {}
    for measure, word in PAY_GAPS.items():
        kpis = [k for k in contents.kpis.values() if k.measure == measure]
        if kpis:
            found[word] = kpis
    return found


def splits(report: Report, kpi: KpiSummary, unit: str, parts: list[str]) -> list[str]:
    """How one measure can be split at a unit: by the units below it, and by each published dimension."""
    day = report.contents.periods[kpi.id][-1]
    return [*(["unit"] if len(report.units_at(kpi.id, day, parts)) else []), *report.dimensions_of(kpi.id, unit)]


def split_rows(report: Report, kpi: KpiSummary, unit: str, split: str, parts: list[str]) -> pd.DataFrame:
    if split == "unit":
        return report.units_at(kpi.id, report.contents.periods[kpi.id][-1], parts)
    return report.groups_at(kpi.id, unit, split, last_day_of_groups(report, kpi, unit, split))
