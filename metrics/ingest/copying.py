"""A whole store of rows about people into another, empty one: all of it in one transaction, in tables for their owner alone."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from metrics.definitions.configuration import Configuration
from metrics.errors import InputError
from metrics.sources.engine import Source
from metrics.sources.snapshots import read_register, registered_datasets, write_snapshot
from metrics.sources.tables import dataset_table, prepare_tables

Told = Callable[[str, int, int], None]


def copy_rows(configuration: Configuration, source: Source, other: Source, progress: Told = lambda *_: None) -> int:
    """Rows and register of every dataset of the configuration; how many rows there were.

    Raises
    ------
    InputError : the other store already holds something; nothing of it was touched
    """
    copied = 0
    with other.begin():
        if there := registered_datasets(other):
            raise InputError(
                f"The other database ({other.where}) already holds rows of: {', '.join(there)}. Nothing was copied.",
                "Leave --copy out to compare what is there, or name an empty database or schema.",
            )
        for done, dataset in enumerate(datasets := [d for d in configuration.datasets if read_register(source, d)]):
            progress(f"{dataset}: copying", done, len(datasets))
            table = dataset_table(configuration, dataset)
            prepare_tables(other, configuration, dataset)
            for piece in source.pieces(select(table)):
                other.insert(table, piece)
                copied += len(piece)
            for snapshot in read_register(source, dataset):
                write_snapshot(other, snapshot)
    return copied
