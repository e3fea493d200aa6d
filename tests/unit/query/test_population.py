"""Whom events are held against: the newest published numbers, each group of a breakdown from a day that tells all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Column, Dataset
from metrics.query.population import Population, fetch_populations, population_of
from metrics.sources.snapshots import Snapshot, write_snapshot
from metrics.sources.tables import dataset_table, prepare_tables
from tests.support.factories import DIMENSIONS, a_configuration, a_dataset, a_dimension, a_kpi
from tests.support.stored import a_source

COUNT = a_dimension("what", ["residents", "households"], [])
CENSUS, ESTIMATE = date(2021, 3, 21), date(2025, 6, 30)


def configuration() -> Configuration:
    found = a_configuration(dimensions=(*DIMENSIONS, COUNT), dataset=a_dataset(dimensions=DIMENSIONS))
    columns: dict[str, Any] = {name: Column(**{"from": name}, dimension=name) for name in ("what", "ethnicity", "sex")}
    columns["people"] = Column(**{"from": "people"}, type="integer")
    residents = Dataset(id="residents", title="Residents", grain="published", columns=columns)
    return Configuration(**{**found.__dict__, "datasets": {**found.datasets, "residents": residents}})


KPI = a_kpi(
    measure={
        "type": "population_rate", "unit": "per_1000", "of": "residents", "numerator": {"disability": ["disabled"]},
        "population": {"dataset": "residents", "column": "people", "where": {"what": ["residents"]}},
    },
    breakdowns=[["ethnicity_5"], ["sex"]],
    polarity="contextual",
)  # fmt: skip
ETHNIC = {"indian": 100, "pakistani": 50, "african": 40, "white_british": 700, "white_other": 60}


def rows(*lines: tuple[str, str | None, str | None, float]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=["what", "ethnicity", "sex", "people"])


def of(**days: pd.DataFrame) -> Population:
    """`estimate` and `census`, the newest first."""
    named = {"estimate": ESTIMATE, "census": CENSUS}
    assert KPI.measure.population is not None
    return population_of(configuration(), KPI, KPI.measure.population, {named[name]: frame for name, frame in days.items()})


def by_group(**more: float) -> pd.DataFrame:
    return rows(("residents", None, None, 950), *(("residents", e, None, n) for e, n in {**ETHNIC, **more}.items()))


def test_everybody_is_of_the_newest_day_and_groups_are_of_the_newest_that_tells_them() -> None:
    found = of(estimate=rows(("residents", None, None, 1000)), census=by_group())
    assert found.people == {"": 1000, "ethnicity_5=asian": 150, "ethnicity_5=black": 40, "ethnicity_5=white": 760}
    assert set(found.day.values()) == {ESTIMATE, CENSUS}
    assert found.day[""] == ESTIMATE


def test_a_breakdown_of_which_a_part_is_not_told_has_no_people_on_that_day() -> None:
    """Without the Pakistani residents the Asian ones would be too few, and rates of them too high."""
    part = by_group()
    part = part[part["ethnicity"] != "pakistani"]
    assert of(estimate=part).people == {"": 950}
    assert of(estimate=part, census=by_group()).day["ethnicity_5=white"] == CENSUS


def test_what_is_counted_and_what_it_is_by_are_never_mixed() -> None:
    """Households are no residents, and women among Indian residents are neither Indian residents nor women."""
    frame = pd.concat(
        [by_group(), rows(("households", None, None, 400), ("households", "indian", None, 40), ("residents", "indian", "female", 51))]
    )
    found = of(census=frame)
    assert found.people == {"": 950, "ethnicity_5=asian": 150, "ethnicity_5=black": 40, "ethnicity_5=white": 760}


def test_a_number_that_stands_twice_or_is_missing_is_not_told() -> None:
    twice = pd.concat([by_group(), rows(("residents", None, None, 951), ("residents", "african", None, 41))])
    assert of(census=twice).people == {}
    assert of(census=by_group(african=np.nan)).people == {"": 950}


def test_where_nothing_is_loaded_by_the_end_of_the_period_there_are_no_people() -> None:
    """Neither a table that does not exist yet nor numbers of a later day are asked."""
    found = replace(configuration(), kpis={KPI.id: KPI})
    with a_source(found, []) as source:
        assert fetch_populations(source, found, "hr", ESTIMATE) == {KPI.id: Population()}
        prepare_tables(source, found, "residents")
        write_snapshot(source, Snapshot("residents", ESTIMATE, 1, 1, 0, datetime(2026, 1, 1), (), "", ""))
        line = {"as_at": ESTIMATE, "row_number": 1, "unit": "council", "counts_once": True, "what": "residents", "people": 1000}
        table = dataset_table(found, "residents")
        source.insert(table, pd.DataFrame([line], columns=[c.name for c in table.columns]))
        assert fetch_populations(source, found, "hr", date(2025, 6, 29)) == {KPI.id: Population()}
        assert fetch_populations(source, found, "hr", date(2026, 3, 31))[KPI.id] == Population({"": 1000.0}, {"": ESTIMATE})
