"""Target paths, changes between two figures, and shares beside a benchmark."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.statistics.change import difference
from metrics.statistics.intervals import newcombe, wilson
from metrics.statistics.targets import representation_index
from metrics.statistics.trajectory import path_value

POINTS = [(date(2022, 3, 31), 21.0), (date(2024, 3, 31), 25.0), (date(2026, 3, 31), 29.5), (date(2030, 3, 31), 38.0)]


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2022, 3, 31), 21.0),
        (date(2023, 3, 31), 21.0 + 4.0 * 365 / 731),  # 2024 has a 29 February
        (date(2024, 3, 31), 25.0),
        (date(2025, 3, 31), 27.25),
        (date(2026, 3, 31), 29.5),
        (date(2028, 3, 31), 29.5 + 8.5 * 731 / 1461),
        (date(2031, 1, 1), 38.0),
    ],
)
def test_the_path_runs_straight_by_days(day: date, value: float) -> None:
    assert path_value(day, POINTS) == pytest.approx(value)


def test_before_the_first_point_there_is_no_path() -> None:
    assert math.isnan(path_value(date(2022, 3, 30), POINTS))
    assert math.isnan(path_value(date(2022, 3, 30), []))


@given(st.integers(0, 4000))
def test_a_rising_path_never_falls(step: int) -> None:
    here = date.fromordinal(date(2022, 3, 31).toordinal() + step)
    assert path_value(here, POINTS) <= path_value(date.fromordinal(here.toordinal() + 1), POINTS) <= 38.0


@pytest.mark.parametrize(("benchmark", "index"), [(0.42, 0.667), (0.421, 0.665), (0.514, 0.545)])
def test_representation_index_of_the_worked_shares(benchmark: float, index: float) -> None:
    share = wilson(pd.Series([3080.0]), pd.Series([11000.0])).assign(value=0.28)
    found = representation_index(share[["value", "lower", "upper"]], pd.Series([benchmark])).iloc[0]
    assert round(found["value"], 3) == index
    assert found["lower"] == pytest.approx(0.2717 / benchmark, abs=2e-4)


def test_change_of_two_shares_is_newcombes_interval() -> None:
    counts = [pd.Series([float(n)]) for n in (63, 420, 38, 380)]
    now = wilson(counts[0], counts[1]).assign(value=counts[0] / counts[1])
    then = wilson(counts[2], counts[3]).assign(value=counts[2] / counts[3])
    found = difference(now, then)
    assert found[["change_lower", "change_upper"]].values == pytest.approx(newcombe(*counts).values, abs=1e-12)


def test_change_without_limits_has_a_size_and_no_limits() -> None:
    now = pd.DataFrame({"value": [10984.0], "lower": [np.nan], "upper": [np.nan]})
    then = pd.DataFrame({"value": [10864.0], "lower": [np.nan], "upper": [np.nan]})
    found = difference(now, then).iloc[0]
    assert found["change"] == 120
    assert math.isnan(found["change_lower"])


@given(*[st.floats(-1, 1) for _ in range(2)], *[st.floats(0, 1) for _ in range(4)])
def test_change_interval_holds_the_change(a: float, b: float, al: float, au: float, bl: float, bu: float) -> None:
    now = pd.DataFrame({"value": [a], "lower": [a - al], "upper": [a + au]})
    then = pd.DataFrame({"value": [b], "lower": [b - bl], "upper": [b + bu]})
    found = difference(now, then).iloc[0]
    assert found["change_lower"] <= found["change"] <= found["change_upper"]
