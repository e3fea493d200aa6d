"""Extracts become rows: all or nothing, every row accounted for, the same file twice changes nothing."""

from __future__ import annotations

import csv
import datetime as dt
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.definitions.organisation import Unit
from metrics.errors import InputError
from metrics.ingest.ingest import ImportReport, ingest_files
from metrics.sources.engine import Source, open_source
from metrics.sources.snapshots import read_snapshots
from metrics.sources.tables import dataset_table
from tests.support.councils import UNITS, a_council

MARCH, JUNE = dt.date(2026, 3, 31), dt.date(2026, 6, 30)
HOUSTON = Path(__file__).parents[2] / "councils" / "houston" / "config"


class Desk:
    """An analyst's desk: a database, a private folder, and files written on the spot."""

    def __init__(self, source: Source, folder: Path) -> None:
        self.source, self.folder, self.private = source, folder, folder / "private"

    def file(self, text: str, name: str = "staff.csv") -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def load(self, text: str, council: Configuration | None = None, day: dt.date | None = MARCH, **more: Any) -> ImportReport:
        return ingest_files(council or a_council(), "hr", [self.file(text)], day, self.source, self.private, **more)

    def rows(self, council: Configuration | None = None) -> pd.DataFrame:
        table = dataset_table(council or a_council(), "hr")
        return self.source.fetch(sa.select(table).order_by(table.c.as_at, table.c.row_number))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_source("duckdb://", read_only=False) as source:
        yield Desk(source, tmp_path)


STAFF = 'ID,Unit,Sex,Pay\n1,Housing,F,£10.50\n2,repairs,Male,\n3,,Unknown,"1,234"\n'


def test_rows_are_typed_placed_and_numbered_as_in_the_file(desk: Desk) -> None:
    report = desk.load(STAFF)
    rows = desk.rows()
    assert rows["row_number"].tolist() == [2, 3, 4]
    assert rows["unit"].tolist() == ["housing", "repairs", "council"]
    assert rows["sex"].tolist() == ["female", "male", "not_recorded"]
    assert rows["pay"].fillna(-1).tolist() == [10.5, -1, 1234]
    assert rows["counts_once"].all()
    assert (report.accepted, report.rejected, report.days[0].outcome) == (3, 0, "loaded")
    assert "name no unit" in report.notes[0]


def test_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    desk.load(STAFF)
    before = read_snapshots(desk.source, "hr")
    again = desk.load(STAFF)
    assert again.days[0].outcome == "already loaded"
    assert not again.changed_anything
    assert read_snapshots(desk.source, "hr") == before
    assert len(desk.rows()) == 3


def test_the_same_file_under_a_changed_definition_is_loaded_again(desk: Desk) -> None:
    desk.load(STAFF)
    changed = a_council(
        columns={"sex": {"from": "Sex", "dimension": "sex", "recode": {"Unknown": "male"}}, "pay": {"from": "Pay", "type": "money"}}
    )
    assert desk.load(STAFF, changed).days[0].outcome == "replaced"
    assert desk.rows(changed)["sex"].tolist() == ["female", "male", "male"]


def test_a_new_file_for_the_day_replaces_it_and_says_who_moved(desk: Desk) -> None:
    desk.load(STAFF)
    report = desk.load("ID,Unit,Sex,Pay\n1,Repairs,F,£10.50\n2,repairs,Male,5\n9,Housing,F,7\n")
    moved = report.days[0].replaced
    assert moved is not None
    assert (moved.joined, moved.left, moved.changed, dict(moved.changed_by_column)) == (1, 1, 2, {"unit": 1, "pay": 1})
    assert desk.rows()["person_id"].tolist() == ["1", "2", "9"]
    later = desk.load(STAFF, day=JUNE).days[0]
    assert later.replaced is None
    assert later.previous_day == MARCH
    assert later.previous is not None
    assert (later.previous.joined, later.previous.left, later.previous.changed) == (1, 1, 2)


