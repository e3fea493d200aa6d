"""Shares of a weighted survey, against published figures, a naive recomputation and what must hold of any weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from metrics.errors import CountsError
from metrics.statistics.intervals import newcombe, wilson
from metrics.statistics.weighted import (
    design_effect,
    effective_base,
    on_grid,
    share_on_effective_base,
    weighted_difference,
    weighted_share,
)

ANSWERS = st.lists(st.tuples(st.booleans(), st.floats(0.05, 20)), min_size=1, max_size=40)
STEADY = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def of(number: float) -> pd.Series:
    return pd.Series([float(number)])


def kish(weights: pd.Series) -> pd.Series:
    return effective_base(of(weights.sum()), of((weights**2).sum()))


def test_the_range_of_a_share_with_a_design_effect_of_one_point_six() -> None:
    effective = of(1100 / 1.6)
    assert design_effect(of(1100), effective).tolist() == [1.6]
    assert share_on_effective_base(of(0.78), effective).round(4).values.tolist() == [[0.7475, 0.8094]]


@STEADY
@given(ANSWERS)
def test_a_share_is_the_naive_one_and_lies_within_its_range(answers: list[tuple[bool, float]]) -> None:
    said, weights = pd.Series([a for a, _ in answers]), pd.Series([w for _, w in answers])
    naive = sum(w for a, w in answers if a) / sum(w for _, w in answers)
    share = weighted_share(said, weights)
    assert share == pytest.approx(naive)
    limits = share_on_effective_base(of(min(share, 1.0)), kish(weights)).iloc[0]
    assert limits["lower"] - 1e-12 <= min(share, 1.0) <= limits["upper"] + 1e-12


@STEADY
@given(ANSWERS, st.floats(0.01, 100))
def test_only_proportions_of_weights_matter(answers: list[tuple[bool, float]], factor: float) -> None:
    weights = pd.Series([w for _, w in answers])
    said = pd.Series([a for a, _ in answers])
    assert kish(weights * factor).iloc[0] == pytest.approx(kish(weights).iloc[0])
    assert weighted_share(said, weights * factor) == pytest.approx(weighted_share(said, weights))


@STEADY
@given(ANSWERS)
def test_an_effective_base_is_at_most_the_base_and_all_of_it_where_weights_are_alike(answers: list[tuple[bool, float]]) -> None:
    weights = pd.Series([w for _, w in answers])
    variance = np.var(weights) / np.mean(weights) ** 2  # the design effect is one more than the squared coefficient of variation
    assert kish(weights).iloc[0] == pytest.approx(len(weights) / (1 + variance))
    assert kish(weights).iloc[0] <= len(weights) * (1 + 1e-12)
    assert kish(pd.Series([3.0] * len(weights))).iloc[0] == pytest.approx(len(weights))


def test_without_weights_ranges_are_those_of_plain_counts() -> None:
    plain = [pd.Series([n]) for n in (63, 420, 38, 380)]
    alone = share_on_effective_base(of(63 / 420), of(420))
    assert np.allclose(alone, wilson(*plain[:2]))
    found = weighted_difference(of(63 / 420), of(420), of(38 / 380), of(380))
    assert np.allclose(found[["lower", "upper"]], newcombe(*plain))
    assert found["difference"].iloc[0] == pytest.approx(0.05)


@STEADY
@given(ANSWERS)
def test_limits_are_where_the_share_lies_two_standard_errors_of_the_effective_base_away(answers: list[tuple[bool, float]]) -> None:
    said, weights = np.array([float(a) for a, _ in answers]), np.array([w for _, w in answers])
    share = float(np.average(said, weights=weights))
    assert weighted_share(pd.Series(said > 0), pd.Series(weights)) == pytest.approx(share)
    effective = float(kish(pd.Series(weights)).iloc[0])
    for limit in share_on_effective_base(of(min(share, 1.0)), of(effective)).iloc[0]:
        error = (limit * (1 - limit) / effective) ** 0.5
        assert abs(share - limit) == pytest.approx(stats.norm.ppf(0.975) * error, abs=1e-7)


def test_nobody_gives_no_figure() -> None:
    assert np.isnan(weighted_share(pd.Series([], dtype=bool), pd.Series([], dtype=float)))
    assert effective_base(of(0), of(0)).isna().all()
    assert share_on_effective_base(of(np.nan), of(np.nan)).isna().all().all()


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
def test_a_weight_that_counts_for_nothing_is_refused(weight: float) -> None:
    with pytest.raises(CountsError, match="1 of 2 weights are not above 0"):
        weighted_share(pd.Series([True, False]), pd.Series([1.0, weight]))


@STEADY
@given(st.integers(1, 400), st.data())
def test_where_all_weigh_the_same_the_grid_gives_the_rounded_number_itself(base: int, data: st.DataObject) -> None:
    yes = data.draw(st.integers(0, base))
    printed_base = 5 * int(base / 5 + 0.5)
    found = on_grid(of(yes / base), of(base), of(printed_base), pd.Series([(5,)]))
    if printed_base == 0:
        assert found.isna().all()
    else:
        assert found.iloc[0] == pytest.approx(min(5 * int(yes / 5 + 0.5) / printed_base, 1))
