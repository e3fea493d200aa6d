"""A whole store as one file: every row of every table, and a manifest of what there must be.

The file is a ZIP with a part for each table, a line for each row, and `manifest.json` with the version of the tables, the
releases, and for each part its columns, rows and SHA-256. `restore` fills either engine from it.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from metrics.errors import InputError, SourceError
from metrics.releases.database import Database
from metrics.releases.rows import lines_of, stored_tables
from metrics.releases.schema import RELEASES, VERSION, stored_version

FORMAT = "equality-releases"
ARCHIVE_VERSION = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 1 << 24
LONGEST_LINE = 1 << 28
TOLD_EVERY = 5000

Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Part:
    """What an archive holds of one table."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive must hold; `tables` are in the order in which they can be filled."""

    store_version: int
    written_at: str
    releases: tuple[str, ...]
    tables: dict[str, Part]
    format: str = FORMAT
    archive_version: int = ARCHIVE_VERSION

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.tables.values())


def write_archive(database: Database, file: Path, told: Told = lambda *_: None) -> Manifest:
    """The store as it is at one instant, while others go on publishing. The file appears when it is whole and has been read back.

    Raises
    ------
    InputError : the file is there already, or its folder is not
    NotPublished : there is nothing to back up
    SourceError : the store cannot be read, or the disk is full
    """
    if file.exists():
        raise InputError(f"{file} is there already and was left as it is.", "Name a file that is not there, such as one with today's date.")
    if not file.parent.is_dir():
        raise InputError(f"{file}: there is no folder {file.parent}.", "Make it first, or name another.")
    with database.reading(any_version=True) as connection, _appearing(file) as unfinished:
        manifest = _write(connection, unfinished, told)
        if check_archive(unfinished, told) != manifest:
            raise SourceError(f"{file} did not come back from the disk as it was written; nothing was kept.", "Check the disk.")
    return manifest


@contextmanager
def _appearing(file: Path) -> Iterator[Path]:
    """A file beside the wanted one that only its owner can read, moved there at the end, or removed."""
    try:
        number, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".unfinished", dir=file.parent)
        os.close(number)
        unfinished = Path(name)
        try:
            yield unfinished
            _sync(unfinished)
            _name(unfinished, file)
            _sync(file.parent)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise SourceError(
            f"{file} cannot be written: {error.strerror}.", "Nothing was kept. Check the folder's rights and space."
        ) from error


def _name(unfinished: Path, file: Path) -> None:
    """Never over a file that appeared in the meantime."""
    try:
        os.link(unfinished, file)
    except FileExistsError:
        raise InputError(f"{file} is there already and was left as it is.", "Another backup was written at the same moment.") from None
    except OSError:  # a file system without links
        os.replace(unfinished, file)


def _sync(path: Path) -> None:
    with suppress(PermissionError):  # Windows does not open folders
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _write(connection: Connection, file: Path, told: Told) -> Manifest:
    tables = stored_tables(connection)
    total = sum(connection.scalar(select(func.count()).select_from(t)) or 0 for t in tables)
    parts: dict[str, Part] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for table in tables:
            rows, digest, done = 0, sha256(), sum(part.rows for part in parts.values())
            with archive.open(_part_name(table.name), "w", force_zip64=True) as out:
                for rows, line in enumerate(lines_of(connection, table), 1):
                    out.write(line)
                    digest.update(line)
                    if rows % TOLD_EVERY == 0:
                        told(f"writing {table.name}", done + rows, 2 * total)
            parts[table.name] = Part(tuple(c.name for c in table.columns), rows, digest.hexdigest())
        releases = tuple(connection.scalars(select(RELEASES.c.id).order_by(RELEASES.c.sequence)))
        written_at = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(stored_version(connection) or VERSION, written_at, releases, parts)
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1, ensure_ascii=False))
    return manifest


def _part_name(table: str) -> str:
    return f"{table}.jsonl"


class Archive:
    """An archive that is open to be read."""

    def __init__(self, file: Path, content: zipfile.ZipFile) -> None:
        self.file, self._content = file, content
        self.manifest = self._read_manifest()

    def lines(self, table: str) -> Iterator[bytes]:
        """The rows of a table. InputError, at the latest after the last one: they are not those that were written."""
        part, rows, digest = self.manifest.tables[table], 0, sha256()
        with self._content.open(_part_name(table)) as content:
            while line := content.readline(LONGEST_LINE):
                rows += 1
                if rows > part.rows or not line.endswith(b"\n"):
                    raise self.damaged(f"the part '{table}' is not as it was written")
                digest.update(line)
                yield line
        if rows != part.rows or digest.hexdigest() != part.sha256:
            raise self.damaged(f"the part '{table}' is not as it was written")

    def damaged(self, what: str) -> InputError:
        return InputError(f"{self.file}: {what}.", "Nothing was restored. The file was cut off or changed: use another copy.")

    def _read_manifest(self) -> Manifest:
        names = self._content.namelist()
        locked = any(info.flag_bits & 1 for info in self._content.infolist())
        if locked or MANIFEST not in names or self._content.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
            raise _no_archive(self.file)
        stored = json.loads(self._content.read(MANIFEST))
        if not isinstance(stored, dict) or stored.get("format") != FORMAT:
            raise _no_archive(self.file)
        for key, ours in (("archive_version", ARCHIVE_VERSION), ("store_version", VERSION)):
            if isinstance(stored.get(key), int) and stored[key] > ours:
                raise InputError(
                    f"{self.file} was written by a newer product: its {key.replace('_', ' ')} is {stored.get(key)}; "
                    f"this product reads up to {ours}.",
                    "Nothing was restored. Restore it with the product's version that wrote it, or a later one.",
                )
        try:
            if not 1 <= stored["store_version"] <= VERSION or stored["archive_version"] != ARCHIVE_VERSION:
                raise ValueError("no version that there ever was")
            tables = {str(name): Part(tuple(p["columns"]), int(p["rows"]), str(p["sha256"])) for name, p in stored["tables"].items()}
            found = Manifest(stored["store_version"], str(stored["written_at"]), tuple(stored["releases"]), tables)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self.damaged("its manifest is not as it was written") from None
        if sorted(names) != sorted([MANIFEST, *map(_part_name, tables)]):
            raise self.damaged("its parts are not those that its manifest lists")
        return found


@contextmanager
def open_archive(file: Path) -> Iterator[Archive]:
    """An archive whose manifest was read; `InputError` for whatever is wrong with the file, now or while it is read."""
    try:
        with zipfile.ZipFile(file) as content:
            yield Archive(file, content)
    except FileNotFoundError as error:
        raise InputError(f"{file}: there is no such file.", "Name a file that `equality releases backup` wrote.") from error
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}.", "Nothing was restored.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _no_archive(file) from error


def _no_archive(file: Path) -> InputError:
    return InputError(
        f"{file} is not a whole archive of releases.",
        "Nothing was restored. It was cut off or changed, or `equality releases backup` did not write it.",
    )


def check_archive(file: Path, told: Told = lambda *_: None) -> Manifest:
    """Read every part and compare it with the manifest."""
    with open_archive(file) as archive:
        done, total = 0, archive.manifest.rows
        for table in archive.manifest.tables:
            for _ in archive.lines(table):
                done += 1
                if done % TOLD_EVERY == 0:
                    told(f"checking {table}", total + done, 2 * total)
        return archive.manifest
