"""A council's extract to stored rows: all of it or nothing, in one transaction, with a report of what came of every row.

Refused as a whole: a file that is no table, a missing or repeated heading, a label or unit that nobody has mapped, a person on
two rows where a row is a person, more than one row in twenty refused (unless `accept_rejects`). Refused row by row: a number,
day or yes/no that is not understood, a value outside its limits, an empty cell where the definition refuses those.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Table, delete, select

from metrics.definitions.answers import PEOPLE
from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset
from metrics.errors import InputError, Problem
from metrics.ingest.answers import given_twice, unfold
from metrics.ingest.database_tables import open_database_table
from metrics.ingest.layouts import in_order
from metrics.ingest.movement import Movement, movement
from metrics.ingest.opening import sha256_of
from metrics.ingest.pay_items import fold
from metrics.ingest.pay_quarters import fill_quarters
from metrics.ingest.people import counts_once, duplicates, sum_over_posts
from metrics.ingest.private import as_csv, write_private
from metrics.ingest.published import told_twice
from metrics.ingest.reading import Extract, open_table
from metrics.ingest.rows import REASON, Bound, bind_rows
from metrics.ingest.top_earners import fill_top_earners
from metrics.sources.council_database import CouncilDatabase
from metrics.sources.engine import PIECE, Source
from metrics.sources.snapshots import Snapshot, read_snapshots, write_snapshot
from metrics.sources.tables import dataset_table, definition_fingerprint, prepare_tables

Told = Callable[[str, int, int], None]
"""What is being done, how many rows are done, and how many there are (0: not known yet)."""
MOST_REJECTED = 0.05
REASONS_SHOWN = 8
FIRST_YEAR = 1900
FARTHEST_AHEAD = dt.timedelta(days=366)
"""An extract may be made a little before the day that it describes; beyond this, the year is a slip."""


@dataclass(frozen=True)
class DayReport:
    """What happened to one snapshot."""

    as_at: dt.date
    outcome: str
    """loaded, replaced, or already loaded"""
    rows: int
    people: int
    replaced: Movement | None = None
    """Against the snapshot of the same day that it replaced."""
    previous_day: dt.date | None = None
    previous: Movement | None = None
    """Against the latest earlier snapshot."""


@dataclass(frozen=True)
class ImportReport:
    dataset: str
    files: tuple[str, ...]
    accepted: int
    rejected: int
    days: tuple[DayReport, ...]
    rejects_file: Path | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def changed_anything(self) -> bool:
        return any(day.outcome != "already loaded" for day in self.days)

    def as_dict(self) -> dict[str, Any]:
        said = asdict(self)
        return said | {"rejects_file": str(self.rejects_file) if self.rejects_file else None}

    def lines(self) -> list[str]:
        """For a terminal."""
        said = [f"{self.dataset}: {', '.join(self.files)}", f"  rows accepted {self.accepted:,}, rejected {self.rejected:,}"]
        for day in self.days:
            said += _day_lines(day)
        if self.rejects_file:
            said.append(f"  rejected rows, with reasons: {self.rejects_file} (only you may read it)")
        return said + [f"  note: {note}" for note in self.notes]


def ingest_files(
    configuration: Configuration,
    dataset_id: str,
    paths: Sequence[Path],
    as_at: dt.date | None,
    source: Source,
    private_folder: Path,
    accept_rejects: bool = False,
    told: Told = lambda *_: None,
) -> ImportReport:
    """Load the files of one dataset: together they are the snapshot of each day that they name.

    Raises
    ------
    InputError : with every problem of every file; nothing was stored
    SourceError : the database cannot be written; what it held before is intact
    """
    dataset = _dataset(configuration, dataset_id)
    if dataset.as_at is not None and as_at is not None:
        raise InputError(f"Dataset '{dataset_id}' takes its date from the column '{dataset.as_at}'.", "Leave out --as-at.")
    load = _Load(configuration, dataset, as_at, source, private_folder, accept_rejects, told)
    if (already := _loaded_before(load, paths)) is not None:
        return already
    return _ingest(load, [partial(open_table, path, dataset.sheet, dataset.header_row, dataset.layout) for path in paths])


def _loaded_before(load: _Load, paths: Sequence[Path]) -> ImportReport | None:
    """The same bytes for the same day under the same definition: nothing need be read again to know what would come of them."""
    if load.as_at is None or not paths or not all(path.is_file() for path in paths):
        return None
    try:
        sha256 = _digest([sha256_of(path) for path in paths])
    except OSError:
        return None  # reading it says why
    held = [s for s in read_snapshots(load.source, load.dataset.id) if s.as_at == load.as_at and s.same_load(sha256, load.fingerprint)]
    if not held:
        return None
    day = DayReport(held[0].as_at, "already loaded", held[0].rows, held[0].people)
    return ImportReport(load.dataset.id, tuple(path.name for path in paths), held[0].rows, held[0].rejected, (day,))


def ingest_table(
    configuration: Configuration,
    dataset_id: str,
    as_at: dt.date | None,
    database: CouncilDatabase,
    source: Source,
    private_folder: Path,
    accept_rejects: bool = False,
    told: Told = lambda *_: None,
) -> ImportReport:
    """Load the table or view that a dataset names; where it has a column with the day, `as_at` reads that day's rows only.

    Raises
    ------
    InputError : no such table or column, or any problem of its rows; nothing was stored
    SourceError : one of the two databases cannot be reached, or refuses
    """
    dataset = _dataset(configuration, dataset_id)
    if dataset.table is None:
        raise InputError(f"Dataset '{dataset_id}' names no table.", f"Name the files, or write `table:` in datasets/{dataset_id}.yaml.")
    load = _Load(configuration, dataset, as_at, source, private_folder, accept_rejects, told)
    return _ingest(load, [partial(open_database_table, database, dataset, as_at)])


@dataclass(frozen=True)
class _Load:
    """What was asked for, and where it goes."""

    configuration: Configuration
    dataset: Dataset
    as_at: dt.date | None
    source: Source
    private_folder: Path
    accept_rejects: bool
    told: Told

    @property
    def fingerprint(self) -> str:
        return definition_fingerprint(self.configuration, self.dataset.id)


def _ingest(load: _Load, extracts: Sequence[Callable[[], Extract]]) -> ImportReport:
    dataset = load.dataset
    if dataset.as_at is None and load.as_at is None:
        raise InputError(f"Dataset '{dataset.id}' has no column with its date.", "Say which day the extract describes: --as-at 2026-03-31.")
    if load.as_at is not None:
        _refuse_days(dataset, [load.as_at])
    held = read_snapshots(load.source, dataset.id)
    bounds = _bind_all(load, extracts)
    sha256 = _digest([bound.extract.sha256 for bound in bounds])
    names = tuple(bound.extract.name for bound in bounds)
    rows = _together(bounds)
    days = sorted(rows["as_at"].dropna().dt.date.unique())
    _refuse_days(dataset, days)
    rejected = sum(bound.rejected for bound in bounds)
    already = {s.as_at for s in held if s.same_load(sha256, load.fingerprint)}
    if days and already.issuperset(days):
        loaded = tuple(DayReport(s.as_at, "already loaded", s.rows, s.people) for s in held if s.as_at in days)
        return ImportReport(dataset.id, names, len(rows), rejected, loaded)
    _refuse_duplicates(dataset, rows, bounds)
    rejects_file = _write_rejects(dataset, bounds, load.private_folder) if rejected else None
    if not load.accept_rejects:
        _refuse_many_rejects(bounds, rejects_file)
    if rows.empty:
        raise InputError("Every row was rejected.", f"Nothing was stored. The reasons stand in {rejects_file}.")
    notes = [note for bound in bounds for note in (*bound.extract.notes, *bound.notes)]
    notes += [f"{day:%d %B %Y} lies in the future: is that the day that the extract describes?" for day in days if day > dt.date.today()]
    notes += [f"The same rows were loaded as at {s.as_at:%d %B %Y}." for s in held if s.sha256 == sha256 and s.as_at not in days]
    bounds.clear()  # the rows are held once from here on
    rows = fill_quarters(load.configuration, dataset, rows)
    rows, ranked = fill_top_earners(load.configuration, dataset, rows)
    notes += ranked
    reports = _store(load, rows, _Came(names, sha256, rejected))
    return ImportReport(dataset.id, names, sum(report.rows for report in reports), rejected, reports, rejects_file, tuple(notes))


@dataclass(frozen=True)
class _Came:
    """Where rows came from."""

    files: tuple[str, ...]
    sha256: str
    rejected: int


def _dataset(configuration: Configuration, dataset_id: str) -> Dataset:
    if dataset_id not in configuration.datasets:
        raise InputError(f"There is no dataset '{dataset_id}'; there are: {', '.join(configuration.datasets)}.")
    dataset = configuration.datasets[dataset_id]
    if dataset.flows is not None:
        raise InputError(f"Dataset '{dataset_id}' is worked out from dataset '{dataset.flows.source}'.", f"Load '{dataset.flows.source}'.")
    if dataset.grain == "post" and dataset.person_id == "absent":
        raise InputError(f"Dataset '{dataset_id}' has a row per post but no person identifier.", "Name its heading in `person_id`.")
    return dataset


def _bind_all(load: _Load, extracts: Sequence[Callable[[], Extract]]) -> list[Bound]:
    """Every extract read and typed; the problems of all of them at once."""
    problems: list[Problem] = []
    advice: list[str] = []
    bounds: list[Bound] = []
    seen: dict[str, str] = {}
    for opened in extracts:
        try:
            extract = opened()
            if load.dataset.layout is not None:
                extract = in_order(extract, load.dataset.layout)
            if load.dataset.answers is not None:
                extract = unfold(extract, load.dataset.answers)
            if load.dataset.pay_items is not None:
                extract = fold(extract, load.dataset)
            if extract.sha256 and extract.sha256 in seen:
                problems.append(Problem(extract.name, f"has the same content as {seen[extract.sha256]}: everyone would count twice."))
            seen[extract.sha256] = extract.name
            told = partial(_tell, load.told, f"reading {extract.name}: rows")
            bounds.append(bind_rows(load.configuration, load.dataset, extract, load.as_at, told))
        except InputError as error:
            problems += error.problems
            advice.append(error.advice)
            continue
        problems += bounds[-1].problems
    if problems:
        counted = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        last = f"{counted}; nothing was stored. Correct {'it' if len(problems) == 1 else 'them'} and load again."
        raise InputError(problems, "\n".join([*dict.fromkeys(line for line in advice if line), last]))
    if not bounds:
        raise InputError("No file was named.")
    return bounds


def _tell(told: Told, words: str, done: int) -> None:
    told(words, done, 0)


def _digest(hashes: Sequence[str]) -> str:
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


def _together(bounds: Sequence[Bound]) -> pd.DataFrame:
    """The accepted rows of every extract, each with its number and its extract's place among them."""
    parts = [bound.good.assign(file=n, row_number=bound.good.index.to_numpy()) for n, bound in enumerate(bounds)]
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0].reset_index(drop=True)


