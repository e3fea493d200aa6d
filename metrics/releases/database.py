"""The connection to the release store: one engine that reads and cannot write, and one that publishes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from metrics.errors import NotPublished, SourceError
from metrics.interruption import stop_if_asked
from metrics.releases.engines import is_sqlite, needs_still_file, reading_engine, state_of, still_engine, writing_engine
from metrics.releases.faults import said_of, unknown_outcome
from metrics.releases.schema import VERSION, stored_version

ACCEPTED = "Accepted are sqlite:///FILE and, with its driver installed, postgresql+psycopg://…."


class Database:
    """A release store's database, by URL: SQLite by default, PostgreSQL on a server."""

    def __init__(self, url: str) -> None:
        _check_signs(url)
        try:
            self.url = make_url(url)
            self._reader = reading_engine(self.url)
        except (SQLAlchemyError, ImportError, ValueError) as error:
            kind = url.split(":", 1)[0]
            raise SourceError(f"The release store's URL, of kind '{kind}', cannot be used: {type(error).__name__}.", ACCEPTED) from error
        self.shown_url = self.url.set(query={}).render_as_string(hide_password=True)
        self._writer: Engine | None = None
        self._still: Engine | None = None
        self._checked = False

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for a server."""
        name = self.url.database
        return Path(name) if is_sqlite(self.url) and name and name != ":memory:" else None

    @contextmanager
    def reading(self, any_version: bool = False) -> Iterator[Connection]:
        """One consistent look at the store; `NotPublished` where there is nothing yet."""
        if self.file is not None and not self.file.exists():
            raise NotPublished("Nothing has been published yet.", "Run `equality refresh` first.")
        with said_of(self), self._connected() as connection, connection.begin():
            if any_version or not self._checked:
                version = stored_version(connection)
                if version is None:
                    raise NotPublished("Nothing has been published yet.", "Run `equality refresh` first.")
                self.check_version(version, older=any_version)
                self._checked = version == VERSION
            yield connection

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """Where SQLite cannot keep its log beside the file, the file alone is read, and must be the same afterwards."""
        file = self.file
        if file is None or not needs_still_file(file):
            with self._reader.connect() as connection:
                yield connection
            return
        self._still = self._still or still_engine(file.resolve())
        before = state_of(file)
        with self._still.connect() as connection:
            yield connection
        if state_of(file) != before:
            raise SourceError("A release was published at this moment.", "Open the page, or run the command, again.")

    @contextmanager
    def publishing(self) -> Iterator[Connection]:
        """One transaction: all of what is written in it, or, at any failure, nothing. The tables are made where there are none."""
        with self.changing() as connection:
            version = stored_version(connection)
            if version is None:
                from metrics.releases.upgrade import migrate

                migrate(connection, VERSION)
            else:
                self.check_version(version)
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """One transaction on a store of whatever version, after everybody else's."""
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        with said_of(self):
            self._writer = self._writer or writing_engine(self.url)
            with self._writer.connect() as connection, connection.begin() as transaction:
                yield connection
                stop_if_asked()
                with unknown_outcome(self):
                    transaction.commit()

    def close(self) -> None:
        for engine in (self._reader, self._writer, self._still):
            if engine is not None:
                engine.dispose()

    def check_version(self, found: int, older: bool = False) -> None:
        """Refuse a store of another version, and say what to run. `older`: an earlier version will do."""
        if found > VERSION:
            raise SourceError(
                f"The release store {self.shown_url} has version {found}; this product reads and writes version {VERSION}.",
                "Use the product's version that wrote it, or point releases at another store in config/settings.yaml.",
            )
        if found < VERSION and not older:
            raise SourceError(
                f"The release store {self.shown_url} has version {found}; this product reads and writes version {VERSION}.",
                "Nothing was changed. Run `equality releases upgrade`: it keeps every release and every figure as it is.",
            )


def _check_signs(url: str) -> None:
    """A password with a sign that has a meaning in URLs would be taken for a host or a database, and be printed."""
    if not url.startswith("sqlite") and url.count("@") > 1:
        raise SourceError(
            "The release store's URL holds more than one @, so it is not clear where its password ends.",
            "Write @ in a user or password as %40, and every other sign that is no letter or digit in the same way.",
        )
