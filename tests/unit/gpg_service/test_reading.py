"""Yearly files as they come: 23 and 27 columns, quoted line breaks, every form of date; and every slip with its line."""

from datetime import datetime

import pytest

from metrics.errors import InputError
from metrics.gpg_service.columns import COLUMNS
from metrics.gpg_service.deadlines import is_late, read_moment
from metrics.gpg_service.reading import read_year
from tests.support.gpg_files import NUMBERED, employer, write_year


def problems_of(path, year=None):
    with pytest.raises(InputError) as error:
        read_year(path, year)
    return {(p.line, p.message) for p in error.value.problems}


@pytest.mark.parametrize("name", ["gpg.csv", "gpg.csv.gz"])
def test_a_row_of_27_columns_is_typed_and_its_year_is_that_of_the_snapshot(tmp_path, name):
    (row,) = read_year(write_year(tmp_path / name, [NUMBERED])).rows
    assert (row.year, row.line, row.employer_id, row.sic_codes, row.post_code) == (2021, 2, "1", ("1", "84110"), "B1 1BB")
    assert (row.figures["mean_hourly_gap"], row.figures["mean_bonus_gap"], row.figures["men_lower_middle_quarter"]) == (5.5, None, 40.5)
    assert (row.is_public, row.late, row.size) == (True, False, "5000 to 19,999")


def test_a_row_of_23_columns_has_no_number_and_no_bonus_gap_of_nought(tmp_path):
    early = employer(
        "Anytown City Council", DiffMeanBonusPercent="0.00", DiffMedianBonusPercent="0.00", Address="Hall,\r\nAnytown,\r\nB11BB"
    )
    file = read_year(write_year(tmp_path / "GPG 2017 to 2018.csv", [early], early=True))
    (row,) = file.rows
    assert (file.year, row.employer_id, row.post_code, row.due) == (2017, "", "B1 1BB", None)
    assert row.figures["mean_bonus_gap"] is None
    assert row.figures["men_paid_bonus"] == 0


def test_columns_are_found_by_name_in_whatever_order(tmp_path):
    heads = ["Something new", *reversed(COLUMNS)]
    file = read_year(write_year(tmp_path / "a.csv", [{**NUMBERED, "Something new": "x"}], bom=False, heads=heads))
    assert file.rows[0].name == "Anytown City Council"
    assert file.notes == ("Columns that are not known and were not read: Something new.",)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022/03/31 11:05:25", datetime(2022, 3, 31, 11, 5, 25)),
        ("2022-03-31T11:05:25.123Z", datetime(2022, 3, 31, 11, 5, 25)),
        ("2022-03-31", datetime(2022, 3, 31)),
        ("05/04/2022 09:30", datetime(2022, 4, 5, 9, 30)),
        ("31/03/2022 00:00:00", datetime(2022, 3, 31)),
        ("31/02/2022", None),
        ("2022/3/31 25:00", None),
        ("yesterday", None),
    ],
)
def test_dates_in_every_form(text, moment):
    assert read_moment(text) == moment


def test_late_is_what_the_service_says_and_nobody_is_late_for_2019():
    due = datetime(2022, 3, 31)
    assert is_late(2021, True, None, None) is True
    assert is_late(2021, False, datetime(2022, 4, 1), due) is False  # below 250 people there is no deadline
    assert is_late(2021, None, datetime(2022, 3, 31), due) is True
    assert is_late(2021, None, datetime(2022, 3, 30, 23, 59, 59), due) is False
    assert is_late(2019, True, datetime(2021, 1, 1), due) is None
    assert is_late(2017, None, None, None) is None


def test_every_slip_of_a_file_is_told_at_once_with_the_line_it_begins_on(tmp_path):
    rows = [
        NUMBERED,  # two lines long: its codes hold a line break
        employer("B Council", "x2", DiffMeanHourlyPercent="much", EmployerSize="huge"),
        employer("C Council", "3", DiffMedianHourlyPercent="", DueDate="32/01/2022", SubmittedAfterTheDeadline="perhaps"),
        employer("", "4"),
    ]
    found = problems_of(write_year(tmp_path / "a.csv", rows))
    assert {line for line, _ in found} == {4, 6, 8}
    assert {message.split(":")[0].split(" ")[0] for line, message in found if line == 4} == {
        "EmployerId", "DiffMeanHourlyPercent", "EmployerSize",
    }  # fmt: skip
    assert (6, "DiffMedianHourlyPercent is empty; every employer reports it") in found
    assert (8, "EmployerName is empty; every row names its employer") in found
    assert len(found) == 7


def test_a_file_that_is_no_year_of_the_service_is_refused_in_words(tmp_path):
    (tmp_path / "page.csv").write_text("<html>Sorry</html>\n")
    assert any("no column EmployerName" in message for _, message in problems_of(tmp_path / "page.csv"))
    (tmp_path / "empty.csv").write_text("")
    assert problems_of(tmp_path / "empty.csv") == {(0, "the file is empty; download the year again")}
    whole = write_year(tmp_path / "a.csv.gz", [NUMBERED] * 50).read_bytes()
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    assert problems_of(tmp_path / "cut.csv.gz") == {(0, "the gzipped file is damaged or cut off; download it again")}
    (tmp_path / "latin.csv").write_bytes(
        write_year(tmp_path / "b.csv", [employer("Ynys Môn", "7")], bom=False).read_text().encode("latin-1")
    )
    assert any("not UTF-8" in message and line == 2 for line, message in problems_of(tmp_path / "latin.csv"))
    (tmp_path / "open.csv").write_bytes(write_year(tmp_path / "c.csv", [NUMBERED]).read_bytes().rstrip()[:-1])
    assert any("cannot be read from here on" in message for _, message in problems_of(tmp_path / "open.csv"))


def test_the_year_is_said_once_and_without_contradiction(tmp_path):
    undated = write_year(tmp_path / "early.csv", [employer("A Council")], early=True)
    assert any("--year 2017" in message for _, message in problems_of(undated))
    assert read_year(undated, 2018).year == 2018
    assert any("--year says 2020" in message for _, message in problems_of(write_year(tmp_path / "a.csv", [NUMBERED]), 2020))
    named = write_year(tmp_path / "2019 to 2020.csv", [NUMBERED])
    assert any("the file's name says 2019" in message for _, message in problems_of(named))
    two = write_year(tmp_path / "two.csv", [NUMBERED, employer("B", "2", DueDate="2023/03/31 00:00:00")])
    assert any("2021 (line 2), 2022 (line 4)" in message for _, message in problems_of(two))


def test_who_stands_twice_counts_once_with_what_was_submitted_last(tmp_path):
    first = {**NUMBERED, "DiffMeanHourlyPercent": "9.9", "DateSubmitted": "2022/03/20 10:00:00"}
    file = read_year(write_year(tmp_path / "a.csv", [first, NUMBERED]))
    assert [row.figures["mean_hourly_gap"] for row in file.rows] == [9.9]
    assert "stands twice; line 2 was submitted last" in file.notes[0]
