"""No hidden number leaves the server, in whatever form: a browser opens everything as everybody, and all that came is searched.

The council is `tests.support.hidden_council`, whose hidden numbers have five digits. What is searched, and what is not, is said for
people in docs/methods/disclosure.md, "Everything that leaves the server". The same search must find what may be read.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import pickle
import sqlite3
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import streamlit
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.support.browser import need_chromium
from tests.support.every_page import KINDS, Reader
from tests.support.hidden_council import HIDDEN, HIDDEN_FROM_THE_PUBLIC, KPIS, ROLES
from tests.support.hidden_council_served import IN_A_BROWSER, READERS, SCREENS, Published, Watched, pages_of, published, rights, watch
from tests.support.sought import Sought, written
from tests.support.unpacked import arrow_of, message, unpacked

pytestmark = pytest.mark.browser
PROGRAMS = Path(streamlit.__file__).parent / "static"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Published:
    need_chromium()
    return published(tmp_path_factory.mktemp("hidden"))


@pytest.fixture(scope="module")
def seen(made: Published) -> Watched:
    return watch(made, plant)


# what must not be found, and by whom


def sought(made: Published, reader: str) -> Sought:
    """Nobody may find anything; files, logs and the command line ("all") hold what any audience is shown or may be shown, and no more."""
    if reader == "":
        figures = {f"open {number}": number for role in ROLES for number in made.open[role] if abs(number) >= 10_000}
        return Sought({**made.secrets, **figures}, frozenset())
    open_ = frozenset().union(*made.open.values(), made.certified) if reader == "all" else made.open[rights(reader)]
    return Sought(made.secrets, open_)


def listed() -> Sought:
    """The hidden counts by name, excused by nothing."""
    return Sought({why: float(n) for n, why in HIDDEN.items()}, frozenset())


def controls(made: Published, role: str) -> Sought:
    """Numbers that a role may read, sought as the hidden ones are."""
    return Sought({f"open {number}": number for number in made.open[role] if number >= 10_000 and number == int(number)}, frozenset())


@cache
def texts_of(kind: str, content: bytes | str) -> tuple[str, ...]:
    if kind == "frame" and isinstance(content, bytes):
        return tuple(message(content))
    if kind == "page" and isinstance(content, str):  # in pieces, because most of a page is as it was before
        return tuple(text for part in dict.fromkeys(content.split("<")) for text in unpacked(part))
    return tuple(unpacked(content))


def in_pieces(pieces: Iterable[tuple[str, str, bytes | str]], kind: str, page: str | None = None) -> list[str]:
    return [text for k, p, content in pieces if k == kind and page in (None, p) for text in texts_of(k, content)]


def test_the_council_hides_numbers_of_five_digits_by_its_rules(made: Published) -> None:
    """By a small remainder, for others' sake, under a base, with a pay figure of few: none is shown, none is like one that is."""
    true = set(made.true.counts.values())
    leaders, public = made.open["Lead"], made.open["Scrutiny"]
    assert set(HIDDEN) <= true
    assert set(HIDDEN_FROM_THE_PUBLIC) <= true
    assert leaders.isdisjoint(map(float, HIDDEN))
    assert public.isdisjoint(map(float, (*HIDDEN, *HIDDEN_FROM_THE_PUBLIC)))
    assert set(map(float, HIDDEN_FROM_THE_PUBLIC)) <= leaders
    for reader in READERS:
        found = Sought(made.secrets, made.open[rights(reader)])
        plain = [n for n in HIDDEN if found.names_of(next(iter(written(f"{n:,}"))))]
        assert plain == list(HIDDEN), reader
    assert sum("pay" in name or "mean" in name for name in made.secrets) > 100


# the browser


@pytest.mark.parametrize("reader", READERS)
def test_nothing_that_a_reader_was_sent_holds_a_number_hidden_from_them(seen: Watched, reader: str) -> None:
    wanted, pieces = sought(seen.published, reader), seen.kept[reader].pieces
    assert {kind: found for kind in KINDS if (found := wanted.found_in(in_pieces(pieces, kind)))} == {}


