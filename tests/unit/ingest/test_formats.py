"""ODS, XLSX and Parquet hold typed cells: what is stored is what the same table as CSV would have stored."""

from __future__ import annotations

import csv
import datetime as dt
import io
import resource
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.errors import InputError
from metrics.ingest.ingest import ingest_files
from metrics.ingest.inspect import inspect_file
from metrics.ingest.reading import read_table
from metrics.sources.engine import open_source
from metrics.sources.tables import dataset_table
from tests.support.councils import a_council
from tests.support.ods import Currency, Percentage, Repeated, Sheet, Spanning, ods, write_ods

ROOT = Path(__file__).parents[3]
DAY = dt.date(2026, 3, 31)
COLUMNS = {
    "sex": {"from": "Sex", "dimension": "sex"},
    "age": {"from": "Age", "type": "integer", "band": "age_band"},
    "pay": {"from": "Pay", "type": "money"},
    "fte": {"from": "FTE", "type": "number"},
    "started": {"from": "Started", "type": "date"},
    "casual": {"from": "Casual", "type": "boolean"},
    "note": {"from": "Note", "type": "text"},
}
COUNCIL = a_council(columns=COLUMNS)
HEADINGS = ["ID", "Unit", "Sex", "Age", "Pay", "FTE", "Started", "Casual", "Note"]
WORDS = [
    ["007", "Housing", "F", "24", "£1,234.50", "0.5", "2020-02-29", "TRUE", "one\ntwo"],
    ["8", "Repairs", "Male", "", "12", "1", "31/12/1999", "no", ""],
    ["9", "", "Female", "64", "", "0.25", "", "", " trimmed "],
]
TYPED: list[list[Any]] = [
    ["007", "Housing", "F", 24, 1234.5, 0.5, dt.date(2020, 2, 29), True, "one\ntwo"],
    [8, "Repairs", "Male", None, 12.0, 1, dt.datetime(1999, 12, 31, 0, 0), False, None],
    [9, None, "Female", 64, None, 0.25, None, None, " trimmed "],
]


def stored(folder: Path, *paths: Path, council: Any = COUNCIL) -> pd.DataFrame:
    """What a database holds after loading files, but for the rows' numbers."""
    with open_source("duckdb://", read_only=False) as source:
        ingest_files(council, "hr", paths, DAY, source, folder / "private")
        table = dataset_table(council, "hr")
        return source.fetch(sa.select(table).order_by(table.c.person_id)).drop(columns="row_number")


@pytest.fixture
def as_csv(tmp_path: Path) -> pd.DataFrame:
    path = tmp_path / "staff.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADINGS, *WORDS])
    return stored(tmp_path, path)


def test_a_csv_holds_what_was_meant(as_csv: pd.DataFrame) -> None:
    assert as_csv["started"].dt.date.tolist()[:2] == [dt.date(2020, 2, 29), dt.date(1999, 12, 31)]
    assert as_csv["casual"].tolist()[:2] == [True, False]
    assert as_csv["unit"].tolist() == ["housing", "repairs", "council"]


def test_ods_with_currency_percentages_and_dates(tmp_path: Path, as_csv: pd.DataFrame) -> None:
    rows = [[*row[:4], None if row[4] is None else Currency(row[4]), Percentage(row[5]), *row[6:]] for row in TYPED]
    path = write_ods(tmp_path / "staff.ods", Sheet("Staff", [HEADINGS, *rows], blank_rows_at_the_end=1_048_000))
    pd.testing.assert_frame_equal(stored(tmp_path, path), as_csv)


def test_ods_with_a_title_above_blank_rows_between_and_a_hidden_sheet(tmp_path: Path, as_csv: pd.DataFrame) -> None:
    rows = [["Staff at 31 March"], [], HEADINGS, TYPED[0], [None], *TYPED[1:], [Repeated(None, 9)]]
    path = write_ods(tmp_path / "staff.ods", Sheet("Staff", rows), Sheet("Lists", [["a", "b"], [1, 2]], hidden=True))
    council = a_council(columns=COLUMNS, header_row=3)
    pd.testing.assert_frame_equal(stored(tmp_path, path, council=council), as_csv)
    raw = read_table(path, header_row=3)
    assert raw.frame.index.tolist() == [4, 6, 7]
    assert raw.notes == ("Hidden sheets were not read: Lists.",)
    assert "Hidden sheets were not read: Lists." in "\n".join(inspect_file(path, header_row=3).lines())


