"""The demo council's files: what is claimed of them holds, computed here from the files themselves by pandas alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

from metrics.definitions.organisation import Organisation, Unit
from metrics.definitions.organisation_csv import read_organisation
from metrics.demo.applications import RECRUITMENT_DAYS
from metrics.demo.council import DIRECTORATES, PAY_DAYS, SERVICES, STAFF_DAYS
from metrics.demo.events import EVENTS
from metrics.demo.extracts import Extract, write_extracts
from metrics.demo.learning import LEARNING_DAYS
from metrics.demo.places import CITY_LISTS
from metrics.demo.published import TABLES
from metrics.demo.residents_survey import RESIDENT_SURVEYS
from metrics.demo.small_lists import LISTS
from metrics.demo.survey import SURVEYS
from metrics.demo.things import THINGS
from metrics.errors import InputError

LAST = date(2026, 3, 31)
EXPECTED_DIGESTS = {
    "courses": "d1aa185bd97937853578abbd4f25ccafaa80332079687e908d7d413393c50e0d",
    "er": "fcbfc1ac6bc3ee675dfba0ffa8a4bed8a8327e1b6adf84aefe597549a750c519",
    "move": "c1f4fa8ae853674cae02e41ff6f00bbeb0a52e246ff07906a0123b8ee178af96",
    "hr": "bac0b1e6fe2e15368c7fd96bd52faa1e9c2f3d49f3f3b513d4666b207142775d",
    "pay": "d710256529ff9ad7e21784f5623e67c48102398f1cd6caddc99170875f4056c2",
    "rsurvey": "50d7d4f4c1bcf92e1194e8f76d5fc1170d72cc0dd4b9180cbc08cb02cb6e2e5c",
}
"""Of all files of a dataset together."""
WHITE = ("white - ", "english, welsh", "irish", "gypsy or", "roma", "any other white")
EMPLOYED = ("Permanent", "Fixed Term", "Apprenticeship")
NOT_KNOWN = ("", "Prefer not to say", "Not known", "Not recorded")


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    found, _, problems = read_organisation(Path("config/organisation.csv"), "organisation.csv")
    assert found is not None, problems
    return found


@pytest.fixture(scope="module")
def extracts(organisation: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, date], Extract]:
    folder = tmp_path_factory.mktemp("extracts")
    return {(e.dataset, e.as_at): e for e in write_extracts(organisation, folder)}


def read(extract: Extract) -> pd.DataFrame:
    if extract.path.suffix == ".xlsx":
        return pd.read_excel(extract.path, dtype=str, keep_default_na=False, engine="calamine")
    encoding = "utf-8-sig" if extract.path.read_bytes().startswith(b"\xef\xbb\xbf") else "cp1252"
    return pd.read_csv(extract.path, dtype=str, keep_default_na=False, encoding=encoding)


def staff(extract: Extract) -> pd.DataFrame:
    """One row a person, in the post with the longer hours, without casual and agency workers, people seconded in and schools."""
    rows = read(extract).assign(hours=lambda f: f["FTE"].astype(float)).sort_values("hours", ascending=False, kind="stable")
    people = rows.drop_duplicates("Employee No")
    return people[people["Contract Type"].isin(EMPLOYED)]


def known(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return rows[~rows[column].isin(NOT_KNOWN)]


def minority(rows: pd.DataFrame) -> pd.Series:
    return ~rows["Ethnic Origin"].str.lower().str.startswith(WHITE)


def paid(extract: Extract) -> pd.DataFrame:
    """One row for each person on full pay, with hourly pay worked out of basic pay and allowances."""
    rows = read(extract).query("Leave == ''")
    rows = rows[rows["Pay Code"].isin(["BAS001", "ALL110"])]
    weeks = rows["Pay Frequency"].map({"4-Weekly": 4.0, "Monthly": 30.44 / 7})
    rows = rows.assign(rate=rows["Amount"].astype(float) / weeks / rows["Weekly Hours"].astype(float))
    return rows.assign(rate=rows.groupby("Employee No")["rate"].transform("sum")).drop_duplicates("Employee No")


def gap(rows: pd.DataFrame, comparison: pd.Series) -> float:
    pay = rows["rate"]
    reference = pay[~comparison].median()
    return float(100 * (reference - pay[comparison].median()) / reference)


def test_there_is_a_file_for_each_quarter_and_each_pay_day(extracts: Mapping[tuple[str, date], Extract]) -> None:
    assert len(STAFF_DAYS) == 16
    assert [d.isoformat() for d in PAY_DAYS] == [f"{year}-03-31" for year in range(2022, 2027)]
    every = {*(("hr", d) for d in STAFF_DAYS), *(("pay", d) for d in PAY_DAYS), *(("recruit", d) for d in RECRUITMENT_DAYS)}
    every |= {("learn", d) for d in LEARNING_DAYS}
    assert set(extracts) == every | {*LISTS, *EVENTS, *SURVEYS, *RESIDENT_SURVEYS, *THINGS, *CITY_LISTS, *TABLES}


def test_the_files_are_as_untidy_as_a_councils(extracts: Mapping[tuple[str, date], Extract]) -> None:
    old, new = extracts["hr", date(2022, 6, 30)].path.read_bytes(), extracts["hr", LAST].path.read_bytes()
    assert "Children’s Homes".encode("cp1252") in old
    assert new.startswith(b"\xef\xbb\xbf")
    assert extracts["pay", date(2024, 3, 31)].path.suffix == ".xlsx"
    said = set(read(extracts["hr", LAST])["Ethnic Origin"])
    assert {"", "Not recorded", "Prefer not to say"} < said
    assert "White - British" in set(read(extracts["hr", date(2022, 6, 30)])["Ethnic Origin"]) - said


def test_every_machine_makes_the_same_files(extracts: Mapping[tuple[str, date], Extract]) -> None:
    found = {}
    for dataset in EXPECTED_DIGESTS:
        digest = hashlib.sha256()
        for path in (extracts[key].path for key in sorted(extracts) if key[0] == dataset):
            digest.update(path.name.encode())
            digest.update(ZipFile(path).read("xl/worksheets/sheet1.xml") if path.suffix == ".xlsx" else path.read_bytes())
        found[dataset] = digest.hexdigest()
    assert found == EXPECTED_DIGESTS


def test_the_council_has_its_size_and_shape(extracts: Mapping[tuple[str, date], Extract]) -> None:
    people = staff(extracts["hr", LAST])
    assert 10_800 < len(people) < 11_300
    assert people["Directorate"].nunique() == 8
    sizes = people[people["Service"] != ""].groupby(["Directorate", "Service"]).size()
    assert 55 <= len(sizes) <= 70
    assert sizes.min() == 8
    assert 850 <= sizes.max() <= 900
    assert (people["Service"] == "").sum() > 100  # attached to a directorate itself
    assert (people["Team"] != "").sum() > 1000
    rows = read(extracts["hr", LAST])
    assert 0.02 < rows["Employee No"].duplicated().mean() < 0.04
    relief = rows[rows["Contract Type"].isin(["Casual/Relief", "Bank", "Zero Hours"])]
    assert relief.loc[~relief["Employee No"].isin(people["Employee No"]), "Employee No"].nunique() == 450


def test_everybody_is_there_whom_a_council_has_to_tell_apart(extracts: Mapping[tuple[str, date], Extract]) -> None:
    rows, people = read(extracts["hr", LAST]), staff(extracts["hr", LAST])
    everybody = rows.drop_duplicates("Employee No")
    assert (everybody["Contract Type"] == "Agency").sum() == 480
    assert (everybody["Secondment"] == "In").sum() == (everybody["Contract Type"] == "Secondment In").sum() == 45
    assert (everybody["Contract Type"] == "School Based").sum() == 900
    assert 80 < (people["Contract Type"] == "Apprenticeship").sum() < 250
    assert 0.005 < (people["Acting Up"] == "Y").mean() < 0.03
    acting = people[people["Acting Up"] == "Y"]
    assert (acting["Grade"] != acting["Substantive Grade"]).all()
    settled = people[people["Acting Up"] == "N"]
    assert (settled["Grade"] == settled["Substantive Grade"]).all()
    assert 0.002 < (people["Secondment"] == "Out").mean() < 0.012
    assert 0.002 < (people["Career Break"] == "Y").mean() < 0.008
    posts = rows.groupby("Employee No").size()
    assert set(posts) == {1, 2, 3}
    mixed = rows[rows["Employee No"].isin(posts[posts > 1].index)].groupby("Employee No")["Contract Type"].nunique()
    assert (mixed > 1).sum() > 50  # a contract and casual work: the main post is the one with the contract


def test_who_is_on_a_career_break_is_not_paid(extracts: Mapping[tuple[str, date], Extract]) -> None:
    breaks = read(extracts["hr", LAST]).query("`Career Break` == 'Y'")["Employee No"].unique()
    pay = read(extracts["pay", LAST]).query("`Pay Code` == 'BAS001'")
    assert set(pay.loc[pay["Leave"] == "Unpaid leave", "Employee No"]) == set(breaks)
    assert set(pay.loc[pay["Leave"] == "Unpaid leave", "Amount"]) == {"0.00"}
    assert 0.03 < (pay["Leave"] != "").mean() < 0.05


def test_payroll_rows_are_pay_codes_of_people_who_stand_alike_on_each(extracts: Mapping[tuple[str, date], Extract]) -> None:
    for day in PAY_DAYS:
        rows = read(extracts["pay", day])
        assert not rows.duplicated(["Employee No", "Pay Code"]).any()
        assert rows.drop(columns=["Pay Code", "Pay Description", "Paid in March", "Amount"]).drop_duplicates()["Employee No"].is_unique
        assert set(rows["Pay Code"]) == {"BAS001", "ALL110", "OVT150", "RRP900"}
        bonus = rows[rows["Pay Code"] == "RRP900"]
        women = bonus["Gender"].isin(["F", "Female"])
        assert min(women.sum(), (~women).sum()) > 60  # enough of both for a gap that may be shown
        assert bonus["Paid in March"].eq("N").all()


def test_people_persist_and_change_little_by_little(extracts: Mapping[tuple[str, date], Extract]) -> None:
    before, after = staff(extracts["hr", date(2025, 12, 31)]), staff(extracts["hr", LAST])
    stayed = before.merge(after, on="Employee No", suffixes=("_before", "_after"))
    assert 0.015 < 1 - len(stayed) / len(before) < 0.045
    assert (stayed["Gender_before"] == stayed["Gender_after"]).all()
    assert (stayed["Start Date_before"] == stayed["Start Date_after"]).all()
    answered = stayed[~stayed["Ethnic Origin_before"].isin(NOT_KNOWN)]
    assert (answered["Ethnic Origin_before"] == answered["Ethnic Origin_after"]).all()
    assert 0.002 < (stayed["Grade_before"] != stayed["Grade_after"]).mean() < 0.03


def test_the_disparities_are_there(extracts: Mapping[tuple[str, date], Extract]) -> None:
    first, last = (known(staff(extracts["hr", d]), "Ethnic Origin") for d in (STAFF_DAYS[0], LAST))
    assert minority(first).mean() == pytest.approx(0.28, abs=0.015)
    assert minority(last).mean() == pytest.approx(0.36, abs=0.015)
    senior = last[last["Grade"].isin(["GR7", "GR8", "JNC Chief Officer"])]
    assert minority(senior).mean() < minority(last).mean() - 0.10
    worst = last.groupby("Directorate").apply(lambda f: minority(f).mean()).idxmin()
    assert worst == "City Operations"


def test_pay_gaps_close_over_the_years(extracts: Mapping[tuple[str, date], Extract]) -> None:
    gender, ethnicity, disability = [], [], []
    for day in PAY_DAYS:
        people = paid(extracts["pay", day])
        gender.append(gap(people, people["Gender"].isin(["F", "Female"])))
        ethnic = known(people, "Ethnic Origin")
        ethnicity.append(gap(ethnic, minority(ethnic)))
        answered = known(people, "Disability Status")
        disability.append(gap(answered, answered["Disability Status"].str.startswith("Y")))
    assert gender[0] == pytest.approx(9.0, abs=1.0)
    assert gender[-1] == pytest.approx(0.8, abs=0.5)
    assert gender == sorted(gender, reverse=True)
    assert ethnicity[0] == pytest.approx(10.0, abs=0.7)
    assert ethnicity[-1] == pytest.approx(6.4, abs=0.7)
    assert disability[-1] == pytest.approx(3.0, abs=1.0)


def test_more_people_answer_each_year_and_one_directorate_stays_behind(extracts: Mapping[tuple[str, date], Extract]) -> None:
    rates = [len(known(staff(extracts["hr", d]), "Disability Status")) / len(staff(extracts["hr", d])) for d in STAFF_DAYS[3::4]]
    assert rates == sorted(rates)
    assert rates[-1] == pytest.approx(0.71, abs=0.01)
    people = staff(extracts["hr", LAST])
    by_directorate = people.groupby("Directorate").apply(lambda f: len(known(f, "Disability Status")) / len(f))
    assert list(by_directorate[by_directorate < 0.60].index) == ["City Operations"]


def test_the_restructure_moves_whole_services(extracts: Mapping[tuple[str, date], Extract]) -> None:
    before, after = (set(staff(extracts["hr", d])["Directorate"]) for d in (date(2023, 9, 30), date(2023, 12, 31)))
    assert before - after == {"Neighbourhoods"}
    assert after - before == {"Strategy and Communities"}


def test_the_plan_names_the_units_of_the_organisation(organisation: Organisation) -> None:
    planned = {u for s in SERVICES for u in (s.id, *s.teams, *s.before)} | set(DIRECTORATES) | {organisation.root.id, "neighbourhoods"}
    assert planned == set(organisation.by_id)
    assert all(organisation.path(s.id)[1] == s.directorate for s in SERVICES)


def test_another_councils_organisation_is_refused(tmp_path: Path) -> None:
    other = Organisation((Unit("council", "Council", None, "council"),))
    with pytest.raises(InputError, match="demo council's own configuration only"):
        next(write_extracts(other, tmp_path))
