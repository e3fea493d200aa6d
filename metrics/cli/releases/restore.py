"""`equality releases restore`: fill a store from a file that `backup` wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.progress import bar
from metrics.cli.releases.asking import YesOption, confirm
from metrics.errors import NotPublished
from metrics.releases.database import Database
from metrics.releases.restore import restore_archive
from metrics.releases.store import ReleaseStore
from metrics.settings import load_settings


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `equality releases backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of the releases that the store holds.")] = False,
    yes: YesOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Fill the store from a backup: all of it, compared row for row, or nothing. SQLite and PostgreSQL take the same file."""
    url = load_settings(config).releases_url
    there = _releases(url) if replace else 0
    if there:
        confirm(f"Replace {there} releases of {ReleaseStore(url).url}?", yes, "Nothing was restored.")
    with bar(not as_json) as told:
        manifest = restore_archive(Database(url), file, replace, told)
    if as_json:
        typer.echo(json.dumps({"releases": list(manifest.releases), "rows": manifest.rows, "replaced": there}))
        return
    latest = ReleaseStore(url).latest()
    typer.echo(f"Restored {len(manifest.releases)} releases, {manifest.rows:,} rows, each compared. The newest that stands: {latest}.")
    if there:
        typer.echo("Start `equality serve` again: it remembers what it has read.")


def _releases(url: str) -> int:
    """How many would be replaced; those of an earlier version are counted too."""
    try:
        return ReleaseStore(url).count()
    except NotPublished:
        return 0
