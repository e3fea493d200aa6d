"""Published tables put in order: rows about something else left alone, numbers of several kinds set apart, wide tables made long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from metrics.definitions.layout import Apart, Layout, Unfold
from metrics.errors import InputError, Problem
from metrics.ingest.answers import WRONG
from metrics.ingest.area_codes import same_area
from metrics.ingest.cells import WORDS
from metrics.ingest.labels import folded, without_sign
from metrics.ingest.reading import Extract
from metrics.ingest.sheet_shape import headings_by_word


def in_order(extract: Extract, layout: Layout) -> Extract:
    """The same extract as `layout` says that it is to be read, under the headings that it chooses.

    Raises
    ------
    InputError : a heading is missing, or one that is chosen is there already
    """
    steps = [_Only(layout.only, layout.footnotes)] if layout.only else []
    made: list[_Step] = [*steps, *([_Apart(layout.apart)] if layout.apart else []), *([_Unfold(layout.unfold)] if layout.unfold else [])]
    for step in made:
        extract = _after(extract, step, layout.footnotes)
    return extract


def _after(extract: Extract, step: _Step, footnotes: bool) -> Extract:
    there = headings_by_word(extract.headings, footnotes)
    missing = [heading for heading in step.asks if folded(heading) not in there]
    if missing:
        listed, where, row = ", ".join(extract.headings[:30]), extract.where(), extract.header_row
        say = [Problem(where, f"no heading '{heading}' (layout.{step.key}). There are: {listed}.", row) for heading in missing]
        raise InputError(say, "Nothing was stored. Correct `layout:` in the dataset's definition, or the file.")
    found = {heading: there[folded(heading)] for heading in step.asks}
    kept = step.kept(extract.headings, found)
    twice = [heading for heading in step.chosen if folded(heading) in {folded(own) for own in kept}]
    if twice:
        say = [Problem(extract.where(), f"the file has a heading '{heading}' already (layout.{step.key}).") for heading in twice]
        raise InputError(say, "Nothing was stored. Choose another heading in the dataset's definition.")

    def read(columns: Sequence[str] | None) -> Iterator[pd.DataFrame]:
        wanted = kept if columns is None else [heading for heading in kept if heading in columns]
        asked = None if columns is None else list(dict.fromkeys([*wanted, *found.values()]))
        yield from step.of(extract, extract.parts(asked), wanted, found)

    return replace(extract, headings=(*kept, *step.chosen), read=read)


class _Step:
    """One thing that is done to every table: which headings it asks for, which it keeps, and which it makes."""

    key = ""
    asks: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()

    def kept(self, headings: Iterable[str], found: Mapping[str, str]) -> list[str]:
        return list(headings)

    def of(
        self, extract: Extract, parts: Iterator[pd.DataFrame], wanted: Sequence[str], found: Mapping[str, str]
    ) -> Iterator[pd.DataFrame]:
        raise NotImplementedError


@dataclass
class _Only(_Step):
    only: Mapping[str, Sequence[str]]
    footnotes: bool
    key = "only"

    def __post_init__(self) -> None:
        self.asks = tuple(self.only)

    def of(
        self, extract: Extract, parts: Iterator[pd.DataFrame], wanted: Sequence[str], found: Mapping[str, str]
    ) -> Iterator[pd.DataFrame]:
        about = False
        for part in parts:
            for heading, words in self.only.items():
                part = part[part[found[heading]].map(self._admitted(words), na_action="ignore").eq(True)]
            about |= len(part) > 0
            yield part
        if not about:
            asked = "; ".join(f"'{heading}' is {' or '.join(map(repr, words))}" for heading, words in self.only.items())
            say = Problem(extract.where(), f"no row is about what is asked for (layout.only): {asked}.")
            raise InputError(say, "Nothing was stored. Write the words as they stand in the file.")

    def _admitted(self, words: Sequence[str]) -> dict[str, bool] | _Admits:
        return _Admits({folded(code) for word in words for code in (word, *same_area(word))}, self.footnotes)


@dataclass
class _Admits:
    """Whether a cell holds one of some words."""

    words: set[str]
    footnotes: bool

    def __call__(self, cell: str) -> bool:
        if folded(cell) in self.words:
            return True
        bare = without_sign(cell) if self.footnotes else None
        return bare is not None and folded(bare) in self.words


@dataclass
class _Apart(_Step):
    apart: Apart
    key = "apart"

    def __post_init__(self) -> None:
        self.asks = (self.apart.value, self.apart.by)
        self.chosen = tuple(dict.fromkeys(self.apart.into.values()))

    def kept(self, headings: Iterable[str], found: Mapping[str, str]) -> list[str]:
        gone = {found[self.apart.value]} | (set() if self.apart.at_end else {found[self.apart.by]})
        return [heading for heading in headings if heading not in gone]

    def of(
        self, extract: Extract, parts: Iterator[pd.DataFrame], wanted: Sequence[str], found: Mapping[str, str]
    ) -> Iterator[pd.DataFrame]:
        rows = pd.concat(list(parts))
        if self.apart.at_end and found[self.apart.by] not in wanted:
            wanted = [*wanted, found[self.apart.by]]
        value, kind = rows[found[self.apart.value]], self._kinds(rows, found[self.apart.by])
        group = rows[list(wanted)].groupby(list(wanted), dropna=False, sort=False).ngroup() if wanted else pd.Series(0, index=rows.index)
        told = pd.DataFrame({"group": group, "kind": kind, "value": value})
        wrong = _Reasons(rows)
        wrong.add(kind.isna(), f"{self.apart.by}: says no kind of number that is known (layout.apart.into)")
        wrong.add(
            kind.notna() & told.duplicated(["group", "kind"], keep=False), f"{self.apart.value}: two numbers of one kind for the same"
        )
        fine = wrong.words == ""
        first = ~told["group"].where(fine).duplicated() & fine
        made = rows.loc[first, list(wanted)].copy()
        for heading in self.chosen:
            own = told[fine & (told["kind"] == heading)].set_index("group")["value"]
            made[heading] = told.loc[first, "group"].map(own).astype(WORDS)
        refused = rows.loc[~fine, list(wanted)].assign(**dict.fromkeys(self.chosen))
        made[WRONG], refused[WRONG] = "", wrong.words[~fine]
        yield pd.concat([made, refused]).sort_index(kind="stable").astype(dict.fromkeys(self.chosen, WORDS))

    def _kinds(self, rows: pd.DataFrame, by: str) -> pd.Series:
        """The heading that each row's number gets; missing where its word is not known. Words at the end of a label are taken off."""
        words = {folded(word): heading for word, heading in self.apart.into.items()}
        if not self.apart.at_end:
            return rows[by].map(lambda cell: words.get(folded(cell)), na_action="ignore").astype(object)
        ends = {label: _ending(label, words) for label in rows[by].dropna().unique()}
        kinds = rows[by].map(lambda cell: ends[cell][1], na_action="ignore").astype(object)
        rows[by] = rows[by].map(lambda cell: ends[cell][0], na_action="ignore").astype(WORDS)
        return kinds


