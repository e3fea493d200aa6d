"""What a file is, told from its bytes and never from its name: text, workbook or Parquet; refused early when it cannot be a table."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from metrics.errors import InputError, Problem
from metrics.ingest.unfolding import MAX_CELLS, Damaged, reach

MAX_BYTES = 300 * 2**20
"""Unpacked. A council's extract of 100,000 people and 60 columns is about 60 MiB."""
MAX_RATIO = 250
"""Unpacked to packed size beyond which a file is taken for a trap; extracts shrink 5 to 40 times."""
CHUNK = 2**20
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
PARQUET = b"PAR1"
NOT_TABLES = {
    b"%PDF": "a PDF",
    b"PARE": "an encrypted Parquet file",
    b"ARROW1": "an Arrow file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a database",
    b"7z\xbc\xaf": "an archive",
    b"Rar!": "an archive",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
}
DOCUMENTS = {"word/": "a text document (DOCX)", "ppt/": "a presentation (PPTX)"}
CONTROL = re.compile(rb"[\x00-\x06\x0e-\x19]")
"""Bytes that no text table holds (UTF-16 apart)."""
ACCEPTED = "Accepted: CSV (also gzipped), XLSX, XLS, ODS or Parquet. Export the extract again."

Kind = Literal["text", "workbook", "parquet"]


@dataclass(frozen=True)
class Opened:
    """A file that may be a table. `sha256` is of the bytes as handed in."""

    path: Path
    kind: Kind
    gzipped: bool
    sha256: str
    size: int
    """Unpacked bytes."""
    wide: bool
    """UTF-16: every other byte may be zero."""

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The unpacked bytes from their start; gzip errors become `InputError`."""
        with _unpacked(self.path, self.gzipped) as stream:
            yield stream


def refuse(path: Path, message: str, advice: str = ACCEPTED) -> InputError:
    return InputError(Problem(path.name, message), advice)


def open_input(path: Path) -> Opened:
    """Look at a file once, from start to end, without keeping it.

    Raises
    ------
    InputError : missing, empty, too large, damaged, or not a table; in words, and before memory is used
    """
    _check_path(path)
    head = _head(path)
    gzipped = head.startswith(GZIP)
    with _unpacked(path, gzipped) as stream:
        first = stream.read(4096)
    if not first:
        raise refuse(path, "the file is empty.")
    for magic, what in NOT_TABLES.items():
        if first.lstrip()[: len(magic)].lower() == magic.lower():
            raise refuse(path, f"this is {what}, not a table.")
    kind = _kind(first)
    if kind == "parquet" and gzipped:
        raise refuse(path, "this is a Parquet file inside a gzip file.", "Unpack it: Parquet is packed in itself.")
    wide = kind == "text" and is_utf16(first)
    size = _walk(path, gzipped, kind, wide)
    if kind == "workbook":
        _check_archive(path, gzipped, first)
    return Opened(path, kind, gzipped, sha256_of(path), size, wide)


def _kind(first: bytes) -> Kind:
    if first.startswith(PARQUET):
        return "parquet"
    return "workbook" if first.startswith((ZIP, OLD_OFFICE)) else "text"


def is_utf16(first: bytes) -> bool:
    """By its byte order mark, or because Latin letters leave every other byte zero."""
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    even, odd = first[0::2].count(0), first[1::2].count(0)
    half = len(first) // 2
    return half >= 4 and (max(even, odd) > 0.6 * half) and (min(even, odd) < 0.05 * half)


def _check_path(path: Path) -> None:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise refuse(path, "there is no such file, or you may not read it.", "Check the name and the folder.") from error
    if not stat.S_ISREG(found.st_mode):
        raise refuse(path, "this is not a file.", "Name one or more files.")
    if found.st_size == 0:
        raise refuse(path, "the file is empty.")
    if found.st_size > MAX_BYTES:
        raise refuse(path, _too_large(), "Split the extract by date or directorate, and load the parts together.")


def _too_large() -> str:
    return f"the file holds more than {MAX_BYTES // 2**20} MB; an extract of a large council is far smaller."


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise refuse(path, "the file cannot be read.", "Ask for the right to read it.") from error


@contextmanager
def _unpacked(path: Path, gzipped: bool) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            if gzipped:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield io.BufferedReader(unpacked)
            else:
                yield file
    except EOFError as error:
        raise refuse(path, "the gzip file is cut off before its end.", "Copy or download it again.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise refuse(path, "the gzip file is damaged.", "Copy or download it again.") from error
    except OSError as error:
        raise refuse(path, "the file cannot be read.", "Check the disk and your rights, then try again.") from error


def _walk(path: Path, gzipped: bool, kind: Kind, wide: bool) -> int:
    """The unpacked size, having refused what is too large, not text, or one endless line."""
    packed = path.stat().st_size
    size = 0
    with _unpacked(path, gzipped) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > MAX_BYTES or (gzipped and size > 4 * CHUNK and size > MAX_RATIO * packed):
                raise refuse(path, "unpacked, " + _too_large() if gzipped else _too_large(), "Export the extract again, or split it.")
            if kind == "text" and not wide and CONTROL.search(chunk):
                raise refuse(path, "this is not a text table: it holds bytes that are not text.")
            if kind == "text" and len(chunk) == CHUNK and not re.search(rb"[\r\n]", chunk):
                raise refuse(path, "this is not a table: one line is longer than a million characters.")
    return size


def _check_archive(path: Path, gzipped: bool, first: bytes) -> None:
    """A workbook is a ZIP archive: refuse one that would unpack or unfold without end, and one that holds something else."""
    if not first.startswith(ZIP):
        return
    try:
        with _unpacked(path, gzipped) as stream, zipfile.ZipFile(io.BytesIO(stream.read())) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_BYTES:
                raise refuse(path, "unpacked, " + _too_large(), "Save the sheet as CSV, or split it.")
            _check_document(path, archive)
            found = reach(archive)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, Damaged, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise refuse(path, "the workbook is damaged or cut off.", "Open it in a spreadsheet program and save it again.") from error
    if found.cells > MAX_CELLS:
        say = f"a sheet is filled as far as row {found.rows:,} and column {found.columns:,}: a stray cell far outside the table?"
        raise refuse(path, say, "Delete the empty rows and columns around the table, and save it again.")


def _check_document(path: Path, archive: zipfile.ZipFile) -> None:
    """A spreadsheet, and one that can be opened without a password."""
    names = set(archive.namelist())
    if "content.xml" in names:
        kind = archive.read("mimetype").decode("ascii", "replace").strip() if "mimetype" in names else ""
        if kind and "spreadsheet" not in kind:
            raise refuse(path, f"this is another kind of document ({kind.rpartition('.')[2]}), not a spreadsheet.")
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise refuse(path, "the workbook is protected by a password.", "Save a copy without the password.")
    elif "xl/workbook.bin" in names:
        raise refuse(path, "this is a binary workbook (XLSB).", "Save it again as XLSX.")
    elif not any(name.startswith("xl/") for name in names):
        word = next((what for start, what in DOCUMENTS.items() if any(name.startswith(start) for name in names)), None)
        if word:
            raise refuse(path, f"this is {word}, not a workbook.")
        raise refuse(path, "this is a ZIP archive, not a workbook.", "Unpack it and name the files inside.")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
