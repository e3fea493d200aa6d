# ruff: noqa: E501 - a case is read as one line of a table
"""What a clumsy or hostile person hands to the `equality` command: a clear answer, and everything stored stays as it was."""

from __future__ import annotations

import csv
import fcntl
import gzip
import hashlib
import io
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from metrics.access.viewer import Viewer
from metrics.errors import SourceError
from metrics.exports.csv import write_csv
from metrics.exports.workbook import write_workbook
from metrics.releases.schema import VERSION
from metrics.releases.store import ReleaseStore
from metrics.report import Request
from metrics.sources.engine import open_source
from metrics.sources.snapshots import read_snapshots
from tests.support.command import Ended, Running, equality, files_at_most, obey_permissions
from tests.support.ods import Repeated, Sheet, ods

HEADINGS = ["Employee ID", "Surname", "Directorate", "Sex", "Age", "Ethnic group", "Disability", "Grade", "Hourly pay"]
KPIS = ("WF02", "WR03")
"""Of the ten that a new configuration brings, enough to publish with: what is tried here is the command, not the figures."""
PUBLISHED, LOADED = date(2025, 12, 31), date(2026, 3, 31)
NEXT = "--as-at 2026-06-30"
A_PERSON = re.compile(r"E9\d{4}|Quillfeather")
MEMORY = 600
"""MiB; the command itself and its libraries need about 180."""

Row = list[str]


def staff(people: int = 200) -> list[Row]:
    """A file that loads, of invented people."""
    chance = random.Random(4)
    rows = [HEADINGS]
    for number in range(people):
        rows.append(
            [
                f"E9{number:04}", f"Quillfeather{number}", chance.choice(["Adult Social Care", "Place and Housing", "Finance"]),
                chance.choice("FM"), str(chance.randint(18, 66)), chance.choice(["White British", "White British", "Indian"]),
                chance.choice(["Yes", "No", "No", "No"]), chance.choice(["lower", "senior"]), f"{chance.uniform(12, 50):.2f}",
            ]
        )  # fmt: skip
    return rows


def text(rows: list[Row], delimiter: str = ",") -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(rows)
    return written.getvalue()


def with_column(heading: str, value: str) -> list[Row]:
    place = HEADINGS.index(heading)
    return [HEADINGS, *([*row[:place], value, *row[place + 1 :]] for row in staff()[1:])]


def without_column(heading: str) -> list[Row]:
    place = HEADINGS.index(heading)
    return [row[:place] + row[place + 1 :] for row in staff()]


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A council as `equality init` writes it: one period published, one more loaded and not published yet."""
    folder = tmp_path_factory.mktemp("ready")
    well(equality(folder, 'init config --council "Anytown"'))
    for path in (folder / "config" / "kpis").glob("*.yaml"):
        if not path.name.startswith(KPIS):
            path.unlink()
    (folder / "staff.csv").write_text(text(staff()))
    well(equality(folder, f"ingest hr staff.csv --as-at {PUBLISHED}"))
    well(equality(folder, "refresh"))
    well(equality(folder, f"ingest hr staff.csv --as-at {LOADED}"))
    return folder


@pytest.fixture
def council(ready: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ready, tmp_path / "council"))


def well(ended: Ended) -> Ended:
    assert ended.code == 0, ended.said
    return ended


def stored(folder: Path) -> tuple[object, object]:
    """Snapshots with their rows, and every row of the release store; the bytes where either is not a database."""
    return _rows_about_people(folder / "data" / "workforce.duckdb"), _releases(folder / "data" / "releases.sqlite")


def _rows_about_people(path: Path) -> object:
    if not path.is_file():
        return path.exists()
    try:
        with open_source(f"duckdb:///{path}") as source:
            return read_snapshots(source, "hr")
    except SourceError:
        return hashlib.sha256(path.read_bytes()).hexdigest()


def _releases(path: Path) -> object:
    if not path.is_file():
        return path.exists()
    try:
        connection = sqlite3.connect(path)
        try:
            return list(connection.iterdump())
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Case:
    """`line` is run after `prepare` has spoilt the folder; it must end with `code`, saying every one of `says`."""

    id: str
    line: str
    prepare: Callable[[Path], object]
    code: int
    says: tuple[str, ...]


def nothing(_: Path) -> None:
    pass


def file(content: str | bytes | list[Row], name: str = "bad.csv") -> Callable[[Path], object]:
    if isinstance(content, list):
        content = text(content)
    return lambda folder: (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


def definition(name: str, change: Callable[[str], str]) -> Callable[[Path], object]:
    def prepare(folder: Path) -> None:
        path = next((folder / "config").glob(name))
        path.write_text(change(path.read_text()))

    return prepare


def overwritten(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


def cut(name: str) -> Callable[[Path], object]:
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size // 2)


def workbook(*sheets: list[list[str | None]], merge: str = "", name: str = "bad.xlsx") -> Callable[[Path], object]:
    def prepare(folder: Path) -> None:
        book = openpyxl.Workbook()
        for number, rows in enumerate(sheets):
            sheet = book.active if number == 0 else book.create_sheet()
            for row in rows:
                sheet.append(row)
            if merge:
                sheet.merge_cells(merge)
        book.save(folder / name)

    return prepare


def sql(statement: str) -> Callable[[Path], object]:
    """Done to the release store behind the product's back."""

    def prepare(folder: Path) -> None:
        with sqlite3.connect(folder / "data" / "releases.sqlite") as connection:
            for (guard,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f'DROP TRIGGER "{guard}"')  # what the product itself would refuse
            connection.execute(statement)
        connection.close()

    return prepare


