"""`equality audit`: who signed in, was refused, looked as another role, or took a file away; and the end of old rows."""

from __future__ import annotations

import csv
import getpass
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Annotated, Any

import typer

from metrics.access.audit import WHATS, AuditLog, Event
from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.tables import read_day, table
from metrics.definitions.nearest import no_such
from metrics.errors import InputError
from metrics.periods import months_before
from metrics.settings import Settings, load_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)
ROWS_SHOWN = 200
COLUMNS = ("at", "what", "who", "role", "name", "reason", "page", "release", "kpi", "file")


@app.command(name="audit", epilog="Example: equality audit --since 2026-03-01 --what downloaded --csv")
def show_audit(
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Only from this day on, as 2026-03-31.")] = None,
    who: Annotated[str | None, typer.Option("--who", help="Only this person: an id as listed here, or its part before the stroke.")] = None,
    what: Annotated[list[str] | None, typer.Option("--what", help=f"Only this: {', '.join(WHATS)}. May be repeated.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print every row as CSV.")] = False,
    purge: Annotated[bool, typer.Option("--purge", help="Take away rows older than the retention of settings.yaml.")] = False,
    purge_before: Annotated[
        str | None, typer.Option("--purge-before", metavar="DATE", help="Take away rows before this day instead.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List the audit log, oldest first; or take away what is past its retention. No row holds a figure."""
    for one in what or ():
        if one not in WHATS:
            raise InputError(f"--what {one}: {no_such('kind of row', one, WHATS)}.")
    settings = load_settings(config)
    log = AuditLog(settings.audit_url, settings.audit_names)
    if purge or purge_before:
        _purge(log, settings, purge_before, as_json)
        return
    newest = None if as_json or as_csv else ROWS_SHOWN + 1
    found = log.events(_day("--since", since), who=who, what=tuple(what or ()), newest=newest)
    if as_json:
        typer.echo(json.dumps([_row(e) for e in found], indent=2, ensure_ascii=False))
    elif as_csv:
        _write_csv(found)
    else:
        typer.echo(_listed(found, settings))


def _day(option: str, value: str | None) -> datetime | None:
    return None if value is None else datetime.combine(read_day(value, option), time(), UTC)


def _purge(log: AuditLog, settings: Settings, before: str | None, as_json: bool) -> None:
    kept_from = months_before(datetime.now(UTC).date(), settings.audit_keep_months)
    limit = _day("--purge-before", before) or datetime.combine(kept_from, time(), UTC)
    if limit > datetime.now(UTC):
        raise InputError(f"--purge-before {before}: this day is still to come; nothing was taken away.")
    gone = log.purge(limit, f"cli:{_user()}")
    if as_json:
        typer.echo(json.dumps({"purged": gone, "before": limit.date().isoformat()}))
        return
    rule = "" if before else f" (kept for {settings.audit_keep_months} months, by settings.yaml)"
    typer.echo(f"{gone} row{'' if gone == 1 else 's'} before {limit.date()} taken away{rule}; a row says so.")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user
        return "unknown"


def _row(happened: Event) -> dict[str, Any]:
    values = asdict(happened)
    at = happened.at.isoformat(timespec="seconds") if happened.at else ""
    return {name: at if name == "at" else values[name] for name in COLUMNS}


def _write_csv(found: tuple[Event, ...]) -> None:
    """Ids come from an identity provider: none is taken for a formula."""
    out = csv.writer(sys.stdout)
    out.writerow(COLUMNS)
    for one in found:
        out.writerow([f"'{v}" if str(v).startswith(("=", "+", "-", "@")) else v for v in _row(one).values()])


def _listed(found: tuple[Event, ...], settings: Settings) -> str:
    if not found:
        return "No such rows. Sign-ins, refusals and downloads of `equality serve` are recorded here."
    shown = found[-ROWS_SHOWN:]
    rows = [
        (
            f"{e.at:%Y-%m-%d %H:%M:%S}" if e.at else "",
            e.what,
            e.who or "–",
            e.role,
            " ".join(filter(None, [e.name, e.reason, e.page, e.release, e.file or e.kpi])),
        )
        for e in shown
    ]
    more = "Older rows were left out; --since, --json and --csv have them." if len(found) > ROWS_SHOWN else ""
    kept = f"Times are UTC. Rows are kept for {settings.audit_keep_months} months: `equality audit --purge`."
    return "\n".join(filter(None, [table(("when", "what", "who", "role", "about"), rows), more, kept]))
