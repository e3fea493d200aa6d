"""How the cells of one column become values: what each different cell means is settled once, however many rows hold it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from metrics.definitions.dataset import Column, Dataset
from metrics.definitions.dimension import Dimension
from metrics.ingest.labels import Labels, folded, without_sign
from metrics.ingest.missing import cure
from metrics.ingest.values import (
    CURRENCIES,
    NotUnderstood,
    Parser,
    date_parser,
    month_evidence,
    parse_number,
    parse_percentage,
    parse_whole,
    parse_yes_no,
)

MOST_REMEMBERED = 200_000
"""Different cells of one column whose meaning is kept from one part of a file to the next."""
MOST_UNKNOWN = 10_000
"""Different labels that are looked up in vain before a column is given up: it holds something else."""
LABELS_SHOWN = 40
BLANK = "(blank)"
STORED: Mapping[str, str] = {"integer": "Int64", "boolean": "boolean", "date": "datetime64[us]"}

Refuse = Callable[[np.ndarray, str], None]
"""Told which places of a part are refused, and why."""


UNKNOWN, TOTAL = -1, -2
"""Places of a label that nobody has mapped, and of one that means all categories together: no category is stored for it."""


class CategoryBinding:
    """Labels to categories; what nobody has mapped is counted for the report."""

    def __init__(self, column: Column, dimension: Dimension, name: str, dataset: Dataset, there: bool) -> None:
        footnotes = dataset.layout is not None and dataset.layout.footnotes
        self._labels = Labels(column, dimension, footnotes)
        self._dimension, self._name, self._dataset, self._there = dimension, name, dataset.id, there
        self._blank_is_total = dataset.grain == "published" and name != dataset.indicator and column.blank is None
        self._type = pd.CategoricalDtype(list(dimension.ids))
        self._places = {category: place for place, category in enumerate(self._type.categories)}
        self._known: dict[str, int] = {}
        self._unknown: Counter[str] = Counter()

    def bind(self, cells: pd.Series) -> pd.Series:
        codes, distinct = pd.factorize(cells)
        meant = np.array([self._place(str(label)) for label in distinct] + [self._blank()], dtype="int64")
        rows = _rows_of_each(codes, len(distinct))
        for place in np.flatnonzero(meant[:-1] == UNKNOWN).tolist():
            self._unknown[str(distinct[place])] += int(rows[place])
        blank = int((codes < 0).sum())
        if blank and meant[-1] == UNKNOWN and self._there:
            self._unknown[BLANK] += blank
        filled = pd.Categorical.from_codes(np.maximum(meant, UNKNOWN)[codes], dtype=self._type)
        return pd.Series(filled, index=cells.index)

    def _place(self, label: str) -> int:
        if folded(label) in self._labels.totals:
            return TOTAL
        if label not in self._known:
            category = self._labels.category(label) if len(self._unknown) < MOST_UNKNOWN else None
            if len(self._known) >= MOST_REMEMBERED:
                return self._places.get(category or "", UNKNOWN)
            self._known[label] = self._places.get(category or "", UNKNOWN)
        return self._known[label]

    def _blank(self) -> int:
        return TOTAL if self._blank_is_total else self._places.get(self._labels.blank or "", UNKNOWN)

    def problem(self) -> str | None:
        if not self._unknown:
            return None
        ordered = sorted(self._unknown.items(), key=lambda item: (-item[1], item[0]))
        listed = ", ".join(f"'{label}' ({n} rows)" for label, n in ordered[:LABELS_SHOWN])
        more = f" and {len(ordered) - LABELS_SHOWN:,} more" if len(ordered) > LABELS_SHOWN else ""
        say = "1 label is" if len(ordered) == 1 else f"{len(ordered):,} labels are"
        return (
            f"{say} not mapped to '{self._dimension.id}': {listed}{more}. Say what each means under columns.{self._name}.recode"
            f"{' (and .blank)' if BLANK in self._unknown else ''} in config/datasets/{self._dataset}.yaml; "
            f"categories: {', '.join(self._dimension.ids)}.{self._signs()}"
        )

    def _signs(self) -> str:
        """Labels that would be known without what may be the sign of a footnote."""
        bare = {label: without_sign(label) for label in self._unknown}
        known = [f"'{label}' as '{word}'" for label, word in bare.items() if word is not None and self._labels.category(word) is not None]
        return f" `layout: {{footnotes: true}}` would read {', '.join(known[:LABELS_SHOWN])}." if known else ""

    def note(self) -> str | None:
        """What was read otherwise than it stands there."""
        return self._labels.note(self._name)


class ValueBinding:
    """Numbers, days, yes/no and text; a cell that is not understood, or is empty where that is refused, refuses its row."""

    def __init__(self, column: Column, heading: str, real_dates: bool, day_numbers: bool) -> None:
        self._column, self._heading = column, heading
        parsers: dict[str, Parser] = {
            "number": parse_percentage(column.percentages) if column.percentages else parse_number,
            "money": parse_number,
            "integer": parse_whole,
            "boolean": parse_yes_no,
            "date": date_parser(column.date_format, real_dates, day_numbers),
        }
        self._parse = parsers.get(column.type)
        self._known: dict[str, Any] = {}
        """Cell to its value, or to the reason why it is refused."""
        self._month_first = self._day_first = False
        self._signs: set[str] = set()

    def bind(self, cells: pd.Series, refuse: Refuse) -> pd.Series:
        if self._column.empty == "reject" and (empty := cells.isna().to_numpy()).any():
            refuse(empty, f"{self._heading}: empty")
        if self._parse is None:
            return cells
        codes, distinct = pd.factorize(cells)
        values = [self._value(str(cell)) for cell in distinct]
        why = np.array([str(value) if isinstance(value, NotUnderstood) else "" for value in values] + [""], dtype=object)
        for reason in sorted(set(why) - {""}):
            refuse((why == reason)[codes], f"{self._heading}: {reason}")
        values = [None if isinstance(value, NotUnderstood) else value for value in values]
        typed = pd.Series([*values, None], dtype=STORED.get(self._column.type, "float64")).take(codes)  # the last stands for empty cells
        typed.index = cells.index
        self._check_limits(typed, refuse)
        return typed

    def _value(self, cell: str) -> Any:
        if cell in self._known:
            return self._known[cell]
        self._look(cell)
        value = _understood(self._parse, cell) if self._parse else cell
        if len(self._known) < MOST_REMEMBERED:
            self._known[cell] = value
        return value

    def _look(self, cell: str) -> None:
        """Faults that only the whole column shows: months written first, or two currencies."""
        if self._column.type == "date" and self._column.date_format is None:
            month, day = month_evidence(cell)
            self._month_first |= month
            self._day_first |= day
        if self._column.type == "money":
            self._signs |= {sign for sign in CURRENCIES if sign in cell}

    def _check_limits(self, typed: pd.Series, refuse: Refuse) -> None:
        if self._column.type not in ("number", "money", "integer"):
            return
        for limit, outside, word in (
            (self._column.minimum, typed.lt(self._column.minimum or 0), "below the minimum"),
            (self._column.maximum, typed.gt(self._column.maximum or 0), "above the maximum"),
        ):
            if limit is not None and (found := outside.fillna(False).to_numpy(dtype="bool")).any():
                refuse(found, f"{self._heading}: {word} {limit:g}")

    def problems(self) -> list[str]:
        said = []
        if self._month_first and not self._day_first:
            said.append(
                "days seem to be written month/day/year. If so, add date_format: '%m/%d/%Y' to this column; day/month/year is the rule."
            )
        if len(self._signs) > 1:
            said.append(f"amounts in several currencies ({' '.join(sorted(self._signs))}). Convert them to one before loading.")
        return said


def _understood(parse: Parser, cell: str) -> Any:
    try:
        return parse(cell)
    except NotUnderstood as reason:
        return NotUnderstood(cure(cell) or str(reason))
    except (ValueError, OverflowError):
        return NotUnderstood("not understood")


class BandBinding:
    """The band of each number; of a day, the band of the whole years completed since then."""

    def __init__(self, name: str, dimension: Dimension) -> None:
        self._name, self._dimension = name, dimension
        self._type = pd.CategoricalDtype(list(dimension.ids))
        self._outside = 0

    def bind(self, values: pd.Series, as_at: pd.Series) -> pd.Series:
        numbers = _completed_years(as_at, values) if values.dtype.kind == "M" else values
        codes, distinct = pd.factorize(numbers)
        unknown = next(iter(self._dimension.unknown), None)
        bands = [self._dimension.band(float(number)) for number in distinct]
        rows = _rows_of_each(codes, len(distinct))
        self._outside += sum(int(n) for n, band in zip(rows, bands, strict=True) if band is None)
        filled = [band or unknown for band in bands] + [unknown]
        meant = np.array([self._type.categories.get_loc(band) if band else -1 for band in filled], dtype="int64")
        return pd.Series(pd.Categorical.from_codes(meant[codes], dtype=self._type), index=values.index)

    def note(self) -> str | None:
        if not self._outside:
            return None
        return f"{self._outside:,} rows have a {self._name} outside every band of {self._dimension.id}: they count as not known there."


def _rows_of_each(codes: np.ndarray, distinct: int) -> np.ndarray:
    """How many rows hold each different cell; -1 is an empty one."""
    return np.bincount(codes[codes >= 0], minlength=distinct)


def _completed_years(day: pd.Series, since: pd.Series) -> pd.Series:
    """Whole years from one day to another, missing where either is."""
    before = (day.dt.month < since.dt.month) | ((day.dt.month == since.dt.month) & (day.dt.day < since.dt.day))
    years: pd.Series = day.dt.year - since.dt.year - before.astype("int64")
    return years.where(day.notna() & since.notna())