def a_file_where_a_folder_should_be(name: str) -> Callable[[Path], object]:
    def prepare(folder: Path) -> None:
        shutil.rmtree(folder / name)
        (folder / name).write_text("not a folder")

    return prepare


def born(value: str) -> Callable[[Path], object]:
    """A file with a date of birth instead of an age, and the definition that says so."""

    def prepare(folder: Path) -> None:
        file([["Birth date" if cell == "Age" else cell for cell in row] for row in with_column("Age", value)])(folder)
        definition("datasets/hr.yaml", lambda t: re.sub(r"age: \{.*\}", "age: {from: Birth date, type: date, band: age_band}", t))(folder)

    return prepare


def dated(value: str) -> Callable[[Path], object]:
    """A file with its own day on every row, and the definition that says so."""

    def prepare(folder: Path) -> None:
        file([[*row, value if number else "Taken on"] for number, row in enumerate(staff())])(folder)
        definition("datasets/hr.yaml", lambda t: t.replace("grain: person ", "as_at: Taken on\ngrain: person "))(folder)

    return prepare


def from_table(connection: str) -> Callable[[Path], object]:
    """The dataset names a table; settings know one connection, `payroll_db`."""

    def prepare(folder: Path) -> None:
        table = f"table: {{connection: {connection}, name: staff}}\n"
        definition("datasets/hr.yaml", lambda t: t.replace("grain: person ", f"{table}grain: person "))(folder)
        settings = folder / "config" / "settings.yaml"
        text = settings.read_text()
        assert "connections:\n" in text
        settings.write_text(text.replace("connections:\n", "connections:\n  sources: {payroll_db: {env: EQUALITY_PAYROLL_URL}}\n", 1))

    return prepare


def parquet(rows: list[Row]) -> bytes:
    written = pa.BufferOutputStream()
    columns = dict(zip(rows[0], map(list, zip(*rows[1:], strict=True)), strict=True))
    pq.write_table(pa.table(columns), written)
    return bytes(written.getvalue())


LOAD = f"ingest hr bad.csv {NEXT}"
LOAD_BOOK = f"ingest hr bad.xlsx {NEXT}"
PACKED = gzip.compress(text(staff()).encode())
WF02 = "kpis/WF02-*.yaml"
BOMB = "a: &a [x, x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
SERVER = "postgresql+psycopg://officer:Hunter2@127.0.0.1:1/hr"

