"""Several KPIs subtracted from another one: who is left is nobody's figure, and protected as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.attack import attack
from metrics.disclosure.beside import attack_with_earlier
from metrics.disclosure.gate import needed, pass_gate
from metrics.disclosure.history import known_by
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.remainders import apart_within
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.structure import structure_of
from metrics.disclosure.system import PublishedSystem, published_system
from metrics.errors import DisclosureError
from metrics.query.counts import Counts, Region
from tests.support.tables import Published, each, from_dict, make_counts

ALONE: dict[str, str | None] = {"c": None}
CONTRACTS = ("core", "fixed", "apprentice")
STAFF = {"core": 150, "fixed": 47, "apprentice": 3}
RULES = Profile(title="P")
SETTINGS = DisclosureSettings(profiles={"p": RULES}, audiences={"p": "p"})


def contract(*held: str) -> Published:
    """A KPI about people with one of these contracts."""
    return Published(base={"contract": held} if held else {})


def staff(*published: Published, people: Mapping[str, int] = STAFF, **more: Any) -> Counts:
    axes = {"contract": CONTRACTS}
    return make_counts(ALONE, axes, from_dict(ALONE, axes, {("c", c): n for c, n in people.items()}), published, **more)


THREE = (contract(), contract("core"), contract("fixed"))


def place(counts: Counts, *held: str) -> int:
    return counts.regions.index(Region("c", (("contract", frozenset(held)),) if held else ()))


def as_they_are(shown: ShownCells, counts: Counts) -> ShownCells:
    exact = np.full(len(counts.regions), "exact", dtype=object)
    values = np.asarray(counts.values, dtype=float)
    return replace(shown, shown=values, how=exact, chains=((),) * len(exact), witnesses=())


def sets(*names: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(name) for name in names)


@pytest.mark.parametrize(
    ("published", "left"),
    [
        (("abcd", "a", "b"), {"cd"}),
        (("abcd", "a", "b", "c"), {"d"}),
        (("abcd", "a", "b", "cd"), set()),
        (("abcd", "ab", "a", "cd"), set()),
        (("abcd", "ab", "bc", "d"), {"a", "c"}),
        (("abcd", "abc", "a", "b"), {"c", "cd"}),
        (("abcd", "abc", "a", "b", "d"), {"c"}),
        (("abcde", "abc", "a", "d"), {"bce", "e"}),
        (("a", "b"), set()),
    ],
)
def test_what_is_left_of_a_set_without_others_that_share_nothing(published: tuple[str, ...], left: set[str]) -> None:
    found = apart_within(sets(*published))
    assert {"".join(sorted(outer.difference(*inside))) for outer, inside in found} == left
    for outer, inside in found:
        assert len(inside) > 1
        assert all(one < outer for one in inside)
        assert sum(map(len, inside)) == len(frozenset().union(*inside))


def test_staff_less_core_less_fixed_term_is_three_apprentices() -> None:
    counts = staff(*THREE)
    assert structure_of(counts).families == ((place(counts), (place(counts, "core"), place(counts, "fixed"))),)
    shown = protect_counts(counts, SETTINGS)["p"]
    assert np.isnan(shown.shown).sum() == 1
    assert np.isnan(shown.shown[place(counts, "fixed")]), "the figure that leadership reads least"
    found = attack(published_system(shown, counts), exact=True)
    left = len(counts.regions) + len(structure_of(counts).pairs)
    assert found.high[left] - found.low[left] >= 4
    pass_gate(counts, shown, RULES)


def test_the_attack_recovers_them_and_the_gate_refuses_them_where_all_is_shown() -> None:
    counts = staff(*THREE)
    open_ = as_they_are(protect_counts(counts, SETTINGS)["p"], counts)
    system = PublishedSystem.from_dict(published_system(open_, counts).as_dict())
    assert system.structure.families == structure_of(counts).families
    assert attack(system).recovered == 1
    assert np.flatnonzero(needed(counts, open_, RULES)).tolist() == [len(counts.regions) + len(system.structure.pairs)]
    with pytest.raises(DisclosureError, match="1 protected counts can be worked out"):
        pass_gate(counts, open_, RULES)


@pytest.mark.parametrize("left", [0, 5])
def test_nobody_or_many_that_are_left_hide_nothing(left: int) -> None:
    counts = staff(*THREE, people={**STAFF, "apprentice": left})
    assert (protect_counts(counts, SETTINGS)["p"].how == "exact").all()


def test_where_counts_are_rounded_what_is_left_keeps_three_values() -> None:
    counts = staff(*THREE)
    rules = Profile(title="P", council="round")
    shown = protect_counts(counts, DisclosureSettings(profiles={"p": rules}, audiences={"p": "p"}))["p"]
    assert (shown.how == "rounded").all()
    assert needed(counts, shown, rules)[-1] == 2


def test_a_remainder_of_one_answer_is_everybodys() -> None:
    """Nobody of six is white, and all have answered: whoever is left is Asian, which no figure says."""
    axes = {"ethnicity": ("asian", "white", "unknown")}
    people = from_dict(ALONE, axes, {("c", "asian"): 6})
    published = [Published(), Published({"ethnicity": each("white")}), Published({"ethnicity": each("unknown")})]
    counts = replace(make_counts(ALONE, axes, people, published, sensitive=["ethnicity"]), unknown={"ethnicity": frozenset({"unknown"})})
    shown = protect_counts(counts, SETTINGS)["p"]
    white = counts.regions.index(Region("c", (("ethnicity", frozenset({"white"})),)))
    assert np.isnan(shown.shown[white])
    pass_gate(counts, shown, RULES)
    open_ = as_they_are(shown, counts)
    assert attack(published_system(open_, counts)).recovered == 1
    with pytest.raises(DisclosureError, match="can be worked out"):
        pass_gate(counts, open_, RULES)
    large = replace(
        counts, values=counts.values * 2, tables=tuple(replace(t, frame=t.frame.assign(n=t.frame["n"] * 2)) for t in counts.tables)
    )
    assert (protect_counts(large, SETTINGS)["p"].how == "exact").all()


def test_who_kept_an_earlier_release_is_not_helped_by_another_kpi() -> None:
    """First staff and core staff are shown, fixed-term staff are hidden; then fixed-term staff alone would be published."""
    before = staff(*THREE)
    first = protect_counts(before, SETTINGS)["p"]
    told = [("r1", PublishedSystem.from_dict(published_system(first, before).as_dict()))]
    after = staff(contract("fixed"))
    again = protect_counts(after, SETTINGS, known=known_by(("p",), told))["p"]
    assert np.isnan(again.shown[place(after, "fixed")])
    found = attack_with_earlier(published_system(again, after), told)
    assert (found.recovered, found.known_before) == (0, 0)
    careless = attack_with_earlier(published_system(as_they_are(again, after), after), told)
    assert careless.recovered == 1


def with_pay(counts: Counts) -> Counts:
    """A mean for every published set, each as a KPI of its own."""
    rows = [
        (f"PY{i}", "", r.unit, "", "group", i, n, 20.0 + i, 4.0, 20.0, 0.05, 9, np.array([20.0]), 1)
        for i, (r, n) in enumerate(zip(counts.regions, counts.values.tolist(), strict=True))
    ]
    return replace(counts, statistics=pd.DataFrame(rows, columns=list(counts.statistics.columns)))


@pytest.mark.parametrize(("left", "hidden"), [(0, 0), (3, 1), (9, 1), (10, 0)])
def test_three_means_do_not_tell_the_pay_of_who_is_left(left: int, hidden: int) -> None:
    """200 x the mean of all - 150 x the mean of core - 47 x the mean of fixed-term staff is what three apprentices are paid together."""
    counts = with_pay(staff(*THREE, people={**STAFF, "apprentice": left}))
    shown = protect_counts(counts, SETTINGS)["p"]
    assert (shown.statistics["marker"] == "[c]").sum() == hidden
    assert shown.certificate.pay_recovered == 0


def test_what_nobody_is_left_of_tells_no_mean_either() -> None:
    """Everybody is core, fixed-term or one of seven apprentices, whose mean is hidden: it is not the rest of the others'."""
    people = {"core": 150, "fixed": 47, "apprentice": 7}
    counts = with_pay(staff(*THREE, contract("apprentice"), people=people))
    shown = protect_counts(counts, SETTINGS)["p"]
    marked = set(shown.statistics.loc[shown.statistics["marker"] == "[c]", "region"])
    assert place(counts, "apprentice") in marked
    assert len(marked) == 2
