"""One file's text to typed rows under canonical names, with every refused row and every label that nobody has mapped."""

from __future__ import annotations

import datetime as dt
import difflib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Column, Dataset
from metrics.definitions.dimension import Dimension
from metrics.errors import Problem
from metrics.ingest.labels import Labels, folded
from metrics.ingest.placing import Places, Unplaced
from metrics.ingest.reading import RawTable
from metrics.ingest.values import (
    CURRENCIES,
    Parser,
    completed_years,
    date_parser,
    parse_cells,
    parse_number,
    parse_whole,
    parse_yes_no,
    seems_month_first,
)

LABELS_SHOWN = 40
BLANK = "(blank)"


@dataclass
class Bound:
    """What a file came to.

    `frame` is indexed by row number in the file and has `as_at, person_id, unit` and every stored column; refused rows are
    still in it. `reasons` tells, per refused row, what was wrong. A file with problems must not be stored.
    """

    raw: RawTable
    frame: pd.DataFrame
    reasons: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def good(self) -> pd.DataFrame:
        return self.frame.loc[~self.frame.index.isin(list(self.reasons))]


def bind_rows(configuration: Configuration, dataset: Dataset, raw: RawTable, as_at: dt.date | None) -> Bound:
    """Type a file's cells as its dataset's definition says. Nothing is guessed and nothing is left out in silence."""
    bound = Bound(raw, pd.DataFrame(index=raw.frame.index))
    headings = _find_headings(dataset, bound)
    if bound.problems:
        return bound
    bound.frame["as_at"] = _as_at(dataset, bound, headings, as_at)
    bound.frame["person_id"] = _person_id(dataset, bound, headings)
    bound.frame["unit"] = _units(configuration, dataset, bound, headings)
    for name, column in dataset.columns.items():
        heading = headings.get(column.source)
        if heading is None:
            bound.notes.append(_lacking(column.source, name, dataset.id))
        cells = raw.frame[heading] if heading else pd.Series(pd.NA, index=raw.frame.index, dtype="str")
        if column.type == "category":
            bound.frame[name] = _categories(configuration, dataset, name, cells, bound, heading)
        else:
            bound.frame[name] = _typed(column, cells, bound, heading or column.source)
    for name, column in dataset.columns.items():
        if column.band:
            bound.frame[column.band] = _bands(bound, name, column, configuration.dimensions[column.band])
    return bound


def _find_headings(dataset: Dataset, bound: Bound) -> dict[str, str]:
    """Wanted heading to the file's own; case and spacing do not matter. What is missing is a problem."""
    there = {folded(str(heading)): str(heading) for heading in bound.raw.frame.columns}
    wanted: dict[str, str] = {column.source: f"columns.{name}.from" for name, column in dataset.columns.items() if column.required}
    wanted |= dict.fromkeys(dataset.unit.source if dataset.unit else (), "unit.from")
    if dataset.person_id != "absent":
        wanted[dataset.person_id] = "person_id"
    if dataset.as_at:
        wanted[dataset.as_at] = "as_at"
    for heading, key in wanted.items():
        if folded(heading) not in there:
            bound.problems.append(Problem(bound.raw.where(), _missing(heading, key, there, dataset.id), bound.raw.header_row))
    everything = [*wanted, *(column.source for column in dataset.columns.values())]
    return {heading: there[folded(heading)] for heading in everything if folded(heading) in there}


def _missing(heading: str, key: str, there: Mapping[str, str], dataset: str) -> str:
    near = difflib.get_close_matches(folded(heading), list(there), 1, 0.6)
    hint = f" Did you mean '{there[near[0]]}'?" if near else ""
    listed = ", ".join(list(there.values())[:30])
    return f"no heading '{heading}' ({key} in config/datasets/{dataset}.yaml).{hint} There are: {listed}."


def _lacking(heading: str, name: str, dataset: str) -> str:
    return f"no heading '{heading}': {name} is empty on every row (columns.{name}.from in config/datasets/{dataset}.yaml)."


