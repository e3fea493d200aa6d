"""The invented city's own extracts tell the story they are made for, and each comes in the quarter in which it would be sent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.demo.city import HOUSEHOLDS, RESIDENTS, households_by_group
from metrics.demo.council import SERVICES, quarter_ends
from metrics.demo.extracts import Extract, write
from metrics.demo.people import SEED
from metrics.demo.places import BUSY, CITY_LISTS, COUNTED, DUTIES, MONTHS, QUARTERS, RESPONDED, STRANDS, YEARS, city_lists
from metrics.ingest.ingest import ingest_files
from metrics.sources.engine import open_source


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(Path("config"))


@pytest.fixture(scope="module")
def staff() -> pd.DataFrame:
    """Four people in each service, every fourth of them a casual worker."""
    services = [n for n in range(len(SERVICES)) for _ in range(4)]
    return pd.DataFrame({"number": range(len(services)), "service": services, "casual": [n % 4 == 3 for n in range(len(services))]})


@pytest.fixture(scope="module")
def lists(configuration: Configuration, staff: pd.DataFrame) -> dict[tuple[str, date], pd.DataFrame]:
    made = [one for day in quarter_ends() for one in city_lists(staff, day, configuration.organisation, SEED)]
    assert len(made) == len({(dataset, day) for dataset, day, *_ in made})  # each once
    return {(dataset, day): make() for dataset, day, _, make in made}


def test_every_list_of_the_demo_comes_in_some_quarter(lists: dict[tuple[str, date], pd.DataFrame]) -> None:
    assert sorted(lists) == sorted(CITY_LISTS)


def test_residents_are_told_by_ward_every_year_and_by_group_in_a_census(lists: dict[tuple[str, date], pd.DataFrame]) -> None:
    for year, day in COUNTED.items():
        rows = lists["residents", day]
        wards = rows[(rows["Ward"] != "All wards") & (rows["Measure"] == "Residents")]
        assert (len(wards), wards["Number"].sum()) == (69, RESIDENTS[year])
        groups = rows[(rows["Ethnic Group"] != "All") & (rows["Measure"] == "Households")]
        assert groups["Number"].sum() == HOUSEHOLDS.get(year, 0)


def test_strands_overlap_and_every_report_has_one(lists: dict[tuple[str, date], pd.DataFrame]) -> None:
    for day in MONTHS:
        held = lists["crime", day][list(STRANDS)].eq("Y")
        assert held.any(axis=1).all()
        assert held.sum(axis=1).gt(1).any()
        against = lists["crime", day]["Anti-Muslim"].eq("Y")
        assert not (against & ~held["Religion"]).any()


def test_more_is_reported_in_the_busy_months_and_more_through_third_parties(lists: dict[tuple[str, date], pd.DataFrame]) -> None:
    many = {day: len(lists["crime", day]) for day in MONTHS}
    assert max(many, key=lambda day: many[day]) == max(BUSY, key=lambda day: BUSY[day])
    third = [lists["crime", day]["Reported Through"].eq("Third-party centre").mean() for day in MONTHS]
    assert sum(third[:6]) < sum(third[-6:])


def test_black_households_are_owed_duties_about_three_times_as_often_as_white_ones(lists: dict[tuple[str, date], pd.DataFrame]) -> None:
    of = households_by_group(2021)
    for number, day in enumerate(YEARS):
        many = lists["homeless", day]["Ethnic Group"].value_counts()
        ratio = (many["Black"] / of["Black"]) / (many["White"] / of["White"])
        assert ratio == pytest.approx(DUTIES["Black"][number] / DUTIES["White"][number], rel=0.12)


def test_white_people_answer_more_than_they_live_here_and_less_so_later(lists: dict[tuple[str, date], pd.DataFrame]) -> None:
    shares = [lists["consulted", day]["Ethnic Group"].value_counts(normalize=True)["White"] for day in QUARTERS]
    assert RESPONDED["White"] > shares[0] > shares[-1] > 0.49


def test_only_own_staff_of_front_line_services_are_trained_and_nothing_of_a_group_or_place_is_told(
    lists: dict[tuple[str, date], pd.DataFrame],
) -> None:
    rows = lists["prevent_training", QUARTERS[-1]]
    assert list(rows.columns) == ["Employee No", "Directorate", "Prevent Training"]
    assert len(rows) == 30  # ten services, three of four people each


@pytest.mark.parametrize("dataset", sorted({dataset for dataset, _ in CITY_LISTS}))
def test_no_row_is_one_that_its_dataset_would_refuse(
    dataset: str, lists: dict[tuple[str, date], pd.DataFrame], configuration: Configuration, tmp_path: Path
) -> None:
    day = max(day for name, day in CITY_LISTS if name == dataset)
    extract = write(Extract(dataset, day, tmp_path / "list.csv"), lists[dataset, day])
    with open_source("duckdb://", read_only=False) as source:
        report = ingest_files(configuration, dataset, [extract.path], day, source, tmp_path / "private")
    assert report.rejected == 0
    assert report.accepted > 0
