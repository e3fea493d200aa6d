"""What is hidden and how far small counts range, in our solution and in the published ones, by an attacker of its own.

`python -m tests.unit.disclosure.published_examples.compared` prints the table that stands in docs/methods/disclosure.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from scipy import sparse

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.protect import protect_counts
from metrics.query.counts import Counts, Region
from tests.support.whole_numbers import WholeNumbers
from tests.unit.disclosure.published_examples.examples import EXAMPLES, Example

OURS = "ours"


@dataclass(frozen=True)
class Judged:
    """One solution of one example under our rule.

    Attributes
    ----------
    small, others : hidden cells below the threshold, and those hidden for their sake
    people : in the others
    narrowest : steps between the least and the largest value of the hidden small count that ranges least; threshold - 1 are needed
    recovered : hidden small counts with one possible value
    told : hidden small counts of others that somebody alone in a hidden cell can work out
    shown : small counts that are not hidden at all
    """

    small: int
    others: int
    people: int
    narrowest: int
    recovered: int
    told: int
    shown: int
    threshold: int

    @property
    def safe(self) -> bool:
        return self.narrowest >= self.threshold - 1 and not self.told

    @property
    def verdict(self) -> str:
        if self.recovered:
            return f"no: {self.recovered} given away"
        if self.narrowest < self.threshold - 1:
            return "no: too narrow"
        return f"no: {self.told} told by a person alone" if self.told else "yes"


def our_hidden(example: Example) -> frozenset[Region]:
    profile = Profile(title="As the example says", threshold=example.threshold, council="suppress", below_council="suppress")
    shown = protect_counts(example.counts, DisclosureSettings(profiles={"all": profile}, audiences={"all": "all"}))["all"]
    return frozenset(r for r, value in zip(example.counts.regions, shown.shown.tolist(), strict=True) if np.isnan(value))


def members(counts: Counts) -> sparse.csr_matrix:
    """Published sets as sums of the finest cells, shape (regions, cells)."""
    units = [u for u in counts.tree.parents if u not in counts.tree.parents.values()]
    cells = list(product(units, *counts.axes.values()))
    places = {axis: i for i, axis in enumerate(counts.axes, 1)}
    rows = [
        [r.unit in counts.tree.above(cell[0]) and all(cell[places[a]] in held for a, held in r.where) for cell in cells]
        for r in counts.regions
    ]
    return sparse.csr_matrix(np.array(rows, dtype=np.int64))


def known(counts: Counts, hidden: frozenset[Region]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is hidden, and least and largest values for who sees the rest: what is shown is known exactly, and nothing else."""
    is_hidden = np.array([r in hidden for r in counts.regions])
    return is_hidden, np.where(is_hidden, 0, counts.values).astype(float), np.where(is_hidden, np.inf, counts.values)


def possible(example: Example, solution: str, label: str) -> tuple[int, int]:
    """Least and largest value of one hidden cell of a published solution."""
    _, low, high = known(example.counts, example.hidden(solution))
    rows = members(example.counts)
    found = WholeNumbers(rows, low, high).ranges(rows[example.counts.regions.index(example.region(label))])
    assert found.exact.all()
    return int(found.low[0]), int(found.high[0])


def judge(example: Example, hidden: frozenset[Region]) -> Judged:
    values, rows = example.counts.values, members(example.counts)
    is_hidden, low, high = known(example.counts, hidden)
    small = (values >= 1) & (values < example.threshold)
    found = WholeNumbers(rows, low, high).ranges(rows[small & is_hidden])
    assert found.exact.all()
    return Judged(
        small=int((small & is_hidden).sum()),
        others=int((~small & is_hidden).sum()),
        people=int(values[~small & is_hidden].sum()),
        narrowest=int(found.width.min()),
        recovered=int((found.width == 0).sum()),
        told=len(told_by_one(values, rows, small & is_hidden, low, high)),
        shown=int((small & ~is_hidden).sum()),
        threshold=example.threshold,
    )


def told_by_one(values: np.ndarray, rows: sparse.csr_matrix, small: np.ndarray, low: np.ndarray, high: np.ndarray) -> set[int]:
    """Small counts that have one value for a person alone in a hidden cell, but for sets that hold this person and nobody else."""
    found: set[int] = set()
    sets = np.flatnonzero(small)
    for own in np.flatnonzero(small & (values == 1)).tolist():
        known_low, known_high = low.copy(), high.copy()
        known_low[own] = known_high[own] = 1
        ranges = WholeNumbers(rows, known_low, known_high).ranges(rows[sets])
        shared = (rows[sets] @ rows[own].T).toarray().ravel()
        nested = (shared == rows[own].sum()) | (shared == np.asarray(rows[sets].sum(axis=1)).ravel())
        found |= set(sets[(ranges.width == 0) & ~(nested & (values[sets] == 1))].tolist())
    return found


@cache
def judged(name: str) -> dict[str, Judged]:
    """Ours first, then the published solutions."""
    example = EXAMPLES[name]()
    hidden = {OURS: our_hidden(example), **{who: example.hidden(who) for who in example.solutions}}
    return {who: judge(example, held) for who, held in hidden.items()}


def table() -> Iterator[str]:
    yield "| example | solution | small cells hidden | others hidden | people in them | narrowest small count (needed) | safe by our rule |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, make in EXAMPLES.items():
        example = make()
        for number, (who, found) in enumerate(judged(name).items()):
            title = f"{example.name} ({example.source}); {len(example.counts.regions)} figures" if number == 0 else ""
            needed = f"{found.narrowest} ({found.threshold - 1})"
            yield f"| {title} | {who} | {found.small} | {found.others} | {found.people:,} | {needed} | {found.verdict} |"


if __name__ == "__main__":
    print("\n".join(table()))
