"""A small group of which nobody gave one answer, so that all gave the other: the zero is protected, and found where it is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.attack import attack
from metrics.disclosure.gate import needed, pass_gate
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.system import PublishedSystem, published_system
from metrics.errors import DisclosureError
from metrics.query.counts import Counts, Region
from tests.support.tables import Published, each, from_dict, make_counts

ALONE: dict[str, str | None] = {"c": None}
KNOWN = ["disabled", "not_disabled"]
PEOPLE = {
    ("c", "crew", "disabled"): 16, ("c", "crew", "not_disabled"): 113, ("c", "crew", "not_known"): 21,
    ("c", "officer", "disabled"): 17, ("c", "officer", "not_disabled"): 112, ("c", "officer", "not_known"): 21,
    ("c", "chief", "disabled"): 6,
}  # fmt: skip
NOT_DISABLED = Region("c", (("disability", frozenset({"not_disabled"})), ("grade", frozenset({"chief"}))))


def by_grade(*answers: str) -> Published:
    return Published({"grade": each("crew", "officer", "chief")}, base={"disability": answers} if answers else {})


def council(*published: Published, people: dict[tuple[str, ...], int] = PEOPLE) -> Counts:
    """Chief officers: six, all of whom say that they are disabled."""
    axes = {"grade": ["crew", "officer", "chief"], "disability": [*KNOWN, "not_known"]}
    made = make_counts(ALONE, axes, from_dict(ALONE, axes, people), published, sensitive=["disability"])
    return replace(made, unknown={"disability": frozenset({"not_known"})})


def protect(counts: Counts, **profile: Any) -> tuple[ShownCells, Profile]:
    rules = Profile(title="P", **profile)
    return protect_counts(counts, DisclosureSettings(profiles={"p": rules}, audiences={"p": "p"}))["p"], rules


def shown_as_they_are(shown: ShownCells, counts: Counts) -> ShownCells:
    exact = np.full(len(counts.regions), "exact", dtype=object)
    nobody = replace(shown.certificate, exact=len(exact), primary=0, secondary=0, coarsened=0)
    values = np.asarray(counts.values, dtype=float)
    return replace(shown, shown=values, how=exact, chains=((),) * len(exact), certificate=nobody, witnesses=())


ACROSS = (by_grade("not_disabled"), by_grade(*KNOWN))
"""Two KPIs: who is not disabled, and who has answered."""


def test_nobody_of_a_small_group_is_not_disabled_so_all_are() -> None:
    counts = council(*ACROSS)
    place = counts.regions.index(NOT_DISABLED)
    assert counts.values[place] == 0
    shown, rules = protect(counts)
    assert np.isnan(shown.shown[place])
    assert shown.certificate.alike_below == 10
    found = attack(published_system(shown, counts), exact=True)
    assert found.high[place] - found.low[place] >= 4
    assert found.proven
    pass_gate(counts, shown, rules)


def test_the_attack_recovers_it_and_the_gate_refuses_it_where_it_is_shown() -> None:
    counts = council(*ACROSS)
    shown, rules = protect(counts)
    open_ = shown_as_they_are(shown, counts)
    system = PublishedSystem.from_dict(published_system(open_, counts).as_dict())
    assert attack(system).recovered == 1
    assert needed(counts, open_, rules)[counts.regions.index(NOT_DISABLED)] == 4
    with pytest.raises(DisclosureError, match="1 protected counts can be worked out"):
        pass_gate(counts, open_, rules)
    before = attack(replace(system, alike_below=0))
    assert before.recovered == 0, "a system that was stored before this was asked says nothing of it"


def test_a_hidden_group_that_may_be_large_tells_of_nobody() -> None:
    counts = council(*ACROSS)
    open_ = shown_as_they_are(protect(counts)[0], counts)
    system, hidden = published_system(open_, counts), open_.shown.copy()
    for place, region in enumerate(counts.regions):
        if dict(region.where).get("disability") == frozenset(KNOWN):
            hidden[place] = np.nan
    assert attack(replace(system, shown=hidden)).recovered == 0


@pytest.mark.parametrize(
    ("why", "published", "people", "profile"),
    [
        ("those left may as well not have answered", (by_grade("not_disabled"), by_grade()), PEOPLE, {}),
        ("the group is not small", ACROSS, {**PEOPLE, ("c", "chief", "disabled"): 10}, {}),
        ("the group is not small by its profile", ACROSS, PEOPLE, {"minimum_base": 6}),
        ("there is nobody in the group", ACROSS, {k: n for k, n in PEOPLE.items() if k[1] != "chief"}, {}),
    ],
)
def test_other_zeros_are_shown(why: str, published: tuple[Published, ...], people: dict[tuple[str, ...], int], profile: Any) -> None:
    counts = council(*published, people=people)
    shown, _ = protect(counts, **profile)
    assert (shown.how == "exact").all(), why


def by_religion(*published: Published) -> Counts:
    axes = {"religion": ["a", "b", "c"]}
    return make_counts(ALONE, axes, from_dict(ALONE, axes, {("c", "b"): 6, ("c", "c"): 7}), published, sensitive=["religion"])


def test_several_answers_are_one_where_they_are_published_as_one() -> None:
    """That nobody is a leaves b and c: no answer, unless "b or c" is a figure of its own."""
    some = Published({"religion": each("a", "c")})
    several = by_religion(some)
    assert (protect(several, minimum_base=20)[0].how == "exact").all()
    one = by_religion(some, Published({"religion": {"b or c": ["b", "c"]}}))
    shown, _ = protect(one, minimum_base=20)
    assert np.isnan(shown.shown[one.regions.index(Region("c", (("religion", frozenset("a")),)))])


def test_where_counts_are_rounded_the_zero_keeps_three_values() -> None:
    counts = council(*ACROSS)
    shown, rules = protect(counts, council="round")
    place = counts.regions.index(NOT_DISABLED)
    assert (shown.how[place], shown.shown[place]) == ("rounded", 0)
    assert needed(counts, shown, rules)[place] == 2
    found = attack(published_system(shown, counts), exact=True)
    assert found.high[place] - found.low[place] == 2
