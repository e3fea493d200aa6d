"""Files hold the protected cells, their markers, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from metrics.exports.csv import harmless, write_csv
from metrics.exports.tidy import tidy
from metrics.exports.workbook import write_workbook
from metrics.report import Request
from tests.support.reports import a_report, some_contents

NASTY = '=HYPERLINK("http://x","y")'


@pytest.fixture(scope="module")
def report():
    return a_report(Request(kpis=("WR01", "WR05"), units=("alderbourne", "operations", "safety")))


def nasty(report):
    contents = some_contents()
    units = {**contents.units, "operations": replace(contents.units["operations"], name=NASTY)}
    return replace(report, contents=replace(contents, units=units))


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_tidy_has_the_columns_every_file_has(report):
    columns = list(tidy(report).columns)
    wanted = ["release", "kpi", "period_start", "period_end", "unit", "ethnicity_5", "numerator", "denominator", "value", "lower", "upper",
              "benchmark", "target", "gap", "ratio", "status", "marker"]  # fmt: skip
    assert [c for c in columns if c in wanted] == wanted
    assert "disability" not in columns


def test_a_hidden_figure_is_empty_with_a_marker_in_csv(report):
    hidden = [r for r in rows_of(write_csv(report)) if r["marker"] == "[c]"]
    assert hidden
    assert {(r["numerator"], r["value"], r["lower"], r["upper"]) for r in hidden} == {("", "", "", "")}


def test_csv_gives_back_every_figure(report):
    read = pd.read_csv(io.BytesIO(write_csv(report)), encoding="utf-8-sig")
    assert len(read) == len(report.cells)
    left = read.sort_values(["kpi", "unit", "period_end", "value"])["value"].reset_index(drop=True)
    cells = report.cells.assign(period_end=report.cells["period_end"].dt.strftime("%Y-%m-%d"))
    right = cells.sort_values(["kpi", "unit", "period_end", "value"])["value"].astype(float).reset_index(drop=True)
    pd.testing.assert_series_equal(left, right, check_names=False)
    assert read["value"].dropna().between(0, 1).all()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx", "\rx"])
def test_text_that_starts_a_formula_is_made_harmless(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Home care", "3-5 years", "", "a=b"])
def test_other_text_is_left_alone(text):
    assert harmless(text) == text


def test_negative_numbers_stay_numbers(report):
    cells = report.cells.assign(value=-0.02)
    assert {r["value"] for r in rows_of(write_csv(replace(report, cells=cells)))} == {"-0.02"}


def test_csv_runs_nothing(report):
    assert all(r["unit_name"] != NASTY for r in rows_of(write_csv(nasty(report))))


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def words_of(book: openpyxl.Workbook, sheet: str) -> str:
    return " ".join(str(c.value) for row in book[sheet] for c in row if c.value is not None)


def test_the_cover_says_whose_which_release_and_that_it_is_synthetic(report):
    words = words_of(opened(write_workbook(report, "Ethnic minorities")), "Cover")
    for said in (
        "Ethnic minorities",
        "Alderbourne City Council",
        "2026-05-21",
        "21 May 2026",
        "Synthetic figures, not real data",
        "[c]",
        "Counts of 1 to 4 are hidden",
    ):
        assert said in words


def test_a_real_release_is_not_called_synthetic():
    book = opened(write_workbook(a_report(Request(kpis=("WR01",)), contents=some_contents(synthetic=False)), "x"))
    assert "ynthetic figures" not in words_of(book, "Cover") + words_of(book, "Notes")


def test_the_data_is_a_named_table_and_hidden_cells_hold_their_marker(report):
    sheet = opened(write_workbook(report, "x"))["Data"]
    assert sheet.tables["figures"].ref.startswith("A1:")
    head = [c.value for c in sheet[1]]
    value, marker, numerator = head.index("value"), head.index("marker"), head.index("numerator")
    body = [[c.value for c in row] for row in sheet.iter_rows(min_row=2)]
    assert len(body) == len(report.cells)
    hidden = [r for r in body if r[marker] == "[c]"]
    assert hidden
    assert {(r[value], r[numerator]) for r in hidden} == {("[c]", "[c]")}
    assert all(isinstance(r[value], float | int) for r in body if not r[marker])


def test_a_workbook_runs_nothing(report):
    book = opened(write_workbook(nasty(report), NASTY))
    cells = [c for sheet in book for row in sheet for c in row]
    assert any(c.value == NASTY for c in cells)
    assert {c.data_type for c in cells if c.value is not None} <= {"s", "n"}


def test_an_empty_report_still_opens(report):
    empty = replace(report, cells=report.cells.head(0))
    assert rows_of(write_csv(empty)) == []
    assert opened(write_workbook(empty, "x")).sheetnames == ["Cover", "Notes", "Data"]