def test_a_refused_row_is_kept_privately_with_its_reason(desk: Desk) -> None:
    lines = [f"{n},Housing,F,{n}" for n in range(1, 41)] + ["41,=HYPERLINK(1),F,=1+1"]
    recode = {"unit": {"from": "Unit", "recode": {"=HYPERLINK(1)": "housing"}}}
    report = desk.load("ID,Unit,Sex,Pay\n" + "\n".join(lines), a_council(**recode))
    assert (report.accepted, report.rejected) == (40, 1)
    assert report.rejects_file is not None
    assert stat.S_IMODE(report.rejects_file.stat().st_mode) == 0o600
    found = list(csv.reader(report.rejects_file.read_text(encoding="utf-8-sig").splitlines()))
    assert found[1][:2] == ["staff.csv", "42"]
    assert "Pay: not a number" in found[1][2]
    assert found[1][4:] == ["'=HYPERLINK(1)", "F", "'=1+1"]
    assert "=1+1" not in "\n".join(report.lines())


def test_many_refused_rows_refuse_the_file_unless_accepted(desk: Desk) -> None:
    bad = STAFF + "4,Housing,F,lots\n"
    with pytest.raises(InputError, match="1 of 4 rows would be left out"):
        desk.load(bad)
    assert read_snapshots(desk.source, "hr") == ()
    assert desk.load(bad, accept_rejects=True).accepted == 3


def test_every_problem_of_a_file_is_named_at_once_and_nothing_is_stored(desk: Desk) -> None:
    desk.load(STAFF)
    text = "ID,Unit,Sex,Pay\n1,Housng,F,1\n2,Housing,Femail,2\n3,Housing,Femail,£3\n4,Housing,M,$4\n5,Business Support,M,5\n"
    with pytest.raises(InputError) as error:
        desk.load(text)
    said = str(error.value)
    for words in ("'Housng' (1 rows)", "2 units have this name", "'Femail' (2 rows)", "columns.sex.recode", "several currencies"):
        assert words in said
    assert len(desk.rows()) == 3


def test_a_missing_heading_is_named_with_the_nearest(desk: Desk) -> None:
    with pytest.raises(InputError, match=r"no heading 'Sex'.*Did you mean 'Sexx'"):
        desk.load("ID,Unit,Sexx,Pay\n1,Housing,F,1\n")
    optional = a_council(columns={"sex": {"from": "Sex", "dimension": "sex", "required": False}})
    desk.load("ID,Unit,Pay\n1,Housing,1\n", optional)
    assert desk.rows(optional)["sex"].tolist() == ["not_recorded"]


def test_a_person_on_two_rows_would_count_twice(desk: Desk) -> None:
    with pytest.raises(InputError, match="1 people stand more than once") as error:
        desk.load("ID,Unit,Sex,Pay\n77,Housing,F,1\n2,Housing,F,1\n77,Repairs,F,2\n")
    assert "staff.csv:2, staff.csv:4" in str(error.value)
    assert "77" not in str(error.value)


def test_blank_means_a_category_only_where_something_says_so(desk: Desk) -> None:
    column = {"from": "Job", "dimension": "employment"}
    text = "ID,Unit,Job\n1,Housing,Full time\n2,Housing,\n"
    with pytest.raises(InputError, match=r"'\(blank\)' \(1 rows\).*\.blank"):
        desk.load(text, a_council(columns={"job": column}))
    said = a_council(columns={"job": column | {"blank": "part_time"}})
    desk.load(text, said)
    assert desk.rows(said)["job"].tolist() == ["full_time", "part_time"]


def test_people_with_several_posts_count_once_in_the_main_one(desk: Desk) -> None:
    columns = {"hours": {"from": "Hours", "type": "number"}, "main": {"from": "Main", "type": "boolean", "required": False}}
    posts = a_council(grain="post", main_post={"highest": ["hours"]}, columns=columns)
    report = desk.load("ID,Unit,Hours\n1,Housing,10\n1,Repairs,20\n2,Housing,5\n2,Repairs,5\n3,Housing,\n", posts)
    assert desk.rows(posts)["counts_once"].tolist() == [False, True, True, False, True]
    assert (report.days[0].rows, report.days[0].people) == (5, 3)
    flagged = a_council(grain="post", main_post={"highest": ["hours"], "flag": "main"}, columns=columns)
    desk.load("ID,Unit,Hours,Main\n1,Housing,10,Yes\n1,Repairs,20,No\n", flagged)
    assert desk.rows(flagged)["counts_once"].tolist() == [True, False]


