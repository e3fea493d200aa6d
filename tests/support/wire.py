"""What a dashboard sends, without a browser: one run of a page over the open connection, every packed value opened.

Numbers hide in four places: Arrow tables, Plotly's base64 arrays ("bdata"), JSON, and text. All four are opened here, and pictures
(base64 SVG) too, so that a search for a number is a search of everything that left the server.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import io
import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import websockets
from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

Atom = tuple[str, Any]
TYPES = {"i1": "int8", "u1": "uint8", "i2": "int16", "u2": "uint16", "i4": "int32", "u4": "uint32", "f4": "float32", "f8": "float64"}
PICTURE = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
NUMBER = re.compile(r"-?\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?")


def opened(value: Any) -> Iterator[Any]:
    """Every plain value inside JSON, text or bytes."""
    if isinstance(value, dict):
        if "bdata" in value and "dtype" in value:
            yield from np.frombuffer(base64.b64decode(value["bdata"]), dtype=TYPES.get(value["dtype"], value["dtype"])).tolist()
            return
        for key, inner in value.items():
            yield key
            yield from opened(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from opened(inner)
    elif isinstance(value, bytes):
        yield from _from_bytes(value)
    elif isinstance(value, str) and value[:1] in "{[":
        try:
            yield from opened(json.loads(value))
        except ValueError:
            yield value
    elif isinstance(value, str):
        yield PICTURE.sub("", value)
        for found in PICTURE.findall(value):
            try:
                yield base64.b64decode(found).decode()
            except (binascii.Error, UnicodeDecodeError):
                continue
    elif value is not None:
        yield value


def _from_bytes(value: bytes) -> Iterator[Any]:
    if value[:4] == b"\xff\xff\xff\xff" or value[:6] == b"ARROW1":
        try:
            table = pa.ipc.open_stream(io.BytesIO(value)).read_all()
        except pa.ArrowInvalid:
            table = pa.ipc.open_file(io.BytesIO(value)).read_all()
        yield from table.column_names
        yield from (v.decode("utf-8", "replace") for v in (table.schema.metadata or {}).values())
        for column in table.columns:
            yield from (v for v in column.to_pylist() if v is not None)
    elif value:
        yield value.decode("utf-8", "replace")


def atoms(message: Message, path: str = "") -> Iterator[Atom]:
    """(field, value) of every leaf of a message."""
    for descriptor, value in message.ListFields():
        here = f"{path}.{descriptor.name}" if path else descriptor.name
        many = [*value.values(), *value.keys()] if hasattr(value, "items") else value if descriptor.is_repeated else [value]
        for one in many:
            if isinstance(one, Message):
                yield from atoms(one, here)
            else:
                yield from ((here, inner) for inner in opened(one))


def texts(sent: Iterable[Atom]) -> str:
    return "\n".join(str(value) for _, value in sent)


def found(sent: Iterable[Atom], numbers: Iterable[float]) -> list[Atom]:
    """Where any of these numbers appears: as a number, or written in text with or without commas."""
    wanted = np.array(sorted(float(n) for n in numbers))
    hits: list[Atom] = []
    for path, value in sent:
        if path.endswith((".id", ".element_id", "_hash", "hash")):
            continue
        if isinstance(value, bool):
            continue
        here = [float(value)] if isinstance(value, (int, float)) else _numbers(str(value))
        if any(_is_in(n, wanted) for n in here):
            hits.append((path, str(value)[:160]))
    return hits


def _numbers(text: str) -> list[float]:
    return [float(t.replace(",", "")) for t in NUMBER.findall(text) if t.strip("-,").replace(",", "")]


def _is_in(number: float, wanted: np.ndarray) -> bool:
    if not math.isfinite(number) or not len(wanted):
        return False
    place = int(np.searchsorted(wanted, number))
    return any(math.isclose(number, float(wanted[i]), rel_tol=1e-9) for i in (place - 1, place) if 0 <= i < len(wanted))


class Refused(Exception):
    """The open connection was not opened."""


def run_page(address: str, page: str = "", query: str = "", cookies: str = "", timeout: float = 60) -> list[Atom]:
    """All that one run of a page sends. `page` is the address of a screen, "" the first one; `Refused` where the door stays shut."""
    return asyncio.run(_run(address, page, query, cookies, timeout))


async def _run(address: str, page: str, query: str, cookies: str, timeout: float) -> list[Atom]:
    token = generate_xsrf_token_string()
    sent = "; ".join(filter(None, [cookies, f"_streamlit_xsrf={token}"]))
    where = address.replace("http", "ws", 1) + "/_stcore/stream"
    found: list[Atom] = []
    try:
        async with websockets.connect(
            where, subprotocols=["streamlit", token], origin=address, additional_headers={"Cookie": sent}, max_size=None, proxy=None
        ) as connection:
            ask = BackMsg()
            ask.rerun_script.query_string, ask.rerun_script.page_name = query, page
            await connection.send(ask.SerializeToString())
            while True:
                message = ForwardMsg()
                message.ParseFromString(await asyncio.wait_for(connection.recv(), timeout))
                found += atoms(message)
                if message.WhichOneof("type") == "script_finished":
                    return found
    except websockets.exceptions.InvalidStatus as refused:
        raise Refused(str(refused.response.status_code)) from None
