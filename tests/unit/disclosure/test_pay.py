"""Pay figures: small groups, dominance, and totals that subtraction would give away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.joint import build_joint
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.structure import structure_of
from metrics.disclosure.sums import Sums
from metrics.query.counts import Counts
from tests.support.tables import Published, each, from_dict, make_counts

PARENTS = {"c": None, "d": "c", "e": "c", "f": "c"}
AXES = {"sex": ["F", "M"]}


def with_pay(people: Mapping[tuple[str, str], int], share: Mapping[int, float] | None = None, groups: str = "FM") -> Counts:
    """A mean for every published set, of the KPI PG01: each unit, and each of the groups in it."""
    axes = {"sex": sorted({*AXES["sex"], *(sex for _, sex in people)})}
    by_sex = Published({"sex": each(*groups)}, depth=1)
    counts = make_counts(PARENTS, axes, from_dict(PARENTS, axes, people), [Published(depth=1), by_sex])
    rows = [
        ("PG01", "directorate+sex", r.unit, str(i), "group", i, n, 20.0 + i, 4.0, 20.0, (share or {}).get(i, 0.05), 9, np.array([20.0]), 1)
        for i, (r, n) in enumerate(zip(counts.regions, counts.values.tolist(), strict=True))
    ]
    return replace(counts, statistics=pd.DataFrame(rows, columns=list(counts.statistics.columns)))


def protect(counts: Counts, audience: str = "leadership", **profile: Any) -> ShownCells:
    profiles = {"one": Profile(title="One", **profile), "two": Profile(title="Two", council="round")}
    settings = DisclosureSettings(profiles=profiles, audiences={"leadership": "one", "public": "two"})
    return protect_counts(counts, settings)[audience]


def shown_pay(counts: Counts, cells: ShownCells) -> dict[tuple[str, str], bool]:
    names = {i: (r.unit, next((next(iter(a)) for _, a in r.where), "")) for i, r in enumerate(counts.regions)}
    return {names[int(r)]: m == "" for r, m in zip(cells.statistics["region"], cells.statistics["marker"], strict=True)}


LARGE = {("d", "F"): 60, ("d", "M"): 50, ("e", "F"): 40, ("e", "M"): 70, ("f", "F"): 80, ("f", "M"): 90}


def test_large_groups_keep_their_pay() -> None:
    counts = with_pay(LARGE)
    cells = protect(counts)
    assert all(shown_pay(counts, cells).values())
    assert cells.certificate.pay_recovered == 0
    assert "n" not in cells.statistics


def test_the_pay_of_a_small_group_cannot_be_subtracted() -> None:
    counts = with_pay({**LARGE, ("d", "F"): 7})
    shown = shown_pay(counts, protect(counts))
    assert not shown["d", "F"]
    # d in all minus the men of d would be the seven women; so would the women of the council minus those of e and f
    assert not (shown["d", ""] and shown["d", "M"])
    assert not (shown["c", "F"] and shown["e", "F"] and shown["f", "F"])


def test_a_group_of_nobody_is_no_hiding_place() -> None:
    """All of d are women and men but for six: that nobody there is of the fourth answer is known, and leaves six alone."""
    people = LARGE | {("d", "U"): 6, ("e", "U"): 30, ("f", "U"): 30, ("e", "X"): 40, ("f", "X"): 40}
    counts = with_pay(people, groups="FMUX")
    shown = shown_pay(counts, protect(counts))
    assert not shown["d", "U"]
    assert not (shown["d", ""] and shown["d", "F"] and shown["d", "M"])
    assert sum(shown[u, ""] for u in "cdef") == 4, "what leadership reads most is hidden last"


def test_nor_where_a_large_group_is_hidden_for_one_person() -> None:
    """Forty of e are hidden because one of them has most of the pay, and nobody is of the other answer that has no figure."""
    people = LARGE | {("e", "U"): 40, ("d", "U"): 30, ("f", "U"): 30, ("d", "X"): 30, ("f", "X"): 40}
    counts = with_pay(people, {place_of(with_pay(people, groups="FMUX"), "e", "U"): 0.6}, groups="FMUX")
    shown = shown_pay(counts, protect(counts))
    assert not shown["e", "U"]
    assert not shown["e", "X"]
    assert not (shown["e", ""] and shown["e", "F"] and shown["e", "M"])


def test_nor_is_an_answer_that_is_not_published() -> None:
    """Nobody of d is of a third answer, which has no figure: the men of d are d without its women."""
    counts = with_pay(LARGE | {("d", "M"): 7, ("e", "U"): 30, ("f", "U"): 30}, groups="FM")
    shown = shown_pay(counts, protect(counts))
    assert not shown["d", "M"]
    assert not (shown["d", ""] and shown["d", "F"])


def test_two_small_groups_together_are_not_enough_people() -> None:
    """Four and three people: neither can be subtracted by itself, but the mean of seven could be."""
    people = LARGE | {("d", "U"): 4, ("d", "X"): 3, ("e", "U"): 30, ("f", "U"): 30, ("e", "X"): 40, ("f", "X"): 40}
    counts = with_pay(people, groups="FMUX")
    shown = shown_pay(counts, protect(counts))
    assert not (shown["d", ""] and shown["d", "F"] and shown["d", "M"])
    enough = with_pay(people | {("d", "U"): 6, ("d", "X"): 5}, groups="FMUX")
    shown = shown_pay(enough, protect(enough))
    assert shown["d", ""]
    assert shown["d", "F"]
    assert shown["d", "M"]


def test_nor_are_those_who_stand_in_no_group() -> None:
    """The seven of d who did not say: no figure is about them, and the rest of d would tell their mean."""
    people = LARGE | {("d", "U"): 7, ("e", "U"): 30, ("f", "U"): 30}
    counts = with_pay(people, groups="FM")
    shown = shown_pay(counts, protect(counts))
    assert not (shown["d", ""] and shown["d", "F"] and shown["d", "M"])
    assert sum(shown.values()) == len(shown) - 2, "the women of d, and of one more unit: or the council's would tell those of d"


def test_nor_those_of_a_unit_with_no_unit_below() -> None:
    """Six people of the council's own: the council without its three units would tell their mean."""
    people = LARGE | {("c", "F"): 2, ("c", "M"): 4}
    counts = with_pay(people)
    shown = shown_pay(counts, protect(counts))
    assert not all(shown[u, ""] for u in "cdef")


