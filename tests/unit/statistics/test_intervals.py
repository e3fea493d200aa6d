"""Intervals against published numbers, scipy, and plain formulas written out again."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.errors import CountsError
from metrics.statistics.intervals import (
    check_counts,
    mean_interval,
    median_interval,
    median_ranks,
    newcombe,
    newcombe_within,
    welch,
    wilson,
)


def series(*values: float) -> pd.Series:
    return pd.Series(list(values), dtype=float)


@pytest.mark.parametrize(
    ("x", "n", "lower", "upper"),
    [
        (12, 48, 0.1492, 0.3878),
        (0, 20, 0.0000, 0.1611),
        (5, 5, 0.5655, 1.0000),
        (3080, 11000, 0.2717, 0.2885),
        (0.78 * 687.5, 687.5, 0.7475, 0.8094),  # a survey with n_eff 687.5
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I
        (15, 148, 0.0624, 0.1605),  # Newcombe 1998, table I
        (1, 29, 0.0061, 0.1718),  # Newcombe 1998, table I
    ],
)
def test_wilson_gives_the_published_limits(x: float, n: float, lower: float, upper: float) -> None:
    assert wilson(series(x), series(n)).round(4).values.tolist() == [[lower, upper]]


def test_wilson_agrees_with_scipy() -> None:
    for x, n in [(0, 1), (1, 1), (7, 31), (499, 500), (2500, 9999)]:
        theirs = stats.binomtest(x, n).proportion_ci(0.95, method="wilson")
        assert wilson(series(x), series(n)).values[0] == pytest.approx([theirs.low, theirs.high], abs=1e-12)


def test_nobody_to_count_gives_no_interval() -> None:
    assert wilson(series(0, math.nan), series(0, 10)).isna().all(axis=None)


def test_counts_that_cannot_be_are_refused_all_at_once_without_naming_them() -> None:
    with pytest.raises(CountsError) as refused:
        check_counts(series(-1, 7, 3), series(5, 6, 3))
    assert len(refused.value.problems) == 2
    assert "7" not in str(refused.value)
    assert "1 of 3 groups" in str(refused.value)


def test_newcombe_gives_the_worked_difference() -> None:
    found = newcombe(series(63), series(420), series(38), series(380))
    assert (found * 100).round(2).values.tolist() == [[0.38, 9.56]]


@pytest.mark.parametrize(
    ("a", "m", "b", "n", "lower", "upper"),
    [(56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090), (10, 10, 0, 20, 0.6791, 1.0), (5, 56, 0, 29, -0.0381, 0.1926)],
)
def test_newcombe_gives_the_limits_printed_by_newcombe(a: int, m: int, b: int, n: int, lower: float, upper: float) -> None:
    """Newcombe (1998), Statistics in Medicine 17:873, table II, method 10."""
    found = newcombe(series(a), series(m), series(b), series(n)).values[0]
    assert found == pytest.approx([lower, upper], abs=6e-5)


def test_a_group_within_the_whole_is_held_against_the_rest() -> None:
    """60 of 150 inside, 90 of 350 outside: the whole is 150 of 500, and the rest seven tenths of it."""
    found = newcombe_within(series(60), series(150), series(150), series(500)).values[0]
    assert found == pytest.approx(0.7 * newcombe(series(60), series(150), series(90), series(350)).values[0])
    assert found[0] < 60 / 150 - 150 / 500 < found[1]


def test_a_group_that_is_all_of_the_whole_differs_by_nothing() -> None:
    assert newcombe_within(series(3), series(9), series(3), series(9)).values.tolist() == [[0.0, 0.0]]
    assert newcombe_within(series(0), series(0), series(0), series(0)).isna().all(axis=None)


def test_rounded_counts_of_the_rest_stay_counts() -> None:
    found = newcombe_within(series(20, 10, 20), series(30, 30, 30), series(15, 45, 40), series(40, 60, 25))
    assert found.iloc[0].tolist() == newcombe_within(series(20), series(30), series(20), series(40)).values[0].tolist()
    assert found.iloc[1].tolist() == newcombe_within(series(10), series(30), series(40), series(60)).values[0].tolist()
    assert found.iloc[2].tolist() == [0.0, 0.0]


def test_the_range_within_a_whole_holds_the_truth_as_often_as_it_says() -> None:
    """Drawn again and again: 19 in 20 of the ranges hold it. Ranges for two groups apart would nearly always."""
    rng = np.random.default_rng(20)
    inside, outside, p, q = 400, 1200, 0.45, 0.6
    a, b = rng.binomial(inside, p, 20_000), rng.binomial(outside, q, 20_000)
    truth = p - (inside * p + outside * q) / (inside + outside)
    counts = [pd.Series(x) for x in (a, np.full(20_000, inside), a + b, np.full(20_000, inside + outside))]
    within, apart = newcombe_within(*counts), newcombe(*counts)
    assert ((within["lower"] <= truth) & (truth <= within["upper"])).mean() == pytest.approx(0.95, abs=0.005)
    assert ((apart["lower"] <= truth) & (truth <= apart["upper"])).mean() > 0.98


def test_welch_gives_the_worked_difference_of_mean_pay() -> None:
    found = welch(series(40), series(17.80), series(4.20**2), series(60), series(16.90), series(3.90**2)).iloc[0]
    assert found["standard_error"] == pytest.approx(0.833367, abs=5e-7)
    assert (found["lower"], found["upper"]) == pytest.approx((-0.759, 2.559), abs=5e-4)
    assert found["difference"] / found["standard_error"] == pytest.approx(1.079955, abs=1e-5)
    assert found["degrees"] == pytest.approx(79.39, abs=0.01)


def test_welch_agrees_with_scipy_on_rows() -> None:
    random = np.random.default_rng(5)
    a, b = random.normal(18, 4, 40), random.normal(17, 3, 60)
    theirs = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    ours = welch(series(40), series(a.mean()), series(a.var(ddof=1)), series(60), series(b.mean()), series(b.var(ddof=1)))
    assert ours[["lower", "upper"]].values[0] == pytest.approx([theirs.low, theirs.high], abs=1e-10)


def test_mean_interval_agrees_with_scipy_on_rows() -> None:
    rows = np.random.default_rng(3).normal(18, 4, 40)
    theirs = stats.ttest_1samp(rows, 0).confidence_interval(0.95)
    ours = mean_interval(series(40), series(rows.mean()), series(rows.var(ddof=1)))
    assert ours.values[0] == pytest.approx([theirs.low, theirs.high], abs=1e-10)


def test_one_person_has_no_interval_of_a_mean() -> None:
    assert mean_interval(series(1), series(20.0), series(0.0)).isna().all(axis=None)


def test_interval_of_the_womens_median_is_the_worked_one() -> None:
    women = np.array([11.90, 12.10, 12.35, 12.60, 12.60, 13.05, 13.90, 14.20, 15.10, 15.60, 17.00, 19.95, 26.30])
    low, high, cover = median_ranks(13) or (0, 0, 0.0)
    assert (low, high, round(cover, 3)) == (3, 11, 0.978)
    assert median_interval(13, women, 1) == (12.35, 17.00)
    assert median_interval(13, women[2:11], 3) == (12.35, 17.00)


def test_values_that_were_not_handed_over_give_no_interval() -> None:
    assert all(map(math.isnan, median_interval(13, np.array([12.6, 13.05]), 5)))
    assert all(map(math.isnan, median_interval(5, np.arange(5.0), 1)))


@pytest.mark.parametrize("n", [6, 7, 10, 22, 101, 1000])
def test_median_ranks_cover_by_adding_up_binomial_chances(n: int) -> None:
    low, high, cover = median_ranks(n) or (0, 0, 0.0)
    chance = [math.comb(n, k) / 2**n for k in range(n + 1)]
    assert cover == pytest.approx(sum(chance[low:high]), abs=1e-9)
    assert cover >= 0.95 > sum(chance[low + 1 : high - 1])


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_wilson_holds_the_share_and_stays_between_0_and_1(x: int, n: int) -> None:
    x = min(x, n)
    lower, upper = wilson(series(x), series(n)).values[0]
    assert 0 <= lower <= x / n <= upper <= 1


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_rises_with_the_numerator_and_narrows_with_more_people(x: int, n: int) -> None:
    x = min(x, n - 1)
    few = wilson(series(x, x + 1), series(n, n)).values
    assert few[1][0] >= few[0][0]
    assert few[1][1] >= few[0][1]
    many = wilson(series(4 * x), series(4 * n)).values[0]
    assert many[1] - many[0] <= few[0][1] - few[0][0]


@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 300), st.integers(1, 300))
def test_newcombe_holds_the_difference_and_turns_its_sign_with_the_order(a: int, m: int, b: int, n: int) -> None:
    a, b = min(a, m), min(b, n)
    lower, upper = newcombe(series(a), series(m), series(b), series(n)).values[0]
    assert -1 - 1e-12 <= lower <= a / m - b / n <= upper <= 1 + 1e-12
    other = newcombe(series(b), series(n), series(a), series(m)).values[0]
    assert other == pytest.approx([-upper, -lower], abs=1e-12)
