"""A yearly file of the gender pay gap service to typed rows: strictly, by its headings, with every problem at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from metrics.errors import InputError, Problem
from metrics.gpg_service.columns import BONUS_GAPS, COLUMNS, MAY_BE_EMPTY, MEASURES, NOT_IN_EARLY_YEARS, SIZES
from metrics.gpg_service.deadlines import ACCEPTED, FIRST_YEAR, is_late, read_moment, year_of_due, year_of_name
from metrics.gpg_service.opening import open_text
from metrics.gpg_service.rows import Row, YearFile

MOST_PROBLEMS = 100
LARGEST_FIGURE = 1_000_000.0
"""A gap has no lower bound in law, and real ones go to minus 120,695 percent; beyond this it is a slip."""
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,20})?")
_FLAGS = {"true": True, "false": False}
_SIZES = {re.sub(r"[\s,]", "", size).casefold(): size for size in SIZES}
_POST_CODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})\b")


def read_year(path: Path, year: int | None = None) -> YearFile:
    """One year's file.

    Parameters
    ----------
    year : the snapshot year, for a file that does not say it: 2017 for the file "2017 to 2018"

    Raises
    ------
    InputError : with every problem of the file and its line; nothing of it is used
    """
    text, digest = open_text(path)
    reading = _Reading(path, year)
    rows = tuple(reading.rows(text))
    found = reading.year(rows)
    if reading.problems or found is None:
        raise InputError(reading.told())
    dated = tuple(replace(row, year=found, late=is_late(found, row.late, row.submitted, row.due)) for row in rows)
    kept, repeated = _once(dated)
    return YearFile(found, path.name, digest, kept, (*repeated, *reading.notes, *_odd(kept)))


class _Reading:
    """Collects rows, and what is wrong with them."""

    def __init__(self, path: Path, year: int | None) -> None:
        self.path, self.asked = path, year
        self.problems: list[Problem] = []
        self.notes: list[str] = []

    def told(self) -> list[Problem]:
        more = len(self.problems) - MOST_PROBLEMS
        end = [Problem(str(self.path), f"{more:,} more problems of this file are not listed")] if more > 0 else []
        return [*self.problems[:MOST_PROBLEMS], *end]

    def wrong(self, line: int, message: str) -> None:
        self.problems.append(Problem(str(self.path), message, line))

    def rows(self, text: str) -> Iterator[Row]:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line = 1
        try:
            heads = [head.strip() for head in next(reader)]
            if not self._usable(heads):
                return
            line = reader.line_num + 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    row = self._row(heads, cells, line)
                    if row is not None:
                        yield row
                line = reader.line_num + 1
        except csv.Error as fault:
            self.wrong(line, f"the file cannot be read from here on ({fault}); a quotation mark may be missing. Download it again")

    def _usable(self, heads: Sequence[str]) -> bool:
        missing = [c for c in COLUMNS if c not in heads and c not in NOT_IN_EARLY_YEARS]
        twice = sorted({h for h in heads if h and heads.count(h) > 1})
        new = [h for h in heads if h and h not in COLUMNS]
        if missing:
            self.wrong(1, f"no column {', '.join(missing)}; a file of the service has {', '.join(COLUMNS)}. Use it as it was downloaded")
        if twice:
            self.wrong(1, f"the heading {', '.join(twice)} stands twice; use the file as it was downloaded")
        if new and not missing:
            self.notes.append(f"Columns that are not known and were not read: {', '.join(new)}.")
        return not missing and not twice

    def _row(self, heads: Sequence[str], cells: Sequence[str], line: int) -> Row | None:
        if len(cells) != len(heads):
            self.wrong(line, f"found {len(cells)} fields where the heading has {len(heads)}; a quotation mark or comma may be missing")
            return None
        said = {head: " ".join(cell.split()) for head, cell in zip(heads, cells, strict=True)}
        before = len(self.problems)
        figures = {measure: self._figure(said[head], head, measure, line) for head, measure in MEASURES.items()}
        row = Row(
            year=0,
            line=line,
            name=said["EmployerName"],
            employer_id=said.get("EmployerId", ""),
            address=said["Address"],
            post_code=post_code(said.get("PostCode", "") or said["Address"]),
            company_number=said["CompanyNumber"],
            sic_codes=tuple(code for code in re.split(r"[\s,]+", said["SicCodes"]) if code),
            figures=_without_bonus(figures),
            link=said["CompanyLinkToGPGInfo"],
            size=self._size(said["EmployerSize"], line),
            current_name=said["CurrentName"] or said["EmployerName"],
            late=self._flag(said["SubmittedAfterTheDeadline"], line),
            due=self._moment(said.get("DueDate", ""), "DueDate", line),
            submitted=self._moment(said.get("DateSubmitted", ""), "DateSubmitted", line),
        )
        if not row.name:
            self.wrong(line, "EmployerName is empty; every row names its employer")
        if row.employer_id and not row.employer_id.isdecimal():
            self.wrong(line, f"EmployerId: found '{row.employer_id}'; the service's numbers are whole numbers")
        return row if len(self.problems) == before else None

    def _figure(self, text: str, head: str, measure: str, line: int) -> float | None:
        if not text:
            if measure not in MAY_BE_EMPTY:
                self.wrong(line, f"{head} is empty; every employer reports it")
            return None
        if not _NUMBER.fullmatch(text):
            self.wrong(line, f"{head}: found '{text[:40]}'; accepted is a number such as 12.3 or -4")
            return None
        number = float(text)
        if abs(number) > LARGEST_FIGURE:
            self.wrong(line, f"{head}: found {text}; no figure is that large")
        return number

    def _size(self, text: str, line: int) -> str:
        size = _SIZES.get(re.sub(r"[\s,]", "", text).casefold())
        if size is None:
            self.wrong(line, f"EmployerSize: found '{text[:40]}'; accepted are: {'; '.join(SIZES)}")
        return size or ""

    def _flag(self, text: str, line: int) -> bool | None:
        if text and text.casefold() not in _FLAGS:
            self.wrong(line, f"SubmittedAfterTheDeadline: found '{text[:40]}'; accepted are True and False")
        return _FLAGS.get(text.casefold())

    def _moment(self, text: str, head: str, line: int) -> datetime | None:
        moment = read_moment(text) if text else None
        if text and moment is None:
            self.wrong(line, f"{head}: found '{text[:40]}'; accepted are {ACCEPTED}")
        return moment

    def year(self, rows: Sequence[Row]) -> int | None:
        """What the dates say; else what was asked for; else the file's name. They may not contradict one another."""
        dated = {year_of_due(row.due): row.line for row in reversed(rows) if row.due is not None}
        if len(dated) > 1:
            told = ", ".join(f"{year} (line {line})" for year, line in sorted(dated.items()))
            self.wrong(0, f"DueDate speaks of several snapshot years: {told}; one file holds one year")
        said = next(iter(dated), None)
        named = year_of_name(self.path.name)
        for other, what in ((self.asked, "--year says"), (named, "the file's name says")):
            if said is not None and other is not None and other != said:
                self.wrong(0, f"{what} {other}, but its dates are of the snapshot of {said}; check which file this is")
        found = next((year for year in (said, self.asked, named) if year is not None), None)
        if found is None and not self.problems:
            self.wrong(0, "neither dates nor the file's name say which year this is; say it with --year 2017 (the year of the snapshot)")
        if found is not None and not FIRST_YEAR <= found <= 2100:
            self.wrong(0, f"{found} is no year of the service; the first snapshot was that of {FIRST_YEAR}")
        if not rows and not self.problems:
            self.wrong(1, "there is no employer in the file; download the year again")
        return found


