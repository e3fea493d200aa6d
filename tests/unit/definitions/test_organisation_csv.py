"""The organisation's file as spreadsheets save it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from metrics.definitions.organisation_csv import read_organisation

TEXT = """unit,name,parent,level,valid_from,valid_to,successor
city,City,,council,,,
a,Ämt A,city,directorate,,2025-03-31,b;c
b,B,city,directorate,,,
c,C,b,team,,,
"""


def read(tmp_path: Path, content: bytes) -> tuple[Any, Any, Any]:
    path = tmp_path / "organisation.csv"
    path.write_bytes(content)
    return read_organisation(path, "organisation.csv")


def test_byte_order_mark_crlf_and_stray_spaces_do_not_matter(tmp_path: Path) -> None:
    plain, lines, problems = read(tmp_path, TEXT.encode())
    assert not problems
    dressed = "\r\n".join(" , ".join(line.split(",")) for line in TEXT.splitlines()).replace(";", " ; ") + "\r\n\r\n,,,,,,\r\n"
    same, _, _ = read(tmp_path, b"\xef\xbb\xbf" + dressed.encode())
    assert same == plain
    assert lines == {"city": 2, "a": 3, "b": 4, "c": 5}


def test_days_successors_and_uneven_depth(tmp_path: Path) -> None:
    organisation, _, _ = read(tmp_path, TEXT.encode())
    unit = organisation.by_id["a"]
    assert (unit.name, unit.valid_to, unit.successors) == ("Ämt A", date(2025, 3, 31), ("b", "c"))
    assert [u.id for u in organisation.walk(date(2025, 4, 1))] == ["city", "b", "c"]
    assert organisation.levels == ("council", "directorate", "team")


def test_short_header_is_enough(tmp_path: Path) -> None:
    organisation, _, problems = read(tmp_path, b"Unit,Name,Parent,Level\ncity,City,,council\n")
    assert not problems
    assert organisation.root.id == "city"


def test_all_problems_of_the_cells_at_once(tmp_path: Path) -> None:
    _, _, problems = read(
        tmp_path, b"unit,name,parent,level,valid_from\ncity,City,,council,\na b,,city,Team 1,2025-02-30\nx,X,city,team,,,,9\n"
    )
    assert [str(p) for p in problems] == [
        "organisation.csv:3: unit: 'a b' is not a unit id: letters, digits, and _ . - between them",
        "organisation.csv:3: name: empty; write what people call this unit",
        "organisation.csv:3: level: 'Team 1' is not a level: small letters, digits and _, such as directorate",
        "organisation.csv:3: valid_from: expected a date written as 2026-03-31, found '2025-02-30' "
        "(in a spreadsheet, format the column as text)",
        "organisation.csv:4: 8 cells, but the first line has 5; put text that holds a comma in quotes",
    ]


def test_a_successor_stands_the_day_after(tmp_path: Path) -> None:
    _, _, problems = read(
        tmp_path, TEXT.replace("b,B,city,directorate,,", "b,B,city,directorate,2025-05-01,").replace("c,C,b", "c,C,city").encode()
    )
    assert [str(p) for p in problems] == ["organisation.csv:3: successor: 'b' did not stand on 2025-04-01, the day after 'a' ended"]


def test_no_organisation_is_thirty_levels_deep(tmp_path: Path) -> None:
    chain = "unit,name,parent,level\nu0,City,,council\n" + "".join(f"u{n},U{n},u{n - 1},l{n}\n" for n in range(1, 32))
    _, _, problems = read(tmp_path, chain.encode())
    assert [str(p) for p in problems] == [
        "organisation.csv:33: parent: more than 30 levels below the council; no organisation is that deep"
    ]
