"""A store of an earlier version made one of a later version, in one transaction and with every figure as it was.

The steps are in `metrics/releases/migrations`, one for each version. None leads back: a product cannot read a store of a later
version than its own, so a copy is made before. Alembic takes the steps and is imported only where there are some to take.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from metrics.errors import SourceError
from metrics.releases.database import Database
from metrics.releases.schema import VERSION, stored_version

REVISION_TABLE = "releases_revision"
"""Alembic's own note of where a store stands; a name of its own, for a database that other programs use too."""
FOLDER = Path(__file__).with_name("migrations")


def migrate(connection: Connection, version: int) -> None:
    """Take every step up to a version, from no tables at all or from those that are there, in the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes.update(connection=connection, version_table=REVISION_TABLE)
    _note_first_version(connection, config)
    command.upgrade(config, str(version))
    reached = stored_version(connection)
    if reached != version:
        raise SourceError(f"The release store came to version {reached} instead of {version}, so nothing was changed.")


def _note_first_version(connection: Connection, config: Config) -> None:
    """The product of version 1 kept no note of its own."""
    context = MigrationContext.configure(connection, opts={"version_table": REVISION_TABLE})
    if stored_version(connection) == 1 and context.get_current_revision() is None:
        context.stamp(ScriptDirectory.from_config(config), "1")


def steps(before: int, version: int) -> list[str]:
    """What each step from one version to another does, in words."""
    scripts = ScriptDirectory(str(FOLDER))
    return [str(script.doc) for number in range(before + 1, version + 1) if (script := scripts.get_revision(str(number)))]


@dataclass(frozen=True)
class Upgrade:
    """What an upgrade would do, or did. `copy`: the SQLite file as it was before."""

    before: int
    after: int
    steps: tuple[str, ...]
    copy: Path | None = None

    @property
    def nothing_to_do(self) -> bool:
        return self.before == self.after


def plan_upgrade(database: Database) -> Upgrade:
    """What `upgrade` would do. `NotPublished` where there is no store yet; `SourceError` for one of a newer product."""
    with database.reading(any_version=True) as connection:
        found = stored_version(connection) or VERSION
    return Upgrade(found, VERSION, tuple(steps(found, VERSION)), _copy_name(database.file, found) if database.file else None)


def upgrade(database: Database) -> Upgrade:
    """Bring a store to this product's version: all of it, or nothing. A SQLite file is copied beside itself first."""
    plan = plan_upgrade(database)
    if plan.nothing_to_do:
        return plan
    with database.changing() as connection:
        if stored_version(connection) != plan.before:
            raise SourceError("Another program has just upgraded this store; nothing was done.", "Run `equality releases upgrade` again.")
        if database.file is not None and plan.copy is not None:
            copy_sqlite(database.file, plan.copy)
        migrate(connection, VERSION)
    return plan


def _copy_name(file: Path, version: int) -> Path:
    """A name that is free: releases.version-1.sqlite, releases.version-1.2.sqlite, …"""
    names = (file.with_name(f"{file.stem}.version-{version}{again}{file.suffix}") for again in chain([""], (f".{n}" for n in count(2))))
    return next(name for name in names if not name.exists())


def copy_sqlite(file: Path, copy: Path) -> None:
    """The whole file as it was last committed, examined by SQLite, readable by its owner only."""
    number, name = tempfile.mkstemp(prefix=f".{copy.name}.", dir=copy.parent)
    os.close(number)
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(name)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            found = target.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise SourceError(f"The copy of {file} is not whole: {found}. Nothing was upgraded.", "Check the disk.")
        os.replace(name, copy)
    except sqlite3.Error as error:
        raise SourceError(
            f"{file} cannot be copied to {copy}: {error}. Nothing was upgraded.", "Check the folder's rights and space."
        ) from error
    finally:
        Path(name).unlink(missing_ok=True)