def _refuse_days(dataset: Dataset, days: Sequence[dt.date]) -> None:
    wrong = [day.isoformat() for day in days if day.year < FIRST_YEAR or day > dt.date.today() + FARTHEST_AHEAD]
    if wrong:
        place = f"the column '{dataset.as_at}'" if dataset.as_at else "--as-at"
        say = f"{', '.join(wrong[:5])} cannot be the day of an extract: it lies before {FIRST_YEAR} or more than a year ahead."
        raise InputError(Problem(place, say), "Nothing was stored. Correct the year and load again.")


def _refuse_duplicates(dataset: Dataset, rows: pd.DataFrame, bounds: Sequence[Bound]) -> None:
    """Refused rows count too: one of two rows of a person may be the wrong one."""
    refused = [b.refused_people.assign(file=n, row_number=b.refused_people.index) for n, b in enumerate(bounds) if b.rejected]
    people = rows[["as_at", "person_id", "file", "row_number"]]
    everyone = pd.concat([people, *refused], ignore_index=True) if refused else people
    places = [bound.extract.where for bound in bounds]
    if problems := [*duplicates(dataset, everyone, places), *given_twice(dataset, rows, places), *told_twice(dataset, rows, places)]:
        raise InputError(problems, "Nothing was stored.")


def _refuse_many_rejects(bounds: Sequence[Bound], rejects_file: Path | None) -> None:
    rejected, rows = sum(b.rejected for b in bounds), sum(b.rows for b in bounds)
    if rejected > MOST_REJECTED * rows:
        say = f"{rejected:,} of {rows:,} rows would be left out ({rejected / rows:.0%}): the figures would describe other people."
        advice = f"Nothing was stored. The rows stand in {rejects_file}, with reasons; if they must go, add --accept-rejects."
        raise InputError([Problem("", say), *_commonest_reasons(bounds)], advice)


