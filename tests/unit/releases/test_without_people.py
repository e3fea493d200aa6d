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
