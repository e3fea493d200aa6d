"""Imports: all or nothing, a year replaced with what changed, files that nobody may have touched since."""

import gzip
from datetime import date

import pytest

from metrics.definitions.gpg import GpgComparators
from metrics.errors import DefinitionError, InputError
from metrics.gpg_service.comparators import comparators_of
from metrics.gpg_service.importing import import_years
from metrics.gpg_service.stored import COUNCILS, IMPORTS, SPREAD, read_stored
from tests.support.gpg_files import NUMBERED, employer, write_year

TODAY = date(2026, 5, 1)
COMPANY = employer("Widgets Limited", "9", SicCodes="62020", CompanyNumber="01234567", DiffMedianHourlyPercent="20")


def imported(folder, *files, decided=None):
    return import_years(folder, files, decided or GpgComparators(), TODAY)


@pytest.fixture
def year(tmp_path):
    return write_year(
        tmp_path / "2021 to 2022.csv", [NUMBERED, employer("Leeds City Council", "2", DiffMedianHourlyPercent="9.4"), COMPANY]
    )


def test_what_is_imported_is_read_back_the_same_and_holds_councils_only(tmp_path, year):
    made = imported(tmp_path, year)
    assert read_stored(tmp_path) == made.stored
    assert [c.name for c in made.stored.councils] == ["Anytown City Council", "Leeds City Council"]
    (one,) = made.stored.imports
    assert (one.year, one.employers, one.councils, one.imported_on) == (2021, 3, 2, TODAY)
    everyone = next(d for d in made.stored.spread if (d.group, d.measure) == ("all_employers", "median_hourly_gap"))
    assert (everyone.employers, everyone.percentiles[49], everyone.percentiles[0]) == (3, 9.4, 4.11)
    assert next(d.employers for d in made.stored.spread if (d.group, d.measure) == ("public_bodies", "median_hourly_gap")) == 2


def test_the_same_files_give_the_same_bytes(tmp_path, year):
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        imported(folder, year)
    for name in (COUNCILS, SPREAD, IMPORTS):
        assert (first / "comparators" / name).read_bytes() == (second / "comparators" / name).read_bytes()


def test_a_year_again_replaces_it_and_says_what_changed(tmp_path, year):
    imported(tmp_path, year)
    (same,) = imported(tmp_path, year).changes
    assert same.same_file
    assert (same.added, same.gone, same.figures) == ((), (), ())
    newer = write_year(tmp_path / "again.csv", [{**NUMBERED, "DiffMedianHourlyPercent": "3.9"}, employer("Cardiff Council", "3")])
    made = imported(tmp_path, newer)
    (change,) = made.changes
    assert (change.added, change.gone) == (("Cardiff Council",), ("Leeds City Council",))
    assert change.figures == (("Anytown City Council", "median_hourly_gap", 4.0, 3.9),)
    assert made.stored.years == (2021,)


def test_one_wrong_file_and_nothing_is_imported(tmp_path, year):
    wrong = write_year(tmp_path / "2022 to 2023.csv", [employer("A Council", "4", DiffMeanHourlyPercent="?", DueDate="2023/03/31")])
    with pytest.raises(InputError, match="found '\\?'"):
        imported(tmp_path, year, wrong)
    assert read_stored(tmp_path) is None
    with pytest.raises(InputError, match=r"as does 2021 to 2022\.csv"):
        imported(tmp_path, year, write_year(tmp_path / "b.csv", [NUMBERED]))
    with pytest.raises(InputError, match="Nothing has been imported yet"):
        imported(tmp_path)


def test_the_analysts_lists_decide_and_are_applied_again_without_a_file(tmp_path, year):
    early = write_year(
        tmp_path / "2017 to 2018.csv", [employer("Leeds City Council", Address="Elsewhere", CompanyLinkToGPGInfo="")], early=True
    )
    made = imported(tmp_path, year, early, decided=GpgComparators(councils=("Widgets Limited",), not_councils=("Anytown City Council",)))
    assert {c.name for c in made.stored.councils} == {"Leeds City Council", "Widgets Limited"}
    assert [u.name for u in made.undecided] == ["Leeds City Council"]
    decided = GpgComparators.model_validate({"same": [{"year": 2017, "name": "Leeds City Council", "is": 2}]})
    again = imported(tmp_path, decided=decided)
    assert {c.employer for c in again.stored.councils if c.name == "Leeds City Council"} == {"2"}
    assert again.undecided == ()


def test_files_that_were_touched_are_refused_with_what_to_do(tmp_path, year):
    imported(tmp_path, year)
    folder = tmp_path / "comparators"
    for name, old, new, said in [
        (COUNCILS, b"9.4", b"0.4", "is not what was imported"),
        (COUNCILS, b"9.4", b"x", "median_hourly_gap: found 'x', not a number"),
        (COUNCILS, b"year,employer", b"year,employr", "the headings are not"),
        (SPREAD, b"all_employers,mean_hourly", b"everybody,mean_hourly", "found 'everybody'"),
        (IMPORTS, b"2026-05-01", b"yesterday", "imported_on: found 'yesterday'"),
        (IMPORTS, b"\n2021,", b"\n2020,", "2021 was not imported"),
    ]:
        path = folder / name
        whole = path.read_bytes()
        plain = gzip.decompress(whole) if name == COUNCILS else whole
        assert old in plain
        changed = plain.replace(old, new)
        path.write_bytes(gzip.compress(changed) if name == COUNCILS else changed)
        with pytest.raises(DefinitionError, match=said):
            read_stored(tmp_path)
        path.write_bytes(whole)
    (folder / SPREAD).unlink()
    with pytest.raises(DefinitionError, match="the file cannot be read"):
        read_stored(tmp_path)


def test_a_release_carries_them_by_kpi_with_ourselves_and_the_named_ones(tmp_path, year):
    stored = imported(tmp_path, year).stored
    made = comparators_of(stored, {"median_hourly_gap": "PG02"}, GpgComparators(), "ANYTOWN CITY COUNCIL")
    assert made.employers == (("1", "Anytown City Council"), ("2", "Leeds City Council"))
    assert (made.ours, made.named) == ("1", ("2",))
    (day,) = made.kpis["PG02"]
    assert (day.day, day.values) == ("2021-03-31", (0.04, 0.094))
    assert day.everyone is not None
    assert day.everyone.percentiles[49] == 0.094
    assert made.imported_on == "2026-05-01"
    assert len(made.sha256) == 64
