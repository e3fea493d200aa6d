"""Tables that others publish: headings over several rows, notes, missing marks, footnotes, two kinds of number in one column."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from metrics.definitions.configuration import Configuration
from metrics.errors import InputError
from metrics.ingest.ingest import ingest_files
from metrics.sources.engine import open_source
from metrics.sources.tables import dataset_table
from tests.support.councils import a_council

SEX = {"sex": {"from": "Sex", "dimension": "sex", "recode": {"Women": "female", "Men": "male"}}}
NUMBER = {"rate": {"from": "Rate", "type": "number"}}


def council(**changes: Any) -> Configuration:
    return a_council(**{"person_id": "absent", "unit": None, "columns": {**SEX, **NUMBER}, **changes})


def load(tmp_path: Path, content: str | Path, day: date | None = date(2026, 3, 31), accept: bool = False, **changes: Any):  # type: ignore[no-untyped-def]
    """The report, and the stored rows as tuples of the columns of the definition."""
    file = content if isinstance(content, Path) else tmp_path / "table.csv"
    if isinstance(content, str):
        file.write_text(content, encoding="utf-8")
    configuration = council(**changes)
    source = open_source("duckdb://", read_only=False)
    report = ingest_files(configuration, "hr", [file], day, source, tmp_path / "private", accept_rejects=accept)
    table = dataset_table(configuration, "hr")
    names = [c.name for c in table.columns][5:]
    rows = source.fetch(table.select().order_by(table.c.as_at, table.c.row_number))
    kept = rows[names].astype(object).where(rows[names].notna(), None)
    return report, [tuple(row) for row in kept.itertuples(index=False, name=None)]


def workbook(tmp_path: Path, rows: list[list[Any]], merge: str = "") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    book.save(tmp_path / "table.xlsx")
    return tmp_path / "table.xlsx"


# Marks where a value is missing


def test_a_declared_mark_is_read_as_missing_and_its_meaning_is_kept(tmp_path: Path) -> None:
    missing = {"x": "unreliable", "[c]": "confidential", "#DIV/0!": "not_applicable", "..": "not_available", "N/A": "not_available"}
    lines = "Sex,Rate\n" + "".join(f"Women,{cell}\n" for cell in ("12.5", "X", "[c]", "#DIV/0!", "..", " N/A ", "", '"1,144,922"'))
    report, rows = load(tmp_path, lines, missing=missing)
    assert [row[1:] for row in rows] == [
        (12.5, None),
        (None, "unreliable"),
        (None, "confidential"),
        (None, "not_applicable"),
        (None, "not_available"),
        (None, "not_available"),
        (None, None),
        (1144922.0, None),
    ]
    (note,) = report.notes
    assert note.startswith("Rate: read as missing: ")
    assert "'x' (unreliable) in 1 row," in note
    assert "'N/A' (not available) in 1 row" in note


@pytest.mark.parametrize(
    ("mark", "meaning"),
    [("x", "unreliable"), ("[c]", "confidential"), ("#DIV/0!", "not_applicable"), ("..", "not_available"), ("#N/A", "not_available"),
     (" N/A ", "not_available"), ("[z]", "not_applicable"), ("-", "not_available")],
)  # fmt: skip
def test_a_mark_that_nobody_declared_refuses_its_row_and_says_what_to_write(tmp_path: Path, mark: str, meaning: str) -> None:
    with pytest.raises(InputError) as refused:
        load(tmp_path, f"Sex,Rate\nWomen,3\nMen,{mark}\n")
    said = str(refused.value)
    assert f"'{mark.strip()}' is no value" in said
    assert f'under `missing:` in the dataset\'s definition, as "{mark.strip()}": {meaning}' in said


def test_a_marked_cell_is_empty_where_empty_ones_are_refused(tmp_path: Path) -> None:
    columns = {**SEX, "rate": {**NUMBER["rate"], "missing": {"x": "unreliable"}, "empty": "reject"}}
    with pytest.raises(InputError, match="Rate: empty"):
        load(tmp_path, "Sex,Rate\nWomen,3\nMen,x\n", columns=columns)


def test_words_of_the_dataset_are_not_for_its_labels_and_a_column_may_have_its_own(tmp_path: Path) -> None:
    """`x` is missing among the rates; among the labels it means what the recode says, and `?` is missing there alone."""
    labels = {"sex": {**SEX["sex"], "recode": {"x": "female"}, "missing": {"?": "not_available"}}}
    _, rows = load(tmp_path, "Sex,Rate\nx,x\n?,2\n", columns={**labels, **NUMBER}, missing={"x": "unreliable"})
    assert rows == [("female", None, None, "unreliable"), ("not_recorded", 2.0, "not_available", None)]


# Numbers as people write them


def test_percentages_with_and_without_their_sign(tmp_path: Path) -> None:
    columns = {**SEX, "rate": {**NUMBER["rate"], "percentages": "out_of_100"}}
    _, rows = load(tmp_path, 'Sex,Rate\nWomen,48.6%\nWomen,48.6\nMen,-3 %\nMen,"1,250%"\n', columns=columns)
    assert [row[1] for row in rows] == [48.6, 48.6, -3.0, 1250.0]


def test_a_workbook_holds_percentages_out_of_one(tmp_path: Path) -> None:
    """A cell that shows 48.6% holds 0.486; multiplied by a hundred in binary it would be 48.599999999999994."""
    columns = {**SEX, "rate": {**NUMBER["rate"], "percentages": "out_of_1"}}
    file = workbook(tmp_path, [["Sex", "Rate"], ["Women", 0.486], ["Men", 0.07], ["Men", "7%"]])
    _, rows = load(tmp_path, file, columns=columns)
    assert [row[1] for row in rows] == [48.6, 7.0, 7.0]


def test_a_percentage_in_a_column_of_numbers_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="percentages: out_of_100"):
        load(tmp_path, "Sex,Rate\nWomen,48.6%\n")


# Signs of footnotes


def test_signs_of_footnotes_are_taken_off_where_the_layout_says_so(tmp_path: Path) -> None:
    lines = "Sex [note 1],Rate2\nWomen1,1\nWomen [note 2],2\nMen*,3\nMen\u00b9,4\nMen,5\n"
    report, rows = load(tmp_path, lines, layout={"footnotes": True})
    assert rows == [("female", 1.0), ("female", 2.0), ("male", 3.0), ("male", 4.0), ("male", 5.0)]
    assert "sex: read without the sign of a footnote: 'Women1' as 'Women', 'Women [note 2]' as 'Women'" in "\n".join(report.notes)


def test_a_word_that_is_known_with_its_sign_is_read_as_it_stands(tmp_path: Path) -> None:
    labels = {"sex": {**SEX["sex"], "recode": {"Group1": "female", "Group": "male"}}}
    _, rows = load(tmp_path, "Sex,Rate\nGroup1,1\nGroup2,2\n", columns={**labels, **NUMBER}, layout={"footnotes": True})
    assert rows == [("female", 1.0), ("male", 2.0)]


def test_without_the_layout_they_are_refused_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"1 label is not mapped.*`layout: \{footnotes: true\}` would read 'Women1' as 'Women'"):
        load(tmp_path, "Sex,Rate\nWomen1,1\n")


def test_units_with_a_footnote(tmp_path: Path) -> None:
    changes: dict[str, Any] = {"unit": {"from": "Where"}, "columns": NUMBER}
    configuration = council(**changes)
    assert load(tmp_path, "Where,Rate\nHousing1,1\n", layout={"footnotes": True}, **changes)[0].accepted == 1
    assert configuration.organisation.root.id == "council"
    with pytest.raises(InputError, match="'Housing1' \\(1 rows\\): no unit"):
        load(tmp_path, "Where,Rate\nHousing1,1\n", **changes)


# Where the table stands


SURVEY: list[list[Any]] = [
    ["Table 8: pay gap, 2025"],
    [],
    ["", "", "Gap", ""],
    ["", "", "in pay", ""],
    ["Area", "Code", "median", "mean^"],
    ["  Leeds UA", "E1", 12.5, 8, "", "Key"],
    ["Women", "E2", 1, None, "", "x = unreliable"],
    ["Men", "E3", "x", 2],
    ["^ Footnote one."],
    ["Source: somebody."],
]
AREAS = {
    "sex": {"from": "Area", "dimension": "sex", "recode": {"Leeds UA": "female", "Women": "female", "Men": "male"}},
    "median": {"from": "Gap in pay median", "type": "number"},
    "mean": {"from": "Gap in pay mean", "type": "number"},
}
LAYOUT = {"header_rows": 3, "table_columns": "A:D", "rows_have": ["Gap in pay median", "Gap in pay mean"], "footnotes": True}


def test_headings_over_three_rows_a_legend_beside_and_footnotes_below(tmp_path: Path) -> None:
    changes: dict[str, Any] = {"header_row": 3, "columns": AREAS, "missing": {"x": "unreliable"}}
    report, rows = load(tmp_path, workbook(tmp_path, SURVEY), layout=LAYOUT, **changes)
    assert rows == [("female", 12.5, 8.0, None, None), ("female", 1.0, None, None, None), ("male", None, 2.0, "unreliable", None)]
    assert report.notes[0] == (
        "2 rows have nothing under 'Gap in pay median' or 'Gap in pay mean' and were left out (layout.rows_have): 9, 10."
    )


def test_the_same_as_text_where_rows_are_short(tmp_path: Path) -> None:
    lines = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in SURVEY[2:]).replace(
        "^ Footnote one.", "Note 1"
    )
    changes: dict[str, Any] = {"header_row": 1, "columns": AREAS, "missing": {"x": "unreliable"}}
    report, rows = load(tmp_path, lines + "\n", layout=LAYOUT, **changes)
    assert len(rows) == 3
    assert "left out (layout.rows_have): 7, 8" in report.notes[0]


def test_a_short_row_of_the_table_itself_is_still_refused(tmp_path: Path) -> None:
    layout = {"rows_have": ["Sex"]}
    with pytest.raises(InputError, match="1 cells where the headings have 2"):
        load(tmp_path, "Sex,Rate\nWomen,1\nMen\n", layout=layout)


def test_one_heading_over_several_columns_holds_for_each(tmp_path: Path) -> None:
    file = workbook(tmp_path, [["", "Rate", "", "Code"], ["Sex", "now", "then", ""], ["Women", 1, 2, "E1"]], merge="B1:C1")
    columns = {
        **SEX,
        "now": {"from": "Rate now", "type": "number"},
        "then": {"from": "Rate then", "type": "number"},
        "code": {"from": "Code", "type": "text"},
    }
    assert load(tmp_path, file, columns=columns, layout={"header_rows": 2})[1] == [("female", 1.0, 2.0, "E1")]


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ({"rows_have": ["Rats"]}, r"no heading 'Rats' \(layout.rows_have\). There are: Sex, Rate"),
        ({"only": {"Area": "Leeds"}}, r"no heading 'Area' \(layout.only\). There are: Sex, Rate"),
        ({"only": {"Sex": "Nobody"}}, r"no row is about what is asked for \(layout.only\): 'Sex' is 'Nobody'"),
        ({"apart": {"value": "Rate", "by": "Kind", "into": {"n": "People"}}}, r"no heading 'Kind' \(layout.apart\)"),
        ({"unfold": {"label": "Sex", "number": "N", "from": {"Rate": "women"}}}, r"has a heading 'Sex' already \(layout.unfold\)"),
    ],
)
def test_a_layout_that_does_not_fit_the_file_says_what_is_there(tmp_path: Path, layout: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        load(tmp_path, "Sex,Rate\nWomen,1\n", layout=layout)


# Numbers of several kinds, wide tables, other areas


KINDS = {"sex": SEX["sex"], "people": {"from": "People", "type": "integer"}, "percent": {"from": "Percent", "type": "number"}}


def test_number_and_percentage_in_one_column_told_apart_by_another(tmp_path: Path) -> None:
    lines = "Sex,Measure,Value\nWomen,Count,120\nMen,Count,80\nWomen,Percent,60\nMen,Percent,40\n"
    layout = {"apart": {"value": "Value", "by": "Measure", "into": {"Count": "People", "Percent": "Percent"}}}
    assert load(tmp_path, lines, columns=KINDS, layout=layout)[1] == [("female", 120, 60.0), ("male", 80, 40.0)]


def test_told_apart_by_the_end_of_a_label(tmp_path: Path) -> None:
    lines = "Sex,Value\nWomen (number),120\nWomen  (percent),60\nMen (number),80\n"
    layout = {"apart": {"value": "Value", "by": "Sex", "at_end": True, "into": {"(number)": "People", "(percent)": "Percent"}}}
    assert load(tmp_path, lines, columns=KINDS, layout=layout)[1] == [("female", 120, 60.0), ("male", 80, None)]


def test_a_kind_that_nobody_named_and_two_numbers_for_one_are_refused(tmp_path: Path) -> None:
    lines = "Sex,Measure,Value\nWomen,Count,120\nMen,Count,80\nMen,Count,81\nMen,Rate per 1000,3\n"
    layout = {"apart": {"value": "Value", "by": "Measure", "into": {"Count": "People", "Percent": "Percent"}}}
    with pytest.raises(InputError) as refused:
        load(tmp_path, lines, columns=KINDS, layout=layout)
    assert "Measure: says no kind of number that is known" in str(refused.value)
    assert "Value: two numbers of one kind for the same (1 more row like this)" in str(refused.value)
    layout["only"] = {"Measure": ["Count"]}
    report, rows = load(tmp_path, lines, columns=KINDS, layout=layout, accept=True)
    assert rows == [("female", 120, None)]
    assert report.rejected == 2


def test_a_wide_table_has_a_row_for_each_heading(tmp_path: Path) -> None:
    lines = "Place,All,Women; measures: Value,Men; measures: Value\nLeeds,3,1,2\nYork,1,1,\n"
    groups = {"Women; measures: Value": "Women", "Men; measures: Value": "Men"}
    layout = {"unfold": {"label": "Group", "number": "People", "from": groups}}
    columns = {"place": {"from": "Place", "type": "text"}, "sex": {**SEX["sex"], "from": "Group"}, "people": KINDS["people"]}
    assert load(tmp_path, lines, columns=columns, layout=layout)[1] == [("Leeds", "female", 1), ("Leeds", "male", 2), ("York", "female", 1)]


def test_rows_about_other_areas_are_left_alone_and_a_changed_code_is_the_same_area(tmp_path: Path) -> None:
    """Sheffield and Barnsley got new codes in 2025; Dorset's new code is of another place than its old one."""
    lines = "Sex,Code,Rate\nWomen,E08000039,1\nMen,E08000019,2\nMen,E08000025,3\nMen,E10000009,4\n"
    _, rows = load(tmp_path, lines, layout={"only": {"Code": ["E08000019", "E06000059"]}})
    assert rows == [("female", 1.0), ("male", 2.0)]


