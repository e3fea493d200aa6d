"""One extract's text to typed rows under canonical names, part by part, with every refused row and every label that nobody has mapped."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Column, Dataset
from metrics.definitions.pay_columns import WORKED_OUT
from metrics.errors import Problem
from metrics.ingest.answers import WRONG
from metrics.ingest.bindings import LABELS_SHOWN, BandBinding, CategoryBinding, ValueBinding
from metrics.ingest.cells import WORDS
from metrics.ingest.labels import folded
from metrics.ingest.missing import MissingBinding
from metrics.ingest.placing import Places, Unplaced
from metrics.ingest.reading import Extract
from metrics.ingest.sheet_shape import headings_by_word
from metrics.sources.tables import missing_column

YEAR_OR_MONTH = r"^([0-9]{4})(?:-([0-9]{2}))?$"
FINANCIAL_YEAR = re.compile(r"([0-9]{4}) ?(?:-|/|to) ?(?:[0-9]{2})?([0-9]{2})")
LAST_DAY = {"month": pd.offsets.MonthEnd(0), "quarter": pd.offsets.QuarterEnd(0), "year": pd.offsets.YearEnd(0)}
Told = Callable[[int], None]
"""How many rows were read so far."""
AS_AT = "datetime64[us]"


@dataclass
class Bound:
    """What an extract came to. One with problems must not be stored.

    `good` holds the accepted rows, indexed by row number in the file, with `as_at, person_id, unit` and every stored column;
    labels, units and bands are categories, so that a million rows stay small.
    """

    extract: Extract
    good: pd.DataFrame = field(default_factory=pd.DataFrame)
    refused: pd.DataFrame = field(default_factory=pd.DataFrame)
    """The refused rows as they were, and why in a column that is named by `REASON`."""
    refused_people: pd.DataFrame = field(default_factory=pd.DataFrame)
    """`as_at` and `person_id` of the refused rows."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why rows were refused, and how many."""
    first_rows: dict[str, int] = field(default_factory=dict)
    """The first row of each reason."""
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        return len(self.refused)

    @property
    def rows(self) -> int:
        return len(self.good) + len(self.refused)


REASON = "\0reason"
"""The column of reasons: no heading holds this character."""


def bind_rows(
    configuration: Configuration, dataset: Dataset, extract: Extract, as_at: dt.date | None, told: Told = lambda _: None
) -> Bound:
    """Type an extract's cells as its dataset's definition says. Nothing is guessed and nothing is left out in silence.

    Raises
    ------
    InputError : a row further down cannot be read
    """
    bound = Bound(extract)
    headings = _find_headings(dataset, bound)
    if bound.problems:
        return bound
    binding = _Binding(configuration, dataset, extract, headings, as_at)
    good: list[pd.DataFrame] = []
    refused: list[pd.DataFrame] = []
    people: list[pd.DataFrame] = []
    read = 0
    for raw in extract.parts(list(dict.fromkeys(headings.values()))):
        part = _Part(raw)
        typed = binding.bind(part)
        wrong = part.wrong
        good.append(typed.loc[~wrong] if wrong.any() else typed)
        if wrong.any():
            refused.append(part.refused(bound))
            people.append(typed.loc[wrong, ["as_at", "person_id"]])
        if binding.failed:  # only what is wrong is still of interest
            good.clear()
        read += len(raw)
        told(read)
    bound.problems += binding.problems()
    bound.notes += binding.notes()
    if not bound.problems:
        bound.good = pd.concat(good)
        bound.refused, bound.refused_people = (pd.concat(parts) if parts else pd.DataFrame() for parts in (refused, people))
    return bound


