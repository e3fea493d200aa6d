"""Files of every usual kind become the same text; files that are no table are refused in words, early."""

from __future__ import annotations

import csv
import gzip
import io
import random
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.errors import InputError
from metrics.ingest.reading import SPACES, read_table

HEADINGS = ["Name", "Größe", "Pay"]
ROWS = [["Zoë", "a,b;c|d", "£1,234.50"], ['O\'Neil "Bob"', "two\nlines", ""], ["Łuk", "x\ty", "-3"]]


def written(rows: list[list[str]], delimiter: str, encoding: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def cells(path: Path) -> list[list[str]]:
    frame = read_table(path).frame
    return frame.astype(object).where(frame.notna(), "").values.tolist()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_delimiter_and_encoding_gives_the_same_table(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = ROWS[:2] if encoding == "cp1252" else ROWS
    path = tmp_path / "staff.csv"
    path.write_bytes(written([HEADINGS, *rows], delimiter, encoding))
    assert read_table(path).frame.columns.tolist() == HEADINGS
    assert cells(path) == rows


TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc", "Cf", "Zs"]), min_size=1, max_size=8)
TABLES = st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(TEXT, min_size=n, max_size=n), min_size=2, max_size=8))


@given(TABLES, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]), st.booleans())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_table_survives_the_journey(tmp_path: Path, rows: list[list[str]], delimiter: str, encoding: str, packed: bool) -> None:
    headings = [f"Column{n}" for n in range(len(rows[0]))]
    rows = [[cell.translate({127: None}) + "é" if cell[0] != "\u0081" else "é" for cell in row] for row in rows]
    try:
        content = written([headings, *rows], delimiter, encoding)
    except UnicodeEncodeError:
        return
    path = tmp_path / "t.csv"
    path.write_bytes(gzip.compress(content) if packed else content)
    assert cells(path) == [[cell.strip(SPACES) for cell in row] for row in rows]


STARTS = st.sampled_from([b"", b"a,b\n1,2\n", b"PK\x03\x04", b"\x1f\x8b\x08", b"\xff\xfe", b"\xef\xbb\xbf", b"\xd0\xcf\x11\xe0", b'a,b\n"'])


