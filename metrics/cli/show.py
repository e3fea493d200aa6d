"""`equality show KPI`: the cells of a release, tidy, for a person, a spreadsheet or a machine."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import pandas as pd
import typer

from metrics.access.viewer import Viewer
from metrics.cli.options import DEFAULT_CONFIG, ConfigOption
from metrics.cli.tables import read_day, table
from metrics.exports.csv import harmless
from metrics.exports.tidy import EFFECTIVE, FIGURES, FIXED, SAID, WORDS, tidy
from metrics.releases.store import ReleaseStore
from metrics.report import Contents, KpiSummary, Provenance, Report, Request, Structure
from metrics.settings import load_settings
from metrics.wording.dates import format_day, format_period
from metrics.wording.groups import format_group
from metrics.wording.legend import describe_markers
from metrics.wording.status import format_status
from metrics.wording.structure import STRUCTURE_MEANINGS, breaks_between, describe_break, describe_made_of
from metrics.wording.values import digits_for, format_figure, format_number, format_range
from metrics.wording.weighted import is_weighted
from metrics.wording.without_people import describe_publisher

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class StructureChoice(StrEnum):
    AS_WAS = "as_was"
    TODAY = "today"


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@app.command(name="show", epilog="Example: equality show WR01 --by directorate --period latest --structure today --format csv")
def show_kpi(
    kpi: Annotated[str, typer.Argument(help="Id of the KPI, such as WR01.")],
    by: Annotated[list[str] | None, typer.Option("--by", metavar="DIM", help="A dimension to split by; repeat it for several.")] = None,
    period: Annotated[str | None, typer.Option("--period", metavar="DATE", help="Last day of a period, or `latest`; default: all.")] = None,
    release: Annotated[str | None, typer.Option("--release", metavar="ID", help="Default: the latest release.")] = None,
    audience: Annotated[str | None, typer.Option("--audience", help="Whose view; default: the first audience of the release.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Id of one unit; default: every unit that is published.")] = None,
    structure: Annotated[
        StructureChoice, typer.Option("--structure", help="Units as they were on each day, or earlier figures in today's units.")
    ] = StructureChoice.AS_WAS,
    format: Annotated[Format, typer.Option("--format", help="For a person, a spreadsheet, or a machine.")] = Format.TABLE,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print a KPI's figures as they were published. A hidden figure is empty, with a marker that says why."""
    store = ReleaseStore(load_settings(config).releases_url)
    viewer = Viewer(audience or store.snapshot(release).audiences[0], "command_line")
    contents = store.contents(release, viewer)
    report = store.read(_request(contents, kpi, by or (), period, release, unit, structure.value), viewer)
    if contents.provenance.withdrawn:
        typer.echo(_withdrawn(contents.provenance), err=True)
    typer.echo(_PRINTERS[format](report), nl=False)


def _request(
    contents: Contents, kpi: str, by: Sequence[str], period: str | None, release: str | None, unit: str | None, structure: Structure
) -> Request:
    known = contents.kpis.get(kpi)
    days = None
    if period == "latest" and known:
        days = (contents.periods[kpi][-1],)
    elif period is not None and period != "latest":
        days = (read_day(period, "--period"),)
    return Request((kpi,), (_breakdown(known, by),), (unit,) if unit else None, days, release, structure)


def _breakdown(kpi: KpiSummary | None, by: Sequence[str]) -> str:
    """The published breakdown of these dimensions, in whatever order they were named."""
    published = kpi.breakdowns if kpi else ()
    return next((b for b in published if sorted(b.split("+")) == sorted(by)), "+".join(by))


def tidy_columns(report: Report) -> pd.DataFrame:
    """Exactly the columns that every command and file agrees on; `unit` stands before the other dimensions."""
    frame = tidy(report)
    dimensions = [d for d in ("step", *report.contents.dimensions) if d in frame.columns]
    return frame[[*FIXED, "unit", *dimensions, *FIGURES, *(name for name in (WORDS, EFFECTIVE) if name in frame.columns), *SAID]]


def _csv(report: Report) -> str:
    frame = tidy_columns(report)
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = [harmless(str(v)) for v in frame[name]]
    text = io.StringIO()
    frame.to_csv(text, index=False, lineterminator="\n")
    return text.getvalue()


def _json(report: Report) -> str:
    rows = [{k: None if v is None or v != v else v for k, v in row.items()} for row in tidy_columns(report).to_dict("records")]
    return json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _table(report: Report) -> str:
    kpi, contents = report.kpi(), report.contents
    currency = report.provenance.currency
    counted = WEIGHTED if is_weighted(kpi) else POINTS if kpi.measure == "score" else ("numerator", "denominator")
    heads = ["period", "unit", "group", *counted, "value", "likely range", "status"]
    rows = [
        [
            format_period(row["period_start"], row["period_end"]),
            contents.units[str(row["unit"])].name,
            format_group(str(row["group"]), contents.dimensions),
            *(_count(row[name]) for name in (("denominator", "reference_value") if is_weighted(kpi) else ("numerator", "denominator"))),
            f"{format_figure(row, kpi, currency, bare=True)} {row['marker']}".rstrip(),
            format_range(row["lower"], row["upper"], kpi.unit, currency, digits_for(row, kpi.unit)),
            format_status(str(row["status"])),
        ]
        for _, row in report.cells.iterrows()
    ]
    body = table(heads, rows, (*counted, "value", "likely range")) if rows else "No figures."
    return "\n".join([f"{kpi.id}  {kpi.title}", f"{kpi.population}", "", body, "", *_foot(report)]) + "\n"


def _foot(report: Report) -> list[str]:
    made = report.provenance
    asked = report.request
    units = [STRUCTURE_MEANINGS["today"]] if asked.structure == "today" else []
    for unit in asked.units or ():
        units += [*describe_made_of(report.cells, report.contents.units), *_broken(report, unit)]
    legend = describe_markers([m for m in report.cells["marker"].unique() if m])
    source = report.kpi().source
    data = f"{source}, {format_day(made.data_dates[source])}"
    synthetic = " Synthetic figures." if made.synthetic else ""
    withdrawn = [_withdrawn(made)] if made.withdrawn else []
    nobody = "These figures hold no counts of people, so nothing is hidden or rounded."
    rule = made.disclosure_note if report.kpi().counts_people else describe_publisher(report.kpi()) or nobody
    return [*units, *legend, rule, f"Release {made.release}. {made.council}.{synthetic} Source: {data}.", *withdrawn]


def _broken(report: Report, unit: str) -> list[str]:
    """Days across which the figures of a unit are not compared."""
    days = report.cells["period_end"]
    found = breaks_between(report.breaks(report.kpi().id, unit), days.min(), days.max()) if len(days) else ()
    return [f"Not comparable before and after: {describe_break(day, reason)}." for day, reason in found]


def _withdrawn(made: Provenance) -> str:
    on = f" ON {format_day(made.withdrawn_at).upper()}" if made.withdrawn_at else ""
    return f"RELEASE {made.release} WAS WITHDRAWN{on}: {made.withdrawn}"


def _count(value: float) -> str:
    """A count as shown; nothing where it is hidden."""
    return "" if pd.isna(value) else format_number(value)


POINTS = ("points", "out of")
WEIGHTED = ("valid answers", "effective base")
_PRINTERS = {Format.TABLE: _table, Format.CSV: _csv, Format.JSON: _json}
