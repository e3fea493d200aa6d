"""A store of an earlier version made one of a later version, in one transaction and with every figure as it was.

The steps are in `metrics/releases/migrations`, one for each version. None leads back: a product cannot read a store of a later
version than its own, so a copy is made before. Alembic takes the steps and is imported only where there are some to take.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from metrics.errors import SourceError
from metrics.releases.schema import stored_version

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
