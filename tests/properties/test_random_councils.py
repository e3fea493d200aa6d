"""Random councils, their figures read as an audience reads them: nobody narrows a protected number below the rule.

The attackers (`tests.support.reader_attacks`) hold published rows, definitions and the organisation chart; what is protected
(`tests.support.rules`) is written from docs/methods/disclosure.md. Neither looks into how the product chooses or certifies.
A failure prints the smallest council that leaks, ready to be pasted beside those below.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.support.attacker import TooMany, as_shown
from tests.support.random_councils import FEW, SOME, Council, KpiText, middling_councils, read, small_councils
from tests.support.reader_attacks import SHOWN_PARTS, Board, Listed
from tests.support.rules import Rules
from tests.support.switched_off import SWITCHES, found_in, switched_off

STEADY = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)


def a_council(groups: dict[str, int], kpi: KpiText, **profile: Any) -> Council:
    """One unit without any below, by finest category of ethnicity; everybody is a woman."""
    people = {("c", group, "female"): n for group, n in groups.items()}
    return Council({"c": None}, SOME, people, (kpi,), ({"minimum_base": 0, "minimum_base_rounded": 0, **profile},))


def units(people: dict[str, int], kpi: KpiText, **profile: Any) -> Council:
    """A council of two directorates; everybody is a white woman."""
    held = {(unit, "w1", "female"): n for unit, n in people.items()}
    return Council({"c": None, "c0": "c", "c1": "c"}, FEW, held, (kpi,), (profile,))


BY_GROUP: KpiText = ("count", {}, {}, (("ethnicity_5",),))
BY_UNIT: KpiText = ("count", {}, {}, (("unit",),))
MINORITY: KpiText = ("proportion", {"ethnicity_2": ["minority"]}, {"ethnicity": "known"}, ())
COUNTED: KpiText = ("count", *MINORITY[1:])
EVERYBODY, ASIAN, WHITE = (("count", held, {}, ()) for held in ({}, {"ethnicity_5": ["asian"]}, {"ethnicity_5": ["white"]}))
TWO_AUDIENCES = a_council({"a1": 8, "b1": 14, "w1": 30}, BY_GROUP, threshold=10)
LEAKS_WITHOUT = {
    "secondary hiding": a_council({"a1": 3, "b1": 12, "w1": 25}, BY_GROUP),
    "remainders": a_council({"a1": 30, "w1": 2}, MINORITY),
    "several KPIs taken from another": replace(a_council({"a1": 30, "b1": 3, "w1": 20}, BY_UNIT), kpis=(EVERYBODY, ASIAN, WHITE)),
    "own staff": units({"c0": 10, "c1": 8, "c": 2}, BY_UNIT, below_council="suppress"),
    "people alone in a cell": a_council({"a1": 1, "b1": 4, "w1": 20}, BY_GROUP),
    "all of a small group alike": a_council({"a1": 7}, COUNTED, minimum_base=10),
    "no other answer in a small group": a_council({"w1": 7}, COUNTED, minimum_base=10),
    "zeros": a_council({"b1": 12, "w1": 20}, BY_GROUP, zeros="hide"),
    "windows of rounding": units({"c0": 2, "c1": 2}, BY_UNIT, threshold=3),
    "windows of large rounded counts": units({"c0": 12, "c1": 12}, BY_UNIT),
    "further audiences from the first": replace(
        TWO_AUDIENCES, profiles=(*TWO_AUDIENCES.profiles, {"threshold": 3, "council": "round", "minimum_base": 0})
    ),
}
"""A council for each rule, whose protected numbers are known as soon as the rule is gone."""


@pytest.mark.parametrize("rule", SWITCHES)
def test_the_attackers_find_what_a_rule_that_is_gone_does_not_protect(rule: str) -> None:
    assert found_in(LEAKS_WITHOUT[rule]) == []
    with switched_off(rule):
        assert found_in(LEAKS_WITHOUT[rule])


def test_everyone_less_a_group_is_protected() -> None:
    """Seven people shown as 5, five of them Asian shown as 5: once, two or three people were known to be of another group or unknown."""
    people = {("c0", "a1", "female"): 4, ("c0", "a1", "male"): 9, ("c0", "w1", "female"): 2, ("c0", "w1", "male"): 2}
    people |= {("c1", "a1", "male"): 5, ("c1", "w1", "female"): 1, ("c1", "w1", "male"): 1}
    known = {"ethnicity": "known"}
    kpis: tuple[KpiText, ...] = (
        ("count", {}, {}, (("unit", "sex"), ("sex",), ("sex", "ethnicity_2"))),
        ("count", {}, known, (("unit", "ethnicity_2"), ("ethnicity_5",), ("sex",))),
        ("gap", {"ethnicity_2": ["minority"]}, known, (("unit", "ethnicity_2"), ("ethnicity_5",))),
    )
    profile = {"threshold": 3, "zeros": "hide", "minimum_base": 0, "minimum_base_rounded": 0}
    assert found_in(Council({"c": None, "c0": "c", "c1": "c"}, FEW, people, kpis, (profile,))) == []


@settings(STEADY, max_examples=30)
@given(council=small_councils())
def test_no_number_of_a_small_council_can_be_worked_out(council: Council) -> None:
    """By one audience, or by all of them together."""
    assert found_in(council) == []


@settings(STEADY, max_examples=8)
@given(council=middling_councils())
def test_no_number_of_a_middling_council_can_be_worked_out(council: Council) -> None:
    assert found_in(council) == []


@settings(STEADY, max_examples=10)
@given(council=small_councils())
def test_every_audience_is_shown_what_the_first_is_shown(council: Council) -> None:
    """Each count of a further audience says no more of the same people than the first audience's: reading both is reading the first."""
    reading = read(council)
    board = Board(reading.seen, council.staffed)
    first, *others = (board.windows_of(council.counts, cells) for cells in reading.shown.values())
    for other in others:
        for region, (low, high) in other.items():
            assert low <= first[region][0], region
            assert high >= first[region][1], region


@settings(STEADY, max_examples=10)
@given(council=small_councils())
def test_shares_and_intervals_add_nothing_to_the_counts(council: Council) -> None:
    """Every table of people that fits the shown counts prints the same shares, intervals, rates and gaps, to the last digit."""
    reading = read(council)
    for seen in reading.seen:
        cells = reading.shown[seen.audience]
        board = Board([seen], council.staffed)
        counts = board.windows_of(council.counts, cells)
        try:
            by_counts = Listed(board, counts=counts, shares=False)
            by_rows_too = Listed(board, counts=counts)
        except TooMany:
            continue
        assert len(by_counts.tables) == len(by_rows_too.tables) > 0


@settings(STEADY, max_examples=10)
@given(council=small_councils(below=("round",)))
def test_every_figure_is_rounded_by_itself(council: Council) -> None:
    """A whole is never changed to be the sum of its parts, nor a part to fit: whichever was changed would tell of the others."""
    reading = read(council)
    for seen in reading.seen:
        rules = Rules(council, seen)
        for row in seen.rows.to_dict("records"):
            for part, region in rules.parts(row).items():
                if part in SHOWN_PARTS and not np.isnan(row[part]):
                    assert row[part] == as_shown(rules.size(region), seen.chain(row["unit"]))
