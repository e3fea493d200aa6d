"""Rows that hold numbers of people, unfolded: one row for each answer that anybody gave, with how many gave it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from metrics.definitions.answers import ANSWER_HEADING, PEOPLE_HEADING
from metrics.definitions.dataset import Answers, Dataset
from metrics.errors import InputError, Problem
from metrics.ingest.cells import WORDS
from metrics.ingest.labels import folded
from metrics.ingest.people import Where
from metrics.ingest.reading import Extract

WRONG = "\0wrong"
"""Column of why a row is refused before its cells are read."""


def unfold(extract: Extract, answers: Answers) -> Extract:
    """The same extract with a row for each answer and each row of the file, under the two headings of `metrics.definitions.answers`.

    A row without any answer stands for nobody: its organisation made no return on this question.

    Raises
    ------
    InputError : a heading is missing
    """
    there = {folded(heading): heading for heading in extract.headings}
    wanted = (
        [answers.label, answers.people]
        if answers.label is not None and answers.people is not None
        else [*answers.source, *(part for parts in answers.made_of.values() for part in parts), *answers.total]
    )
    wanted = [*wanted, *answers.only]
    missing = [heading for heading in dict.fromkeys(wanted) if folded(heading) not in there]
    if missing:
        listed = ", ".join(extract.headings[:30])
        where, row = extract.where(), extract.header_row
        say = [Problem(where, f"no heading '{heading}' (answers). There are: {listed}.", row) for heading in missing]
        raise InputError(say, "Nothing was stored. Correct `answers:` in the dataset's definition, or the file.")
    found = {heading: there[folded(heading)] for heading in wanted}

    def read(columns: Sequence[str] | None) -> Iterator[pd.DataFrame]:
        kept = None if columns is None else [c for c in columns if c not in (ANSWER_HEADING, PEOPLE_HEADING)]
        asked = None if kept is None else list(dict.fromkeys([*kept, *found.values()]))
        about = False
        for every in extract.parts(asked):
            part = _about_this(every, answers, found)
            about |= len(part) > 0
            unfolded = _unfolded if answers.label is None else _tall
            yield unfolded(part, answers, found, list(kept if kept is not None else part.columns))
        if answers.only and not about:
            raise _about_nothing(extract, answers)

    return replace(extract, headings=(*extract.headings, ANSWER_HEADING, PEOPLE_HEADING), read=read)


def _about_nothing(extract: Extract, answers: Answers) -> InputError:
    asked = "; ".join(f"'{heading}' is {' or '.join(map(repr, words))}" for heading, words in answers.only.items())
    found = Problem(extract.where(), f"no row is about what is asked for (answers: only): {asked}.")
    return InputError([found], "Nothing was stored. Write the words as they stand in the file.")


def _about_this(part: pd.DataFrame, answers: Answers, found: dict[str, str]) -> pd.DataFrame:
    """The rows that are about this question, where a table holds several."""
    for heading, admitted in answers.only.items():
        words = {folded(word) for word in admitted}
        part = part[part[found[heading]].map(lambda cell, words=words: pd.notna(cell) and folded(str(cell)) in words).astype(bool)]
    return part


def _unfolded(part: pd.DataFrame, answers: Answers, found: dict[str, str], kept: list[str]) -> pd.DataFrame:
    numbers = {heading: _whole(part[own]) for heading, own in found.items()}
    filled = {heading: _filled(numbers, heading, answers) for heading in answers.source}
    given = pd.DataFrame(filled, index=part.index)
    wrong = _wrong(given, numbers, answers)
    pieces = []
    for heading, category in answers.source.items():
        here = given[heading].notna() & (wrong == "")
        pieces.append(_told(part.loc[here, kept], category, given.loc[here, heading].astype("int64").astype(str)))
    refused = wrong != ""
    pieces.append(_told(part.loc[refused, kept], None, "0", wrong[refused]))
    rows = pd.concat(pieces).sort_index(kind="stable")
    return rows.astype({ANSWER_HEADING: WORDS, PEOPLE_HEADING: WORDS})


def _tall(part: pd.DataFrame, answers: Answers, found: dict[str, str], kept: list[str]) -> pd.DataFrame:
    """A row holds one answer already: its words become a category, its number the people."""
    categories = {folded(words): category for words, category in answers.source.items()}
    answer = part[found[str(answers.label)]].map(lambda cell: categories.get(folded(str(cell))) if pd.notna(cell) else None)
    people = _whole(part[found[str(answers.people)]])
    given = people.notna()
    wrong = pd.Series("", index=part.index, dtype=object)
    wrong[answer.isna()] = "the answer is not one of those listed under `answers: from`"
    wrong[people < 0] = "not a whole number of people"
    fine = given & (wrong == "")
    rows = pd.concat(
        [
            _told(part.loc[fine, kept], answer[fine], people[fine].astype("int64").astype(str)),
            _told(part.loc[given & (wrong != ""), kept], None, "0", wrong[given & (wrong != "")]),
        ]
    ).sort_index(kind="stable")
    return rows.astype({ANSWER_HEADING: WORDS, PEOPLE_HEADING: WORDS})


def _told(rows: pd.DataFrame, answer: pd.Series | str | None, people: pd.Series | str, wrong: pd.Series | str = "") -> pd.DataFrame:
    told = rows.copy()
    told[ANSWER_HEADING], told[PEOPLE_HEADING], told[WRONG] = answer, people, wrong
    return told


def _whole(cells: pd.Series) -> pd.Series:
    """Whole numbers; missing where the cell is empty, and below nothing where it is no whole number."""
    numbers = pd.to_numeric(cells.astype(object).map(lambda c: c.replace(",", "").strip() if isinstance(c, str) else c), errors="coerce")
    bad = cells.notna() & (numbers.isna() | (numbers < 0) | (numbers % 1 != 0))
    return numbers.astype("float64").mask(bad, -1.0)


def _filled(numbers: dict[str, pd.Series], heading: str, answers: Answers) -> pd.Series:
    own = numbers[heading]
    parts = answers.made_of.get(heading)
    return own if not parts else own.fillna(pd.DataFrame({p: numbers[p] for p in parts}).sum(axis=1, min_count=1))


def _wrong(given: pd.DataFrame, numbers: dict[str, pd.Series], answers: Answers) -> pd.Series:
    """Why each row is refused; empty where it is not."""
    why = pd.Series("", index=given.index, dtype=object)
    unclear = (pd.DataFrame(numbers) < 0).any(axis=1)
    why[unclear] = "an answer is not a whole number of people"
    if answers.total:
        total = pd.DataFrame({h: numbers[h] for h in answers.total}).bfill(axis=1).iloc[:, 0]
        together = given.sum(axis=1, min_count=1)
        differs = together.notna() & total.notna() & (together != total) & ~unclear
        why[differs] = "the answers do not add up to the total: a group and its parts both filled, or an answer missing"
    return why


def given_twice(dataset: Dataset, rows: pd.DataFrame, where: Sequence[Where]) -> list[Problem]:
    """Two rows of one unit and day: their people would be counted twice. `where` has the places of each file's rows.

    Where rows are events (the applications for one post, and for the next), a unit stands on as many rows as it has events.
    """
    if dataset.answers is None or dataset.grain == "event":
        return []
    returns = rows[["as_at", "unit", "file", "row_number"]].drop_duplicates()
    twice = returns[returns.duplicated(["as_at", "unit"], keep=False)]
    if dataset.answers.label is not None:
        twice = _answers_twice(dataset, dataset.answers, rows)
    found = []
    for (day, unit), group in twice.groupby(["as_at", "unit"], observed=True, sort=False):
        places = ", ".join(where[f](n) for f, n in zip(group["file"].tolist(), group["row_number"].tolist(), strict=True))
        say = f"'{unit}' stands on each of these rows as at {pd.Timestamp(str(day)).date()}: its people would count twice."
        found.append(Problem(places, say))
    return found


def _answers_twice(dataset: Dataset, answers: Answers, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of one unit, day and set of categories, where there are more of them than the answer has words."""
    words = pd.Series(list(answers.source.values())).value_counts()
    categories = [name for name, column in dataset.columns.items() if column.type == "category"]
    held = rows.groupby(["as_at", "unit", *categories], observed=True, dropna=False)["row_number"].transform("size")
    allowed = rows[answers.column].astype(object).map(words).fillna(0)
    return rows.loc[held > allowed, ["as_at", "unit", "file", "row_number"]]
