"""`equality parity`: proof on a council's own rows that another database engine gives the same figures."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.progress import bar
from metrics.cli.tables import table
from metrics.definitions.load import load_configuration
from metrics.errors import InputError, Problem
from metrics.ingest.copying import copy_rows
from metrics.ingest.purge import in_words
from metrics.pipeline.parity import SPREAD_TOLERANCE, TOLERANCE, DayParity, KpiParity, Parity, compare_engines
from metrics.settings import absolute_url, load_settings
from metrics.sources.digests import DayDigest
from metrics.sources.engine import open_source

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    name="parity", epilog="Example: equality parity --other EQUALITY_OTHER_URL --copy. Exit 0 the same, 1 different, 3 unreachable."
)
def parity(
    other: Annotated[
        str,
        typer.Option("--other", metavar="URL", help="The other database's address, or better the environment variable that holds it."),
    ],
    copy: Annotated[bool, typer.Option("--copy", help="First load all rows into it, in one step; it must be empty.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Compare rows per dataset and day, every count and every pay figure between the workforce database and another one.

    Counts, medians and ranks must be equal. Means may differ in the last bits, because engines add up in another order.
    """
    os.umask(0o077)
    configuration, settings = load_configuration(config), load_settings(config)
    url = address(other, config)
    with open_source(settings.workforce_url) as here, bar(not as_json) as progress:
        if copy:
            with open_source(url, read_only=False) as target:
                copy_rows(configuration, here, target, progress)
        with open_source(url) as there:
            found = compare_engines(configuration, settings.year, here, there, progress)
    typer.echo(json.dumps(as_dict(found), indent=1, ensure_ascii=False) if as_json else in_sentences(found))
    raise typer.Exit(0 if found.same else 1)


def address(written: str, config: Path, environment: Mapping[str, str] = os.environ) -> str:
    """The URL itself, or the one in the environment variable of that name: a password on a command line can be read by others."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", written):
        if not environment.get(written):
            raise InputError(Problem("--other", f"the environment variable {written} is not set. Set it to the database's address."))
        written = environment[written]
    return absolute_url(written, config.resolve().parent)


def as_dict(found: Parity) -> dict[str, Any]:
    return {
        "same": found.same,
        "here": found.here,
        "there": found.there,
        "tolerance": {"pay": TOLERANCE, "variance": SPREAD_TOLERANCE},
        "days": [
            {"dataset": d.dataset, "as_at": d.as_at.isoformat(), "rows_here": _rows(d.here), "rows_there": _rows(d.there), "same": d.same}
            for d in found.days
        ],
        "kpis": [
            {
                "kpi": k.kpi, "periods": k.periods, "counts": k.counts, "pay_figures": k.pay,
                "differ": {day.isoformat(): n for day, n in k.differ.items()}, "last_bits": k.last_bits, "farthest": k.farthest,
            }
            for k in found.kpis
        ],
    }  # fmt: skip


def in_sentences(found: Parity) -> str:
    days = [(d.dataset, d.as_at.isoformat(), _rows(d.here), _rows(d.there), _verdict(d)) for d in found.days]
    kpis = [(k.kpi, k.periods, f"{k.counts:,}", f"{k.pay:,}", _differs(k), _last_bits(k)) for k in found.kpis]
    parts = [f"Here:  {found.here}\nThere: {found.there}"]
    if days:
        parts.append(table(("dataset", "as at", "rows here", "rows there", "content"), days, ("rows here", "rows there")))
    if kpis:
        heads = ("KPI", "periods", "counts", "pay figures", "differ", "in the last bits only")
        parts.append(table(heads, kpis, ("periods", "counts", "pay figures")))
    parts.append(_headline(found))
    return "\n\n".join(parts)


def _headline(found: Parity) -> str:
    if not found.days:
        return "Neither database holds rows of any dataset, so there is nothing to compare."
    if not found.same:
        wrong = [d for d in found.days if not d.same]
        figures = sum(sum(k.differ.values()) for k in found.kpis)
        return f"Different: the rows of {len(wrong)} of {len(found.days)} days, and {figures:,} figures."
    counts, pay = sum(k.counts for k in found.kpis), sum(k.pay for k in found.kpis)
    near = sum(k.last_bits for k in found.kpis)
    allowed = f"means within {TOLERANCE:g}, variances within {SPREAD_TOLERANCE:g}, in proportion"
    said = f"The same: {len(found.days)} days of rows, {counts:,} counts and {pay:,} pay figures"
    return f"{said} ({allowed}; {near:,} of them differ in their last bits)."


def _rows(found: DayDigest | None) -> str:
    return "-" if found is None else in_words(found.rows)


def _verdict(day: DayParity) -> str:
    if day.here is None or day.there is None:
        return "not in both"
    return "same" if day.same else "differs"


def _differs(kpi: KpiParity) -> str:
    return "; ".join(f"{day.isoformat()}: {n:,}" for day, n in kpi.differ.items()) or "-"


def _last_bits(kpi: KpiParity) -> str:
    return f"{kpi.last_bits:,}, at most {kpi.farthest:.0e}" if kpi.last_bits else "-"