FILES = [
    Case("words_for_numbers", LOAD, file(with_column("Age", "old")), 2, ("200 of 200 rows", "bad.csv:2: Age: not a number; accepted: 1234.5", "--accept-rejects")),
    Case("missing_column", LOAD, file(without_column("Employee ID")), 2, ("bad.csv:1: no heading 'Employee ID'", "There are: Surname", "hr.yaml")),
    Case("misspelt_column", LOAD, file([["Directorat" if c == "Directorate" else c for c in r] for r in staff()]), 2, ("no heading 'Directorate'", "Did you mean 'Directorat'?")),
    Case("unknown_label", LOAD, file(with_column("Sex", "Sometimes")), 2, ("bad.csv [Sex]: 1 label is not mapped", "'Sometimes' (200 rows)", "columns.sex.recode", "female, male")),
    Case("unknown_unit", LOAD, file(with_column("Directorate", "Nowhere")), 2, ("1 label names no unit: 'Nowhere'", "organisation.csv", "unit.recode")),
    Case("empty_file", LOAD, file(""), 2, ("bad.csv: the file is empty", "Accepted: CSV")),
    Case("blank_lines", LOAD, file("\n" * 50), 2, ("bad.csv: only one column was found", "comma, semicolon")),
    Case("only_headings", LOAD, file([HEADINGS]), 2, ("headings (row 1) but no rows", "Export the extract again")),
    Case("truncated_gzip", f"ingest hr bad.csv.gz {NEXT}", file(PACKED[:-600], "bad.csv.gz"), 2, ("bad.csv.gz: the gzip file is cut off", "Copy or download it again")),
    Case("damaged_gzip", f"ingest hr bad.csv.gz {NEXT}", file(PACKED[:99] + b"oops" + PACKED[103:], "bad.csv.gz"), 2, ("bad.csv.gz: the gzip file is", "Copy or download it again")),
    Case("gzip_bomb", f"ingest hr bad.csv.gz {NEXT}", file(gzip.compress(b"a,b\n" * 20_000_000, 9), "bad.csv.gz"), 2, ("bad.csv.gz: unpacked", "more than 300 MB", "split it")),
    Case("wrong_delimiter", LOAD, file(text(staff(), "~")), 2, ("only one column was found: no comma, semicolon, tab, vertical bar",)),
    Case("file_twice_below_itself", LOAD, file(text(staff()) * 2), 2, ("'Directorate' (1 rows)", "problems; nothing was stored")),
    Case("title_above", LOAD, file("Staff\n\n" + text(staff())), 2, ("only one column was found (row 1)", "header_row")),
    Case("open_quotation_mark", LOAD, file(text(staff()).replace("\n", '\n"', 1)), 2, ("bad.csv:2: a quotation mark opens here or later and is never closed",)),
    Case("one_cell_too_many", LOAD, file(text(staff()).replace("E90007,", "E90007,extra,")), 2, ("bad.csv:9: 10 cells where the headings have 9",)),
    Case("duplicate_heading", LOAD, file([["Sex" if c == "Grade" else c for c in r] for r in staff()]), 2, ("bad.csv:1: the heading 'Sex' stands 2 times", "Give each column its own")),
    Case("duplicate_person", LOAD, file([*staff(), staff()[5]]), 2, ("1 people stand more than once", "bad.csv:6, bad.csv:202", "grain: post")),
    Case("number_without_end", LOAD, file(with_column("Hourly pay", "1e999")), 2, ("Hourly pay: the number is too large",)),
    Case("formula_for_a_number", LOAD, file(with_column("Hourly pay", "=1+1")), 2, ("Hourly pay: not a number",)),
    Case("31_02_of_birth", LOAD, born("31/02/1980"), 2, ("bad.csv:2: Birth date: there is no such day (read as day/month/year)",)),
    Case("31_02_of_the_extract", "ingest hr bad.csv", dated("31/02/2026"), 2, ("bad.csv:2: Taken on: there is no such day",)),
    Case("pdf", LOAD, file(b"%PDF-1.7 nonsense"), 2, ("bad.csv: this is a PDF, not a table",)),
    Case("json", LOAD, file('[{"Sex": "F"}]'), 2, ("this is JSON",)),
    Case("half_of_utf16", LOAD, file(text(staff()).encode("utf-16")[:-501]), 2, ("looks like UTF-16 but is damaged", "CSV UTF-8")),
    Case("two_sheets", LOAD_BOOK, workbook([["a", "b"], ["1", "2"]], [["c", "d"], ["3", "4"]]), 2, ("bad.xlsx: the workbook has 2 sheets: Sheet, Sheet1", "`sheet`")),
    Case("merged_headings", LOAD_BOOK, workbook([["a", "b", None, "c"], ["1", "2", "3", "4"]], merge="B1:C1"), 2, ("bad.xlsx!Sheet: cells of the heading row 1 are merged", "header_row")),
    Case("half_a_workbook", LOAD_BOOK, file(b"PK\x03\x04" + b"z" * 4000, "bad.xlsx"), 2, ("bad.xlsx: the workbook is damaged or cut off", "save it again")),
    Case("empty_workbook", LOAD_BOOK, workbook([]), 2, ("no sheet of the workbook holds anything",)),
    Case("half_an_ods", f"ingest hr bad.ods {NEXT}", file(ods([Sheet("S", staff())])[:-40], "bad.ods"), 2, ("bad.ods: the workbook is damaged or cut off",)),
    Case("locked_ods", f"ingest hr bad.ods {NEXT}", file(ods([Sheet("S", staff())], encrypted=True), "bad.ods"), 2, ("protected by a password", "Save a copy without the password")),
    Case("ods_of_billions", f"ingest hr bad.ods {NEXT}", file(ods([Sheet("S", [["a", "b"], [Repeated("x", 16384)]], last_row_repeated=10**6)]), "bad.ods"), 2, ("row 1,000,001 and column 16,384", "stray cell")),
    Case("half_a_parquet", f"ingest hr bad.parquet {NEXT}", file(parquet(staff())[:-40], "bad.parquet"), 2, ("bad.parquet: the Parquet file is damaged, cut off", "export CSV")),
    Case("parquet_words_for_numbers", f"ingest hr bad.parquet {NEXT}", file(parquet(with_column("Age", "old")), "bad.parquet"), 2, ("200 of 200 rows", "bad.parquet row 1: Age: not a number")),
    Case("no_file_and_no_table", f"ingest hr {NEXT}", nothing, 2, ("No file was named, and dataset 'hr' names no table", "table: {connection")),
    Case("table_of_no_connection", f"ingest hr {NEXT}", from_table("payrol_db"), 2, ("hr.yaml", "no connection 'payrol_db'; did you mean 'payroll_db'?")),
    Case("table_without_an_address", f"ingest hr {NEXT}", from_table("payroll_db"), 3, ("The connection payroll_db has no address", "EQUALITY_PAYROLL_URL")),
    Case("table_to_inspect_without_an_address", "inspect --table hr.staff", from_table("payroll_db"), 3, ("The connection payroll_db has no address", "EQUALITY_PAYROLL_URL")),
    Case("table_and_file_to_inspect", "inspect staff.csv --table hr.staff", nothing, 2, ("one or more files, or one table",)),
    Case("table_to_inspect_without_connections", "inspect --table hr.staff", nothing, 2, ("--connection is needed", "settings.yaml")),
    Case("no_such_file", f"ingest hr missing.csv {NEXT}", nothing, 2, ("missing.csv: there is no such file", "Check the name")),
    Case("folder_for_a_file", f"ingest hr config {NEXT}", nothing, 2, ("config: this is not a file",)),
    Case("same_file_twice", f"ingest hr staff.csv staff.csv {NEXT}", nothing, 2, ("same content as staff.csv", "count twice")),
]  # fmt: skip

