"""Rounded parts that a reader would add up: how many published sums do not come out, by hand."""

from __future__ import annotations

import numpy as np

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.additivity import mismatches
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.rounding import round_half_up
from metrics.disclosure.structure import structure_of
from metrics.query.counts import Counts
from tests.support.tables import Published, each, from_dict, make_counts

PARENTS = {"c": None, "d": "c", "e": "c"}
AXES = {"sex": ["F", "M"]}
PEOPLE = {("d", "F"): 7, ("d", "M"): 36, ("e", "F"): 22, ("e", "M"): 21}


def council(**own: int) -> Counts:
    """Units and the council as wholes and by sex; `own` staff of the council itself."""
    people = PEOPLE | {("c", sex): n for sex, n in own.items()}
    return make_counts(PARENTS, AXES, from_dict(PARENTS, AXES, people), [Published(depth=1), Published({"sex": each("F", "M")}, 1)])


def test_parts_that_do_not_add_up_are_counted() -> None:
    """d: 5 + 35 beside 45; e: 20 + 20 beside 45; the council: 45 + 45 beside 85, and women 5 + 20 beside 30. Men add up, and both sexes."""
    counts = council()
    shown = round_half_up(counts.values, 5).astype(float)
    names = [f"{r.unit}{''.join(sorted(dict(r.where).get('sex', [])))}" for r in counts.regions]
    assert dict(zip(names, shown.tolist(), strict=True)) == {
        "c": 85, "cF": 30, "cM": 55, "d": 45, "dF": 5, "dM": 35, "e": 45, "eF": 20, "eM": 20,
    }  # fmt: skip
    assert mismatches(structure_of(counts), counts.cells, shown, ((5,),) * len(shown)) == 4


def test_the_certificate_says_it() -> None:
    """Five groups of twelve are 10 each beside 60: each may still be 10, 11 or 12."""
    grades = [f"g{i}" for i in range(5)]
    people = from_dict({"c": None}, {"grade": grades}, {("c", g): 12 for g in grades})
    counts = make_counts({"c": None}, {"grade": grades}, people, [Published(), Published({"grade": each(*grades)})])
    rounding = Profile(title="Public", council="round")
    cells = protect_counts(counts, DisclosureSettings(profiles={"p": rounding}, audiences={"p": "p"}))["p"]
    assert sorted(cells.shown.tolist()) == [10, 10, 10, 10, 10, 60]
    assert cells.certificate.mismatches == 1


def test_exact_counts_add_up_and_hidden_ones_are_not_added() -> None:
    counts = council()
    structure, exact = structure_of(counts), counts.values.astype(float)
    assert mismatches(structure, counts.cells, exact, ((),) * len(exact)) == 0
    hidden = np.where([dict(r.where).get("sex") == frozenset("F") for r in counts.regions], np.nan, exact + 1)
    # the units of the council, and men in them, are left to add up, and each sum is one too few
    assert mismatches(structure, counts.cells, hidden, ((5,),) * len(exact)) == 2


def test_a_unit_with_staff_of_its_own_is_more_than_its_parts() -> None:
    """Each figure one too high: the sums of both sexes at three units come out wrong, and those of units are no sums."""
    counts = council(F=9, M=12)
    high = counts.values + 1.0
    assert mismatches(structure_of(counts), counts.cells, high, ((5,),) * len(high)) == 3


def test_two_characteristics_are_summed_along_each() -> None:
    axes = {"sex": ["F", "M"], "grade": ["a", "b"]}
    people = {("c", s, g): n for (s, g), n in zip([("F", "a"), ("F", "b"), ("M", "a"), ("M", "b")], (10, 20, 30, 40), strict=True)}
    alone = [Published(), Published({"sex": each("F", "M")}), Published({"grade": each("a", "b")})]
    both = Published({"sex": each("F", "M"), "grade": each("a", "b")})
    counts = make_counts({"c": None}, axes, from_dict({"c": None}, axes, people), [*alone, both])
    high = counts.values + 1.0
    assert mismatches(structure_of(counts), counts.cells, high, ((5,),) * len(high)) == 6
