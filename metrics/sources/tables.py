"""The tables that hold a council's rows: declared from the dataset's definition, never read back from the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Double, Integer, MetaData, Table, Text, func, select, text
from sqlalchemy.schema import DropTable
from sqlalchemy.types import TypeEngine

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import COLUMN_LATER, COLUMN_WORDS
from metrics.definitions.dataset import Column as Declared
from metrics.errors import SourceError
from metrics.sources.engine import Source

SNAPSHOTS = Table(
    "snapshots",
    MetaData(),
    Column("dataset", Text, nullable=False),
    Column("as_at", Date, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("loaded_at", DateTime, nullable=False),
    Column("files", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("purged_at", DateTime),
)
"""One row per dataset and day: what was loaded, from which files (a JSON list of names), under which definition, and since when its
rows are gone (empty while they are there)."""

KEPT_COLUMNS = ("as_at", "row_number", "person_id", "unit", "counts_once")
"""Columns of every dataset's table, before its own."""


def storage_type(column: Declared) -> TypeEngine[Any]:
    """The database type of one canonical column."""
    types: dict[str, TypeEngine[Any]] = {
        "number": Double(),
        "money": Double(),
        "integer": BigInteger(),
        "date": Date(),
        "boolean": Boolean(),
    }
    return types.get(column.type, Text())


def storage_column(configuration: Configuration, dataset_id: str, column: str) -> str:
    """The stored column to group by: the band of a banded column, otherwise the column itself."""
    return configuration.datasets[dataset_id].columns[column].band or column


def missing_column(column: str) -> str:
    """Where it is kept why a value of the column is missing."""
    return f"{column}_missing"


def dataset_table(configuration: Configuration, dataset_id: str) -> Table:
    """`ds_<dataset>`: one row per row of the extract and snapshot day.

    as_at, row_number (in the file), person_id (missing when the extract has none), unit (never missing),
    counts_once (the row in which the person is counted), then every canonical column, every band, and why values are missing where
    the definition names words for that.
    """
    own: dict[str, TypeEngine[Any]] = {}
    dataset = configuration.datasets[dataset_id]
    for name, declared in dataset.columns.items():
        own[name] = storage_type(declared)
    for declared in dataset.columns.values():
        if declared.band:
            own[declared.band] = Text()
    own |= {missing_column(name): Text() for name in own if name in dataset.columns and dataset.missing_in(name)}
    return Table(
        f"ds_{dataset_id}",
        MetaData(),
        Column("as_at", Date, nullable=False),
        Column("row_number", Integer, nullable=False),
        Column("person_id", Text),
        Column("unit", Text, nullable=False),
        Column("counts_once", Boolean, nullable=False),
        *(Column(name, kind) for name, kind in own.items()),
    )


WORDS: Mapping[str, Any] = {"filled_in_by": True, "marks": True, "columns": {"__all__": set(COLUMN_WORDS)}}
"""Keys of a dataset by which no file is read: they tell people what it holds, or belong to datasets into which nothing is loaded."""


LATER = frozenset({"top_earners", "edition", "subject", "publisher", "licence", "indicator", "layout", "missing"})
"""Keys that the first datasets did not have: one that is not used leaves what was loaded as it is."""


def definition_fingerprint(configuration: Configuration, dataset_id: str) -> str:
    """Hash of all that decides how a file is read: the dataset, the dimensions it fills, and the organisation's units."""
    dataset = configuration.datasets[dataset_id]
    used = {configuration.finest(dataset_id, name).id for name, c in dataset.columns.items() if c.type == "category" or c.band}
    read_by = dataset.model_dump(mode="json", by_alias=True, exclude=dict(WORDS))
    columns = {
        name: {key: value for key, value in column.items() if key not in COLUMN_LATER or value}
        for name, column in read_by["columns"].items()
    }
    said = [
        {**{key: value for key, value in read_by.items() if key not in LATER or value}, "columns": columns},
        [configuration.dimensions[name].model_dump(mode="json", by_alias=True) for name in sorted(used)],
        [(u.id, u.name, u.parent, str(u.valid_from), str(u.valid_to)) for u in configuration.organisation.units],
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def prepare_tables(source: Source, configuration: Configuration, dataset_id: str) -> None:
    """Create what is missing and add columns that the definition gained. Call it inside a transaction.

    A column whose type changed is rebuilt when no other snapshot would lose its values; otherwise this refuses.
    """
    prepare_register(source)
    table = dataset_table(configuration, dataset_id)
    there = source.columns(table.name)
    if there and _changed_type(source, table, there):
        _refuse_if_held(source, table, there, dataset_id)
        source.execute(DropTable(table))
        there = {}
    if not there:
        source.create(table)
        return
    _add_columns(source, table, there)


def prepare_register(source: Source) -> None:
    """The register of loads, with the columns that it gained since it was made. Call it inside a transaction."""
    there = source.columns(SNAPSHOTS.name)
    if there:
        _add_columns(source, SNAPSHOTS, there)
    else:
        source.create(SNAPSHOTS)


def _add_columns(source: Source, table: Table, there: Mapping[str, str]) -> None:
    for column in table.columns:
        if column.name not in there:
            quoted = source.dialect.identifier_preparer
            kind = column.type.compile(dialect=source.dialect)
            source.execute(text(f"ALTER TABLE {quoted.quote(table.name)} ADD COLUMN {quoted.quote(column.name)} {kind}"))


FAMILIES = {
    "text": ("VARCHAR", "TEXT"),
    "number": ("DOUBLE", "DOUBLE PRECISION", "FLOAT"),
    "whole": ("BIGINT", "INTEGER"),
    "day": ("DATE",),
    "flag": ("BOOLEAN",),
}
"""Databases spell one type in several ways."""


def _family(kind: str) -> str:
    return next((name for name, spellings in FAMILIES.items() if kind.upper() in spellings), kind)


def _changed_type(source: Source, table: Table, there: dict[str, str]) -> list[str]:
    return [
        column.name
        for column in table.columns
        if column.name in there and _family(there[column.name]) != _family(column.type.compile(dialect=source.dialect))
    ]


def _refuse_if_held(source: Source, table: Table, there: dict[str, str], dataset_id: str) -> None:
    loaded = (SNAPSHOTS.c.dataset == dataset_id, SNAPSHOTS.c.purged_at.is_(None))
    held = source.fetch(select(func.count().label("n")).select_from(SNAPSHOTS).where(*loaded))
    if int(held["n"].iloc[0]):
        names = ", ".join(_changed_type(source, table, there))
        raise SourceError(
            f"Dataset '{dataset_id}' changed the type of: {names}. Rows of earlier dates are stored with the old type.",
            "Give the column a new name in the dataset's definition, or load every date again into a new database file.",
        )
