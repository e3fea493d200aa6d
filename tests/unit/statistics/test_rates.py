"""Counts and rates of events against the worked numbers, the exact distribution, and plain formulas written out again."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from metrics.errors import CountsError
from metrics.statistics.rates import BYAR_FROM, byar, exact_poisson, rate, rate_ratio


def series(*values: float) -> pd.Series:
    return pd.Series(list(values), dtype=float)


def test_the_worked_limits_of_counts() -> None:
    assert byar(series(37)).round(3).values.tolist() == [[26.048, 51.001]]
    assert exact_poisson(series(37)).round(3).values.tolist() == [[26.051, 51.000]]
    assert exact_poisson(series(6)).round(4).values.tolist() == [[2.2019, 13.0595]]
    assert exact_poisson(series(0)).round(4).values.tolist() == [[0, 3.6889]]


@pytest.mark.parametrize(
    ("events", "population", "wanted"),
    [
        (37, 145_000, (0.2552, 0.1796, 0.3517)),
        (6, 20_000, (0.300, 0.1101, 0.6530)),
        (0, 20_000, (0, 0, 0.1844)),
    ],
)
def test_the_worked_rates_per_thousand(events: int, population: int, wanted: tuple[float, ...]) -> None:
    assert rate(series(events), series(population)).iloc[0].round(4).tolist() == list(wanted)


def test_the_worked_ratio_of_rates_is_not_a_clear_rise() -> None:
    found = rate_ratio(series(460), series(1_144_900), series(410), series(1_140_000)).iloc[0]
    assert found.round(3).tolist() == [1.117, 0.978, 1.276]


def test_the_method_changes_at_ten_events() -> None:
    counts = series(9, 10)
    found = rate(counts, series(1000, 1000), per=1)
    assert found.loc[0, "lower"] == exact_poisson(counts).loc[0, "lower"] / 1000
    assert found.loc[1, "lower"] == byar(counts).loc[1, "lower"] / 1000
    assert BYAR_FROM == 10


@given(st.integers(0, 3000))
def test_exact_limits_leave_half_of_one_in_twenty_on_either_side(events: int) -> None:
    lower, upper = exact_poisson(series(events)).iloc[0]
    assert stats.poisson.cdf(events, upper) == pytest.approx(0.025)
    assert lower == 0 if events == 0 else stats.poisson.sf(events - 1, lower) == pytest.approx(0.025)


@settings(max_examples=40)
@given(st.integers(BYAR_FROM, 100_000))
def test_byar_is_close_to_the_exact_limits(events: int) -> None:
    assert byar(series(events)).iloc[0].tolist() == pytest.approx(exact_poisson(series(events)).iloc[0].tolist(), rel=2e-3)


@settings(max_examples=40)
@given(st.integers(1, 2000), st.integers(1, 10**6), st.integers(1, 2000), st.integers(1, 10**6))
def test_a_ratio_of_rates_and_its_inverse(a: int, n: int, c: int, m: int) -> None:
    value, lower, upper = rate_ratio(series(a), series(n), series(c), series(m)).iloc[0]
    assert value == pytest.approx((a / n) / (c / m))
    assert math.log(upper / lower) == pytest.approx(2 * stats.norm.ppf(0.975) * math.sqrt(1 / a + 1 / c))
    assert rate_ratio(series(c), series(m), series(a), series(n)).iloc[0].tolist() == pytest.approx([1 / value, 1 / upper, 1 / lower])


def test_nobody_lives_there_or_nothing_happened() -> None:
    assert rate(series(3, math.nan), series(0, 10)).isna().all(axis=None)
    assert rate_ratio(series(0), series(10), series(3), series(10)).isna().all(axis=None)


def test_negative_numbers_are_refused_without_naming_them() -> None:
    with pytest.raises(CountsError) as refused:
        rate(series(-7), series(10))
    assert "7" not in str(refused.value)
