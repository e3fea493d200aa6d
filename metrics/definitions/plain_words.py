"""What pydantic found wrong with a definition, as problems that an officer understands."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from metrics.definitions.nearest import listed, nearest
from metrics.definitions.strict_yaml import Place, Reading
from metrics.errors import Problem


def in_plain_words(error: ValidationError, model: type[BaseModel], reading: Reading) -> list[Problem]:
    """One problem per place; where a value could have been one of several things, what each would accept."""
    found: dict[Place, list[str]] = {}
    for one in error.errors(include_url=False):
        place = _place(one["loc"], reading.data, one["type"] == "missing")
        found.setdefault(place, []).append(_sentence(one, place, model, reading))
    return [reading.problem(_shown(place), "; or ".join(dict.fromkeys(messages))) for place, messages in found.items()]


def _shown(place: Place) -> Place:
    return tuple(step for step in place if step != "[key]")


def _place(loc: tuple[int | str, ...], data: Any, missing: bool) -> Place:
    """The part of pydantic's location that is in the file: it also names union members, which mean nothing to a reader."""
    place: list[str | int] = []
    here = data
    for step in loc:
        if isinstance(here, Mapping) and step in here:
            here = here[str(step)]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            continue
        place.append(step)
    if missing and isinstance(loc[-1], str):
        place.append(loc[-1])
    return tuple(place)


def _sentence(one: Any, place: Place, model: type[BaseModel], reading: Reading) -> str:
    kind, found, limits = one["type"], one.get("input"), one.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(str(place[-1]), accepted_keys(model, place[:-1]))
    if one["loc"][-1:] == ("[key]",):
        return f"'{found}' is not an id: small letters, digits and _, starting with a letter"
    if kind in {"literal_error", "enum"}:
        return _not_one_of(found, str(limits.get("expected", "")))
    template = _SENTENCES.get(kind)
    if template is None:
        return str(one["msg"])[:1].lower() + str(one["msg"])[1:]
    return template.format(
        found=_quoted(found), hint=_hint(found, limits), **{k: v for k, v in limits.items() if k in {"ge", "gt", "le", "lt"}}
    )


def _quoted(found: Any) -> str:
    if found is None:
        return "nothing"
    if isinstance(found, Mapping):
        return "keys with values"
    if isinstance(found, (list, tuple)):
        return "a list"
    text = str(found)
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


def _hint(found: Any, limits: Mapping[str, Any]) -> str:
    if "pattern" in limits:
        return _PATTERNS.get(str(limits["pattern"]), f"written as {limits['pattern']}")
    if isinstance(found, str) and found.strip().endswith("%"):
        return "; write the number without %"
    return ""


def _not_one_of(found: Any, expected: str) -> str:
    words = [w.strip().strip("'") for part in expected.split(" or ") for w in part.split(",")]
    likely = nearest(str(found), words) if isinstance(found, str) else None
    return f"{_quoted(found)} is not accepted; " + (f"did you mean '{likely}'? " if likely else "") + f"Write one of: {listed(words)}"


def _unknown_key(key: str, accepted: tuple[str, ...]) -> str:
    if key == "id":
        return "the file name is the id; delete this line"
    likely = nearest(key, accepted)
    return "unknown key; " + (f"did you mean '{likely}'?" if likely else f"accepted here: {listed(accepted)}")


def accepted_keys(model: type[BaseModel], place: Place) -> tuple[str, ...]:
    """Keys that may be written at a place of a definition."""
    here: list[Any] = [model]
    for step in place:
        here = [below for kind in here for below in _below(kind, step)]
    found = [field.alias or name for kind in here if _is_model(kind) for name, field in kind.model_fields.items()]
    return tuple(dict.fromkeys(key for key in found if key != "id" or place))


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _below(kind: Any, step: str | int) -> list[Any]:
    if _is_model(kind):
        return [
            inner for name, field in kind.model_fields.items() if step in {name, field.alias} for inner in _alternatives(field.annotation)
        ]
    if get_origin(kind) is tuple or (isinstance(step, str) and get_args(kind)):
        return [inner for argument in get_args(kind)[-1:] + get_args(kind)[:1] for inner in _alternatives(argument)]
    return []


def _alternatives(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return _alternatives(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        return [inner for argument in get_args(annotation) for inner in _alternatives(argument)]
    return [annotation]


_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "an id: small letters, digits and _, starting with a letter",
    r"^[A-Z]{2}[0-9]{2}$": "a KPI id: two capital letters and two digits",
    r"^(UWC|LPO|RSC|DEW)\.[1-5]$": "a theme: UWC, LPO, RSC or DEW, a point, and 1 to 5, such as DEW.1",
    r"^[^@\s]+$": "a person's id as `equality audit` prints it; an e-mail address is not one",
    r"^(0[1-9]|1[0-2])-01$": "the first day of a month as MM-DD, such as 04-01",
}
_NUMBER = "expected a number, found {found}{hint}"
_LIST = "expected a list, found {found}"
_KEYS = "expected keys with values below it, found {found}"
_DAY = "expected a date written as 2026-03-31, found {found}"
_SENTENCES = {
    "missing": "missing; it must be given",
    "string_type": "expected text, found {found}; a number or date that is meant as text stands in quotes",
    "string_too_short": "empty; write some words",
    "string_too_long": "the text is too long",
    "string_pattern_mismatch": "{found} is not {hint}",
    "too_short": "at least one is needed",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "int_type": "expected a whole number, found {found}{hint}",
    "int_parsing": "expected a whole number, found {found}{hint}",
    "int_from_float": "expected a whole number, found {found}",
    "finite_number": "expected a number, found {found}",
    "bool_type": "expected true or false, found {found}",
    "bool_parsing": "expected true or false, found {found}",
    "tuple_type": _LIST,
    "list_type": _LIST,
    "mapping_type": _KEYS,
    "dict_type": _KEYS,
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "greater_than_equal": "{found} is too small; at least {ge}",
    "greater_than": "{found} is too small; it must be above {gt}",
    "less_than_equal": "{found} is too large; at most {le}",
    "less_than": "{found} is too large; it must be below {lt}",
}