WORDS = [
    Case("no_day", "ingest hr staff.csv", nothing, 2, ("no column with its date", "--as-at 2026-03-31")),
    Case("31_02_for_the_day", "ingest hr staff.csv --as-at 31/02/2026", nothing, 2, ("--as-at: '31/02/2026' is not a day", "2026-03-31")),
    Case("day_far_in_the_future", "ingest hr staff.csv --as-at 2206-03-31", nothing, 2, ("--as-at: 2206-03-31", "more than a year ahead", "Correct the year")),
    Case("unknown_dataset", f"ingest payroll staff.csv {NEXT}", nothing, 2, ("no dataset 'payroll'; there are: hr",)),
    Case("unknown_kpi", "show XX99", nothing, 1, ("no KPI 'XX99'; there are: WF02, WR03",)),
    Case("unknown_kpi_explained", "explain XX99", nothing, 2, ("no KPI 'XX99'; there are: WF02, WR03",)),
    Case("unknown_release", "show WF02 --release 1999-01-01", nothing, 1, ("no release '1999-01-01'; there are: ", "`equality releases`")),
    Case("unknown_release_attacked", "certify 1999-01-01", nothing, 1, ("no release '1999-01-01'",)),
    Case("unknown_releases_compared", "releases --compare one two", nothing, 1, ("no release 'two'",)),
    Case("unknown_audience", "show WF02 --audience press", nothing, 1, ("no figures for 'press'", "leadership, public")),
    Case("unknown_unit", "show WF02 --unit nowhere", nothing, 1, ("no unit 'nowhere'", "council, adult_social_care")),
    Case("unknown_dimension", "show WF02 --by shoe_size", nothing, 1, ("by shoe_size: not published", "grade_band", "config/kpis/WF02")),
    Case("period_nonsense", "show WF02 --period Tuesday", nothing, 2, ("--period: found 'Tuesday'", "YEAR-MONTH-DAY")),
    Case("period_not_published", "show WF02 --period 2019-03-31", nothing, 1, ("nothing was published for 2019-03-31", "2025-12-31")),
    Case("unknown_format", "show WF02 --format pdf", nothing, 2, ("--format", "'pdf'", "'table', 'csv', 'json'")),
    Case("unknown_command", "shwo WF02", nothing, 2, ("No such command 'shwo'", "equality --help")),
    Case("nothing_named", "show", nothing, 2, ("Missing argument", "equality show --help")),
    Case("restate_without_reason", f"refresh --restate {PUBLISHED}", nothing, 2, ("--restate", "--reason")),
    Case("reason_without_restate", "refresh --reason because", nothing, 2, ("--reason", "--restate 2026-03-31")),
    Case("restate_unknown_day", "refresh --restate 2019-01-01 --reason because", nothing, 2, ("2019-01-01: no period ends on this day", "2025-12-31")),
    Case("real_council_as_demo", "demo", nothing, 2, ("synthetic", "equality ingest")),
    Case("real_council_served", "serve --no-open", nothing, 2, ("--local", "nothing was started")),
    Case("served_to_everyone", "serve --local --address 0.0.0.0", nothing, 2, ("sign-in is not set up", "127.0.0.1", "Nothing was started")),
    Case("init_over_another", "init config", nothing, 2, ("config/ already holds files; nothing was written",)),
    Case("headings_below_the_end", "inspect staff.csv --header-row 9999", nothing, 2, ("row 9999 should hold the headings, but the file ends before it",)),
    Case("hostile_id", "inspect staff.csv --dataset \"hr'); DROP TABLE ds_hr; --\"", nothing, 2, ("is not an id", "such as hr")),
    Case("drafts_into_a_file", "inspect staff.csv --write staff.csv", nothing, 2, ("staff.csv cannot be written", "Name another place")),
    Case("schemas_into_a_file", "check --schemas staff.csv", nothing, 2, ("staff.csv cannot be written", "--schemas")),
    *(
        Case(f"no_configuration_{line.split()[0]}", f"{line} --config nowhere", nothing, 2, ("nowhere", "equality init"))
        for line in ("check", "refresh", "show WF02", "serve", f"ingest hr staff.csv {NEXT}")
    ),
]  # fmt: skip