def _ending(label: str, words: Mapping[str, str]) -> tuple[str, str | None]:
    """A label without the word that it ends in, and what that word stands for; the longest that fits counts."""
    plain = folded(label)
    word = max((word for word in words if plain.endswith(word)), key=len, default=None)
    if word is None:
        return label, None
    return label[: len(label.rstrip()) - len(word)].rstrip(), words[word]


@dataclass
class _Unfold(_Step):
    unfold: Unfold
    key = "unfold"

    def __post_init__(self) -> None:
        self.asks = tuple(self.unfold.source)
        self.chosen = (self.unfold.label, self.unfold.number)

    def kept(self, headings: Iterable[str], found: Mapping[str, str]) -> list[str]:
        gone = set(found.values())
        return [heading for heading in headings if heading not in gone]

    def of(
        self, extract: Extract, parts: Iterator[pd.DataFrame], wanted: Sequence[str], found: Mapping[str, str]
    ) -> Iterator[pd.DataFrame]:
        for part in parts:
            beside = [*wanted, *([WRONG] if WRONG in part else [])]
            pieces = []
            for heading, group in self.unfold.source.items():
                filled = part[part[found[heading]].notna()]
                told = filled[beside].copy()
                told[self.unfold.label], told[self.unfold.number] = group, filled[found[heading]]
                pieces.append(told)
            yield pd.concat(pieces).sort_index(kind="stable").astype(dict.fromkeys(self.chosen, WORDS))


class _Reasons:
    """Why each row is refused; empty where it is not."""

    def __init__(self, rows: pd.DataFrame) -> None:
        before: pd.Series | str = rows.get(WRONG, "")
        self.words = pd.Series(before, index=rows.index, dtype=object)

    def add(self, which: pd.Series, reason: str) -> None:
        self.words[which & (self.words == "")] = reason
