"""Fifteen published tables of one city by configuration alone: every figure as published, percentages to their last digit."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest
import yaml

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset
from metrics.definitions.layout import Layout
from metrics.errors import InputError
from metrics.ingest.area_codes import same_area
from metrics.ingest.ingest import ImportReport, ingest_files
from metrics.ingest.reading import read_table
from metrics.sources.engine import Source, open_source
from tests.councils.birmingham.files import files
from tests.councils.counted import a_council
from tests.councils.published import Files, load_all, stored

pytestmark = pytest.mark.realdata


@dataclass(frozen=True)
class City:
    configuration: Configuration
    files: Files
    source: Source
    reports: dict[str, ImportReport]
    private: Path

    def rows(self, dataset: str) -> pd.DataFrame:
        return stored(self.configuration, self.source, dataset)

    def lines(self, dataset: str) -> list[dict[str, str]]:
        """The file by itself, as text."""
        with self.files[dataset][0].open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def city(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    tmp = tmp_path_factory.mktemp("birmingham")
    configuration, _ = a_council("birmingham", tmp)
    with open_source("duckdb://", read_only=False) as source:
        where = files(shared_data)
        yield City(configuration, where, source, load_all(configuration, where, source, tmp / "private"), tmp / "private")


def test_every_table_is_read_and_no_row_is_refused(city: City) -> None:
    assert set(city.reports) == set(city.configuration.datasets)
    assert {id: report.rejected for id, report in city.reports.items()} == dict.fromkeys(city.reports, 0)
    accepted = {id: report.accepted for id, report in city.reports.items()}
    assert accepted == {
        "gcse": 15, "early_years": 18, "care": 7, "employment": 18, "homelessness": 7, "homelessness_detailed": 20, "searches": 8476,
        "census_2021": 19, "census_2011": 19, "life_stages": 5, "hate_crime": 2, "hate_crime_strands": 10, "deprivation": 10,
        "adult_care": 42, "pay_gap_of_residents": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("dataset", "count", "out_of", "heading"),
    [
        ("gcse", "achieved", "pupils", "pt_l2basics_94"),
        ("early_years", "good", "children", "gld_percent"),
        ("care", "looked_after", "children", "percentage"),
        ("employment", "employed", "residents", "percentage"),
    ],
)
def test_percentages_agree_with_the_published_ones_to_the_last_digit(
    city: City, dataset: str, count: str, out_of: str, heading: str
) -> None:
    """Of stored numbers, against the text of the file: as many digits as the publisher gives, the last one rounded."""
    rows, published = city.rows(dataset), [line[heading] for line in city.lines(dataset)]
    assert len(rows) == len(published)
    for (n, among), told, read in zip(rows[[count, out_of]].itertuples(index=False), published, rows["percent"], strict=True):
        if told == "#DIV/0!":
            assert pd.isna(among)
            assert pd.isna(read)
            continue
        assert float(told) == read
        assert (100 * Decimal(int(n)) / Decimal(int(among))).quantize(Decimal(told), ROUND_HALF_UP) == Decimal(told)


def test_what_is_divided_by_nothing_is_missing_and_says_why(city: City) -> None:
    rows = city.rows("care").set_index("ethnicity")
    assert rows["percent_missing"].dropna().to_dict() == {"not_recorded": "not_applicable"}
    assert rows.loc["not_recorded", "looked_after"] == 25
    assert city.reports["care"].notes == ("percentage: read as missing: '#DIV/0!' (not applicable) in 1 row.",)


def test_groups_are_those_of_the_file_and_their_sums_those_of_all(city: City) -> None:
    """Chinese pupils stand apart in schools and within Asian or Other elsewhere: each file keeps its own groups."""
    for dataset, number in (("care", "looked_after"), ("homelessness", "households"), ("census_2011", "people")):
        rows = city.rows(dataset)
        assert rows.loc[rows["ethnicity"] != "all", number].sum() == rows.loc[rows["ethnicity"] == "all", number].item(), dataset
    pupils = city.rows("early_years").query("ethnicity == 'all'").set_index("sex")["children"]
    assert pupils["all"] == pupils["female"] + pupils["male"]


def test_detailed_groups_of_the_same_column_add_up_to_the_broad_ones(city: City) -> None:
    up = {c.id: c.parent for c in city.configuration.dimensions["ethnicity_19"].categories}
    detailed, broad = (city.rows(d).query("ethnicity != 'all'") for d in ("homelessness_detailed", "homelessness"))
    assert (
        detailed.groupby(detailed["ethnicity"].map(up))["households"].sum().to_dict()
        == broad.set_index("ethnicity")["households"].to_dict()
    )


def test_broad_and_detailed_groups_together_are_refused(city: City, tmp_path: Path) -> None:
    """Who forgets to say which of them is meant is told the rows that would count people twice."""
    dataset = city.configuration.datasets["homelessness"]
    column = {"recode": {c: c for c in ("white", "black", "asian", "mixed", "other")}}
    said = {line["ethnicity"] for line in city.lines("homelessness")} - {
        "Total",
        "Unknown",
        "White",
        "Black",
        "Asian",
        "Mixed/multiple",
        "Other",
    }
    recode = {label: _broad(label) for label in said} | {"Mixed/multiple": "mixed"} | column["recode"]
    changed = {**dataset.columns, "ethnicity": dataset.columns["ethnicity"].model_copy(update={"recode": recode})}
    whole = dataset.model_copy(update={"layout": None, "columns": changed})
    configuration = _with(city.configuration, whole)
    with pytest.raises(InputError) as refused:
        ingest_files(configuration, "homelessness", [city.files["homelessness"][0]], city.files["homelessness"][1], city.source, tmp_path)
    assert "_v2.csv:3, birmingham_stat_homeless_2020_2021_v2.csv:4" in str(refused.value)
    assert "Name the rows that are meant under `layout: {only: …}`" in str(refused.value)


def _broad(label: str) -> str:
    return next((group for group in ("Asian", "Black", "Mixed", "White") if group in label.split(":")[0]), "Other").lower()


def _with(configuration: Configuration, dataset: Dataset) -> Configuration:
    return Configuration(**{**configuration.__dict__, "datasets": {**configuration.datasets, dataset.id: dataset}})


def test_searches_by_the_group_that_people_named_themselves(city: City) -> None:
    rows = city.rows("searches")
    file = read_table(city.files["searches"][0]).frame
    found, told = Counter(rows["ethnicity"]), Counter(file["self_defined_ethnicity"])
    assert found["not_recorded"] == told["NULL"] == 760
    assert found["prefer_not_to_say"] == told["Other ethnic group - Not stated"] == 501
    assert sorted(found.values()) == sorted(told.values())
    assert len(rows) == 8476


def test_number_and_percentage_of_one_column_stand_side_by_side_and_agree(city: City) -> None:
    """The publisher's file rounds to one decimal; every one of the nineteen is the number over their sum."""
    rows = city.rows("census_2021")
    assert rows["people"].sum() == 1_144_922
    shares = [float((Decimal(100 * int(n)) / 1_144_922).quantize(Decimal("0.1"), ROUND_HALF_UP)) for n in rows["people"]]
    assert shares == rows["percent"].tolist()


