"""Bounds are proven in whole numbers, or not at all: no solver is believed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from metrics.disclosure.bounds import is_least, least_possible
from metrics.disclosure.programme import Programme


def programme(matrix: np.ndarray, low: list[float], high: list[float]) -> Programme:
    """Whole x, none negative, with `low <= matrix @ x <= high`."""
    rows = sparse.csr_matrix(np.asarray(matrix, dtype=np.int64))
    joint = SimpleNamespace(regions=rows, rows=rows)
    columns = np.ones(rows.shape[1], dtype=bool)
    start = np.zeros(rows.shape[1], dtype=np.int64)
    return Programme(joint, np.array(low, dtype=float), np.array(high, dtype=float), start, columns, relaxed=False, room=1000)  # type: ignore[arg-type]


def test_whatever_the_multipliers_a_bound_is_never_too_high() -> None:
    rng = np.random.default_rng(1)
    told = 0
    for _ in range(60):
        matrix = rng.integers(0, 2, (4, 5))
        x = rng.integers(0, 6, 5)
        low, high = matrix @ x - rng.integers(0, 3, 4), matrix @ x + rng.integers(0, 3, 4)
        cost = rng.integers(-1, 2, 5).astype(float)
        rows, columns = (low.astype(float), high.astype(float)), (np.zeros(5), np.full(5, 30.0))
        found = least_possible(sparse.csr_matrix(matrix), rows, columns, cost, rng.normal(0, 1, 4))
        assert found is not None
        true = milp(cost, constraints=LinearConstraint(matrix, low, high), bounds=Bounds(0, 30), integrality=np.ones(5))
        assert found <= round(true.fun)
        told += found == round(true.fun)
    assert told  # and some of them are as good as can be


def test_numbers_too_large_to_be_exact_prove_nothing() -> None:
    rows = (np.array([2.0**51]), np.array([2.0**51]))
    columns = (np.zeros(1), np.full(1, np.inf))
    assert least_possible(sparse.csr_matrix([[1]]), rows, columns, np.ones(1), np.array([5.0])) is None


@pytest.mark.parametrize("seed", range(12))
def test_the_least_value_is_proven_and_one_more_is_refuted_by_a_solution(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 3, (5, 6))
    x = rng.integers(0, 4, 6)
    low, high = matrix @ x, matrix @ x + rng.integers(0, 2, 5)
    cost = rng.integers(0, 3, 6).astype(float)
    true = milp(cost, constraints=LinearConstraint(matrix, low, high), bounds=Bounds(0, 1000), integrality=np.ones(6))
    least = round(true.fun)
    asked = programme(matrix, low.tolist(), high.tolist())
    assert is_least(asked, cost, least) == (True, None)
    proven, found = is_least(asked, cost, least + 1)
    assert not proven
    assert found is not None
    assert cost @ found <= least
    assert ((matrix @ found >= low) & (matrix @ found <= high)).all()


def test_halves_are_ruled_out_case_by_case() -> None:
    # three pairs that sum to 1, 1 and 1 around a ring have 1.5 people in fractions and no solution in whole numbers
    ring = programme([[1, 1, 0], [0, 1, 1], [1, 0, 1]], [1, 1, 1], [1, 1, 1])  # type: ignore[arg-type]
    values, _ = ring.case(np.ones(3), np.zeros(3), np.full(3, np.inf))
    assert values is not None
    assert values.sum() == pytest.approx(1.5)
    assert is_least(ring, np.zeros(3), 1) == (True, None)  # 0 @ x >= 1: there is no such table


def test_what_only_the_room_of_a_search_rules_out_is_left_open() -> None:
    # the solver may not look beyond 1,000 people; that is no reason to say that there are none
    far = programme([[1, -1]], [5000], [5000])  # type: ignore[arg-type]
    assert is_least(far, np.array([0.0, 1.0]), 1) == (False, None)
