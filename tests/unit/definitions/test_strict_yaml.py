"""The strict reading of YAML: plain words stay words, and every value has its line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from metrics.definitions import strict_yaml
from metrics.definitions.strict_yaml import read_yaml_text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("1:30", "1:30"),
        ("16-24", "16-24"),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12", 12),
        ("-3", -3),
        ("6.1", 6.1),
        (".5", 0.5),
        ("1e3", 1000.0),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("9" * 5000, "9" * 5000),
        ("2026-03-31", date(2026, 3, 31)),
        ("2026-03-31 10:00", "2026-03-31 10:00"),
        ("31/03/2026", "31/03/2026"),
        ("04-01", "04-01"),
        ("'2026-03-31'", "2026-03-31"),
        ('"12"', "12"),
        ("~", None),
        ("", None),
        ("null", None),
    ],
)
@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_plain_words(written: str, read: Any, loader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "_LOADER", loader)
    found = read_yaml_text(f"key: {written}\n", "f.yaml")
    assert found.data == {"key": read}
    assert type(found.data["key"]) is type(read)
    assert not found.problems


def test_keys_are_text_so_that_codes_can_be_recoded() -> None:
    assert read_yaml_text("recode: {1: female, 2: male, no: other, 2026-01-01: x}", "f").data == {
        "recode": {"1": "female", "2": "male", "no": "other", "2026-01-01": "x"}
    }


def test_every_value_has_its_line_and_unknown_places_the_nearest() -> None:
    reading = read_yaml_text("title: A\nmeasure:\n  type: count\n  parts:\n    - a\n    - b: 1\n", "f.yaml")
    assert reading.line(("measure", "type")) == 3
    assert reading.line(("measure", "parts", 1, "b")) == 6
    assert reading.line(("measure", "column")) == 2
    assert reading.line(("owner",)) == 0
    assert str(reading.problem(("measure", "parts", 1, "b"), "wrong")) == "f.yaml:6: measure.parts.b: wrong"


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a: b: c", 1, "a ':' stands where none can be"),
        ("a:\n\tb: 1", 2, "the line is indented with a tab"),
        ("a: @x", 1, "text that starts with a sign such as @"),
        ("b: 1\na: 'x", 2, "a quotation mark is opened and not closed"),
        ("a: 1\n- b", 2, "the indentation does not fit"),
        ("a: [1, 2", 1, "a list or bracket is not closed"),
        ("a: 1\na: 2", 2, "key 'a' is written twice (first on line 1)"),
        ("? [a, b]\n: c", 1, "a key is a plain word"),
        ("a: 2026-02-31", 1, "2026-02-31 is not a day of the calendar"),
        ('a: "\\q"', 1, "a backslash in double quotes"),
        ("%YAML 3.0\n---\na: 1", 1, "the line that starts with % is not accepted"),
    ],
)
def test_malformed_yaml_in_plain_words(text: str, line: int, sentence: str, loader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "_LOADER", loader)
    (problem,) = read_yaml_text(text, "f.yaml").problems
    assert problem.message.startswith(sentence)
    assert problem.line == line


def test_billions_of_laughs_are_never_built() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}, *{p}, *{p}]\n" for p, n in zip("abcdefghi", "bcdefghij", strict=True))
    reading = read_yaml_text(bomb, "f")
    assert not reading.usable
    assert reading.data["j"] == [None, None, None, None]


def test_nothing_is_constructed_from_tags() -> None:
    reading = read_yaml_text("a: !!python/object/apply:os.system ['exit 1']", "f")
    assert [p.message.split(";")[0] for p in reading.problems] == ["the tag '!!python/object/apply:os.system' is not accepted"]
