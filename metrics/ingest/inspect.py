"""The import doctor: what a file seems to hold, what is odd about it, and drafts of the definitions that would load it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from metrics.definitions.dataset import TableBinding
from metrics.definitions.dimension import Dimension
from metrics.definitions.load import parse_folder
from metrics.ingest.database_tables import read_database_table
from metrics.ingest.guess import EXAMPLES, SEEMS, UNIT_RANK, Seen, look_at
from metrics.ingest.reading import RawTable, read_table
from metrics.sources.council_database import CouncilDatabase


@dataclass(frozen=True)
class Inspection:
    """What was found in one file."""

    path: Path
    format: str
    encoding: str
    delimiter: str
    sheet: str
    header_row: int
    rows: int
    repeated_rows: int
    """Rows that are the same as an earlier row in every column."""
    columns: tuple[Seen, ...]
    notes: tuple[str, ...]
    table: TableBinding | None = None
    """Where it is a table of a database and no file."""
    fits: tuple[str, ...] = ()
    """Datasets of the configuration that would read it as it is, the best one first."""

    def of(self, seems: str) -> tuple[Seen, ...]:
        return tuple(column for column in self.columns if column.seems == seems)

    @property
    def person_id(self) -> Seen | None:
        """The identifier, if there is one; one that is filled and different in every row comes first."""
        ids = sorted(self.of("person_id"), key=lambda c: (c.filled < c.rows, c.rows - c.distinct))
        return ids[0] if ids else None

    @property
    def unit(self) -> Seen | None:
        """The column that most likely names the units: the highest kind of unit, well filled."""
        return min(self.of("unit"), key=_unit_rank, default=None)

    def as_dict(self) -> dict[str, Any]:
        table = self.table.model_dump(by_alias=True) if self.table else None
        return asdict(self) | {"path": str(self.path), "table": table}

    def lines(self) -> list[str]:
        """For a terminal."""
        kind = ", ".join(word for word in (self.format, self.encoding, self.delimiter, self.sheet and f"sheet {self.sheet}") if word)
        kind += f"; headings in row {self.header_row}" if self.header_row else ""
        said = [f"{self.path.name}: {kind}; {self.rows:,} rows, {len(self.columns)} columns"]
        if self.repeated_rows:
            said.append(
                f"  {self.repeated_rows:,} rows repeat another row in every column. Without an identifier they are different people."
            )
        said += [f"  note: {note}" for note in self.notes]
        said += [f"  dataset '{id}' reads it as it is (every heading that it needs is here): equality ingest {id} …" for id in self.fits]
        for column in self.columns:
            said += _column_lines(column)
        return said


def inspect_file(
    path: Path, dimensions: Mapping[str, Dimension] | None = None, sheet: str | None = None, header_row: int | None = None
) -> Inspection:
    """Look at a file without a definition. `dimensions` are the council's, or those that the product starts with.

    Raises
    ------
    InputError : the file is no table
    """
    return _looked_at(read_table(path, sheet, header_row), path, dimensions)


def inspect_table(database: CouncilDatabase, table: TableBinding, dimensions: Mapping[str, Dimension] | None = None) -> Inspection:
    """Look at a table or view of a council's own database.

    Raises
    ------
    InputError : there is no such table, or it holds what is no table about people
    SourceError : the database cannot be reached, or refuses
    """
    raw = read_database_table(database, table)
    return replace(_looked_at(raw, Path(raw.name), dimensions), table=table)


def _looked_at(raw: RawTable, path: Path, dimensions: Mapping[str, Dimension] | None) -> Inspection:
    known = dimensions if dimensions else starter_dimensions()
    columns = tuple(look_at(str(h), raw.frame[h], known, raw.real_dates) for h in raw.frame.columns)
    return Inspection(
        path=path,
        format=raw.format,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        sheet=raw.sheet,
        header_row=raw.header_row,
        rows=len(raw.frame),
        repeated_rows=int(raw.frame.duplicated().sum()),
        columns=columns,
        notes=(*raw.notes, *_table_notes(raw)),
    )


def starter_dimensions() -> Mapping[str, Dimension]:
    with as_file(files("metrics.definitions").joinpath("starter")) as folder:
        return parse_folder(folder)[0].dimensions


def _table_notes(raw: RawTable) -> list[str]:
    last = raw.frame.iloc[-1].dropna().astype(str)
    if len(raw.frame) > 3 and last.str.casefold().str.match(r"(grand )?total\b").any():
        return [f"row {raw.frame.index[-1]} looks like a total, not a person: remove it"]
    return []


def _unit_rank(column: Seen) -> tuple[int, float]:
    words = column.heading.casefold()
    rank = next((place for place, word in enumerate(UNIT_RANK) if word in words), len(UNIT_RANK))
    return (rank if column.share_filled > 0.5 else rank + len(UNIT_RANK)), -column.share_filled


def _column_lines(column: Seen) -> list[str]:
    said = [f"  {column.heading}: {SEEMS[column.seems]}; filled {_percent(column.share_filled)}; {column.distinct:,} different"]
    if column.filled < column.rows:
        said[0] += f"; {column.rows - column.filled:,} blank"
    said += [f"      {note}" for note in column.notes]
    if column.labels:
        shown = list(column.labels.items())[:EXAMPLES]
        more = f", and {len(column.labels) - EXAMPLES} more" if len(column.labels) > EXAMPLES else ""
        said.append("      " + ", ".join(f"{label} ({n:,})" for label, n in shown) + more)
    if column.unmatched and column.dimension:
        said.append(f"      not among the known spellings of {column.dimension}: {len(column.unmatched)} labels")
    return said


def _percent(share: float) -> str:
    """Never 100% when something is missing, nor 0% when something is there."""
    if 0 < share < 0.01:
        return "under 1%"
    return "over 99%" if 0.99 < share < 1 else f"{share:.0%}"