def test_ods_with_several_sheets_names_them_and_takes_the_one_asked_for(tmp_path: Path, as_csv: pd.DataFrame) -> None:
    path = write_ods(tmp_path / "staff.ods", Sheet("Staff", [HEADINGS, *TYPED]), Sheet("Leavers", [["a", "b"], [1, 2]]), Sheet("Empty", []))
    with pytest.raises(InputError, match="2 sheets: Staff, Leavers"):
        read_table(path)
    pd.testing.assert_frame_equal(stored(tmp_path, path, council=a_council(columns=COLUMNS, sheet="Staff")), as_csv)


def test_a_table_that_starts_to_the_right_keeps_its_headings(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "staff.ods", Sheet("S", [[], [None, "a", "b"], [None, 1, "x"]]))
    assert read_table(path).frame.to_dict("list") == {"column 1": [pytest.approx(float("nan"), nan_ok=True)], "a": ["1"], "b": ["x"]}


def test_merged_headings_of_an_ods_are_said(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "staff.ods", Sheet("S", [[Spanning("Person", 2), "Pay"], ["ID", "Sex", "Pay"], [1, "F", 2]]))
    with pytest.raises(InputError, match=r"heading of column 2 is blank.*merged.*header_row"):
        read_table(path)
    assert read_table(path, header_row=2).frame.columns.tolist() == ["ID", "Sex", "Pay"]


def test_xlsx_holds_the_same(tmp_path: Path, as_csv: pd.DataFrame) -> None:
    book = openpyxl.Workbook()
    for row in [HEADINGS, *TYPED]:
        book.active.append(row)
    book.save(tmp_path / "staff.xlsx")
    pd.testing.assert_frame_equal(stored(tmp_path, tmp_path / "staff.xlsx"), as_csv)


def parquet(path: Path, types: dict[str, pa.DataType] | None = None, rows: list[list[Any]] = TYPED, **options: Any) -> Path:
    """Typed columns; the identifier is text, as it must be to keep its zeros."""
    given = {"ID": pa.string(), "Age": pa.int16(), "Started": pa.date32(), "Casual": pa.bool_(), **(types or {})}
    columns = {}
    for place, name in enumerate(HEADINGS):
        values = [row[place] for row in rows]
        if name == "ID":
            values = [str(value) for value in values]
        kind = given.get(name)
        if kind is not None and pa.types.is_timestamp(kind):
            values = [pd.Timestamp(value) if value is not None else None for value in values]
        columns[name] = pa.array(values, kind) if kind is None or not pa.types.is_decimal(kind) else pa.array(map(_decimal, values), kind)
    pq.write_table(pa.table(columns), path, **options)
    return path


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


LONDON = pa.timestamp("us", tz="Europe/London")


@pytest.mark.parametrize(
    "types",
    [
        {},
        {"Sex": pa.dictionary(pa.int8(), pa.string()), "Unit": pa.dictionary(pa.int32(), pa.large_string()), "Note": pa.large_string()},
        {"Pay": pa.decimal128(12, 2), "FTE": pa.float32(), "Age": pa.int64()},
        {"Started": pa.timestamp("ns"), "Age": pa.float64(), "FTE": pa.decimal128(5, 3)},
        {"Started": pa.timestamp("ms"), "Sex": pa.binary(), "Note": pa.binary()},
    ],
    ids=["plain", "dictionaries", "decimal", "timestamp", "bytes"],
)
@pytest.mark.parametrize("groups", [1, 1000])
def test_parquet_types_hold_the_same(tmp_path: Path, as_csv: pd.DataFrame, types: dict[str, pa.DataType], groups: int) -> None:
    rows = [[v.encode() if isinstance(v, str) and pa.types.is_binary(types.get(h, pa.null())) else v
             for h, v in zip(HEADINGS, row, strict=True)] for row in TYPED]  # fmt: skip
    path = parquet(tmp_path / "staff.parquet", types, rows, row_group_size=groups)
    pd.testing.assert_frame_equal(stored(tmp_path, path), as_csv)


