"""Pay gaps against the worked numbers and against plain resampling of raw rows."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics.pay import (
    MiddleOfGroup,
    median_gap_limits,
    pay_gap,
    pay_gap_of_means,
    pay_gap_of_medians,
    resampled_median,
)

WORKED = """
11.90F 12.10F 12.20M 12.35F 12.60F 12.60M 12.60F 12.60M 13.05F 13.40M 13.90F
14.20F 14.75M 15.10F 15.60F 16.25M 17.00F 18.40M 19.95F 22.10M 26.30F 31.75M
"""
MEN = np.array([float(r[:-1]) for r in WORKED.split() if r.endswith("M")])
WOMEN = np.array([float(r[:-1]) for r in WORKED.split() if r.endswith("F")])


def whole(values: np.ndarray) -> MiddleOfGroup:
    return MiddleOfGroup(len(values), np.sort(values), 1)


def middle(values: np.ndarray, reach: int) -> MiddleOfGroup:
    """Only the values around the middle, as a source would hand them over."""
    first = max(1, (len(values) + 1) // 2 - reach)
    last = min(len(values), len(values) + 1 - first)
    return MiddleOfGroup(len(values), np.sort(values)[first - 1 : last], first)


def test_the_worked_data_set_is_copied_right() -> None:
    assert (len(MEN), len(WOMEN)) == (9, 13)
    assert MEN.sum() == pytest.approx(154.05)
    assert WOMEN.sum() == pytest.approx(196.65)


def test_gap_of_means_and_of_medians_of_the_worked_data_set() -> None:
    gaps = pay_gap(pd.Series([WOMEN.mean(), np.median(WOMEN)]), pd.Series([MEN.mean(), np.median(MEN)])) * 100
    assert gaps.round(6).tolist() == [11.624597, 5.762712]


def test_official_guidance_check_of_the_mean_gap() -> None:
    assert round(float(pay_gap(pd.Series([46900 / 3100]), pd.Series([23550 / 1345])).iloc[0]) * 100, 3) == 13.594


@pytest.mark.parametrize(
    ("comparison", "reference", "gap"),
    [(15.60, 17.10, 8.8), (15.05, 17.10, 12.0), (16.20, 17.10, 5.3), (15.90, 17.10, 7.0), (15.5012, 17.10, 9.3), (15.4571, 16.9759, 8.9)],
)
def test_ethnicity_gaps_of_the_worked_example(comparison: float, reference: float, gap: float) -> None:
    assert round(float(pay_gap(pd.Series([comparison]), pd.Series([reference])).iloc[0]) * 100, 1) == gap


def test_the_two_binary_definitions_differ_by_definition_alone() -> None:
    n = {"asian": 310, "black": 180, "mixed": 45, "white_other": 60, "other": 8}
    pay = {"asian": 15.60, "black": 15.05, "mixed": 16.20, "white_other": 15.90, "other": 14.90}
    everyone_else = sum(n[g] * pay[g] for g in n) / sum(n.values())
    assert round(everyone_else, 4) == 15.5012
    white = (520 * 17.10 + 60 * 15.90) / 580
    assert round(white, 4) == 16.9759


def test_mean_gap_has_the_worked_delta_limits() -> None:
    found = pay_gap_of_means(*[pd.Series([float(x)]) for x in (60, 16.90, 3.90**2, 40, 17.80, 4.20**2)]) * 100
    assert found.round(2).values.tolist() == [[5.06, -3.83, 13.94]]


def test_delta_limits_agree_with_a_numerical_derivative() -> None:
    women, men, v_women, v_men = 16.9, 17.8, 3.9**2 / 60, 4.2**2 / 40
    step = 1e-6
    by_women = ((men - women - step) / men - (men - women) / men) / step
    by_men = ((men + step - women) / (men + step) - (men - women) / men) / step
    error = math.sqrt(by_women**2 * v_women + by_men**2 * v_men)
    found = pay_gap_of_means(*[pd.Series([float(x)]) for x in (60, 16.90, 3.90**2, 40, 17.80, 4.20**2)]).iloc[0]
    assert found["upper"] - found["value"] == pytest.approx(1.959964 * error, rel=1e-5)


def test_a_reference_group_without_pay_has_no_gap() -> None:
    assert pay_gap(pd.Series([10.0, 10.0]), pd.Series([0.0, math.nan])).isna().all()
    assert all(map(math.isnan, pay_gap_of_medians(whole(WOMEN), 13.9, whole(MEN), 0.0)))


def plain_bootstrap(women: np.ndarray, men: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Men drawn before women in each loop, as the worked example says."""
    random = np.random.default_rng(seed)
    gaps = []
    for _ in range(draws):
        m = np.median(random.choice(men, len(men)))
        w = np.median(random.choice(women, len(women)))
        gaps.append((m - w) / m)
    return np.percentile(gaps, [2.5, 97.5])


