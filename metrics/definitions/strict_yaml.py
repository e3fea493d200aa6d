"""Reads the small, plain part of YAML that definitions need; refuses the rest, with the line it stands on.

Refused: the same key twice, anchors and aliases, tags, merge keys, several documents, deep nesting, large files.
Plain words keep their spelling: `no`, `on`, `yes`, `1:30`, `007` and `1_000` are text; only `true` and `false` are
booleans, only `2026-03-31` is a date. Keys are always text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from metrics.errors import Problem

LARGEST_FILE = 256 * 1024
DEEPEST = 20
Place = tuple[str | int, ...]
"""The way to a value: keys, and positions in lists counted from 0."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"[-+]?([0-9]{1,15}\.[0-9]{0,15}|\.[0-9]{1,15})([eE][-+]?[0-9]{1,2})?|[-+]?[0-9]{1,15}[eE][-+]?[0-9]{1,2}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True)
class Reading:
    """A file as it was read: plain data, and the line of every value."""

    where: str
    data: Any
    lines: Mapping[Place, int]
    problems: tuple[Problem, ...] = ()
    usable: bool = True
    """False: what the file says cannot be told, so nothing more can be checked in it."""

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest thing around it; 0 for the file as a whole."""
        return next((self.lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self.lines), 0)

    def problem(self, place: Place, message: str) -> Problem:
        """`config/kpis/WR03.yaml:9: measure.denominator: …`; positions in lists are left to the line number."""
        name = ".".join(str(step) for step in place if isinstance(step, str))
        return Problem(self.where, f"{name}: {message}" if name else message, self.line(place))


def read_text(path: Path, where: str, largest: int = LARGEST_FILE) -> str | Problem:
    """A UTF-8 text file (with or without byte order mark), or why it cannot be read."""
    try:
        size = path.stat().st_size
        if size > largest:
            return Problem(where, f"the file is {size // 1024:,} KiB; a definition has at most {largest // 1024} KiB. Split it")
        raw = path.read_bytes()
    except OSError as error:
        return Problem(where, f"the file cannot be opened ({error.strerror or 'unknown reason'}); check that it is there and may be read")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem(where, "the file is saved as UTF-16 ('Unicode'); save it as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem(
            where, "a character is not UTF-8; save the file as UTF-8 (in Excel: 'CSV UTF-8')", raw.count(b"\n", 0, error.start) + 1
        )


def read_yaml(path: Path, where: str) -> Reading:
    """A definition file as plain data. Never raises: what is wrong is in `problems`."""
    text = read_text(path, where)
    if isinstance(text, Problem):
        return Reading(where, None, {}, (text,), usable=False)
    return read_yaml_text(text, where)


def read_yaml_text(text: str, where: str) -> Reading:
    reader = _Reader(where, text)
    try:
        data = reader.document()
    except _Unusable:
        return Reading(where, None, reader.lines, tuple(reader.problems), usable=False)
    except yaml.YAMLError as error:
        return Reading(where, None, reader.lines, (*reader.problems, _in_plain_words(error, text, where)), usable=False)
    return Reading(where, data, reader.lines, tuple(reader.problems), reader.usable)


class _Unusable(Exception):
    """Reading stops here; the problem is already noted."""


class _Reader:
    """Turns YAML's events into plain data; never builds what it refuses."""

    def __init__(self, where: str, text: str) -> None:
        self.where = where
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self.usable = True

    def document(self) -> Any:
        data: Any = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "a second document starts here ('---'); one file holds one definition")
                    raise _Unusable
                data = self._value(next(self.events), ())
        if documents == 0:
            self.problems.append(Problem(self.where, "the file is empty"))
            raise _Unusable
        return data

    def _refuse(self, event: Any, message: str) -> None:
        self.problems.append(Problem(self.where, message, event.start_mark.line + 1))

    def _value(self, event: Any, place: Place) -> Any:
        self._check_plain(event)
        if place:
            self.lines.setdefault(place, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent):
            return None
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if len(place) >= DEEPEST:
            self._refuse(event, f"nested more than {DEEPEST} levels deep; no definition needs that")
            raise _Unusable
        return self._mapping(place) if isinstance(event, yaml.MappingStartEvent) else self._sequence(place)

    def _check_plain(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, f"'*{event.anchor}' repeats another part of the file; write the value out")
            self.usable = False
            return
        if getattr(event, "anchor", None):
            self._refuse(event, f"'&{event.anchor}' names a part of the file to repeat it; write the value out where it is needed")
        if getattr(event, "tag", None):
            self._refuse(
                event, f"the tag '{event.tag.replace('tag:yaml.org,2002:', '!!')}' is not accepted; leave it out (text can stand in quotes)"
            )
            self.usable = False

    def _sequence(self, place: Place) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self._value(event, (*place, len(found))))
        return found

    def _mapping(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event)
            first = self.lines.get((*place, key), 0)
            if key in found:
                self._refuse(event, f"key '{key}' is written twice (first on line {first}); keep one")
            else:
                self.lines[(*place, key)] = event.start_mark.line + 1
            value = self._value(next(self.events), (*place, key))
            found.setdefault(key, value)
        return found

    def _key(self, event: Any) -> str:
        self._check_plain(event)
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(event, "a key is a plain word, not a list or another set of keys; check the brackets")
            raise _Unusable
        if event.value == "<<" and event.implicit[0]:
            self._refuse(event, "'<<' merges another part of the file; write the keys out")
            self.usable = False
        return str(event.value)

    def _scalar(self, event: Any) -> Any:
        text = str(event.value)
        if not event.implicit[0]:  # quoted, or a block of text
            return text
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
        return self._day(event, text) if _DATE.fullmatch(text) else text

    def _day(self, event: Any, text: str) -> Any:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._refuse(event, f"{text} is not a day of the calendar")
            return date(2000, 1, 1)  # so that the same slip is not reported again as "not a date"


def _in_plain_words(error: yaml.YAMLError, text: str, where: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    if "unexpected end of stream" in str(getattr(error, "problem", "")):
        mark = getattr(error, "context_mark", None) or mark  # where the quotation begins
    if mark is None:
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position if isinstance(position, int) else 0) + 1
        return Problem(where, "the file holds a character that is not text (perhaps copied from a document); retype the line", line)
    lines = text.splitlines() or [""]
    number = min(mark.line, len(lines) - 1)
    return Problem(where, _sentence(str(getattr(error, "problem", "")), lines[number]), number + 1)


def _sentence(problem: str, line: str) -> str:
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "the line is indented with a tab; use spaces"
    for sign, sentence in _SENTENCES.items():
        if sign in problem:
            return sentence
    return "the file cannot be read from here on; check indentation, quotes and brackets"


_SENTENCES = {
    "mapping values are not allowed": "a ':' stands where none can be: put text that holds ': ' in quotes, and check the indentation",
    "could not find expected ':'": "a ':' is missing after a key",
    "cannot start any token": "text that starts with a sign such as @, %, ` or a tab must stand in quotes",
    "unexpected end of stream": "a quotation mark is opened and not closed",
    "expected ',' or": "a list or bracket is not closed, or a comma is missing",
    "expected key": "the indentation does not fit the lines above",
    "expected '-' indicator": "the indentation does not fit the lines above",
    "expected <block end>": "the indentation does not fit the lines above",
    "unknown escape character": "a backslash in double quotes; use single quotes",
    "tab character": "the line is indented with a tab; use spaces",
    "incompatible YAML document": "the line that starts with % is not accepted; delete it",
}
