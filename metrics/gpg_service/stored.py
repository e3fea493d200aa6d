"""What was imported of the service, in a council's configuration folder: three tidy files that are read strictly.

`gender_pay_gap.csv.gz` has a row for each council and year, `gender_pay_gap_distribution.csv` one for each year, group and measure,
`gender_pay_gap_imports.csv` one for each year, with the hashes of what the other two must hold of it.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from metrics.errors import DefinitionError, InputError, Problem
from metrics.gpg_service.columns import MEASURES, SIZES
from metrics.gpg_service.distribution import GROUPS, PERCENTILES, Distribution
from metrics.gpg_service.opening import open_text
from metrics.gpg_service.rows import Council

FOLDER = "comparators"
COUNCILS, SPREAD, IMPORTS = "gender_pay_gap.csv.gz", "gender_pay_gap_distribution.csv", "gender_pay_gap_imports.csv"
ABOUT = ("year", "employer", "employer_id", "name", "current_name", "post_code", "company_number", "website", "employer_size")
COUNCIL_COLUMNS = (*ABOUT, "submitted_late", *MEASURES.values())
SPREAD_COLUMNS = ("year", "group", "measure", "employers", *(f"p{p:02}" for p in PERCENTILES))
IMPORT_COLUMNS = ("year", "file", "sha256", "employers", "councils", "imported_on", "councils_sha256", "distribution_sha256")
AGAIN = "`equality comparators gpg` writes these files: put back the ones that it wrote, or delete all three and import every year again"
Made = TypeVar("Made")
Dated = TypeVar("Dated", Council, Distribution)
_LATE: Mapping[str, bool | None] = {"yes": True, "no": False, "": None}


@dataclass(frozen=True)
class Import:
    """One year that was imported: from which file (hash of its content), when, and how many employers and councils it holds."""

    year: int
    file: str
    sha256: str
    employers: int
    councils: int
    imported_on: date
    councils_sha256: str = ""
    distribution_sha256: str = ""


@dataclass(frozen=True)
class Stored:
    """Everything that was imported, years ascending."""

    councils: tuple[Council, ...] = ()
    spread: tuple[Distribution, ...] = ()
    imports: tuple[Import, ...] = ()

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(i.year for i in self.imports)


def read_stored(configuration: Path) -> Stored | None:
    """What was imported into a configuration folder; None where nothing was.

    Raises
    ------
    DefinitionError : with every problem and its line
    """
    folder = configuration / FOLDER
    there = [name for name in (COUNCILS, SPREAD, IMPORTS) if (folder / name).exists()]
    if not there:
        return None
    reader = _Reader(folder)
    stored = reader.read()
    if reader.problems:
        raise DefinitionError(reader.problems, f"Nothing of {folder}/ was used.")
    return stored


class _Wrong(Exception):
    """A field that cannot be: the message names it."""


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def read(self) -> Stored:
        councils = self._table(COUNCILS, COUNCIL_COLUMNS, _council)
        spread = self._table(SPREAD, SPREAD_COLUMNS, _distribution)
        imports = self._table(IMPORTS, IMPORT_COLUMNS, _import)
        stored = Stored(tuple(councils), tuple(spread), tuple(imports))
        if not self.problems:
            self._once(COUNCILS, [(c.year, c.employer) for c in councils])
            self._once(SPREAD, [(d.year, d.group, d.measure) for d in spread])
            self._once(IMPORTS, [i.year for i in imports])
            self._fits(stored)
        return stored

    def _table(self, name: str, columns: Sequence[str], make: Callable[[Mapping[str, str]], Made]) -> list[Made]:
        path = self.folder / name
        try:
            text, _ = open_text(path)
        except InputError as error:
            self.problems += [replace(p, message=f"{p.message}; {AGAIN}") for p in error.problems]
            return []
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        made = []
        try:
            if next(rows) != list(columns):
                raise _Wrong(f"the headings are not {', '.join(columns[:12])}…")
            for cells in rows:
                if len(cells) != len(columns):
                    raise _Wrong(f"found {len(cells)} fields where {len(columns)} are")
                made.append(make(dict(zip(columns, cells, strict=True))))
        except (_Wrong, csv.Error) as fault:
            self.problems.append(Problem(str(path), f"{fault}; {AGAIN}", rows.line_num))
        return made

    def _once(self, name: str, keys: Sequence[object]) -> None:
        seen: set[object] = set()
        for line, key in enumerate(keys, 2):
            if key in seen:
                self.problems.append(Problem(str(self.folder / name), f"{key} stands twice; {AGAIN}", line))
            seen.add(key)

    def _fits(self, stored: Stored) -> None:
        """Each year holds what its import wrote, and no year more."""
        for line, one in enumerate(stored.imports, 2):
            councils, spread = _of_year(stored.councils, one.year), _of_year(stored.spread, one.year)
            if (council_hash(councils), spread_hash(spread)) != (one.councils_sha256, one.distribution_sha256):
                changed = f"{one.year}: what {COUNCILS} and {SPREAD} hold is not what was imported; {AGAIN}"
                self.problems.append(Problem(str(self.folder / IMPORTS), changed, line))
        held = {c.year for c in stored.councils} | {d.year for d in stored.spread}
        for year in sorted(held - {*stored.years}):
            self.problems.append(Problem(str(self.folder / IMPORTS), f"{year} was not imported, but there are figures of it; {AGAIN}"))


def _of_year(rows: Iterable[Dated], year: int) -> list[Dated]:
    return [row for row in rows if row.year == year]


def _council(cells: Mapping[str, str]) -> Council:
    if cells["employer_size"] not in SIZES:
        raise _Wrong(f"employer_size: found '{cells['employer_size']}'")
    if cells["submitted_late"] not in _LATE:
        raise _Wrong(f"submitted_late: found '{cells['submitted_late']}'; accepted are yes, no, and nothing")
    if not cells["name"] or not cells["employer"]:
        raise _Wrong("a row without the name of its employer")
    return Council(
        year=_whole(cells, "year"),
        size=cells["employer_size"],
        late=_LATE[cells["submitted_late"]],
        figures={m: _number(cells, m) if cells[m] else None for m in MEASURES.values()},
        **{n: cells[n] for n in ("employer", "employer_id", "name", "current_name", "post_code", "company_number", "website")},
    )


def _distribution(cells: Mapping[str, str]) -> Distribution:
    if cells["group"] not in GROUPS or cells["measure"] not in MEASURES.values():
        raise _Wrong(f"found '{cells['group']}' and '{cells['measure']}'")
    found = tuple(_number(cells, f"p{p:02}") for p in PERCENTILES)
    if list(found) != sorted(found):
        raise _Wrong("percentiles do not rise")
    return Distribution(_whole(cells, "year"), cells["group"], cells["measure"], _whole(cells, "employers"), found)


def _import(cells: Mapping[str, str]) -> Import:
    try:
        on = date.fromisoformat(cells["imported_on"])
    except ValueError:
        raise _Wrong(f"imported_on: found '{cells['imported_on']}'") from None
    numbers = {name: _whole(cells, name) for name in ("year", "employers", "councils")}
    words = {name: cells[name] for name in ("file", "sha256", "councils_sha256", "distribution_sha256")}
    return Import(imported_on=on, **numbers, **words)  # type: ignore[arg-type]


def _whole(cells: Mapping[str, str], name: str) -> int:
    if not re.fullmatch(r"\d{1,9}", cells[name]):
        raise _Wrong(f"{name}: found '{cells[name]}', not a whole number")
    return int(cells[name])


def _number(cells: Mapping[str, str], name: str) -> float:
    if not re.fullmatch(r"-?\d{1,9}(\.\d{1,20})?", cells[name]):
        raise _Wrong(f"{name}: found '{cells[name]}', not a number")
    return float(cells[name])


def council_hash(rows: Iterable[Council]) -> str:
    """Of what is kept of one year's councils, in whatever order."""
    return _hash(council_lines(rows))