def test_who_is_shown_is_decided_on_the_rounded_size() -> None:
    # 12 is shown as 10, which 8 would be too: hidden; 13 is shown as 15, at least 13 people: shown
    for size, expected in ((12, False), (13, True)):
        counts = with_pay({**LARGE, ("d", "F"): size})
        assert shown_pay(counts, protect(counts))["d", "F"] is expected


def place_of(counts: Counts, unit: str, sex: str) -> int:
    return next(i for i, r in enumerate(counts.regions) if r.unit == unit and dict(r.where).get("sex") == frozenset({sex}))


FIGURES = ["mean", "variance", "median", "largest_share", "distinct", "ranks", "rank_first"]


def test_one_person_with_most_of_the_pay_hides_every_figure() -> None:
    counts = with_pay(LARGE)
    place = place_of(counts, "e", "M")
    for held, hidden in ((0.6, True), (0.5, False)):
        cells = protect(with_pay(LARGE, {place: held}))
        row = cells.statistics[cells.statistics["region"] == place].iloc[0]
        assert (row["marker"] == "[c]") == hidden
        assert row[FIGURES].isna().all() == hidden
        assert row[FIGURES].notna().all() != hidden


def test_two_rates_are_not_enough_to_hide_among() -> None:
    counts = with_pay(LARGE)
    place = place_of(counts, "e", "M")
    for rates, hidden in ((2, True), (3, False)):
        statistics = counts.statistics.assign(distinct=counts.statistics["distinct"].mask(counts.statistics["region"] == place, rates))
        cells = protect(replace(counts, statistics=statistics))
        row = cells.statistics[cells.statistics["region"] == place].iloc[0]
        assert (row["marker"] == "[c]") == hidden
        assert row[FIGURES].isna().all() == hidden


