"""Somebody who is alone in a hidden cell: what earlier releases tell this person is counted, and what today's figures tell is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from metrics.definitions.dataset import MOVEMENT
from metrics.definitions.flows import JOINED, LEFT, STAYED
from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.decide import NOBODY, Decided, decide
from metrics.disclosure.gate import pass_gate
from metrics.disclosure.history import Known, known_by
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.repair import Repair
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.system import PublishedSystem, published_system
from metrics.errors import DisclosureError
from metrics.query.counts import Counts
from tests.support.tables import Published, each, from_dict, make_counts

COUNCIL = {"c": None}
PROFILE = Profile(title="Leadership", threshold=5)


def settings(profile: Profile = PROFILE) -> DisclosureSettings:
    return DisclosureSettings(profiles={"p": profile}, audiences={"leadership": "p"})


def groups(a: int, b: int) -> Counts:
    """Three groups, and two of them together."""
    axes = {"x": ("a", "b", "w")}
    people = from_dict(COUNCIL, axes, {("c", "a"): a, ("c", "b"): b, ("c", "w"): 20})
    return make_counts(COUNCIL, axes, people, [Published({"x": each("a", "b", "w")}), Published({"x": {"ab": ("a", "b"), "w": ("w",)}})])


def known(counts: Counts, shown: ShownCells) -> dict[str, Known]:
    system = PublishedSystem.from_dict(published_system(shown, counts).as_dict())
    return known_by(("leadership",), [("r1", system)])


def figure(counts: Counts, shown: ShownCells, *atoms: str) -> float:
    place = next(i for i, r in enumerate(counts.regions) if dict(r.where).get("x", frozenset()) == set(atoms))
    return float(shown.shown[place])


def restated() -> tuple[Counts, ShownCells]:
    """a=3 and b=2 hidden, together 5; corrected to 1 and 4: whoever is a knows b."""
    before, now = groups(3, 2), groups(1, 4)
    first = protect_counts(before, settings())["leadership"]
    assert np.isnan(figure(before, first, "a"))
    assert figure(before, first, "a", "b") == 5
    return now, protect_counts(now, settings(), known=known(before, first))["leadership"]


def test_what_earlier_releases_tell_a_person_alone_is_counted_and_nothing_is_hidden_for_it() -> None:
    now, shown = restated()
    assert shown.certificate.known_before == 1
    assert np.isnan([figure(now, shown, "a"), figure(now, shown, "b")]).all()
    assert [figure(now, shown, "w"), figure(now, shown, "a", "b"), figure(now, shown)] == [20, 5, 25]
    assert pass_gate(now, shown, PROFILE).shown.certificate.known_before == 1


def test_without_earlier_releases_more_is_hidden_for_a_person_alone() -> None:
    now = groups(1, 4)
    shown = protect_counts(now, settings())["leadership"]
    assert np.isnan(figure(now, shown, "a", "b"))
    assert shown.certificate.known_before == 0


def test_what_todays_figures_tell_a_person_alone_is_refused_where_nothing_can_be_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Repair, "widen", lambda *_: False)
    with pytest.raises(DisclosureError, match="1 protected figures could still be worked out"):
        protect_counts(groups(1, 4), settings())


def raised_threshold() -> tuple[Counts, ShownCells, Profile]:
    """Seven people of a group were shown; eight are asked for now."""
    counts, higher = groups(7, 30), Profile(title="Leadership", threshold=8)
    first = protect_counts(counts, settings())["leadership"]
    assert figure(counts, first, "a") == 7
    return counts, protect_counts(counts, settings(higher), known=known(counts, first))["leadership"], higher


def test_the_gate_excepts_what_earlier_releases_give_away_by_name() -> None:
    counts, shown, higher = raised_threshold()
    assert shown.certificate.known_before == len(shown.known_before) > 0
    place = next(i for i, r in enumerate(counts.regions) if dict(r.where).get("x") == {"a"})
    said = shown.shown.copy()
    ways = shown.how.copy()
    said[place], ways[place] = 7, "exact"
    open_ = replace(shown, shown=said, how=ways, witnesses=())
    passed = pass_gate(counts, open_, higher)
    assert passed.shown.known_before == frozenset()


def test_the_gate_excepts_no_other_count_however_many_are_known_before() -> None:
    now, shown = restated()
    assert shown.certificate.known_before > 0
    place = next(i for i, r in enumerate(now.regions) if dict(r.where).get("x") == {"b"})
    said, ways = shown.shown.copy(), shown.how.copy()
    said[place], ways[place] = 4, "exact"
    counted = replace(shown.certificate, known_before=99)
    with pytest.raises(DisclosureError, match="can be worked out"):
        pass_gate(now, replace(shown, shown=said, how=ways, witnesses=(), certificate=counted), PROFILE)


def movements() -> Counts:
    axes = {MOVEMENT: (JOINED, LEFT, STAYED), "x": ("a", "w")}
    held = {"a": {JOINED: 6, LEFT: 7, STAYED: 30}, "w": {JOINED: 20, LEFT: 30, STAYED: 80}}
    people = from_dict(COUNCIL, axes, {("c", way, x): n for x, ways in held.items() for way, n in ways.items()})
    joined = {MOVEMENT: each(JOINED, LEFT)}
    return make_counts(COUNCIL, axes, people, [Published(joined), Published({**joined, "x": each("a", "w")})])


def test_what_is_known_before_beside_staff_is_in_the_certificate_of_joiners_and_leavers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found beside staff alone: what the protection without staff finds is set aside here."""
    counts, higher = movements(), Profile(title="Leadership", threshold=8)
    first = protect_counts(counts, settings())["leadership"]
    everything = protect_counts(counts, settings(higher), known=known(counts, first))["leadership"].certificate.known_before
    assert everything > 0
    found: list[Decided] = []

    def noted(*asked: Any) -> Decided:
        found.append(decide(*asked))
        return found[-1] if len(found) == 1 else replace(found[-1], known_before=NOBODY)

    monkeypatch.setattr("metrics.disclosure.protect.decide", noted)
    shown = protect_counts(counts, settings(higher), known=known(counts, first))["leadership"]
    assert len(found) == 2
    assert shown.certificate.known_before == len(found[0].known) > 0