def _as_at(dataset: Dataset, bound: Bound, headings: Mapping[str, str], as_at: dt.date | None) -> pd.Series:
    index = bound.frame.index
    if dataset.as_at is None:
        return pd.Series(pd.Timestamp(as_at or dt.date.min), index=index, dtype="datetime64[us]")
    heading = headings[dataset.as_at]
    column = Column.model_validate({"from": dataset.as_at, "type": "date", "empty": "reject"})
    return _typed(column, bound.raw.frame[heading], bound, heading)


def _person_id(dataset: Dataset, bound: Bound, headings: Mapping[str, str]) -> pd.Series:
    if dataset.person_id == "absent":
        return pd.Series(pd.NA, index=bound.frame.index, dtype="str")
    ids = bound.raw.frame[headings[dataset.person_id]]
    for row in ids.index[ids.isna()]:
        bound.reasons[row].append(f"{dataset.person_id}: no person identifier")
    return ids


def _units(configuration: Configuration, dataset: Dataset, bound: Bound, headings: Mapping[str, str]) -> pd.Series:
    root = configuration.organisation.root.id
    if dataset.unit is None:
        return pd.Series(root, index=bound.frame.index, dtype="str")
    columns = [headings[source] for source in dataset.unit.source]
    words = bound.raw.frame[columns].astype(object).where(bound.raw.frame[columns].notna(), None)
    keys = list(zip(*(words[c] for c in columns), bound.frame["as_at"], strict=True))
    places = Places(configuration.organisation, dataset.unit)
    found: dict[Any, str | None] = {}
    unplaced: dict[tuple[str, str], int] = defaultdict(int)
    why: dict[Any, str] = {}
    for key in keys:
        if key not in found:
            try:
                found[key] = places.unit(key[:-1], key[-1].date()) if not pd.isna(key[-1]) else root
            except Unplaced as reason:
                found[key], why[key] = None, str(reason)
        if found[key] is None:
            unplaced[" > ".join(w for w in key[:-1] if w), why[key]] += 1
    if unplaced:
        bound.problems.append(Problem(bound.raw.where(heading=columns[-1]), _unplaced_words(unplaced, dataset.id)))
    blank = int(words.isna().all(axis=1).sum())
    if blank:
        bound.notes.append(f"{blank} rows name no unit: they count for the whole council only.")
    return pd.Series([found[key] for key in keys], index=bound.frame.index, dtype="str")


def _unplaced_words(unplaced: Mapping[tuple[str, str], int], dataset: str) -> str:
    ordered = sorted(unplaced.items(), key=lambda item: (-item[1], item[0]))
    listed = "; ".join(f"'{label}' ({n} rows): {why}" for (label, why), n in ordered[:LABELS_SHOWN])
    more = f"; and {len(ordered) - LABELS_SHOWN} more" if len(ordered) > LABELS_SHOWN else ""
    advice = f"Add units to organisation.csv, or name theirs under unit.recode in config/datasets/{dataset}.yaml."
    say = "1 label names" if len(ordered) == 1 else f"{len(ordered)} labels name"
    return f"{say} no unit: {listed}{more}. {advice}"


def _categories(
    configuration: Configuration, dataset: Dataset, name: str, cells: pd.Series, bound: Bound, heading: str | None
) -> pd.Series:
    column = dataset.columns[name]
    dimension = configuration.finest(dataset.id, name)
    labels = Labels(column, dimension)
    counts = cells.value_counts()
    found = {str(label): labels.category(str(label)) for label in counts.index}
    unknown = {label: int(counts[label]) for label, category in found.items() if category is None}
    blank = int(cells.isna().sum())
    if blank and labels.blank is None and heading is not None:
        unknown[BLANK] = blank
    if unknown:
        bound.problems.append(Problem(bound.raw.where(heading=heading), _unknown_words(unknown, dimension, dataset.id, name)))
    filled = [found.get(cell) if isinstance(cell, str) else labels.blank for cell in cells]
    return pd.Series(filled, index=cells.index, dtype="str")