def test_ten_years_between_two_censuses_in_two_layouts(city: City) -> None:
    up = {c.id: c.parent for c in city.configuration.dimensions["ethnicity_19"].categories}
    shares = {}
    for year in (2011, 2021):
        rows = city.rows(f"census_{year}").query("ethnicity != 'all'")
        people = rows.groupby(rows["ethnicity"].map(up))["people"].sum()
        shares[year] = (100 * people / people.sum()).round(1).to_dict()
    assert shares[2021] == {"asian": 31.0, "black": 11.0, "mixed": 4.8, "other": 4.5, "white": 48.6}
    assert shares[2011] == {"asian": 26.6, "black": 9.0, "mixed": 4.4, "other": 2.0, "white": 57.9}


def test_one_heading_tells_sex_and_life_stage(city: City) -> None:
    """Of this file only working age can be read: its three stages are tens of thousands short of everybody, in every one of 331 areas."""
    rows = city.rows("life_stages").set_index(["sex", "life_stage"])["people"]
    assert rows["female", "working_age"] == 377_205
    assert rows["female", "all"] + rows["male", "all"] == rows["all", "all"]
    lines = city.lines("life_stages")
    stages = [sum(int(line[f"{stage}_females"]) for stage in ("younger", "working_age", "older")) for line in lines]
    assert all(added < int(line["total_females"]) for added, line in zip(stages, lines, strict=True))


def test_hate_crime_by_financial_year_with_strands_that_are_no_offences(city: City) -> None:
    offences, strands = city.rows("hate_crime"), city.rows("hate_crime_strands")
    assert offences["as_at"].astype(str).str[:10].tolist() == ["2018-03-31", "2019-03-31"]
    assert (1e5 * offences["offences"] / offences["residents"]).round().tolist() == offences["rate"].tolist() == [160.0, 196.0]
    added = strands.groupby("as_at")["offences"].sum()
    assert added.tolist() == offences["factors"].tolist()
    assert (offences["factors"] > offences["offences"]).all()


