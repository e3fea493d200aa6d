"""Whether rows of whole numbers add up to another row: found modulo a prime, and proven either way in whole numbers.

Sums of pay are rows over kinds of people. A hidden sum that is a combination of shown ones is given away, and the combination
says by which; one that is not has two payrolls which agree on every shown sum and differ in it. Both kinds of proof are checked
exactly, so that neither rounding in floating point nor an unlucky prime decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, lcm

import numpy as np

PRIME = 2_147_483_629
"""Below 2 to the 31st: a product of two residues fits in 64 bits."""
EXACT_IN_FLOATS = 2**53


@dataclass(frozen=True)
class Combination:
    """Which asked row is given away, and how much of each known row adds up to it."""

    asked: int
    parts: Mapping[int, Fraction]


class Span:
    """Known rows that may be taken away one after another, and asked rows of which none may be a combination of them.

    Modulo the prime, `kinds = parts @ known` for each known row and `kinds = asked + parts @ known` for each asked one. Known rows are
    kept reduced: each has a column (`pivot`) in which every other row is zero, or is all zero itself; `heads` are inverses of the
    entries there.
    """

    def __init__(self, known: np.ndarray, asked: np.ndarray, prime: int = PRIME) -> None:
        self.known, self.asked, self.prime = known.astype(np.int64), asked.astype(np.int64), prime
        self.kept = np.ones(len(known), dtype=bool)
        self.kinds = np.vstack([known, asked]).astype(np.int64) % prime
        self.parts = np.zeros((len(self.kinds), len(known)), dtype=np.int64)
        self.parts[np.arange(len(known)), np.arange(len(known))] = 1
        self.pivot, self.heads = np.full(len(known), -1), np.zeros(len(known), dtype=np.int64)
        for row in range(len(known)):
            columns = np.flatnonzero(self.kinds[row])
            if len(columns):
                self.pivot[row], self.heads[row] = columns[0], pow(int(self.kinds[row, columns[0]]), -1, prime)
                self._clear(row, self.kinds[:, columns[0]])

    def _clear(self, row: int, column: np.ndarray) -> None:
        """Subtract a row from all others so that `column`, of which it holds one entry, becomes zero in them."""
        factor = column * pow(int(column[row]), -1, self.prime) % self.prime
        factor[row] = 0
        others = np.flatnonzero(factor)
        for table in (self.kinds, self.parts):
            used = np.flatnonzero(table[row])
            inside = np.ix_(others, used)
            table[inside] = (table[inside] - factor[others, None] * table[row, used]) % self.prime

    def drop(self, places: Iterable[int]) -> None:
        """Take known rows away: a row that only repeats others goes first, else one whose column is then free."""
        for place in places:
            if not self.kept[place]:
                continue
            self.kept[place] = False
            holders = np.flatnonzero(self.parts[: len(self.known), place])
            row = int(min(holders, key=lambda r: (self.pivot[r] >= 0, r)))
            self._clear(row, self.parts[:, place])
            self.kinds[row], self.parts[row], self.pivot[row] = 0, 0, -1

    def ask(self, rows: np.ndarray) -> None:
        """Further rows that may not be given away."""
        kinds, parts = rows.astype(np.int64) % self.prime, np.zeros((len(rows), len(self.known)), dtype=np.int64)
        for row in np.flatnonzero(self.pivot >= 0):
            column = self.pivot[row]
            factor = kinds[:, [column]] * self.heads[row] % self.prime
            kinds = (kinds - factor * self.kinds[row]) % self.prime
            parts = (parts - factor * self.parts[row]) % self.prime
        self.asked = np.vstack([self.asked, rows.astype(np.int64)])
        self.kinds, self.parts = np.vstack([self.kinds, kinds]), np.vstack([self.parts, parts])

    def given_away(self) -> Combination | None:
        """The first asked row that is a combination of known ones; None where it is proven that none is."""
        return next(iter(self.all_given_away(only_first=True)), None)

    def all_given_away(self, only_first: bool = False) -> list[Combination]:
        """Asked rows that are combinations of known ones: every one of them, or none where there is none."""
        rest = self.kinds[len(self.known) :]
        reached = np.flatnonzero(~rest.any(axis=1)).tolist()
        found, doubtful = [], []
        for row in reached:
            combination = self._combination(row)
            if combination is None:
                doubtful.append(row)
            elif only_first:
                return [combination]
            else:
                found.append(combination)
        doubtful += self._not_apart(np.flatnonzero(rest.any(axis=1)))
        exact = [combination_in_fractions(self.known, self.kept, self.asked[row], row) for row in doubtful]
        return found + [combination for combination in exact if combination is not None]

    def _combination(self, row: int) -> Combination | None:
        """The combination that the residues stand for, if it holds in whole numbers."""
        parts = -self.parts[len(self.known) + row] % self.prime
        used = np.flatnonzero(parts)
        found = fractions_of(parts[used], self.prime)
        if found is None:
            return None
        whole, times = in_whole_numbers(found)
        if (combined(whole, self.known[used]) != times * self.asked[row].astype(object)).any():
            return None
        return Combination(row, dict(zip(used.tolist(), found, strict=True)))

    def _not_apart(self, rows: np.ndarray) -> list[int]:
        """Which of the rows lack proof that they stand apart: a payroll that no known sum notices, and that the row does."""
        seen = self.kinds[len(self.known) + rows] != 0
        payrolls, open_ = [], np.ones(len(rows), dtype=bool)
        while open_.any():
            column = int(seen[open_].sum(axis=0).argmax())
            payrolls.append(self._payroll(column))
            open_ &= ~seen[:, column]
        changes = np.array([p for p in payrolls if p is not None], dtype=object).reshape(-1, self.known.shape[1]).T
        unnoticed = changes[:, ~combined(self.known[self.kept], changes).any(axis=0)]
        return [int(row) for row in rows[~combined(self.asked[rows], unnoticed).any(axis=1)]]

    def _payroll(self, column: int) -> np.ndarray | None:
        """A change of one free kind and what it entails so that no known sum changes, if simple fractions do."""
        rows = np.flatnonzero(self.pivot >= 0)
        entails = -self.kinds[rows, column] * self.heads[rows] % self.prime
        used = np.flatnonzero(entails)
        found = fractions_of(entails[used], self.prime)
        if found is None:
            return None
        whole, times = in_whole_numbers(found)
        payroll = np.zeros(self.known.shape[1], dtype=object)
        payroll[self.pivot[rows[used]]], payroll[column] = whole, times
        return payroll


def fractions_of(residues: np.ndarray, prime: int) -> list[Fraction] | None:
    """The simplest fractions with these residues; None where one has no simple fraction.

    >>> fractions_of(np.array([0, 1, PRIME - 1]), PRIME)
    [Fraction(0, 1), Fraction(1, 1), Fraction(-1, 1)]
    """
    known = {value: simplest_fraction(value, prime) for value in np.unique(residues).tolist()}
    found = [known[value] for value in residues.tolist()]
    return None if any(f is None for f in found) else [f for f in found if f is not None]


def simplest_fraction(residue: int, prime: int) -> Fraction | None:
    """The fraction of small numbers that leaves `residue`, by Euclid's algorithm (Wang 1981); None where there is none.

    >>> simplest_fraction(PRIME - 1, PRIME), simplest_fraction((PRIME + 1) // 2, PRIME)
    (Fraction(-1, 1), Fraction(1, 2))
    """
    bound = isqrt(prime // 2)
    (old, rest), (behind, times) = (prime, residue), (0, 1)
    while rest > bound:
        quotient = old // rest
        (old, rest), (behind, times) = (rest, old - quotient * rest), (times, behind - quotient * times)
    return Fraction(rest, times) if 0 < abs(times) <= bound else None


def in_whole_numbers(values: list[Fraction]) -> tuple[np.ndarray, int]:
    """The values times their common denominator, and that denominator."""
    times = lcm(*(v.denominator for v in values)) if values else 1
    return np.array([int(v * times) for v in values], dtype=object), times


def combined(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """`left @ right` in whole numbers of any size; small ones are exact in floating point, which is fast."""
    most = int(np.abs(left).max(initial=0)) * int(np.abs(right).max(initial=0)) * max(right.shape[0], 1)
    kind: type = np.float64 if most < EXACT_IN_FLOATS else object
    return np.asarray(left.astype(kind) @ right.astype(kind))


def combination_in_fractions(known: np.ndarray, kept: np.ndarray, asked: np.ndarray, number: int) -> Combination | None:
    """Gauss-Jordan elimination in fractions: slow, and needed only where a prime happens to divide what matters."""
    rows: list[tuple[int, list[Fraction], dict[int, Fraction]]] = []

    def reduced(line: list[Fraction], parts: dict[int, Fraction]) -> tuple[list[Fraction], dict[int, Fraction]]:
        for pivot, other, theirs in rows:
            if factor := line[pivot]:
                line = [a - factor * b for a, b in zip(line, other, strict=True)]
                parts = {k: parts.get(k, Fraction(0)) - factor * theirs.get(k, Fraction(0)) for k in {*parts, *theirs}}
        return line, parts

    for place in np.flatnonzero(kept).tolist():
        line, parts = reduced([Fraction(int(v)) for v in known[place]], {place: Fraction(1)})
        pivot = next((c for c, v in enumerate(line) if v), None)
        if pivot is not None:
            rows.append((pivot, [v / line[pivot] for v in line], {k: v / line[pivot] for k, v in parts.items()}))
    line, parts = reduced([Fraction(int(v)) for v in asked], {})
    return None if any(line) else Combination(number, {k: -v for k, v in parts.items() if v})
