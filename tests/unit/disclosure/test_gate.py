"""The gate lets through what is proven, and refuses whatever was changed on the way, left out or only claimed."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.gate import checked, leaves_room, pass_gate
from metrics.disclosure.given import with_given
from metrics.disclosure.joint import build_joint
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.structure import structure_of
from metrics.disclosure.system import PublishedSystem, published_system
from metrics.disclosure.whole import fits, retold
from metrics.errors import DisclosureError
from metrics.query.counts import Counts, Region
from tests.support.tables import Published, each, from_dict, make_counts

PARENTS = {"c": None, "d": "c", "e": "c"}
PROFILE = Profile(title="Leadership", threshold=5)


@pytest.fixture(scope="module")
def counts() -> Counts:
    axes = {"grade": ["a", "b", "g"], "sex": ["f", "m"]}
    numbers = {
        ("d", "a"): (3, 14),
        ("d", "b"): (12, 25),
        ("d", "g"): (31, 2),
        ("e", "a"): (1, 20),
        ("e", "b"): (17, 6),
        ("e", "g"): (40, 33),
    }
    people = from_dict(PARENTS, axes, {(u, g, s): n for (u, g), pair in numbers.items() for s, n in zip("fm", pair, strict=True)})
    published = [
        Published(depth=1),
        Published({"sex": each("f", "m")}, depth=1),
        Published({"grade": each("a", "b", "g"), "sex": each("f", "m")}),
    ]
    return make_counts(PARENTS, axes, people, published)


@pytest.fixture(scope="module")
def shown(counts: Counts) -> ShownCells:
    return protect_counts(counts, DisclosureSettings(profiles={"p": PROFILE}, audiences={"leadership": "p"}))["leadership"]


def a_place(shown: ShownCells, how: str) -> int:
    return int(np.flatnonzero(shown.how == how)[0])


def with_one(shown: ShownCells, place: int, how: str, value: float, chain: tuple[int, ...]) -> ShownCells:
    ways, values, chains = shown.how.copy(), shown.shown.copy(), list(shown.chains)
    ways[place], values[place], chains[place] = how, value, chain
    return replace(shown, how=ways, shown=values, chains=tuple(chains))


def test_what_is_proven_passes_and_leaves_its_proofs_behind(counts: Counts, shown: ShownCells) -> None:
    assert len(shown.witnesses) > 1
    passed = pass_gate(counts, shown, PROFILE)
    assert passed.shown.witnesses == ()
    assert passed.shown.certificate.witnesses == len(shown.witnesses)
    assert passed.shown.certificate.blocks >= 1
    assert passed.system.as_dict() == json.loads(json.dumps(published_system(shown, counts).as_dict()))


def test_what_has_no_proof_is_attacked_from_nothing_and_passes_where_it_is_safe(counts: Counts, shown: ShownCells) -> None:
    passed = pass_gate(counts, replace(shown, witnesses=()), PROFILE)
    assert passed.shown.certificate.witnesses > 1


def test_a_changed_figure_is_refused(counts: Counts, shown: ShownCells) -> None:
    place = a_place(shown, "exact")
    with pytest.raises(DisclosureError, match="not the count that it stands for"):
        pass_gate(counts, with_one(shown, place, "exact", shown.shown[place] + 1, ()), PROFILE)


def test_a_system_that_lost_something_on_the_way_is_refused(counts: Counts, shown: ShownCells) -> None:
    said = published_system(shown, counts).as_dict()
    said["shown"][a_place(shown, "exact")] = None
    with pytest.raises(DisclosureError, match="not the count that it stands for"):
        checked(counts, shown, PublishedSystem.from_dict(said), PROFILE, "here")


def test_a_hidden_count_that_is_shown_is_refused(counts: Counts, shown: ShownCells) -> None:
    place = a_place(shown, "primary")
    open_ = with_one(shown, place, "exact", float(counts.values[place]), ())
    with pytest.raises(DisclosureError, match="a proof does not fit"):
        pass_gate(counts, open_, PROFILE)
    with pytest.raises(DisclosureError, match="can be worked out"):
        pass_gate(counts, replace(open_, witnesses=()), PROFILE)
    with pytest.raises(DisclosureError, match="can be worked out"):
        pass_gate(counts, replace(open_, witnesses=shown.witnesses[:1]), PROFILE)  # the truth alone proves nothing


def test_a_count_hidden_for_others_that_is_shown_is_refused(counts: Counts, shown: ShownCells) -> None:
    everything = shown
    for place in np.flatnonzero(shown.how == "secondary").tolist():
        everything = with_one(everything, place, "exact", float(counts.values[place]), ())
    assert everything is not shown
    with pytest.raises(DisclosureError, match=r"can be worked out|not proven"):
        pass_gate(counts, replace(everything, witnesses=()), PROFILE)


def test_a_forged_proof_is_refused(counts: Counts, shown: ShownCells) -> None:
    forged = shown.witnesses[0].copy()
    forged[0] += 4
    for wrong in (forged, -shown.witnesses[0] - 1, shown.witnesses[0][:-1]):
        with pytest.raises(DisclosureError, match="a proof does not fit"):
            pass_gate(counts, replace(shown, witnesses=(*shown.witnesses, wrong)), PROFILE)


def test_a_rounded_count_without_its_rule_is_refused(counts: Counts, shown: ShownCells) -> None:
    place = a_place(shown, "rounded")
    with pytest.raises(DisclosureError, match="not the count that it stands for"):
        pass_gate(counts, with_one(shown, place, "rounded", shown.shown[place], ()), PROFILE)
    # nor may it be called exact, where it is not
    wrong = next(i for i in np.flatnonzero(shown.how == "rounded").tolist() if shown.shown[i] != counts.values[i])
    with pytest.raises(DisclosureError, match="not the count that it stands for"):
        pass_gate(counts, with_one(shown, wrong, "exact", shown.shown[wrong], ()), PROFILE)


def test_less_than_the_rule_asks_for_is_refused_though_nothing_is_recovered(counts: Counts, shown: ShownCells) -> None:
    wider = Profile(title="Leadership", threshold=60)
    with pytest.raises(DisclosureError, match=r"not proven to be safe|worked out"):
        pass_gate(counts, shown, wider)


@pytest.mark.parametrize(
    ("amounts", "room"),
    [
        ({0: (5.5, 6.5)}, True),
        ({0: (8.5, 9.5)}, False),  # eight people cannot have nine
        ({1: (2.5, 3.5), 2: (3.5, 4.5), 0: (6.5, 7.5)}, True),
        ({1: (2.5, 3.5), 2: (3.5, 4.5), 0: (4.5, 5.5)}, False),  # the units have six at least between them
        ({1: (1.5, 2.5), 0: (7.5, 8.5)}, False),  # five others cannot have what the first three lack
    ],
)
def test_a_table_proves_nothing_where_people_cannot_have_the_printed_sums(amounts: dict[int, tuple[float, float]], room: bool) -> None:
    numbers = from_dict(PARENTS, {"x": ["a"]}, {("d", "a"): 3, ("e", "a"): 5})
    some = make_counts(PARENTS, {"x": ["a"]}, numbers, [Published(depth=1)])
    assert [r.unit for r in some.regions] == ["c", "d", "e"]
    settings = DisclosureSettings(profiles={"p": PROFILE}, audiences={"a": "p"})
    system = published_system(protect_counts(some, settings)["a"], some)
    told = {region: (*window, 1.0) for region, window in amounts.items()}
    assert leaves_room(replace(system, amounts=told), np.asarray(some.values)) is room


def test_tables_of_a_finer_system_are_told_in_the_coarser_one(counts: Counts) -> None:
    bare = structure_of(counts)
    coarser, finer = build_joint(bare), build_joint(with_given(bare, [Region("d", (("grade", frozenset({"a"})),))]))
    assert finer.layout.columns > coarser.layout.columns
    (table,) = retold([finer.start(counts.tables)], finer, coarser)
    assert (table == coarser.start(counts.tables)).all()
    moved = finer.start(counts.tables)
    assert fits(finer, *[np.asarray(finer.regions @ moved, dtype=float)] * 2, moved)