class _Part:
    """Some rows, and why some of them are refused."""

    def __init__(self, raw: pd.DataFrame) -> None:
        self.raw = raw
        self._why: dict[int, list[str]] = defaultdict(list)

    def refuse(self, places: np.ndarray, reason: str) -> None:
        for place in np.flatnonzero(places):
            self._why[int(place)].append(reason)

    @property
    def wrong(self) -> np.ndarray:
        found = np.zeros(len(self.raw), dtype="bool")
        found[list(self._why)] = True
        return found

    def refused(self, bound: Bound) -> pd.DataFrame:
        rows = self.raw.iloc[sorted(self._why)].copy()
        for place in sorted(self._why):
            for reason in self._why[place]:
                bound.reasons[reason] += 1
                bound.first_rows.setdefault(reason, int(self.raw.index[place]))
        rows[REASON] = pd.Series(["; ".join(self._why[place]) for place in sorted(self._why)], index=rows.index, dtype="str")
        return rows


class _Binding:
    """Every column of a dataset, bound to the headings of one extract."""

    def __init__(
        self, configuration: Configuration, dataset: Dataset, extract: Extract, headings: Mapping[str, str], as_at: dt.date | None
    ) -> None:
        self._configuration, self._dataset, self._extract, self._headings, self._day = configuration, dataset, extract, headings, as_at
        self._units = UnitBinder(configuration, dataset)
        self._columns: dict[str, CategoryBinding | ValueBinding] = {}
        self._missing = {
            name: MissingBinding(words, headings.get(dataset.columns[name].source, name))
            for name in dataset.columns
            if (words := dataset.missing_in(name))
        }
        self._bands: dict[str, BandBinding] = {}
        for name, column in dataset.columns.items():
            there = column.source in headings
            if column.type == "category":
                self._columns[name] = CategoryBinding(column, configuration.finest(dataset.id, name), name, dataset, there)
            else:
                self._columns[name] = self._values(column, headings.get(column.source, column.source))
            if column.band:
                self._bands[name] = BandBinding(name, configuration.dimensions[column.band])
        self._dates = self._values(Column.model_validate({"from": dataset.as_at or "as_at", "type": "date", "empty": "reject"}), "")
        if dataset.as_at:
            given = {"from": dataset.as_at, "type": "date", "empty": "reject"}
            self._dates = self._values(Column.model_validate(given), headings[dataset.as_at])

    def _values(self, column: Column, heading: str) -> ValueBinding:
        return ValueBinding(column, heading, self._extract.real_dates, self._extract.day_numbers)

    def bind(self, part: _Part) -> pd.DataFrame:
        raw, bound = part.raw, {}
        if WRONG in raw:
            for reason in raw[WRONG][raw[WRONG] != ""].unique():
                part.refuse((raw[WRONG] == reason).to_numpy(), reason)
        bound["as_at"] = self._as_at(part)
        bound["person_id"] = self._person_id(part)
        bound["unit"] = self._units.bind(raw[self._unit_headings], bound["as_at"])
        for name, column in self._dataset.columns.items():
            cells = self._cells(raw, column.source)
            if name in self._missing:
                bound[missing_column(name)] = meant = self._missing[name].of(cells)
                cells = cells.where(meant.isna())
            binding = self._columns[name]
            bound[name] = binding.bind(cells) if isinstance(binding, CategoryBinding) else binding.bind(cells, part.refuse)
        for name, band in self._bands.items():
            bound[str(self._dataset.columns[name].band)] = band.bind(bound[name], bound["as_at"])
        return pd.DataFrame(bound, index=raw.index)

    @property
    def _unit_headings(self) -> list[str]:
        return [self._headings[source] for source in self._dataset.unit.source] if self._dataset.unit else []

    def _cells(self, raw: pd.DataFrame, source: str) -> pd.Series:
        if source in self._headings:
            return raw[self._headings[source]]
        return _nothing(raw)

    def _as_at(self, part: _Part) -> pd.Series:
        if self._dataset.as_at is None:
            return pd.Series(pd.Timestamp(self._day or dt.date.min), index=part.raw.index, dtype=AS_AT)
        cells = part.raw[self._headings[self._dataset.as_at]]
        if self._dataset.as_at_end_of is None:
            return self._dates.bind(cells, part.refuse)
        if self._dataset.as_at_end_of == "financial_year":
            ends = cells.map(_last_of_march, na_action="ignore").astype(WORDS)
            if (wrong := (cells.notna() & ends.isna()).to_numpy()).any():
                part.refuse(wrong, f"{self._dataset.as_at}: not a financial year; accepted: 2017-18, 2017/18, 2017 to 2018")
            return self._dates.bind(ends.where(~wrong, "1900-01-01"), part.refuse)
        whole = cells.str.strip().str.replace(YEAR_OR_MONTH, lambda found: f"{found[1]}-{found[2] or '01'}-01", regex=True)
        return self._dates.bind(whole, part.refuse) + LAST_DAY[self._dataset.as_at_end_of]

    def _person_id(self, part: _Part) -> pd.Series:
        if self._dataset.person_id == "absent":
            return _nothing(part.raw)
        ids: pd.Series = part.raw[self._headings[self._dataset.person_id]]
        if (missing := ids.isna().to_numpy()).any():
            part.refuse(missing, f"{self._dataset.person_id}: no person identifier")
        return ids

    @property
    def failed(self) -> bool:
        """Labels are unknown already: nothing further down can mend that."""
        return self._units.problem() is not None or any(
            binding.problem() is not None for binding in self._columns.values() if isinstance(binding, CategoryBinding)
        )

    def problems(self) -> list[Problem]:
        """What is wrong so far, in the order of the definition."""
        found: list[Problem] = []
        if self._dataset.as_at:
            found += self._problems(self._dataset.as_at, self._dates.problems())
        if (say := self._units.problem()) and self._dataset.unit:
            found += self._problems(self._dataset.unit.source[-1], [say])
        for name, column in self._dataset.columns.items():
            binding = self._columns[name]
            said = binding.problems() if isinstance(binding, ValueBinding) else [binding.problem()]
            found += self._problems(column.source, said)
        return found

    def _problems(self, source: str, said: list[Any]) -> list[Problem]:
        where = self._extract.where(heading=self._headings.get(source))
        return [Problem(where, say) for say in said if say]

    def notes(self) -> list[str]:
        lacking = [
            f"no heading '{column.source}': {name} is empty on every row (columns.{name}.from in config/datasets/{self._dataset.id}.yaml)."
            for name, column in self._dataset.columns.items()
            if column.source not in self._headings and not column.source.startswith(WORKED_OUT)
        ]
        labels = [binding.note() for binding in self._columns.values() if isinstance(binding, CategoryBinding)]
        missing = [binding.note() for binding in self._missing.values()]
        said = [self._extract.shape.note(), self._units.note(), *lacking, *(b.note() for b in self._bands.values()), *labels, *missing]
        return [note for note in said if note]


