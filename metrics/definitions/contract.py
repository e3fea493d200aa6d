"""What one dataset asks of an extract, as plain values: the same for a template to fill in and for a page of reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

INSTRUCTIONS, DATA, COLUMNS, CATEGORIES, UNITS = "Instructions", "Data", "Columns", "Categories", "Units"
"""Sheets of a template. Rows stand in `DATA`, or in the sheet that the dataset names; the others only help to fill it in."""
BESIDE_DATA = frozenset({INSTRUCTIONS, COLUMNS, CATEGORIES, UNITS})

Kind = Literal["identifier", "day", "span", "unit", "category", "yes or no", "whole number", "number", "money", "date", "people", "text"]


@dataclass(frozen=True)
class Choice:
    """One answer that the cells of a column may hold."""

    write: str
    """Words that are read as this answer."""
    category: str
    """Id; several, joined by `, `, where the heading fills several columns."""
    means: str
    """The category's label."""
    within: str = ""
    """Label of the group that it rolls up to."""
    known: bool = True
    """False: the answer is not known, and the row joins no group."""
    also: tuple[str, ...] = ()
    """The council's own words that are read in the same way."""


@dataclass(frozen=True)
class Place:
    """One unit, by words that are read as it on the contract's day."""

    write: str
    unit: str
    name: str
    level: str
    within: str
    """Name of the unit above; empty for the council."""


@dataclass(frozen=True)
class Heading:
    """One column of the file."""

    heading: str
    columns: tuple[str, ...]
    """Canonical names that it fills, or its part: person_id, as_at, unit."""
    kind: Kind
    title: str
    """What it holds, in a few words."""
    about: str
    """What it holds and what to write, in full."""
    empty: str
    """What an empty cell means."""
    may_be_empty: bool = True
    may_be_left_out: bool = False
    """The file may lack the column."""
    unit: str = ""
    """Unit of a number."""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def limits(self) -> str:
        """ "0 to 1", "14 or more", "" where there are none."""
        if self.minimum is not None and self.maximum is not None:
            return f"{self.minimum:g} to {self.maximum:g}"
        if self.minimum is not None:
            return f"{self.minimum:g} or more"
        return f"{self.maximum:g} or less" if self.maximum is not None else ""


@dataclass(frozen=True)
class Contract:
    """Everything that whoever makes the extract has to know."""

    dataset: str
    title: str
    source_system: str
    filled_in_by: str
    grain: str
    """What a row is, in a sentence."""
    person: str
    """How people are told apart, and which of their rows counts."""
    day: str
    """Which day the rows describe, and where that is said."""
    asks_for_day: bool
    """True: the day is given when the file is loaded."""
    about_people: bool
    """Each row is about one person, not a number of people."""
    headings: tuple[Heading, ...]
    populations: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Id to title and to who is in it."""
    roles: tuple[str, ...] = ()
    """Sentences on who is no employee, who is not paid, and which grade is which."""
    derived: tuple[tuple[str, str], ...] = ()
    """Columns and dimensions that are worked out, and from what."""
    notes: tuple[str, ...] = ()
    sheet: str = DATA
    header_row: int = 1
    table: str = ""
    """The table or view of the council's own database that is read where no file is named."""
    units_on: date | None = None
    """Day of the units that are offered."""
    laid_out: bool = False
    """The table is one that others publish, in a layout of theirs: nobody fills it in."""
    worked_out_from: str = ""
    """The dataset that this one is worked out from; nothing is loaded into it."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
