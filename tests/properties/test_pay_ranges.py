"""How near a hidden mean can be placed by who knows every head count, the lowest and the highest pay, and every mean that is shown.

Not only subtraction: linear programmes over what people of each finest cell are paid together, written without sight of how sums
are hidden. Attacked are all groups under the minimum, and whoever is left of a published set without others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.remainders import contains
from metrics.disclosure.structure import structure_of
from metrics.query.counts import Counts
from tests.support.pay_attacker import Knowledge, PayAttack
from tests.support.tables import Published, each, make_counts, members

PARENTS = {"council": None, "north": "council", "south": "council", "west": "council"}
AXES = {"sex": ("female", "male", "unsaid"), "grade": ("low", "middle", "high")}
PUBLISHED = [Published(depth=1), Published({"sex": each("female", "male")}, 1), Published({"grade": each(*AXES["grade"])}, 0)]
LOWEST, HIGHEST, MINIMUM, PENNY = 12.5, 75.0, 10, 0.01
NEAR = 0.1
"""Nearer than this share of the truth no such mean may be placed. Over 272 of them in 60 such councils the nearest is 0.114."""


def paid_people(seed: int) -> pd.DataFrame:
    """A hundred to two hundred people; in some units few women or few men, and few anywhere who did not say."""
    rng = np.random.default_rng(seed)
    rows = []
    for unit in ("north", "south", "west"):
        for sex, many in zip(AXES["sex"], (rng.integers(4, 40), rng.integers(4, 40), rng.integers(0, 7)), strict=True):
            rows += [(unit, sex, str(rng.choice(AXES["grade"], p=(0.5, 0.4, 0.1)))) for _ in range(int(many))]
    people = pd.DataFrame(rows, columns=["unit", *AXES]).assign(n=1)
    scale = {"low": (LOWEST, 18.0), "middle": (18.0, 35.0), "high": (35.0, HIGHEST)}
    return people.assign(pay=[round(float(rng.uniform(*scale[grade])), 2) for grade in people["grade"]])


def council(people: pd.DataFrame) -> Counts:
    counts = make_counts(PARENTS, AXES, people.drop(columns="pay"), PUBLISHED)
    rows = []
    for i, region in enumerate(counts.regions):
        paid = people.loc[members(people, counts.tree, region), "pay"]
        figures = (
            paid.mean(),
            paid.var(),
            paid.median(),
            paid.max() / paid.sum() if len(paid) else 1.0,
            paid.nunique(),
            paid.to_numpy(),
            1,
        )
        rows.append(("PY02", "+".join(sorted(region.axes)), region.unit, str(i), "group", i, len(paid), *figures))
    return replace(counts, statistics=pd.DataFrame(rows, columns=list(counts.statistics.columns)))


def attack_of(counts: Counts, shown: Mapping[int, float]) -> PayAttack:
    """Who knows every head count; means to the penny."""
    values = np.asarray(counts.values, dtype=float)
    means = {r: (mean - PENNY / 2, mean + PENNY / 2) for r, mean in shown.items()}
    return PayAttack(Knowledge(structure_of(counts), values, values, means, LOWEST, HIGHEST))


def few_people(counts: Counts) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Published sets, and what is left of one without another or without all units or groups, of fewer people than a figure needs."""
    n = counts.values
    yield from ((r, ()) for r in range(len(n)) if 0 < n[r] < MINIMUM)
    for outer, here in enumerate(counts.regions):
        inside = [r for r, other in enumerate(counts.regions) if r != outer and contains(here, other)]
        below = [r for r, other in enumerate(counts.regions) if other.where == here.where and counts.tree.parents[other.unit] == here.unit]
        by_axis = [[r for r in inside if counts.regions[r].axes == here.axes | {axis}] for axis in AXES]
        for parts in [[r] for r in inside] + [below] + by_axis:
            if parts and 0 < n[outer] - n[parts].sum() < MINIMUM:
                yield outer, tuple(parts)


def truth(people: pd.DataFrame, counts: Counts, outer: int, parts: tuple[int, ...]) -> float:
    inside = members(people, counts.tree, counts.regions[outer])
    for r in parts:
        inside &= ~members(people, counts.tree, counts.regions[r])
    return float(people.loc[inside, "pay"].mean())


def protected(counts: Counts) -> dict[int, float]:
    settings = DisclosureSettings(profiles={"one": Profile(title="One", pay_minimum=MINIMUM)}, audiences={"leadership": "one"})
    rows = protect_counts(counts, settings)["leadership"].statistics
    return {int(r): float(mean) for r, mean, marker in zip(rows["region"], rows["mean"], rows["marker"], strict=True) if not marker}


@pytest.mark.parametrize("seed", [1, 2, 25, 30, 36, 54])  # the nearest of 60; in 2 and 30 nobody is of an answer that is not published
def test_no_mean_of_few_people_can_be_placed_nearly(seed: int) -> None:
    people = paid_people(seed)
    counts = council(people)
    shown = protected(counts)
    attacker, tried = attack_of(counts, shown), list(dict.fromkeys(few_people(counts)))
    assert len(tried) > 2
    assert len(shown) > 3
    for outer, parts in tried:
        true, found = truth(people, counts, outer, parts), attacker.mean(outer, parts)
        assert found.low - 1e-6 <= true <= found.high + 1e-6, "the attacker argues from what is true"
        assert found.within(true) > NEAR, (counts.regions[outer], parts, found, true)


def test_the_attacker_bites() -> None:
    """Where all but the small groups are shown, each is placed to a few pennies a head: means are printed to the penny."""
    people = paid_people(0)
    counts = council(people)
    naive = {r: float(mean) for r, mean, n in counts.statistics[["region", "mean", "n"]].itertuples(index=False) if n >= MINIMUM}
    attacker = attack_of(counts, naive)
    near = [attacker.mean(*target).within(truth(people, counts, *target)) for target in few_people(counts)]
    assert len(near) > 3
    assert max(near) < 0.01


def test_who_knows_nothing_but_the_pay_scale_knows_the_pay_scale() -> None:
    people = paid_people(1)
    found = attack_of(council(people), {}).mean(0)
    assert (found.low, found.high) == pytest.approx((LOWEST, HIGHEST))