DEFINITIONS = [
    Case("duplicate_key", "check", definition(WF02, lambda t: t + "title: Again\n"), 2, ("key 'title' is written twice", "keep one", "WF02-women.yaml:25")),
    Case("duplicate_key_in_settings", "show WF02", definition("settings.yaml", lambda t: t + "council: Again\n"), 2, ("settings.yaml:37: key 'council' is written twice",)),
    Case("alias_bomb", "check", definition(WF02, lambda t: BOMB + t), 2, ("WF02-women.yaml:2: '*a' repeats another part of the file", "write the value out")),
    Case("tag", "check", definition(WF02, lambda t: t + 'notes: !!python/object/apply:os.system ["touch owned"]\n'), 2, ("WF02-women.yaml:25: the tag '!!python/object/apply:os.system' is not accepted",)),
    Case("tag_at_refresh", "refresh", definition("settings.yaml", lambda t: t + 'x: !!python/object/apply:os.system ["touch owned"]\n'), 2, ("settings.yaml:37: the tag",)),
    Case("deep_nesting", "check", definition(WF02, lambda t: "a: " + "[" * 5000 + "]" * 5000), 2, ("nested more than 20 levels deep",)),
    Case("bytes_for_a_definition", "check", definition(WF02, lambda t: "\x00\x01\x02"), 2, ("WF02-women.yaml",)),
    Case("empty_definition", "refresh", definition(WF02, lambda t: ""), 2, ("WF02-women.yaml: the file is empty",)),
    Case("31_02_in_a_definition", "check", definition(WF02, lambda t: re.sub("next: .*}", "next: 2027-02-31}", t)), 2, ("WF02-women.yaml:8", "2027-02-31")),
    Case("misspelt_key", "check", definition(WF02, lambda t: t.replace("polarity:", "polarty:")), 2, ("polarty", "polarity")),
    Case("empty_organisation", "refresh", definition("organisation.csv", lambda t: ""), 2, ("organisation.csv: the file is empty", "unit,name,parent")),
    Case("organisation_in_a_ring", "check", definition("organisation.csv", lambda t: t.replace("place_and_housing,Place and Housing,council", "place_and_housing,Place and Housing,place_and_housing")), 2, ("organisation.csv", "place_and_housing")),
]  # fmt: skip