def test_nobody_is_sent_any_figure(seen: Watched) -> None:
    pieces = seen.kept[""].pieces
    assert {kind: found for kind in KINDS if (found := sought(seen.published, "").found_in(in_pieces(pieces, kind)))} == {}
    assert any("Sign in" in text for text in in_pieces(pieces, "page"))


@pytest.mark.parametrize("reader", READERS)
def test_the_same_search_finds_what_may_be_read_on_every_page(seen: Watched, reader: str) -> None:
    wanted, pieces = controls(seen.published, rights(reader)), seen.kept[reader].pieces
    kinds = KINDS if reader in IN_A_BROWSER else ("frame",)
    blind = {p for p in pages_of(rights(reader)) if not any(wanted.found_in(in_pieces(pieces, kind, p)) for kind in kinds)}
    assert blind <= ({"gaps"} if rights(reader) == "Scrutiny" and reader not in IN_A_BROWSER else set())


PLACES = {
    "frame": {*SCREENS},
    "page": {*SCREENS},
    "spoken": {"overview", "kpi", "directorate", "gaps", "community", "data_quality"},
    "alt": {"kpi"},
    "picture": {"kpi"},
    "csv": {"overview", "kpi", "directorate", "gaps", "community", "data_quality"},
    "xlsx": {"overview", "kpi", "directorate", "gaps", "community", "data_quality"},
}
"""Where a number of five digits stands that a leader may read: the list of definitions has none before one is chosen."""


@pytest.mark.parametrize("kind", PLACES)
def test_the_same_search_finds_what_may_be_read_in_every_kind_of_place(seen: Watched, kind: str) -> None:
    wanted, pieces = controls(seen.published, "Admin"), seen.kept["Admin"].pieces
    assert {page for page in PLACES[kind] if not wanted.found_in(in_pieces(pieces, kind, page))} == set()


def test_every_choice_of_every_menu_was_opened(seen: Watched) -> None:
    opened = {(page, menu) for page, menu, _ in seen.chosen}
    assert opened >= {(page, "Release") for page in SCREENS}
    assert opened >= {(page, "Council, directorate or service") for page in SCREENS if page not in ("community", "definitions")}
    more = {"kpi": {"Measure", "Units over time"}, "directorate": {"Compare the parts on"}, "gaps": {"Statistic"}}
    more |= {"definitions": {"Definition", "Grouped by"}}
    assert opened >= {(page, menu) for page, menus in more.items() for menu in menus}
    assert len([option for page, menu, option in seen.chosen if (page, menu) == ("definitions", "Definition")]) == len(KPIS)


def test_the_programs_own_files_are_as_they_were_installed(seen: Watched) -> None:
    """So nothing of a council is in them, and their own numbers need not be searched."""
    assert len(seen.programs) > 20
    assert [path for path, content in seen.programs.items() if content != (PROGRAMS / path.removeprefix("/")).read_bytes()] == []


# what the server and the commands leave behind


def test_no_hidden_number_is_in_the_servers_log_or_what_the_commands_said(seen: Watched) -> None:
    made = seen.published
    assert len(seen.log.splitlines()) > 100
    assert sought(made, "all").found_in(unpacked(seen.log)) == []
    assert controls(made, "Lead").found_in(unpacked(seen.log)) == []  # nor any that may be read
    for numbers in (sought(made, "all"), listed()):
        assert {said.line: found for said in made.said if (found := numbers.found_in(unpacked(said.words)))} == {}


def test_the_commands_did_what_they_were_asked_and_say_what_may_be_read(made: Published) -> None:
    ended = {said.line: said.code for said in made.said}
    failed = {line.split("|")[0] for line, code in ended.items() if code}
    assert failed == {"show", "releases", "refresh", "ingest", "explain"}  # those that were asked for what is not there
    assert {line: code for line, code in ended.items() if code not in (0, 1, 2)} == {}
    for word in ("show", "explain", "certify", "refresh"):
        assert any(said.line.startswith(word) and said.code == 0 and said.words for said in made.said)
    shown = [said.words for said in made.said if said.line.startswith("show") and said.code == 0]
    assert controls(made, "Lead").found_in(text for words in shown for text in unpacked(words))


