"""`equality return duty`: workforce information under the public sector equality duty, as an accessible workbook."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pandas as pd
import typer

from metrics.access.viewer import Viewer
from metrics.cli.options import DEFAULT_CONFIG, ConfigOption
from metrics.cli.returns.handing_out import (
    AudienceOption,
    OutputOption,
    PeriodOption,
    ReleaseOption,
    check_ends,
    declared_in,
    refuse_withdrawn,
    write_book,
    year_end,
)
from metrics.definitions.duty import DutyReturn
from metrics.definitions.load import load_configuration
from metrics.errors import NotPublished
from metrics.exports.return_book import Book
from metrics.releases.store import ReleaseStore
from metrics.report import Contents, Report, Request
from metrics.returns.duty import SMALLEST, Duty, make_tables, needed_kpis
from metrics.settings import load_settings
from metrics.wording.dates import format_day


def duty(
    release: ReleaseOption = None,
    period: PeriodOption = None,
    audience: AudienceOption = None,
    output: OutputOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Workforce information under the public sector equality duty, as a workbook: a contents sheet, then one table a sheet.

    It is made of what the public may see, unless --audience says otherwise.
    """
    check_ends(output, ".xlsx")
    configuration, settings = load_configuration(config), load_settings(config)
    declared = declared_in(configuration.duty, config, "duty", "which tables there are")
    store = ReleaseStore(settings.releases_url)
    viewer = Viewer(audience or declared.audience, "command_line")
    contents = store.contents(release, viewer)
    refuse_withdrawn(contents)
    if declared.employees not in contents.kpis:
        raise NotPublished(f"Release {contents.provenance.release} has no figures of {declared.employees}.", "Run `equality refresh`.")
    day = year_end(period, contents, (declared.employees,), settings.year)
    kpis = tuple(k for k in needed_kpis(declared) if k in contents.kpis)
    report = store.read(Request(kpis=kpis, units=(contents.root.id,), release=contents.provenance.release), viewer)
    made = make_tables(report, declared, day)
    path = output or Path(f"equality-information-{day.year}.xlsx")
    write_book(path, Book(_title(day), _facts(report, declared, day), tuple(made.tables), declared.language), contents)
    _tell(made, contents, day, path)


def _title(day: date) -> str:
    return f"Equality information about our workforce, {format_day(day)}"


def _facts(report: Report, declared: DutyReturn, day: date) -> tuple[tuple[str, str], ...]:
    contents = report.contents
    law = "Public sector equality duty: Equality Act 2010, section 149; SI 2017/353, regulation 4"
    elsewhere = "The duty also asks for information about people affected by policies and practices. It is not in this workbook."
    rows = report.series(declared.employees, contents.root.id)
    last = rows[rows["period_end"] <= pd.Timestamp(day)].tail(1)
    small = bool(len(last)) and last["value"].iloc[0] < SMALLEST
    return (
        ("Duty", law),
        ("Year", f"To {format_day(day)}"),
        ("Who", f"{contents.kpis[declared.employees].population}"),
        ("Not here", elsewhere),
        ("To be published", f"At least once a year, by 30 March: these figures by 30 March {day.year + 1}"),
        *((("Size", f"A council with fewer than {SMALLEST} employees need not publish information about them."),) if small else ()),
    )


def _tell(made: Duty, contents: Contents, day: date, path: Path) -> None:
    stamp = contents.provenance
    typer.echo(f"Written: {path}, {len(made.tables)} tables.")
    synthetic = " Synthetic figures: not to be published as the council's." if stamp.synthetic else ""
    told = [f"Equality information, {day}, from release {stamp.release}, audience {stamp.audience}.{synthetic}"]
    if made.missing:
        told += [
            f"Not in it, for {len(made.missing)} reason{'' if len(made.missing) == 1 else 's'}:",
            *(f"  {gap}." for gap in made.missing),
        ]
    print("\n".join(told), file=sys.stderr)
