"""`equality refresh`: make, protect, certify and publish what is new, and say what was done and what was left alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.progress import bar
from metrics.cli.tables import read_day, table
from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.ingest.purge import past_retention
from metrics.pipeline import RefreshResult, refresh
from metrics.pipeline.due import Kept
from metrics.pipeline.holdings import few
from metrics.pipeline.summaries import summarise_dimensions
from metrics.releases.draft import DraftBatch
from metrics.releases.store import ReleaseStore
from metrics.settings import load_settings
from metrics.sources.engine import open_source
from metrics.wording.dates import format_day
from metrics.wording.fit import advise

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(name="refresh", epilog="Example: equality refresh --restate 2026-03-31 --reason 'Payroll file corrected'")
def refresh_release(
    restate: Annotated[
        list[str] | None, typer.Option("--restate", metavar="DATE", help="A published period to make again; repeat it for several.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why published figures change; readers see it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Make and certify everything, publish nothing.")] = False,
    processes: Annotated[
        int | None,
        typer.Option("--processes", min=1, help="Parts worked on at once; default: one for each processor, up to 4, where that pays."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Publish the figures of every period that is loaded and not published yet, and print their certificate.

    A period that was published stays as it is, unless it is restated with a reason.
    """
    configuration, settings = load_configuration(config), load_settings(config)
    days = tuple(read_day(text, "--restate") for text in restate or ())
    with open_source(settings.workforce_url) as source, bar(not as_json) as progress:
        store = ReleaseStore(settings.releases_url)
        result = refresh(
            configuration,
            settings,
            source=source,
            store=store,
            restate=days,
            reason=reason,
            dry_run=dry_run,
            progress=progress,
            processes=processes,
        )
        kept = settings.retention
        warnings = past_retention(source, settings.private_folder, kept.person_rows_years, kept.import_reports_days, date.today())
    if as_json:
        typer.echo(
            json.dumps(
                {**as_dict(result), "mostly_hidden": _mostly_hidden(result, configuration), "warnings": warnings},
                indent=1,
                ensure_ascii=False,
            )
        )
        return
    typer.echo(in_sentences(result, configuration))
    for warning in warnings:
        typer.echo(f"warning: {warning}")


def as_dict(result: RefreshResult) -> dict[str, Any]:
    return {
        "release": result.release,
        "dry_run": result.dry_run,
        "nothing_to_do": result.nothing_to_do,
        "seconds": round(result.seconds, 2),
        "certificates": [{**b.certificate, "restated": b.label.reason} for b in result.batches],
        "carried": [
            {"dataset": b.label.dataset, "period_end": str(b.label.period_end), "audience": b.label.audience} for b in result.carried
        ],
        "kept": [{"dataset": k.dataset, "period_end": str(k.day), "why": k.why, "names": list(k.names)} for k in result.kept],
        "dropped": list(result.dropped),
        "doubted": {release: [str(day) for day in days] for release, days in result.doubted.items()},
        "untold": [
            {"dataset": u.dataset, "events": u.source, "kpis": list(u.kpis), "period_ends": [str(day) for day in u.days]}
            for u in result.untold
        ],
        "at_neither_end": [
            {"dataset": s.dataset, "events": s.source, "period_end": str(s.day), "people": few(s.people)} for s in result.strangers
        ],
    }


def in_sentences(result: RefreshResult, configuration: Configuration) -> str:
    """What happened, first; then the certificate; then what was left alone, and how to change that."""
    parts = [_headline(result)]
    if result.batches:
        parts.append(_certificate(result))
    notes = [*_known_before(result), *_mostly_hidden(result, configuration)]
    notes += [*_kept(result.kept, configuration), *_doubted(result), *_dropped(result), *_of_marks(result, configuration)]
    if notes:
        parts.append("\n".join(notes))
    return "\n\n".join(parts)


def _headline(result: RefreshResult) -> str:
    periods = len({b.label.period_end for b in result.batches})
    cells = sum(len(b.cells) for b in result.batches)
    if result.nothing_to_do:
        return "Nothing to do: every period that is loaded has been published."
    if not result.batches and result.dry_run:
        return "Dry run, nothing was published: no new figures; words and lists would follow the definitions of today."
    if not result.batches:
        return f"Published release {result.release}: no new figures; words and lists follow the definitions of today."
    made = f"{cells:,} figures of {periods} period{'s' if periods > 1 else ''} in {result.seconds:.1f} seconds"
    return f"Dry run, nothing was published: {made}." if result.dry_run else f"Published release {result.release}: {made}."


