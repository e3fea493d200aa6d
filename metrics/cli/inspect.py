"""`equality inspect FILE…`: what a file seems to hold, and drafts of the definitions that would load it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.errors import DefinitionError, InputError

if TYPE_CHECKING:
    from metrics.definitions.dimension import Dimension
    from metrics.definitions.parsed import Parsed
    from metrics.ingest.drafts import Draft
    from metrics.ingest.inspect import Inspection

app = typer.Typer()


@app.command(
    epilog="Examples: equality inspect staff.csv --config mycouncil --write mycouncil;"
    " a table of the council's own database: equality inspect --table hr.v_staff --connection payroll_db"
)
def inspect(
    files: Annotated[list[Path] | None, typer.Argument(help="CSV (also gzipped), XLSX, XLS, ODS or Parquet.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    dataset: Annotated[str, typer.Option("--dataset", help="Id of the dataset to draft.")] = "hr",
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")] = None,
    header_row: Annotated[int | None, typer.Option("--header-row", min=1, help="Row that holds the headings.")] = None,
    table: Annotated[str | None, typer.Option("--table", help="A table or view instead of a file: NAME or SCHEMA.NAME.")] = None,
    connection: Annotated[str | None, typer.Option("--connection", help="Its database: a name under connections: sources:.")] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Write the draft dataset to this file.")] = None,
    write: Annotated[Path | None, typer.Option("--write", help="Write all drafts into this configuration folder.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Look at a file before anything is loaded: columns, blanks, labels, dates, repeats; then a draft definition to complete."""
    from metrics.ingest.drafts import draft_definitions
    from metrics.ingest.inspect import inspect_file, starter_dimensions

    _check_id(dataset)
    if bool(files) == bool(table) or (table or "").endswith("."):
        raise InputError("Name one or more files, or one table with --table.", "Such as: equality inspect staff.csv")
    parsed = _parsed(config)
    dimensions = parsed.dimensions if parsed and parsed.dimensions else starter_dimensions()
    if table is not None:
        inspections = [_inspect_table(config, connection, table, dimensions)]
    else:
        inspections = [inspect_file(path, dimensions, sheet, header_row) for path in files or []]
    inspections = _recognised(config, inspections)
    if as_json:
        typer.echo(json.dumps([i.as_dict() for i in inspections], default=str))
    else:
        typer.echo("\n\n".join("\n".join(i.lines()) for i in inspections))
    if len(inspections) > 1 and (write or output):
        raise InputError("Drafts are written for one file at a time.", "Name the file that shows the dataset best.")
    for number, inspection in enumerate(inspections):
        id = dataset if number == 0 else f"{dataset}_{number + 1}"
        wanted = parsed.datasets[dataset].columns if parsed and dataset in parsed.datasets else {}
        drafts = draft_definitions(inspection, dimensions, id, _council(config), wanted)
        try:
            _hand_over(drafts, inspection, output, write, as_json)
        except OSError as error:
            raise InputError(f"{output or write} cannot be written ({error.strerror}).", "Name another place.") from error


def _inspect_table(config: Path, connection: str | None, table: str, dimensions: Mapping[str, Dimension]) -> Inspection:
    from metrics.definitions.dataset import TableBinding
    from metrics.definitions.nearest import no_such
    from metrics.ingest.inspect import inspect_table
    from metrics.settings import load_settings
    from metrics.sources.council_database import open_council_database

    sources = load_settings(config).sources
    name = connection or (next(iter(sources)) if len(sources) == 1 else None)
    if name is None or name not in sources:
        say = no_such("connection", name, sources) if name else f"--connection is needed; there are: {', '.join(sources) or 'none yet'}"
        raise InputError(f"{say}.", f"Connections stand in {config}/settings.yaml: connections: {{sources: {{payroll_db: {{env: …}}}}}}.")
    schema, _, last = table.rpartition(".")
    binding = TableBinding.model_validate({"connection": name, "schema": schema or None, "name": last})
    with open_council_database(name, sources[name].url, sources[name].env) as database:
        return inspect_table(database, binding, dimensions)


def _recognised(config: Path, inspections: list[Inspection]) -> list[Inspection]:
    """With the datasets that each file has every heading for; none where the configuration is not right yet."""
    from metrics.definitions.load import load_configuration
    from metrics.ingest.recognise import fitting_datasets

    try:
        configuration = load_configuration(config)
    except DefinitionError:
        return inspections
    return [replace(i, fits=fitting_datasets(configuration, (c.heading for c in i.columns))) for i in inspections]


def _check_id(dataset: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", dataset):
        raise InputError(f"--dataset: '{dataset}' is not an id.", "Use small letters, digits and _, such as hr.")


def _parsed(config: Path) -> Parsed | None:
    """The configuration as far as it can be read: a draft may be wanted because it is not right yet."""
    from metrics.definitions.load import parse_folder

    return parse_folder(config)[0] if config.is_dir() else None


def _council(config: Path) -> str:
    from metrics.settings import load_settings

    try:
        return load_settings(config).council
    except DefinitionError:
        return ""


def _hand_over(drafts: tuple[Draft, ...], inspection: Inspection, output: Path | None, write: Path | None, as_json: bool) -> None:
    from metrics.ingest.drafts import mentions, write_drafts

    if output is not None:
        if output.exists():
            raise InputError(f"{output} exists already; nothing was written.", "Name a new file.")
        output.write_text(drafts[0].content, encoding="utf-8")
    if write is not None:
        for line in write_drafts(drafts, write):
            typer.echo(line, err=as_json)
        own = any(draft.place == "dimensions/ethnicity.yaml" for draft in drafts)
        for line in mentions(write, ("ethnicity_5", "ethnicity_19")) if own else []:
            typer.echo(f"{line}   (this file's groups are called `ethnicity`: change the word here)", err=as_json)
        typer.echo(f"Next: settle the lines marked TODO, then equality check --config {write}", err=as_json)
    elif output is None and not as_json:
        for draft in drafts:
            typer.echo(f"\n# ---- {draft.place} ----\n{draft.content}", nl=False)