STORES = [
    Case("text_for_releases", "show WF02", overwritten("data/releases.sqlite", b"hello\n" * 200), 3, ("releases.sqlite", "not a database")),
    Case("text_for_releases_at_refresh", "refresh", overwritten("data/releases.sqlite", b"hello\n" * 200), 3, ("not a database", "Nothing was changed")),
    Case("half_of_the_releases", "show WF02", cut("data/releases.sqlite"), 3, ("releases.sqlite cannot be used", "whole")),
    Case("damaged_release", "show WF02", sql("UPDATE releases SET contents = x'00ff'"), 1, ("not the ones that were certified", "Put a backup in its place")),
    Case("damaged_evidence", "certify", sql("UPDATE batches SET system = x'00ff'"), 1, ("not the ones that were certified", "Put a backup in its place")),
    Case("newer_store", "show WF02", sql("UPDATE store_version SET version = 99"), 3, ("has version 99", f"reads and writes version {VERSION}")),
    Case("garbage_for_rows", "refresh", overwritten("data/workforce.duckdb", bytes(range(256)) * 100), 3, ("workforce.duckdb is not a DuckDB database", "settings.yaml")),
    Case("garbage_for_rows_at_ingest", f"ingest hr staff.csv {NEXT}", overwritten("data/workforce.duckdb", b"x" * 9999), 3, ("is not a DuckDB database",)),
    Case("half_of_the_rows", "refresh", cut("data/workforce.duckdb"), 3, ("damaged or cut off", "load the extracts again")),
    Case("no_data_at_all", "refresh", lambda folder: shutil.rmtree(folder / "data"), 3, ("no workforce database", "equality ingest")),
    Case("nothing_published", "show WF02", lambda folder: shutil.rmtree(folder / "data"), 1, ("Nothing has been published yet", "equality refresh")),
    Case("data_is_a_file", f"ingest hr staff.csv {NEXT}", a_file_where_a_folder_should_be("data"), 3, ("workforce.duckdb cannot be opened", "folder")),
    Case("private_is_a_file", "refresh", a_file_where_a_folder_should_be("data/private"), 3, ("data/private cannot be used", "private_folder")),
    Case("private_is_a_file_at_ingest", f"ingest hr missing.csv {NEXT}", a_file_where_a_folder_should_be("data/private"), 2, ("missing.csv: there is no such file", "private folder")),
]  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(c, id=c.id) for c in [*FILES, *WORDS, *DEFINITIONS, *STORES]])
def test_bad_input_gets_a_clear_answer_and_changes_nothing(council: Path, case: Case) -> None:
    case.prepare(council)
    before = stored(council)
    ended = equality(council, case.line)
    assert ended.code == case.code, ended.said
    assert [words for words in case.says if words not in ended.err] == [], ended.err
    assert_clean(ended)
    assert stored(council) == before
    assert not (council / "owned").exists()


def assert_clean(ended: Ended) -> None:
    """No program's inner life, and nobody's name or number."""
    assert "Traceback" not in ended.said
    assert "fault in the program" not in ended.said
    assert not A_PERSON.search(ended.said), "a person's value was printed"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("EQUALITY_WORKFORCE_URL", "nonsense"),
        ("EQUALITY_WORKFORCE_URL", SERVER),
        ("EQUALITY_RELEASES_URL", "nonsense"),
        ("EQUALITY_RELEASES_URL", SERVER),
    ],
)
def test_an_address_that_leads_nowhere_is_unreachable_and_its_password_is_not_told(council: Path, name: str, words: str) -> None:
    before = stored(council)
    ended = equality(council, "refresh", **{name: words})
    assert ended.code == 3
    assert "Hunter2" not in ended.said
    assert "duckdb:///" in ended.err or "sqlite:///" in ended.err or "reached" in ended.err
    assert_clean(ended)
    assert stored(council) == before


def binary() -> bytes:
    return random.Random(1).randbytes(2**20)


