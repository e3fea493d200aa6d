"""Rates over a published population and disparity between groups: values, ranges, why they are empty, and what stands beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metrics.definitions.kpi import Kpi
from metrics.evaluate.evaluate import evaluate
from metrics.evaluate.over_groups import fill_whole_units
from metrics.query.population import Population
from metrics.statistics.inequality import index_of_disparity
from tests.support.evaluated import configured
from tests.support.factories import a_kpi
from tests.support.shown import some_shown

OVER = {"population": {"dataset": "residents", "column": "people"}, "of": "residents"}
CENSUS, ESTIMATE = date(2021, 3, 21), date(2025, 6, 30)
PEOPLE = Population(
    {"": 145_000.0, "ethnicity_5=asian": 20_000.0, "ethnicity_5=white": 100_000.0},
    {"": ESTIMATE, "ethnicity_5=asian": CENSUS, "ethnicity_5=white": CENSUS},
)
BY = {"breakdown": "ethnicity_5"}


def a_rate(**more: Any) -> Kpi:
    measure = {"type": "population_rate", "unit": "per_1000", "numerator": {"disability": ["disabled"]}, **OVER}
    return a_kpi("HC01", measure=measure, polarity="contextual", breakdowns=[["ethnicity_5"]], **more)


RATIO = a_kpi(
    "SO01",
    measure={
        "type": "rate_ratio", "unit": "ratio", "numerator": {"disability": ["disabled"]}, "over": "ethnicity_5",
        "reference_group": {"ethnicity_5": ["white"]}, "least_people": 10, **OVER,
    },
    polarity="lower",
    breakdowns=[["ethnicity_5"]],
)  # fmt: skip
DISPARITY = a_kpi(
    "SO07",
    measure={
        "type": "index_of_disparity", "unit": "percent", "numerator": {"sex": ["female"]}, "denominator": {"sex": "known"},
        "over": "ethnicity_5", "against": "highest", "least_people": 30,
    },
    polarity="lower",
    breakdowns=[["ethnicity_5"]],
)  # fmt: skip


def made(kpi: Kpi, *figures: dict[str, Any], population: Population = PEOPLE, audience: str = "leadership") -> pd.DataFrame:
    shown = some_shown([{"kpi": kpi.id, **f} for f in figures], (), audience=audience)
    return evaluate(replace(shown, populations={kpi.id: population}), configured(kpi))


def events(numerator: Any, known: Any = None, everyone: Any = None, **keys: Any) -> dict[str, Any]:
    known = numerator if known is None else known
    return {"numerator": numerator, "denominator": known, "everyone": known if everyone is None else everyone, **keys}


def test_a_rate_is_of_the_published_people_with_byars_range() -> None:
    row = made(a_rate(), events(37)).iloc[0]
    assert (row["numerator"], row["denominator"]) == (37, 145_000)
    assert (round(row["value"], 4), round(row["lower"], 4), round(row["upper"], 4)) == (0.2552, 0.1796, 0.3517)
    assert (row["status"], row["note"]) == ("context", "population:2025-06-30")


def test_a_group_stands_against_its_own_people_of_the_day_that_tells_them() -> None:
    frame = made(a_rate(), events(37), events(6, 30, 37, group="ethnicity_5=asian", **BY))
    row = frame.iloc[1]
    assert (round(row["value"], 3), round(row["lower"], 3), round(row["upper"], 3)) == (0.3, 0.11, 0.653)
    assert row["denominator"] == 20_000
    assert row["declared"] == pytest.approx(30 / 37)
    assert row["gap"] == pytest.approx(0.3 - frame["value"][0])
    assert row["note"] == "population:2021-03-21"


def test_a_rate_may_be_of_more_events_than_people() -> None:
    few = Population({"": 5.0}, {"": CENSUS})
    assert made(a_rate(), events(12), population=few)["value"][0] == pytest.approx(2400)


@pytest.mark.parametrize(
    ("figure", "population", "marker", "note"),
    [
        (events(None), PEOPLE, "[c]", "hidden"),
        (events(37), Population(), "[x]", "no_population"),
        (events(37), Population({"": 0.0}, {"": CENSUS}), "[x]", "no_population"),
        (events(10, 15, 37, group="ethnicity_5=asian", **BY), PEOPLE, "[w]", "withheld"),
    ],
)
def test_why_a_rate_is_empty(figure: dict[str, Any], population: Population, marker: str, note: str) -> None:
    row = made(a_rate(), figure, population=population).iloc[0]
    assert (row["marker"], row["note"]) == (marker, note)
    assert row[["value", "lower", "upper"]].isna().all()


def test_a_ratio_of_rates_has_the_range_of_its_logarithm_and_the_rate_it_is_against() -> None:
    """460 of 1,144,900 against 410 of 1,140,000: 1.117, from 0.978 to 1.276."""
    people = Population({"ethnicity_5=asian": 1_144_900.0, "ethnicity_5=white": 1_140_000.0, "": 2_284_900.0}, {})
    group = {**events(460, 870, 900, group="ethnicity_5=asian", **BY), "reference_numerator": 410}
    frame = made(RATIO, events(900), group, population=people)
    row = frame.iloc[1]
    assert (round(row["value"], 3), round(row["lower"], 3), round(row["upper"], 3)) == (1.117, 0.978, 1.276)
    assert row["reference_value"] == pytest.approx(410 / 1_140)
    whole = frame.iloc[0]
    assert (whole["value"], whole["note"]) == (row["value"], "highest:ethnicity_5=asian:0:0")
    assert np.isnan([whole["lower"], whole["upper"]]).all()


def test_a_ratio_needs_an_event_on_either_side() -> None:
    group = {**events(0, 40, 40, group="ethnicity_5=asian", **BY), "reference_numerator": 40}
    frame = made(RATIO, events(40), group)
    assert (frame["marker"][1], frame["note"][1]) == ("[x]", "not_enough_events")
    assert (frame["marker"][0], frame["note"][0]) == ("[x]", "not_enough_data")


def shares(*rows: tuple[str, float, float, str]) -> pd.DataFrame:
    """(group, satisfied, asked, marker) of one unit, after the unit's own row."""
    frame = pd.DataFrame([("", np.nan, np.nan, ""), *((f"ethnicity_5={g}", a, n, m) for g, a, n, m in rows)])
    frame.columns = pd.Index(["group", "numerator", "denominator", "marker"])
    value = (frame["numerator"] / frame["denominator"]).where(frame["group"] != "")
    return frame.assign(unit="council", note="", value=value.where(frame["marker"] == ""))


