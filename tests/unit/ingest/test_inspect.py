"""The import doctor on real files, and its drafts taken all the way to loaded rows."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from metrics.cli.main import main
from metrics.definitions.load import load_configuration
from metrics.definitions.strict_yaml import read_yaml
from metrics.ingest.drafts import draft_definitions, slug, write_drafts
from metrics.ingest.inspect import inspect_file, starter_dimensions
from metrics.sources.engine import open_source
from metrics.sources.tables import dataset_table

HOUSTON, ATLANTA = "houston_employees/employee.csv", "atlanta_salaries_2015/atl_salary_data_2015_names_removed.csv"


@pytest.fixture(autouse=True)
def _same_umask() -> object:
    """`ingest` narrows the permissions of the whole process."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


def run(*arguments: str) -> int:
    try:
        main(list(arguments))
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_houston(shared_file: Callable[[str], Path]) -> None:
    found = inspect_file(shared_file(HOUSTON))
    assert {c.heading: c.seems for c in found.columns} == {
        "UNIQUE_ID": "person_id", "POSITION_TITLE": "job_title", "DEPARTMENT": "unit", "BASE_SALARY": "annual_pay", "RACE": "ethnicity",
        "EMPLOYMENT_TYPE": "category", "GENDER": "sex", "EMPLOYMENT_STATUS": "category", "HIRE_DATE": "date", "JOB_DATE": "date",
    }  # fmt: skip
    by_heading = {c.heading: c for c in found.columns}
    assert by_heading["RACE"].rows - by_heading["RACE"].filled == 35
    assert by_heading["BASE_SALARY"].rows - by_heading["BASE_SALARY"].filled == 114
    assert by_heading["DEPARTMENT"].distinct == 24
    assert found.repeated_rows == 0


def test_atlanta_exit_survey_and_professors(shared_file: Callable[[str], Path]) -> None:
    atlanta = inspect_file(shared_file(ATLANTA))
    assert [c.seems for c in atlanta.columns] == ["age", "sex", "ethnicity", "job_title", "unit", "annual_pay"]
    assert (atlanta.repeated_rows, atlanta.person_id) == (1100, None)
    leavers = {c.heading: c for c in inspect_file(shared_file("exit_survey_dete/dete_survey.csv")).columns}
    assert leavers["Cease Date"].seems == "date"
    assert any("not dates" in note for note in leavers["Cease Date"].notes)
    assert leavers["Disability"].unmatched == {"N/A": 500}
    assert leavers["Dissatisfaction with the department"].seems == "yes_no"
    professors = inspect_file(shared_file("professor_salaries/Salaries.csv"))
    assert [c.seems for c in professors.columns] == ["grade", "category", "number", "number", "sex", "annual_pay"]


