"""`equality explain KPI`: a KPI in words, the SQL that counts it, and who is left out of its base."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.definitions.load import load_configuration
from metrics.errors import InputError, Problem
from metrics.query.explain import Explanation, Statement, explain
from metrics.settings import load_settings
from metrics.sources.engine import open_source

app = typer.Typer(rich_markup_mode=None)

ANALYSTS_OWN = "For you, from the rows that are loaded. What a release says of these steps: `equality show {} --by waterfall`."
PARAMETERS_SHOWN = 12
"""A list of units can run to hundreds; `--json` has them all."""


@app.command(name="explain", epilog="Example: equality explain WR01 --period 2026-03-31")
def explain_kpi(
    kpi: Annotated[str, typer.Argument(help="Id of the KPI, such as WR01.")],
    period: Annotated[str | None, typer.Option("--period", metavar="DATE", help="A loaded day, 2026-03-31; default: the last.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say what a KPI measures, show the SQL that counts it, and who leaves its base at which step and why."""
    configuration, settings = load_configuration(config), load_settings(config)
    with open_source(settings.workforce_url) as source:
        found = explain(source, configuration, kpi, _day(period))
    typer.echo(json.dumps(found.as_dict(), indent=2, ensure_ascii=False) if as_json else _page(found))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise InputError(Problem("--period", f"found '{text}'; write a day as YEAR-MONTH-DAY, such as 2026-03-31")) from None


def _page(found: Explanation) -> str:
    width = max((len(step.people) for step in found.waterfall), default=0)
    lines = [f"{found.kpi}  {found.title}", f"{found.population}, {found.day.isoformat()}", ""]
    lines += [line[:1].upper() + line[1:] for line in found.measure]
    if found.waterfall:
        lines += ["", "Who is in the base", *(f"  {step.people:>{width}}  {step.words}" for step in found.waterfall)]
    lines += [f"  {found.note}"] if found.note else []
    lines += ["  " + ANALYSTS_OWN.format(found.kpi)] if found.waterfall else []
    for statement in found.statements:
        lines += ["", f"-- {statement.title}", statement.sql, _parameters(statement)]
    return "\n".join(lines)


def _parameters(statement: Statement) -> str:
    shown = [f"{mark} = {value}" for mark, value in statement.parameters[:PARAMETERS_SHOWN]]
    more = len(statement.parameters) - len(shown)
    return "-- " + ", ".join([*shown, *([f"and {more} more (--json shows all)"] if more else [])])
