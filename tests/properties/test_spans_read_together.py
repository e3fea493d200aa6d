"""Consecutive spans of joiners and leavers and the staff of every day between, read together: no span tells more of another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest

from metrics.disclosure.decide import Decided
from metrics.disclosure.flows import hidden_sets, is_flow
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.periods import FinancialYear
from metrics.query.counts import Counts, Region
from metrics.query.fetch import fetch_counts
from tests.properties.test_joiners_disclosure import GROUPS, SETTINGS, a_council
from tests.support.flow_attacker import AXIS, FlowAttacker
from tests.support.stored import a_source

DAYS = tuple(date(year, 3, 31) for year in (2023, 2024, 2025, 2026))
MOVES = {"11": "stayed", "01": "joined", "10": "left"}
Shown = tuple[Counts, dict[str, ShownCells]]
Row = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """What is shown of some days, in order, and of the spans between them."""

    staff: tuple[Shown, ...]
    flows: tuple[Shown, ...]

    @property
    def presences(self) -> list[str]:
        """Every way of having been there on some of the days, such as "101"."""
        return ["".join(p) for p in product("01", repeat=len(self.staff)) if "1" in p]

    def moved(self, span: int, atoms: Iterable[str] = MOVES.values()) -> set[str]:
        """Presences that are one of some movements in a span."""
        return {p for p in self.presences if MOVES.get(p[span : span + 2]) in set(atoms)}

    def of_span(self, region: Region, span: int) -> Region:
        """A set of joiners or leavers by the days on which its people were there."""
        return Region(region.unit, tuple((a, frozenset(self.moved(span, c)) if a == AXIS else c) for a, c in region.where))

    def attacker(self) -> FlowAttacker:
        """Somebody who has read all of it, and assumes that nobody changed a unit or an answer."""
        found = FlowAttacker(self.flows[0][0].tree, GROUPS, movements=self.presences)
        for day, (counts, cells) in enumerate(self.staff):
            see(found, counts.regions, cells["leadership"], {p for p in self.presences if p[day] == "1"})
        for span, (counts, cells) in enumerate(self.flows):
            see(found, [self.of_span(region, span) for region in counts.regions], cells["leadership"], self.moved(span))
        return found

    def narrowed(self) -> tuple[list[tuple[int, Region, int, int]], int]:
        """Small counts of joiners and leavers that are known more nearly than the rule allows, and how many were looked at."""
        attacker, found, looked = self.attacker(), [], 0
        for span, (counts, cells) in enumerate(self.flows):
            for region, true, value in zip(counts.regions, counts.values.tolist(), cells["leadership"].shown.tolist(), strict=True):
                if 1 <= true <= 4 and is_flow(region):
                    least, most = attacker.range_of(self.of_span(region, span), self.moved(span))
                    assert least <= true <= most
                    looked += 1
                    if most - least < (4 if np.isnan(value) and region.unit == "council" else 2):
                        found.append((span, region, least, most))
        return found, looked


def see(attacker: FlowAttacker, regions: Sequence[Region], cells: ShownCells, ways: Iterable[str]) -> None:
    for region, value, chain in zip(regions, cells.shown.tolist(), cells.chains, strict=True):
        if not np.isnan(value):
            attacker.see(region, ways, value, chain)


def read(rows: Iterable[Row], days: int) -> Reading:
    """The last days of staff, the spans between them, protected as a refresh does."""
    configuration, wanted = a_council(), list(DAYS[-days:])
    with a_source(configuration, rows) as source:
        staff = fetch_counts(source, configuration, "hr", wanted, FinancialYear())
        flows = fetch_counts(source, configuration, "movers", wanted[1:], FinancialYear())
    shown = [protect_counts(counts, SETTINGS) for counts in staff]
    hidden = [frozenset(hidden_sets(counts.regions, s["leadership"].shown)) for counts, s in zip(staff, shown, strict=True)]
    moved = [protect_counts(counts, SETTINGS, a | b) for counts, (a, b) in zip(flows, pairwise(hidden), strict=True)]
    return Reading(tuple(zip(staff, shown, strict=True)), tuple(zip(flows, moved, strict=True)))


def people(seed: int, days: int = 3, many: int = 240, new: int = 40) -> Iterator[Row]:
    """Small groups, of whom some join or leave in each span; nobody changes anything."""
    rng = np.random.default_rng(seed)
    for n in range(many + new * (days - 1)):
        person = {
            "person_id": str(n),
            "unit": rng.choice(["housing", "people", "chief"], p=[0.55, 0.35, 0.1]),
            "sex": rng.choice(GROUPS["sex"], p=[0.55, 0.42, 0.03]),
            "ethnicity": rng.choice(GROUPS["ethnicity"], p=[0.08, 0.03, 0.82, 0.07]),
        }
        first = 0 if n < many else 1 + (n - many) // new
        for day in range(first, min(first + int(rng.geometric(0.1)), days)):
            yield {**person, "as_at": DAYS[-days:][day]}


Moves = tuple[int, *tuple[tuple[int, int], ...]]
"""People at first, then joiners and leavers of each span."""


def history(units: Mapping[str, Moves]) -> Iterator[Row]:
    number = 0
    for unit, (many, *moves) in units.items():
        days = len(moves) + 1
        stays = [[0, days] for _ in range(many)]
        for span, (joined, left) in enumerate(moves):
            for stay in [s for s in stays if s[1] == days][:left]:
                stay[1] = span + 1
            stays += [[span + 1, days] for _ in range(joined)]
        for first, end in stays:
            number += 1
            person = {"person_id": str(number), "unit": unit, "sex": ("female", "male")[number % 2], "ethnicity": "white_british"}
            yield from ({**person, "as_at": DAYS[-days:][day]} for day in range(first, end))


ROUNDED = {
    "housing": (18, (8, 7), (4, 2), (8, 7)),
    "people": (120, (15, 15), (15, 15), (15, 15)),
    "chief": (140, (20, 20), (20, 20), (20, 20)),
}
"""Staff of housing is shown as 20 on all four days. Each span is safe by itself; the spans before and after narrow the one between."""


@pytest.mark.parametrize("seed", range(2))
def test_two_spans_and_three_days_narrow_no_small_count(seed: int) -> None:
    narrowed, looked = read(people(seed), days=3).narrowed()
    assert looked > 5
    assert narrowed == []


def test_three_spans_that_would_tell_who_left_do_not() -> None:
    narrowed, looked = read(history(ROUNDED), days=4).narrowed()
    assert looked
    assert narrowed == []


def test_without_exact_staff_the_same_attack_finds_a_small_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacker bites: with the rounded staff of its own two ends laid in, each span is safe apart and not together."""

    def as_it_was(*known: object) -> Decided:
        assert isinstance(known[-1], Decided)
        return known[-1]

    monkeypatch.setattr("metrics.disclosure.protect.beside_exact_staff", as_it_was)
    narrowed, _ = read(history(ROUNDED), days=4).narrowed()
    assert {(span, region.unit) for span, region, _, _ in narrowed} == {(1, "housing")}


def test_that_nobody_joined_where_nobody_is_refuses_nothing() -> None:
    """Staff tells it at both ends; where zeros are hidden it is hidden, and everything else is published."""
    reading = read(history({"housing": (90, (20, 20)), "people": (120, (15, 15)), "chief": (30, (9, 9))}), days=2)
    ((counts, shown),) = reading.flows
    nobody = [i for i, region in enumerate(counts.regions) if is_flow(region) and ("ethnicity", frozenset({"african"})) in region.where]
    assert counts.values[nobody].tolist() == [0, 0]
    assert np.isnan(shown["public"].shown[nobody]).all()
    assert not np.isnan(shown["public"].shown).all()
    assert all(cells.certificate.passed and not cells.certificate.known_before for cells in shown.values())
