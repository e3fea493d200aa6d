"""Tables that a return is made of: every cell is a number with its unit, or words. No cell is empty, and none holds two things."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from metrics.report import Contents, KpiSummary
from metrics.wording.notes import describe_note
from metrics.wording.values import DIGITS, MARKER_SENTENCES, digits_for, format_figure, is_missing

NONE = "Not published"


@dataclass(frozen=True)
class Number:
    """`value` as in a release: shares and percentage points from 0 to 1, people and pay in their own unit."""

    value: float
    unit: str
    digits: int


Cell = str | Number


@dataclass(frozen=True)
class Table:
    """One table, for a sheet of its own.

    Attributes
    ----------
    title : what it is, of whom and of when
    about : what must be read with it
    heads : a heading for each column, no two alike
    """

    title: str
    about: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def figure(row: pd.Series, kpi: KpiSummary, column: str = "value") -> Cell:
    """A value or one of its limits; in words where there is none."""
    if is_missing(row[column]):
        return hidden_words(row) if column == "value" else _no_limit(row)
    if kpi.unit not in DIGITS:  # a level by its name
        return format_figure(row, kpi)
    return Number(float(row[column]), kpi.unit, digits_for(row, kpi.unit))


def _no_limit(row: pd.Series) -> str:
    return hidden_words(row) if is_missing(row["value"]) else "[z] Not applicable"


def count(row: pd.Series, column: str) -> Cell:
    """People counted; in words where they may not be shown."""
    if is_missing(row[column]):
        return hidden_words(row)
    people = float(row[column])  # the average of two days may be half a person
    return Number(people, "people", 0 if people.is_integer() else 1)


def hidden_words(row: pd.Series) -> str:
    """ "[c] Hidden to protect people": the marker, and what it means."""
    marker = str(row["marker"])
    return f"{marker} {MARKER_SENTENCES[marker]}" if marker in MARKER_SENTENCES else "[x] Not available"


def note(row: pd.Series, contents: Contents) -> str:
    """What must be said beside one row; "None" where nothing must, since no cell of a table is empty. Targets are not spoken of."""
    return "None" if row["note"] == "no_path" else describe_note(row, contents) or "None"
