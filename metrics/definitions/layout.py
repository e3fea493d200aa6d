"""How a table stands in a file that others made: headings over several rows, notes below, two kinds of number in one column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from metrics.definitions.base import Definition, Text

Meaning = Literal["confidential", "not_available", "not_applicable", "unreliable"]
"""Why a figure is not there: its publisher withheld it, nobody has it, it would make no sense (a share of nobody), or it is too unsure."""


def _many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Words = Annotated[tuple[Text, ...], BeforeValidator(_many, json_schema_input_type=Text | tuple[Text, ...])]


class Apart(Definition):
    """One column holds numbers of several kinds, and another says which: each kind gets a heading of its own.

    Rows that agree in everything else become one row: a group's number and its percentage.
    """

    value: Text
    """Heading of the numbers."""
    by: Text
    """Heading of the words that say what a number is."""
    at_end: bool = False
    """True: the words stand at the end of a label, "Indian (number)", which is then read without them."""
    into: Mapping[Text, Text] = Field(min_length=1)
    """Each word to the heading that its numbers get. A row with another word is refused; `only` leaves such rows alone."""


class Unfold(Definition):
    """A wide table, a heading a group: each becomes a row of its own."""

    label: Text
    """The heading, chosen here, under which the group's name then stands."""
    number: Text
    """The heading, chosen here, under which its number then stands."""
    source: Mapping[Text, Text] = Field(alias="from", min_length=1)
    """Heading in the file to the name of its group. An empty cell makes no row."""


class Layout(Definition):
    """How the table stands in the file. `header_row` names the first row of headings; what is said here comes in this order."""

    header_rows: int = Field(default=1, ge=1, le=5)
    """How many rows the headings take: they are read from the top down as one. In a row above the last, a cell that is empty holds what
    stands to its left, as where one heading spans several columns."""
    table_columns: Annotated[str, Field(pattern=r"^[A-Z]{1,3}:[A-Z]{1,3}$")] | None = None
    """`A:D`: the table's first and last column, as a spreadsheet names them. What stands beside it, such as a legend, is not read."""
    rows_have: Words = ()
    """A row of the table has something under at least one of these headings; titles between rows and notes below have not, and are left
    out. The import report names them."""
    only: Mapping[Text, Words] = Field(default_factory=dict)
    """Heading to what must stand there: rows with anything else are about something else and are left alone."""
    footnotes: bool = False
    """True: signs of footnotes may be glued to headings, labels and units, "Leeds1", "Leeds [note 2]". A word that is known with its sign
    is read as it stands."""
    apart: Apart | None = None
    unfold: Unfold | None = None

    @property
    def shapes_sheet(self) -> bool:
        """Something is to be known before the first row is read."""
        return self.header_rows > 1 or self.table_columns is not None or bool(self.rows_have)