def _unknown_words(unknown: Mapping[str, int], dimension: Dimension, dataset: str, name: str) -> str:
    ordered = sorted(unknown.items(), key=lambda item: (-item[1], item[0]))
    listed = ", ".join(f"'{label}' ({n} rows)" for label, n in ordered[:LABELS_SHOWN])
    more = f" and {len(ordered) - LABELS_SHOWN} more" if len(ordered) > LABELS_SHOWN else ""
    say = "1 label is" if len(ordered) == 1 else f"{len(ordered)} labels are"
    return (
        f"{say} not mapped to '{dimension.id}': {listed}{more}. Say what each means under columns.{name}.recode"
        f"{' (and .blank)' if BLANK in unknown else ''} in config/datasets/{dataset}.yaml; categories: {', '.join(dimension.ids)}."
    )


def _typed(column: Column, cells: pd.Series, bound: Bound, heading: str) -> pd.Series:
    """Numbers, days, yes/no and text; a cell that is not understood, or is empty where that is refused, refuses its row."""
    if column.empty == "reject":
        for row in cells.index[cells.isna()]:
            bound.reasons[row].append(f"{heading}: empty")
    if column.type == "text":
        return cells
    parsers: dict[str, Parser] = {
        "number": parse_number,
        "money": parse_number,
        "integer": parse_whole,
        "boolean": parse_yes_no,
        "date": date_parser(column.date_format, bound.raw.real_dates),
    }
    values, refused = parse_cells(cells, parsers[column.type])
    for row, cell in cells[cells.isin(list(refused))].items():
        bound.reasons[int(str(row))].append(f"{heading}: {refused[str(cell)]}")
    _check_column(column, cells, bound, heading)
    types = {"integer": "Int64", "boolean": "boolean", "date": "datetime64[us]"}
    typed = pd.Series(values, index=cells.index, dtype=types.get(column.type, "float64"))
    _check_limits(column, typed, bound, heading)
    return typed


def _check_column(column: Column, cells: pd.Series, bound: Bound, heading: str) -> None:
    """Faults that only the whole column shows: months written first, or two currencies."""
    distinct = [str(cell) for cell in cells.dropna().unique()]
    if column.type == "date" and column.date_format is None and seems_month_first(distinct):
        say = "days seem to be written month/day/year. If so, add date_format: '%m/%d/%Y' to this column; day/month/year is the rule."
        bound.problems.append(Problem(bound.raw.where(heading=heading), say))
    if column.type == "money":
        signs = sorted({sign for sign in CURRENCIES if any(sign in cell for cell in distinct)})
        if len(signs) > 1:
            say = f"amounts in several currencies ({' '.join(signs)}). Convert them to one before loading."
            bound.problems.append(Problem(bound.raw.where(heading=heading), say))


def _check_limits(column: Column, typed: pd.Series, bound: Bound, heading: str) -> None:
    if column.type not in ("number", "money", "integer"):
        return
    for limit, outside, word in (
        (column.minimum, typed.lt(column.minimum or 0), "below the minimum"),
        (column.maximum, typed.gt(column.maximum or 0), "above the maximum"),
    ):
        if limit is not None:
            for row in typed.index[outside.fillna(False).astype(bool)]:
                bound.reasons[row].append(f"{heading}: {word} {limit:g}")


def _bands(bound: Bound, name: str, column: Column, dimension: Dimension) -> pd.Series:
    """The band of each number; of a day, the band of the whole years completed since then."""
    unknown = next(iter(dimension.unknown), None)
    if column.type == "date":
        pairs = zip(bound.frame["as_at"], bound.frame[name], strict=True)
        numbers: Sequence[Any] = [completed_years(d.date(), v.date()) if not (pd.isna(d) or pd.isna(v)) else None for d, v in pairs]
    else:
        numbers = bound.frame[name].tolist()
    bands = {number: dimension.band(float(number)) for number in set(numbers) if not pd.isna(number)}
    outside = sum(1 for number in numbers if not pd.isna(number) and bands[number] is None)
    if outside:
        bound.notes.append(f"{outside} rows have a {name} outside every band of {dimension.id}: they count as not known there.")
    filled = [(bands[number] or unknown) if not pd.isna(number) else unknown for number in numbers]
    return pd.Series(filled, index=bound.frame.index, dtype="str")
