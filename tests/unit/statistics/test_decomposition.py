"""What a difference is made of: a published example, a second implementation, and what must hold of any numbers."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.errors import CountsError
from metrics.statistics.decomposition import Room, directions, kitagawa, parts_of_difference, within_group_gap

# Households per 100 people by age (15-19 to 75 and over), United States, 1970 and 1985: Das Gupta (1993), Standardization and
# Decomposition of Rates: A User's Manual, P23-186, example 5.1. The parts are those that the R package DasGuptR 2.1.0 prints of it.
SIZE_1970 = [12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9]
SIZE_1985 = [10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5]
RATE_1970 = [1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8]
RATE_1985 = [2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2]


def test_the_published_example() -> None:
    found = kitagawa(*(pd.Series(column) for column in (SIZE_1970, RATE_1970, SIZE_1985, RATE_1985)))
    assert found["composition"].sum() == pytest.approx(1.2269, abs=5e-5)
    assert found["rate"].sum() == pytest.approx(1.7403, abs=5e-5)
    assert found.to_numpy().sum() == pytest.approx(2.9672, abs=5e-5)


def naive(people: list[float], average: list[float], others: list[float], their_average: list[float]) -> tuple[float, float]:
    """Composition and rate from the definition of standardised averages: both sides under each side's shares, and averaged."""

    def mean(of: list[float], weights: list[float]) -> float:
        return sum(x * n for x, n in zip(of, weights, strict=True)) / sum(weights)

    rate = ((mean(their_average, people) - mean(average, people)) + (mean(their_average, others) - mean(average, others))) / 2
    composition = ((mean(average, others) - mean(average, people)) + (mean(their_average, others) - mean(their_average, people))) / 2
    return composition, rate


def a_council() -> st.SearchStrategy[list[tuple[int, float, int, float]]]:
    pay = st.integers(1000, 6000).map(lambda pence: pence / 100)
    return st.lists(st.tuples(st.integers(1, 400), pay, st.integers(1, 400), pay), min_size=1, max_size=9)


def of(rows: list[tuple[int, float, int, float]]) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series]:
    n, x, m, y = (pd.Series(list(column), dtype=float) for column in zip(*rows, strict=True))
    return n, x, m, y


@settings(max_examples=60, derandomize=True, deadline=None)
@given(a_council())
def test_parts_are_those_of_standardised_averages_and_add_up_to_the_difference(rows: list[tuple[int, float, int, float]]) -> None:
    n, x, m, y = of(rows)
    found = kitagawa(n, x, m, y)
    composition, rate = naive(*(list(column) for column in (n, x, m, y)))
    assert found["composition"].sum() == pytest.approx(composition, abs=1e-9)
    assert found["rate"].sum() == pytest.approx(rate, abs=1e-9)
    assert found.to_numpy().sum() == pytest.approx(float((m * y).sum() / m.sum() - (n * x).sum() / n.sum()), abs=1e-9)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(a_council())
def test_the_other_way_round_every_part_has_the_other_sign(rows: list[tuple[int, float, int, float]]) -> None:
    n, x, m, y = of(rows)
    assert (kitagawa(n, x, m, y) + kitagawa(m, y, n, x)).abs().to_numpy().max() < 1e-9


@settings(max_examples=40, derandomize=True, deadline=None)
@given(a_council(), st.integers(2, 5))
def test_where_both_sides_are_alike_there_is_nothing_to_explain(rows: list[tuple[int, float, int, float]], times: int) -> None:
    n, x, _, _ = of(rows)
    assert kitagawa(n, x, n * times, x).abs().to_numpy().max() < 1e-9


