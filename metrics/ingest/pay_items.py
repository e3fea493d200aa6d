"""Payroll rows, one per employee and pay code, folded: one row a person with hourly pay, bonus pay and whether leave reduced it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from metrics.definitions.dataset import Dataset
from metrics.definitions.pay_columns import BONUS, BONUS_PAID, BONUS_PAY, HOURLY_PAY, NO_BONUS, PAY_STATUS, STATUS_OF, WORKED_OUT
from metrics.definitions.pay_items import Lengths, PayItems
from metrics.errors import InputError, Problem
from metrics.ingest.answers import WRONG
from metrics.ingest.bindings import LABELS_SHOWN
from metrics.ingest.cells import WORDS
from metrics.ingest.labels import bare, folded
from metrics.ingest.reading import Extract
from metrics.ingest.values import NotUnderstood, parse_number, parse_yes_no
from metrics.statistics.statutory_pay import HOURLY_DECIMALS, PERIOD_DAYS, WEEK_DAYS, weekly_hours

SPELLINGS = {
    "week": ("week", "weekly", "1 week", "w"),
    "fortnight": ("fortnight", "fortnightly", "2 weekly", "two weekly", "bi weekly", "biweekly", "2 weeks", "f"),
    "four_weeks": ("four weeks", "4 weekly", "four weekly", "4 weeks", "lunar", "lunar month"),
    "month": ("month", "monthly", "calendar month", "calendar monthly", "m"),
    "quarter": ("quarter", "quarterly", "3 months", "q"),
    "year": ("year", "yearly", "annual", "annually", "12 months", "per annum", "pa", "y"),
}
"""Usual words for lengths of time, as `bare` leaves them."""
KNOWN_LENGTHS = {word: length for length, words in SPELLINGS.items() for word in words}
EFFECTS = tuple(STATUS_OF)
WORKED = (HOURLY_PAY, BONUS_PAY, BONUS_PAID, PAY_STATUS)
LONGEST = 3660
"""Days: ten years."""


def fold(extract: Extract, dataset: Dataset) -> Extract:
    """The same extract with a row a person, and headings for what was worked out (`metrics.definitions.pay_columns`).

    Cells that describe a person come from the first of the person's rows in which they are filled; where they differ, the person is
    refused. Amounts, hours and limits that cannot be right refuse the person, too.

    Raises
    ------
    InputError : a heading is missing; every pay code, length of time or leave label that nobody has mapped, all at once with its rows
    """
    items = dataset.pay_items
    assert items is not None
    there = {folded(heading): heading for heading in extract.headings}
    wanted = [*items.headings, *([dataset.person_id] if dataset.person_id != "absent" else [])]
    missing = [
        Problem(extract.where(), f"no heading '{h}' (pay_items.{items.headings.get(h, 'person_id')}).", extract.header_row)
        for h in wanted
        if folded(h) not in there
    ]
    if missing:
        raise InputError(missing, f"There are: {', '.join(extract.headings[:30])}. Correct `pay_items:` in the dataset, or the file.")
    found = {heading: there[folded(heading)] for heading in wanted}
    virtual = tuple(WORKED_OUT + name for name in WORKED)

    def read(columns: Sequence[str] | None) -> Iterator[pd.DataFrame]:
        kept = [h for h in (extract.headings if columns is None else columns) if h not in virtual]
        rows = pd.concat(list(extract.parts(list(dict.fromkeys([*kept, *found.values()])))))
        yield _Folding(extract, dataset, items, found, rows).people(kept)

    return replace(extract, headings=(*extract.headings, *virtual), read=read)


@dataclass
class _Folding:
    """One file's rows on their way to people. Every array has a place for each row of the file, or for each person."""

    extract: Extract
    dataset: Dataset
    items: PayItems
    found: dict[str, str]
    rows: pd.DataFrame

    def __post_init__(self) -> None:
        self.person, self.first = self._people()
        self.many = len(self.first)
        self.wrong: list[tuple[np.ndarray, str]] = []
        self.problems: list[Problem] = []

    def cells(self, heading: str) -> pd.Series:
        return self.rows[self.found[heading]]

    def _people(self) -> tuple[np.ndarray, np.ndarray]:
        """The person of each row, and the first row of each person. A row without an identifier is a person of its own, to be refused."""
        if self.dataset.person_id == "absent":
            return np.arange(len(self.rows)), np.arange(len(self.rows))
        ids = self.cells(self.dataset.person_id)
        day = self.rows[self.extract_as_at] if self.extract_as_at else None
        keys = [pd.factorize(ids)[0], *([pd.factorize(day)[0]] if day is not None else [])]
        keys.append(np.where(keys[0] < 0, np.arange(len(ids)), -1))
        person, _ = pd.factorize(pd.MultiIndex.from_arrays(keys))
        return person, np.unique(person, return_index=True)[1]

    @property
    def extract_as_at(self) -> str | None:
        """The file's own heading of the snapshot day, where it has one."""
        if self.dataset.as_at is None:
            return None
        return next((h for h in self.rows.columns if folded(str(h)) == folded(self.dataset.as_at)), None)

    def people(self, kept: list[str]) -> pd.DataFrame:
        ordinary, bonus, in_period = self._weekly()
        hours, status = self._hours(), self._status()
        frame = self._described(kept)
        if self.problems:
            raise InputError(self.problems, "Every pay code and label of the file needs a meaning; nothing was stored.")
        with np.errstate(divide="ignore", invalid="ignore"):
            hourly = np.round((ordinary + in_period) / hours, HOURLY_DECIMALS)
        hourly[~(hours > 0) | (ordinary + in_period == 0)] = np.nan
        self.refuse(ordinary + in_period < 0, "the amounts of the pay period add up to less than nothing")
        self.refuse(bonus < 0, "the bonuses of the year add up to less than nothing")
        worked = {
            HOURLY_PAY: _text(hourly),
            BONUS_PAY: _text(np.where(bonus > 0, np.round(bonus, 2), np.nan)),
            BONUS_PAID: np.where(bonus > 0, BONUS, NO_BONUS),
            PAY_STATUS: np.array([STATUS_OF[e] for e in EFFECTS], dtype=object)[status],
        }
        for name, values in worked.items():
            frame[WORKED_OUT + name] = pd.Series(values, index=frame.index, dtype=WORDS)
        frame[WRONG] = self._reasons()
        return frame

    def refuse(self, people: np.ndarray, reason: str) -> None:
        if people.any():
            self.wrong.append((people, reason))

    def _any(self, rows: np.ndarray) -> np.ndarray:
        """People of whom any row is so."""
        return np.bincount(self.person[rows], minlength=self.many) > 0

    def _sum(self, amounts: np.ndarray) -> np.ndarray:
        return np.bincount(self.person, weights=amounts, minlength=self.many)

    def _weekly(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of each person: ordinary pay a week, bonus pay of the year, and bonus pay a week of the pay period."""
        days = self._days(self.items.pay_period, "pay_period")
        bonus_days = self._days(self.items.bonus_period, "bonus_period") if self.items.bonus_period else days
        bonus_days = np.where(np.isnan(bonus_days), days, bonus_days)
        within = self._within()
        ordinary, bonus, in_period = (np.zeros(self.many) for _ in range(3))
        for amounts, ordinary_rows, bonus_rows in self._amounts():
            self._need_days(days, ordinary_rows & within & (amounts != 0))
            with np.errstate(invalid="ignore"):
                ordinary += self._sum(np.where(ordinary_rows & within, np.nan_to_num(amounts * WEEK_DAYS / days), 0))
                in_period += self._sum(np.where(bonus_rows & within, np.nan_to_num(amounts * WEEK_DAYS / bonus_days), 0))
            bonus += self._sum(np.where(bonus_rows, amounts, 0))
        return np.round(ordinary, 9), np.round(bonus, 9), np.round(in_period, 9)

    def _need_days(self, days: np.ndarray, rows: np.ndarray) -> None:
        self.refuse(self._any(np.isnan(days) & rows), f"{self.items.pay_period.source}: empty, so the pay period is not known")

    def _amounts(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Amount of each row, whether it is ordinary pay, and whether it is a bonus: once, or once for each heading of amounts."""
        if self.items.amounts:
            for heading, treatment in self.items.amounts.items():
                alike = np.full(len(self.rows), treatment)
                yield self._numbers(heading), alike == "ordinary", alike == "bonus"
            return
        kind = self._mapped(str(self.items.code), self.items.codes, "pay_items.codes", "a treatment: ordinary, bonus or excluded")
        amounts = self._numbers(str(self.items.amount))
        blank = self.cells(str(self.items.amount)).isna().to_numpy()
        self.refuse(self._any(blank), f"{self.items.amount}: empty")
        yield amounts, kind == "ordinary", kind == "bonus"

    def _within(self) -> np.ndarray:
        """Whether each row was paid in the pay period."""
        if self.items.in_period in (None, "always"):
            return np.ones(len(self.rows), dtype=bool)
        heading = str(self.items.in_period)
        codes, distinct = pd.factorize(self.cells(heading))
        said = [_yes(str(cell)) for cell in distinct]
        bad = np.array([word is None for word in said] + [True])[codes]
        self.refuse(self._any(bad), f"{heading}: empty, or neither yes nor no")
        return np.array([bool(word) for word in said] + [False])[codes]

    def _numbers(self, heading: str) -> np.ndarray:
        """Numbers of a heading by row, 0 where it is empty; people with one that is not understood are refused."""
        codes, distinct = pd.factorize(self.cells(heading))
        values = [_number(str(cell)) for cell in distinct]
        numbers = np.array([*(0.0 if v is None else v for v in values), 0.0])
        bad = np.array([v is None for v in values] + [False])[codes]
        self.refuse(self._any(bad), f"{heading}: not a number; accepted: 1234.5, 1,234.50, £1,234")
        return np.asarray(numbers[codes])

    def _mapped(self, heading: str, meanings: Mapping[str, str], key: str, what: str, blank: str = "") -> np.ndarray:
        """What each row's word means; words that nobody has mapped are a problem of the whole file, told with their rows."""
        known = {folded(word): meaning for word, meaning in meanings.items()}
        codes, distinct = pd.factorize(self.cells(heading))
        meant = [known.get(folded(str(word)), "") for word in distinct]
        strange = Counter({str(word): int((codes == n).sum()) for n, word in enumerate(distinct) if not meant[n]})
        if (codes < 0).any() and not blank:
            strange["(blank)"] = int((codes < 0).sum())
        if strange:
            self.problems.append(Problem(self.extract.where(heading=self.found[heading]), self._unmapped(strange, key, what)))
        return np.array([*meant, blank], dtype=object)[codes]

    def _unmapped(self, strange: Counter[str], key: str, what: str) -> str:
        ordered = sorted(strange.items(), key=lambda item: (-item[1], item[0]))
        listed = ", ".join(f"'{word}' ({rows:,} rows)" for word, rows in ordered[:LABELS_SHOWN])
        more = f" and {len(ordered) - LABELS_SHOWN:,} more" if len(ordered) > LABELS_SHOWN else ""
        return f"without {what}: {listed}{more}. Add to {key} in config/datasets/{self.dataset.id}.yaml."

    def _days(self, lengths: Lengths | None, key: str) -> np.ndarray:
        """Days that each row's amount is for; missing where the cell is empty."""
        if lengths is None or lengths.source is None:
            return np.full(len(self.rows), PERIOD_DAYS[lengths.length] if lengths is not None and lengths.length else np.nan)
        own = {folded(word): length for word, length in lengths.recode.items()}
        codes, distinct = pd.factorize(self.cells(lengths.source))
        days = [_length_days(str(word), own) for word in distinct]
        strange = Counter({str(word): int((codes == n).sum()) for n, word in enumerate(distinct) if days[n] is None})
        if strange:
            what = f"a length of time ({', '.join(PERIOD_DAYS)}, or a number of days)"
            said = self._unmapped(strange, f"pay_items.{key}.recode", what)
            self.problems.append(Problem(self.extract.where(heading=self.found[lengths.source]), said))
        return np.array([*(np.nan if d is None else d for d in days), np.nan])[codes]

    def _hours(self) -> np.ndarray:
        """Weekly hours of each person; missing where nothing says them."""
        hours = self.items.hours
        found = np.full(self.many, np.nan if hours.fixed is None else hours.fixed)
        if hours.contract:
            found = self._of_person(hours.contract)
        if hours.weeks:
            worked = np.column_stack([self._of_person(heading) for heading in hours.weeks])
            fair = self._of_person(hours.fair) if hours.fair else np.full(self.many, np.nan)
            for place in np.flatnonzero(~np.isnan(worked).all(axis=1)):
                average = weekly_hours(np.nan_to_num(worked[place]).tolist(), None if np.isnan(fair[place]) else float(fair[place]))
                found[place] = np.nan if average is None else average
        self.refuse(found > 168, "more working hours than a week has")
        return found

    def _of_person(self, heading: str) -> np.ndarray:
        """A number that describes a person, from the person's first filled row; two different ones refuse the person."""
        numbers = np.where(self.cells(heading).isna(), np.nan, self._numbers(heading))
        filled = np.flatnonzero(~np.isnan(numbers))
        found = np.full(self.many, np.nan)
        found[self.person[filled[::-1]]] = numbers[filled[::-1]]  # the first row is written last
        self.refuse(self._any(~np.isnan(numbers) & (numbers != found[self.person])), _two(heading))
        return found

    def _status(self) -> np.ndarray:
        """Place in `EFFECTS` of each person: what weighs most in any of the person's rows."""
        leave = self.items.leave
        if leave is None:
            return np.zeros(self.many, dtype=np.int64)
        meant = self._mapped(leave.source, leave.recode, "pay_items.leave.recode", f"an effect on pay: {', '.join(EFFECTS)}", leave.blank)
        weight = np.array([EFFECTS.index(str(effect)) if effect else 0 for effect in meant], dtype=np.int64)
        found = np.zeros(self.many, dtype=np.int64)
        np.maximum.at(found, self.person, weight)
        return found

    def _described(self, kept: list[str]) -> pd.DataFrame:
        """One row a person of the columns that describe people."""
        own = {self.found[h] for h in self.items.headings}
        frame = self.rows.iloc[self.first][kept].copy()
        if self.many == len(self.rows):
            return frame
        for heading in kept:
            if heading in own:
                continue
            codes, distinct = pd.factorize(self.rows[heading])
            filled = np.flatnonzero(codes >= 0)
            first = np.full(self.many, -1)
            first[self.person[filled[::-1]]] = codes[filled[::-1]]
            self.refuse(self._any((codes >= 0) & (codes != first[self.person])), _two(heading))
            frame[heading] = pd.Series([*distinct, None], dtype=WORDS).take(first).set_axis(frame.index)
        return frame

    def _reasons(self) -> np.ndarray:
        reasons = np.full(self.many, "", dtype=object)
        for people, reason in self.wrong:
            for place in np.flatnonzero(people):
                reasons[place] = f"{reasons[place]}; {reason}" if reasons[place] else reason
        return reasons


def _two(heading: str) -> str:
    return f"{heading}: the rows of one person say different things"


def _text(values: np.ndarray) -> list[str | None]:
    return [None if value != value else f"{value:.{HOURLY_DECIMALS}f}" for value in values.tolist()]


def _number(cell: str) -> float | None:
    try:
        return parse_number(cell)
    except NotUnderstood:
        return None


def _yes(cell: str) -> bool | None:
    try:
        return bool(parse_yes_no(cell))
    except NotUnderstood:
        return None


def _length_days(word: str, own: Mapping[str, str]) -> float | None:
    """Days of a length of time, in the council's words, in usual ones, or as a number."""
    length = own.get(folded(word)) or KNOWN_LENGTHS.get(bare(word))
    if length is not None:
        return PERIOD_DAYS[length]
    days = _number(word)
    return days if days is not None and 0 < days <= LONGEST else None
