"""`equality comparators`: public figures of other employers into the configuration folder, to be set beside the council's own."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.definitions.load import load_configuration
from metrics.errors import InputError
from metrics.gpg_service.deadlines import snapshot_day
from metrics.gpg_service.importing import Change, Imported, import_years
from metrics.gpg_service.joining import label_of, renamed
from metrics.gpg_service.stored import FOLDER

app = typer.Typer(name="comparators", rich_markup_mode=None, add_completion=False, no_args_is_help=True)
DECISIONS = "gender_pay_gap.yaml"
MOST_FIGURES = 20
"""Changed figures that are printed one by one; `--json` has them all."""
STARTER = """\
# What was decided by a person about the employers of the gender pay gap service. Names are as the service writes them.
# After a change run `equality comparators gpg` again: without a file for `same`, with the years' files for the two lists of councils.
# ours: Anytown City Council               # only where the service calls us otherwise than settings.yaml does
# named: [Leeds City Council]              # councils that charts and tables name; default: the core cities of England and Wales
councils: []                               # councils, though neither name nor codes say so
not_councils: []                           # no councils, though name and codes look like it
same: []                                   # - {year: 2017, name: Leeds City Council, is: 7529}   or   is: nobody
"""


@app.callback(epilog="Example: equality comparators gpg 'UK Gender Pay Gap Data - 2022 to 2023.csv'")
def comparators() -> None:
    """Public figures of other employers, for the pages of pay gaps."""


@app.command(name="gpg", epilog="Example: equality comparators gpg 'UK Gender Pay Gap Data - 2022 to 2023.csv'")
def gpg(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE…", help="Yearly files of the service; none: apply decisions again."),
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help="Snapshot year of a file that does not say it: 2017 for 2017 to 2018.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Import yearly files of the gender pay gap service: what councils reported, and where all employers stand.

    A year that is there already is replaced, and what changed is said. All or nothing: one wrong line and nothing is imported.
    The figures come onto the pages with the next `equality refresh`.
    """
    decided = load_configuration(config).gpg_comparators
    made = import_years(config, files or [], decided, date.today(), year)
    try:
        write_starter(config)
    except OSError as fault:
        raise InputError(f"{config / FOLDER / DECISIONS} cannot be written ({fault.strerror}); the figures are imported.") from fault
    typer.echo(json.dumps(_as_json(made), indent=1, ensure_ascii=False) if as_json else "\n".join(_told(made, config)))


def write_starter(config: Path) -> None:
    """The analyst's list, where there is none yet."""
    path = config / FOLDER / DECISIONS
    if not path.exists():
        path.write_text(STARTER, encoding="utf-8")


def _told(made: Imported, config: Path) -> list[str]:
    lines = [line for change in made.changes for line in _change_lines(change)]
    years = ", ".join(str(year) for year in made.stored.years)
    joined = {row.employer for row in made.stored.councils}
    lines.append(f"Imported snapshots: {years}. {len(joined)} council{'' if len(joined) == 1 else 's'} in all.")
    gaps = [y for y in range(made.stored.years[0], made.stored.years[-1]) if y not in made.stored.years]
    if gaps:
        lines.append(f"Not imported, so a gap in every line: {', '.join(map(str, gaps))}.")
    if made.undecided:
        lines.append(f"{len(made.undecided)} to be decided in {config / FOLDER / DECISIONS} (`same`); until then each stands alone:")
        lines += [f"  {doubt}" for doubt in made.undecided]
    return [*lines, "`equality refresh` brings them onto the pages."]


def _change_lines(change: Change) -> list[str]:
    now, before = change.now, change.before
    told = f"{snapshot_day(change.year)}: {now.employers:,} employers, {now.councils} of them councils ({now.file})."
    if before is None:
        return [told, *(f"  {note}" for note in change.notes)]
    if change.same_file:
        return [told, "  The same file as before: nothing changed."]
    lines = [told, f"  Replaced {before.file} of {before.imported_on}: {before.employers:,} employers, {before.councils} councils."]
    lines += [f"  {what}: {', '.join(names)}." for what, names in (("New", change.added), ("Gone", change.gone)) if names]
    lines += [f"  {name}: {measure} {_shown(was)} is now {_shown(is_)}." for name, measure, was, is_ in change.figures[:MOST_FIGURES]]
    more = len(change.figures) - MOST_FIGURES
    lines += [f"  {more} more figures changed; --json lists them."] if more > 0 else []
    if not (change.added or change.gone or change.figures):
        lines.append("  No council's figure changed.")
    return [*lines, *(f"  {note}" for note in change.notes)]


def _shown(value: float | None) -> str:
    return "empty" if value is None else f"{value:g}"


def _as_json(made: Imported) -> dict[str, Any]:
    names = renamed(made.stored.councils)
    rows = {e: [row for row in made.stored.councils if row.employer == e] for e in names}
    return {
        "years": [{**asdict(one), "imported_on": one.imported_on.isoformat()} for one in made.stored.imports],
        "changes": [
            {
                "year": change.year,
                "replaced": change.before is not None,
                "same_file": change.same_file,
                "added": change.added,
                "gone": change.gone,
                "figures": [dict(zip(("council", "measure", "before", "now"), one, strict=True)) for one in change.figures],
                "notes": change.notes,
            }
            for change in made.changes
        ],
        "renamed": {e: {"now": label_of(rows[e]), "names": [list(n) for n in told]} for e, told in names.items()},
        "undecided": [
            {"year": u.year, "name": u.name, "candidates": [list(map(_plain, one)) for one in u.candidates]} for u in made.undecided
        ],
    }


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