@pytest.mark.parametrize(
    ("piece", "says"),
    [
        (binary(), "not a text table"),
        (b"\xff\xfe" + binary(), "UTF-16 but is damaged"),
        (b"x" * 2**20, "one line is longer than a million"),
        (b"some, words, 3\n" * 70_000, "no heading 'Employee ID'"),
        (b'some, "words, 3\n' * 70_000, "no heading 'Employee ID'"),
        (b"a," * 2**18 + b"\n", "more than 1000 columns"),
        (b",\n" * 2**19, "only one column"),
    ],
    ids=["bytes", "utf16", "one_line", "rows", "quotation_marks", "columns", "commas"],
)
def test_200_mb_of_garbage_are_refused_in_seconds_and_little_memory(council: Path, piece: bytes, says: str) -> None:
    path = council / "bad.csv"
    with path.open("wb") as written:
        for _ in range(200 * 10**6 // len(piece)):
            written.write(piece)
    before = stored(council)
    ended = equality(council, LOAD)
    assert (ended.code, says in ended.err) == (2, True), ended.err
    assert_clean(ended)
    assert ended.seconds < 45  # 1 to 7 on an idle machine
    assert ended.peak < MEMORY
    assert stored(council) == before


def test_a_day_in_the_future_is_pointed_out(council: Path) -> None:
    day = date.fromordinal(date.today().toordinal() + 60)
    assert "lies in the future: is that the day" in well(equality(council, f"ingest hr staff.csv --as-at {day}")).out


def test_a_column_that_may_be_missing_is_named_when_it_is(council: Path) -> None:
    file(without_column("Sex"))(council)
    assert "no heading 'Sex': sex is empty on every row" in well(equality(council, LOAD)).out


def test_a_rejected_row_is_kept_for_the_analyst_alone(council: Path) -> None:
    rows = staff()
    rows[7][4] = "old"
    file(rows)(council)
    said = well(equality(council, LOAD))
    assert "rows accepted 199, rejected 1" in said.out
    assert_clean(said)
    rejects = next((council / "data" / "private").glob("rejects-hr-*.csv"))
    assert "E90006" in rejects.read_text(encoding="utf-8-sig")
    assert rejects.stat().st_mode & 0o077 == 0


def test_rows_in_use_by_another_program(council: Path) -> None:
    with open_source(f"duckdb:///{council / 'data' / 'workforce.duckdb'}", read_only=False):
        for line in (f"ingest hr staff.csv {NEXT}", "refresh"):
            ended = equality(council, line)
            assert ended.code == 3
            assert "in use by another program" in ended.err
            assert "Wait until it has ended" in ended.err
            assert_clean(ended)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="rights are taken away as Linux does it")
@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        (f"ingest hr staff.csv {NEXT}", 3, "ask for access"),
        ("refresh", 3, "data/private cannot be used: Permission denied"),
        ("init new", 2, "new cannot be written (Permission denied)"),
        ("inspect staff.csv --write new", 2, "new cannot be written (Permission denied)"),
    ],
)
def test_a_folder_that_may_not_be_written(council: Path, line: str, code: int, says: str) -> None:
    before = stored(council)
    change_rights(council, 0o500, 0o400)
    try:
        ended = equality(council, line, obey_permissions)
    finally:
        change_rights(council, 0o700, 0o600)
    assert (ended.code, says in ended.err) == (code, True), ended.err
    assert_clean(ended)
    assert stored(council) == before


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="rights are taken away as Linux does it")
@pytest.mark.parametrize("line", ["refresh", "show WF02", "releases", "certify"])
def test_a_folder_that_may_not_be_read(council: Path, line: str) -> None:
    (council / "data").chmod(0)
    try:
        ended = equality(council, line, obey_permissions)
    finally:
        (council / "data").chmod(0o700)
    assert ended.code == 3
    assert "Permission denied" in ended.err or "ask for access" in ended.err
    assert_clean(ended)


def change_rights(council: Path, folders: int, files: int) -> None:
    for folder in (council / "data" / "private", council / "data", council):
        for path in folder.iterdir():
            if path.is_file():
                path.chmod(files)
        folder.chmod(folders)


@pytest.mark.parametrize("line", ["refresh", f"ingest hr staff.csv {NEXT}"])
def test_a_full_disk_leaves_what_was_there(council: Path, line: str) -> None:
    before = stored(council)
    ended = equality(council, line, files_at_most(4))
    assert ended.code == 3, ended.said
    assert "disk" in ended.err
    assert_clean(ended)
    assert stored(council) == before
    well(equality(council, line))
    assert stored(council) != before


def test_a_full_disk_at_the_first_load_leaves_nothing_broken(council: Path) -> None:
    shutil.rmtree(council / "data")
    ended = equality(council, f"ingest hr staff.csv {NEXT}", files_at_most(1))
    assert (ended.code, "disk is full" in ended.err) == (3, True), ended.err
    well(equality(council, f"ingest hr staff.csv {NEXT}"))


