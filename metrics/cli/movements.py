"""`equality movements`: published counts that moved by a few people, for the analyst who decides whether that tells too much."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.tables import read_day, table
from metrics.definitions.waterfall import WATERFALL
from metrics.errors import InputError
from metrics.ingest.private import write_private
from metrics.releases.movements import Movement, Place, find_movements
from metrics.releases.snapshot import Snapshot
from metrics.releases.store import ReleaseStore
from metrics.settings import load_settings
from metrics.wording.dates import format_day
from metrics.wording.groups import format_breakdown, format_group

app = typer.Typer(rich_markup_mode=None, add_completion=False)
FEW = 4
"""More categories than this are not named one by one."""
PARTS = {
    "numerator": "counted", "denominator": "base", "everyone": "everyone", "possible": "counted or not known",
    "reference_numerator": "compared with, counted", "reference_denominator": "compared with",
}  # fmt: skip
WHY = (
    "Whoever knows that one person joined or left between two days learns from a count that moved by one what that person answered.\n"
    "These counts moved by less than the threshold, or by one step of their rounding. Where that tells too much, publish the breakdown\n"
    "less often."
)


@app.command(name="movements", epilog="Example: equality movements --period 2026-03-31 --json")
def list_movements(
    release: Annotated[str | None, typer.Option("--release", metavar="ID", help="Default: the latest release.")] = None,
    period: Annotated[str | None, typer.Option("--period", metavar="DATE", help="Only what moved up to this day; default: all.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List published counts that moved by a few people since they were last shown, from published figures alone.

    Also written to a file in the private folder that only you may open.
    """
    os.umask(0o077)
    settings = load_settings(config)
    store = ReleaseStore(settings.releases_url)
    name, day = store.release_id(release), None if period is None else read_day(period, "--period")
    _check_period(store, name, day)
    found = [m for m in find_movements(store, name) if day in {None, m.day}]
    snapshot = store.snapshot(name)
    said = as_text(name, found, snapshot)
    file = write_private(settings.private_folder, f"movements-{name}{'' if day is None else f'-to-{day}'}.txt", f"{said}\n")
    typer.echo(as_machine_text(name, found, snapshot, file) if as_json else f"{said}\n\nAlso in {file}, which only you may open.")


def _check_period(store: ReleaseStore, release: str, day: date | None) -> None:
    days = sorted({b.label.period_end for b in store.batches(release)})
    if day is not None and day not in days:
        raise InputError(f"--period: release {release} holds no figures of {day}; it holds {', '.join(map(str, days))}.")


def as_text(release: str, movements: Sequence[Movement], snapshot: Snapshot) -> str:
    """Day by day: how many, then by KPI, breakdown and unit."""
    parts = [f"Release {release}, as {snapshot.audiences[0]} sees it: {_number(len(movements))} moved by a few people.", WHY]
    for (dataset, day), moved in _by_period(movements):
        title = snapshot.datasets.get(dataset, dataset)
        exact = sum(not m.step for m in moved)
        parts.append(f"{title}, {format_day(day)}: {_number(len(moved))}, {exact} exact and {len(moved) - exact} rounded")
        parts += [f"{head}\n{_lines(rows, snapshot)}" for head, rows in _by_figure(moved, snapshot)]
    return "\n\n".join(parts)


def _number(counts: int) -> str:
    return "1 count" if counts == 1 else f"{counts} counts"


def _by_period(movements: Sequence[Movement]) -> Iterator[tuple[tuple[str, date], list[Movement]]]:
    ordered = sorted(movements, key=lambda m: (m.dataset, m.day))
    return ((key, list(rows)) for key, rows in groupby(ordered, key=lambda m: (m.dataset, m.day)))


def _by_figure(movements: Sequence[Movement], snapshot: Snapshot) -> Iterator[tuple[str, list[Movement]]]:
    """Under the first figure that shows a count: its KPI, breakdown and unit."""

    def key(movement: Movement) -> tuple[str, str, str]:
        first = movement.places[0] if movement.places else None
        return (first.kpi, first.breakdown, movement.unit) if first else ("", "", movement.unit)

    for (kpi, breakdown, unit), rows in groupby(sorted(movements, key=key), key=key):
        yield _head(kpi, breakdown, unit, snapshot), list(rows)


def _head(kpi: str, breakdown: str, unit: str, snapshot: Snapshot) -> str:
    where = snapshot.units[unit].name if unit in snapshot.units else unit
    title = f"{kpi} {snapshot.kpis[kpi].title}, " if kpi in snapshot.kpis else ""
    by = "" if not breakdown else f", {_breakdown(breakdown, snapshot)}"
    return f"{title}{where}{by}"


def _breakdown(breakdown: str, snapshot: Snapshot) -> str:
    return "who is left at each step" if breakdown == WATERFALL else f"by {format_breakdown(breakdown, snapshot.dimensions)}"


def _lines(movements: Sequence[Movement], snapshot: Snapshot) -> str:
    heads = ("group", "count", "was", "now", "moved", "since", "rounded to", "also in")
    rows = [
        (
            _group(m, snapshot),
            PARTS.get(m.places[0].part, m.places[0].part) if m.places else "–",
            m.was,
            m.now,
            f"{m.now - m.was:+d}",
            m.since.isoformat(),
            m.step or "–",
            ", ".join(dict.fromkeys(p.kpi for p in m.places[1:] if p.kpi != m.places[0].kpi)) or "–",
        )
        for m in movements
    ]
    return table(heads, rows, ("was", "now", "moved", "rounded to"))


def _group(movement: Movement, snapshot: Snapshot) -> str:
    """In the words of the figure; of an older release, in those of its categories."""
    if movement.places:
        return format_group(movement.places[0].group, snapshot.dimensions)
    return "; ".join(_column(axis, categories, snapshot) for axis, categories in movement.where) or "Everyone"


def _column(axis: str, categories: frozenset[str], snapshot: Snapshot) -> str:
    known = snapshot.dimensions.get(axis)
    labels = {id: label for id, label, _ in known.categories} if known else {}
    named = ", ".join(sorted(labels.get(c, c) for c in categories)) if len(categories) <= FEW else f"{len(categories)} categories"
    return f"{known.title if known else axis}: {named}"


def as_machine_text(release: str, movements: Sequence[Movement], snapshot: Snapshot, file: Path) -> str:
    said = {
        "release": release,
        "audience": snapshot.audiences[0],
        "counts": len(movements),
        "file": str(file),
        "periods": [
            {"dataset": dataset, "period_end": day.isoformat(), "counts": len(moved), "movements": [_as_dict(m) for m in moved]}
            for (dataset, day), moved in _by_period(movements)
        ],
    }
    return json.dumps(said, indent=1, ensure_ascii=False)


def _as_dict(movement: Movement) -> dict[str, Any]:
    return {
        "unit": movement.unit,
        "categories": {axis: sorted(categories) for axis, categories in movement.where},
        "was": movement.was,
        "now": movement.now,
        "since": movement.since.isoformat(),
        "rounded_to": movement.step or None,
        "figures": [_figure(place) for place in movement.places],
    }


def _figure(place: Place) -> dict[str, str]:
    return {"kpi": place.kpi, "breakdown": place.breakdown, "unit": place.unit, "group": place.group, "part": place.part}
