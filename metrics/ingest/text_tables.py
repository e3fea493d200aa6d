"""CSV in the encodings and delimiters that councils' systems write, read as a stream."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from metrics.errors import InputError, Problem
from metrics.ingest.opening import Opened, refuse
from metrics.ingest.reading import Extract, find_headings, text_parts
from metrics.ingest.sheet_shape import Shape

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
SAMPLE = 256 * 1024
GUESSES = ["cp850", "cp437", "mac_roman", "latin_1", "cp1250", "cp1254", "utf_8"]
"""Tried, with a note, when a file is neither UTF-8 nor Windows-1252."""
SEPARATOR_LINE = re.compile(r"^sep=(.)\r?\n?$", re.IGNORECASE)


def open_text(opened: Opened, header_row: int | None = None, shape: Shape | None = None) -> Extract:
    shape = shape or Shape()
    encoding, notes = find_encoding(opened)
    with opened.stream() as stream:
        sample = codecs.getincrementaldecoder(encoding)("replace").decode(stream.read(SAMPLE))
    if re.match(r"\s*([{<]|\[\s*[{\[])", sample):
        raise refuse(opened.path, "this is JSON, XML or a web page, not a table.")
    delimiter, declared = find_delimiter(opened, sample)
    rows = _TextRows(opened, encoding, delimiter, declared)
    names, head = find_headings(opened, rows, header_row, shape)
    return Extract(
        name=opened.path.name,
        headings=tuple(names),
        format="CSV, gzipped" if opened.gzipped else "CSV",
        encoding=encoding,
        delimiter=DELIMITERS[delimiter],
        sheet="",
        header_row=head,
        real_dates=False,
        sha256=opened.sha256,
        notes=notes,
        shape=shape,
        read=lambda _: text_parts(opened, rows, names, shape),
    )


def find_encoding(opened: Opened) -> tuple[str, tuple[str, ...]]:
    """UTF-16 by its marks, UTF-8 if the whole file is, then Windows-1252; anything else is named as a guess."""
    with opened.stream() as stream:
        first = stream.read(SAMPLE)
    if opened.wide:
        wide = _wide_encoding(first)
        if not _decodes(opened, wide):
            raise refuse(opened.path, "the file looks like UTF-16 but is damaged.", "Export it again as CSV UTF-8.")
        return wide, ()
    if _decodes(opened, "utf-8"):
        return ("utf-8-sig" if first.startswith(codecs.BOM_UTF8) else "utf-8"), ()
    if _decodes(opened, "cp1252"):
        return "cp1252", ()
    return _guess(opened, first)


def _wide_encoding(first: bytes) -> str:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-16-le" if first[1::2].count(0) > first[0::2].count(0) else "utf-16-be"


def _guess(opened: Opened, first: bytes) -> tuple[str, tuple[str, ...]]:
    from charset_normalizer import from_bytes

    best = from_bytes(first, cp_isolation=GUESSES).best()
    if best is None or not _decodes(opened, best.encoding):
        raise refuse(opened.path, "the file's text encoding is not known.", "Save it again as CSV UTF-8.")
    note = f"The encoding is a guess ({best.encoding}): check names with accents, or save the file as CSV UTF-8."
    return best.encoding, (note,)


def _decodes(opened: Opened, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with opened.stream() as stream:
            while chunk := stream.read(2**20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def find_delimiter(opened: Opened, sample: str) -> tuple[str, bool]:
    """The delimiter that gives the most rows of one width, and whether a `sep=` line names it."""
    line = SEPARATOR_LINE.match(sample.split("\n", 1)[0] + "\n")
    if line and line.group(1) in DELIMITERS:
        return line.group(1), True
    scores = {delimiter: _consistency(sample, delimiter) for delimiter in DELIMITERS}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    if scores[best] == (0.0, 0):
        names = ", ".join(DELIMITERS.values())
        raise refuse(opened.path, f"only one column was found: no {names} separates the cells.")
    return best, False


def _consistency(sample: str, delimiter: str) -> tuple[float, int]:
    """Share of the sample's rows that have the commonest width, and that width; nothing for a single column."""
    widths: Counter[int] = Counter()
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in cells):
                widths[len(cells)] += 1
            if widths.total() >= 500:
                break
    except csv.Error:
        pass
    several = [(n, width) for width, n in widths.items() if width > 1]
    if not several:
        return 0.0, 0
    commonest, width = max(several)
    return commonest / widths.total(), width


class _TextRows:
    """The file's records, some at a time; a record may have several lines, and counts as one row."""

    def __init__(self, opened: Opened, encoding: str, delimiter: str, skip_first: bool) -> None:
        self.number = 0
        self._opened, self._skip = opened, skip_first
        self._records = self._open(encoding, delimiter)

    def _open(self, encoding: str, delimiter: str) -> Iterator[list[str]]:
        with self._opened.stream() as stream:
            text = io.TextIOWrapper(stream, encoding=encoding, errors="strict", newline="")
            try:
                yield from csv.reader(text, delimiter=delimiter, strict=True)
            finally:
                text.detach()

    def take(self, most: int) -> list[Sequence[str]]:
        if self._skip:
            self._skip = False
            self.take(1)
        batch: list[Sequence[str]] = []
        try:
            batch.extend(islice(self._records, most))
        except (csv.Error, UnicodeError) as error:
            number = self.number + len(batch) + 1
            raise InputError(Problem(self._opened.path.name, _words(error), number), "Correct the file.") from error
        self.number += len(batch)
        return batch


def _words(error: Exception) -> str:
    said = str(error)
    if "field larger" in said or "unexpected end" in said:
        return "a quotation mark opens here or later and is never closed."
    if "expected after" in said:
        return "text follows a closing quotation mark. Write a quotation mark inside a cell twice."
    return "this row cannot be read as a table."