def test_units_of_one_name_are_told_apart_by_the_unit_above(desk: Desk) -> None:
    two = a_council(unit={"from": ["Directorate", "Service"]}, columns={"sex": {"from": "Sex", "dimension": "sex"}})
    desk.load("ID,Directorate,Service,Sex\n1,Housing,Business Support,F\n2,Adult Social Care,Business Support,F\n3,Housing,,F\n", two)
    assert desk.rows(two)["unit"].tolist() == ["support_h", "support_a", "housing"]


def test_a_unit_that_had_ended_names_its_successor(desk: Desk) -> None:
    old = Unit("old", "Old Team", "council", "directorate", None, dt.date(2025, 12, 31), ("housing",))
    with pytest.raises(InputError, match="not on 2026-03-31; its people were by then in housing"):
        desk.load("ID,Unit,Sex,Pay\n1,Old Team,F,1\n", a_council(units=(*UNITS, old)))


def test_bands_of_numbers_and_of_years_since_a_day(desk: Desk) -> None:
    columns = {"age": {"from": "Age", "type": "integer", "band": "age_band", "minimum": 10}}
    text = "ID,Unit,Age\n1,Housing,24\n2,Housing,25\n3,Housing,\n4,Housing,15\n"
    report = desk.load(text, a_council(columns=columns))
    assert desk.rows(a_council(columns=columns))["age_band"].tolist() == ["age_16_24", "age_25_34", "not_recorded", "not_recorded"]
    assert any("outside every band" in note for note in report.notes)
    born = a_council(columns={"born": {"from": "Born", "type": "date", "band": "age_band"}})
    desk.load("ID,Unit,Born\n1,Housing,31/03/2001\n2,Housing,01/04/2001\n", born, JUNE)
    assert desk.rows(born)["age_band"].tolist()[-2:] == ["age_25_34", "age_25_34"]


def test_dates_in_a_column_make_a_snapshot_each(desk: Desk) -> None:
    dated = a_council(as_at="Date")
    text = "ID,Unit,Sex,Pay,Date\n1,Housing,F,1,31/03/2026\n1,Housing,F,2,30/06/2026\n2,Housing,M,2,30/06/2026\n"
    report = desk.load(text, dated, None)
    assert [(d.as_at, d.rows) for d in report.days] == [(MARCH, 1), (JUNE, 2)]
    assert desk.load(text, dated, None).changed_anything is False
    with pytest.raises(InputError, match="Leave out --as-at"):
        desk.load(text, dated, MARCH)
    with pytest.raises(InputError, match="--as-at 2026-03-31"):
        desk.load(STAFF, day=None)


def test_month_first_dates_refuse_the_file_rather_than_swap_days(desk: Desk) -> None:
    columns = {"start": {"from": "Start", "type": "date"}}
    text = "ID,Unit,Start\n" + "".join(f"{n},Housing,04/0{n % 9 + 1}/2020\n" for n in range(1, 60)) + "99,Housing,03/31/2020\n"
    with pytest.raises(InputError, match="month/day/year"):
        desk.load(text, a_council(columns=columns))


def test_parts_are_one_snapshot_and_the_same_part_twice_is_refused(desk: Desk) -> None:
    one, two = desk.file(STAFF, "a.csv"), desk.file("ID,Unit,Sex,Pay\n8,Housing,F,1\n", "b.csv")
    ingest_files(a_council(), "hr", [one, two], MARCH, desk.source, desk.private)
    (held,) = read_snapshots(desk.source, "hr")
    assert (held.rows, held.files) == (4, ("a.csv", "b.csv"))
    with pytest.raises(InputError, match=r"same content as a\.csv"):
        ingest_files(a_council(), "hr", [one, desk.file(STAFF, "c.csv")], MARCH, desk.source, desk.private)


