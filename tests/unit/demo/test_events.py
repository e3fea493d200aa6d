"""What happened to the demo council's people: told of real steps and real leavers, with the disparities that figures are to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pytest

from metrics.demo.council import PAY_DAYS
from metrics.demo.events import ELIGIBLE, EVENT_DAYS, EVENTS, PLACES, YearOfEvents, employee
from metrics.demo.people import ANSWERED, SEED, Simulation
from metrics.demo.standing import registered_with

FORMAL_DISCIPLINARY = {"Case Type": ["Disciplinary"], "Stage": ["Formal"]}
FORMAL_CAPABILITY = {"Case Type": ["Capability - performance"], "Stage": ["Formal"]}
REFERRED = {"Case Type": ["Regulator referral"]}
COMPLAINT = {"Case Type": ["Harassment or bullying", "Discrimination"]}


@dataclass(frozen=True)
class Year:
    """The files of a year, who was here when it began and when it ended (staff with a contract), and whoever was at either end."""

    files: Mapping[str, pd.DataFrame]
    before: pd.DataFrame
    after: pd.DataFrame

    @property
    def people(self) -> pd.DataFrame:
        return pd.concat([self.before, self.after]).drop_duplicates("person", keep="last")

    def named(self, dataset: str, **where: list[str]) -> set[str]:
        rows = self.files[dataset]
        for column, wanted in where.items():
            rows = rows[rows[column].isin(wanted)]
        return set(rows["Employee No"])

    def share(self, people: pd.DataFrame, marked: set[str]) -> float:
        return float(people["person"].isin(marked).mean())


def own(staff: pd.DataFrame) -> pd.DataFrame:
    return staff[~staff["casual"]].assign(person=lambda f: employee(f["number"]))


@pytest.fixture(scope="module")
def years() -> Mapping[date, Year]:
    told, ends, found = YearOfEvents(SEED), {}, {}
    for day, staff in Simulation().snapshots():
        told.see(day, staff)
        if day in PAY_DAYS:
            ends[day] = own(staff)
        files = {dataset: make() for dataset, _, make in told.lists(day)}
        if files:
            found[day] = Year(files, ends[PAY_DAYS[PAY_DAYS.index(day) - 1]], ends[day])
    return found


def ratio(year: Year, marked: set[str], first: pd.DataFrame, second: pd.DataFrame) -> float:
    return year.share(first, marked) / year.share(second, marked)


def by_ethnicity(people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """White and ethnic minority people, of those whose answer is known."""
    known = people[people["answer_ethnicity"] == ANSWERED]
    return known[~known["minority"]], known[known["minority"]]


def test_each_year_with_both_ends_has_its_three_files(years: Mapping[date, Year]) -> None:
    assert [d.isoformat() for d in EVENT_DAYS] == ["2024-03-31", "2025-03-31", "2026-03-31"]
    assert {(dataset, day) for day, year in years.items() for dataset in year.files} == set(EVENTS)


def test_every_step_up_is_one_that_the_snapshots_show_and_none_is_missing(years: Mapping[date, Year]) -> None:
    for year in years.values():
        both = year.before.merge(year.after, on="person", suffixes=("_before", "_after"))
        higher = set(both.loc[both["grade_after"] > both["grade_before"], "person"])
        promoted, regraded = (year.named("move", Change=[kind]) for kind in ("Promotion", "Regrading"))
        assert promoted | regraded == higher
        assert not promoted & regraded
        assert min(len(promoted), len(regraded)) > 100


def test_who_left_is_not_there_at_the_end_and_whoever_is_gone_has_left(years: Mapping[date, Year]) -> None:
    for year in years.values():
        left, gone = year.named("move", Change=["Leaver"]), set(year.before["person"]) - set(year.after["person"])
        assert gone <= left
        assert not left & set(year.after["person"])
        assert 0 < len(left - gone) < 0.1 * len(left)  # came and went within the year
        reasons = year.files["move"].query("Change == 'Leaver'")["Leaving Reason"]
        assert 0.6 < (reasons == "Resignation").mean() < 0.8
        assert (reasons == "").any()
        assert set(year.files["move"].query("Change != 'Leaver'")["Leaving Reason"]) == {""}


def test_all_dates_lie_in_the_year(years: Mapping[date, Year]) -> None:
    for day, year in years.items():
        first = date(day.year - 1, day.month, day.day)
        for dataset, column in (("move", "Effective Date"), ("er", "Opened"), ("courses", "Start Date")):
            days = pd.to_datetime(year.files[dataset][column], format="%d/%m/%Y").dt.date
            assert first <= days.min() < days.max() <= day


def test_places_go_to_people_who_were_eligible_and_stayed(years: Mapping[date, Year]) -> None:
    for year, places in zip(years.values(), PLACES, strict=True):
        chosen = year.named("courses", **{"Course Type": ["Leadership programme"]})
        eligible = set(year.before.loc[year.before["grade"].isin(ELIGIBLE), "person"])
        assert len(chosen) == places
        assert chosen <= eligible & set(year.after["person"])


def test_somebody_may_have_several_cases_and_courses(years: Mapping[date, Year]) -> None:
    for year in years.values():
        assert year.files["er"]["Employee No"].duplicated().any()
        assert year.files["courses"]["Employee No"].duplicated().any()
        assert year.files["er"]["Case No"].is_unique


def test_the_disparities_are_there_and_narrow(years: Mapping[date, Year]) -> None:
    disciplinary, capability, courses = [], [], []
    for year in years.values():
        white, minority = by_ethnicity(year.people)
        known = year.people[year.people["answer_disability"] == ANSWERED]
        disciplinary.append(ratio(year, year.named("er", **FORMAL_DISCIPLINARY), minority, white))
        capability.append(ratio(year, year.named("er", **FORMAL_CAPABILITY), known[known["disabled"]], known[~known["disabled"]]))
        courses.append(ratio(year, year.named("courses", **{"Course Type": ["Development"]}), white, minority))
        stayed = year.before
        assert 1.1 < ratio(year, year.named("move", **{"Leaving Reason": ["Resignation"]}), *by_ethnicity(stayed)[::-1]) < 1.4
    assert disciplinary[0] > 1.9 > disciplinary[-1] > 1.4
    assert capability[0] > 3 > capability[-1] > 1.2
    assert courses == sorted(courses, reverse=True)
    assert courses[0] > 1.2 > courses[-1] > 1.05


def test_only_registered_people_are_referred_to_a_regulator_and_ethnic_minority_ones_more_often(years: Mapping[date, Year]) -> None:
    ratios = []
    for year in years.values():
        referred, registered = year.named("er", **REFERRED), year.people[registered_with(year.people) != ""]
        assert 0.9 < registered["person"].isin(referred).sum() / len(referred) <= 1  # the rest came and went, or took another post
        white, minority = by_ethnicity(registered)
        counts = [int(people["person"].isin(referred).sum()) for people in (minority, white)]
        assert min(counts) >= 5  # a likelihood of fewer would be hidden, and the return's metric with it
        ratios.append(ratio(year, referred, minority, white))
    assert ratios[0] > 1.4
    assert ratios[-1] > 1.4


def test_registered_posts_are_those_of_qualified_social_workers_and_therapists(years: Mapping[date, Year]) -> None:
    for year in years.values():
        kinds = pd.Series(registered_with(year.after)).value_counts()
        assert set(kinds.index) == {"", "Social Work England", "Health and Care Professions Council"}
        assert 850 < kinds["Social Work England"] + kinds["Health and Care Professions Council"] < 1050


def test_complaints_rise_year_by_year(years: Mapping[date, Year]) -> None:
    rates = [1000 * year.share(year.people, year.named("er", **COMPLAINT)) for year in years.values()]
    assert rates == sorted(rates)
    assert rates[0] < 8 < 12 < rates[-1] < 16


def test_places_on_the_programme_come_to_mirror_the_eligible_grades(years: Mapping[date, Year]) -> None:
    found = []
    for year in years.values():
        chosen = year.named("courses", **{"Course Type": ["Leadership programme"]})
        white, minority = by_ethnicity(year.people[year.people["person"].isin(chosen)])
        white_pool, minority_pool = by_ethnicity(year.after[year.after["grade"].isin(ELIGIBLE)])
        found.append(len(minority) / (len(minority) + len(white)) / (len(minority_pool) / (len(minority_pool) + len(white_pool))))
    assert found[0] < 0.7 < 0.9 < found[-1] < 1.3
