"""`equality docs`: regenerate the reference pages, or say that they are stale."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption
from metrics.cli.reference.catalogue import catalogue_page
from metrics.cli.reference.commands import commands_page
from metrics.cli.reference.datasets import datasets_page
from metrics.cli.reference.definitions import definitions_page
from metrics.definitions.load import load_configuration
from metrics.errors import InputError
from metrics.ingest.contract import contract_of
from metrics.settings import load_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)
MADE = "<!-- Written by `equality docs`. Change the commands or definitions, not this page. -->\n\n"
UNITS_ON = date(2000, 1, 1)
"""Pages name no units, so that they do not change from day to day."""


@app.command(name="docs", epilog="Example: equality docs --check")
def write_docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when a page is not what it would be.")] = False,
    to: Annotated[Path, typer.Option("--to", help="Folder of the pages.")] = Path("docs/reference"),
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Regenerate the reference pages: commands, configuration keys, datasets, and the catalogue of KPIs."""
    pages = {name: MADE + text for name, text in make_pages(config).items()}
    stale = [name for name, text in pages.items() if _read(to / name) != text]
    if check:
        if stale:
            typer.echo(f"Stale: {', '.join(str(to / name) for name in stale)}. Run `equality docs`.")
            raise typer.Exit(1)
        typer.echo(f"{len(pages)} pages in {to} are up to date.")
        return
    try:
        to.mkdir(parents=True, exist_ok=True)
        for name in stale:
            (to / name).write_text(pages[name], encoding="utf-8")
    except OSError as error:
        raise InputError(f"{to} cannot be written: {error.strerror}.", "Name another folder with --to.") from error
    typer.echo(f"Wrote {', '.join(str(to / name) for name in stale)}." if stale else f"{len(pages)} pages in {to} were up to date.")


def make_pages(config: Path) -> dict[str, str]:
    """File name to Markdown."""
    configuration, currency = load_configuration(config), load_settings(config).currency
    return {
        "commands.md": commands_page(),
        "configuration.md": definitions_page(),
        "datasets.md": datasets_page([contract_of(configuration, id, UNITS_ON, currency) for id in configuration.datasets]),
        "kpis.md": catalogue_page(configuration),
    }


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
