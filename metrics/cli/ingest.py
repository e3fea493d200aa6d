"""`equality ingest DATASET FILE…`: an extract to validated rows, all of it or nothing."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.progress import bar
from metrics.errors import DefinitionError, InputError

if TYPE_CHECKING:
    from metrics.definitions.configuration import Configuration
    from metrics.settings import Settings
    from metrics.sources.council_database import CouncilDatabase

app = typer.Typer()


@app.command(
    epilog="Examples: equality ingest hr staff.xlsx --as-at 2026-03-31; without a file, the table that the dataset names:"
    " equality ingest hr --as-at 2026-03-31. Exit 0 loaded or already loaded, 2 refused, 3 no database."
)
def ingest(
    dataset: Annotated[str, typer.Argument(help="Id of the dataset: the name of its file in config/datasets/.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="CSV (also gzipped), XLSX, XLS, ODS or Parquet; several are parts of one extract. None: the dataset's `table:` is read."
        ),
    ] = None,
    as_at: Annotated[str | None, typer.Option("--as-at", help="The day that the extract describes, as 2026-03-31.")] = None,
    accept_rejects: Annotated[bool, typer.Option("--accept-rejects", help="Load even if more than 5% of rows are refused.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Load an extract: what was accepted and rejected, who joined, left and changed. The same file twice changes nothing."""
    os.umask(0o077)  # whatever is written holds rows about people
    from metrics.definitions.load import load_configuration
    from metrics.ingest.ingest import ingest_files, ingest_table
    from metrics.ingest.private import write_private
    from metrics.settings import load_settings
    from metrics.sources.engine import open_source

    day = _day(as_at)
    configuration, settings = load_configuration(config), load_settings(config)
    name = f"import-{dataset if dataset in configuration.datasets else 'unknown'}-{datetime.now():%Y%m%d-%H%M%S}.txt"
    try:
        with bar() as told, ExitStack() as opened:
            database = None if files else opened.enter_context(_council_database(configuration, settings, dataset))
            source = opened.enter_context(open_source(settings.workforce_url, read_only=False))
            private = settings.private_folder
            if database is not None:
                report = ingest_table(configuration, dataset, day, database, source, private, accept_rejects, told)
            else:
                report = ingest_files(configuration, dataset, files or [], day, source, private, accept_rejects, told)
    except InputError as error:
        try:
            write_private(settings.private_folder, name, f"{error}\n")
        except InputError as unwritten:
            raise InputError([*error.problems, *unwritten.problems], f"{error.advice}\n{unwritten.advice}".strip()) from None
        raise
    text = "\n".join(report.lines())
    if report.changed_anything:
        write_private(settings.private_folder, name, f"{text}\n")
    typer.echo(json.dumps(report.as_dict(), default=str) if as_json else text)


def _council_database(configuration: Configuration, settings: Settings, dataset: str) -> CouncilDatabase:
    """The database that the dataset's `table:` names, open for reading."""
    from metrics.settings import check_settings
    from metrics.sources.council_database import open_council_database

    if dataset not in configuration.datasets:
        raise InputError(f"There is no dataset '{dataset}'; there are: {', '.join(configuration.datasets)}.")
    table = configuration.datasets[dataset].table
    if table is None:
        advice = f"Name one, or write `table: {{connection: …, schema: …, name: …}}` in datasets/{dataset}.yaml."
        raise InputError(f"No file was named, and dataset '{dataset}' names no table.", advice)
    if table.connection not in settings.sources:
        raise DefinitionError(check_settings(settings, configuration), "Nothing was stored.")
    found = settings.sources[table.connection]
    return open_council_database(table.connection, found.url, found.env)


def _day(written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written is not None else None
    except ValueError:
        raise InputError(f"--as-at: '{written}' is not a day.", "Write it as 2026-03-31.") from None
