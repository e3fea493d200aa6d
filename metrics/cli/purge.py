"""`equality purge`: rows about people that are older than the council keeps them go, and the database's file forgets them."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from typing import Annotated, Any

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.tables import read_day, table
from metrics.errors import InputError
from metrics.ingest.purge import Purge, find_purge, in_words, purge
from metrics.settings import load_settings
from metrics.sources.engine import open_source

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(name="purge", epilog="Example: equality purge --before 2020-04-01 --dry-run")
def purge_rows(
    before: Annotated[str, typer.Option("--before", metavar="DATE", help="The first day that is kept, as 2020-04-01.")],
    dataset: Annotated[str | None, typer.Option("--dataset", help="Only this dataset; default: all, also those no longer defined.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, delete nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    including_newest: Annotated[
        bool, typer.Option("--including-newest", help="Also a dataset's newest day, which is spared otherwise.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Delete rows about people, import reports and rejected rows from before a day. Releases stay: they hold no rows.

    Published periods of the deleted days stay published and can no longer be restated. It cannot be undone.
    """
    os.umask(0o077)
    settings, day = load_settings(config), read_day(before, "--before")
    with open_source(settings.workforce_url, read_only=dry_run) as source:
        found = find_purge(source, settings.private_folder, day, dataset, including_newest)
        if not as_json:
            typer.echo("\n".join(_in_sentences(found, day)))
        left = "" if dry_run or not _agreed(found, yes) else purge(source, found)
    if as_json:
        typer.echo(json.dumps({**as_dict(found), "dry_run": dry_run, "left_to_do": left}, indent=1, ensure_ascii=False))
    elif dry_run:
        typer.echo("Dry run: nothing was deleted.")
    elif found.days or found.files:
        typer.echo("\n".join(line for line in ("Deleted.", left) if line))


def _agreed(found: Purge, yes: bool) -> bool:
    if yes or not (found.days or found.files):
        return True
    if not sys.stdin.isatty():
        raise InputError("Nothing was deleted: nobody is here to ask.", "Add --yes.")
    typer.confirm("Delete this? It cannot be undone.", abort=True)
    return True


def as_dict(found: Purge) -> dict[str, Any]:
    return {
        "before": found.before.isoformat(),
        "days": [{"dataset": s.dataset, "as_at": s.as_at.isoformat(), "rows": in_words(s.rows)} for s in found.days],
        "spared": [{"dataset": s.dataset, "as_at": s.as_at.isoformat()} for s in found.spared],
        "files": [path.name for path in found.files],
    }


def _in_sentences(found: Purge, day: date) -> list[str]:
    lines = []
    if found.days:
        rows = [(s.dataset, s.as_at.isoformat(), in_words(s.rows), f"{s.loaded_at:%Y-%m-%d}", ", ".join(s.files)) for s in found.days]
        lines += [table(("dataset", "as at", "rows", "loaded", "files"), rows, ("rows",)), ""]
    else:
        lines.append(f"No rows about people from before {day.isoformat()} are to be deleted.")
    lines += [
        f"{s.dataset}, {s.as_at.isoformat()}: the newest day of its dataset stays; --including-newest deletes it." for s in found.spared
    ]
    if found.files:
        lines.append(f"In the private folder: {len(found.files)} import reports and files of rejected rows.")
    return lines
