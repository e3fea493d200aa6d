"""Standardised rates, differences of rates and disparity between groups, against published examples and other people's arithmetic."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.errors import CountsError
from metrics.statistics.inequality import between_group_variance, index_of_disparity
from metrics.statistics.rates import rate, rate_difference, rate_ratio
from metrics.statistics.standardised import standardised_rate

CASES, BIRTHS = pd.Series([0, 8, 63, 112, 262, 295]), pd.Series([327, 30666, 123419, 149919, 104088, 34392])
EVERY_BIRTH = pd.Series([319933, 931318, 786511, 488235, 237863, 61313])
"""Fay and Feuer (1997): births after the fourth, by age of the mother, and all births."""


def test_the_standardised_rate_is_the_published_one() -> None:
    """75.52901, as the authors of R's dsrTest print it for the same data; limits by the formula of Dobson, with exact ones of the count."""
    value, lower, upper = standardised_rate(CASES, BIRTHS, EVERY_BIRTH)
    assert value == pytest.approx(75.52901, abs=5e-6)
    weight = EVERY_BIRTH / EVERY_BIRTH.sum() / BIRTHS
    step = ((weight**2 * CASES).sum() / 740) ** 0.5 * 1e5
    exact = stats.chi2.ppf(0.025, 2 * 740) / 2, stats.chi2.ppf(0.975, 2 * 741) / 2
    assert lower == pytest.approx(value + step * (exact[0] - 740), rel=1e-3)
    assert upper == pytest.approx(value + step * (exact[1] - 740), rel=1e-3)


@given(st.lists(st.tuples(st.integers(3, 500), st.integers(1_000, 90_000)), min_size=4, max_size=8))
def test_with_its_own_ages_as_the_standard_it_is_the_crude_rate(bands: list[tuple[int, int]]) -> None:
    events, people = pd.Series([e for e, _ in bands]), pd.Series([n for _, n in bands])
    crude = rate(pd.Series([events.sum()]), pd.Series([people.sum()]), 100_000).iloc[0]
    assert standardised_rate(events, people, people) == pytest.approx(tuple(crude))


def test_there_is_none_of_few_events_nor_where_a_band_has_nobody() -> None:
    few = standardised_rate(pd.Series([4, 5]), pd.Series([100, 100]), pd.Series([1, 1]))
    empty = standardised_rate(pd.Series([40, 0]), pd.Series([100, 0]), pd.Series([1, 1]))
    assert np.isnan([*few, *empty]).all()
    assert standardised_rate(pd.Series([40, 0]), pd.Series([100, 0]), pd.Series([1, 0]))[0] == pytest.approx(
        40_000
    )  # nobody of the standard
    with pytest.raises(CountsError, match="negative"):
        standardised_rate(pd.Series([-1]), pd.Series([100]), pd.Series([1]))


@given(st.integers(0, 900), st.integers(5_000, 90_000), st.integers(0, 900), st.integers(5_000, 90_000))
def test_a_difference_of_rates_and_its_limits_turn_round_with_the_sides(a: int, n: int, c: int, m: int) -> None:
    sides = [pd.Series([v]) for v in (a, n, c, m)]
    there, back = rate_difference(*sides).iloc[0], rate_difference(*sides[2:], *sides[:2]).iloc[0]
    assert tuple(there) == pytest.approx((-back["value"], -back["upper"], -back["lower"]))
    assert there["lower"] <= there["value"] <= there["upper"]


def test_of_many_events_the_limits_are_those_of_the_normal_curve() -> None:
    a, n, c, m = 40_000, 9_000_000, 36_000, 9_500_000
    found = rate_difference(*[pd.Series([v]) for v in (a, n, c, m)]).iloc[0]
    reach = 1.959964 * (a / n**2 + c / m**2) ** 0.5 * 1000
    assert (found["upper"] - found["lower"]) / 2 == pytest.approx(reach, rel=5e-3)


def test_the_ratio_of_two_rates_is_that_of_the_reference() -> None:
    """Seen from both sides the ratio is its own inverse, limits and all; where there was none on either side there is none."""
    found = rate_ratio(*[pd.Series([v]) for v in (460, 1_144_900, 410, 1_140_000)]).iloc[0]
    assert tuple(found.round(3)) == (1.117, 0.978, 1.276)
    other = rate_ratio(*[pd.Series([v]) for v in (410, 1_140_000, 460, 1_144_900)]).iloc[0]
    assert (found["lower"], found["upper"]) == pytest.approx((1 / other["upper"], 1 / other["lower"]))
    assert rate_ratio(*[pd.Series([v]) for v in (0, 100, 5, 100)]).isna().all(axis=None)


SATISFIED, ASKED = pd.Series([72.0, 64, 68, 76, 70]), pd.Series([3100, 1090, 480, 4860, 470])


def test_disparity_is_that_of_the_worked_numbers() -> None:
    overall = float(np.average(SATISFIED, weights=ASKED))
    assert overall == pytest.approx(72.786)
    assert 100 * index_of_disparity(SATISFIED, 76) == pytest.approx(9.87, abs=0.005)
    assert 100 * index_of_disparity(SATISFIED, overall) == pytest.approx(5.59, abs=0.005)
    assert between_group_variance(SATISFIED, ASKED) == pytest.approx(float(np.cov(SATISFIED, fweights=ASKED, ddof=0)))
    assert between_group_variance(SATISFIED, ASKED) ** 0.5 == pytest.approx(3.88, abs=0.005)


def test_disparity_of_groups_that_are_alike_is_nothing_and_of_a_hidden_group_unknown() -> None:
    alike = pd.Series([70.0, 70, 70])
    assert index_of_disparity(alike, 70.0) == between_group_variance(alike, pd.Series([1, 2, 3])) == 0
    hidden = pd.Series([70.0, np.nan, 60])
    assert np.isnan([index_of_disparity(hidden, 70.0), between_group_variance(hidden, pd.Series([1, 2, 3]))]).all()
    assert np.isnan(index_of_disparity(pd.Series([70.0]), 70.0))
