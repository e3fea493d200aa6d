"""Figures over groups against numpy's least squares and worked numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics.inequality import slope_index

PEOPLE = pd.Series([300, 250, 200, 150, 100])


def by_least_squares(values: pd.Series, people: pd.Series) -> tuple[float, float]:
    """Intercept and slope of the weighted regression on the relative rank, as numpy solves it."""
    share = (people / people.sum()).to_numpy()
    design = np.column_stack([np.ones(len(share)), share.cumsum() - share / 2])
    root = np.sqrt(share)
    (first, slope), *_ = np.linalg.lstsq(design * root[:, None], values.to_numpy(dtype=float) * root, rcond=None)
    return float(first), float(slope)


def test_the_worked_numbers():
    line = slope_index(pd.Series([42, 37, 33, 30, 26]), PEOPLE)
    assert (round(line.first, 3), round(line.difference, 2), round(line.ratio, 3)) == (44.955, -18.81, 0.582)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0.5, 100), st.integers(1, 5000)), min_size=2, max_size=12))
def test_the_line_is_that_of_weighted_least_squares(groups):
    values, people = pd.Series([v for v, _ in groups]), pd.Series([float(n) for _, n in groups])
    line, (first, slope) = slope_index(values, people), by_least_squares(values, people)
    assert line.first == pytest.approx(first, rel=1e-6, abs=1e-6)
    assert line.difference == pytest.approx(slope, rel=1e-6, abs=1e-6)
    if line.first > 1e-6:
        assert line.ratio == pytest.approx((first + slope) / first, rel=1e-5, abs=1e-6)


def test_groups_that_are_all_alike_have_no_slope_and_the_other_way_round_it_turns():
    assert slope_index(pd.Series([5.0] * 5), PEOPLE).difference == pytest.approx(0)
    there, back = slope_index(pd.Series([42, 37, 33, 30, 26]), PEOPLE), slope_index(pd.Series([26, 30, 33, 37, 42]), PEOPLE[::-1])
    assert there.difference == pytest.approx(-back.difference)


@pytest.mark.parametrize(
    ("values", "people"), [([1, None, 3], [1, 1, 1]), ([1, 2, 3], [1, None, 1]), ([1, 2], [0, 5]), ([1], [5]), ([1, 2], [0, 0])]
)
def test_without_a_figure_or_people_in_two_groups_there_is_no_line(values, people):
    line = slope_index(pd.Series(values, dtype=float), pd.Series(people, dtype=float))
    assert np.isnan(line.difference)
    assert np.isnan(line.ratio)