def test_a_force_without_population_keeps_its_offences(city: City, tmp_path: Path) -> None:
    dataset = city.configuration.datasets["hate_crime"]
    assert dataset.layout is not None
    other = dataset.model_copy(update={"layout": dataset.layout.model_copy(update={"only": {"Force": ("London, City of",)}})})
    configuration = _with(city.configuration, other)
    with open_source("duckdb://", read_only=False) as source:
        report = ingest_files(configuration, "hate_crime", [city.files["hate_crime"][0]], None, source, tmp_path)
        rows = stored(configuration, source, "hate_crime")
    assert rows[["offences", "residents_missing", "rate_missing"]].to_numpy().tolist() == [
        [79, *["not_available"] * 2],
        [141, *["not_available"] * 2],
    ]
    assert "Population: read as missing: '#N/A' (not available) in 2 rows." in report.notes


def test_deprivation_without_the_noise_of_binary_numbers(city: City) -> None:
    """35.036999999999999 is 35.037; a rank where 1 is worst stands beside a score where high is worst."""
    rows = city.rows("deprivation").set_index("index_domain")
    assert rows.loc["all_domains", ["average_score", "rank", "most_deprived_tenth"]].tolist() == [38.067, 7, 41.31]
    assert len(rows) == len(city.configuration.dimensions["index_domain"].categories)


def test_adult_social_care_by_financial_year(city: City) -> None:
    rows = city.rows("adult_care").query("care_measure == 'carers_quality_of_life'")
    assert [(str(day)[:10], value) for day, value in zip(rows["as_at"], rows["figure"], strict=True)] == [
        ("2017-03-31", 7.0), ("2019-03-31", 6.9), ("2022-03-31", 6.7),
    ]  # fmt: skip


def test_pay_gaps_from_a_sheet_with_three_rows_of_headings(city: City) -> None:
    assert city.rows("pay_gap_of_residents")[["median_gap", "mean_gap"]].to_numpy().tolist() == [[10.9, 8.9]]
    (note,) = city.reports["pay_gap_of_residents"].notes
    assert note.endswith("were left out (layout.rows_have): 402, 403, 404.")


@pytest.mark.parametrize(("sheet", "marks"), [("All", 6), ("Full-Time", 8), ("Part-Time", 142)])
def test_every_area_with_its_unreliable_figures(city: City, tmp_path: Path, sheet: str, marks: int) -> None:
    """All 396 areas: leading spaces are gone, `x` is kept as unreliable, and the newest codes are known as the places that they are."""
    definition = yaml.safe_load((Path(__file__).parent / "config" / "datasets" / "pay_gap_of_residents.yaml").read_text(encoding="utf-8"))
    definition |= {"id": "pay_gap_of_residents", "sheet": sheet}
    del definition["layout"]["only"]
    definition["columns"] |= {"area": {"from": "Description", "type": "text"}, "code": {"from": "Code", "type": "text"}}
    configuration = _with(city.configuration, Dataset.model_validate(definition))
    with open_source("duckdb://", read_only=False) as source:
        report = ingest_files(
            configuration,
            "pay_gap_of_residents",
            [city.files["pay_gap_of_residents"][0]],
            city.files["pay_gap_of_residents"][1],
            source,
            tmp_path,
        )
        rows = stored(configuration, source, "pay_gap_of_residents")
    assert (report.accepted, report.rejected) == (396, 0)
    assert rows[["median_gap_missing", "mean_gap_missing"]].stack().value_counts().to_dict() == {"unreliable": marks}
    assert rows.set_index("area").loc["Sheffield", "code"] == "E08000039"
    assert not rows["area"].str.contains(r"^\s|\s$").any()


def test_codes_that_changed_name_the_same_place_in_old_and_new_tables(city: City, shared_data: Path) -> None:
    """Wherever both codes of a pair stand in these files, the names agree; Dorset's do, too, and are not a pair: its borders moved."""
    census = {line["geography code"]: line["geography"] for line in city.lines("census_2011")}
    care = {line["Local authority code"]: line["Local authority name"] for line in city.lines("adult_care")}
    sheet = read_table(city.files["pay_gap_of_residents"][0], "All", 5, Layout(table_columns="A:D", rows_have=("median",))).frame
    now = dict(zip(sheet["Code"], sheet["Description"].str.removesuffix(" UA"), strict=True))
    both = {code: (now[code], known[other]) for known in (census, care) for code in now if isinstance(code, str)
            for other in same_area(code) if other in known}  # fmt: skip
    assert set(both) == {"E08000038", "E08000039", "E06000060", "E06000065", "E06000066"}
    assert all(new == old for new, old in both.values())
    assert care["E10000009"] == now["E06000059"] == "Dorset"
    assert same_area("E06000059") == ()