def test_a_label_that_is_another_code_of_a_known_area(tmp_path: Path) -> None:
    labels = {"sex": {"from": "Code", "dimension": "sex", "recode": {"E08000019": "female", "E06000059": "male"}}}
    report, rows = load(tmp_path, "Code,Rate\nE08000039,1\n", columns={**labels, **NUMBER})
    assert rows == [("female", 1.0)]
    assert report.notes == ("sex: read as another code of the same area: 'E08000039' as 'E08000019'.",)
    with pytest.raises(InputError, match="'E10000009'"):
        load(tmp_path, "Code,Rate\nE10000009,1\n", columns={**labels, **NUMBER})


def test_published_figures_of_the_same_group_and_day_are_refused_with_their_places(tmp_path: Path) -> None:
    """Broad and detailed groups in one column, read as the same category, would count people twice."""
    published: dict[str, Any] = {
        "grain": "published",
        "publisher": "An office",
        "licence": "Open",
        "columns": {"sex": {**SEX["sex"], "total": "All"}, **NUMBER},
    }
    with pytest.raises(InputError) as refused:
        load(tmp_path, "Sex,Rate\nAll,1\nWomen,2\nF,3\nMen,4\n", **published)
    assert "table.csv:3, table.csv:4: these rows say different things of the same, sex female, as at 2026-03-31." in str(refused.value)
    assert load(tmp_path, "Sex,Rate\nAll,1\nWomen,2\nMen,4\n", **published)[1] == [(None, 1.0), ("female", 2.0), ("male", 4.0)]


@pytest.mark.parametrize(
    ("written", "day"),
    [("2017-18", date(2018, 3, 31)), ("2018/19", date(2019, 3, 31)), ("2009 to 2010", date(2010, 3, 31)), ("2010-11", date(2011, 3, 31))],
)
def test_a_financial_year_ends_on_31_march(tmp_path: Path, written: str, day: date) -> None:
    report, _ = load(tmp_path, f"Sex,Rate,Year\nWomen,1,{written}\n", None, as_at="Year", as_at_end_of="financial_year")
    assert [d.as_at for d in report.days] == [day]


@pytest.mark.parametrize("written", ["2017-19", "2017", "Year 3"])
def test_what_is_no_financial_year_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(InputError, match="Year: not a financial year; accepted: 2017-18, 2017/18, 2017 to 2018"):
        load(tmp_path, f"Sex,Rate,Year\nWomen,1,{written}\n", None, as_at="Year", as_at_end_of="financial_year")
