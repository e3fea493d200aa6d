"""What every definition shares: frozen, closed to unknown keys, and the filters that definitions are written in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
KpiId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{2}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Definition(BaseModel):
    """Base of everything that is read from YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) and value != "known" else value


Categories = Annotated[
    Literal["known"] | tuple[str, ...],
    BeforeValidator(_one_or_many, json_schema_input_type=Literal["known"] | str | tuple[str, ...]),
]
"""Either the word `known` (every category that is an answer) or a list of category ids."""

Filter = Mapping[Id, Categories]
"""Who is meant: every named column must hold one of the listed categories."""

NO_FILTER: Filter = {}
FilterField = Annotated[Filter, Field(default_factory=dict)]
