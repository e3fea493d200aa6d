"""`equality return gpg`: the row of the gender pay gap service, with the law's and the service's own checks first."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from metrics.access.viewer import Viewer
from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.returns.handing_out import OutputOption, check_ends, declared_in, write_file
from metrics.cli.tables import read_day
from metrics.definitions.gpg import GpgReturn
from metrics.definitions.load import load_configuration
from metrics.errors import InputError, NotPublished, Problem
from metrics.gpg_service.columns import COLUMNS
from metrics.releases.store import ReleaseStore
from metrics.report import Contents, Request
from metrics.returns.gpg import GpgRow, make_row, needed_kpis
from metrics.settings import load_settings


def gpg(
    release: Annotated[str | None, typer.Option("--release", metavar="ID", help="Default: the latest release.")] = None,
    period: Annotated[str | None, typer.Option("--period", metavar="DATE", help="A 31 March; default: the newest.")] = None,
    output: OutputOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """The row of the gender pay gap service for one snapshot day, as CSV with the service's 27 columns.

    It is made from the figures of the first audience. Exit 1, and no row, where a rule of the law or of the service is not kept.
    """
    check_ends(output, ".csv")
    configuration, settings = load_configuration(config), load_settings(config)
    which = "which KPI gives which column of the return"
    declared = declared_in(configuration.gpg_return, config, "gpg", which, guide="gender-pay-gap-return")
    kpis = needed_kpis(declared, str(config / "returns" / "gpg.yaml"))
    store = ReleaseStore(settings.releases_url)
    viewer = Viewer(store.snapshot(release).audiences[0], "command_line")
    contents = store.contents(release, viewer)
    if missing := [kpi for kpi in kpis if kpi not in contents.kpis]:
        raise NotPublished(
            f"Release {contents.provenance.release} has no figures of {', '.join(missing)}, which the return is made from.",
            "Ingest the day that they need, and run `equality refresh`.",
        )
    day = _day(period, contents, declared)
    report = store.read(Request(kpis=kpis, units=(contents.root.id,), release=contents.provenance.release), viewer)
    made = make_row(report, declared, day, date.today())
    if as_json:
        typer.echo(_json(made, contents, day))
    else:
        _print(made, contents, day, output)
    raise typer.Exit(1 if made.refusals else 0)


def _day(period: str | None, contents: Contents, declared: GpgReturn) -> date:
    """The day that was asked for, or the newest 31 March that has figures."""
    days = [day for day in contents.periods[declared.hourly_gap.median] if (day.month, day.day) == (3, 31)]
    if period is None:
        if not days:
            raise NotPublished(f"The release has no figures of a 31 March for {declared.hourly_gap.median}.", "Ingest one and refresh.")
        return days[-1]
    day = read_day(period, "--period")
    if (day.month, day.day) != (3, 31):
        raise InputError(Problem("--period", f"found {day}; the snapshot day of a public authority is a 31 March"))
    return day


def csv_of(made: GpgRow) -> str:
    """Heading and row, every field in quotes, as the service writes them."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerow([made.row[column] for column in COLUMNS])
    return text.getvalue()


def _print(made: GpgRow, contents: Contents, day: date, output: Path | None) -> None:
    """The row on standard output or in the file; everything else beside it. Nothing is written where it cannot be made."""
    stamp = contents.provenance
    synthetic = " Synthetic figures: not to be submitted." if stamp.synthetic else ""
    told = [f"Gender pay gap return, snapshot {day}, from release {stamp.release}.{synthetic}", *made.notes]
    if made.refusals:
        number = f"{len(made.refusals)} reason{'' if len(made.refusals) == 1 else 's'}"
        told += [f"It cannot be made, for {number}:", *(f"  {refusal}" for refusal in made.refusals)]
    elif output is None:
        typer.echo(csv_of(made), nl=False)
    else:
        write_file(output, csv_of(made).encode())
        told.append(f"Written: {output}")
    print("\n".join(told), file=sys.stderr)


def _json(made: GpgRow, contents: Contents, day: date) -> str:
    said = {
        "release": contents.provenance.release,
        "synthetic": contents.provenance.synthetic,
        "snapshot": day.isoformat(),
        "ready": not made.refusals,
        "row": None if made.refusals else made.row,
        "made_from": made.made_from,
        "refusals": [{"column": r.column, "reason": r.reason} for r in made.refusals],
        "notes": list(made.notes),
    }
    return json.dumps(said, indent=1, ensure_ascii=False)
