"""`equality demo`: invents a council, loads its files like anybody's, and publishes its first release."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption
from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.demo.load import EXTRACTS, check_synthetic, load_demo, missing_extracts
from metrics.pipeline.refresh import refresh
from metrics.releases.store import ReleaseStore
from metrics.settings import Settings, load_settings
from metrics.sources.engine import open_source

app = typer.Typer(rich_markup_mode=None)

Say = Callable[[str, int, int], None]
UNFINISHED = "demo-unfinished"
"""Folder inside the data folder in which a demo stands until it is complete."""


@app.command(name="demo", epilog="Example: equality demo && equality serve")
def build(
    config: ConfigOption = DEFAULT_CONFIG,
    json_progress: Annotated[bool, typer.Option("--json-progress", help="One JSON object a line: step, done, of.")] = False,
) -> None:
    """Build the demo council: about 11,000 invented people, four years, and a certified release.

    A demo that is complete is left alone; one that was interrupted is finished. Every figure in it is synthetic.
    """
    configuration, settings = load_configuration(config), load_settings(config)
    check_synthetic(settings.synthetic, configuration)
    say = _say_json if json_progress else _say_words
    started = time.monotonic()
    already = complete(configuration, settings)
    release = already or build_demo(configuration, settings, say)
    steps = 2 * len(EXTRACTS)
    if json_progress:
        typer.echo(json.dumps({"step": "ready", "done": steps, "of": steps, "release": release}))
    elif already:
        typer.echo(f"{settings.council} (synthetic) is complete already: release {release}. Nothing was done.")
    else:
        typer.echo(f"{settings.council} (synthetic) is ready: release {release}, {time.monotonic() - started:.0f} seconds.")
        typer.echo("`equality serve` opens it.")


def complete(configuration: Configuration, settings: Settings) -> str | None:
    """The release of a demo that has all its files and has been published."""
    workforce, releases = database_file(settings.workforce_url), database_file(settings.releases_url)
    if any(file is not None and not file.exists() for file in (workforce, releases)):
        return None
    with open_source(settings.workforce_url) as source:
        if missing_extracts(source, configuration):
            return None
    return _latest(settings)


def build_demo(configuration: Configuration, settings: Settings, say: Say) -> str | None:
    """Builds beside the data folder's files and moves the result in at the end; finishes in place what is there already."""
    workforce, releases = database_file(settings.workforce_url), database_file(settings.releases_url)
    unfinished = settings.data_folder / UNFINISHED
    if workforce is None or releases is None or workforce.exists() or releases.exists():
        shutil.rmtree(unfinished, ignore_errors=True)
        return build_here(configuration, settings, say)
    unfinished.mkdir(parents=True, exist_ok=True)
    aside = replace(
        settings,
        workforce_url=f"duckdb:///{(unfinished / 'workforce.duckdb').as_posix()}",
        releases_url=f"sqlite:///{(unfinished / 'releases.sqlite').as_posix()}",
    )
    release = build_here(configuration, aside, say)
    for made, wanted in ((unfinished / "workforce.duckdb", workforce), (unfinished / "releases.sqlite", releases)):
        wanted.parent.mkdir(parents=True, exist_ok=True)
        os.replace(made, wanted)
    shutil.rmtree(unfinished, ignore_errors=True)
    return release


def build_here(configuration: Configuration, settings: Settings, say: Say) -> str | None:
    """Loads what is missing, then publishes it in one step; a kill at any point leaves whole files and no release."""
    loaded = len(EXTRACTS)
    with open_source(settings.workforce_url, read_only=False) as source:
        load_demo(configuration, source, settings.private_folder, lambda step, done, _: say(step, done, 2 * loaded))
        store = ReleaseStore(settings.releases_url)
        try:
            refresh(
                configuration,
                settings,
                source=source,
                store=store,
                progress=lambda step, done, of: say(step, loaded + round(loaded * done / max(of, 1)), 2 * loaded),
            )
            return store.latest()
        finally:
            store.close()


def database_file(url: str) -> Path | None:
    """The file of a file database; None for a server."""
    scheme, _, rest = url.partition(":///")
    path = rest.partition("?")[0]
    return Path(path) if scheme.split("+")[0] in {"duckdb", "sqlite"} and path not in {"", ":memory:"} else None


def _latest(settings: Settings) -> str | None:
    store = ReleaseStore(settings.releases_url)
    try:
        return store.latest()
    finally:
        store.close()


def _say_json(step: str, done: int, of: int) -> None:
    print(json.dumps({"step": step, "done": done, "of": of}, ensure_ascii=False), flush=True)


def _say_words(step: str, done: int, of: int) -> None:
    print(f"{done:>3} of {of}  {step}", file=sys.stderr, flush=True)
