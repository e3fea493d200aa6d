"""One refresh at a time: a lock that the operating system lets go of when its holder ends, however it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from metrics.errors import SourceError


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the lock of `folder`; `SourceError` when another process holds it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "refresh.lock").open("a+b")
    except OSError as error:
        raise SourceError(
            f"The folder {folder} cannot be used: {error.strerror}.", "Check private_folder in config/settings.yaml."
        ) from error
    with file:
        if not _take(file):
            raise SourceError(
                "Another refresh is running; this one did nothing.", "Wait until it has ended, then run `equality refresh` again."
            )
        yield


def _take(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
