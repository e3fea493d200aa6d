"""`equality return sc-wres`: the nine metrics of the Social Care Workforce Race Equality Standard, and what is missing of them."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import date
from pathlib import Path

import typer

from metrics.access.viewer import Viewer
from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.returns.handing_out import (
    AudienceOption,
    OutputOption,
    PeriodOption,
    ReleaseOption,
    check_ends,
    declared_in,
    refuse_withdrawn,
    write_book,
    write_file,
    year_end,
)
from metrics.definitions.load import load_configuration
from metrics.exports.csv import harmless
from metrics.exports.return_book import Book
from metrics.releases.second_groups import second_groups
from metrics.releases.store import ReleaseStore
from metrics.report import Contents, Request
from metrics.returns.sc_wres import ORDER, ScWres, make_metrics, needed_kpis
from metrics.returns.sc_wres_tables import COLUMNS, as_rows, sc_wres_tables
from metrics.settings import load_settings
from metrics.wording.dates import format_day


def sc_wres(
    release: ReleaseOption = None,
    period: PeriodOption = None,
    audience: AudienceOption = None,
    output: OutputOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """The nine metrics of the Social Care Workforce Race Equality Standard for one year, as CSV: every likelihood is of minority ethnic
    staff over White staff.

    Metrics without a figure are listed with what to do; exit 1 where there is one.
    """
    check_ends(output, ".csv", ".xlsx")
    configuration, settings = load_configuration(config), load_settings(config)
    declared = declared_in(configuration.sc_wres, config, "sc-wres", "which KPI gives which metric")
    store = ReleaseStore(settings.releases_url)
    viewer = Viewer(audience or store.snapshot(release).audiences[0], "command_line")
    contents = store.contents(release, viewer)
    refuse_withdrawn(contents)
    kpis = tuple(k for k in needed_kpis(declared) if k in contents.kpis)
    day = year_end(period, contents, kpis or tuple(contents.kpis), settings.year)
    report = store.read(Request(kpis=kpis, release=contents.provenance.release), viewer)
    made = make_metrics(report, declared, configuration.kpis, day, second_groups(store, report))
    if output is not None and output.suffix.lower() == ".csv":
        write_file(output, _csv(made).encode("utf-8-sig"))
    elif output is not None:
        write_book(output, _book(made, contents, day), contents)
    elif as_json:
        typer.echo(_json(made, contents, day))
    else:
        typer.echo(_csv(made), nl=False)
    _tell(made, contents, day, output)
    raise typer.Exit(0 if made.complete else 1)


def _book(made: ScWres, contents: Contents, day: date) -> Book:
    facts = (
        ("Return", "Social Care Workforce Race Equality Standard (Skills for Care)"),
        ("Year", f"To {format_day(day)}"),
        ("Order", f"{ORDER[:1].upper()}{ORDER[1:]} in every likelihood"),
    )
    title = f"Social Care Workforce Race Equality Standard, year to {format_day(day)}"
    return Book(title, facts, sc_wres_tables(made))


def _csv(made: ScWres) -> str:
    rows = as_rows(made)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: harmless(v) if isinstance(v, str) else v for k, v in row.items()} for row in rows)
    return text.getvalue()


def _json(made: ScWres, contents: Contents, day: date) -> str:
    stamp = contents.provenance
    said = {
        "release": stamp.release,
        "synthetic": stamp.synthetic,
        "audience": stamp.audience,
        "year_to": day.isoformat(),
        "order": ORDER,
        "complete": made.complete,
        "metrics": as_rows(made),
        "missing": [{"metric": m.metric.number, "key": m.metric.key, "reason": m.reason} for m in made.missing],
    }
    return json.dumps(said, indent=1, ensure_ascii=False, allow_nan=False)


def _tell(made: ScWres, contents: Contents, day: date, output: Path | None) -> None:
    """What was made, and what was not: beside the figures, so that those can go into a file."""
    stamp = contents.provenance
    synthetic = " Synthetic figures: not to be submitted." if stamp.synthetic else ""
    told = [f"Social Care WRES, year to {day}, from release {stamp.release}, audience {stamp.audience}.{synthetic}"]
    told += [f"Written: {output}"] if output is not None else []
    if made.missing:
        number = f"{len(made.missing)} reason{'' if len(made.missing) == 1 else 's'}"
        told += [f"It is not complete, for {number}:", *(f"  {gap}" for gap in made.missing)]
    print("\n".join(told), file=sys.stderr)
