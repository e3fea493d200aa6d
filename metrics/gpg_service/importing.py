"""Yearly files of the service into a configuration folder: a year that is imported again is replaced, and what changed is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from metrics.definitions.gpg import GpgComparators
from metrics.errors import EqualityError, InputError, Problem
from metrics.gpg_service.columns import MEASURES
from metrics.gpg_service.councils import is_council, plain_name
from metrics.gpg_service.distribution import distributions_of
from metrics.gpg_service.joining import NOBODY, Decisions, Undecided, join_years
from metrics.gpg_service.reading import read_year
from metrics.gpg_service.rows import Council, YearFile, council_of
from metrics.gpg_service.stored import Import, Stored, read_stored, write_stored

Figures = dict[tuple[str, str], float | None]


@dataclass(frozen=True)
class Change:
    """One year before and after an import.

    Attributes
    ----------
    before : None for a year that was not there
    same_file : the content is, byte for byte, what was imported last time
    added, gone : names of councils
    figures : name, measure, before and after, of councils that were there and are
    notes : of the file
    """

    year: int
    before: Import | None
    now: Import
    same_file: bool
    added: tuple[str, ...]
    gone: tuple[str, ...]
    figures: tuple[tuple[str, str, float | None, float | None], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Imported:
    stored: Stored
    changes: tuple[Change, ...]
    undecided: tuple[Undecided, ...]


def import_years(configuration: Path, files: Sequence[Path], decided: GpgComparators, today: date, year: int | None = None) -> Imported:
    """Import some years' files beside those that are there; without any file, only what was decided is applied again.

    Raises
    ------
    InputError : with every problem of every file; nothing was changed
    DefinitionError : what is there is not what was imported
    """
    read = _read(files, year)
    before = read_stored(configuration) or Stored()
    if not read and not before.imports:
        raise InputError("Nothing has been imported yet.", "Name a file of the service: `equality comparators gpg FILE`.")
    also, never = ({plain_name(n) for n in names} for names in (decided.councils, decided.not_councils))
    fresh = [council_of(row) for file in read for row in file.rows if is_council(row, also, never)]
    years = {file.year for file in read}
    joined = join_years([*(c for c in before.councils if c.year not in years), *fresh], decisions_of(decided))
    imports = [i for i in before.imports if i.year not in years]
    imports += [_import(file, sum(c.year == file.year for c in fresh), today) for file in read]
    spread = [d for d in before.spread if d.year not in years] + [d for file in read for d in distributions_of(file.rows)]
    stored = Stored(
        joined.rows,
        tuple(sorted(spread, key=lambda d: (d.year, d.group, d.measure))),
        tuple(sorted(imports, key=lambda i: i.year)),
    )
    stored = write_stored(configuration, stored)
    return Imported(stored, tuple(_change(before, stored, file) for file in read), joined.undecided)


def _read(files: Sequence[Path], year: int | None) -> list[YearFile]:
    """Every file, or every problem of every file."""
    if year is not None and len(files) > 1:
        raise InputError(Problem("--year", "says the year of one file, but several are named; import them one at a time"))
    read: list[YearFile] = []
    problems: list[Problem] = []
    for path in files:
        try:
            file = read_year(path, year)
        except EqualityError as error:
            problems += error.problems
            continue
        other = next((f for f in read if f.year == file.year), None)
        if other is not None:
            problems.append(Problem(str(path), f"holds the snapshot of {file.year}, as does {other.name}; name one of them"))
        read.append(file)
    if problems:
        raise InputError(problems, "Nothing was imported.")
    return sorted(read, key=lambda f: f.year)


def decisions_of(decided: GpgComparators) -> Decisions:
    """The analyst's decisions as joining takes them."""
    return {(one.year, plain_name(one.name)): NOBODY if one.is_ == NOBODY else str(one.is_) for one in decided.same}


def _import(file: YearFile, councils: int, today: date) -> Import:
    return Import(file.year, file.name, file.sha256, len(file.rows), councils, today)


def _change(before: Stored, after: Stored, file: YearFile) -> Change:
    old = next((i for i in before.imports if i.year == file.year), None)
    now = next(i for i in after.imports if i.year == file.year)
    was, is_ = ({_key(c): c for c in s.councils if c.year == file.year} for s in (before, after))
    return Change(
        year=file.year,
        before=old,
        now=now,
        same_file=old is not None and old.sha256 == now.sha256,
        added=tuple(c.name for k, c in is_.items() if k not in was) if old else (),
        gone=tuple(c.name for k, c in was.items() if k not in is_),
        figures=tuple(found for k, c in is_.items() if k in was for found in _differing(was[k], c)),
        notes=file.notes,
    )


def _key(council: Council) -> str:
    return council.employer_id or f"{plain_name(council.name)}, {council.post_code}"


def _differing(before: Council, after: Council) -> Iterator[tuple[str, str, float | None, float | None]]:
    for measure in MEASURES.values():
        if before.figures[measure] != after.figures[measure]:
            yield after.name, measure, before.figures[measure], after.figures[measure]