def _nothing(raw: pd.DataFrame) -> pd.Series:
    nothing: pd.Series = pd.Series(np.nan, index=raw.index, dtype=WORDS)
    return nothing


def _last_of_march(words: str) -> str | None:
    """The last day of a financial year that is written 2017-18, 2017/18 or 2017 to 2018; None for anything else."""
    found = FINANCIAL_YEAR.fullmatch(words)
    follows = found is not None and (int(found[1]) + 1) % 100 == int(found[2])
    return f"{int(found[1]) + 1}-03-31" if found is not None and follows else None


class UnitBinder:
    """The unit that each row's words mean, on the row's day."""

    def __init__(self, configuration: Configuration, dataset: Dataset) -> None:
        self._root = configuration.organisation.root.id
        self._dataset = dataset
        self._type = pd.CategoricalDtype([unit.id for unit in configuration.organisation.units])
        self._codes = {unit.id: code for code, unit in enumerate(configuration.organisation.units)}
        footnotes = dataset.layout is not None and dataset.layout.footnotes
        self._places = Places(configuration.organisation, dataset.unit, footnotes)
        self._found: dict[tuple[Any, ...], int] = {}
        self._reasons: dict[tuple[Any, ...], str] = {}
        self._unplaced: Counter[tuple[str, str]] = Counter()
        self._blank = 0

    def bind(self, words: pd.DataFrame, as_at: pd.Series) -> pd.Series:
        if not len(words.columns):
            codes = np.full(len(words), self._place((), None))
            return pd.Series(pd.Categorical.from_codes(codes, dtype=self._type), index=words.index)
        self._blank += int(words.isna().all(axis=1).sum())
        numbered = [pd.factorize(words[column]) for column in words] + [pd.factorize(as_at)]
        together = pd.MultiIndex.from_arrays([codes for codes, _ in numbered])
        which, combinations = pd.factorize(together)
        meant = np.empty(len(combinations), dtype="int64")
        rows = np.bincount(which, minlength=len(combinations))
        for n, places in enumerate(combinations):
            labels = tuple(str(distinct[p]) if p >= 0 else None for p, (_, distinct) in zip(places, numbered[:-1], strict=False))
            day = pd.Timestamp(numbered[-1][1][places[-1]]).date() if places[-1] >= 0 else None
            meant[n] = self._place(labels, day, int(rows[n]))
        return pd.Series(pd.Categorical.from_codes(meant[which], dtype=self._type), index=words.index)

    def _place(self, labels: tuple[str | None, ...], day: dt.date | None, rows: int = 0) -> int:
        key = (*labels, day)
        if key not in self._found:
            unit: str | None = self._root
            try:
                if labels and day is not None:
                    unit = self._places.unit(labels, day)
            except Unplaced as reason:
                unit, self._reasons[key] = None, str(reason)
            self._found[key] = self._codes[unit] if unit else -1
        if self._found[key] < 0:
            self._unplaced[" > ".join(word for word in labels if word), self._reasons[key]] += rows
        return self._found[key]

    def note(self) -> str | None:
        return f"{self._blank} rows name no unit: they count for the whole council only." if self._blank else None

    def problem(self) -> str | None:
        if not self._unplaced:
            return None
        ordered = sorted(self._unplaced.items(), key=lambda item: (-item[1], item[0]))
        listed = "; ".join(f"'{label}' ({n} rows): {why}" for (label, why), n in ordered[:LABELS_SHOWN])
        more = f"; and {len(ordered) - LABELS_SHOWN} more" if len(ordered) > LABELS_SHOWN else ""
        advice = f"Add units to organisation.csv, or name theirs under unit.recode in config/datasets/{self._dataset.id}.yaml."
        say = "1 label names" if len(ordered) == 1 else f"{len(ordered)} labels name"
        return f"{say} no unit: {listed}{more}. {advice}"


