"""Numbers of a return's workbook as they are opened again: the digits that are printed, the format of their unit, no minus nought."""

import io

import openpyxl
import pytest

from metrics.exports.return_book import HEAD_ROW, Book, write_return_book
from metrics.returns.tables import Number, Table
from tests.support.reports import some_contents

CELLS = [
    (Number(0.36449, "percent", 1), 0.364, "0.0%"),
    (Number(0.36449, "percent", 0), 0.36, "0%"),
    (Number(-0.0004, "percent", 1), 0, "0.0%"),
    (Number(-0.1862, "percentage_points", 1), -18.6, "#,##0.0"),
    (Number(0.685714, "ratio", 2), 0.69, "#,##0.00"),
    (Number(17.255, "pounds", 2), 17.26, '"£"#,##0.00'),
    (Number(11140.0, "people", 0), 11140, "#,##0"),
    (Number(6332.5, "people", 1), 6332.5, "#,##0.0"),
    (Number(12.34, "per_1000", 1), 12.3, "#,##0.0"),
    ("[c] Hidden to protect people", "[c] Hidden to protect people", "General"),
    ('=HYPERLINK("http://elsewhere")', '=HYPERLINK("http://elsewhere")', "General"),
]


@pytest.fixture(scope="module")
def sheet():
    table = Table(
        "=Figures", ("One note.", "One note."), ("Name", "Figure"), tuple((f"row {n}", cell) for n, (cell, _, _) in enumerate(CELLS))
    )
    made = write_return_book(Book("A return", (("Year", "=1+1"),), (table, table), "cy-GB"), some_contents().provenance)
    return openpyxl.load_workbook(io.BytesIO(made))


@pytest.mark.parametrize("number", range(len(CELLS)))
def test_each_cell_is_what_is_printed(sheet, number):
    _, wanted, shape = CELLS[number]
    cell = sheet["Table 1"].cell(HEAD_ROW + 2 + number, 2)
    assert (cell.value, cell.number_format) == (wanted, shape)
    assert cell.data_type == ("s" if isinstance(wanted, str) else "n")


def test_cover_notes_and_language(sheet):
    assert sheet.properties.language == "cy-GB"
    assert [row[0] for row in sheet["Cover"].iter_rows(min_row=3, max_row=4, values_only=True)] == ["Year", "Council"]
    assert sheet["Cover"]["B3"].data_type == "s"
    assert list(sheet["Notes"].iter_rows(min_row=4, values_only=True)) == [("Tables 1 and 2", "One note.")]


def test_the_same_release_gives_the_same_file():
    book = Book("A return", (), (Table("Figures", (), ("Name",), (("one",),)),))
    stamp = some_contents().provenance
    assert write_return_book(book, stamp) == write_return_book(book, stamp)
