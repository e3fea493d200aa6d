"""The four real years: counted and read again by a reader of another make, employers followed, what is not certain listed."""

import csv
import gzip
import io
from dataclasses import replace
from datetime import date

import pytest

from metrics.definitions.gpg import GpgComparators
from metrics.gpg_service.comparators import comparators_of
from metrics.gpg_service.importing import import_years
from metrics.gpg_service.joining import join_years
from metrics.gpg_service.rows import Council, website_of
from metrics.gpg_service.stored import read_stored

pytestmark = pytest.mark.realdata
EMPLOYERS = {2017: 10_477, 2020: 10_380, 2021: 10_498, 2022: 10_622}
"""Rows of each file, less the three that stand twice in 2020."""
BIRMINGHAM = "574"


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data / "gpg_service"


@pytest.fixture(scope="module")
def made(folder, tmp_path_factory):
    where = tmp_path_factory.mktemp("gpg")
    found = import_years(where, sorted(folder.glob("*.gz")), GpgComparators(), date(2026, 5, 1))
    assert read_stored(where) == found.stored
    return found


@pytest.fixture(scope="module")
def plainly(folder):
    """Year to its rows as the standard library reads them, untouched."""
    read = {}
    for path in sorted(folder.glob("*.gz")):
        text = gzip.decompress(path.read_bytes()).decode("utf-8-sig")
        read[int(path.name.split(" - ")[1][:4])] = list(csv.DictReader(io.StringIO(text, newline="")))
    return read


def test_every_employer_of_every_year_is_read(made, plainly):
    assert {one.year: one.employers for one in made.stored.imports} == EMPLOYERS
    distinct = {y: len({r.get("EmployerId") or n for n, r in enumerate(rows)}) for y, rows in plainly.items()}
    assert distinct == EMPLOYERS
    assert {one.year: one.councils for one in made.stored.imports} == {2017: 328, 2020: 322, 2021: 322, 2022: 320}


def test_the_series_of_birmingham_is_what_a_plain_reading_gives(made, plainly):
    ours = {c.year: c for c in made.stored.councils if c.employer == BIRMINGHAM}
    for year, rows in plainly.items():
        (plain,) = [r for r in rows if r["EmployerName"] == "Birmingham City Council"]
        for heading, measure in (
            ("DiffMeanHourlyPercent", "mean_hourly_gap"), ("DiffMedianHourlyPercent", "median_hourly_gap"),
            ("FemaleTopQuartile", "women_upper_quarter"), ("MaleLowerQuartile", "men_lower_quarter"),
        ):  # fmt: skip
            assert ours[year].figures[measure] == float(plain[heading])
        assert ours[year].figures["mean_bonus_gap"] is None
        assert ours[year].late is (plain["SubmittedAfterTheDeadline"] == "True")
    assert [ours[y].figures["median_hourly_gap"] for y in sorted(ours)] == [9.2, 3.9, 4.7, 4.4]
    assert [ours[y].late for y in sorted(ours)] == [False, False, True, False]


def test_no_council_is_taken_for_one_that_only_sounds_like_it(made):
    by_year = {(c.year, c.name): c.employer for c in made.stored.councils}
    castle = {by_year[y, "Newcastle City Council"] for y in EMPLOYERS}
    lyme = {by_year[y, "Newcastle-under-lyme Borough Council"] for y in (2020, 2021, 2022)}
    assert len(castle) == len(lyme) == 1
    assert not castle & lyme
    assert len({by_year[y, "Sheffield City Council HQ"] for y in (2020, 2021, 2022)}) == 1
    assert not any("College" in c.name or "Research" in c.name for c in made.stored.councils)
    assert len(by_year) == len({(c.year, c.employer) for c in made.stored.councils}) == len(made.stored.councils)


def test_who_cannot_be_told_for_certain_is_listed_and_stands_alone(made):
    doubts = {u.name: u for u in made.undecided}
    assert len(doubts) == 15
    assert "nothing but the name is alike" in str(doubts["Leeds City Council"])
    assert "the same post code and website" in str(doubts["ST Edmundsbury Borough Council"])
    alone = {c.name: c.employer for c in made.stored.councils if c.year == 2017 and c.employer.startswith("name:")}
    assert set(doubts) <= set(alone)
    joined = [c for c in made.stored.councils if c.year == 2017 and not c.employer.startswith("name:")]
    assert len(joined) == 297
    later = {c.employer for c in made.stored.councils if c.year > 2017}
    assert all(c.employer in later for c in joined)


def test_employers_that_changed_their_name_are_followed_even_without_their_number(plainly):
    """114 employers were called otherwise in 2020 than when the file was downloaded: their numbers are taken away and found again."""
    renamed = {r["EmployerId"] for r in plainly[2020] if r["CurrentName"].strip() != r["EmployerName"].strip()}
    assert len(renamed) == 114
    then = [plain_council(r, 2020) for r in plainly[2020] if r["EmployerId"] in renamed]
    now = [plain_council(r, 2022) for r in plainly[2022] if r["EmployerId"] in renamed]
    joined = join_years([*now, *(replace(c, employer_id="") for c in then)])
    truth = {(c.name, c.post_code): c.employer_id for c in then}
    found = [c for c in joined.rows if c.year == 2020 and not c.employer.startswith("name:")]
    assert all(c.employer == truth[c.name, c.post_code] for c in found)
    assert len(found) >= 80
    assert len({c.employer_id for c in now}) - len(found) <= len(joined.undecided)


def plain_council(row, year):
    """What is kept of a row, without going through our own reader."""
    said = {name: row[name].strip() for name in ("EmployerId", "EmployerName", "CurrentName", "PostCode", "CompanyNumber")}
    return Council(year, "", *said.values(), website_of(row["CompanyLinkToGPGInfo"]), row["EmployerSize"], None, {})


def test_a_missing_year_is_a_gap_and_the_middle_of_councils_is_the_median_of_their_own_figures(made, plainly):
    beside = comparators_of(made.stored, {"median_hourly_gap": "PG02"}, GpgComparators(), "Birmingham City Council")
    days = {day.day: day for day in beside.kpis["PG02"]}
    assert list(days) == ["2017-03-31", "2020-03-31", "2021-03-31", "2022-03-31"]
    assert beside.ours == BIRMINGHAM
    names = dict(beside.employers)
    assert {names[key] for key in beside.named} >= {"Bristol City Council", "Leeds City Council", "Sheffield City Council HQ"}
    assert names[next(k for k in beside.named if k.startswith("name:"))] == "Leeds City Council (return of 2017, not joined to others)"
    everyone = days["2022-03-31"].everyone
    assert everyone is not None
    plain = sorted(float(r["DiffMedianHourlyPercent"]) for r in plainly[2022])
    assert everyone.employers == len(plain) == 10_622
    assert everyone.percentiles[49] == pytest.approx((plain[5310] + plain[5311]) / 200)