def post_code(text: str) -> str:
    """The last post code of a text, in its usual form; "" where there is none.

    >>> post_code("Council House, Victoria Square, Birmingham, B11BB")
    'B1 1BB'
    """
    found = _POST_CODE.findall(text.upper())
    return " ".join(found[-1]) if found else ""


def _without_bonus(figures: dict[str, float | None]) -> dict[str, float | None]:
    """The first years wrote 0 for a bonus gap where nobody, or no man, was paid a bonus; there is no gap then."""
    if figures["men_paid_bonus"] or figures["men_paid_bonus"] is None:
        return figures
    return {**figures, **dict.fromkeys(BONUS_GAPS)}


def _once(rows: Sequence[Row]) -> tuple[tuple[Row, ...], list[str]]:
    """An employer that stands twice with one id counts once: with what it submitted last."""
    last: dict[str, Row] = {}
    for row in rows:
        if row.employer_id:
            other = last.get(row.employer_id)
            if other is None or (row.submitted or datetime.min) >= (other.submitted or datetime.min):
                last[row.employer_id] = row
    kept = tuple(row for row in rows if not row.employer_id or last[row.employer_id] is row)
    gone = [row for row in rows if row.employer_id and last[row.employer_id] is not row]
    notes = [
        f"Line {row.line}: {row.name} ({row.employer_id}) stands twice; line {last[row.employer_id].line} was submitted last and counts."
        for row in gone
    ]
    return kept, notes


def _odd(rows: Sequence[Row]) -> list[str]:
    """Figures that the law does not allow, and that were published all the same: read as they are."""
    above = [r for r in rows if any((r.figures[m] or 0) > 100 for m in MEASURES.values())]
    if not above:
        return []
    lines = ", ".join(str(r.line) for r in above[:10]) + (" and others" if len(above) > 10 else "")
    who = "An employer" if len(above) == 1 else f"{len(above)} employers"
    return [f"{who} reported a figure above 100 percent (lines {lines}); read as published."]
