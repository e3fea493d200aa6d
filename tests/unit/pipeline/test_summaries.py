"""What a release says of its KPIs: which of them speak of answers that people give about themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.pipeline.summaries import summarise_kpi
from metrics.report import KpiSummary, characteristic


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    return load_configuration(Path("config"))


@pytest.fixture(scope="module")
def told(shipped: Configuration) -> dict[str, KpiSummary]:
    return {id: summarise_kpi(shipped, kpi) for id, kpi in shipped.kpis.items()}


def test_only_protected_characteristics_are_answered(shipped: Configuration, told: dict[str, KpiSummary]) -> None:
    protected = {characteristic(d.title) for d in shipped.dimensions.values() if d.protected_characteristic}
    asked = {name for kpi in told.values() for name in (*kpi.asks, *([kpi.declares] if kpi.declares else []))}
    assert asked <= protected
    assert {"Ethnic group", "Disability", "Sex"} <= asked


def test_a_course_taken_is_no_answer(told: dict[str, KpiSummary]) -> None:
    """Nor is the share of those of whom both a course and an answer are known the rate of that answer."""
    assert told["TR01"].asks == ()
    assert told["TR01"].declares == ""


@pytest.mark.parametrize(("id", "asks"), [("WR01", ("Ethnic group",)), ("PG01", ("Sex",)), ("PG10", ("Disability",))])
def test_what_a_base_asks_for(told: dict[str, KpiSummary], id: str, asks: tuple[str, ...]) -> None:
    assert told[id].asks == asks


def test_a_declaration_rate_says_of_what(told: dict[str, KpiSummary]) -> None:
    assert (told["DR01"].declares, told["DR02"].declares) == ("Ethnic group", "Disability")


def test_a_split_into_the_groups_that_a_share_is_about_gives_each_its_own(told: dict[str, KpiSummary]) -> None:
    assert set(told["WR01"].own_shares) == {"ethnicity_5", "ethnicity_19"}
    assert told["SL03"].own_shares == told["PR02"].own_shares == ("ethnicity_5",)
    assert told["WR03"].own_shares == told["PG07"].own_shares == told["RT01"].own_shares == ()
    assert told["WR01"].stands_alone("ethnicity_19=indian")
    assert told["PG09"].stands_alone("ethnicity_19=indian")
    assert not told["WR01"].stands_alone("grade_band=lower")
    assert not told["WF01"].stands_alone("ethnicity_5=asian")
