"""A council's own returns against its residents: which census, which residents and which definition is taken decides what is said."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from metrics.access.viewer import Viewer
from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.ingest.ingest import ingest_files
from metrics.pipeline.refresh import refresh
from metrics.releases.store import ReleaseStore
from metrics.report import Report, Request
from metrics.settings import load_settings
from metrics.sources.engine import open_source
from metrics.wording.sentences import describe_benchmark, describe_other_benchmarks
from tests.councils.counted import a_council

pytestmark = pytest.mark.realdata
CODE = "E08000033"
YEARS = range(2022, 2027)
"""Those in which the council says how many of its White staff are White British."""
ALL_OTHERS = ("asian", "black", "mixed", "other")


@pytest.fixture(scope="module")
def returns(shared_data: Path) -> pd.DataFrame:
    """The council's rows of the file; people who are White and not White British have a heading of their own."""
    rows = pd.read_csv(shared_data / "leeds_region_workforce_diversity" / "combined.csv", dtype={"published": str})
    own = rows[(rows["organisation"] == "Calderdale Council") & rows["ethnicity_white_british"].notna()]
    return own.assign(ethnicity_white_other=own["ethnicity_white"] - own["ethnicity_white_british"])


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(Path(__file__).parent / "config")


@pytest.fixture(scope="module")
def report(returns: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Every return loaded, protected, certified and published, and read back as the pages read it."""
    tmp = tmp_path_factory.mktemp("calderdale")
    configuration, folder = a_council("calderdale", tmp)
    file = tmp / "returns.csv"
    returns.to_csv(file, index=False)
    store = ReleaseStore(f"sqlite:///{tmp.as_posix()}/releases.sqlite")
    with open_source(f"duckdb:///{tmp.as_posix()}/rows.duckdb", read_only=False) as source:
        for dataset in configuration.datasets:
            told = dataset == "by_religion"
            loaded = ingest_files(configuration, dataset, [file], None, source, tmp / "private", accept_rejects=told)
            assert loaded.rejected == (1 if told else 0)  # in 2022 its religions come to a person less than its employees
        refresh(configuration, load_settings(folder), source=source, store=store, processes=1)
    return store.read(Request(), Viewer("leadership", "command_line"))


def row(report: Report, kpi: str, year: int) -> pd.Series:
    (found,) = (r for _, r in report.cells.query("kpi == @kpi and group == ''").iterrows() if r["period_end"].year == year)
    return found


@pytest.mark.parametrize("year", YEARS)
def test_every_share_of_every_year(report: Report, returns: pd.DataFrame, year: int) -> None:
    own = returns[returns["published"] == str(year)].iloc[0].fillna(0)
    known = own["employees"] - own["ethnicity_prefernottosay"] - own["ethnicity_undisclosed"]
    told = own["employees"] - own["sexuality_prefernottosay"] - own["sexuality_undisclosed"]
    religion = own["employees"] - own["religion_prefernottosay"] - own["religion_undisclosed"]
    expected = {
        "WR01": sum(own[f"ethnicity_{g}"] for g in ALL_OTHERS) / known,
        "WR06": (known - own["ethnicity_white_british"]) / known,
        "WF02": own["gender_female"] / (own["gender_female"] + own["gender_male"]),
        "WR07": own["age_15-24"] / own["employees"],
        "WR08": own["religion_muslim"] / religion,
        "WR04": sum(own[f"sexuality_{a}"] for a in ("bisexual", "gaylesbian", "usedifferentterm")) / told,
        "DR03": told / own["employees"],
        "DR04": religion / own["employees"],
    }
    if year == 2022:
        assert own.filter(regex="^religion_").sum() == own["employees"] - 1
        expected = {kpi: value for kpi, value in expected.items() if kpi not in {"WR08", "DR04"}}
    assert {kpi: round(float(row(report, kpi, year)["value"]), 12) for kpi in expected} == {k: round(v, 12) for k, v in expected.items()}


def residents_2021(shared_data: Path) -> pd.Series:
    rows = pd.read_csv(shared_data / "census2021_ethnicity_ltla" / "ethnicity21_ltla21.csv")
    here = rows[(rows["ltla21_code"] == CODE) & rows["ethnic_group"].str.endswith("(number)")]
    return here.set_index("ethnic_group")["value"]


def residents_2011(shared_data: Path) -> pd.Series:
    rows = pd.read_csv(shared_data / "census2011_ethnicity_la" / "la-ethnic-groups.csv").set_index("geography code").loc[CODE]
    return rows.rename(lambda heading: heading.removeprefix("Ethnic Group: ").removesuffix("; measures: Value"))


def test_the_benchmarks_are_what_the_two_censuses_counted(configuration: Configuration, shared_data: Path) -> None:
    now, then = residents_2021(shared_data), residents_2011(shared_data)
    everybody, all_then = now.sum(), then["All categories: Ethnic group"]
    counted = {
        "residents_other_than_white_2021": 1 - now[now.index.str.startswith("White:")].sum() / everybody,
        "residents_other_than_white_2011": 1 - then["White"] / all_then,
        "residents_other_than_white_british_2021": 1 - now[now.index.str.startswith("White: English")].sum() / everybody,
        "residents_other_than_white_british_2011": 1 - then["White: English/Welsh/Scottish/Northern Irish/British"] / all_then,
    }
    assert {id: configuration.benchmarks[id].value for id in counted} == {id: round(100 * share, 4) for id, share in counted.items()}


def test_women_of_working_age_and_of_every_age(configuration: Configuration, shared_data: Path) -> None:
    folder = shared_data / "census2021_ethnicity_ltla"
    here = pd.read_csv(folder / "age_gender21_ltla21_ew.csv").set_index("ltla21_code").loc[CODE]
    working = here["working_age_females"] / (here["working_age_females"] + here["working_age_males"])
    assert configuration.benchmarks["residents_women_2021"].value == round(100 * working, 4)
    assert configuration.benchmarks["residents_women_of_every_age_2021"].value == round(
        100 * here["total_females"] / here["total_population"], 4
    )


def test_working_age_of_that_file_is_16_to_64(shared_data: Path) -> None:
    """The file does not say its ages; another table of the same census does, for ten authorities, and agrees with it."""
    stages = pd.read_csv(shared_data / "census2021_ethnicity_ltla" / "age_gender21_ltla21_ew.csv").set_index("ltla21_code")
    ages = pd.read_csv(shared_data / "census2021_greater_manchester" / "2021_population_by_sex_and_age_group_wide_la_gm.csv")
    women = ages[ages["sex"] == "Female"].set_index("area_code")
    assert len(women) == 10
    assert women["aged_16_to_64"].to_dict() == stages.loc[women.index, "working_age_females"].to_dict()


def test_which_census_is_taken_turns_the_sentence_round(report: Report) -> None:
    """13.7% of staff: below residents of 2021, above those of 2011."""
    kpi, last = report.contents.kpis["WR01"], row(report, "WR01", 2026)
    assert kpi.benchmark_population == "All usual residents of Calderdale, of every age"
    assert describe_benchmark(last, kpi) == ("Residents of ethnic groups other than White, 2021: 13.9%, so 0.2 percentage points below")
    assert describe_other_benchmarks(last, kpi) == (
        "Residents of ethnic groups other than White, 2011 (all usual residents of Calderdale, of every age): 10.3%, "
        "so 3.4 percentage points above"
    )


def test_which_definition_is_taken_does_too(report: Report) -> None:
    kpi, last = report.contents.kpis["WR06"], row(report, "WR06", 2026)
    assert (last["numerator"], last["denominator"]) == (441, 2745)
    assert describe_benchmark(last, kpi).endswith("2021: 17.3%, so 1.2 percentage points below")
    assert "13.3%, so 2.8 percentage points above" in describe_other_benchmarks(last, kpi)