def spread_hash(rows: Iterable[Distribution]) -> str:
    return _hash(spread_lines(rows))


def _hash(lines: Iterable[Sequence[str]]) -> str:
    return sha256("\n".join(sorted("\t".join(line) for line in lines)).encode()).hexdigest()


def council_lines(rows: Iterable[Council]) -> Iterator[list[str]]:
    late = {value: word for word, value in _LATE.items()}
    for row in rows:
        about = [str(row.year), row.employer, row.employer_id, row.name, row.current_name, row.post_code, row.company_number, row.website]
        yield [*about, row.size, late[row.late], *(_text(row.figures[m]) for m in MEASURES.values())]


def spread_lines(rows: Iterable[Distribution]) -> Iterator[list[str]]:
    for row in rows:
        yield [str(row.year), row.group, row.measure, str(row.employers), *map(_text, row.percentiles)]


def _text(value: float | None) -> str:
    """In full, without an exponent; nothing where there is no figure."""
    if value is None:
        return ""
    written = f"{value:.12f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def write_stored(configuration: Path, stored: Stored) -> Stored:
    """Write the three files; the list of imports last, so that an interrupted write is noticed. Gives what was written, with its hashes.

    Raises
    ------
    InputError : the folder cannot be written
    """
    folder = configuration / FOLDER
    imports = tuple(
        replace(
            one,
            councils_sha256=council_hash(_of_year(stored.councils, one.year)),
            distribution_sha256=spread_hash(_of_year(stored.spread, one.year)),
        )
        for one in stored.imports
    )
    listed = ([str(getattr(i, name)) for name in IMPORT_COLUMNS] for i in imports)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _put(folder / COUNCILS, gzip.compress(_csv(COUNCIL_COLUMNS, council_lines(stored.councils)), mtime=0))
        _put(folder / SPREAD, _csv(SPREAD_COLUMNS, spread_lines(stored.spread)))
        _put(folder / IMPORTS, _csv(IMPORT_COLUMNS, listed))
    except OSError as fault:
        raise InputError(
            Problem(str(folder), f"cannot be written ({fault.strerror}); check its rights and space, then import again")
        ) from None
    return replace(stored, imports=imports)


def _csv(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(lines)
    return text.getvalue().encode()


def _put(path: Path, content: bytes) -> None:
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as out:
            out.write(content)
        Path(name).chmod(0o644)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
