"""397 professors by rank, discipline and sex: a gap of 12% that is mostly who holds which rank, by hand and by the product."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from metrics.access.viewer import Viewer
from metrics.ingest.ingest import ingest_files
from metrics.pipeline.refresh import refresh
from metrics.query.counts import Counts
from metrics.releases.store import ReleaseStore
from metrics.report import Report, Request
from metrics.settings import load_settings
from metrics.sources.engine import open_source
from metrics.understanding.parts import pay_gap_parts
from tests.councils.counted import a_council, counted

pytestmark = pytest.mark.realdata
DAY = date(2009, 6, 30)
RANKS = {"AsstProf": "assistant", "AssocProf": "associate", "Prof": "full"}
DISCIPLINES = {"A": "theoretical", "B": "applied"}
STATISTIC = {"PG01": "mean", "PG02": "median"}


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    return shared_data / "professor_salaries" / "Salaries.csv"


@pytest.fixture(scope="module")
def professors(file: Path) -> pd.DataFrame:
    rows = pd.read_csv(file)
    return rows.assign(rank=rows["rank"].map(RANKS), discipline=rows["discipline"].map(DISCIPLINES))


@pytest.fixture(scope="module")
def counts(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Counts:
    return counted(a_council("professors", tmp_path_factory.mktemp("counted")), "professors", file, DAY)


@pytest.fixture(scope="module")
def report(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    tmp = tmp_path_factory.mktemp("published")
    configuration, folder = a_council("professors", tmp)
    store = ReleaseStore(f"sqlite:///{tmp.as_posix()}/releases.sqlite")
    with open_source(f"duckdb:///{tmp.as_posix()}/rows.duckdb", read_only=False) as source:
        ingest_files(configuration, "professors", [file], DAY, source, tmp / "private")
        refresh(configuration, load_settings(folder), source=source, store=store, processes=1)
    return store.read(Request(), Viewer("leadership", "command_line"))


def gap(people: pd.DataFrame, statistic: str) -> float:
    pay = people.groupby("sex")["salary"].agg(statistic)
    return float(1 - pay["Female"] / pay["Male"])


def there(professors: pd.DataFrame, unit: str, group: str) -> pd.DataFrame:
    """The people of a unit and of a group of ranks."""
    here = professors if unit == "college" else professors[professors["discipline"] == unit]
    return here if group == "" else here[here["rank"] == group.removeprefix("rank=")]


@pytest.mark.parametrize("kpi", STATISTIC)
@pytest.mark.parametrize("unit", ["college", *DISCIPLINES.values()])
@pytest.mark.parametrize("group", ["", *(f"rank={rank}" for rank in RANKS.values())])
def test_every_gap_before_protection(counts: Counts, professors: pd.DataFrame, kpi: str, unit: str, group: str) -> None:
    rows = counts.statistics.query("kpi == @kpi and unit == @unit and group == @group").drop_duplicates("side").set_index("side")
    pay = rows[STATISTIC[kpi]]
    assert 1 - pay["group"] / pay["reference"] == pytest.approx(gap(there(professors, unit, group), STATISTIC[kpi]), abs=1e-12)
    people = there(professors, unit, group)["sex"].value_counts()
    assert rows["n"].to_dict() == {"group": people["Female"], "reference": people["Male"]}


def test_the_file_counted_once_by_hand(professors: pd.DataFrame) -> None:
    """With a spreadsheet: women 101,002 and men 115,090 on average, 12.2% apart; within the three ranks 4.0%, 6.7% and 4.1%."""
    assert round(100 * gap(professors, "mean"), 1) == 12.2
    within = {rank: round(100 * gap(professors[professors["rank"] == rank], "mean"), 1) for rank in RANKS.values()}
    assert within == {"assistant": 4.0, "associate": 6.7, "full": 4.1}


def test_what_is_published_is_the_same_gap_as_printed(report: Report, professors: pd.DataFrame) -> None:
    cells = report.cells[report.cells["kpi"].isin(list(STATISTIC)) & report.cells["value"].notna()]
    assert set(cells[cells["unit"] == "college"]["group"]) == {"", *(f"rank={rank}" for rank in RANKS.values())}
    for row in cells.itertuples():
        assert row.value == pytest.approx(gap(there(professors, row.unit, row.group), STATISTIC[row.kpi]), abs=6e-4)


def test_gaps_of_few_women_are_hidden(report: Report, professors: pd.DataFrame) -> None:
    """Of the six ranks of the two disciplines, one has ten women; pay of fewer is not shown."""
    cells = report.cells.query("kpi == 'PG01' and unit != 'college' and group != ''")
    women = {(u, g): int((there(professors, u, g)["sex"] == "Female").sum()) for u, g in zip(cells["unit"], cells["group"], strict=True)}
    assert sorted(women.values()) == [4, 5, 6, 6, 8, 10]
    few = cells[[women[u, g] < 10 for u, g in zip(cells["unit"], cells["group"], strict=True)]]
    assert set(few["marker"]) == {"[c]"}
    assert few["value"].isna().all()


def test_most_of_the_gap_is_who_holds_which_rank(report: Report, professors: pd.DataFrame) -> None:
    """Kitagawa's halves by hand: shares of ranks times mean pay of both sexes' middle, and pay inside ranks times middle shares."""
    found = pay_gap_parts(report, report.contents.kpis["PG01"], "college", "rank")
    pay = professors.pivot_table(index="rank", columns="sex", values="salary")
    share = professors.pivot_table(index="rank", columns="sex", values="salary", aggfunc="size")
    share = share / share.sum()
    men = professors.loc[professors["sex"] == "Male", "salary"].mean()
    of_ranks = ((share["Male"] - share["Female"]) * pay.mean(axis=1)).sum() / men
    inside = ((pay["Male"] - pay["Female"]) * share.mean(axis=1)).sum() / men
    assert of_ranks + inside == pytest.approx(gap(professors, "mean"), abs=1e-12)
    assert (round(100 * of_ranks, 1), round(100 * inside, 1)) == (7.9, 4.3)
    assert found.composition.low - 1e-9 <= of_ranks <= found.composition.high + 1e-9
    assert found.rate.low - 1e-9 <= inside <= found.rate.high + 1e-9