@given(STARTS, st.binary(max_size=400))
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_table_or_an_input_error(tmp_path: Path, start: bytes, rest: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(start + rest)
    try:
        assert read_table(path).frame.shape[1] >= 2
    except InputError as error:
        assert error.exit_code == 2  # noqa: PT017 - either outcome is right
        assert str(error).startswith("any.csv")  # noqa: PT017


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_workbook_with_bytes_changed_is_a_table_or_an_input_error(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(one_workbook())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "any.xlsx"
    path.write_bytes(bytes(content))
    try:
        assert not read_table(path).frame.empty
    except InputError as error:
        assert str(error).startswith("any.xlsx")  # noqa: PT017


@cache
def one_workbook() -> bytes:
    """The same bytes at every call: a workbook holds the second in which it was made."""
    return a_workbook([["A", "B"], [1, 2]])


def a_workbook(rows: list[list[object]], merge: str = "", sheets: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    if merge:
        page.merge_cells(merge)
    for name in sheets:
        book.create_sheet(name).append(["X", "Y"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_reads_as_the_csv_of_it_would(tmp_path: Path) -> None:
    path = tmp_path / "staff.xlsx"
    day = pd.Timestamp("2026-03-31").to_pydatetime()
    path.write_bytes(a_workbook([["ID", "Start", "Pay", "Casual"], [7, day, 12.5, True], ["007", "31/03/2026", "£1,000", None]]))
    assert cells(path) == [["7", "2026-03-31", "12.5", "TRUE"], ["007", "31/03/2026", "£1,000", ""]]
    assert read_table(path).frame.index.tolist() == [2, 3]


def test_sheets_are_named_never_guessed(tmp_path: Path) -> None:
    path = tmp_path / "staff.xlsx"
    path.write_bytes(a_workbook([["A", "B"], [1, 2]], sheets=("Other",)))
    with pytest.raises(InputError, match="2 sheets: Sheet, Other"):
        read_table(path)
    assert read_table(path, sheet="Sheet").frame.shape == (1, 2)
    with pytest.raises(InputError, match="no sheet 'Nowhere'"):
        read_table(path, sheet="Nowhere")


def test_merged_headings_are_said_and_header_row_helps(tmp_path: Path) -> None:
    path = tmp_path / "staff.xlsx"
    path.write_bytes(a_workbook([["Person", None, "Pay"], ["ID", "Sex", "Pay"], [1, "F", 2]], merge="A1:B1"))
    with pytest.raises(InputError, match="merged"):
        read_table(path)
    assert read_table(path, header_row=2).frame.columns.tolist() == ["ID", "Sex", "Pay"]


def test_real_workbooks_with_titles_above_their_headings(shared_file: Callable[[str], Path]) -> None:
    ods = shared_file("civil_service_people_survey/Civil-Service-People-Survey-2024-results-by-all-demographic-groups.ods")
    with pytest.raises(InputError, match="6 sheets"):
        read_table(ods)
    with pytest.raises(InputError, match="header_row"):
        read_table(ods, sheet="Table_1")
    xlsx = shared_file("ashe_gender_pay_gap_2025/PROV - Home Geography Table 8.12  Gender pay gap 2025.xlsx")
    with pytest.raises(InputError, match="header_row"):
        read_table(xlsx, sheet="All")


def test_an_ods_reads_as_an_xlsx_does(tmp_path: Path) -> None:
    frame = pd.DataFrame({"ID": ["007", "8"], "Pay": [12.5, 3.0]})
    content = "".join(
        "<table:table-row>" + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in [list(frame.columns), ["007", "12.5"], ["8", "3"]]
    )  # fmt: skip
    names = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    body = f'<office:body><office:spreadsheet><table:table table:name="S">{content}</table:table></office:spreadsheet></office:body>'
    path = tmp_path / "staff.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
        archive.writestr("content.xml", f'<office:document-content{names} office:version="1.2">{body}</office:document-content>')
    assert cells(path) == [["007", "12.5"], ["8", "3"]]


REFUSED = {
    "empty": (b"", "empty"),
    "header only": (b"a,b,c\n", "no rows"),
    "blank lines": (b"\n\n  \n", "only one column|no headings"),
    "one column": (b"name\nx\ny\n", "only one column"),
    "repeated": (b"a,b,A\n1,2,3\n", "'a' stands 2 times"),
    "blank heading": (b"a,,c\n1,2,3\n", "column 2 is blank"),
    "ragged": (b"a,b\n1,2\n3,4,5\n6,7\n8\n", "ragged:3: 3 cells|2 cells"),
    "open quote": (b'a,b\n1,"2\n3,4\n', "never closed"),
    "after quote": (b'a,b\n1,"2"x\n', "follows a closing quotation mark"),
    "binary": (bytes(range(256)) * 20, "not text"),
    "pdf": (b"%PDF-1.7\n%stuff", "a PDF"),
    "json": (b'[{"a": 1, "b": 2}]', "JSON"),
    "page": (b"<html><body>a,b</body></html>", "web page"),
    "cut gzip": (gzip.compress(b"a,b\n1,2\n" * 5000)[:-20], "cut off"),
    "bad gzip": (b"\x1f\x8b\x08\x00" + b"x" * 100, "damaged|cut off"),
    "bad workbook": (b"PK\x03\x04" + b"x" * 500, "damaged"),
    "old workbook": (b"\xd0\xcf\x11\xe0" + b"x" * 600, "damaged|unknown kind"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, name: str) -> None:
    content, words = REFUSED[name]
    path = tmp_path / name.replace(" ", "_")
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_table(path)


def test_other_archives_folders_and_missing_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("staff.csv", "a,b\n1,2\n")
    for path, words in ((tmp_path / "a.zip", "ZIP archive"), (tmp_path, "not a file"), (tmp_path / "no.csv", "no such file")):
        with pytest.raises(InputError, match=words):
            read_table(path)


@pytest.mark.parametrize("kind", ["noise", "letters", "one line", "bomb", "workbook bomb"])
def test_large_garbage_is_refused_fast_and_in_little_memory(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "large.csv"
    write_garbage(path, kind)
    tracemalloc.start()
    began = time.monotonic()
    with pytest.raises(InputError):
        read_table(path)
    took, (_, most) = time.monotonic() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 10
    assert most < 60 * 2**20


def write_garbage(path: Path, kind: str) -> None:
    chunk = {"noise": random.Random(1).randbytes(2**20), "letters": b"QmFzZTY0\n" * 2**17, "one line": b"a,b," * 2**18}.get(kind, b"")
    if kind == "bomb":
        with gzip.open(path, "wb") as file:
            for _ in range(100):
                file.write(b"a,b\n" * 2**18)
    elif kind == "workbook bomb":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/sheet1.xml", "w", force_zip64=True) as file:
            for _ in range(400):
                file.write(b" " * 2**20)
    else:
        with path.open("wb") as file:
            for _ in range(200):
                file.write(chunk)


def test_small_kindnesses(tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    path.write_bytes("\ufeffsep=;\r\n ID\u00a0;Pay \r\n\u00a07 ; 1 \r\n\r\n;\r\n8;2;;\r\n;;\r\n".encode())
    found = read_table(path)
    assert found.frame.columns.tolist() == ["ID", "Pay"]
    assert found.frame.values.tolist() == [["7", "1"], ["8", "2"]]
    assert found.frame.index.tolist() == [3, 6]
    path.write_bytes(b",a,b\n1,x,y\n")
    assert read_table(path).frame.columns.tolist() == ["column 1", "a", "b"]


def test_an_encoding_that_had_to_be_guessed_is_said(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("Name,Town\nJosé,Málaga\nÜnal,Köln\n".encode("cp850"))
    found = read_table(path)
    assert found.encoding == "cp1252" or "guess" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "shape"),
    [("houston_employees/employee.csv", (2000, 10)), ("atlanta_salaries_2015/atl_salary_data_2015_names_removed.csv", (8246, 6)),
     ("exit_survey_dete/dete_survey.csv", (822, 56)), ("professor_salaries/Salaries.csv", (397, 6)),
     ("birmingham_ethnic_inequality/birmingham_stop_search_2020_09_2021_08.csv.gz", None)],
)  # fmt: skip
def test_real_files_read_as_pandas_reads_them(shared_file: Callable[[str], Path], name: str, shape: tuple[int, int] | None) -> None:
    path = shared_file(name)
    other = pd.read_csv(path, dtype="str", keep_default_na=False, skipinitialspace=False)
    found = read_table(path).frame
    assert found.shape == (shape or other.shape)
    assert found.fillna("").values.tolist() == [[str(c).strip(SPACES) for c in row] for row in other.values.tolist()]
