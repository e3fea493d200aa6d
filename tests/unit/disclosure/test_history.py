"""A day that is published again: what earlier releases told of it is known, and every change is met or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure import beside as reading
from metrics.disclosure.attack import Attack, attack
from metrics.disclosure.beside import LeftOut, attack_with_earlier, figures, with_earlier
from metrics.disclosure.history import known_by
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.system import PublishedSystem, published_system
from metrics.errors import DisclosureError
from metrics.query.counts import Counts, UnitTree
from tests.support.tables import Published, crossed, each, from_dict, make_counts

FINE = {"asian": ("indian", "chinese"), "black": ("african", "caribbean"), "white": ("british", "irish")}
ETHNIC = tuple(name for names in FINE.values() for name in names)
AXES = {"ethnicity": ETHNIC, "sex": ("F", "M")}
PARENTS = {"c": None, "d": "c", "e": "c"}
STAFF = {
    ("d", "indian"): 14, ("e", "indian"): 9, ("d", "chinese"): 3, ("e", "chinese"): 1, ("d", "african"): 11, ("e", "african"): 6,
    ("d", "caribbean"): 2, ("e", "caribbean"): 5, ("d", "british"): 60, ("e", "british"): 44, ("d", "irish"): 7, ("e", "irish"): 12,
}  # fmt: skip
UNITS, FIVE = Published(depth=1), Published({"ethnicity": FINE}, depth=1)
NINETEEN, SEX = Published({"ethnicity": each(*ETHNIC)}), Published({"sex": each("F", "M")}, depth=1)
Release = tuple[Counts, dict[str, ShownCells]]


def staff(**changed: int) -> pd.DataFrame:
    """Two directorates; two thirds of each group are women. `d_irish=9` corrects a group of a directorate."""
    held = {**STAFF, **{(name[0], name[2:]): n for name, n in changed.items()}}
    people = {(u, a, s): n * 2 // 3 if s == "F" else n - n * 2 // 3 for (u, a), n in held.items() for s in ("F", "M")}
    return from_dict(PARENTS, AXES, people)


def profiles(audiences: Sequence[str] = ("leadership", "public"), **leadership: Any) -> DisclosureSettings:
    known = {
        "leadership": Profile(title="Leadership", **leadership),
        "public": Profile(title="Public", council="round", minimum_base=0),
        "staff": Profile(title="Staff", rounding_base=10, council="round", minimum_base=0),
    }
    return DisclosureSettings(profiles=known, audiences={name: name for name in audiences})


def counted(published: Sequence[Published], people: pd.DataFrame | None = None) -> Counts:
    return make_counts(PARENTS, AXES, staff() if people is None else people, published, crossed(AXES, [UNITS, FIVE, NINETEEN, SEX]))


def told(*releases: Release) -> list[tuple[str, PublishedSystem]]:
    """What was published, through the plain text that is stored."""
    return [
        (f"r{number}", PublishedSystem.from_dict(published_system(cells, counts).as_dict()))
        for number, (counts, shown) in enumerate(releases, 1)
        for cells in shown.values()
    ]


def publish(counts: Counts, settings: DisclosureSettings, *earlier: Release) -> Release:
    return counts, protect_counts(counts, settings, known=known_by(tuple(settings.audiences), told(*earlier)))


def exact(release: Release, audience: str = "leadership") -> Mapping[tuple[str, object], float]:
    counts, shown = release
    return {(r.unit, r.where): value for r, value in zip(counts.regions, shown[audience].shown.tolist(), strict=True)}


def check_safe(release: Release, *earlier: Release) -> None:
    """Somebody who kept everything, and knows nothing of how we chose, works out no more small counts than before this release."""
    counts, shown = release
    for audience, cells in shown.items():
        seen = [(name, one) for name, one in told(*earlier) if one.audience == audience or audience == next(iter(shown))]
        found = attack_with_earlier(published_system(cells, counts), seen)
        assert (found.recovered, found.attack.unsettled) == (0, 0)
        assert found.known_before <= cells.certificate.known_before


def same(one: Release, other: Release) -> bool:
    return all(
        (one[1][a].how == other[1][a].how).all() and np.array_equal(one[1][a].shown, other[1][a].shown, equal_nan=True) for a in one[1]
    )


def test_the_same_rows_by_the_same_rules_come_out_as_they_were() -> None:
    published, settings = [UNITS, FIVE, NINETEEN, SEX], profiles()
    first = publish(counted(published), settings)
    again = publish(counted(published), settings, first)
    third = publish(counted(published), settings, first, again)
    assert same(first, again)
    assert same(first, third)
    certificate = third[1]["leadership"].certificate
    assert (certificate.earlier, certificate.known_before) == (("r1", "r2"), 0)
    assert replace(certificate, earlier=(), seconds=0.0) == replace(first[1]["leadership"].certificate, seconds=0.0)


def test_a_lower_threshold_shows_more_and_nothing_is_known_before() -> None:
    first = publish(counted([UNITS, NINETEEN]), profiles(threshold=25))
    again = publish(counted([UNITS, NINETEEN]), profiles(threshold=3), first)
    assert np.isfinite(again[1]["leadership"].shown).sum() > np.isfinite(first[1]["leadership"].shown).sum()
    assert again[1]["leadership"].certificate.known_before == 0
    check_safe(again, first)


def test_a_higher_threshold_cannot_take_back_what_was_shown_and_says_so() -> None:
    first = publish(counted([UNITS, NINETEEN]), profiles(threshold=3))
    again = publish(counted([UNITS, NINETEEN]), profiles(threshold=8), first)
    shown_before = exact(first)["c", (("ethnicity", frozenset({"caribbean"})),)]
    assert shown_before == 7
    assert np.isnan(exact(again)["c", (("ethnicity", frozenset({"caribbean"})),)])
    assert again[1]["leadership"].certificate.known_before > 0
    assert again[1]["leadership"].certificate.passed
    check_safe(again, first)


def test_a_breakdown_that_is_no_longer_published_is_still_known() -> None:
    published = [UNITS, Published({"ethnicity": {"two": ("chinese", "irish"), "rest": ("indian", "african", "caribbean", "british")}})]
    first = publish(counted([UNITS, NINETEEN]), profiles())
    alone = publish(counted(published), profiles())
    assert exact(first)["c", (("ethnicity", frozenset({"irish"})),)] == 19
    assert exact(alone)["c", (("ethnicity", frozenset({"chinese", "irish"})),)] == 23
    careless = attack_with_earlier(published_system(alone[1]["leadership"], alone[0]), told(first))
    assert careless.recovered > 0, "19 of the 23 are Irish, so 4 are Chinese"
    beside = publish(counted(published), profiles(), first)
    assert np.isnan(exact(beside)["c", (("ethnicity", frozenset({"chinese", "irish"})),)])
    check_safe(beside, first)


@pytest.mark.parametrize(
    ("before", "after"),
    [([UNITS, NINETEEN], [UNITS, FIVE]), ([UNITS, FIVE], [UNITS, NINETEEN]), ([UNITS, FIVE], [UNITS, FIVE, SEX]), ([UNITS, SEX], [UNITS])],
    ids=["19 to 5 groups", "5 to 19 groups", "one added", "one removed"],
)
def test_other_breakdowns_give_nothing_away_beside_those_of_before(before: list[Published], after: list[Published]) -> None:
    first = publish(counted(before), profiles())
    again = publish(counted(after), profiles(), first)
    assert again[1]["leadership"].certificate.known_before == 0
    assert np.isfinite(again[1]["leadership"].shown).any()
    check_safe(again, first)


@pytest.mark.parametrize(
    "changed",
    [{"d_irish": 8}, {"d_chinese": 4, "e_african": 5}, {"d_indian": 30, "e_british": 20, "d_irish": 40, "e_caribbean": 17}],
    ids=["one more", "two corrected", "another file"],
)
def test_corrected_rows_are_published_beside_what_was_wrong(changed: dict[str, int]) -> None:
    published, settings = [UNITS, FIVE, NINETEEN], profiles()
    first = publish(counted(published), settings)
    again = publish(counted(published, staff(**changed)), settings, first)
    assert again[1]["leadership"].certificate.passed
    assert np.isfinite(again[1]["leadership"].shown).mean() > 0.5
    check_safe(again, first)


def test_an_attacker_says_which_earlier_figures_no_table_agrees_with() -> None:
    published = [UNITS, FIVE, NINETEEN]
    first = publish(counted(published), profiles())
    again = publish(counted(published, staff(d_british=70)), profiles(), first)
    beside = with_earlier(published_system(again[1]["leadership"], again[0]), told(first))
    assert [(one.release, one.units) for one in beside.left_out] == [("r1", 0)]
    assert beside.left_out[0].contradicting > 0
    assert beside.used == ("r1",)
    assert attack(beside.system).proven, "what is left agrees with some table"
    unchanged = publish(counted(published), profiles(), first)
    assert with_earlier(published_system(unchanged[1]["leadership"], unchanged[0]), told(first)).left_out == ()


def test_a_release_of_which_nothing_could_be_used_was_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    first = publish(counted([UNITS, FIVE]), profiles())
    again = publish(counted([UNITS, FIVE], staff(d_british=70)), profiles(), first)
    system = published_system(again[1]["leadership"], again[0])
    shown = sum(figures(one) for _, one in told(first))

    def no_table_but_alone(asked: PublishedSystem, *given: Any, **named: Any) -> Attack:
        if asked is not system:
            raise DisclosureError("no whole table")
        return attack(asked, *given, **named)

    monkeypatch.setattr(reading, "attack", no_table_but_alone)
    found = attack_with_earlier(system, told(first))
    assert found.earlier == ()
    assert found.left_out == (LeftOut("r1", 0, 0, shown),)


def test_a_figure_of_two_releases_is_left_out_of_both() -> None:
    first = publish(counted([UNITS, FIVE]), profiles())
    again = publish(counted([UNITS, FIVE], staff(d_british=70)), profiles(), first)
    earlier = [*told(first), *(("r2", one) for _, one in told(first))]
    one, two = with_earlier(published_system(again[1]["leadership"], again[0]), earlier).left_out
    assert (one.release, two.release) == ("r1", "r2")
    assert one.contradicting == two.contradicting > 0


def test_an_audience_that_is_added_learns_from_its_own_release_alone() -> None:
    first = publish(counted([UNITS, FIVE]), profiles(("leadership",)))
    again = publish(counted([UNITS, FIVE]), profiles(("leadership", "staff")), first)
    assert again[1]["leadership"].certificate.earlier == ("r1",)
    assert again[1]["staff"].certificate.earlier == ()
    assert again[1]["staff"].certificate.passed
    check_safe(again, first)


def test_the_first_audience_is_given_what_an_audience_that_is_gone_was_shown() -> None:
    first = publish(counted([UNITS, NINETEEN]), profiles(("public",)))
    again = publish(counted([UNITS, NINETEEN]), profiles(("leadership",)), first)
    assert again[1]["leadership"].certificate.earlier == ("r1",)
    check_safe(again, first)


@pytest.mark.parametrize("rules", [{"below_council": "suppress"}, {"rounding_base": 10}, {"council": "round"}], ids=str)
def test_an_audience_whose_rules_changed_is_protected_against_both(rules: dict[str, Any]) -> None:
    first = publish(counted([UNITS, FIVE, NINETEEN]), profiles())
    again = publish(counted([UNITS, FIVE, NINETEEN]), profiles(**rules), first)
    assert again[1]["leadership"].certificate.passed
    check_safe(again, first)


def test_what_was_hidden_is_protected_although_nobody_publishes_it_now() -> None:
    first = publish(counted([UNITS, NINETEEN]), profiles())
    again = publish(counted([UNITS]), profiles(), first)
    beside = with_earlier(published_system(again[1]["leadership"], again[0]), told(first))
    names = {region.where for region in beside.system.structure.regions}
    assert (("ethnicity", frozenset({"chinese"})),) in names
    check_safe(again, first)


def test_earlier_figures_of_other_units_or_categories_are_refused_with_the_cure() -> None:
    first = publish(counted([UNITS, NINETEEN]), profiles())
    now = counted([UNITS, NINETEEN])
    elsewhere = replace(now, tree=UnitTree({"c": None, "d": "c", "e": "d"}))
    with pytest.raises(DisclosureError, match=r"unit 'd' held other units in an earlier release of staff, 2026-03-31"):
        publish(elsewhere, profiles(), first)
    _, system = told(first)[0]
    renamed = replace(system, structure=replace(system.structure, regions=tuple(replace(r, unit="f") for r in system.structure.regions)))
    with pytest.raises(DisclosureError, match=r"figures of unit 'f'[^$]*and \d sets more like these\n.*valid_from") as refused:
        protect_counts(now, profiles(), known=known_by(("leadership", "public"), [("r1", renamed)]))
    assert not any(str(n) in str(refused.value).replace("2026-03-31", "") for n in now.values.tolist() if n > 100)


def test_categories_that_today_cannot_be_told_apart_are_refused() -> None:
    first = publish(counted([UNITS, NINETEEN]), profiles())
    five = {"ethnicity": tuple("|".join(sorted(names)) for names in FINE.values())}
    merged = {(u, "|".join(sorted(names))): sum(STAFF[u, n] for n in names) for u in ("d", "e") for names in FINE.values()}
    coarse = make_counts(PARENTS, five, from_dict(PARENTS, five, merged), [UNITS, Published({"ethnicity": each(*five["ethnicity"])})])
    with pytest.raises(DisclosureError, match=r"figures of unit 'c' \(ethnicity: african\), which today's definitions cannot tell"):
        publish(coarse, profiles(), first)
