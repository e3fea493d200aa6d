"""Every key of every configuration file as a page, from the models that read them."""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
from collections.abc import Mapping
from datetime import date
from enum import Enum
from itertools import pairwise
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from metrics.definitions.organisation_csv import COLUMNS
from metrics.definitions.schema import KINDS
from metrics.settings import SettingsFile

FILES = {
    "settings": "config/settings.yaml",
    "dataset": "config/datasets/<id>.yaml",
    "dimension": "config/dimensions/<id>.yaml",
    "kpi": "config/kpis/<ID>-<words>.yaml",
    "benchmark": "config/benchmarks/<id>.yaml",
    "disclosure": "config/disclosure.yaml",
    "access": "config/access.yaml",
    "gpg_return": "config/returns/gpg.yaml",
    "gpg_comparators": "config/comparators/gender_pay_gap.yaml",
    "sc_wres_return": "config/returns/sc-wres.yaml",
    "duty_return": "config/returns/duty.yaml",
}
PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false", date: "date, 2026-03-31", type(None): "nothing"}


def definitions_page() -> str:
    """Markdown: for each file its keys, what each accepts, and what it means."""
    kinds: dict[str, type[BaseModel]] = {"settings": SettingsFile, **KINDS}
    parts = ["# Configuration keys", "The file name is the id, so no file has a key `id`. A key without a default must be given."]
    for kind, where in FILES.items():
        parts += [f"## `{where}`", *_model(kinds[kind], set())]
    return "\n\n".join([*parts, *_organisation()]) + "\n"


ORGANISATION = {
    "unit": "An id that never changes: letters, digits, and _ . - between them.",
    "name": "What people call it.",
    "parent": "The id of the unit above; empty for the council itself.",
    "level": "What the council calls this kind of unit: directorate, service, team. Breakdowns name levels.",
    "valid_from": "First day; empty: always. A date, 2024-04-01.",
    "valid_to": "Last day; empty: to this day.",
    "successor": "Where the people attached to the unit went, on the day after it ended; several ids, separated by ;, for a split.",
}


def _organisation() -> list[str]:
    """The one file that is a table: a line per unit and parent."""
    rows = [f"| `{name}` | {ORGANISATION[name]} |" for name in COLUMNS]
    told = "One line per unit that ever was. A unit that moves or is renamed ends, and a successor begins: see [units over time]"
    return [
        "## `config/organisation.csv`",
        f"{told}(../methods/organisation.md).",
        "\n".join(["| column | meaning |", "| --- | --- |", *rows]),
    ]


def _model(model: type[BaseModel], told: set[type[BaseModel]]) -> list[str]:
    """A model's keys, then those of every model inside it that was not described yet."""
    told.add(model)
    comments = attribute_comments(model)
    rows = [_row(name, field, comments) for name, field in model.model_fields.items() if not (name == "id" and _is_file(model))]
    parts = [_told(model), "\n".join(["| key | accepts | default | meaning |", "| --- | --- | --- | --- |", *rows])]
    for inner in _inside(model):
        if inner not in told:
            parts += [f"### {_title(inner)}", *_model(inner, told)]
    return [part for part in parts if part]


def _is_file(model: type[BaseModel]) -> bool:
    return model in KINDS.values()


def _told(model: type[BaseModel]) -> str:
    """The model's own docstring; the fixed one of its base says nothing of it."""
    own = model.__dict__.get("__doc__")
    return _markdown(inspect.cleandoc(own)) if own else ""


def _markdown(text: str) -> str:
    """A docstring's `name : meaning` lines as a list, the rest as one paragraph each."""
    lines: list[str] = []
    for line in text.splitlines():
        name, colon, words = line.partition(" : ")
        if colon and not line.startswith(" ") and all(part.isidentifier() for part in name.split(", ")):
            lines.append(f"- `{name}`: {words}")
        else:
            lines.append(line.strip())
    joined: list[str] = []
    for line in lines:
        if joined and line and joined[-1] and not line.startswith("- "):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            if line.startswith("- ") and joined and joined[-1] and not joined[-1].startswith("- "):
                joined.append("")
            joined.append(line)
    return "\n".join(joined)


def _row(name: str, field: FieldInfo, comments: Mapping[str, str]) -> str:
    accepts = _cell(words_of(field.annotation, field.metadata))
    return f"| `{field.alias or name}` | {accepts} | {_default(field)} | {_cell(comments.get(name, ''))} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel):
        return "see below"
    if value is None or value in ((), {}, ""):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else getattr(value, 'value', value)}`"


def words_of(annotation: Any, metadata: Any = ()) -> str:
    """A type as words: what a person may write."""
    origin, inner = get_origin(annotation), get_args(annotation)
    pattern = next((p for m in metadata if (p := getattr(m, "pattern", None))), None)
    if pattern and annotation is str:
        return "id" if str(pattern) == r"^[a-z][a-z0-9_]*$" else f"text like `{pattern}`"
    if origin is Annotated:
        return words_of(inner[0], inner[1:])
    if origin is Literal:
        return " or ".join(f"`{v}`" for v in inner)
    if origin in {Union, types.UnionType}:
        return " or ".join(dict.fromkeys(words_of(a) for a in inner if a is not type(None)))
    if origin is tuple:
        return f"list of {words_of(inner[0])}"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"names, each with {words_of(inner[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{v.value}`" for v in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{_title(annotation)}](#{_title(annotation).replace(' ', '-')})"
    return PLAIN.get(annotation, "any value")


def _title(model: type[BaseModel]) -> str:
    """MainPost: main post."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in model.__name__).strip()


def _inside(model: type[BaseModel]) -> list[type[BaseModel]]:
    found: dict[type[BaseModel], None] = {}
    waiting: list[Any] = [field.annotation for field in model.model_fields.values()]
    while waiting:
        here = waiting.pop(0)
        if isinstance(here, type) and issubclass(here, BaseModel):
            found[here] = None
        waiting = [*get_args(here), *waiting]
    return list(found)


def attribute_comments(model: type[BaseModel]) -> dict[str, str]:
    """The text under each attribute of a class, which Python does not keep."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(model)))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found: dict[str, str] = {}
    for statement, after in pairwise(body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and (text := _text(after)) is not None:
            found[statement.target.id] = text
    return found


def _text(statement: ast.stmt) -> str | None:
    """The text of a statement that is nothing but text."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str):
        return statement.value.value
    return None


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
