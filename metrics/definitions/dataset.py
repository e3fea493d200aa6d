"""Datasets: what an extract holds, how its columns are bound to canonical names, and who counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from metrics.definitions.base import Definition, FilterField, Id, Text

ColumnType = Literal["category", "number", "integer", "money", "date", "text", "boolean"]


class Column(Definition):
    """One canonical column. `from` names the heading in the council's file."""

    source: Text = Field(alias="from")
    type: ColumnType = "category"
    dimension: Id | None = None
    """Dimension whose categories this column holds; its id is usually the column's own name."""
    recode: Mapping[str, Id] = Field(default_factory=dict)
    """The council's labels, exactly as in the file (case and outer spaces do not matter), to category ids."""
    standard_labels: bool = True
    """Also accept the shipped table of known spellings for this dimension."""
    blank: Id | None = None
    """Category that an empty cell means; without it an empty cell in a category column is the dimension's first not-known category."""
    band: Id | None = None
    """For numbers, and for dates of birth (completed years on the as-at day): dimension whose bands this column fills; it is then
    available as a dimension of that name."""
    required: bool = True
    """False: the file may lack this column (every row is then empty)."""
    empty: Literal["allow", "reject"] = "allow"
    """What happens to a row in which a number, date or text is empty."""
    minimum: float | None = None
    maximum: float | None = None
    date_format: str | None = None
    """strptime format when dates are written neither ISO nor day/month/year."""


def _many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class UnitBinding(Definition):
    """Where a row's organisational unit stands: one column, or several from the top down (the lowest filled one counts)."""

    source: Annotated[tuple[Text, ...], BeforeValidator(_many, json_schema_input_type=Text | tuple[Text, ...])] = Field(alias="from")
    recode: Mapping[str, Text] = Field(default_factory=dict)
    """The file's label to a unit id; labels equal to a unit's id or name need no entry."""


class MainPost(Definition):
    """Which of a person's posts counts, for files with a row per post."""

    highest: tuple[Id, ...] = ()
    """Numeric columns, most important first: the post with the highest value is the main one; ties go to the first row."""
    flag: Id | None = None
    """Boolean column that marks the main post."""


class Population(Definition):
    """Who is counted, named in every title: "All staff without casual workers (headcount)"."""

    title: Text
    where: FilterField


class Dataset(Definition):
    """One kind of extract. The file name is its id: `config/datasets/hr.yaml` describes dataset `hr`."""

    id: Id
    title: Text
    source_system: Text | None = None
    grain: Literal["person", "post"] = "person"
    person_id: Text | Literal["absent"] = "absent"
    """Heading of the person identifier, or the word `absent`: then every row is a different person and joined/left are not reported."""
    main_post: MainPost | None = None
    as_at: Text | None = None
    """Heading of a column that holds the snapshot date; otherwise the date is given on `equality ingest --as-at`."""
    unit: UnitBinding | None = None
    """Absent: everyone belongs to the whole council."""
    columns: Mapping[Id, Column]
    populations: Mapping[Id, Population]
    sheet: Text | None = None
    """For workbooks: the sheet to read; otherwise the only sheet."""
    header_row: int | None = Field(default=None, ge=1)
    notes: tuple[Text, ...] = ()