def _commonest_reasons(bounds: Sequence[Bound]) -> list[Problem]:
    """Why rows were refused, with the first row of each reason; no cell is quoted."""
    problems = []
    for bound in bounds:
        for reason, n in bound.reasons.most_common(REASONS_SHOWN):
            alike = f" ({n - 1:,} more row{'' if n == 2 else 's'} like this)" if n > 1 else ""
            problems.append(Problem(bound.extract.where(bound.first_rows[reason]), f"{reason}{alike}"))
    return problems


def _write_rejects(dataset: Dataset, bounds: Sequence[Bound], folder: Path) -> Path:
    """The refused rows as they were, with the reasons in front."""
    headings = list(dict.fromkeys(str(h) for bound in bounds for h in bound.refused.columns if not str(h).startswith("\0")))
    rows = (row for bound in bounds for row in _rejects(bound, headings))
    name = f"rejects-{dataset.id}-{dt.datetime.now():%Y%m%d-%H%M%S}.csv"
    return write_private(folder, name, as_csv(["file", "row", "reason", *headings], rows))


def _rejects(bound: Bound, headings: Sequence[str]) -> Iterator[list[str]]:
    if not bound.rejected:
        return
    ordered = bound.refused.sort_index().reindex(columns=[REASON, *headings]).fillna("")
    for row, *cells in ordered.itertuples(name=None):
        yield [bound.extract.name, str(row), *map(str, cells)]