def _certificate(result: RefreshResult) -> str:
    heads = ("dataset", "period", "audience", "figures", "counts", "shown by level", "hidden", "recovered", "narrowest", "seconds")
    rows = [
        (
            b.label.dataset,
            b.label.period_end.isoformat(),
            b.label.audience,
            f"{len(b.cells):,}",
            f"{b.certificate['cells']:,}",
            " ".join(f"{share:.0%}" for share in b.certificate["shown_by_level"].values()),
            _hidden(b.certificate),
            b.certificate["recovered"] + b.certificate["pay_recovered"],
            "-" if b.certificate["narrowest"] is None else b.certificate["narrowest"],
            f"{b.certificate['seconds']:.1f}",
        )
        for b in result.batches
    ]
    explained = (
        "Certificate: an attacker who knows everything that the audience is shown worked out `recovered` hidden counts exactly.\n"
        "Shown by level: share of counts that can be read, from the whole council downwards. Narrowest: each hidden cell could be\n"
        "counts at least so many steps apart; no more is said than was asked for."
    )
    return table(heads, rows, ("figures", "counts", "hidden", "recovered", "narrowest", "seconds")) + "\n\n" + explained


def _hidden(certificate: Mapping[str, Any]) -> int:
    return int(certificate["primary"] + certificate["secondary"] + certificate["coarsened"])


def _known_before(result: RefreshResult) -> list[str]:
    """What a restatement could not mend, since figures that were published once stay known."""
    return [
        f"{b.label.dataset}, {b.label.period_end.isoformat()}, {b.label.audience}: {b.certificate['known_before']} protected counts can be "
        f"worked out from earlier releases alone ({', '.join(b.certificate['earlier'])}). They are hidden now; who kept those releases "
        "knows them."
        for b in result.batches
        if b.certificate.get("known_before")
    ]


def _mostly_hidden(result: RefreshResult, configuration: Configuration) -> list[str]:
    """Breakdowns that the first audience can hardly read, on the last day that was made, from its published cells."""
    first = next(iter(configuration.disclosure.audiences))
    newest: dict[str, DraftBatch] = {}
    for batch in sorted((b for b in result.batches if b.label.audience == first), key=lambda b: b.label.period_end):
        newest[batch.label.dataset] = batch
    broader = {id: d.parent_dimension for id, d in configuration.dimensions.items() if d.parent_dimension is not None}
    dimensions = summarise_dimensions(configuration.dimensions)
    return [line for batch in newest.values() for line in advise(batch.cells, dimensions, broader)]


_WHY = {
    "data": "the data changed after publishing",
    "definition": "the definition of {names} changed after publishing",
    "new_kpi": "{names} had not been defined when it was published",
    "protection": "disclosure settings or the organisation changed after publishing",
    "audience": "the audience {names} had not been declared when it was published",
    "purged": "the rows were purged, so its figures cannot be made again",
}


def _kept(kept: tuple[Kept, ...], configuration: Configuration) -> list[str]:
    """One sentence for all periods that differ for the same reason."""
    alike: dict[tuple[str, str, tuple[str, ...]], list[date]] = {}
    for one in kept:
        alike.setdefault((one.dataset, one.why, one.names), []).append(one.day)
    lines = [
        f"{configuration.datasets[dataset].title}, {_days(days)}: {_WHY[why].format(names=', '.join(names))}; figures kept."
        for (dataset, why, names), days in alike.items()
    ]
    again = [one.day for one in kept if one.why != "purged"]
    if again:
        last = max(again)
        lines.append(f"To publish a period again: equality refresh --restate {last.isoformat()} --reason 'why the figures change'")
    return lines


def _days(days: list[date]) -> str:
    return format_day(days[0]) if len(days) == 1 else f"{format_day(min(days))} to {format_day(max(days))} ({len(days)} periods)"


def _doubted(result: RefreshResult) -> list[str]:
    said = "{days}: first published in release {release}, which was withdrawn; figures carried on."
    lines = [said.format(days=_days(list(days)), release=release) for release, days in result.doubted.items()]
    if lines:
        day = max(max(days) for days in result.doubted.values())
        lines.append(f"If these figures are wrong too: equality refresh --restate {day.isoformat()} --reason 'why the figures change'")
    return lines


def _dropped(result: RefreshResult) -> list[str]:
    return [f"{', '.join(result.dropped)}: no longer defined; earlier releases still hold the figures."] if result.dropped else []


def _of_marks(result: RefreshResult, configuration: Configuration) -> list[str]:
    """Spans that nobody knows the events of, and people whom events name and no snapshot knows."""
    titles = {id: dataset.title for id, dataset in configuration.datasets.items()}
    lines = [
        f"{titles[u.dataset]}, {_days(list(u.days))}: no figure of {', '.join(u.kpis)}, because no extract of “{titles[u.source]}” is "
        f"loaded for the last day. Load it: equality ingest {u.source} FILE --as-at {max(u.days).isoformat()}"
        for u in result.untold
    ]
    said = "{titles}, {day}: people it tells a mark of who are staff at neither end of the span, and so in no figure: {few}."
    return lines + [said.format(titles=titles[s.source], day=format_day(s.day), few=few(s.people)) for s in result.strangers]
