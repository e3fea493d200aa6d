"""Reads `config/organisation.csv`: one line per unit that ever was, with the days it stood and what followed it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from metrics.definitions.nearest import nearest, no_such
from metrics.definitions.organisation import Organisation, Unit
from metrics.definitions.strict_yaml import read_text
from metrics.errors import Problem

REQUIRED = ("unit", "name", "parent", "level")
COLUMNS = (*REQUIRED, "valid_from", "valid_to", "successor")
LARGEST = 2 * 1024 * 1024
DEEPEST = 30
_UNIT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
_LEVEL = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True)
class Line:
    """One line of the file with its unit."""

    number: int
    unit: Unit


def read_organisation(path: Path, where: str) -> tuple[Organisation | None, Mapping[str, int], list[Problem]]:
    """The organisation, the line of each unit, and every problem; no organisation when there is a problem."""
    text = read_text(path, where, LARGEST)
    if isinstance(text, Problem):
        return None, {}, [text]
    try:
        rows = [
            (reader.line_num, [cell.strip() for cell in row]) for reader in [csv.reader(io.StringIO(text, newline=""))] for row in reader
        ]
    except csv.Error as error:
        return None, {}, [Problem(where, f"the file cannot be read as CSV ({error}); save it again from a spreadsheet as 'CSV UTF-8'")]
    rows = [(number, row) for number, row in rows if any(row)]
    header = [cell.lower() for cell in rows[0][1]] if rows else []
    problems = [Problem(where, message, rows[0][0] if rows else 0) for message in _header_problems(header, len(rows))]
    if problems:
        return None, {}, problems
    lines: list[Line] = []
    for number, row in rows[1:]:
        line, wrong = _line(number, row, header, where)
        problems += wrong
        lines += [line] if line else []
    if not problems:
        problems = [Problem(where, message, number) for number, message in _structure(lines)]
    if problems:
        return None, {}, problems
    return Organisation(tuple(line.unit for line in lines)), {line.unit.id: line.number for line in lines}, []


def _header_problems(header: Sequence[str], rows: int) -> Iterator[str]:
    if not header:
        yield f"the file is empty; its first line is: {','.join(COLUMNS)}"
        return
    if len(header) == 1 and any(sign in header[0] for sign in ";\t"):
        yield "the columns are not separated by commas; save the file as 'CSV UTF-8 (comma delimited)'"
        return
    for name in header:
        if name not in COLUMNS:
            likely = nearest(name, COLUMNS)
            yield f"unknown column '{name}'; " + (f"did you mean '{likely}'?" if likely else f"the columns are: {', '.join(COLUMNS)}")
    for name in dict.fromkeys(h for h in header if header.count(h) > 1 and h in COLUMNS):
        yield f"column '{name}' stands twice; keep one"
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        yield f"no column {', '.join(repr(m) for m in missing)}; the first line is: {','.join(COLUMNS)}"
    if rows < 2:
        yield "no units; write at least the council itself: its unit, name, no parent, and its level"


def _line(number: int, row: Sequence[str], header: Sequence[str], where: str) -> tuple[Line | None, list[Problem]]:
    if len(row) > len(header) and any(row[len(header) :]):
        return None, [
            Problem(where, f"{len(row)} cells, but the first line has {len(header)}; put text that holds a comma in quotes", number)
        ]
    cell = {name: (row[i] if i < len(row) else "") for i, name in enumerate(header)}
    messages = list(_cell_problems(cell))
    days: dict[str, date | None] = {}
    for name in ("valid_from", "valid_to"):
        try:
            days[name] = _day(cell.get(name, ""))
        except ValueError:
            messages.append(
                f"{name}: expected a date written as 2026-03-31, found '{cell[name][:40]}' (in a spreadsheet, format the column as text)"
            )
    if messages:
        return None, [Problem(where, message, number) for message in messages]
    successors = tuple(s for s in (part.strip() for part in cell.get("successor", "").split(";")) if s)
    unit = Unit(cell["unit"], cell["name"], cell["parent"] or None, cell["level"], days["valid_from"], days["valid_to"], successors)
    return Line(number, unit), []


def _cell_problems(cell: Mapping[str, str]) -> Iterator[str]:
    if not _UNIT_ID.fullmatch(cell["unit"]):
        yield f"unit: '{cell['unit'][:60]}' is not a unit id: letters, digits, and _ . - between them"
    if not cell["name"]:
        yield "name: empty; write what people call this unit"
    if not _LEVEL.fullmatch(cell["level"]):
        yield f"level: '{cell['level'][:60]}' is not a level: small letters, digits and _, such as directorate"


def _day(text: str) -> date | None:
    if text and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text) if text else None


def _structure(lines: Sequence[Line]) -> Iterator[tuple[int, str]]:
    units = {line.unit.id: line.unit for line in reversed(lines)}
    first = {line.unit.id: line.number for line in reversed(lines)}
    for line in lines:
        if first[line.unit.id] != line.number:
            yield line.number, f"unit '{line.unit.id}' stands twice (first on line {first[line.unit.id]}); ids are unique"
        elif line.unit.parent is not None and line.unit.parent not in units:
            yield line.number, "parent: " + no_such("unit", line.unit.parent, units)
        elif _in_circle(line.unit, units):
            yield line.number, f"parent: '{line.unit.id}' is above itself; follow its parents and break the circle"
        elif _depth(line.unit, units) > DEEPEST:
            yield line.number, f"parent: more than {DEEPEST} levels below the council; no organisation is that deep"
        else:
            for message in (*_day_problems(line.unit, units), *_successor_problems(line.unit, units)):
                yield line.number, message
    yield from _root_problems(lines)


def _root_problems(lines: Sequence[Line]) -> Iterator[tuple[int, str]]:
    roots = [line for line in lines if line.unit.parent is None]
    if not roots:
        yield 0, "every unit has a parent; leave the parent of the council itself empty"
    for line in roots[1:]:
        yield line.number, f"parent: empty, but '{roots[0].unit.id}' is already the council; name this unit's parent"


def _overlap(unit: Unit, after: Unit) -> str:
    """A unit and its successor of the same name and parent on the same days: nobody could tell whose row is whose."""
    if (unit.name.casefold(), unit.parent) != (after.name.casefold(), after.parent) or unit.valid_to is None:
        return ""
    if after.valid_from is not None and after.valid_from > unit.valid_to:
        return ""
    first = max((d for d in (unit.valid_from, after.valid_from) if d), default=None)
    since = f"from {first}" if first else "always"
    return (
        f"successor: '{after.id}' has the same name and parent on the same days ({since} to {unit.valid_to}); "
        "let one begin on the day after the other ended"
    )


def _in_circle(unit: Unit, units: Mapping[str, Unit]) -> bool:
    seen: set[str] = set()
    here: Unit | None = unit
    while here is not None and here.parent is not None:
        if here.parent == unit.id:
            return True
        if here.id in seen:
            return False
        seen.add(here.id)
        here = units.get(here.parent)
    return False


def _depth(unit: Unit, units: Mapping[str, Unit]) -> int:
    """How many units are above; 0 below a circle, which is reported where it is."""
    seen = {unit.id}
    here = units.get(unit.parent or "")
    while here is not None:
        if here.id in seen:
            return 0
        seen.add(here.id)
        here = units.get(here.parent or "")
    return len(seen) - 1


def _day_problems(unit: Unit, units: Mapping[str, Unit]) -> Iterator[str]:
    if unit.valid_from and unit.valid_to and unit.valid_to < unit.valid_from:
        yield f"valid_to: {unit.valid_to} is before valid_from {unit.valid_from}"
        return
    parent = units.get(unit.parent or "")
    if parent is None:
        return
    if parent.valid_from and (unit.valid_from is None or unit.valid_from < parent.valid_from):
        start = unit.valid_from or "always"
        yield f"valid_from: {start}, but its parent '{parent.id}' began on {parent.valid_from}; a unit cannot be older than its parent"
    if parent.valid_to and (unit.valid_to is None or unit.valid_to > parent.valid_to):
        end = unit.valid_to or "still standing"
        yield f"valid_to: {end}, but its parent '{parent.id}' ended on {parent.valid_to}; end this unit, or give it another parent"


def _comes_round(start: str, unit: str, units: Mapping[str, Unit]) -> bool:
    """Whether the successors of `start` lead back to a unit."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here == unit:
            return True
        if here in units and here not in seen:
            seen.add(here)
            waiting += units[here].successors
    return False


def _successor_problems(unit: Unit, units: Mapping[str, Unit]) -> Iterator[str]:
    if unit.successors and unit.valid_to is None:
        yield "successor: the unit has no valid_to; say on which day it ended"
        return
    for name in dict.fromkeys(unit.successors):
        if name == unit.id:
            yield "successor: a unit cannot follow itself"
        elif name not in units:
            yield "successor: " + no_such("unit", name, units)
        elif _comes_round(name, unit.id, units):
            yield f"successor: '{name}' is followed, by and by, by '{unit.id}' itself; follow the successors and break the circle"
        elif unit.valid_to is not None and unit.valid_to < date.max and not units[name].existed(unit.valid_to + timedelta(days=1)):
            yield f"successor: '{name}' did not stand on {unit.valid_to + timedelta(days=1)}, the day after '{unit.id}' ended"
        elif overlap := _overlap(unit, units[name]):
            yield overlap