def _store(load: _Load, rows: pd.DataFrame, came: _Came) -> tuple[DayReport, ...]:
    """Each day's rows in place of what was stored for it; all days in one transaction."""
    dataset, source = load.dataset, load.source
    table = dataset_table(load.configuration, dataset.id)
    rows["counts_once"] = counts_once(dataset, rows)
    rows = sum_over_posts(dataset, rows)
    reports = []
    with source.begin():
        there = set(source.columns(table.name))
        held = {s.as_at for s in read_snapshots(source, dataset.id)}
        compared = _Comparison(
            source,
            table,
            there,
            tuple(c for c in ("unit", *dataset.columns) if c in table.columns),
            dataset.answers is not None,
            dataset.grain != "event" and dataset.holds_people,
        )
        load.told("comparing with what is stored", 0, 0)
        for day in sorted(rows["as_at"].unique()):
            of_day = rows["as_at"] == day
            reports.append(_day_report(compared, pd.Timestamp(day).date(), rows if of_day.all() else rows[of_day], held))
        prepare_tables(source, load.configuration, dataset.id)
        for report in reports:
            source.execute(delete(table).where(table.c.as_at == report.as_at))
            write_snapshot(source, _snapshot(load, report, came))
        names = [column.name for column in table.columns]
        for start in range(0, len(rows), PIECE):
            load.told("storing: rows", start, len(rows))
            source.insert(table, rows[names].iloc[start : start + PIECE])
        load.told("storing: rows", len(rows), len(rows))
    return tuple(reports)


def _snapshot(load: _Load, report: DayReport, came: _Came) -> Snapshot:
    now = dt.datetime.now().replace(microsecond=0)
    name, rows, people = load.dataset.id, report.rows, report.people
    return Snapshot(name, report.as_at, rows, people, came.rejected, now, came.files, came.sha256, load.fingerprint)


@dataclass(frozen=True)
class _Comparison:
    """Stored rows to compare new ones with, read under the columns that the table had before this load."""

    source: Source
    table: Table
    there: set[str]
    columns: tuple[str, ...]
    weighted: bool
    """Rows stand for numbers of people."""
    people: bool
    """Rows are people or their posts, not things that happened to them."""

    def with_day(self, day: dt.date, part: pd.DataFrame) -> Movement:
        names = dict.fromkeys(["person_id", "counts_once", *self.columns])
        wanted = [self.table.c[name] for name in names if name in self.there]
        return movement(self.source.pieces(select(*wanted).where(self.table.c.as_at == day)), part, self.columns, self.people)


def _day_report(compared: _Comparison, day: dt.date, part: pd.DataFrame, held: set[dt.date]) -> DayReport:
    earlier = max((d for d in held if d < day), default=None)
    return DayReport(
        as_at=day,
        outcome="replaced" if day in held else "loaded",
        rows=len(part),
        people=int(part[PEOPLE].sum() if compared.weighted else part["counts_once"].sum()),
        replaced=compared.with_day(day, part) if day in held else None,
        previous_day=earlier,
        previous=compared.with_day(earlier, part) if earlier else None,
    )


def _day_lines(day: DayReport) -> list[str]:
    people = f", {day.people:,} people" if day.people else ""
    said = [f"  as at {day.as_at:%d %B %Y}: {day.outcome}; {day.rows:,} rows{people}"]
    if day.outcome == "already loaded":
        return [f"{said[0]}; nothing was changed"]
    if day.replaced is not None:
        said.append(f"    against what it replaces: {_movement_words(day.replaced)}")
    if day.previous is not None and day.previous_day is not None:
        said.append(f"    against {day.previous_day:%d %B %Y}: {_movement_words(day.previous)}")
    return said


def _movement_words(m: Movement) -> str:
    rows = f"rows {m.rows_before:,} to {m.rows_after:,}"
    if m.joined is None:
        return f"{rows} (no row is a person by an identifier: joined and left are not known)"
    by_column = ", ".join(f"{name} {n:,}" for name, n in sorted(m.changed_by_column.items(), key=lambda item: -item[1]))
    return f"{rows}; joined {m.joined:,}, left {m.left:,}, changed {m.changed:,}" + (f" ({by_column})" if by_column else "")
