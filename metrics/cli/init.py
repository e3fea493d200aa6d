"""`equality init`: a starter configuration for a council, which passes `equality check` as written."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from datetime import date, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from metrics.definitions.schema import write_schemas
from metrics.errors import InputError
from metrics.settings import SettingsFile

app = typer.Typer(rich_markup_mode=None, add_completion=False)

NAME = "Your Council"
CURRENCY = "£"
REVIEW = "review: {last: 2026-04-01, next: 2027-04-01}"


@app.command(epilog='Example: equality init mycouncil --council "Anytown City Council"')
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must not hold anything yet.", metavar="DIR")],
    council: Annotated[str, typer.Option("--council", help="Name of the council.")] = NAME,
    currency: Annotated[str, typer.Option("--currency", help="Sign before amounts of money.")] = CURRENCY,
) -> None:
    """Write a starter configuration: settings, organisation, characteristics, one staff file, ten KPIs, disclosure profiles."""
    write_starter(folder, council.strip(), currency.strip(), date.today())
    print(_next_steps(folder))


def write_starter(folder: Path, council: str, currency: str, today: date) -> None:
    """Write the starter into a folder that does not hold anything yet; all of it or nothing.

    Raises
    ------
    InputError : the folder holds something, cannot be written, or a name is not usable
    """
    _check(folder, council, currency)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({error.strerror}); choose another folder") from None
    try:
        _fill(draft, council, currency, today)
        draft.chmod(0o755)
        if folder.exists():
            folder.rmdir()  # empty, as checked; refuses if something came in meanwhile
        os.replace(draft, folder)
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({error.strerror}); nothing was left behind") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _check(folder: Path, council: str, currency: str) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder that does not exist yet")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder}/ already holds files; nothing was written. Name a folder that does not exist yet, or empty this one")
    if not council or len(council) > 200 or not council.isprintable():
        raise InputError("--council: write the council's name on one line, at most 200 characters")
    if not 1 <= len(currency) <= 4 or not currency.isprintable():
        raise InputError("--currency: write a sign of one to four characters, such as £")


def _fill(draft: Path, council: str, currency: str, today: date) -> None:
    with as_file(files("metrics.definitions") / "starter") as starter:
        shutil.copytree(starter, draft, dirs_exist_ok=True)
    in_csv = io.StringIO()
    csv.writer(in_csv, lineterminator="").writerow([council])
    _replace(draft / "settings.yaml", f'council: "{NAME}"', f"council: {json.dumps(council, ensure_ascii=False)}")
    _replace(draft / "settings.yaml", f'currency: "{CURRENCY}"', f"currency: {json.dumps(currency, ensure_ascii=False)}")
    _replace(draft / "organisation.csv", NAME, in_csv.getvalue())
    for path in sorted((draft / "kpis").glob("*.yaml")):
        _replace(path, REVIEW, f"review: {{last: {today}, next: {today + timedelta(days=365)}}}")
    write_schemas(draft / "schemas", {"settings": SettingsFile})


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise RuntimeError(f"the starter file {path.name} has no {old!r}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _next_steps(folder: Path) -> str:
    option = "" if folder == Path("config") else f" --config {folder}"
    return f"""{folder}/ is ready: settings, organisation, 9 dimensions, 1 dataset, 3 benchmarks, 10 KPIs. Next:
  1. equality inspect FILE{option}   (what your employee file holds)
     equality inspect FILE{option} --write {folder}   (drafts {folder}/datasets/hr.yaml and organisation.csv from it)
     (or edit the two by hand: your headings in hr.yaml, your directorates and services in organisation.csv)
  2. equality check{option}   (every problem with its line; --fit leaves out what your file cannot answer)
  3. equality ingest hr FILE --as-at YYYY-MM-DD{option}
  4. equality refresh{option}
  5. equality serve --local{option}
Then make it yours: {folder}/kpis/ (targets, thresholds), benchmarks/ (your area's residents), settings.yaml (teams)."""
