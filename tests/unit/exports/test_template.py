"""The template's workbook: what a person sees, what a program checks, and that no text is taken for a formula."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.errors import InputError
from metrics.exports.template import write_template
from metrics.ingest.contract import contract_of
from metrics.ingest.reading import read_table
from tests.support.councils import a_council
from tests.support.filled_template import DAY, Template

ROOT = Path(__file__).resolve().parents[3]
MANY = [{"id": f"c{n}", "label": f"A category with a rather long name, number {n}"} for n in range(60)]


@pytest.fixture(scope="module")
def demo() -> Template:
    return Template(load_configuration(ROOT / "config"), "hr")


def book_of(council: Configuration) -> Any:
    content = write_template(contract_of(council, "hr", DAY), "Anytown Council", "equality ingest hr FILE", DAY)
    return openpyxl.load_workbook(io.BytesIO(content))


def text_of(sheet: Any) -> str:
    return "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in sheet.iter_rows(values_only=True))


def test_headings_stand_in_the_order_of_the_definition_and_nothing_below_them(demo: Template) -> None:
    sheet = demo.book()["Data"]
    assert [cell.value for cell in sheet[1]][:6] == ["Employee No", "Directorate", "Service", "Team", "Gender", "Ethnic Origin"]
    assert [cell.value for cell in sheet[1]] == [heading.heading for heading in demo.contract.headings]
    assert sheet.max_row == 1


def test_sheets_can_be_read_with_a_screen_reader(demo: Template) -> None:
    book = demo.book()
    assert book.sheetnames == ["Instructions", "Data", "Columns", "Categories", "Units"]
    assert all(not sheet.merged_cells.ranges and sheet.sheet_state == "visible" for sheet in book)
    for name in book.sheetnames[1:]:
        (table,) = book[name].tables.values()
        assert table.headerRowCount == 1
        assert book[name].freeze_panes == "A2"
        assert book[name].print_title_rows == "$1:$1" or name != "Data"


def test_every_column_is_checked_as_far_as_a_sheet_goes_and_says_what_to_write(demo: Template) -> None:
    assert set(demo.checks) == {heading.heading for heading in demo.contract.headings}
    for heading, check in demo.checks.items():
        assert str(check.sqref).endswith("1048576")
        assert check.promptTitle == heading[:32]
        assert 0 < len(check.prompt) <= 255
        assert len(check.error) <= 255
    assert (demo.checks["FTE"].type, demo.checks["FTE"].formula1, demo.checks["FTE"].formula2) == ("decimal", "0.0", "1.0")
    assert (demo.checks["Age"].type, demo.checks["Age"].formula1, demo.checks["Age"].formula2) == ("whole", "14.0", "100.0")
    assert demo.checks["Start Date"].type == "date"
    assert not demo.checks["FTE"].allowBlank
    assert demo.checks["Age"].allowBlank


def test_lists_hold_labels_and_the_units_of_the_day(demo: Template) -> None:
    assert demo.words["Gender"] == ["Female", "Male", "Not recorded"]
    assert demo.words["Grade"][-2:] == ["Chief officer", "Not recorded"]
    directorates = [u.name for u in demo.configuration.organisation.walk(DAY) if u.level == "directorate"]
    assert demo.words["Directorate"] == directorates
    assert not set(directorates) & set(demo.words["Service"])


def test_more_than_255_letters_of_labels_are_listed_from_cells() -> None:
    council = a_council(columns={"many": {"from": "Many", "dimension": "many"}, "pay": {"from": "Pay", "type": "money"}})
    dimension = council.dimensions["sex"].model_validate({"id": "many", "title": "Many", "categories": MANY})
    council = Configuration(**{**vars(council), "dimensions": {**council.dimensions, "many": dimension}})
    assert Template(council, "hr").words["Many"] == [category["label"] for category in MANY]


def test_text_that_looks_like_a_formula_stays_text() -> None:
    labels = ["=1+1", "@SUM(A1)", "+44", "-2", '=HYPERLINK("http://x")']
    recode = dict(zip(labels, ["female", "male", "not_recorded", "female", "male"], strict=True))
    council = a_council(
        title="=cmd|' /C calc'!A0",
        person_id="=ID",
        columns={"sex": {"from": "@Sex", "dimension": "sex", "recode": recode, "about": "=A1"}, "pay": {"from": "+Pay", "type": "money"}},
        notes=["=1+1"],
    )
    content = write_template(contract_of(council, "hr", DAY), "=Council", "=command", DAY)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in archive.read(name)
        assert not any("externalLink" in name or "vba" in name for name in archive.namelist())
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [cell.value for cell in book["Data"][1]] == ["=ID", "Unit", "@Sex", "+Pay"]
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_codes_keep_their_zeros_and_words_do_not_become_days(demo: Template) -> None:
    sheet = demo.book()["Data"]
    spans = list(sheet.column_dimensions.values())
    look = {str(cell.value): next(d for d in spans if d.min <= cell.column <= d.max) for cell in sheet[1]}
    formats = {heading: dimension.number_format for heading, dimension in look.items()}
    assert formats["Employee No"] == formats["Gender"] == formats["Post No"] == "@"
    assert formats["Start Date"] == "dd/mm/yyyy"
    assert formats["FTE"] == "General"
    assert all(dimension.width >= 12 for dimension in look.values())


def test_instructions_say_what_a_row_is_who_fills_it_in_and_who_is_counted() -> None:
    council = a_council(
        filled_in_by="The payroll team",
        grain="post",
        main_post={"highest": ["pay"]},
        populations={"all_staff": {"title": "All staff"}, "women": {"title": "Women", "where": {"sex": ["female"]}}},
        notes=["Councillors are not in it."],
    )
    told = text_of(book_of(council)["Instructions"])
    for words in (
        "The payroll team",
        "One row for each post.",
        "the highest “Pay”; where that leaves several, the first row of the file",
        "it is named when the file is loaded",
        "units offered are those of 31 March 2026",
        "All staff Everybody in the extract.",
        "Women Sex: Female.",
        "Councillors are not in it.",
        "equality ingest hr FILE",
        "identifiable people",
    ):
        assert words in told


def test_a_dataset_that_names_sheet_and_row_has_its_rows_there(tmp_path: Path) -> None:
    council = a_council(sheet="Units", header_row=4)
    found = Template(council, "hr")
    assert found.book().sheetnames == ["Instructions", "Units", "Columns", "Categories", "Units (help)"]
    rows = [{"ID": "007", "Unit": "Housing", "Sex": "Female", "Pay": 12.5}]
    table = read_table(found.fill(rows, tmp_path / "filled.xlsx"), "Units", 4)
    assert table.frame.iloc[0].to_dict() == {"ID": "007", "Unit": "Housing", "Sex": "Female", "Pay": "12.5"}


@pytest.mark.parametrize("name", ["a/b", "x" * 32, "'quoted", "History"])
def test_a_sheet_that_no_workbook_can_have_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot be the name of a sheet"):
        book_of(a_council(sheet=name))


def test_the_same_definition_gives_the_same_bytes(demo: Template) -> None:
    assert Template(demo.configuration, "hr").content == demo.content


def test_a_heading_too_long_for_a_table_is_still_a_heading() -> None:
    long = "Pay " + "of this period " * 20
    council = a_council(columns={"sex": {"from": "Sex", "dimension": "sex"}, "pay": {"from": long, "type": "money"}})
    sheet = book_of(council)["Data"]
    assert [cell.value for cell in sheet[1]] == ["ID", "Unit", "Sex", long.strip()]
    assert not sheet.tables


def test_other_workbooks_are_read_as_before(tmp_path: Path) -> None:
    found = Template(a_council(), "hr")
    book = found.book()
    book.create_sheet("More people")["A1"] = "ID"
    book.save(tmp_path / "more.xlsx")
    with pytest.raises(InputError, match="the workbook has 6 sheets"):
        read_table(tmp_path / "more.xlsx")


def test_an_empty_template_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    path.write_bytes(Template(a_council(), "hr").content)
    with pytest.raises(InputError, match=r"holds headings \(row 1\) but no rows"):
        read_table(path)