def test_a_gap_needs_both_sides() -> None:
    """Of a gap whose women are hidden, the men are hidden too, unless they have a figure of their own elsewhere."""
    counts = with_pay({**LARGE, ("d", "F"): 7})
    women, men = place_of(counts, "d", "F"), place_of(counts, "d", "M")
    both = counts.statistics[counts.statistics["region"].isin([women, men])]
    gap = both.assign(kpi="PG09", breakdown="", group="", side=["group", "reference"])
    alone = replace(counts, statistics=pd.concat([counts.statistics[~counts.statistics["region"].isin([women, men])], gap]))
    for given, expected in ((alone, {"[c]"}), (replace(counts, statistics=pd.concat([counts.statistics, gap])), {"[c]", ""})):
        statistics = protect(given).statistics
        assert set(statistics.loc[statistics["region"] == women, "marker"]) == {"[c]"}
        assert set(statistics.loc[statistics["region"].isin([women, men]), "marker"]) <= expected
    assert set(protect(alone).statistics.query("kpi == 'PG09'")["marker"]) == {"[c]"}


def gaps_of(counts: Counts) -> Counts:
    """Women compared with men in each unit, and no other figure of pay."""
    rows = counts.statistics[[len(counts.regions[r].where) == 1 for r in counts.statistics["region"]]]
    sides = ["group" if dict(counts.regions[r].where)["sex"] == frozenset("F") else "reference" for r in rows["region"]]
    return replace(counts, statistics=rows.assign(kpi="PG09", breakdown="", group="", side=sides))


def test_one_side_alone_is_not_shown_either() -> None:
    counts = gaps_of(with_pay(LARGE, {place_of(with_pay(LARGE), "c", "F"): 0.6}))
    shown = {unit: set(rows["marker"]) for unit, rows in protect(counts).statistics.groupby("unit")}
    assert shown["c"] == {"[c]"}, "a gap without its women"
    assert [shown[u] for u in "def"].count({""}) == 2, "or they would add up to the women of the council"
    assert all(len(markers) == 1 for markers in shown.values()), "whole gaps or none"
    alone = gaps_of(with_pay(LARGE, {place_of(with_pay(LARGE), "e", "F"): 0.6}))
    alone = replace(alone, statistics=alone.statistics.query("unit == 'e'"))
    assert set(protect(alone).statistics["marker"]) == {"[c]"}, "though nothing can be subtracted from one unit's men"


def test_what_the_first_audience_is_not_shown_no_other_is() -> None:
    counts = with_pay(LARGE)
    hidden = protect(counts, pay_minimum=90).statistics["marker"] == "[c]"
    public = protect(counts, "public", pay_minimum=90).statistics
    assert 0 < hidden.sum() < len(hidden)
    assert (public.loc[hidden, "marker"] == "[c]").all()
    assert public.loc[hidden, FIGURES].isna().all(axis=None)
    assert (protect(counts, "public").statistics["marker"] == "").all(), "on its own account it would be shown"


@pytest.mark.parametrize("inner", [12, 18])
def test_sets_that_nearly_hold_the_same_people_have_one_figure_between_them(inner: int) -> None:
    """The mean of 20 and the mean of 12 or 18 of them: the rest are 8 or 2 people, too few either way."""
    counts = with_pay(LARGE | {("d", "F"): inner, ("d", "M"): 20 - inner})
    joint = build_joint(structure_of(counts))
    sums = Sums(joint, counts.statistics, counts.values, 10)
    whole = next(i for i, r in enumerate(counts.regions) if r.unit == "d" and not r.where)
    assert {whole: 1, place_of(counts, "d", "F"): -1} in sums.small_differences()
    assert {whole: 1, place_of(counts, "d", "F"): -1} not in Sums(joint, counts.statistics, counts.values, 2).small_differences()
    hidden = set(range(len(counts.regions))) - {whole, place_of(counts, "d", "F")}
    assert sums.hide_enough(hidden, ()) == 0
    assert len({whole, place_of(counts, "d", "F")} & hidden) == 1


def test_who_is_left_out_of_a_hidden_group_is_too_few_people_as_well() -> None:
    """The twelve women of d have no figure, but the council's without those of other units; and all of d but them are eight."""
    counts = with_pay(LARGE | {("d", "F"): 12, ("d", "M"): 8}, groups="F")
    sums = Sums(build_joint(structure_of(counts)), counts.statistics, counts.values, 10)
    hidden = {place_of(counts, "d", "F")}
    assert sums.hide_enough(hidden, ()) == 0
    assert len(hidden) > 1