def test_a_moment_with_a_zone_is_the_day_by_that_zones_clock(tmp_path: Path) -> None:
    """Midnight of 1 July in London is 23:00 of 30 June in Greenwich, which is how Parquet keeps it."""
    midnight = dt.datetime(2020, 7, 1, tzinfo=ZoneInfo("Europe/London"))
    rows = [[*TYPED[0][:6], midnight, *TYPED[0][7:]]]
    path = parquet(tmp_path / "staff.parquet", {"Started": LONDON}, rows)
    assert stored(tmp_path, path)["started"].dt.date.tolist() == [dt.date(2020, 7, 1)]
    assert "time zone (Europe/London)" in read_table(path).notes[0]


def test_several_parquet_files_are_one_load(tmp_path: Path, as_csv: pd.DataFrame) -> None:
    parts = [parquet(tmp_path / f"{n}.parquet", rows=[row]) for n, row in enumerate(TYPED)]
    pd.testing.assert_frame_equal(stored(tmp_path, *parts), as_csv)


def test_whole_numbers_beyond_a_float_keep_every_digit(tmp_path: Path) -> None:
    numbers = pa.array([9007199254740993, None, 9007199254740995], pa.int64())
    pq.write_table(pa.table({"ID": numbers, "b": ["x", "y", "z"]}), tmp_path / "big.parquet")
    assert read_table(tmp_path / "big.parquet").frame["ID"].fillna("").tolist() == ["9007199254740993", "", "9007199254740995"]


def test_nested_columns_are_refused_only_where_they_are_asked_for(tmp_path: Path, as_csv: pd.DataFrame) -> None:
    path = parquet(tmp_path / "staff.parquet")
    table = pq.read_table(path).append_column("Skills", pa.array([["a", "b"], [], None]))
    pq.write_table(table.append_column("Home", pa.array([{"town": "x"}] * 3)), path)
    with pytest.raises(InputError, match=r"(?s)\[Skills\]: holds lists or records.*\[Home\]: holds lists"):
        read_table(path)
    pd.testing.assert_frame_equal(stored(tmp_path, path), as_csv)
    council = a_council(columns={"skills": {"from": "Skills", "type": "text"}})
    with pytest.raises(InputError, match=r"staff.parquet \[Skills\]: holds lists or records, not one value a row"):
        stored(tmp_path, path, council=council)


def test_only_the_columns_that_a_dataset_names_are_read_from_parquet(tmp_path: Path) -> None:
    """Surnames that no figure needs do not even reach the file of rejected rows."""
    rows = [[str(n), "Housing", "F", n, "lots" if n == 7 else str(n), 1.0, None, None, None] for n in range(30)]
    path = parquet(tmp_path / "staff.parquet", {"Pay": pa.string(), "Started": pa.date32(), "Note": pa.string()}, rows)
    pq.write_table(pq.read_table(path).append_column("Surname", pa.array(["Quillfeather"] * 30)), path)
    with open_source("duckdb://", read_only=False) as source:
        report = ingest_files(COUNCIL, "hr", [path], DAY, source, tmp_path / "private")
    assert report.rejects_file is not None
    written = report.rejects_file.read_text(encoding="utf-8-sig")
    assert 'staff.parquet,8,"Pay: not a number' in written
    assert "lots" in written
    assert "Quillfeather" not in written


def test_inspect_reads_parquet_and_ods(tmp_path: Path) -> None:
    kinds = [c.seems for c in inspect_file(parquet(tmp_path / "staff.parquet")).columns]
    assert kinds[0] == "person_id"
    assert kinds[2] == "sex"
    write_ods(tmp_path / "staff.ods", Sheet("S", [HEADINGS, *TYPED]))
    assert [c.seems for c in inspect_file(tmp_path / "staff.ods").columns] == kinds


def whole(tmp_path: Path) -> bytes:
    return parquet(tmp_path / "whole.parquet").read_bytes()