def test_no_hidden_number_is_in_any_file_but_the_database_of_rows(seen: Watched) -> None:
    """Releases with their certified systems and certificates, sign-ins, reports of loading, what was temporary, what caches keep."""
    left = seen.published.left_behind()
    wanted = sought(seen.published, "all")
    for numbers in (wanted, listed()):
        assert {name: found for name, path in left.items() if (found := numbers.found_in(unpacked(path.read_bytes())))} == {}
    assert {"data/releases.sqlite", "data/audit.sqlite"} <= left.keys()
    assert not [name for name in left if not name.startswith("data/")], "something was left in the home or the temporary folder"
    releases = list(unpacked(left["data/releases.sqlite"].read_bytes()))
    assert controls(seen.published, "Lead").found_in(releases)
    assert any("shown_by_level" in text for text in releases)


def test_only_releases_and_sign_ins_can_be_read_by_an_account_that_is_not_the_analysts(seen: Watched) -> None:
    data = seen.published.folder / "data"
    for_others = {path for path in data.rglob("*") if path.is_file() and path.stat().st_mode & (stat.S_IROTH | stat.S_IRGRP)}
    closed = {path for path in data.rglob("*") if path.is_dir() and not path.stat().st_mode & (stat.S_IROTH | stat.S_IXOTH)}
    seen_by_others = {path.name.split("-")[0] for path in for_others if not closed & {*path.parents}}
    assert seen_by_others <= {"releases.sqlite", "audit.sqlite"}
    assert (data / "workforce.duckdb").is_file()


# the search itself is not blind


NUMBER = 12_357
SHARE = 12_357 / 12_360
PAY = 43_717.39


def a_frame(**fields: Any) -> bytes:
    sent = ForwardMsg()
    sent.delta.new_element.plotly_chart.spec = json.dumps({"data": [{"type": "bar", **fields}]})
    return sent.SerializeToString()


def a_database(value: object) -> bytes:
    with sqlite3.connect(":memory:") as made:
        made.execute("CREATE TABLE t (v)")
        made.execute("INSERT INTO t VALUES (?)", (value,))
        return made.serialize()


def a_zip(**members: str) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return into.getvalue()


def a_png(kind: bytes, body: bytes) -> bytes:
    end = struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND"))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body)) + end


def b64(content: bytes | str) -> str:
    return base64.b64encode(content if isinstance(content, bytes) else content.encode()).decode()