def _find_headings(dataset: Dataset, bound: Bound) -> dict[str, str]:
    """Wanted heading to the extract's own; case and spacing do not matter. What is missing is a problem."""
    there = headings_by_word(bound.extract.headings, dataset.layout is not None and dataset.layout.footnotes)
    wanted: dict[str, str] = {column.source: f"columns.{name}.from" for name, column in dataset.columns.items() if column.required}
    wanted |= dict.fromkeys(dataset.unit.source if dataset.unit else (), "unit.from")
    if dataset.person_id != "absent":
        wanted[dataset.person_id] = "person_id"
    if dataset.as_at:
        wanted[dataset.as_at] = "as_at"
    for heading, key in wanted.items():
        if folded(heading) not in there:
            say = _missing(heading, key, there, dataset.id)
            bound.problems.append(Problem(bound.extract.where(), say, bound.extract.header_row))
    everything = [*wanted, *(column.source for column in dataset.columns.values())]
    return {heading: there[folded(heading)] for heading in everything if folded(heading) in there}


def _missing(heading: str, key: str, there: Mapping[str, str], dataset: str) -> str:
    near = difflib.get_close_matches(folded(heading), list(there), 1, 0.6)
    hint = f" Did you mean '{there[near[0]]}'?" if near else ""
    listed = ", ".join(list(there.values())[:30])
    return f"no heading '{heading}' ({key} in config/datasets/{dataset}.yaml).{hint} There are: {listed}."
