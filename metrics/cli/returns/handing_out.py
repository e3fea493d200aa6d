"""What the workbooks of returns share at the command line: whose figures, of which year, and the file that is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from metrics.cli.tables import read_day
from metrics.errors import InputError, NotPublished, Problem
from metrics.exports.return_book import Book, write_return_book
from metrics.periods import FinancialYear, Grain
from metrics.report import Contents

ReleaseOption = Annotated[str | None, typer.Option("--release", metavar="ID", help="Default: the latest release.")]
PeriodOption = Annotated[
    str | None, typer.Option("--period", metavar="DATE", help="Last day of a financial year; default: the newest that has figures.")
]
AudienceOption = Annotated[str | None, typer.Option("--audience", help="Whose view of the figures.")]
Declared = TypeVar("Declared")
OutputOption = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write a file.", dir_okay=False)]


def declared_in(found: Declared | None, folder: Path, name: str, says: str, guide: str = "make-returns") -> Declared:
    """What `returns/<name>.yaml` of a configuration declares; `InputError` where there is no such file."""
    if found is None:
        raise InputError(
            Problem(str(folder / "returns" / f"{name}.yaml"), f"no such file: it says {says}"), f"docs/how-to/{guide}.md shows one."
        )
    return found


def refuse_withdrawn(contents: Contents) -> None:
    stamp = contents.provenance
    if stamp.withdrawn is not None:
        raise NotPublished(f"Release {stamp.release} was withdrawn: {stamp.withdrawn}.", "Use the one that stands now.")


def year_end(period: str | None, contents: Contents, kpis: Sequence[str], year: FinancialYear) -> date:
    """The day that was asked for, or the last day of the newest financial year whose closing month has figures of any of the KPIs."""
    if period is not None:
        day = read_day(period, "--period")
        if _ends(day, year) != day:
            raise InputError(Problem("--period", f"found {day}; the return is of a financial year: write its last day, {_ends(day, year)}"))
        return day
    days = [day for kpi in kpis for day in contents.periods.get(kpi, ()) if year.closes(day, Grain.YEAR)]
    if not days:
        raise NotPublished("The release has no figures of the end of a financial year.", "Ingest one, and run `equality refresh`.")
    return _ends(max(days), year)


def _ends(day: date, year: FinancialYear) -> date:
    """Last day of the financial year that holds `day`."""
    first = year.starts(day)
    return first.replace(year=first.year + 1) - timedelta(days=1)


def check_ends(path: Path | None, *endings: str) -> None:
    """Before anything is made: `InputError` where a file's name does not end as it is written."""
    if path is not None and path.suffix.lower() not in endings:
        raise InputError(Problem("--output", f"found '{path.name}'; its name must end in {' or '.join(endings)}"))


def write_book(path: Path, book: Book, contents: Contents) -> None:
    write_file(path, write_return_book(book, contents.provenance))


def write_file(path: Path, made: bytes) -> None:
    """`InputError` where it cannot be written."""
    try:
        path.write_bytes(made)
    except OSError as error:
        raise InputError(Problem(str(path), f"cannot be written: {error.strerror}")) from error
