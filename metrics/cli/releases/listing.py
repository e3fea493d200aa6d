"""`equality releases`: every release there is, and what differs between two of them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from metrics.access.viewer import Viewer
from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.tables import table
from metrics.errors import InputError
from metrics.releases.compare import Comparison
from metrics.releases.draft import ReleaseSummary
from metrics.releases.store import ReleaseStore
from metrics.settings import load_settings

ROWS_SHOWN = 40


def list_releases(
    context: typer.Context,
    compare: Annotated[
        tuple[str, str] | None, typer.Option("--compare", metavar="ID ID", help="Which figures differ between two releases, and why.")
    ] = None,
    audience: Annotated[str | None, typer.Option("--audience", help="Whose figures to compare; default: the first audience.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List the releases, newest first, or compare two of them; withdraw one; back up, restore or upgrade the store."""
    if context.invoked_subcommand is not None:
        _refuse_options_before(context)
        return
    store = ReleaseStore(load_settings(config).releases_url)
    if compare is None:
        found = store.list_releases()
        typer.echo(_listed_json(found) if as_json else _listed(found))
        return
    viewer = Viewer(audience or store.snapshot(compare[1]).audiences[0], "command_line")
    comparison = store.compare(*compare, viewer)
    typer.echo(_compared_json(comparison) if as_json else _compared(comparison))


def _refuse_options_before(context: typer.Context) -> None:
    """An option that stands before the subcommand would be lost, and the wrong store be changed."""
    name = context.invoked_subcommand
    for parameter in context.command.params:
        if parameter.name and str(context.get_parameter_source(parameter.name)).endswith("COMMANDLINE"):
            option = parameter.opts[0]
            raise InputError(f"{option} stands before '{name}'.", f"Write it behind: equality releases {name} … {option} …")


def _listed(found: tuple[ReleaseSummary, ...]) -> str:
    if not found:
        return "Nothing has been published yet. Run `equality refresh`."
    rows = [
        (
            r.id,
            f"{r.published_at:%Y-%m-%d %H:%M}",
            f"{r.first_period} to {r.last_period}",
            r.batches,
            r.new_batches,
            f"{r.cells:,}",
            r.definition_version[:12],
            _attacked(r),
            _note(r),
        )
        for r in found
    ]
    made_up = " (synthetic figures)" if found[0].synthetic else ""
    heads = ("release", "published", "periods", "parts", "new", "figures", "definitions", "attacked again", "note")
    return f"{found[0].council}{made_up}\n\n" + table(heads, rows, ("parts", "new", "figures"))


def _attacked(release: ReleaseSummary) -> str:
    """ "2026-11-22: none found"; how many of its parts where that is not all of them."""
    found = release.verdict
    if found is None:
        return "not yet"
    parts = "" if found.parts == release.batches else f", {found.parts} of {release.batches} parts"
    unsettled = f", {found.unsettled:,} unsettled" if found.unsettled else ""
    return f"{found.attacked_at:%Y-%m-%d}: {f'{found.recovered:,}' if found.recovered else 'none'} found{unsettled}{parts}"


def _note(release: ReleaseSummary) -> str:
    if release.withdrawn:
        on = f" on {release.withdrawn_at:%Y-%m-%d}" if release.withdrawn_at else ""
        return f"withdrawn{on}: {release.withdrawn}"
    return release.reason or ""


def _listed_json(found: tuple[ReleaseSummary, ...]) -> str:
    return json.dumps([asdict(r) for r in found], indent=1, ensure_ascii=False, default=str)


REASONS = {
    "new": "are in {after} only",
    "gone": "are in {before} only",
    "data": "were made from other data",
    "definition": "were made by another definition",
    "suppression": "are protected differently",
}


def _compared(comparison: Comparison) -> str:
    names = {"before": comparison.before, "after": comparison.after}
    if comparison.cells.empty:
        return "Every figure is the same in {before} and {after}.".format(**names)
    lines = [f"{n:,} figures {REASONS[reason].format(**names)}." for reason, n in comparison.by_reason.items()]
    changed = comparison.cells[~comparison.cells["reason"].isin(["new", "gone"])]
    rows = [
        (
            row.kpi,
            row.unit,
            row.group or row.breakdown or "everyone",
            f"{row.period_end:%Y-%m-%d}",
            _figure(row.value_before, row.marker_before),
            _figure(row.value_after, row.marker_after),
            row.reason,
        )
        for row in changed.head(ROWS_SHOWN).itertuples()
    ]
    if rows:
        lines += ["", table(("kpi", "unit", "group", "period", comparison.before, comparison.after, "reason"), rows)]
    if len(changed) > ROWS_SHOWN:
        lines.append(f"and {len(changed) - ROWS_SHOWN:,} more (--json lists all)")
    return "\n".join(lines)


def _figure(value: object, marker: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) and value == value else str(marker)


def _compared_json(comparison: Comparison) -> str:
    cells = comparison.cells.assign(period_end=comparison.cells["period_end"].dt.strftime("%Y-%m-%d"))
    rows = [{k: None if v != v else v for k, v in row.items()} for row in cells.to_dict("records")]
    content = {"before": comparison.before, "after": comparison.after, "differing": comparison.by_reason, "figures": rows}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
