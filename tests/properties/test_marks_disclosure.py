"""Staff at two ends, who joined, who left and who has a mark, read together by somebody who has every figure: no small count is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from metrics.definitions.configuration import Configuration
from metrics.disclosure.flows import ends_of, exact_staff, hidden_sets, is_flow, is_pool, plain
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.structure import structure_of
from metrics.periods import FinancialYear
from metrics.query.counts import Counts, Region
from metrics.query.fetch import fetch_counts
from tests.properties.test_joiners_disclosure import BREAKDOWNS, GROUPS, NOW, SETTINGS, THEN, kept_from
from tests.spec.test_joiners_and_leavers import JOINERS, LEAVERS
from tests.support.factories import a_count
from tests.support.flow_attacker import WAYS, FlowAttacker
from tests.support.marked_council import AT_START, a_likelihood, a_marked_council, a_marked_kpi
from tests.support.stored import a_source, put_rows

MARKED = {**GROUPS, "disciplinary": ("yes", "no"), "capability": ("yes", "no"), "promoted": ("yes", "no")}
EVERYBODY = ("stayed", "joined", "left")


def a_council() -> Configuration:
    """Staff, joiners and leavers; formal cases as a likelihood, among leavers as a count, promotions as a share of who was in post."""
    staff = a_count(id="WF01", breakdowns=[*BREAKDOWNS, {"by": ("directorate", "sex")}])
    moved = [k.model_copy(update={"id": id, "breakdowns": staff.breakdowns[:3]}) for id, k in {"RT01": JOINERS, "RT02": LEAVERS}.items()]
    marked = [
        a_likelihood("disciplinary", breakdowns=BREAKDOWNS[::2]),
        a_marked_kpi("count", "people", "ER02", BREAKDOWNS[:2], numerator={"capability": ["yes"], "joined_or_left": ["left"]}),
        a_marked_kpi(
            "proportion", "percent", "PR01", [BREAKDOWNS[1]], numerator={"promoted": ["yes"]}, denominator={"joined_or_left": AT_START}
        ),
    ]
    return replace(a_marked_council(staff, *moved, *marked), disclosure=SETTINGS)


def people(seed: int, many: int = 260, asian: float = 0.06) -> Iterator[dict[str, Any]]:
    """Small groups, some of whom moved, some with marks; nobody changed anything in between."""
    rng = np.random.default_rng(seed)
    for n in range(many):
        yield {
            "person_id": str(n),
            "unit": rng.choice(["housing", "people", "chief"], p=[0.55, 0.37, 0.08]),
            "sex": rng.choice(GROUPS["sex"], p=[0.55, 0.42, 0.03]),
            "ethnicity": rng.choice(GROUPS["ethnicity"], p=[asian, 0.1, 0.83 - asian, 0.07]),
            "way": rng.choice(EVERYBODY, p=[0.8, 0.12, 0.08]),
            "stage": rng.choice(["disciplinary", "capability", None], p=[0.08, 0.4, 0.52]),
            "step": "promoted" if rng.random() < 0.9 else None,
        }


@dataclass(frozen=True)
class Reading:
    """What the first audience is shown, and the attacker who has read all of it."""

    attacker: FlowAttacker
    staff: tuple[tuple[Counts, dict[str, ShownCells]], ...]
    flows: Counts
    shown: dict[str, ShownCells]

    def ways(self, counts: Counts) -> tuple[str, ...]:
        if counts is self.flows:
            return EVERYBODY
        return WAYS["later" if counts.period.end == NOW else "earlier"]

    def least_width(self, number: int) -> int:
        """What the rule of the first audience leaves of a hidden exact count, and of a rounded one."""
        hidden = np.isnan(self.shown["leadership"].shown[number])
        return 4 if hidden and self.flows.regions[number].unit == "council" else 2


def read(seed: int, configuration: Configuration | None = None, asian: float = 0.06) -> Reading:
    configuration, rows = configuration or a_council(), list(people(seed, asian=asian))
    here = [{**row, "as_at": day} for row in rows for day, gone in ((THEN, "joined"), (NOW, "left")) if row["way"] != gone]
    with a_source(configuration, here) as source:
        for dataset, column in (("er", "stage"), ("move", "step")):
            put_rows(source, configuration, [{**row, "as_at": NOW} for row in rows if row[column]], dataset)
        staff = fetch_counts(source, configuration, "hr", [THEN, NOW], FinancialYear())
        (flows,) = fetch_counts(source, configuration, "movers", [NOW], FinancialYear())
    held = tuple((counts, protect_counts(counts, SETTINGS)) for counts in staff)
    hidden = kept_from(held, flows)
    reading = Reading(FlowAttacker(flows.tree, MARKED), held, flows, protect_counts(flows, SETTINGS, hidden))
    for counts, shown in (*held, (flows, reading.shown)):
        cells = shown["leadership"]
        for region, value, chain in zip(counts.regions, cells.shown.tolist(), cells.chains, strict=True):
            if not np.isnan(value):
                reading.attacker.see(region, reading.ways(counts), value, chain)
    return reading


@pytest.fixture(scope="module", params=range(2))
def reading(request: pytest.FixtureRequest) -> Reading:
    return read(request.param)


def told_of(reading: Reading, moved: bool = False) -> Iterator[tuple[Region, int, tuple[int, int], int]]:
    """Each small set of people by a mark (or who moved): its size, what the attacker makes of it, and how wide that must be."""
    for number, (region, true) in enumerate(zip(reading.flows.regions, reading.flows.values.tolist(), strict=True)):
        if 1 <= true <= 4 and (is_flow(region) if moved else region.axes & reading.flows.marks):
            yield region, true, reading.attacker.range_of(region, EVERYBODY), reading.least_width(number)


def left_of(reading: Reading) -> Iterator[tuple[Region, int, tuple[int, int]]]:
    """Each small number of people of a pool who lack a mark, and what the attacker makes of it."""
    regions, values = reading.flows.regions, reading.flows.values.tolist()
    for inner, outer in structure_of(reading.flows).pairs.tolist():
        left = values[outer] - values[inner]
        if 1 <= left <= 4 and regions[inner].axes & reading.flows.marks:
            yield regions[inner], left, reading.attacker.range_of(regions[outer], EVERYBODY, (regions[inner], EVERYBODY))


def test_no_small_count_of_people_with_a_mark_is_known(reading: Reading) -> None:
    looked = 0
    for region, true, (least, most), width in told_of(reading):
        assert least <= true <= most
        assert most - least >= width, region
        looked += 1
    assert looked


def test_no_small_count_of_who_moved_is_known_from_marks(reading: Reading) -> None:
    for region, true, (least, most), width in told_of(reading, moved=True):
        assert least <= true <= most
        assert most - least >= width, region


def test_no_small_count_of_people_without_a_mark_is_known(reading: Reading) -> None:
    for region, true, (least, most) in left_of(reading):
        assert least <= true <= most
        assert most - least >= 2, region


def test_no_small_count_of_staff_is_known_from_marks(reading: Reading) -> None:
    for counts, _ in reading.staff:
        for region, true in zip(counts.regions, counts.values.tolist(), strict=True):
            if 1 <= true <= 4:
                least, most = reading.attacker.range_of(region, reading.ways(counts))
                assert least <= true <= most
                assert most > least, region


def test_marks_of_a_hidden_set_of_staff_are_hidden(reading: Reading) -> None:
    hidden = frozenset(s for counts, shown in reading.staff for s in hidden_sets(counts.regions, shown["leadership"].shown))
    touched = [i for i, region in enumerate(reading.flows.regions) if plain(region, reading.flows.marks) in hidden]
    assert np.isnan(reading.shown["leadership"].shown[touched]).all()


def test_every_audience_has_a_certificate_and_reads_something(reading: Reading) -> None:
    marked = [i for i, region in enumerate(reading.flows.regions) if region.axes & reading.flows.marks]
    assert all(cells.certificate.passed for cells in reading.shown.values())
    assert not np.isnan(reading.shown["leadership"].shown[marked]).all()


def of_either_end() -> Configuration:
    """Nobody publishes who joined or left; the pool of a mark is everybody at either end."""
    staff = a_count(id="WF01", breakdowns=BREAKDOWNS)
    pooled = a_marked_kpi("proportion", "percent", "ER03", BREAKDOWNS, numerator={"disciplinary": ["yes"]}, denominator={})
    return replace(a_marked_council(staff, pooled), disclosure=SETTINGS)


def moved_of_pools(reading: Reading) -> Iterator[tuple[Region, int, tuple[int, int]]]:
    """Each small number of joiners or leavers in a set that everybody of either end is published of, and what the attacker makes of it."""
    sizes = dict(zip(reading.flows.regions, reading.flows.values.tolist(), strict=True))
    ends = exact_staff(reading.flows)
    staff = dict(zip(ends.regions, ends.low.astype(int).tolist(), strict=True))
    for pool in (region for region in sizes if is_pool(region, reading.flows.marks)):
        for end, way in zip(ends_of(pool, reading.flows.marks), ("left", "joined"), strict=True):
            true = sizes[pool] - staff[end]
            if 1 <= true <= 4:
                yield pool, true, reading.attacker.range_of(pool, (way,))


@pytest.mark.parametrize("seed", range(2))
def test_a_pool_of_either_end_does_not_tell_who_moved(seed: int) -> None:
    looked = 0
    for region, true, (least, most) in moved_of_pools(read(seed, of_either_end())):
        assert least <= true <= most
        assert most - least >= 2, region
        looked += 1
    assert looked


def test_without_staff_laid_in_a_pool_tells_who_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacker bites: everybody at either end, less staff at one end, is who left or joined."""
    monkeypatch.setattr("metrics.disclosure.protect.hidden_beside_staff", lambda *_: {})
    assert any(most - least < 2 for _, _, (least, most) in moved_of_pools(read(0, of_either_end())))