WORKED = (
    ("asian", 2232, 3100, ""),
    ("black", 697.6, 1090, ""),
    ("mixed", 326.4, 480, ""),
    ("white", 3693.6, 4860, ""),
    ("other", 329, 470, ""),
)


@pytest.mark.parametrize(("against", "wanted"), [("highest", 9.87), ("overall", 5.59), ("lowest", 11.72)])
def test_disparity_is_that_of_the_worked_numbers_against_the_best_or_all(against: str, wanted: float) -> None:
    kpi = DISPARITY.model_copy(update={"measure": DISPARITY.measure.model_copy(update={"against": against})})
    found = shares(*WORKED)
    fill_whole_units(kpi, found)
    assert 100 * found.loc[0, "value"] == pytest.approx(wanted, abs=0.005)
    named = {"highest": "ethnicity_5=white", "overall": "", "lowest": "ethnicity_5=black"}[against]
    assert found.loc[0, "note"] == f"best:{named}:0:0"


def test_small_groups_are_left_out_and_a_hidden_one_hides_the_figure() -> None:
    found = shares(("asian", 60, 100, ""), ("white", 80, 100, ""), ("other", 2, 29, ""))
    fill_whole_units(DISPARITY, found)
    assert (found.loc[0, "value"], found.loc[0, "note"]) == (pytest.approx(0.25), "best:ethnicity_5=white:0:1")
    for asked in (np.nan, 100.0):
        hidden = shares(("asian", 60, 100, ""), ("white", 80, 100, ""), ("other", np.nan, asked, "[c]"))
        fill_whole_units(DISPARITY, hidden)
        assert (hidden.loc[0, "marker"], hidden.loc[0, "note"]) == ("[c]", "groups_hidden")


def test_the_smallest_hidden_group_is_left_out_where_its_base_says_so() -> None:
    found = shares(("asian", 60, 100, ""), ("white", 80, 100, ""), ("other", np.nan, 12, "[c]"))
    fill_whole_units(DISPARITY, found)
    assert found.loc[0, "value"] == pytest.approx(index_of_disparity(pd.Series([0.6, 0.8]), 0.8))


def test_one_group_is_no_disparity() -> None:
    found = shares(("asian", 60, 100, ""), ("white", 8, 10, ""))
    fill_whole_units(DISPARITY, found)
    assert (found.loc[0, "marker"], found.loc[0, "note"]) == ("[x]", "not_enough_groups")