def test_what_is_odd_is_said(tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    rows = [f"{n},{n % 28 + 1:02}/03/2020,01/01/1900,1{n}.50,A{n}" for n in range(40)]
    rows += ["7,03/31/2020,31/12/2099,tbc,A1", "Total,,,,"]
    path.write_text("Employee No,Start Date,Date of birth,Hourly rate,Surname\n" + "\n".join(rows), encoding="utf-8")
    found = inspect_file(path)
    said = "\n".join(found.lines())
    for words in (
        "looks like a total",
        "1 repeats: a row may be a post",
        "1 January 1900",
        "lie in the future",
        "not needed for any figure",
    ):
        assert words in said
    assert "A12" not in said


@pytest.mark.parametrize("name", [HOUSTON, ATLANTA])
def test_from_nothing_to_loaded_rows_with_one_word_changed(
    tmp_path: Path, shared_file: Callable[[str], Path], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file, config = shared_file(name), tmp_path / "mycouncil"
    assert run("init", str(config)) == 0
    assert run("inspect", str(file), "--config", str(config), "--write", str(config)) == 0
    said = capsys.readouterr().out
    assert "hr.yaml.old" in said
    assert "change the word here" in said
    for kpi in (config / "kpis").glob("*.yaml"):
        kpi.write_text(kpi.read_text(encoding="utf-8").replace("ethnicity_5", "ethnicity"), encoding="utf-8")
    configuration = load_configuration(config)
    assert {"ethnicity", "ethnicity_2", "sex"} <= set(configuration.sources_of("hr"))
    load = ("ingest", "hr", str(file), "--config", str(config), "--as-at", "2016-06-30")
    assert run(*load, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["rejected"], report["days"][0]["rows"]) == (0, 2000 if name == HOUSTON else 8246)
    assert run(*load) == 0
    assert "nothing was changed" in capsys.readouterr().out
    with open_source(f"duckdb:///{tmp_path}/data/workforce.duckdb") as source:
        table = dataset_table(configuration, "hr")
        rows = source.fetch(sa.select(table.c.unit, sa.func.count().label("n")).group_by(table.c.unit))
        assert len(rows) == (24 if name == HOUSTON else 22)
    for path in (tmp_path / "data").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) in (0o600, 0o700)


def test_a_refused_file_ends_with_2_and_no_database_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "mycouncil"
    run("init", str(config))
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"\x00\x01\x02" * 100)
    assert run("ingest", "hr", str(bad), "--config", str(config), "--as-at", "2026-03-31") == 2
    assert run("ingest", "nobody", str(bad), "--config", str(config), "--as-at", "2026-03-31") == 2
    assert run("ingest", "hr", str(bad), "--config", str(config), "--as-at", "31/03/2026") == 2
    assert run("inspect", str(bad), "--config", str(config)) == 2
    monkeypatch.setenv("EQUALITY_WORKFORCE_URL", f"duckdb:///{tmp_path}")
    assert run("ingest", "hr", str(bad), "--config", str(config), "--as-at", "2026-03-31") == 3
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    assert "this is not a text table" in said.err


def test_drafts_are_never_written_over_without_keeping_what_was_there(tmp_path: Path, shared_file: Callable[[str], Path]) -> None:
    drafts = draft_definitions(inspect_file(shared_file(HOUSTON)), starter_dimensions(), council="City")
    write_drafts(drafts, tmp_path)
    assert all("already so" in line for line in write_drafts(drafts, tmp_path))
    (tmp_path / "organisation.csv").write_text("mine", encoding="utf-8")
    write_drafts(drafts, tmp_path)
    (tmp_path / "organisation.csv").write_text("mine too", encoding="utf-8")
    write_drafts(drafts, tmp_path)
    assert (tmp_path / "organisation.csv.old").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "organisation.csv.old2").read_text(encoding="utf-8") == "mine too"


def test_labels_that_look_like_yaml_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    labels = ["yes: no", "{a}", "# x", '"quoted"', "- y", "*z", "back\\slash"]
    path.write_text("Sex,Status\n" + "\n".join(f'F,"{x.replace(chr(34), chr(34) * 2)}"' for x in labels * 4), encoding="utf-8")
    drafts = draft_definitions(inspect_file(path), starter_dimensions())
    write_drafts(drafts, tmp_path / "c")
    (dimension,) = (tmp_path / "c" / "dimensions").glob("*.yaml")
    assert dimension.name == "status_in_file.yaml"
    reading = read_yaml(dimension, "x")
    assert not list(reading.problems)
    assert {c["label"] for c in reading.data["categories"]} == {*labels, "Not recorded"}


def test_ids_made_from_labels() -> None:
    assert slug("Houston Police Department-HPD") == "houston_police_department_hpd"
    assert slug("Café & Bar") == "cafe_and_bar"
    assert slug("2nd Floor") == "x_2nd_floor"
    assert slug("日本") == "x"
    assert len(slug("word " * 40)) <= 50


def test_marks_where_a_value_may_be_missing_are_listed_apart_from_other_words(shared_file: Callable[[str], Path], tmp_path: Path) -> None:
    hate = {c.heading: c for c in inspect_file(shared_file("hate_crime_police_force/Hate crime.csv")).columns}
    assert hate["Population"].notes == ("marks where a value may be missing: '#N/A' (2 rows); say what they mean under missing:",)
    file = tmp_path / "rates.csv"
    file.write_text("Group,Rate\n" + "".join(f"g{n},{n}\n" for n in range(20)) + "a,x\nb,about 3\n")
    (_, rate) = inspect_file(file).columns
    assert rate.notes[0] == "1 rows hold text that is not a number"
    assert rate.notes[1].startswith("marks where a value may be missing: 'x' (1 row)")
