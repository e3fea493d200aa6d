"""Plain tables for a terminal: aligned columns, nothing cut off, the same in a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from metrics.errors import InputError, Problem


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[str] = ()) -> str:
    """Rows under their heads; columns named in `right` are aligned to the right, as numbers are."""
    cells = [list(heads), *([str(v) for v in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]

    def line(row: Sequence[str]) -> str:
        aligned = (v.rjust(w) if head in right else v.ljust(w) for v, w, head in zip(row, widths, heads, strict=True))
        return "  ".join(aligned).rstrip()

    return "\n".join([line(cells[0]), line(["-" * w for w in widths]), *(line(row) for row in cells[1:])])


def read_day(text: str, option: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise InputError(Problem(option, f"found '{text}'; write a day as YEAR-MONTH-DAY, such as 2026-03-31.")) from None
