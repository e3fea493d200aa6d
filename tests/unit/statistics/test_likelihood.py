"""Ratios of shares and of ratios against the worked numbers, scipy, and plain formulas written out again."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import odds_ratio, relative_risk

from metrics.errors import CountsError
from metrics.statistics.inequality import dissimilarity
from metrics.statistics.likelihood import enough, ratio_of_ratios, relative_likelihood


def series(*values: float) -> pd.Series:
    return pd.Series(list(values), dtype=float)


def one(*numbers: float) -> list[float]:
    return [float(x) for x in relative_likelihood(*(series(n) for n in numbers)).iloc[0]]


@pytest.mark.parametrize(
    ("counts", "value", "lower", "upper"),
    [
        ((63, 420, 38, 380), 1.50, 1.03, 2.19),
        ((38, 380, 63, 420), 0.67, 0.46, 0.97),
        ((24, 3000, 21, 6000), 2.29, 1.27, 4.10),
        ((1980, 6000, 900, 3000), 1.10, 1.03, 1.17),
    ],
)
def test_the_worked_likelihoods(counts: tuple[int, ...], value: float, lower: float, upper: float) -> None:
    assert np.round(one(*counts), 2).tolist() == [value, lower, upper]


def test_the_worked_standard_error_of_the_logarithm() -> None:
    value, lower, upper = one(63, 420, 38, 380)
    assert math.log(upper / lower) / 2 / 1.959964 == pytest.approx(0.192811, abs=5e-7)
    assert (value, round(lower, 3), round(upper, 3)) == (pytest.approx(1.5), 1.028, 2.189)


def test_half_a_person_is_added_to_each_cell_where_one_is_empty() -> None:
    """0 of 200 against 3 of 400: 0.285 (0.015 to 5.49), and not enough to show."""
    value, lower, upper = one(0, 200, 3, 400)
    assert (round(value, 3), round(lower, 3), round(upper, 2)) == (0.285, 0.015, 5.49)
    assert not enough(series(200), series(400), events=(series(0), series(3)))[0]


def test_where_it_happened_to_everybody_the_value_stays_the_plain_quotient() -> None:
    value, lower, upper = one(20, 20, 10, 20)
    assert value == 2.0
    halves = (20.5 / 21) / (10.5 / 21)
    reach = math.exp(stats.norm.ppf(0.975) * math.sqrt(1 / 20.5 - 1 / 21 + 1 / 10.5 - 1 / 21))
    assert (lower, upper) == pytest.approx((halves / reach, halves * reach))


def test_an_empty_pool_gives_nothing_and_a_missing_count_stays_missing() -> None:
    found = relative_likelihood(series(0, math.nan, 3), series(0, 20, 20), series(3, 3, math.nan), series(20, 20, 20))
    assert found.isna().all(axis=None)


def test_events_beyond_their_pool_are_refused() -> None:
    with pytest.raises(CountsError):
        relative_likelihood(series(3), series(20), series(21), series(20))
    with pytest.raises(CountsError):
        ratio_of_ratios(series(-1), series(20), series(21), series(20))


POOL = st.integers(1, 4000)


@st.composite
def two_pools(draw: st.DrawFn) -> tuple[int, int, int, int]:
    n, m = draw(POOL), draw(POOL)
    return draw(st.integers(0, n)), n, draw(st.integers(0, m)), m


@settings(max_examples=40)
@given(two_pools())
def test_katz_agrees_with_scipy_where_no_cell_is_empty(counts: tuple[int, int, int, int]) -> None:
    a, n, c, m = counts
    if 0 < a < n and 0 < c < m:
        theirs = relative_risk(a, n, c, m)
        limits = theirs.confidence_interval(0.95)
        assert one(*counts) == pytest.approx([theirs.relative_risk, limits.low, limits.high])


@settings(max_examples=40)
@given(two_pools())
def test_the_interval_of_the_inverse_is_the_inverse_of_the_interval(counts: tuple[int, int, int, int]) -> None:
    a, n, c, m = counts
    value, lower, upper = one(a, n, c, m)
    assert one(c, m, a, n) == pytest.approx([1 / value, 1 / upper, 1 / lower])
    assert 0 < lower <= value <= upper < math.inf


@settings(max_examples=40)
@given(two_pools())
def test_the_value_is_what_counting_row_by_row_gives(counts: tuple[int, int, int, int]) -> None:
    a, n, c, m = counts
    if a and c:
        rows = pd.DataFrame({"group": ["a"] * n + ["b"] * m, "happened": [True] * a + [False] * (n - a) + [True] * c + [False] * (m - c)})
        shares = rows.groupby("group")["happened"].mean()
        assert one(*counts)[0] == pytest.approx(shares["a"] / shares["b"])


@pytest.mark.parametrize("pools", [(9, 400), (400, 9)])
def test_a_pool_under_ten_is_not_enough(pools: tuple[int, int]) -> None:
    assert not enough(*(series(n) for n in pools), events=(series(4), series(4)))[0]
    assert enough(series(10), series(10), events=(series(1), series(1)))[0]


@settings(max_examples=40)
@given(st.lists(st.integers(1, 900), min_size=4, max_size=4))
def test_the_ratio_of_ratios_is_woolfs_odds_ratio(cells: list[int]) -> None:
    a, b, c, d = cells
    found = ratio_of_ratios(*(series(n) for n in cells)).iloc[0]
    reach = stats.norm.ppf(0.975) * math.sqrt(sum(1 / n for n in cells))
    wanted = math.log(a / b) - math.log(c / d)
    assert [math.log(x) for x in found] == pytest.approx([wanted, wanted - reach, wanted + reach])
    assert found["value"] == pytest.approx(odds_ratio([[a, b], [c, d]], kind="sample").statistic)


def test_an_empty_cell_of_a_ratio_of_ratios_adds_half_to_each() -> None:
    found = ratio_of_ratios(series(20), series(0), series(30), series(10)).iloc[0]
    assert found["value"] == pytest.approx((20.5 / 0.5) / (30.5 / 10.5))


SHARES = st.lists(st.integers(0, 50), min_size=2, max_size=7).filter(any)


@given(SHARES, st.data())
def test_dissimilarity_is_who_would_have_to_change_group(ours: list[int], data: st.DataObject) -> None:
    theirs = data.draw(st.lists(st.integers(0, 50), min_size=len(ours), max_size=len(ours)).filter(any))
    w, p = pd.Series(ours) / sum(ours), pd.Series(theirs) / sum(theirs)
    found = dissimilarity(w, p)
    assert found == pytest.approx(sum(max(a - b, 0) for a, b in zip(w, p, strict=True)))
    assert 0 <= found <= 1 + 1e-12
    assert dissimilarity(p, w) == pytest.approx(found)
    assert dissimilarity(w, w) == 0


def test_dissimilarity_is_missing_where_a_share_is() -> None:
    assert math.isnan(dissimilarity(series(0.5, math.nan), series(0.5, 0.5)))
