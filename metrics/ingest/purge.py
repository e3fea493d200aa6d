"""Rows about people that are older than a council keeps them: what would go, and its going.

The register keeps which day was loaded when and from which files; of its counts only those that are not small. Releases are not
touched: they hold no rows, and periods that were published stay published.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Column, Date, MetaData, Table, delete

from metrics.errors import InputError, SourceError
from metrics.periods import years_before
from metrics.sources.engine import Source
from metrics.sources.snapshots import FEWER, Snapshot, read_register, registered_datasets, write_snapshot
from metrics.sources.tables import prepare_register

SMALL = 10
PRIVATE_FILE = re.compile(r"(?:import|rejects)-(?P<dataset>[a-z0-9_]+)-(?P<day>\d{8})-\d{6}(?:-\d+)?\.(?:txt|csv)")


@dataclass(frozen=True)
class Purge:
    """What goes: days of datasets, and files of the private folder. `spared` are newest days that are old enough to go."""

    before: dt.date
    days: tuple[Snapshot, ...]
    spared: tuple[Snapshot, ...]
    files: tuple[Path, ...]

    @property
    def datasets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(s.dataset for s in self.days))


def find_purge(source: Source, private_folder: Path, before: dt.date, dataset: str | None = None, including_newest: bool = False) -> Purge:
    """What is older than a day: snapshots as at an earlier day, import reports and rejected rows written earlier.

    Raises
    ------
    InputError : the day is not in the past, or no such dataset was ever loaded
    """
    if before > dt.date.today():
        raise InputError(f"--before: {before.isoformat()} lies in the future.", "Name the first day that is kept.")
    there = registered_datasets(source)
    if dataset is not None and dataset not in there:
        raise InputError(f"No rows of a dataset '{dataset}' were ever loaded; there are: {', '.join(there) or 'none'}.")
    days: list[Snapshot] = []
    spared: list[Snapshot] = []
    for name in [dataset] if dataset else there:
        held = [s for s in read_register(source, name) if s.purged_at is None and s.people]  # nobody is in a result: it is kept
        old = [s for s in held if s.as_at < before]
        newest = [] if including_newest else [s for s in old if s is held[-1]]
        days += [s for s in old if s not in newest]
        spared += newest
    return Purge(before, tuple(days), tuple(spared), tuple(_old_files(private_folder, before, dataset)))


def purge(source: Source, found: Purge, now: dt.datetime | None = None) -> str:
    """Delete it: rows in one transaction, then whatever of them the database's files still hold, then the private files.

    Returns what is left for a person to do, if anything is. The source is closed. May be run again after a failure at any point.
    """
    now = (now or dt.datetime.now()).replace(microsecond=0)
    with source.begin():
        prepare_register(source)
        for dataset in found.datasets:
            table = Table(f"ds_{dataset}", MetaData(), Column("as_at", Date))
            gone = [s.as_at for s in found.days if s.dataset == dataset]
            source.execute(delete(table).where(table.c.as_at.in_(gone)))
        for snapshot in found.days:
            write_snapshot(source, marked(snapshot, now))
    rewritten = purged_datasets(source)  # all of them: a rewriting that was interrupted is done again
    left = source.forget([f"ds_{dataset}" for dataset in rewritten]) if rewritten else ""
    _remove(found.files)
    return left


def purged_datasets(source: Source) -> tuple[str, ...]:
    """Datasets of which rows were ever purged."""
    return tuple(name for name in registered_datasets(source) if any(s.purged_at for s in read_register(source, name)))


def marked(snapshot: Snapshot, now: dt.datetime) -> Snapshot:
    """As the register keeps it when the rows are gone."""

    def kept(count: int) -> int:
        return FEWER if 0 < count < SMALL else count

    return replace(snapshot, rows=kept(snapshot.rows), people=kept(snapshot.people), rejected=kept(snapshot.rejected), purged_at=now)


def in_words(count: int) -> str:
    """A number of rows or people as it may be told."""
    return f"fewer than {SMALL}" if 0 < count < SMALL or count == FEWER else f"{count:,}"


def past_retention(source: Source, private_folder: Path, years: int | None, report_days: int | None, today: dt.date) -> list[str]:
    """Warnings of what is held longer than the council says that it keeps it. The newest day of a dataset is no arrear: it is needed."""
    warnings = []
    if years is not None:
        first = years_before(today, years)
        for name in registered_datasets(source):
            held = [s.as_at for s in read_register(source, name) if s.purged_at is None and s.people]
            if old := [day for day in held[:-1] if day < first]:
                which = f"{old[0].isoformat()} to {old[-1].isoformat()} ({len(old)} days)" if len(old) > 1 else old[0].isoformat()
                kept = f"older than the {years} years that settings.yaml keeps rows about people"
                warnings.append(f"{name}: rows as at {which} are {kept}. `equality purge --before {first.isoformat()}` deletes them.")
    if report_days is not None:
        first = today - dt.timedelta(days=report_days)
        if files := list(_old_files(private_folder, first, None)):
            kept = f"older than the {report_days} days that settings.yaml keeps them"
            warnings.append(f"{private_folder}: {len(files)} import reports or files of rejected rows are {kept}. Delete them.")
    return warnings


def _old_files(folder: Path, before: dt.date, dataset: str | None) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        said = PRIVATE_FILE.fullmatch(path.name)
        if said and dataset in (None, said["dataset"]) and _written(said["day"]) < before:
            yield path


def _written(day: str) -> dt.date:
    try:
        return dt.datetime.strptime(day, "%Y%m%d").date()
    except ValueError:
        return dt.date.max


def _remove(files: Sequence[Path]) -> None:
    left = []
    for path in files:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            left.append(path.name)
    if left:
        raise SourceError(f"These files could not be removed: {', '.join(left)}.", "Rows were deleted. Remove the files, or run it again.")
