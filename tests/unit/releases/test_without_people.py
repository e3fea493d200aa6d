"""A batch that is said to hold no counts of people holds none: whatever could be one is refused before the store is opened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from metrics.definitions.profile import Profile
from metrics.disclosure.beside import attack_with_earlier
from metrics.disclosure.system import PublishedSystem
from metrics.disclosure.without_people import certificate_without_people, system_without_people
from metrics.errors import DisclosureError
from metrics.releases.cells import check_cells
from metrics.releases.draft import BatchLabel, DraftBatch
from metrics.report import ESTIMATE_COLUMNS

DAY = pd.Timestamp(2026, 3, 31)
WHAT = ("wei", "2026-03-31", "public", "public", Profile(title="Public"))
MEASURES = {"WE01": "score", "WE02": "ordinal", "WF01": "count", "WF02": "proportion"}
KEYS = {"kpi": "WE01", "breakdown": "", "unit": "council", "group": "", "marker": "", "note": "", "status": "no_target", "movement": ""}


def a_row(**said: Any) -> dict[str, Any]:
    whole = {name: float("nan") for name in ESTIMATE_COLUMNS} | {"period_start": DAY, "period_end": DAY, "rounded": False}
    return whole | KEYS | {"numerator": 86.0, "denominator": 150.0, "value": 86 / 150} | said


def a_batch(*rows: dict[str, Any], certificate: dict[str, Any] | None = None, system: dict[str, Any] | None = None) -> DraftBatch:
    cells = pd.DataFrame(list(rows), columns=list(ESTIMATE_COLUMNS))
    day = DAY.date()
    label = BatchLabel("wei", day, day, "public", "public", day, "data", "definition", dict.fromkeys(cells["kpi"], "hash"))
    given = certificate_without_people(*WHAT) | (certificate or {}), system_without_people(*WHAT, "council") | (system or {})
    return DraftBatch(label, cells, *given)


AWARD = {"kpi": "WE02", "numerator": float("nan"), "denominator": float("nan"), "value": 2.0}


def test_points_and_awards_are_let_through():
    area = a_row(breakdown="wei_area", group="wei_area=leadership", numerator=9.0, denominator=20.0, value=0.45)
    empty = a_row(**dict.fromkeys(("numerator", "denominator", "value"), float("nan")), marker="[z]", note="not_entered")
    for rows in ((a_row(), area, a_row(**AWARD)), (empty,)):
        check_cells(a_batch(*rows), MEASURES)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kpi": "WF01", "value": 86.0}, "are of a measure that may hold counts of people"),
        ({"kpi": "WF02"}, "are of a measure that may hold counts of people"),
        ({"kpi": "XX99"}, "are of a measure that may hold counts of people"),
        ({"breakdown": "waterfall", "group": "step=headcount"}, "are split as only figures of people are"),
        ({"breakdown": "directorate", "group": ""}, "are split as only figures of people are"),
        ({"breakdown": "sex+grade", "group": "sex=female;grade=grade_1"}, "are split as only figures of people are"),
        ({"everyone": 12.0}, "say something of people"),
        ({"declared": 0.9}, "say something of people"),
        ({"lower": 0.5, "upper": 0.6}, "say something of people"),
        ({"value": 0.6}, "are no share of their own points"),
        ({"numerator": 160.0, "value": 160 / 150}, "are no share of their own points"),
        ({"numerator": float("nan")}, "are no share of their own points"),
        ({"value": float("nan")}, "are no share of their own points"),
        (AWARD | {"value": 2.5}, "are no place among awards"),
        (AWARD | {"value": -1.0}, "are no place among awards"),
        (AWARD | {"numerator": 3.0, "denominator": 4.0}, "are no place among awards"),
    ],
)
def test_what_could_be_of_people_is_refused(said, words):
    with pytest.raises(DisclosureError, match=words):
        check_cells(a_batch(a_row(**said)), MEASURES)


def test_a_system_with_counts_of_people_is_no_system_without(monkeypatch):
    with pytest.raises(DisclosureError, match="does not match the system"):
        check_cells(a_batch(a_row(), system={"shown": [3], "chain": [0], "chains": [[]]}), MEASURES)


@pytest.mark.parametrize("said", [{"passed": False}, {"recovered": 1}, {"dataset": "hr"}, {"audience": "leadership"}, {"cells": 4}])
def test_its_certificate_is_asked_as_any_other(said):
    with pytest.raises(DisclosureError):
        check_cells(a_batch(a_row(), certificate=said), MEASURES)


def test_results_are_refused_where_the_certificate_speaks_of_people():
    certificate = {key: value for key, value in certificate_without_people(*WHAT).items() if key != "people"}
    batch = a_batch(a_row())
    with pytest.raises(DisclosureError, match="of no count that was certified"):
        check_cells(replace(batch, certificate=certificate), MEASURES)


def test_an_attack_finds_nobody():
    system = PublishedSystem.from_dict(system_without_people(*WHAT, "council"))
    found = attack_with_earlier(system, [("2026-01-01", system)])
    assert (found.recovered, found.known_before, found.attack.unsettled, found.attack.proven) == (0, 0, 0, True)
    assert system.as_dict() == PublishedSystem.from_dict(system.as_dict()).as_dict()


KINDS = {
    "PC01": "item:proportion",
    "PC02": "item:share_of_sum",
    "EN02": "item:elapsed_time",
    "PC03": "item:count",
    "SO01": "published:proportion",
    "SO02": "published:rate",
    "SO03": "published:percentage_point_gap",
    "SO04": "published:count",
    "SO05": "published:lowest_group_gap",
    "SO06": "published:slope_index",
}
NONE = float("nan")


@pytest.mark.parametrize(
    "said",
    [
        {"kpi": "PC01"},
        {"kpi": "PC01", "lower": 0.4, "upper": 0.7},
        {"kpi": "PC01", "breakdown": "directorate", "unit": "housing"},
        {"kpi": "PC02", "numerator": 40.5, "denominator": 81.0, "value": 0.5},
        {"kpi": "EN02", "value": 31.0},
        {"kpi": "PC03", "value": 86.0, "denominator": NONE},
        {"kpi": "SO01", "breakdown": "sex", "group": "sex=female"},
        {"kpi": "SO01", "numerator": NONE, "denominator": NONE, "value": 0.4},
        {"kpi": "SO02", "value": 86 / 150 * 100_000},
        {"kpi": "SO03", "value": 86 / 150 - 0.4, "reference_value": 0.4},
        {"kpi": "SO03", "numerator": NONE, "denominator": NONE, "value": 0.05, "reference_value": 0.4},
        {"kpi": "SO04", "value": 86.0, "denominator": NONE},
        {"kpi": "SO05", "value": 0.12},
        {"kpi": "SO06", "numerator": NONE, "value": -18.8},
        {"kpi": "PC01", "numerator": 0.0, "denominator": 0.0, "value": NONE, "marker": "[z]", "note": "nothing"},
    ],
)
def test_things_and_published_figures_are_let_through(said):
    check_cells(a_batch(a_row(**said)), KINDS)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kpi": "PC01", "value": 0.6}, "are not made of their own printed numbers"),
        ({"kpi": "PC01", "numerator": NONE}, "are not made of their own printed numbers"),
        ({"kpi": "PC01", "numerator": 160.0, "value": 160 / 150}, "are not made of their own printed numbers"),
        ({"kpi": "PC02", "denominator": NONE}, "are not made of their own printed numbers"),
        ({"kpi": "PC03", "value": 85.0}, "are not made of their own printed numbers"),
        ({"kpi": "SO01", "value": 0.6}, "are not made of their own printed numbers"),
        ({"kpi": "SO02", "value": 86 / 150 * 5_000}, "are not made of their own printed numbers"),
        ({"kpi": "SO03", "value": 0.3, "reference_value": 0.4}, "are not made of their own printed numbers"),
        ({"kpi": "SO04", "value": 85.0}, "are not made of their own printed numbers"),
        ({"kpi": "SO01", "breakdown": "directorate", "unit": "housing"}, "are split as only figures of people are"),
        ({"kpi": "PC01", "breakdown": "directorate+sex", "group": "sex=female"}, "are split as only figures of people are"),
        ({"kpi": "PC01", "reference_value": 0.5}, "say something of people"),
        ({"kpi": "PC01", "declared": 0.9}, "say something of people"),
        ({"kpi": "SO01", "benchmark": 0.9}, "say something of people"),
    ],
)
def test_what_their_numbers_do_not_give_is_refused(said, words):
    with pytest.raises(DisclosureError, match=words):
        check_cells(a_batch(a_row(**said)), KINDS)


def test_a_share_of_people_is_no_share_of_things_whatever_its_certificate_says():
    """The kind of a figure comes from what its rows are: neither is taken for the other."""
    with pytest.raises(DisclosureError, match="are of a measure that may hold counts of people"):
        check_cells(a_batch(a_row(kpi="PC01")), KINDS | {"PC01": "proportion"})
    certificate = {key: value for key, value in certificate_without_people(*WHAT).items() if key != "people"}
    with pytest.raises(DisclosureError, match="of no count that was certified"):
        check_cells(replace(a_batch(a_row(kpi="PC01")), certificate=certificate), KINDS)
