"""Ethnicity facts and figures of two workforces: N/A among percentages, broad and detailed groups in one column, bases that differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from metrics.sources.engine import open_source
from tests.councils.counted import a_council
from tests.councils.published import load_all, stored

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def rows(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, pd.DataFrame]]:
    tmp = tmp_path_factory.mktemp("facts_and_figures")
    configuration, _ = a_council("facts_and_figures", tmp)
    folder = shared_data / "eff_workforce"
    social = folder / "social-workers-for-children-and-families.csv", None
    officers = folder / "prison-officer-workforce-data.csv", None
    files = {"prison_officers": officers, "social_workers": social, "social_workers_detailed": social}
    with open_source("duckdb://", read_only=False) as source:
        reports = load_all(configuration, files, source, tmp / "private")
        assert [(report.accepted, report.rejected) for report in reports.values()] == [(30, 0), (14, 0), (34, 0)]
        yield {id: stored(configuration, source, id) for id in files}


def test_days_are_written_as_days_or_as_financial_years(rows: dict[str, pd.DataFrame]) -> None:
    days = {id: sorted({str(day)[:10] for day in frame["as_at"]}) for id, frame in rows.items()}
    assert days["prison_officers"] == [f"{year}-03-31" for year in range(2015, 2020)]
    assert days["social_workers"] == days["social_workers_detailed"] == ["2017-03-31", "2018-03-31"]


def test_percentages_of_known_groups_are_the_published_ones(rows: dict[str, pd.DataFrame]) -> None:
    officers = rows["prison_officers"].query("ethnicity != 'not_recorded'")
    assert (100 * officers["officers"] / officers["of_officers"]).round(1).tolist() == officers["percent"].tolist()
    for day, groups in officers.groupby("as_at"):
        assert groups["officers"].sum() == groups["of_officers"].iloc[0], day


def test_who_is_unknown_has_no_percentage_and_says_so_with_and_without_spaces(rows: dict[str, pd.DataFrame]) -> None:
    """`N/A` in two years and ` N/A ` in three. Beside them stands the number of all officers, known or not."""
    unknown = rows["prison_officers"].query("ethnicity == 'not_recorded'")
    assert unknown["percent_missing"].tolist() == ["not_applicable"] * 5
    known = rows["prison_officers"].query("ethnicity == 'white'")["of_officers"]
    assert (known.to_numpy() + unknown["officers"].to_numpy() == unknown["of_officers"].to_numpy()).all()


def test_broad_and_detailed_groups_of_one_column_agree(rows: dict[str, pd.DataFrame]) -> None:
    """Headcounts are rounded to ten, so sums of them may differ by tens; percentages are of those whose group is known."""
    broad, detailed = (rows[id].query("ethnicity != 'all'") for id in ("social_workers", "social_workers_detailed"))
    asian = detailed[detailed["ethnicity"].isin(["bangladeshi", "indian", "pakistani", "other_asian"])].groupby("as_at")["staff"].sum()
    assert (asian - broad[broad["ethnicity"] == "asian"].set_index("as_at")["staff"]).abs().max() <= 20
    known = rows["social_workers"].query("ethnicity == 'all'").set_index("as_at")["staff"]
    told = broad.query("ethnicity != 'not_recorded'")
    assert ((100 * told["staff"] / told["as_at"].map(known)).round(1) - told["percent"]).abs().max() <= 0.1