def test_a_failure_while_storing_leaves_what_was_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.load(STAFF)
    monkeypatch.setattr(desk.source, "insert", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        desk.load("ID,Unit,Sex,Pay\n9,Housing,F,1\n")
    assert desk.rows()["person_id"].tolist() == ["1", "2", "3"]
    assert read_snapshots(desk.source, "hr")[0].rows == 3


def test_houston_by_its_own_configuration(desk: Desk, shared_file: Callable[[str], Path]) -> None:
    path = shared_file("houston_employees/employee.csv")
    council = load_configuration(HOUSTON)
    report = ingest_files(council, "employees", [path], MARCH, desk.source, desk.private)
    assert (report.accepted, report.rejected, report.days[0].people) == (2000, 0, 2000)
    rows = desk.source.fetch(sa.select(dataset_table(council, "employees")))
    assert int((rows["ethnicity"] == "not_recorded").sum()) == 35
    assert int(rows["base_salary"].isna().sum()) == 114
    assert int((rows["unit"] == "houston_police").sum()) == 638
    assert rows["base_salary"].sum() == pd.read_csv(path)["BASE_SALARY"].sum()


def test_atlanta_keeps_exact_repeats_because_they_are_different_people(desk: Desk, shared_file: Callable[[str], Path]) -> None:
    path = shared_file("atlanta_salaries_2015/atl_salary_data_2015_names_removed.csv")
    columns = {
        "sex": {"from": "sex", "dimension": "sex"},
        "pay": {"from": "annual.salary", "type": "money"},
        "job": {"from": "job.title", "type": "text"},
    }
    atlanta = a_council(person_id="absent", unit=None, columns=columns)
    for day in (MARCH, JUNE):
        report = ingest_files(atlanta, "hr", [path], day, desk.source, desk.private)
    assert (report.accepted, report.days[0].people) == (8246, 8246)
    assert report.days[0].previous is not None
    assert report.days[0].previous.joined is None
    assert "loaded as at 31 March 2026" in report.notes[0]
    raw = pd.read_csv(path)
    assert int(raw.duplicated().sum()) == 1100
    rows = desk.rows(atlanta)
    assert rows.loc[rows["as_at"] == "2026-06-30", "pay"].sum() == pytest.approx(raw["annual.salary"].sum(), abs=0.001)


def test_us_labels_are_never_put_into_census_groups(desk: Desk, shared_file: Callable[[str], Path]) -> None:
    columns = {"ethnicity_19": {"from": "RACE", "dimension": "ethnicity_19"}}
    path = shared_file("houston_employees/employee.csv")
    with pytest.raises(InputError, match=r"'Black or African American' \(700 rows\), 'White' \(665 rows\)"):
        ingest_files(a_council(person_id="UNIQUE_ID", unit=None, columns=columns), "hr", [path], MARCH, desk.source, desk.private)


def test_the_queensland_leavers_dates_are_refused_not_guessed(desk: Desk, shared_file: Callable[[str], Path]) -> None:
    columns = {"cease": {"from": "Cease Date", "type": "date"}}
    path = shared_file("exit_survey_dete/dete_survey.csv")
    with pytest.raises(InputError, match="of 822 rows would be left out"):
        ingest_files(a_council(person_id="ID", unit=None, columns=columns), "hr", [path], MARCH, desk.source, desk.private)


def test_a_day_in_the_future_is_pointed_out(desk: Desk) -> None:
    ahead = dt.date.today() + dt.timedelta(days=300)
    assert any("lies in the future" in note for note in desk.load(STAFF, day=ahead).notes)
    assert not any("future" in note for note in desk.load(STAFF, day=dt.date(2020, 3, 31)).notes)


@pytest.mark.parametrize("day", [dt.date(202, 3, 31), dt.date(2206, 3, 31), dt.date.max])
def test_a_day_that_no_extract_can_describe_is_refused(desk: Desk, day: dt.date) -> None:
    with pytest.raises(InputError, match="cannot be the day of an extract"):
        desk.load(STAFF, day=day)
    assert read_snapshots(desk.source, "hr") == ()


def test_a_heading_that_may_be_missing_is_named_when_it_is(desk: Desk) -> None:
    columns = {"sex": {"from": "Gender", "dimension": "sex", "required": False}}
    assert any("no heading 'Gender': sex is empty on every row" in note for note in desk.load(STAFF, a_council(columns=columns)).notes)
