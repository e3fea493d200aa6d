"""Rates over a published population, their ratios and disparity are published only as their shown events and printed people give them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.releases.certified import faults
from metrics.releases.over_groups import not_disparity
from metrics.releases.worked_out import not_worked_out
from metrics.report import ESTIMATE_COLUMNS
from metrics.statistics.inequality import index_of_disparity
from metrics.statistics.rates import rate, rate_ratio

THREE = st.sampled_from(["value", "lower", "upper"])


def cells(*rows: dict[str, Any]) -> pd.DataFrame:
    plain = {"kpi": "HC01", "breakdown": "", "unit": "council", "group": "", "marker": "", "note": ""}
    return pd.DataFrame([{**plain, **row} for row in rows]).reindex(columns=list(ESTIMATE_COLUMNS))


def wrong(measure: str, events: dict[str, float], figure: dict[str, Any]) -> bool:
    parts = {name: np.array([float(n)]) for name, n in events.items()}
    return bool(not_worked_out(cells(figure), parts, np.array([measure], dtype=object))[0])


def three(frame: pd.DataFrame) -> dict[str, float]:
    return {str(k): float(v) for k, v in frame.iloc[0].items()}


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 900), st.integers(500, 2_000_000), st.sampled_from([1_000, 10_000, 100_000]), THREE)
def test_a_rate_is_that_of_its_events_and_the_printed_people(events: int, people: int, per: int, column: str) -> None:
    figure = {"numerator": events, "denominator": people, **three(rate(pd.Series([events]), pd.Series([people]), per))}
    counts = {"numerator": events, "denominator": events, "everyone": events}
    assert not wrong("population_rate", counts, figure)
    assert wrong("population_rate", counts, {**figure, column: figure[column] * 1.01 + 0.001})
    assert wrong("population_rate", {**counts, "numerator": events + 3}, figure)  # the true number behind a rounded one


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 900), st.integers(1_000, 90_000), st.integers(1, 900), st.integers(1_000, 90_000), THREE)
def test_a_ratio_is_that_of_both_groups_events(a: int, n: int, c: int, m: int, column: str) -> None:
    made = three(rate_ratio(*(pd.Series([number]) for number in (a, n, c, m))))
    figure = {"group": "ethnicity_5=black", "numerator": a, "denominator": n, "reference_value": 1000 * c / m, **made}
    counts = {"numerator": a, "denominator": a + c, "everyone": a + c, "reference_numerator": c}
    assert not wrong("rate_ratio", counts, figure)
    assert wrong("rate_ratio", counts, {**figure, column: figure[column] * 1.01})
    assert wrong("rate_ratio", {**counts, "numerator": a + 1}, figure)


@pytest.mark.parametrize("hidden", ["numerator", "reference_numerator"])
def test_with_either_number_of_events_hidden_no_ratio_may_stand(hidden: str) -> None:
    parts = ("numerator", "reference_numerator")
    shown = np.array([np.nan if part == hidden else n for part, n in zip(parts, (30, 75), strict=True)])
    regions = {part: np.array([place]) for place, part in enumerate(parts)}
    row = {"group": "ethnicity_5=black", "denominator": 1000, "value": 2.0, "reference_value": 15.0}
    found = faults(cells({**row, "kpi": "SO01"}), regions, shown, {"SO01": "rate_ratio"})
    assert "hold a value that is made of a hidden count" in found


def test_published_people_are_no_count_of_the_system_and_a_highest_ratio_is_one_of_its_groups() -> None:
    """The denominator is not held against a count; the whole unit's figure is one of those printed beside it."""
    made = three(rate_ratio(*(pd.Series([number]) for number in (30, 1000, 75, 5000))))
    group = {"kpi": "SO01", "breakdown": "ethnicity_5", "group": "ethnicity_5=black", "numerator": 30, "denominator": 1000, **made}
    whole = {"kpi": "SO01", "numerator": 140, "denominator": 9000, "value": made["value"]}
    shown = np.array([30.0, 75.0, 140.0])
    regions = {"numerator": np.array([2, 0]), "reference_numerator": np.array([-1, 1])}
    frame = cells(whole, {**group, "reference_value": 15.0})
    assert faults(frame, regions, shown, {"SO01": "rate_ratio"}) == {}
    told = faults(frame.assign(value=[3.1, made["value"]]), regions, shown, {"SO01": "rate_ratio"})
    assert "hold a value that is not made of their printed counts" in told


ASKED = {"asian": (60, 100), "black": (25, 50), "white": (160, 200), "other": (3, 12)}


def disparity(index: float, **hidden: float) -> np.ndarray:
    groups = [
        {"group": f"ethnicity_5={g}", "breakdown": "ethnicity_5", "numerator": a, "denominator": n, "value": hidden.get(g, a / n)}
        for g, (a, n) in ASKED.items()
    ]
    frame = cells({"value": index}, *groups)
    return not_disparity(frame, np.full(len(frame), "index_of_disparity", dtype=object))


def test_an_index_is_made_of_the_printed_shares_of_the_groups_that_are_large_enough() -> None:
    values = pd.Series([a / n for a, n in ASKED.values()])
    large = values.iloc[:3]  # without the twelve
    overall = 245 / 350
    for index in (index_of_disparity(values, 0.8), index_of_disparity(large, 0.8), index_of_disparity(large, 0.5)):
        assert not disparity(index).any()
    assert not disparity(index_of_disparity(large, overall)).any()
    assert disparity(0.9 * index_of_disparity(large, 0.8)).tolist() == [True, False, False, False, False]


def test_no_hidden_group_stands_behind_an_index() -> None:
    hidden = index_of_disparity(pd.Series([0.6, 0.5, 0.8]), 0.8)
    assert disparity(hidden, black=np.nan)[0]