def zipped(name: str, content: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


PLAIN = [Sheet("S", [["a", "b"], [1, 2]])]
REFUSED = {
    "half.ods": (ods(PLAIN)[:-40], "damaged or cut off"),
    "locked.ods": (ods(PLAIN, encrypted=True), "protected by a password"),
    "letter.ods": (ods(PLAIN, mimetype="application/vnd.oasis.opendocument.text"), "another kind of document.*not a spreadsheet"),
    "billions.ods": (
        ods([Sheet("S", [["a", "b"], [Repeated("x" * 9, 16384)]], last_row_repeated=1_000_000)]),
        "as far as row 1,000,001 and column 16,384",
    ),
    "entities.ods": (zipped("content.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "damaged"),
    "letter.xlsx": (zipped("word/document.xml", "<a/>"), "a text document"),
    "binary.xlsx": (zipped("xl/workbook.bin", ""), "XLSB"),
    "nothing.ods": (ods([Sheet("S", [])]), "no sheet of the workbook holds anything"),
    "locked.parquet": (b"PARE" + b"x" * 200 + b"PARE", "encrypted Parquet"),
    "arrow.parquet": (b"ARROW1\0\0" + b"x" * 200, "an Arrow file"),
    "noise.parquet": (b"PAR1" + b"x" * 500 + b"PAR1", "Parquet file is damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, name: str) -> None:
    content, words = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_table(tmp_path / name)


def test_half_a_parquet_file_is_refused(tmp_path: Path) -> None:
    content = whole(tmp_path)
    for length in (5, len(content) // 2, len(content) - 6):
        (tmp_path / "half.parquet").write_bytes(content[:length])
        with pytest.raises(InputError, match=r"half\.parquet: the Parquet file is damaged, cut off"):
            read_table(tmp_path / "half.parquet")


def test_a_files_content_counts_and_not_its_name(tmp_path: Path, as_csv: pd.DataFrame) -> None:
    wrong = tmp_path / "staff.csv"
    wrong.write_bytes(whole(tmp_path))
    pd.testing.assert_frame_equal(stored(tmp_path, wrong), as_csv)
    wrong = tmp_path / "staff.xlsx"
    write_ods(wrong, Sheet("S", [HEADINGS, *TYPED]))
    pd.testing.assert_frame_equal(stored(tmp_path, wrong), as_csv)


def test_a_parquet_file_of_no_rows_one_column_or_the_same_name_twice(tmp_path: Path) -> None:
    path = tmp_path / "odd.parquet"
    for table, words in (
        (pa.table({"a": pa.array([], pa.int8()), "b": pa.array([], pa.int8())}), "headings but no rows"),
        (pa.table({"a": [1]}), "only one column"),
        (pa.table({"a": [1], "A ": [2]}), "'a' stands 2 times"),
        (pa.table({"a": [b"\xff\xfe"], "b": [2]}), "column a holds bytes that are not text"),
    ):
        pq.write_table(table, path)
        with pytest.raises(InputError, match=words):
            read_table(path)


def test_small_files_that_would_unfold_without_end_stay_small(tmp_path: Path) -> None:
    """One long word in every row, a cell at the far corner: refused before memory is taken, in a process that has little."""
    rows = 1_000_000
    words = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * 100_000]))
    pq.write_table(pa.table({"a": words, "b": pa.array([1] * rows)}), tmp_path / "words.parquet")
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"], book.active["XFD1048576"] = "a", "b", 1
    book.save(tmp_path / "corner.xlsx")
    (tmp_path / "billions.ods").write_bytes(REFUSED["billions.ods"][0])
    for name in ("words.parquet", "corner.xlsx", "billions.ods"):
        assert (tmp_path / name).stat().st_size < 200_000
        code = f"from pathlib import Path; from metrics.ingest.reading import read_table; read_table(Path({str(tmp_path / name)!r}))"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=_little_memory
        )
        assert "InputError" in done.stderr, done.stderr


def _little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (2**31, 2**31))


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_parquet_file_with_bytes_changed_is_a_table_or_an_input_error(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(whole(tmp_path))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "any.parquet"
    path.write_bytes(bytes(content))
    try:
        assert not read_table(path).frame.empty
    except InputError as error:
        assert str(error).startswith("any.parquet")  # noqa: PT017 - either outcome is right


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_ods_with_bytes_changed_is_a_table_or_an_input_error(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(ods(PLAIN))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "any.ods"
    path.write_bytes(bytes(content))
    try:
        assert not read_table(path).frame.empty
    except InputError as error:
        assert str(error).startswith("any.ods")  # noqa: PT017 - either outcome is right