def enumerated_limits(women: np.ndarray, men: np.ndarray) -> list[float]:
    """Every pair of resampled medians with its chance, sorted and added up."""
    ours, theirs = resampled_median(whole(women)), resampled_median(whole(men))
    gaps = (1 - ours.values[None, :] / theirs.values[:, None]).ravel()
    order = np.argsort(gaps)
    chance = np.cumsum((theirs.weights[:, None] * ours.weights[None, :]).ravel()[order])
    return [float(gaps[order][np.searchsorted(chance, tail)]) for tail in (0.025, 0.975)]


def test_plain_draws_with_the_documented_seed_give_the_worked_limits() -> None:
    assert (plain_bootstrap(WOMEN, MEN, 10_000, 20240331) * 100).round(1).tolist() == [-19.8, 31.7]


def test_exact_limits_stand_where_the_draws_settle() -> None:
    """10,000 draws are not quite enough here: the chance of a gap of 31.7% or less is 97.35 in 100, so the exact limit is the next step."""
    value, lower, upper = pay_gap_of_medians(whole(WOMEN), float(np.median(WOMEN)), whole(MEN), float(np.median(MEN)))
    assert round(value * 100, 6) == 5.762712
    assert (round(lower * 100, 1), round(upper * 100, 1)) == (-19.8, 32.9)


def test_exact_limits_agree_with_listing_every_pair() -> None:
    random = np.random.default_rng(2)
    for women, men in [(WOMEN, MEN), (random.normal(16, 3, 40).round(2), random.normal(17, 3, 31).round(2))]:
        assert np.array(median_gap_limits(whole(women), whole(men))) == pytest.approx(enumerated_limits(women, men), abs=1e-6)


def test_exact_limits_agree_with_drawing_from_the_rows() -> None:
    random = np.random.default_rng(8)
    women, men = random.lognormal(2.75, 0.25, 60).round(2), random.lognormal(2.85, 0.25, 45).round(2)  # one even, one odd
    assert np.array(median_gap_limits(whole(women), whole(men))) == pytest.approx(plain_bootstrap(women, men, 10_000, 1), abs=0.006)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_resampled_median_by_listing_every_resample(n: int) -> None:
    values = np.array([10.0, 12.0, 15.0, 15.0, 19.0])[:n]
    resamples = np.array(np.meshgrid(*[values] * n)).reshape(n, -1)
    medians, times = np.unique(np.median(resamples, axis=0), return_counts=True)
    found = resampled_median(whole(values))
    seen = found.weights > 1e-15
    assert found.values[seen].tolist() == medians.tolist()
    assert found.weights[seen] == pytest.approx(times / times.sum(), abs=1e-12)


@pytest.mark.parametrize("n", [400, 401, 9001, 9002])
def test_the_middle_of_a_large_group_is_enough(n: int) -> None:
    random = np.random.default_rng(n)
    women, men = random.lognormal(2.75, 0.25, n), random.lognormal(2.85, 0.25, n // 2)
    reach = int(4 * math.sqrt(n)) // 2 + 10
    cut = median_gap_limits(middle(women, reach), middle(men, reach))
    assert cut == pytest.approx(median_gap_limits(whole(women), whole(men)), abs=1e-4)


def test_too_few_values_around_the_middle_give_no_interval() -> None:
    assert all(map(math.isnan, median_gap_limits(middle(WOMEN, 1), whole(MEN))))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1000, 5000), min_size=5, max_size=30), st.lists(st.integers(1000, 5000), min_size=5, max_size=30))
def test_median_gap_interval_holds_the_gap_and_all_chances_add_up(women: list[int], men: list[int]) -> None:
    ours, theirs = np.array(women) / 100, np.array(men) / 100
    value, lower, upper = pay_gap_of_medians(whole(ours), float(np.median(ours)), whole(theirs), float(np.median(theirs)))
    assert lower - 1e-6 <= value <= upper + 1e-6
    assert resampled_median(whole(ours)).weights.sum() == pytest.approx(1, abs=1e-9)


@given(st.floats(5, 50), st.floats(5, 50), st.floats(0.1, 20), st.floats(0.1, 20), st.integers(2, 500), st.integers(2, 500))
def test_mean_gap_interval_holds_the_gap(w: float, m: float, vw: float, vm: float, nw: int, nm: int) -> None:
    found = pay_gap_of_means(*[pd.Series([float(x)]) for x in (nw, w, vw, nm, m, vm)]).iloc[0]
    assert found["lower"] <= found["value"] <= found["upper"]
    assert found["value"] == pytest.approx((m - w) / m)
