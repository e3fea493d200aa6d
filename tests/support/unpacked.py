"""Whatever leaves a server, opened down to plain text: packed, encoded and binary forms too, so that a search sees every number in it.

Numbers inside tables, arrays and pickles are written out as text. Opened: gzip, zlib and raw deflate, zip and workbooks, base64, PNG
text, SQLite files with all their tables, Arrow, Plotly's `bdata`, JSON, pickles (read, never run), Streamlit's messages, entities of HTML.
Not opened: what is drawn in pixels, and anything encrypted.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import html
import io
import json
import pickletools
import re
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.support.wire import atoms, opened

DEEPEST = 6
ENCODED = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
PNG = b"\x89PNG\r\n\x1a\n"
ARROW = (b"\xff\xff\xff\xff", b"ARROW1")
LARGEST_ARRAY = 100_000


def unpacked(value: bytes | str, deep: int = DEEPEST) -> Iterator[str]:
    """Every text inside; numbers of binary forms written out."""
    if deep == 0:
        return
    if isinstance(value, str):
        yield from _of_text(value, deep)
    else:
        found = _of_known_form(value, deep)
        if found is not None:
            yield from found
        elif (text := _text_of(value)) is not None:
            yield from _of_text(text, deep)
        else:
            yield value.decode("latin-1")
            yield from chain.from_iterable(unpacked(inner, deep - 1) for inner in _squeezed(value))


def message(frame: bytes) -> list[str]:
    """A frame of the open connection, field by field."""
    read = ForwardMsg()
    read.ParseFromString(frame)
    return list(chain.from_iterable(unpacked(value if isinstance(value, (bytes, str)) else repr(value)) for _, value in atoms(read)))


def _text_of(value: bytes) -> str | None:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _of_text(text: str, deep: int) -> Iterator[str]:
    yield text
    plain = unquote(html.unescape(text))
    if plain != text:
        yield plain
    if plain[:1] in "[{":
        with contextlib.suppress(ValueError, RecursionError):
            yield from (str(one) for one in opened(json.loads(plain)))
    for found in ENCODED.findall(plain):
        inner = _decoded(found)
        if inner is not None:
            yield from unpacked(inner, deep - 1)


def _decoded(text: str) -> bytes | None:
    """What base64 of either alphabet holds, where that is something to read: text, or a form that we know."""
    whole = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        found = base64.b64decode(whole + "=" * (-len(whole) % 4))
    except (binascii.Error, ValueError):
        return None
    known = found[:2] in (b"\x1f\x8b", b"PK") or found[:1] in (b"\x78", b"\x80") or found.startswith((PNG, *ARROW))
    text_inside = _text_of(found)
    return found if known or ((text_inside is not None and text_inside.isprintable()) or b"<svg" in found or b"{" in found[:2]) else None


def _of_known_form(value: bytes, deep: int) -> Iterator[str] | None:
    if value[:2] == b"\x1f\x8b" or value[:1] == b"\x78":
        inner = next(iter(_squeezed(value)), None)
        return unpacked(inner, deep - 1) if inner is not None else None
    if value[:4] == b"PK\x03\x04":
        return _of_zip(value, deep)
    if value.startswith(PNG):
        return _of_png(value, deep)
    if value.startswith(b"SQLite format 3\0"):
        return _of_sqlite(value, deep)
    if value.startswith(ARROW):
        return iter([str(one) for one in opened(value)])
    if value[:2] in (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05") and value[-1:] == b".":
        return _of_pickle(value, deep)
    return None


def _squeezed(value: bytes) -> Iterator[bytes]:
    """gzip, zlib or raw deflate, whichever gives something."""
    for bits in (zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            found = zlib.decompressobj(bits).decompress(value, 64 * 1024 * 1024)
        except zlib.error:
            continue
        if len(found) > 8:
            yield found
            return


def _of_zip(value: bytes, deep: int) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(value)) as archive:
        yield archive.comment.decode("latin-1")
        for member in archive.infolist():
            yield member.filename
            yield from unpacked(archive.read(member), deep - 1)


def _of_png(value: bytes, deep: int) -> Iterator[str]:
    """Its pieces of text, and whatever is hung on behind; pixels are not read."""
    at = len(PNG)
    while at + 8 <= len(value):
        size, kind = struct.unpack(">I4s", value[at : at + 8])
        body, at = value[at + 8 : at + 8 + size], at + 12 + size
        if kind == b"IEND":
            break
        if kind not in (b"IDAT", b"IHDR", b"PLTE"):
            for part in body.split(b"\0"):
                yield from chain([part.decode("latin-1")], chain.from_iterable(unpacked(i, deep - 1) for i in _squeezed(part)))
    yield value[at:].decode("latin-1")


def _of_sqlite(value: bytes, deep: int) -> Iterator[str]:
    """Every row of every table; then the file as it is, where deleted rows may still stand."""
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as copy:
        # journal mode WAL wants files beside it: bytes 18 and 19 say "none" in the copy
        copy.write(value[:18] + b"\x01\x01" + value[20:])
        copy.flush()
        with sqlite3.connect(f"file:{copy.name}?mode=ro&immutable=1", uri=True) as database:
            database.text_factory = bytes
            tables = [name.decode() for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    yield " | ".join(repr(one) for one in row if isinstance(one, (int, float)))
                    yield from chain.from_iterable(unpacked(one, deep - 1) for one in row if isinstance(one, bytes))
        database.close()
    yield value.decode("latin-1")


def _of_pickle(value: bytes, deep: int) -> Iterator[str]:
    """What it is made of, by its own instructions; arrays of numbers inside as numbers."""
    for _, argument, _ in pickletools.genops(value):
        if isinstance(argument, (bytes, bytearray)):
            yield from _of_array(bytes(argument))
            yield from unpacked(bytes(argument), deep - 1)
        elif isinstance(argument, str):
            yield from unpacked(argument, deep - 1)
        elif argument is not None:
            yield repr(argument)


def _of_array(raw: bytes) -> Iterator[str]:
    for kind in ("<i8", "<f8", "<i4", "<f4"):
        size = int(kind[2])
        if raw and len(raw) % size == 0 and len(raw) // size <= LARGEST_ARRAY:
            values = np.frombuffer(raw, dtype=kind)
            yield " | ".join(repr(v) for v in values.tolist() if v == v and 1e-6 < abs(v) < 1e12)


def arrow_of(table: pa.Table) -> bytes:
    """For tests of the search itself."""
    into = io.BytesIO()
    with pa.ipc.new_stream(into, table.schema) as stream:
        stream.write_table(table)
    return into.getvalue()
