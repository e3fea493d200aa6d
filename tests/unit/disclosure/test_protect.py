"""Worked examples of choosing, repairing and certifying, checked by hand or by listing every possible table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.attack import attack
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.structure import structure_of
from metrics.disclosure.system import PublishedSystem, published_system
from metrics.query.counts import Counts, Region
from tests.support.attacker import possible_values
from tests.support.tables import Published, each, from_dict, make_counts

PARENTS = {"c": None, "d": "c", "e": "c"}


def settings(**profile: Any) -> DisclosureSettings:
    return DisclosureSettings(
        profiles={"leadership": Profile(title="Leadership", **profile), "public": Profile(title="Public", council="round")},
        audiences={"leadership": "leadership", "public": "public"},
    )


def protect(counts: Counts, **profile: Any) -> dict[str, ShownCells]:
    return protect_counts(counts, settings(**profile))


def one_line(*people: int) -> Counts:
    atoms = [f"a{i}" for i in range(len(people))]
    axes = {"ethnicity": atoms}
    frame = from_dict({"c": None}, axes, {("c", a): n for a, n in zip(atoms, people, strict=True)})
    return make_counts({"c": None}, axes, frame, [Published(), Published({"ethnicity": each(*atoms)})])


def grid(rows: Sequence[Sequence[int]]) -> Counts:
    axes = {"grade": [f"g{i}" for i in range(len(rows))], "ethnicity": [f"e{i}" for i in range(len(rows[0]))]}
    people = {("c", f"g{i}", f"e{k}"): n for i, row in enumerate(rows) for k, n in enumerate(row)}
    published = [Published(), *(Published({a: each(*v)}) for a, v in axes.items()), Published({a: each(*v) for a, v in axes.items()})]
    return make_counts({"c": None}, axes, from_dict({"c": None}, axes, people), published)


def shown_at(counts: Counts, cells: ShownCells) -> Mapping[int, float]:
    return dict(zip(counts.values.tolist(), cells.shown.tolist(), strict=True))


def check_all_protected(counts: Counts, cells: ShownCells, threshold: int = 5) -> None:
    """By listing every whole table: each hidden small count could be `threshold - 1` apart, each rounded one two."""
    system = published_system(cells, counts)
    low, high = possible_values(system, most=int(counts.values.max()) + 2 * threshold)
    small = (counts.values >= 1) & (counts.values < threshold)
    steps = np.where(cells.how == "rounded", 2, threshold - 1)
    assert (high[small] - low[small] >= np.minimum(steps[small], threshold - 1)).all()


def test_hiding_one_cell_of_a_line_hides_the_next_smallest_too() -> None:
    counts = one_line(3, 12, 25)
    shown = shown_at(counts, protect(counts)["leadership"])
    assert np.isnan(shown[3])
    assert np.isnan(shown[12])
    assert (shown[25], shown[40]) == (25, 40)


def test_nothing_small_nothing_hidden() -> None:
    counts = one_line(30, 12, 25)
    cells = protect(counts)["leadership"]
    assert (cells.how == "exact").all()
    assert cells.certificate.narrowest is None
    assert cells.certificate.passed


def test_a_count_that_is_nearly_everyone_is_hidden_with_the_few_who_are_left() -> None:
    axes = {"disability": ["yes", "no"]}
    counts = make_counts(
        {"c": None},
        axes,
        from_dict({"c": None}, axes, {("c", "yes"): 60, ("c", "no"): 2}),
        [Published(), Published({"disability": each("yes")})],
    )
    shown = shown_at(counts, protect(counts)["leadership"])
    assert np.isnan(shown[60])
    assert shown[62] == 62


def test_two_hidden_cells_in_every_line_do_not_make_a_table_safe() -> None:
    counts = grid([[1, 20, 30, 2], [20, 3, 2, 40], [30, 1, 3, 25], [4, 30, 22, 1]])
    cells = protect(counts)["leadership"]
    found = attack(published_system(cells, counts), exact=True)
    small = np.flatnonzero((counts.values >= 1) & (counts.values < 5))
    assert (found.high[small] - found.low[small] >= 4).all()
    assert cells.certificate.narrowest is not None
    assert cells.certificate.narrowest >= 4


def test_counts_that_cannot_be_negative_give_nothing_away() -> None:
    # hiding 1 and 0 of a line of three with a total leaves both between 0 and 1: subtraction alone would pass it
    counts = grid([[1, 0, 50], [0, 2, 60], [40, 30, 20]])
    check_all_protected(counts, protect(counts)["leadership"])


def test_rounded_cells_that_their_total_squeezes_are_hidden() -> None:
    # services show 0 and 0 (at most 2 each) under a total of 5 (at least 3): each would be 1 or 2
    parents = {"c": None, "d": "c", "e": "c"}
    axes = {"sex": ["F", "M"]}
    people = from_dict(parents, axes, {("d", "F"): 2, ("d", "M"): 2, ("e", "F"): 300, ("e", "M"): 200})
    counts = make_counts(parents, axes, people, [Published(depth=1), Published({"sex": each("F", "M")}, depth=1)])
    cells = protect(counts)["leadership"]
    assert (cells.how == "secondary").any()
    assert cells.certificate.passed
    # hiding everything of the small unit is not needed
    assert (cells.how == "rounded").sum() >= 3


def three_levels(below: str) -> tuple[Counts, dict[str, ShownCells]]:
    parents = {"c": None, "d": "c", "e": "c", "d1": "d", "d2": "d", "e1": "e", "e2": "e"}
    axes = {"sex": ["F", "M"]}
    numbers = {"d1": (3, 20), "d2": (15, 30), "e1": (40, 2), "e2": (11, 12)}
    people = from_dict(parents, axes, {(u, s): n for u, pair in numbers.items() for s, n in zip("FM", pair, strict=True)})
    counts = make_counts(parents, axes, people, [Published(depth=2), Published({"sex": each("F", "M")}, depth=2)])
    return counts, protect(counts, below_council=below)


@pytest.mark.parametrize("below", ["suppress", "round"])
def test_council_directorate_and_service_with_every_total(below: str) -> None:
    counts, shown = three_levels(below)
    cells = shown["leadership"]
    assert cells.certificate.passed
    found = attack(published_system(cells, counts), exact=True)
    small = np.flatnonzero((counts.values >= 1) & (counts.values < 5))
    assert (found.high[small] - found.low[small] >= (4 if below == "suppress" else 2)).all()
    assert found.recovered == 0


def test_groups_of_groups_protect_each_other() -> None:
    axes = {"ethnicity": ["w1", "w2", "w3", "a1", "a2", "b1"]}
    people = from_dict({"c": None}, axes, {("c", a): n for a, n in zip(axes["ethnicity"], (70, 8, 2, 20, 6, 11), strict=True)})
    five = {"ethnicity": {"white": ["w1", "w2", "w3"], "asian": ["a1", "a2"], "black": ["b1"]}}
    two = {"ethnicity": {"white": ["w1", "w2", "w3"], "minority": ["a1", "a2", "b1"]}}
    counts = make_counts(
        {"c": None}, axes, people, [Published(), Published({"ethnicity": each(*axes["ethnicity"])}), Published(five), Published(two)]
    )
    cells = protect(counts)["leadership"]
    check_all_protected(counts, cells)
    shown = shown_at(counts, cells)
    assert np.isnan(shown[2])
    assert np.isnan(shown[8])
    assert shown[80] == 80


def test_zeros_of_sensitive_columns_are_protected_where_the_profile_says_so() -> None:
    counts = one_line(0, 12, 25)
    shown = shown_at(counts, protect(counts)["leadership"])
    assert shown[0] == 0
    axes = {"ethnicity": ["a0", "a1", "a2"]}
    hidden = make_counts(
        {"c": None},
        axes,
        from_dict({"c": None}, axes, {("c", "a1"): 12, ("c", "a2"): 25}),
        [Published(), Published({"ethnicity": each(*axes["ethnicity"])})],
        sensitive=["ethnicity"],
    )
    cells = protect(hidden, zeros="hide")["leadership"]
    assert np.isnan(shown_at(hidden, cells)[0])
    assert cells.certificate.narrowest == 4  # 12 more are possible, which would be the other count itself


def test_a_small_group_that_all_gave_one_answer_does_not_show_it() -> None:
    axes = {"sexual_orientation": ["x", "y"]}
    frame = from_dict({"c": None}, axes, {("c", "x"): 8})
    published = [Published(), Published({"sexual_orientation": each("x", "y")})]
    open_ = make_counts({"c": None}, axes, frame, published)
    assert (protect(open_)["leadership"].how == "exact").all()
    closed = make_counts({"c": None}, axes, frame, published, sensitive=["sexual_orientation"])
    assert (protect(closed)["leadership"].how != "exact").sum() >= 1


def test_a_person_alone_in_a_hidden_cell_cannot_work_out_another() -> None:
    counts = one_line(1, 3, 40, 50)
    cells = protect(counts)["leadership"]
    hidden = np.flatnonzero(np.isnan(cells.shown))
    # 1 and 3 alone would tell the person in the first cell the other: total minus 40, 50 and one
    assert len(hidden) >= 3


def test_the_second_audience_is_made_from_the_first_and_adds_nothing() -> None:
    counts = grid([[1, 20, 30], [20, 3, 2], [30, 8, 3]])
    shown = protect(counts)
    first, public = shown["leadership"], shown["public"]
    assert np.isnan(public.shown[np.isnan(first.shown)]).all()
    alone = possible_values(published_system(first, counts), most=60)
    both = possible_values(published_system(first, counts), most=60, also=published_system(public, counts))
    assert all((a == b).all() for a, b in zip(alone, both, strict=True))


def test_a_certificate_does_not_say_how_many_hidden_counts_are_small() -> None:
    """Where both of two hidden counts are known to be small, their sum of eight gives both away: 4 and 4, not 3 and 5."""
    told = [protect(one_line(*counts))["leadership"].certificate.as_dict() for counts in ((4, 4, 100), (3, 5, 100), (1, 7, 100))]
    alike = [{name: value for name, value in each.items() if name not in ("seconds", "witnesses")} for each in told]
    assert alike[0] == alike[1] == alike[2]
    assert told[0]["narrowest"] == told[0]["required"] == 4


def test_two_runs_give_the_same_and_the_system_survives_json() -> None:
    counts, first = three_levels("suppress")
    _, second = three_levels("suppress")
    assert (first["leadership"].how == second["leadership"].how).all()
    system = published_system(first["leadership"], counts)
    again = PublishedSystem.from_dict(json.loads(json.dumps(system.as_dict())))
    assert again.as_dict() == system.as_dict()
    assert again.structure.regions == system.structure.regions
    text = json.dumps(system.as_dict())
    assert "primary" not in text
    assert "secondary" not in text


def test_the_attacker_finds_what_careless_publishing_gives_away() -> None:
    counts = one_line(3, 12, 25)
    careless = protect(counts)["leadership"]
    system = published_system(careless, counts)
    shown = np.where(counts.values == 3, np.nan, counts.values.astype(float))
    open_system = PublishedSystem(**{**system.__dict__, "shown": shown})
    found = attack(open_system)
    assert found.recovered == 1
    assert not found.proven


def test_one_kpi_is_not_subtracted_from_another() -> None:
    """Core staff of a service are 19 in one KPI, all its staff 20 in another: who is left is one apprentice."""
    axes = {"contract": ["permanent", "fixed_term", "apprentice"]}
    people = {("d", "permanent"): 15, ("d", "fixed_term"): 4, ("d", "apprentice"): 1, ("e", "permanent"): 30, ("e", "apprentice"): 9}
    core = Published(depth=1, base={"contract": ["permanent", "fixed_term"]})
    counts = make_counts(PARENTS, axes, from_dict(PARENTS, axes, people), [Published(depth=1), core])
    regions, cells = counts.regions, protect(counts, below_council="suppress")["leadership"]
    pairs = {(regions[a], regions[b]) for a, b in structure_of(counts).pairs.tolist()}
    core_staff = [r for r in regions if r.where]
    assert pairs == {(inner, Region(inner.unit)) for inner in core_staff}
    number = {unit: place for place, (a, b) in enumerate(structure_of(counts).pairs.tolist()) for unit in [regions[a].unit]}
    inner, outer = structure_of(counts).pairs[number["d"]].tolist()
    assert np.isnan(cells.shown[outer] - cells.shown[inner])
    found = attack(published_system(cells, counts), exact=True)
    left = len(regions) + number["d"]
    assert found.high[left] - found.low[left] >= 4