DEFLATE = zlib.compressobj(wbits=-15)
PLANTED: Mapping[str, bytes | str] = {
    "a line of a log": '{"time": "2026-11-22T05:14:37.721Z", "event": "page", "kind": "12357"}',
    "thousands": "of 12,357 people",
    "thousands, thin": "of 12\u202f357 people",
    "thousands, in HTML": "of 12&#44;357 people",
    "in an address": "/kpi?n=12%2C357",
    "beside letters": "n12357x",
    "in an attribute": '<td data-n="12357.0">',
    "alternative text": '<img alt="Disabled people: 12,357 on 31 March">',
    "in thousands": "12.357 thousand",
    "exponent": "1.2357e+04",
    "base64": b64('{"people": 12357}'),
    "base64 of gzip": b64(gzip.compress(b"people 12357 of Streets")),
    "gzip": gzip.compress(b'{"people": 12357}'),
    "zlib": zlib.compress(b'{"people": [12357]}'),
    "deflate": DEFLATE.compress(b"the people of Streets who are disabled are 12357") + DEFLATE.flush(),
    "arrow": arrow_of(pa.table({"n": pa.array([1, NUMBER])})),
    "arrow, floats": arrow_of(pa.table({"n": pa.array([0.5, float(NUMBER)])})),
    "pickle": pickle.dumps({"n": NUMBER}),
    "pickled frame": pickle.dumps(pd.DataFrame({"n": [1, NUMBER], "share": [0.1, 0.2]})),
    "pickled array": pickle.dumps(np.array([0.5, NUMBER])),
    "csv": "unit,n\nstreets,12357\n".encode("utf-8-sig"),
    "workbook": a_zip(**{"xl/worksheets/sheet1.xml": "<c><v>12357</v></c>"}),
    "workbook's comments": a_zip(**{"xl/comments1.xml": "<t>12,357 people</t>"}),
    "workbook's properties": a_zip(**{"docProps/custom.xml": "<vt:i4>12357</vt:i4>"}),
    "picture in words": '<img src="data:image/svg+xml;base64,' + b64("<svg><text>12,357</text></svg>") + '">',
    "PNG, text": a_png(b"tEXt", b"Comment\x0012357 people"),
    "PNG, squeezed text": a_png(b"zTXt", b"Comment\0\0" + zlib.compress(b"12357 people of Streets")),
    "database": a_database(NUMBER),
    "database, floats": a_database(float(NUMBER)),
    "database, squeezed": a_database(zlib.compress(b'{"shown": [12357]}')),
    "a share in percent": "99.98% of them",
    "a share, as it is": repr(SHARE),
    "a share, rounded": "0.99976",
    "pay": "£43,717.39",
    "pay, in pounds": "43,717",
    "sum of pay": "a bill of £190,039,494",
    "sum of pay, in millions": "£190.04m",
}


@pytest.mark.parametrize("place", PLANTED)
def test_a_number_that_is_planted_is_found(place: str) -> None:
    secrets = {"n": NUMBER, "share": SHARE, "pay": PAY, "bill": 4_347 * PAY}
    assert Sought(secrets, frozenset({12_358.0, 0.5})).found_in(unpacked(PLANTED[place]))


@pytest.mark.parametrize(
    "fields",
    [{"y": [1, NUMBER]}, {"customdata": [[f"{NUMBER:,}"]]}, {"y": {"dtype": "f8", "bdata": b64(np.array([1.0, NUMBER]).tobytes())}}],
)
def test_a_number_that_is_planted_in_a_chart_is_found(fields: dict[str, Any]) -> None:
    assert Sought({"n": NUMBER}, frozenset()).found_in(message(a_frame(**fields)))


def test_what_may_be_read_is_no_leak_and_neither_are_times_keys_and_short_numbers() -> None:
    wanted = Sought({"n": 12_357, "share": 0.23456, "small": 3}, frozenset({12_357.0, 0.2349}))
    assert wanted.found_in(["12,357", "23.5%", "3", "2026-11-22 05:14:12.357", "ab12357cdef01234567", "0.2346"]) == []
    assert wanted.found_in(["23.456%", "0.23456"])


def plant(reader: Reader) -> None:
    """On a real page: in an attribute, a caption, a drawing, the console, and whatever a browser keeps."""
    reader.page.evaluate(
        """n => {
          const main = document.querySelector('[data-testid="stMain"]');
          main.setAttribute('data-people', n); main.setAttribute('aria-label', n + ' people');
          main.insertAdjacentHTML('beforeend', `<svg role="img"><title>${n} people</title></svg><img alt="${n} people">`);
          console.log(n); localStorage.setItem('n', n); sessionStorage.setItem('n', n); document.cookie = 'n=' + n;
        }""",
        str(NUMBER),
    )
    reader.look()
    reader.listen()


@pytest.mark.parametrize("kind", ["page", "alt", "picture", "spoken", "console", "storage", "cookie"])
def test_a_number_that_is_planted_in_the_browser_is_found(seen: Watched, kind: str) -> None:
    assert sought(seen.published, "Admin").found_in(in_pieces(seen.planted.pieces, kind))
