"""Where a table stands on its sheet: headings over several rows, columns beside it, rows that are none of the table's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from metrics.definitions.layout import Layout
from metrics.ingest.cells import SPACES
from metrics.ingest.labels import folded, without_sign

NUMBERS_SHOWN = 10


@dataclass
class Shape:
    """What of a file's rows is the table, and which rows were found to be none of it."""

    header_rows: int = 1
    first: int = 0
    last: int | None = None
    rows_have: tuple[str, ...] = ()
    footnotes: bool = False
    left_out: list[int] = field(default_factory=list)
    """Numbers of the rows that have nothing under the headings of `rows_have`."""

    @property
    def plain(self) -> bool:
        """The table is all that the file holds."""
        return self.first == 0 and self.last is None and not self.rows_have

    def cut(self, cells: Sequence[str]) -> Sequence[str]:
        return cells[self.first : self.last]

    def places(self, names: Sequence[str]) -> list[int]:
        """Where the headings of `rows_have` stand.

        Raises
        ------
        LookupError : with the heading that is not there
        """
        found = headings_by_word(names, self.footnotes)
        for heading in self.rows_have:
            if folded(heading) not in found:
                raise LookupError(heading)
        return [list(names).index(found[folded(heading)]) for heading in self.rows_have]

    def note(self) -> str | None:
        if not self.left_out:
            return None
        listed = ", ".join(map(str, self.left_out[:NUMBERS_SHOWN]))
        more = f" and {len(self.left_out) - NUMBERS_SHOWN} more" if len(self.left_out) > NUMBERS_SHOWN else ""
        word = "row has" if len(self.left_out) == 1 else "rows have"
        under = " or ".join(f"'{heading}'" for heading in self.rows_have)
        return f"{len(self.left_out)} {word} nothing under {under} and were left out (layout.rows_have): {listed}{more}."


def shape_of(layout: Layout | None) -> Shape:
    if layout is None:
        return Shape()
    first, last = (_column(letters) for letters in layout.table_columns.split(":")) if layout.table_columns else (1, None)
    return Shape(layout.header_rows, first - 1, last, layout.rows_have, layout.footnotes)


def _column(letters: str) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Headings that stand over several rows, read from the top down. An empty cell above the last row holds what stands to its left.

    >>> joined([["", "Women", ""], ["Grade", "number", "%"]])
    ['Grade', 'Women number', 'Women %']
    """
    width = max(map(len, rows))
    padded = [[re.sub(r"\s+", " ", cell.strip(SPACES)) for cell in row] + [""] * (width - len(row)) for row in rows]
    for row in padded[:-1]:
        for place in range(1, width):
            if not row[place] and padded[-1][place]:
                row[place] = row[place - 1]
    return [" ".join(cell for cell in column if cell) for column in zip(*padded, strict=True)]


def headings_by_word(headings: Sequence[str], footnotes: bool = False) -> dict[str, str]:
    """Folded words to the heading as it stands in the file; where footnotes may be glued to it, without their signs, too."""
    found = {folded(heading): heading for heading in headings}
    if footnotes:
        for heading in headings:
            bare = without_sign(heading)
            if bare is not None:
                found.setdefault(folded(bare), heading)
    return found
