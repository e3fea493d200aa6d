"""A store filled from an archive, on either engine: all of it in one transaction, every row compared, every release read."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path

from sqlalchemy import Table, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from metrics.errors import InputError, NotCertified, SourceError
from metrics.releases.archive import TOLD_EVERY, Archive, Manifest, Told, check_archive, open_archive
from metrics.releases.database import Database
from metrics.releases.rows import ROWS_AT_ONCE, lines_of, row_of, stored_tables
from metrics.releases.schema import BATCHES, CELLS, RELEASES, VERSION, stored_version
from metrics.releases.seals import check_batches, check_release
from metrics.releases.snapshot import unpack, unpack_snapshot
from metrics.releases.upgrade import migrate

Lines = Callable[[str], Iterator[bytes]]
"""A table's name to its rows as lines."""


def restore_archive(database: Database, file: Path, replace: bool = False, told: Told = lambda *_: None) -> Manifest:
    """Fill a store from an archive. Every hash is checked before the store is touched; at any failure the store stays as it was.

    Raises
    ------
    InputError : not a whole archive, or the store holds releases and `replace` was not said
    SourceError : the store cannot be written
    """
    manifest = check_archive(file)
    with open_archive(file) as archive:
        if manifest.store_version == VERSION:
            _fill_store(database, archive, archive.lines, replace, told)
        else:
            _by_way_of_scratch(database, archive, replace, told)
    return manifest


def _by_way_of_scratch(database: Database, archive: Archive, replace: bool, told: Told) -> None:
    """An archive of an earlier version is filled into tables of its own version and upgraded there first."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Database(f"sqlite:///{folder}/scratch.sqlite")
        try:
            with scratch.changing() as connection, _refusing(archive):
                migrate(connection, archive.manifest.store_version)
                _check_columns(stored_tables(connection), archive.manifest)
                _fill(connection, archive.lines, archive.manifest.rows, lambda *_: None)
                migrate(connection, VERSION)
            with scratch.reading() as connection:
                tables = {table.name: table for table in stored_tables(connection)}
                _fill_store(database, archive, lambda name: lines_of(connection, tables[name]), replace, told)
        finally:
            scratch.close()


def _fill_store(database: Database, archive: Archive, lines: Lines, replace: bool, told: Told) -> None:
    with database.changing() as connection:
        version = stored_version(connection)
        if version is not None:
            database.check_version(version, older=True)
            _check_empty(database, connection, replace)
        if version != VERSION:
            migrate(connection, VERSION)
        with _refusing(archive), _rewriting(connection):
            tables = stored_tables(connection)
            if archive.manifest.store_version == VERSION:
                _check_columns(tables, archive.manifest)
            for table in reversed(tables):
                connection.execute(table.delete())
            _fill(connection, lines, archive.manifest.rows, told)
            _check_readable(connection)


@contextmanager
def _refusing(archive: Archive) -> Iterator[None]:
    """Rows that do not fit the tables or each other are the archive's fault, not the database's."""
    try:
        yield
    except (ValueError, TypeError, StatementError) as error:
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError):
            raise
        raise archive.damaged("its rows do not fit together") from error


def _check_empty(database: Database, connection: Connection, replace: bool) -> None:
    there = connection.scalar(select(func.count()).select_from(RELEASES)) or 0
    if there and not replace:
        latest = connection.scalar(select(RELEASES.c.id).order_by(RELEASES.c.sequence.desc()).limit(1))
        raise InputError(
            f"The release store {database.shown_url} holds {there} release{'s' if there > 1 else ''}, the newest {latest}. "
            "Nothing was restored.",
            "Restore into an empty store, or add --replace to put the archive in the place of all of them; make a backup first.",
        )


@contextmanager
def _rewriting(connection: Connection) -> Iterator[None]:
    """The refusal to change what was published, lifted inside this transaction; readers see the store as it was until it ends."""
    if connection.dialect.name == "postgresql":
        names = [connection.dialect.identifier_preparer.format_table(table) for table in stored_tables(connection)]
        for name in names:
            connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        yield
        for name in names:
            connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER USER")
    else:
        lifted = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name").all()
        for name, _ in lifted:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        for _, statement in lifted:
            connection.exec_driver_sql(statement)


def _fill(connection: Connection, lines: Lines, total: int, told: Told) -> None:
    """Insert every row, then read every row back and compare."""
    tables = stored_tables(connection)
    digests: dict[str, str] = {}
    done = 0
    for table in tables:
        digest, rows = sha256(), lines(table.name)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            for line in some:
                digest.update(line)
            connection.execute(table.insert(), [row_of(line, table) for line in some])
            done += len(some)
            if done % TOLD_EVERY < ROWS_AT_ONCE:
                told(f"filling {table.name}", done, 2 * total)
        digests[table.name] = digest.hexdigest()
    for number, table in enumerate(tables):
        told(f"comparing {table.name}", total + total * number // len(tables), 2 * total)
        if _digest(connection, table) != digests[table.name]:
            raise SourceError(f"The table {table.name} did not come back as it was written, so nothing was restored.", "Check the disk.")


def _check_columns(tables: list[Table], manifest: Manifest) -> None:
    wanted: Mapping[str, tuple[str, ...]] = {table.name: tuple(c.name for c in table.columns) for table in tables}
    if {name: part.columns for name, part in manifest.tables.items()} != wanted:
        raise ValueError("tables or columns that this version does not have")


def _digest(connection: Connection, table: Table) -> str:
    digest = sha256()
    for line in lines_of(connection, table):
        digest.update(line)
    return digest.hexdigest()


def _check_readable(connection: Connection) -> None:
    """Each release opens, each of its parts holds as many figures as it says, and all is as it was sealed."""
    try:
        for (contents,) in connection.execute(select(RELEASES.c.contents)):
            unpack_snapshot(contents)
        rows = connection.execute(select(CELLS.c.batch, func.count()).group_by(CELLS.c.batch))
        counted = {row[0]: row[1] for row in rows}
        for id, cells, certificate, system in connection.execute(
            select(BATCHES.c.id, BATCHES.c.cells, BATCHES.c.certificate, BATCHES.c.system)
        ):
            json.loads(certificate), unpack(system)
            if counted.get(id, 0) != cells:
                raise ValueError("figures are missing")
        check_batches(connection, connection.scalars(select(BATCHES.c.id)).all())
        for release in connection.scalars(select(RELEASES.c.id)).all():
            check_release(connection, release)
    except (SourceError, NotCertified, KeyError) as error:
        raise ValueError("a release that cannot be read") from error
