"""Blocks tell nothing about one another: ranges in a block are ranges in the whole, and what belongs together stays together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from metrics.disclosure import blocks as room
from metrics.disclosure.blocks import Blocks, blocks, separate
from metrics.disclosure.joint import Joint, build_joint
from metrics.disclosure.rounding import interval, round_half_up
from metrics.disclosure.structure import structure_of
from metrics.query.counts import Counts
from tests.support.tables import Published, crossed, each, from_dict, make_counts

MOST = 60
"""People whom one variable may hold: a limit on variables one by one leaves blocks apart as they are."""
PARENTS = {"c": None, "d": "c", "e": "c"}


def range_of(joint: Joint, known: tuple[np.ndarray, np.ndarray], start: np.ndarray, target: int, free: np.ndarray) -> tuple[int, int]:
    """Least and largest value of a target over all whole tables in which only the `free` variables differ from `start`."""
    low, high = known
    links = joint.links.shape[0]
    rows = LinearConstraint(joint.rows.astype(float), np.concatenate([low, np.zeros(links)]), np.concatenate([high, np.zeros(links)]))
    limits = Bounds(np.where(free, 0, start), np.where(free, MOST, start))
    row = joint.targets[target].toarray().ravel().astype(float)
    ends = [milp(sign * row, constraints=rows, bounds=limits, integrality=np.ones(len(row))) for sign in (1.0, -1.0)]
    assert all(end.status == 0 for end in ends)
    return round(ends[0].fun), round(-ends[1].fun)


def a_system(seed: int) -> tuple[Joint, np.ndarray, np.ndarray, np.ndarray]:
    """Directorates, three columns that are never crossed, and figures that are at random exact, rounded to 5 or hidden."""
    rng = np.random.default_rng(seed)
    axes = {"x": ["a0", "a1", "a2"], "y": ["b0", "b1", "b2"], "z": ["g0", "g1"]}
    people = {(u, *atoms): int(rng.integers(0, 3)) for u in ("d", "e") for atoms in product(*axes.values())}
    published = [
        Published(depth=1),
        Published({"x": each(*axes["x"])}, depth=int(rng.integers(0, 2))),
        Published({"x": {"some": ["a0", "a1"]}}),
        Published({"z": each(*axes["z"])}, depth=int(rng.integers(0, 2))),
        Published({"y": each(*axes["y"])}, depth=int(rng.integers(0, 2))),
    ]
    counts = make_counts(PARENTS, axes, from_dict(PARENTS, axes, people), published, crossed(axes, published))
    joint = build_joint(structure_of(counts))
    how = rng.choice(["exact", "rounded", "hidden"], len(counts.values), p=[0.25, 0.15, 0.6])
    if seed % 4:  # else margins are open, too
        how[[not region.where for region in counts.regions]] = "exact"
    low, high = seen(counts.values, how.tolist())
    return joint, low, high, joint.start(counts.tables)


def seen(values: np.ndarray, how: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    windows = {"exact": lambda n: (n, n), "hidden": lambda n: (0, np.inf), "rounded": lambda n: interval(int(round_half_up(n, 5)), (5,))}
    found = np.array([windows[way](n) for way, n in zip(how, np.asarray(values), strict=True)], dtype=float)
    return found[:, 0], found[:, 1]


def test_a_range_in_its_blocks_is_the_range_in_the_whole_system() -> None:
    several, smaller = 0, 0
    for seed in range(8):
        joint, low, high, start = a_system(seed)
        found = separate(joint, low, high)
        several += found.count > 1
        for target in range(joint.targets.shape[0]):
            held = found.columns(found.of_target(target))
            smaller += bool(held.any()) and held.sum() < len(start)
            whole = range_of(joint, (low, high), start, target, np.ones(len(start), dtype=bool))
            assert range_of(joint, (low, high), start, target, held) == whole
            assert (whole[0] == whole[1]) or held.any()
    assert several > 3  # the test would say nothing if there were never anything to separate
    assert smaller > 50


def test_masks_are_disjoint_and_hold_whatever_is_open() -> None:
    joint, low, high, _ = a_system(1)
    masks = blocks(joint, low, high)
    assert (np.sum(masks, axis=0) <= 1).all()
    found = separate(joint, low, high)
    assert [mask.tolist() for mask in masks] == [(found.of == number).tolist() for number in range(found.count)]


ATOMS = ("a0", "a1", "a2", "b0", "b1", "b2")


def two_tables(
    total: str, parts: Sequence[str] = ("exact", "hidden", "hidden", "exact", "hidden", "hidden")
) -> tuple[Joint, Blocks, Counts]:
    """30 people by one column and by another, each of three categories."""
    axes = {"x": ATOMS[:3], "y": ATOMS[3:]}
    people = from_dict({"c": None}, axes, {("c", "a0", "b0"): 20, ("c", "a1", "b1"): 6, ("c", "a2", "b2"): 4})
    published = [Published(), Published({"x": each(*axes["x"])}), Published({"y": each(*axes["y"])})]
    counts = make_counts({"c": None}, axes, people, published, crossed(axes, published))
    joint = build_joint(structure_of(counts))
    return joint, separate(joint, *seen(counts.values, how_of(counts, total, parts))), counts


def region_of(counts: Counts, atom: str | None) -> int:
    """The figure of a category; None: of everyone."""
    wanted = [] if atom is None else [frozenset({atom})]
    return next(i for i, region in enumerate(counts.regions) if [atoms for _, atoms in region.where] == wanted)


def how_of(counts: Counts, total: str, parts: Sequence[str]) -> list[str]:
    found = ["exact"] * len(counts.regions)
    for atom, way in zip((None, *ATOMS), (total, *parts), strict=True):
        found[region_of(counts, atom)] = way
    return found


def test_tables_with_a_published_total_come_apart() -> None:
    _, found, _ = two_tables("exact")
    assert sorted(found.sizes) == [2, 2]


def test_a_margin_that_nobody_publishes_but_its_parts_give_away_keeps_tables_apart() -> None:
    _, found, _ = two_tables("hidden", ("exact", "exact", "exact", "exact", "hidden", "hidden"))
    assert found.sizes.tolist() == [2]  # the first table is known, and with it what is left for the second


@pytest.mark.parametrize("total", ["hidden", "rounded"])
def test_tables_that_share_a_hidden_or_rounded_margin_stay_together(total: str) -> None:
    _, found, _ = two_tables(total)
    assert found.sizes.tolist() == [4]


def test_splitting_at_a_hidden_margin_would_be_wrong() -> None:
    """Nobody says how many there are. The first table alone leaves its hidden category open; the second, rounded, says 3 to 7."""
    how = {"total": "hidden", "parts": ("exact", "exact", "hidden", "exact", "exact", "rounded")}
    joint, found, counts = two_tables(**how)
    known = seen(counts.values, how_of(counts, **how))
    start, target = joint.start(counts.tables), region_of(counts, "a2")
    everything = np.ones(len(start), dtype=bool)
    assert range_of(joint, known, start, target, everything) == (3, 7)
    assert range_of(joint, known, start, target, found.columns(found.of_target(target))) == (3, 7)
    cut = replace(joint, links=sparse.csr_matrix((0, len(start)), dtype=np.int64))
    assert range_of(cut, known, start, target, everything) == (0, MOST)
    assert found.of_target(target) == found.of_target(region_of(counts, "b2")) == (0,)


def test_a_system_too_large_to_solve_is_one_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_ENTRIES", 1)
    joint, found, _ = two_tables("exact")
    assert found.count == 1
    assert found.columns((0,)).all()
    assert found.of_target(0) == (0,)
    assert joint.layout.columns == found.size((0,))


def test_a_figure_of_nobody_empties_all_that_it_is_made_of() -> None:
    axes = {"x": ["a0", "a1"], "y": ["b0", "b1"]}
    people = from_dict({"c": None}, axes, {("c", "a0", "b0"): 12, ("c", "a0", "b1"): 9})
    counts = make_counts(
        {"c": None}, axes, people, [Published({"x": each("a0", "a1"), "y": each("b0", "b1")}), Published({"x": each("a0", "a1")})]
    )
    nobody = [dict(r.where).get("x") == frozenset({"a1"}) and len(r.where) == 1 for r in counts.regions]
    joint = build_joint(structure_of(counts))
    found = separate(joint, *seen(counts.values, np.where(nobody, "exact", "hidden").tolist()))
    inside = np.asarray(joint.regions[nobody].sum(axis=0)).ravel() > 0
    assert inside.sum() == 2
    assert (found.of[inside] == -1).all()
    assert (found.of[~inside] >= 0).all()
