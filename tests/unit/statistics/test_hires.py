"""What share of joiners a target takes: formulas against people who leave and join one by one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics.hires import required_range, required_share_of_hires, share_after


def test_hires_needed_for_the_worked_target() -> None:
    assert round(required_share_of_hires(0.28, 0.42, leaving=0.10, years=5) * 100, 1) == 62.2


def simulated(group: int, others: int, joining: float, leaving: float, others_leaving: float, years: int) -> float:
    """A workforce year by year, in whole years and exact parts of people: who leaves is replaced, nobody is told apart by luck."""
    ours, rest = float(group), float(others)
    for _ in range(years):
        gone, gone_others = ours * leaving, rest * others_leaving
        joined = gone + gone_others
        ours, rest = ours - gone + joined * joining, rest - gone_others + joined * (1 - joining)
    return ours / (ours + rest)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(1, 900), st.floats(0, 1), st.floats(0.01, 0.5), st.floats(0.01, 0.5), st.integers(1, 12))
def test_the_curve_is_that_of_people_who_leave_and_join(group: int, joining: float, leaving: float, others: float, years: int) -> None:
    expected = simulated(group, 1000 - group, joining, leaving, others, years)
    assert share_after(group / 1000, joining, leaving, others, years) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.floats(0.05, 0.9), st.floats(0.05, 0.95), st.floats(0.02, 0.4), st.floats(0.02, 0.4), st.integers(1, 10))
def test_who_hires_so_reaches_the_target(share: float, target: float, leaving: float, others: float, years: int) -> None:
    needed = required_share_of_hires(share, target, leaving, years, others)
    if math.isinf(needed):
        extreme = 1.0 if needed > 0 else 0.0
        reached = share_after(share, extreme, leaving, others, years)
        assert reached < target if needed > 0 else reached > target
    else:
        assert share_after(share, needed, leaving, others, years) == pytest.approx(target, abs=1e-9)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.floats(0.05, 0.9), st.floats(0.05, 0.95), st.floats(0.02, 0.4), st.floats(0.5, 9.5))
def test_one_leaving_rate_gives_the_formula_in_one_line(share: float, target: float, leaving: float, years: float) -> None:
    kept = (1 - leaving) ** years
    plain = (target - share * kept) / (1 - kept)
    needed = required_share_of_hires(share, target, leaving, years)
    if 0 <= plain <= 1:
        assert needed == pytest.approx(plain, abs=1e-7)
    else:
        assert math.isinf(needed)
        assert (needed > 0) == (plain > 1)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.floats(0.1, 0.5), st.floats(0.55, 0.7), st.floats(0.05, 0.2), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_the_range_holds_whatever_lies_between(share: float, target: float, rate: float, a: float, b: float, c: float) -> None:
    shares, rates, others = (share, share + 0.03), (rate, rate + 0.03), (rate + 0.01, rate + 0.05)
    low, high = required_range(shares, target, rates, 6, others)
    here = required_share_of_hires(share + 0.03 * a, target, rate + 0.03 * b, 6, rate + 0.01 + 0.04 * c)
    assert low - 1e-9 <= here <= high + 1e-9


def test_a_group_that_leaves_faster_takes_more_joiners() -> None:
    alike = required_share_of_hires(0.30, 0.40, 0.10, 4)
    assert required_share_of_hires(0.30, 0.40, 0.14, 4, others_leaving=0.10) > alike
    assert required_share_of_hires(0.30, 0.40, 0.10, 4, others_leaving=0.14) < alike


def test_what_cannot_be_said() -> None:
    assert math.isnan(required_share_of_hires(0.28, 0.42, 0.0, 5))
    assert math.isnan(required_share_of_hires(0.28, 0.42, 0.1, 0))
    assert math.isnan(required_share_of_hires(math.nan, 0.42, 0.1, 5))
    assert all(math.isnan(x) for x in required_range((0.2, 0.3), 0.4, (0.0, 0.1), 3))


def test_out_of_reach_and_reached_without_anybody() -> None:
    assert required_share_of_hires(0.28, 0.42, 0.02, 5) == math.inf
    assert required_share_of_hires(0.50, 0.42, 0.02, 5) == -math.inf
    assert required_share_of_hires(0.50, 0.50, 0.10, 5) == pytest.approx(0.5)