def test_without_staff_laid_in_the_same_attack_finds_small_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacker bites: protected as any other dataset, joiners and leavers, with marks among them, give small counts away."""
    monkeypatch.setattr("metrics.disclosure.protect.hidden_beside_staff", lambda *_: {})
    assert any(most - least < width for seed in range(3) for _, _, (least, most), width in told_of(read(seed), moved=True))


def staff_told(reading: Reading) -> list[Region]:
    """Hidden small sets of staff that the attacker makes out to the person."""
    return [
        region
        for counts, _ in reading.staff
        for region, true in zip(counts.regions, counts.values.tolist(), strict=True)
        if 1 <= true <= 4 and len(set(reading.attacker.range_of(region, reading.ways(counts)))) == 1
    ]


@pytest.mark.parametrize("seed", [0, 1])
def test_a_small_group_beside_two_pools_is_not_what_they_leave_of_staff(seed: int) -> None:
    """White and Black staff are the pools, and a few Asian staff are in neither: all staff, less both and those not known, are they."""
    reading = read(seed, asian=0.015)
    assert staff_told(reading) == []
    shown = reading.shown["leadership"].shown[[is_at_start(region) for region in reading.flows.regions]]
    assert not np.isnan(shown).all()  # the pools themselves stay


def is_at_start(region: Region) -> bool:
    return dict(region.where).get("joined_or_left") == frozenset(AT_START)


def test_without_keeping_what_two_pools_leave_the_same_attack_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacker bites."""
    monkeypatch.setattr("metrics.disclosure.staff_told.telling", lambda *_: frozenset())
    assert staff_told(read(0, asian=0.015))
