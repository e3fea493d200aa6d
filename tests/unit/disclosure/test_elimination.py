"""Which rows add up to which, against elimination in fractions; no prime, however unlucky, changes an answer."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from metrics.disclosure.elimination import PRIME, Span, combination_in_fractions, simplest_fraction

UNLUCKY = [2, 3, 5, 11, 101]
"""Primes that divide much of what matters in small tables."""


def tables(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sets of people by kinds, and sums of a few of them, half of which other sets give away."""
    rng = np.random.default_rng(seed)
    known = rng.integers(0, 2, (int(rng.integers(3, 9)), int(rng.integers(3, 8))))
    combined = rng.integers(-2, 3, (3, len(known))) @ known
    halved = known[rng.permutation(len(known))[:2]].sum(axis=0, keepdims=True) // 2
    return known, np.vstack([combined, halved, rng.integers(0, 2, (4, known.shape[1]))])


def by_hand(known: np.ndarray, asked: np.ndarray, kept: np.ndarray) -> set[int]:
    return {i for i, row in enumerate(asked) if combination_in_fractions(known, kept, row, i) is not None}


@pytest.mark.parametrize("prime", [*UNLUCKY, PRIME])
@pytest.mark.parametrize("seed", range(12))
def test_what_adds_up_is_found_and_nothing_else(seed: int, prime: int) -> None:
    known, asked = tables(seed)
    found = Span(known, asked, prime).all_given_away()
    assert {c.asked for c in found} == by_hand(known, asked, np.ones(len(known), dtype=bool))
    for combination in found:
        made = sum((part * known[place].astype(object) for place, part in combination.parts.items()), np.full(known.shape[1], Fraction(0)))
        assert (made == asked[combination.asked]).all()


@pytest.mark.parametrize("prime", [2, 5, PRIME])
@pytest.mark.parametrize("seed", range(12))
def test_rows_that_are_taken_away_give_nothing_away(seed: int, prime: int) -> None:
    known, asked = tables(seed)
    span, kept = Span(known, asked[:3], prime), np.ones(len(known), dtype=bool)
    span.ask(asked[3:])
    for place in np.random.default_rng(seed).permutation(len(known)).tolist():
        span.drop([place, place])
        kept[place] = False
        assert {c.asked for c in span.all_given_away()} == by_hand(known, asked, kept)
        first = span.given_away()
        assert (first is None) == (not span.all_given_away())
        assert first is None or all(kept[p] for p in first.parts)


def test_rank_modulo_a_prime_may_be_too_small() -> None:
    """Three rows whose determinant is 2: modulo 2 the last seems to be the sum of the others, and is not."""
    rows = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]])
    assert Span(rows[:2], rows[2:], 2).given_away() is None
    assert Span(rows[:2], rows[2:]).given_away() is None


def test_halves_are_found() -> None:
    """Each of three people stands in two of three pairs: the pairs give everybody away, in halves."""
    pairs, one = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]]), np.array([[1, 0, 0]])
    for prime in (2, PRIME):
        found = Span(pairs, one, prime).given_away()
        assert found is not None
        assert found.parts == {0: Fraction(1, 2), 1: Fraction(-1, 2), 2: Fraction(1, 2)}


def test_a_fraction_is_found_again_from_its_residue() -> None:
    for fraction in (Fraction(3, 7), Fraction(-5, 2), Fraction(0), Fraction(32_000, 31_999)):
        residue = fraction.numerator * pow(fraction.denominator, -1, PRIME) % PRIME
        assert simplest_fraction(residue, PRIME) == fraction
