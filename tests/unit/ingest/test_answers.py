"""Rows that hold numbers of people: unfolded, added up, refused where they do not add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from metrics.definitions.answers import unfolded
from metrics.definitions.configuration import Configuration
from metrics.errors import InputError
from metrics.ingest.ingest import ImportReport, ingest_files
from metrics.sources.engine import Source, open_source
from metrics.sources.snapshots import read_snapshots
from metrics.sources.tables import dataset_table
from tests.support.councils import a_council

HEAD = "Unit,Made,Women,Women full time,Women part time,Men,Unknown,All\n"
ANSWERS = {
    "column": "sex",
    "from": {"Women": "female", "Men": "male", "Unknown": "not_recorded"},
    "made_of": {"Women": ["Women full time", "Women part time"]},
    "total": "All",
}


def council(**changes: object) -> Configuration:
    made = a_council(**{"person_id": "absent", "columns": {}, "as_at": "Made", "as_at_end_of": "year", "answers": ANSWERS, **changes})
    return replace(made, datasets=unfolded(made.datasets))


def load(tmp_path: Path, lines: str, source: Source | None = None, **changes: object) -> tuple[ImportReport, Source]:
    file = tmp_path / "returns.csv"
    file.write_text(HEAD + lines)
    source = source or open_source("duckdb://", read_only=False)
    return ingest_files(council(**changes), "hr", [file], None, source, tmp_path / "private", accept_rejects=True), source


def stored(source: Source) -> set[tuple[str, str, int]]:
    table = dataset_table(council(), "hr")
    rows = source.fetch(table.select())
    return {(r.unit, r.sex, r.people) for r in rows.itertuples()}


def test_one_row_for_each_answer_and_none_where_no_return_was_made(tmp_path: Path) -> None:
    report, source = load(tmp_path, 'Housing,2026,40,,,"1,060",0,1100\nAdult Social Care,2026-05,,,,,,900\n')
    assert stored(source) == {("housing", "female", 40), ("housing", "male", 1060), ("housing", "not_recorded", 0)}
    assert (report.rejected, report.days[0].people) == (0, 1100)


def test_parts_stand_in_for_an_empty_group_and_only_then(tmp_path: Path) -> None:
    report, source = load(tmp_path, "Housing,2026,,30,10,60,,100\nAdult Social Care,2026,40,30,10,60,,100\n")
    assert {(u, s, n) for u, s, n in stored(source) if s == "female"} == {("housing", "female", 40), ("adults", "female", 40)}
    assert report.rejected == 0


@pytest.mark.parametrize("line", ["40,,,50,,100", "40,,,70,,100", "4.5,,,95.5,,100", "-1,,,101,,100", "forty,,,60,,100"])
def test_a_row_that_does_not_add_up_is_refused_whole(tmp_path: Path, line: str) -> None:
    report, source = load(tmp_path, f"Housing,2026,{line}\nAdult Social Care,2026,50,,,50,,100\n")
    assert report.rejected == 1
    assert {unit for unit, _, _ in stored(source)} == {"adults"}


@pytest.mark.parametrize(("written", "day"), [("2026", "2026-12-31"), ("2026-05", "2026-12-31"), ("16/05/2026", "2026-12-31")])
def test_a_year_a_month_and_a_day_are_the_end_of_their_year(tmp_path: Path, written: str, day: str) -> None:
    _, source = load(tmp_path, f"Housing,{written},40,,,60,,100\n")
    assert [s.as_at for s in read_snapshots(source, "hr")] == [date.fromisoformat(day)]


def test_two_returns_of_one_unit_and_year_would_count_twice(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="count twice"):
        load(tmp_path, "Housing,2026,40,,,60,,100\nHousing,2026-05,41,,,60,,101\n")


def test_a_missing_heading_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no heading 'Trans women'"):
        load(tmp_path, "Housing,2026,40,,,60,,100\n", answers=ANSWERS | {"from": {"Women": "female", "Trans women": "female"}})


TALL = {"column": "sex", "label": "Answer", "people": "How many", "from": {"Women": "female", "Men": "male", "Did not say": "not_recorded"}}


def load_tall(tmp_path: Path, lines: str, **changes: object) -> tuple[ImportReport, Source]:
    file = tmp_path / "returns.csv"
    file.write_text("Unit,Made,Answer,How many\n" + lines)
    source = open_source("duckdb://", read_only=False)
    configuration = council(answers=TALL | changes)
    return ingest_files(configuration, "hr", [file], None, source, tmp_path / "private", accept_rejects=True), source


def test_a_row_for_each_answer(tmp_path: Path) -> None:
    report, source = load_tall(
        tmp_path, 'Housing,2026,Women,40\nHousing,2026,MEN,"1,060"\nHousing,2026,Did not say,0\nAdult Social Care,2026,Men,\n'
    )
    assert stored(source) == {("housing", "female", 40), ("housing", "male", 1060), ("housing", "not_recorded", 0)}
    assert (report.rejected, report.days[0].people) == (0, 1100)


@pytest.mark.parametrize("line", ["Wom,40", ",40", "Women,4.5", "Women,-1", "Women,forty"])
def test_an_answer_that_is_not_listed_or_no_number_refuses_its_row_alone(tmp_path: Path, line: str) -> None:
    report, source = load_tall(tmp_path, f"Housing,2026,{line}\nHousing,2026,Men,60\n")
    assert report.rejected == 1
    assert stored(source) == {("housing", "male", 60)}


def test_one_answer_twice_would_count_twice_unless_two_words_mean_it(tmp_path: Path) -> None:
    lines = "Housing,2026,Women,40\nHousing,2026,Ladies,2\nHousing,2026,Men,60\n"
    with pytest.raises(InputError, match="count twice"):
        load_tall(tmp_path, "Housing,2026,Women,40\nHousing,2026-05,Women,41\nHousing,2026,Men,60\n")
    _, source = load_tall(tmp_path, lines, **{"from": {"Women": "female", "Ladies": "female", "Men": "male"}})
    assert sum(n for _, sex, n in stored(source) if sex == "female") == 42


def test_a_heading_of_answers_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no heading 'People'"):
        load_tall(tmp_path, "Housing,2026,Women,40\n", people="People")


def test_rows_about_something_else_are_left_alone(tmp_path: Path) -> None:
    lines = "Housing,2026,Women,40\nHousing,2027,Women,1\nHousing,2026,Men,60\nHousing,2027,Weather,many\n"
    report, source = load_tall(tmp_path, lines, only={"Made": "2026"})
    assert stored(source) == {("housing", "female", 40), ("housing", "male", 60)}
    assert report.rejected == 0
    with pytest.raises(InputError, match="no heading 'Year'"):
        load_tall(tmp_path, lines, only={"Year": "2026"})


def test_a_question_that_no_row_is_about_is_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no row"):
        load_tall(tmp_path, "Housing,2026,Women,40\n", only={"Made": "2025"})
