"""Staff at two ends, joiners and leavers, read together by somebody who assumes that nobody changed anything: no small count is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.flows import hidden_sets, is_flow, plain
from metrics.disclosure.given import Plain
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.staff_told import kept_from_flows
from metrics.periods import FinancialYear
from metrics.pipeline.staff import version
from metrics.query.counts import Counts, Region
from metrics.query.fetch import fetch_counts
from tests.spec.test_joiners_and_leavers import JOINERS, LEAVERS, LEAVING, TURNOVER, a_flowing_council
from tests.support.factories import a_count
from tests.support.flow_attacker import WAYS, FlowAttacker
from tests.support.stored import a_source

THEN, NOW = date(2025, 3, 31), date(2026, 3, 31)
GROUPS = {"sex": ("female", "male", "not_known"), "ethnicity": ("indian", "african", "white_british", "not_known")}
BREAKDOWNS = ({"by": ("directorate",)}, {"by": ("sex",)}, {"by": ("ethnicity_5",)})
SETTINGS = DisclosureSettings(
    profiles={
        "leadership": Profile(title="Leadership"),
        "public": Profile(title="Public", council="round", below_council="round", zeros="hide"),
    },
    audiences={"leadership": "leadership", "public": "public"},
)


def a_council(likelihoods: bool = False) -> Configuration:
    staff = a_count(id="WF01", breakdowns=[*BREAKDOWNS, {"by": ("directorate", "sex")}])
    flows = [
        kpi.model_copy(update={"id": id, "breakdowns": staff.breakdowns[:3]})
        for id, kpi in {"RT01": JOINERS, "RT02": LEAVERS, "RT03": TURNOVER}.items()
    ]
    flows += [LEAVING.model_copy(update={"breakdowns": staff.breakdowns[:1]})] if likelihoods else []
    return replace(a_flowing_council(staff, *flows), disclosure=SETTINGS)


def people(seed: int, many: int = 260) -> Iterator[dict[str, Any]]:
    """Small groups, some of whom joined or left; nobody changed anything in between."""
    rng = np.random.default_rng(seed)
    for n in range(many):
        person = {
            "person_id": str(n),
            "unit": rng.choice(["housing", "people", "chief"], p=[0.55, 0.37, 0.08]),
            "sex": rng.choice(GROUPS["sex"], p=[0.55, 0.42, 0.03]),
            "ethnicity": rng.choice(GROUPS["ethnicity"], p=[0.06, 0.03, 0.84, 0.07]),
        }
        way = rng.choice(["stayed", "joined", "left"], p=[0.8, 0.12, 0.08])
        if way != "joined":
            yield {**person, "as_at": THEN}
        if way != "left":
            yield {**person, "as_at": NOW}


Held = list[tuple[Counts, dict[str, ShownCells]]]


def kept_from(staff: Iterable[tuple[Counts, dict[str, ShownCells]]], flows: Counts) -> frozenset[Plain]:
    """What joiners and leavers must not say, as the pipeline works it out; staff of the earlier day first."""
    earlier, later = (version(counts.regions, shown["leadership"].shown) for counts, shown in staff)
    return kept_from_flows(flows, (later.shown, later.hidden), (earlier.shown, earlier.hidden))


def read(seed: int) -> tuple[FlowAttacker, Held]:
    """What the first audience is shown of both ends and of the span, and the attacker who has read all of it."""
    configuration = a_council(likelihoods=True)
    with a_source(configuration, people(seed)) as source:
        staff = fetch_counts(source, configuration, "hr", [THEN, NOW], FinancialYear())
        (flows,) = fetch_counts(source, configuration, "movers", [NOW], FinancialYear())
    held = [(counts, protect_counts(counts, SETTINGS)) for counts in staff]
    hidden = kept_from(held, flows)
    held.append((flows, protect_counts(flows, SETTINGS, hidden)))
    attacker = FlowAttacker(flows.tree, GROUPS)
    for counts, shown in held:
        cells = shown["leadership"]
        for region, value, chain in zip(counts.regions, cells.shown.tolist(), cells.chains, strict=True):
            if not np.isnan(value):
                attacker.see(region, ways(counts, region), value, chain)
    return attacker, held


@pytest.fixture(scope="module", params=range(8))
def read_together(request: pytest.FixtureRequest) -> tuple[FlowAttacker, Held]:
    return read(request.param)


def ways(counts: Counts, region: Region) -> tuple[str, ...]:
    if counts.dataset == "hr":
        return WAYS["later" if counts.period.end == NOW else "earlier"]
    return ("stayed", "joined", "left")


def test_no_small_count_of_joiners_or_leavers_is_known(read_together: tuple[FlowAttacker, Held]) -> None:
    attacker, held = read_together
    counts, shown = held[2]
    cells, looked = shown["leadership"], 0
    for region, true, value in zip(counts.regions, counts.values.tolist(), cells.shown.tolist(), strict=True):
        if 1 <= true <= 4 and is_flow(region):
            least, most = attacker.range_of(region, ways(counts, region))
            assert least <= true <= most
            assert most - least >= (4 if np.isnan(value) and region.unit == "council" else 2), region
            looked += 1
    assert looked


def test_no_small_count_of_staff_is_known_from_who_moved(read_together: tuple[FlowAttacker, Held]) -> None:
    attacker, held = read_together
    for counts, _ in held[:2]:
        for region, true in zip(counts.regions, counts.values.tolist(), strict=True):
            if 1 <= true <= 4:
                least, most = attacker.range_of(region, ways(counts, region))
                assert least <= true <= most
                assert most > least, region


def test_joiners_of_a_hidden_set_of_staff_are_hidden(read_together: tuple[FlowAttacker, Held]) -> None:
    _, held = read_together
    hidden = frozenset(s for counts, shown in held[:2] for s in hidden_sets(counts.regions, shown["leadership"].shown))
    counts, shown = held[2]
    touched = [i for i, region in enumerate(counts.regions) if plain(region) in hidden]
    assert np.isnan(shown["leadership"].shown[touched]).all()


def test_every_audience_has_a_certificate(read_together: tuple[FlowAttacker, Held]) -> None:
    _, held = read_together
    assert all(cells.certificate.passed for _, shown in held for cells in shown.values())


def test_without_staff_laid_in_the_same_attack_finds_small_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacker bites: protected alone, as any other dataset, joiners and leavers give small counts away beside staff."""
    monkeypatch.setattr("metrics.disclosure.protect.hidden_beside_staff", lambda *_: {})
    pinned = 0
    for seed in range(4):
        attacker, held = read(seed)
        for counts, _ in held:
            for region, true in zip(counts.regions, counts.values.tolist(), strict=True):
                if 1 <= true <= 4:
                    least, most = attacker.range_of(region, ways(counts, region))
                    pinned += least == most
    assert pinned
