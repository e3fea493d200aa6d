"""Files that only the analyst may open: refused rows and import reports."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from metrics.errors import InputError

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_private(folder: Path, name: str, content: str) -> Path:
    """A new file with owner-only permissions; never over another."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = _free(folder, name)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(content)
    except OSError as error:
        advice = "Nothing was stored. Correct `private_folder` in settings.yaml, or free some space."
        raise InputError(f"The private folder {folder} cannot be written to ({type(error).__name__}).", advice) from error
    return path


def _free(folder: Path, name: str) -> Path:
    stem, dot, ending = name.rpartition(".")
    path, number = folder / name, 2
    while path.exists():
        path, number = folder / f"{stem}-{number}{dot}{ending}", number + 1
    return path


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV for a spreadsheet: with a byte order mark, and no cell that a spreadsheet would run."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in headings])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + text.getvalue()


def harmless(cell: str) -> str:
    """A cell that starts like a formula gets an apostrophe in front; plain numbers stay.

    >>> harmless("=1+1"), harmless("-3.5")
    ("'=1+1", '-3.5')
    """
    if not cell.startswith(FORMULA_STARTS):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell if cell[0] in "+-" else "'" + cell
