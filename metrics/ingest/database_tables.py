"""A table or view of a council's own database as an extract: typed values as words, in the same road as a file's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b, sha256

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from metrics.definitions.dataset import Dataset, TableBinding
from metrics.errors import InputError, Problem
from metrics.ingest.cells import NoWords, text_frame, words_of
from metrics.ingest.labels import folded
from metrics.ingest.reading import MAX_ROWS, Extract, RawTable, in_one_piece
from metrics.sources.council_database import CouncilDatabase, Relation, Row, rows_of

INSPECTED = 200_000
"""Rows that are looked at before a table has a definition."""
SEPARATOR, MISSING = "\x1f", "\0"


def open_database_table(database: CouncilDatabase, dataset: Dataset, as_at: dt.date | None) -> Extract:
    """The table that a dataset names. Only the columns that the dataset names are read, in the order of the person identifier.

    Raises
    ------
    InputError : no such table, or two columns that differ in capital letters only
    SourceError : the database cannot be reached, or refuses
    """
    assert dataset.table is not None
    relation = _relation(database, dataset.table)
    own = {folded(column): column for column in relation.columns}
    order = own.get(folded(dataset.person_id)) if dataset.person_id != "absent" else None
    heading = own.get(folded(dataset.as_at)) if dataset.as_at else None
    day = (heading, as_at) if heading and as_at else None
    return _extract(database, relation, order, day)


def read_database_table(database: CouncilDatabase, table: TableBinding) -> RawTable:
    """The first rows of a table, all columns, to look at."""
    relation = _relation(database, table)
    raw = in_one_piece(_extract(database, relation, None, None, INSPECTED))
    if len(raw.frame) == INSPECTED:
        raw.notes = (*raw.notes, f"Only the first {INSPECTED:,} rows were looked at.")
    return raw


def _relation(database: CouncilDatabase, table: TableBinding) -> Relation:
    relation = database.find(table.in_schema, table.name)
    seen: dict[str, str] = {}
    problems = []
    for column in relation.columns:
        if (other := seen.setdefault(folded(column), column)) != column:
            say = f"columns '{other}' and '{column}' differ in capital letters or spaces only. Give the view other names for them."
            problems.append(Problem(str(relation), say))
    if problems:
        raise InputError(problems)
    return relation


def _extract(
    database: CouncilDatabase, relation: Relation, order: str | None, day: tuple[str, dt.date] | None, most: int | None = None
) -> Extract:
    def parts(wanted: Sequence[str] | None) -> Iterator[pd.DataFrame]:
        columns = [column for column in relation.columns if wanted is None or column in wanted]
        select = rows_of(relation, columns, order, day).limit(most)
        content = _Content(columns)
        number = 0
        for rows in database.rows(select, relation):
            frame = content.add(_words(relation, columns, rows), columns, number)
            number += len(rows)
            if number > MAX_ROWS:
                raise InputError(Problem(str(relation), f"holds more than {MAX_ROWS:,} rows."), "Use a view with fewer.")
            yield frame
        if not number:
            of_day = f" of {day[1]:%d %B %Y}" if day else ""
            raise InputError(Problem(str(relation), f"holds no rows{of_day} that this account may see."), "Nothing was stored.")
        extract.sha256 = content.sha256

    extract = Extract(
        name=f"{relation} in {database.name}",
        headings=tuple(relation.columns),
        format="table",
        encoding="",
        delimiter="",
        sheet="",
        header_row=0,
        real_dates=True,
        sha256="",
        notes=(f"Rows are numbered in the order of {order}.",) if order else (),
        read=parts,
    )
    return extract


def _words(relation: Relation, columns: Sequence[str], rows: Sequence[Row]) -> list[pa.Array]:
    words = []
    wrong = []
    for name, values in zip(columns, zip(*rows, strict=True), strict=True):
        try:
            words.append(words_of(values))
        except NoWords:
            wrong.append(Problem(f"{relation} [{name}]", "holds lists, records or bytes, not one value a row."))
    if wrong:
        raise InputError(wrong, "Leave the column out of the view, or give it one value a row.")
    return words


class _Content:
    """A hash of the rows in whatever order they come: a database promises none."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = list(columns)
        self._sum = self._rows = 0

    def add(self, words: list[pa.Array], columns: Sequence[str], before: int) -> pd.DataFrame:
        rows = pc.binary_join_element_wise(
            *words, pa.scalar(SEPARATOR, pa.large_string()), null_handling="replace", null_replacement=MISSING
        )
        for row in rows.to_pylist():
            self._sum += int.from_bytes(blake2b(row.encode("utf-8", "surrogatepass"), digest_size=16).digest())
        self._rows += len(rows)
        return text_frame(words, columns, np.arange(before + 1, before + 1 + len(rows)))

    @property
    def sha256(self) -> str:
        said: Mapping[str, object] = {"columns": self._columns, "rows": self._rows, "sum": self._sum % 2**128}
        return sha256(repr(said).encode()).hexdigest()