@settings(max_examples=40, derandomize=True, deadline=None)
@given(a_council(), st.integers(0, 3), st.floats(0, 0.5), st.floats(0, 1))
def test_the_room_of_rounded_input_holds_the_true_parts(
    rows: list[tuple[int, float, int, float]], off: int, reach: float, at: float
) -> None:
    """Wherever in their rounding the true numbers lie, at 0 the lowest and at 1 the highest."""
    n, x, m, y = of(rows)
    found = kitagawa(n, x, m, y)
    shift = (2 * at - 1) * off
    shown, others = (n + shift).clip(lower=0), (m - shift).clip(lower=0)
    centre = ((n * x).sum() / n.sum() + (m * y).sum() / m.sum()) / 2
    whole, other_whole = Room.around(n.sum(), 1e-9), Room.around(m.sum(), 1e-9)
    parts = parts_of_difference(
        Room.around(others, off) / other_whole,
        Room.around(shown, off) / whole,
        Room.around((x + y) / 2 + reach * (2 * at - 1), reach),
        Room.around(y - x - reach * (2 * at - 1), reach),
        Room.around(centre, 1e-9),
    )
    for room, true in ((parts.composition, found["composition"]), (parts.rate, found["rate"])):
        assert (room.low <= true.to_numpy() + 1e-6).all()
        assert (true.to_numpy() - 1e-6 <= room.high).all()
        assert room.total().low <= true.sum() + 1e-6
        assert true.sum() - 1e-6 <= room.total().high


def test_a_group_with_one_side_only_is_composition_alone() -> None:
    found = kitagawa(pd.Series([50, 0]), pd.Series([15.0, math.nan]), pd.Series([40, 10]), pd.Series([15.0, 40.0]))
    assert found["rate"].tolist() == [0, 0]
    assert found["composition"].sum() == pytest.approx(20.0 - 15.0)


def test_groups_that_nobody_is_in_add_nothing() -> None:
    found = kitagawa(pd.Series([50, 0]), pd.Series([15.0, math.nan]), pd.Series([40, 0]), pd.Series([16.0, math.nan]))
    assert found.loc[1].tolist() == [0, 0]


def test_counts_that_cannot_be_are_refused_all_at_once() -> None:
    none = pd.Series([0, 0])
    with pytest.raises(CountsError) as refused:
        kitagawa(none, none, pd.Series([-1, 3]), none)
    assert len(refused.value.problems) == 2


def test_the_gap_within_grades_is_weighted_by_women() -> None:
    """300 women in a grade with a gap of 1%, 100 in one of 3%, and 5 in a grade of no men."""
    assert within_group_gap(pd.Series([300, 100, 5]), pd.Series([0.01, 0.03, math.nan])) == pytest.approx(0.015)
    assert math.isnan(within_group_gap(pd.Series([5]), pd.Series([math.nan])))


def test_admissions_to_berkeley_turn_round_in_most_departments() -> None:
    """Bickel, Hammel and O'Connell (1975), Science 187:398: the six largest departments, men's rate of admission minus women's."""
    men, women = pd.Series([825, 560, 325, 417, 191, 373]), pd.Series([108, 25, 593, 375, 393, 341])
    admitted_men, admitted_women = pd.Series([512, 353, 120, 138, 53, 22]), pd.Series([89, 17, 202, 131, 94, 24])
    whole = admitted_men.sum() / men.sum() - admitted_women.sum() / women.sum()
    inside = admitted_men / men - admitted_women / women
    found = directions(whole, inside, men + women, float((men + women).sum()))
    assert (found.same, found.against, found.people_known) == (2, 4, 1.0)
    assert found.reversed
    assert not found.everywhere
    assert found.people_against == pytest.approx(3024 / 4526)
    parts = kitagawa(women, admitted_women / women, men, admitted_men / men)
    assert whole == pytest.approx(0.1416, abs=1e-4)
    assert parts["composition"].sum() > whole  # all of the gap and more is which departments they applied to
    assert parts["rate"].sum() < 0


def test_every_group_the_other_way_is_simpsons_paradox() -> None:
    """Kidney stones: Charig and others (1986), British Medical Journal 292:879. Open surgery minus the other treatment."""
    open_, other = pd.Series([87, 263]), pd.Series([270, 80])
    cured, cured_other = pd.Series([81, 192]), pd.Series([234, 55])
    whole = cured.sum() / open_.sum() - cured_other.sum() / other.sum()
    found = directions(whole, cured / open_ - cured_other / other, open_ + other, 700)
    assert whole < 0
    assert found.everywhere
    assert found.reversed


def test_directions_count_people_that_nobody_may_know() -> None:
    found = directions(0.05, pd.Series([-0.01, -0.02, math.nan]), pd.Series([30.0, 30.0, 140.0]), 200)
    assert (found.people_known, found.people_against) == (pytest.approx(0.3), pytest.approx(0.3))
    assert not found.reversed
    assert directions(0.05, pd.Series([-0.0004]), pd.Series([10]), 10, level=0.0005).level == 1