def holds_lock(council: Path) -> bool:
    with (council / "data" / "private" / "refresh.lock").open("a+b") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def refreshing(council: Path) -> Running:
    """A refresh that has taken its lock and is at work."""
    running = Running(council, "refresh")
    while not holds_lock(council):
        assert running.process.poll() is None, "the refresh ended before it was seen at work"
        time.sleep(0.002)
    return running


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.1, 0.15])
def test_a_refresh_that_is_stopped_by_its_person(council: Path, seconds: float) -> None:
    before = stored(council)
    running = refreshing(council)
    time.sleep(seconds)
    running.process.send_signal(signal.SIGINT)
    ended = running.end()
    assert ended.code in (130, -signal.SIGINT), ended.said  # a signal while a library loads ends the process itself: shells say 130 too
    assert "Stopped. What was stored and published before is as it was" in ended.err
    assert_clean(ended)
    assert stored(council) == before
    assert "Published release" in well(equality(council, "refresh")).out


def test_two_refreshes_at_once(council: Path) -> None:
    first = refreshing(council)
    first.process.send_signal(signal.SIGSTOP)
    second = equality(council, "refresh")
    first.process.send_signal(signal.SIGCONT)
    assert second.code == 3
    assert "Another refresh is running; this one did nothing" in second.err
    assert_clean(second)
    assert "Published release" in well(first.end()).out
    assert len(json.loads(equality(council, "releases --json").out)) == 2


FORMULA, SUM, DDE = "=1+1", "@SUM(A1)", "=cmd|'/c calc'!A0"
DROP = '"; drop table ds_hr; --'


def test_formulas_are_text_from_the_file_to_every_file_made_of_it(council: Path) -> None:
    """A unit, a label, a council and a KPI that a spreadsheet would run."""
    definition("organisation.csv", lambda t: t + f"formula,{FORMULA},council,directorate,,,\n")(council)
    definition("settings.yaml", lambda t: t.replace('council: "Anytown"', f'council: "{DDE}"'))(council)
    definition(WF02, lambda t: t.replace("title: Women in the workforce", f'title: "{SUM}"'))(council)
    definition("dimensions/grade_band.yaml", lambda t: re.sub(r"(id: lower, label: )[^,}]+", rf'\1"{SUM}"', t))(council)
    definition("datasets/hr.yaml", lambda t: t.replace("recode: {}                # {G1", f'recode: {{"{SUM}": lower}}  # {{G1'))(council)
    rows = staff()
    for row in rows[1:]:
        row[1], row[7] = DDE, SUM if row[7] == "lower" else row[7]
        row[2] = FORMULA if row[2] == "Finance" else row[2]
    file(rows)(council)
    well(equality(council, LOAD))
    well(equality(council, "refresh"))
    split = [well(equality(council, f"show WF02 --by {by} --period latest --format csv")).out for by in ("unit", "grade_band")]
    printed = "\n".join(split)
    table = well(equality(council, "show WF02 --by unit --period latest")).out
    assert FORMULA in table, "the unit's name is kept as it is"

    store = ReleaseStore(f"sqlite:///{council / 'data' / 'releases.sqlite'}")
    report = store.read(Request(("WF02",), ("unit", "grade_band")), Viewer("leadership", "command_line"))
    exported = write_csv(report).decode("utf-8-sig")
    store.close()
    for made in (printed, exported):
        cells = [cell for row in csv.reader(io.StringIO(made)) for cell in row]
        assert len(cells) > 50
        assert [c for c in cells if c.startswith(("=", "+", "@", "\t", "\r"))] == []
        assert [c for c in cells if c.startswith("-") and not re.fullmatch(r"-[\d.]+(e-\d+)?", c)] == []
    assert f"'{FORMULA}" in exported
    assert f"'{SUM}" in exported
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(report, DDE)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {FORMULA, SUM, DDE} <= {cell.value for cell in cells}
    assert [cell.value for cell in cells if cell.data_type == "f"] == []


def test_a_heading_that_looks_like_sql_is_a_heading(council: Path) -> None:
    named = json.dumps(DROP)
    definition("datasets/hr.yaml", lambda t: t.replace("sex: {from: Sex,", f"sex: {{from: {named},"))(council)
    file([[DROP if c == "Sex" else c for c in row] for row in staff()])(council)
    well(equality(council, LOAD))
    well(equality(council, "refresh"))
    with open_source(f"duckdb:///{council / 'data' / 'workforce.duckdb'}") as source:
        assert [s.people for s in read_snapshots(source, "hr")] == [200, 200, 200]
    shown = json.loads(well(equality(council, "show WF02 --period 2026-06-30 --format json")).out)
    women = sum(row[3] == "F" for row in staff())
    assert [(row["numerator"], row["denominator"]) for row in shown] == [(women, 200)]
