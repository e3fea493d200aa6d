"""Marks of leavers of whom nobody can have two: what all of them together leave of the leavers is nobody's to subtract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from metrics.definitions.configuration import Configuration
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.remainders import reasons
from metrics.periods import FinancialYear
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from tests.properties.test_joiners_disclosure import GROUPS, NOW, SETTINGS, THEN
from tests.spec.test_joiners_and_leavers import LEAVERS
from tests.support.factories import a_count
from tests.support.marked_council import a_marked_council, a_marked_kpi
from tests.support.stored import a_source, put_rows

BY_SEX = [{"by": ("sex",)}]


def a_council() -> Configuration:
    """Leavers, and of them those with each of two marks of one extract, which stand for two reasons to leave."""
    staff = a_count(id="WF01", breakdowns=BY_SEX)
    left = LEAVERS.model_copy(update={"id": "RT02", "breakdowns": staff.breakdowns})
    why = [
        a_marked_kpi("count", "people", id, BY_SEX, numerator={mark: ["yes"], "joined_or_left": ["left"]})
        for id, mark in (("ER01", "disciplinary"), ("ER02", "capability"))
    ]
    return replace(a_marked_council(staff, left, *why), disclosure=SETTINGS)


def people(seed: int) -> Iterator[dict[str, Any]]:
    """One in five left, each for one reason; few for a third one."""
    rng = np.random.default_rng(seed)
    for n in range(300):
        way = rng.choice(["stayed", "joined", "left"], p=[0.7, 0.12, 0.18])
        stage = rng.choice(["disciplinary", "capability", "informal"], p=[0.6, 0.35, 0.05]) if way == "left" else None
        yield {"person_id": str(n), "unit": "housing", "sex": rng.choice(GROUPS["sex"][:2]), "way": way, "stage": stage}


def told(seed: int) -> tuple[int, int]:
    """How many small numbers of people left for a third reason, and how many of them three exact figures tell."""
    configuration, rows = a_council(), list(people(seed))
    here = [{**row, "as_at": day} for row in rows for day, gone in ((THEN, "joined"), (NOW, "left")) if row["way"] != gone]
    with a_source(configuration, here) as source:
        put_rows(source, configuration, [{**row, "as_at": NOW} for row in rows if row["stage"]], "er")
        put_rows(source, configuration, [{**row, "as_at": NOW} for row in rows[:1]], "move")
        (counts,) = fetch_counts(source, configuration, "movers", [NOW], FinancialYear())
    cells = protect_counts(counts, SETTINGS)["leadership"]
    exact = cells.how == "exact"
    small = [(outer, *inside) for outer, inside in reasons(counts.regions, counts.marks) if 1 <= left_over(counts, outer, inside) <= 4]
    return len(small), sum(bool(exact[list(sets)].all()) for sets in small)


def left_over(counts: Counts, outer: int, inside: tuple[int, ...]) -> int:
    return int(counts.values[outer] - counts.values[list(inside)].sum())


def test_few_who_left_for_another_reason_are_not_told_by_subtraction() -> None:
    found = [told(seed) for seed in range(3)]
    assert sum(small for small, _ in found) > 3
    assert not any(known for _, known in found)


def test_unasked_for_they_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.disclosure.structure.reasons", lambda *_: ())
    assert any(told(seed)[1] for seed in range(3))
