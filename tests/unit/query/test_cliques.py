"""Tables are few, cover everything, and fit together."""

from __future__ import annotations

import networkx
from hypothesis import given
from hypothesis import strategies as st

from metrics.query.cliques import corners, decomposable, depth_of, maximal


def test_a_chain_of_pairs_stays_pairs() -> None:
    assert {frozenset("ab"), frozenset("bc"), frozenset("cd")} == set(decomposable(map(frozenset, ["ab", "bc", "cd"]), len))


def test_a_ring_gets_the_short_cut_that_makes_the_smallest_tables() -> None:
    size = {"a": 20, "b": 2, "c": 20, "d": 2}
    found = decomposable(map(frozenset, ["ab", "bc", "cd", "da"]), lambda clique: sum(size[str(c)] for c in clique))
    assert set(found) == {frozenset("abd"), frozenset("bcd")}


def test_two_breakdowns_by_unit_and_their_crossing_meet_in_one_table() -> None:
    sets = [corners(["ethnicity"], 1), corners(["sex"], 1), corners(["ethnicity", "sex"], 0)]
    assert decomposable(sets, len) == [corners(["ethnicity", "sex"], 1)]


def test_a_deeper_level_stays_out_of_a_crossing_that_does_not_need_it() -> None:
    sets = [corners(["ethnicity", "sex"], 1), corners([], 3)]
    assert set(decomposable(sets, len)) == {corners(["ethnicity", "sex"], 1), corners([], 3)}
    assert depth_of(corners([], 3)) == 3


def test_nothing_asked_is_one_table_of_the_whole() -> None:
    assert decomposable([corners([], 0)], len) == [frozenset()]


@given(st.lists(st.frozensets(st.sampled_from("abcdefg"), min_size=1, max_size=4), min_size=1, max_size=8))
def test_every_set_lies_in_a_table_and_the_tables_are_the_cliques_of_a_chordal_graph(sets: list[frozenset[str]]) -> None:
    found = decomposable(sets, len)
    assert all(any(s <= clique for clique in found) for s in sets)
    assert maximal(found) == found
    graph = networkx.Graph([(a, b) for clique in found for a in clique for b in clique if a != b])
    graph.add_nodes_from(c for clique in found for c in clique)
    assert networkx.is_chordal(graph)
    assert {frozenset(c) for c in networkx.find_cliques(graph)} == set(found)
