"""The contract of every dataset as a page: what a file must hold, what each cell means, and who is counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from metrics.definitions.contract import DATA, Contract, Heading
from metrics.wording.contract import describe_holding

OPENING = (
    "What each extract of this configuration must hold. `equality template DATASET` writes the same as a workbook to fill in; `equality "
    "ingest DATASET FILE` accepts what stands here and refuses the rest, with reasons. Case, outer spaces and the order of columns do "
    "not matter, and columns that are not named here are not read."
)


def datasets_page(contracts: Sequence[Contract]) -> str:
    """Markdown: a table of all datasets, then each in full."""
    rows = [f"| [{c.dataset}](#{c.dataset}) | {_cell(c.title)} | {_cell(c.grain)} | {_cell(c.source_system)} |" for c in contracts]
    listed = "\n".join(["| id | title | a row | source |", "| --- | --- | --- | --- |", *rows])
    return "\n\n".join(["# Datasets", OPENING, listed, *(part for contract in contracts for part in _dataset(contract))]) + "\n"


def _dataset(contract: Contract) -> Iterator[str]:
    yield f"## {contract.dataset}"
    yield f"**{contract.title}.** {contract.grain}"
    if facts := [f"- {name}: {words}" for name, words in _facts(contract) if words]:
        yield "\n".join(facts)
    if contract.headings:
        yield _table(HEAD, map(_row, contract.headings))
    for heading in contract.headings:
        yield from _choices(heading)
    yield _table(["population", "title", "who is in it"], ([f"`{id}`", *told] for id, told in contract.populations.items()))
    if contract.derived:
        yield "Worked out, and filled in by nobody:"
        yield _table(["name", "from"], ([f"`{name}`", words] for name, words in contract.derived))


def _facts(contract: Contract) -> list[tuple[str, str]]:
    notes = [("Note", note) for note in contract.notes]
    if contract.worked_out_from:
        of = contract.worked_out_from
        return [("Columns, people and who is who", f"those of [{of}](#{of})"), *notes]
    sheet = f"the sheet {contract.sheet}" if contract.sheet != DATA else ""
    row = f"headings in row {contract.header_row}" if contract.header_row > 1 else ""
    return [
        ("Source", contract.source_system),
        ("Made by", contract.filled_in_by),
        ("People", contract.person),
        ("Day", contract.day),
        ("Read from", contract.table),
        ("In a workbook", ", ".join(part for part in (sheet, row) if part)),
        *(("Who is who", role) for role in contract.roles),
        *notes,
    ]


HEAD = ["heading", "fills", "what it holds", "type", "unit", "limits", "an empty cell", "must be there"]


def _row(heading: Heading) -> list[str]:
    """One column of the file."""
    fills = ", ".join(f"`{name}`" for name in heading.columns)
    there = "no" if heading.may_be_left_out else "yes"
    return [f"**{heading.heading}**", fills, describe_holding(heading), heading.kind, heading.unit, heading.limits, heading.empty, there]


def _choices(heading: Heading) -> Iterator[str]:
    if not heading.choices:
        return
    yield f"**{heading.heading}** holds one of these:"
    rows = [[c.write, f"`{c.category}`", c.within, "" if c.known else "not an answer", "; ".join(c.also)] for c in heading.choices]
    used = [number for number in range(5) if number < 2 or any(row[number] for row in rows)]
    head = ["write", "category", "within", "known", "read in the same way"]
    yield _table([head[n] for n in used], ([row[n] for n in used] for row in rows))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(_cell(text) for text in cells)} |" for cells in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
