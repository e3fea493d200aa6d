"""A file's bytes as text: plain or gzipped, UTF-8 with or without a byte order mark, of a size that a year can have."""

from __future__ import annotations

import gzip
import zlib
from hashlib import sha256
from pathlib import Path

from metrics.errors import InputError, Problem

LARGEST = 200 * 1024 * 1024
GZIP = b"\x1f\x8b"


def open_text(path: Path) -> tuple[str, str]:
    """The text of a file, and the SHA-256 of its content before it was gzipped.

    Raises
    ------
    InputError : the file is not there, too large, damaged, or not UTF-8
    """
    content = _content(path)
    if not content.strip():
        raise InputError(Problem(str(path), "the file is empty; download the year again"))
    try:
        return content.decode("utf-8-sig"), sha256(content).hexdigest()
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise InputError(
            Problem(str(path), "a letter is not UTF-8; the service's files are. Use the file as it was downloaded", line)
        ) from None


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as raw:
            gzipped = raw.read(2) == GZIP
        with gzip.open(path) if gzipped else path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError(Problem(str(path), "the gzipped file is damaged or cut off; download it again")) from None
    except OSError as fault:
        raise InputError(Problem(str(path), f"the file cannot be read ({fault.strerror}); check its name and place")) from None
    if len(content) > LARGEST:
        raise InputError(Problem(str(path), f"the file holds more than {LARGEST // 2**20} MiB; a year of the service has under 10"))
    return content
