"""`equality template DATASET`: a workbook to fill in, which `equality ingest` then loads as it is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.errors import InputError

if TYPE_CHECKING:
    from metrics.definitions.contract import Contract

app = typer.Typer()


@app.command(
    epilog="Example: equality template hr --output staff.xlsx; filled in, it is loaded by: equality ingest hr staff.xlsx --as-at 2026-03-31"
)
def template(
    dataset: Annotated[str, typer.Argument(help="Id of the dataset: the name of its file in config/datasets/.")],
    output: Annotated[Path | None, typer.Option("--output", help="The file to write; otherwise <dataset>-template.xlsx here.")] = None,
    as_at: Annotated[str | None, typer.Option("--as-at", help="Offer the units of this day, as 2026-03-31; otherwise today's.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write an XLSX to fill in: instructions, the headings with checks and lists, and what every word means.

    It is made from the definition alone; no data is read. With --json, the same as JSON; a file is then written only for --output.
    """
    from metrics.definitions.load import load_configuration
    from metrics.exports.template import write_template
    from metrics.ingest.contract import contract_of
    from metrics.settings import load_settings

    configuration, settings = load_configuration(config), load_settings(config)
    day = _day(as_at)
    contract = contract_of(configuration, dataset, day, settings.currency)
    _refuse_derived(contract)
    _refuse_layout(contract)
    path = output or (None if as_json else Path(f"{dataset}-template.xlsx"))
    if path is not None:
        _write(path, write_template(contract, settings.council, _command(contract), day))
    if as_json:
        typer.echo(json.dumps({**contract.as_dict(), "file": str(path) if path else None}, default=str, ensure_ascii=False))
    else:
        typer.echo(f"Wrote {path}: {len(contract.headings)} columns to fill in. Filled in, load it: {_command(contract, str(path))}")


def _refuse_derived(contract: Contract) -> None:
    if contract.worked_out_from:
        say = f"Dataset '{contract.dataset}' is worked out from dataset '{contract.worked_out_from}': there is nothing to fill in."
        raise InputError(say, f"Fill in the other one: equality template {contract.worked_out_from}")


def _refuse_layout(contract: Contract) -> None:
    if contract.laid_out:
        say = f"Dataset '{contract.dataset}' is read from a table in somebody else's layout: nobody fills it in."
        raise InputError(say, f"Load the table as it was published: {_command(contract, 'FILE')}")


def _command(contract: Contract, file: str = "FILE.xlsx") -> str:
    day = " --as-at 2026-03-31 (the day that the rows describe)" if contract.asks_for_day else ""
    return f"equality ingest {contract.dataset} {file}{day}"


def _write(path: Path, content: bytes) -> None:
    """A new file: one that stands there may be filled in already."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise InputError(f"{path} exists already; nothing was written.", "Name a new file with --output.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}).", "Name another place with --output.") from error


def _day(written: str | None) -> date:
    try:
        return date.fromisoformat(written) if written is not None else date.today()
    except ValueError:
        raise InputError(f"--as-at: '{written}' is not a day.", "Write it as 2026-03-31.") from None
