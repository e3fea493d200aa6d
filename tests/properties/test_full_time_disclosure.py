"""Full-time equivalents beside head counts: no small head count is known from both, however people work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Column
from metrics.definitions.kpi import Kpi
from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.amounts import printed, window
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.evaluate.evaluate import evaluate
from metrics.periods import FinancialYear
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from tests.support.factories import DAY, a_configuration, a_count, a_dataset, a_kpi
from tests.support.flow_attacker import WAYS, FlowAttacker
from tests.support.stored import a_source

GROUPS = {"sex": ("female", "male", "not_known")}
ROUNDED = Profile(title="Leadership")
EXACT = Profile(title="Counts hidden everywhere", below_council="suppress")


def full_time(**more: Any) -> Kpi:
    return a_kpi(id="WF03", measure={"type": "fte", "unit": "fte", "column": "fte"}, **more)


def a_council(profile: Profile, most: float) -> Configuration:
    fte = Column.model_validate({"from": "FTE", "type": "number", "empty": "reject", "minimum": 0, "maximum": most})
    dataset = a_dataset()
    dataset = dataset.model_copy(update={"columns": {**dataset.columns, "fte": fte}})
    heads = a_count(id="WF01", breakdowns=[{"by": ("service",)}, {"by": ("sex",)}, {"by": ("service", "sex")}])
    made = a_configuration(heads, full_time(breakdowns=[{"by": ("service",)}]), dataset=dataset)
    public = Profile(title="Public", council="round", below_council="round", zeros="hide", pay_minimum=20)
    settings = DisclosureSettings(
        profiles={"leadership": profile, "public": public}, audiences={"leadership": "leadership", "public": "public"}
    )
    return replace(made, disclosure=settings)


def people(seed: int, most: float) -> Iterator[dict[str, Any]]:
    """Units of 2 to 60, most of them full time: the sums then come as near to the head counts as they can."""
    rng = np.random.default_rng(seed)
    for unit in ("repairs", "lettings", "adults", "chief", "housing", "people"):
        for _ in range(int(rng.integers(2, 60)) if unit != "housing" else int(rng.integers(1, 7))):
            fte = most if rng.random() < 0.9 else float(rng.choice([0.5, 0.6, 0.8]))
            yield {"unit": unit, "sex": rng.choice(GROUPS["sex"], p=[0.6, 0.33, 0.07]), "fte": fte}


Read = tuple[Configuration, Counts, dict[str, ShownCells]]


CASES = [(seed, profile, most) for seed in range(4) for profile, most in ((ROUNDED, 1.0), (EXACT, 1.0), (ROUNDED, 1.5))]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{case[1].below_council}-{case[2]}")
def read(request: pytest.FixtureRequest) -> Read:
    seed, profile, most = request.param
    configuration = a_council(profile, most)
    with a_source(configuration, people(seed, most)) as source:
        (counts,) = fetch_counts(source, configuration, "hr", [DAY], FinancialYear())
    return configuration, counts, protect_counts(counts, configuration.disclosure)


def attacker_of(counts: Counts, cells: ShownCells) -> FlowAttacker:
    attacker = FlowAttacker(counts.tree, GROUPS, most=max(counts.most.values()))
    for region, value, chain in zip(counts.regions, cells.shown.tolist(), cells.chains, strict=True):
        if not np.isnan(value):
            attacker.see(region, WAYS["later"], value, chain)
    return attacker


@pytest.mark.parametrize("audience", ["leadership", "public"])
def test_no_small_head_count_is_known(read: Read, audience: str) -> None:
    configuration, counts, shown = read
    cells = shown[audience]
    attacker = attacker_of(counts, cells)
    for row in evaluate(cells, configuration).query("kpi == 'WF03' and breakdown == 'service' and value.notna()").to_dict("records"):
        region = next(r for r in counts.regions if r.unit == row["unit"] and not r.where)
        chain = cells.chains[counts.regions.index(region)]
        attacker.see_sum(region, *window(row["value"], chain, attacker.most))
    profile = configuration.disclosure.profiles[audience]
    for region, true, value in zip(counts.regions, counts.values.tolist(), cells.shown.tolist(), strict=True):
        if 1 <= true < profile.threshold:
            least, most = attacker.range_of(region, WAYS["later"])
            assert least <= true <= most
            assert most - least >= (4 if np.isnan(value) and profile.below_council == "suppress" else 2), region


def test_sums_stand_beside_shown_head_counts_of_ten_or_more_alone(read: Read) -> None:
    configuration, counts, shown = read
    for audience, cells in shown.items():
        least = configuration.disclosure.profiles[audience].pay_minimum
        rows = evaluate(cells, configuration).query("kpi == 'WF03' and breakdown == 'service'")
        standing = rows[rows["value"].notna()]
        assert standing["denominator"].notna().all()
        assert (standing["denominator"] >= least).all()
        assert set(rows.loc[rows["value"].isna(), "marker"]) <= {"[c]", "[z]"}
        true = counts.statistics.set_index("unit").query("kpi == 'WF03'")["total"]
        for row in standing.drop_duplicates("unit").itertuples():
            assert abs(row.value - true[row.unit].max()) <= 0.5 if not row.rounded else True


def test_the_attacker_bites_on_sums_that_are_printed_as_they_are() -> None:
    pinned = 0
    for seed in range(4):
        configuration = a_council(EXACT, 1.0)
        with a_source(configuration, people(seed, 1.0)) as source:
            (counts,) = fetch_counts(source, configuration, "hr", [DAY], FinancialYear())
        attacker = attacker_of(counts, protect_counts(counts, configuration.disclosure)["leadership"])
        for row in counts.statistics.dropna(subset="total").to_dict("records"):
            attacker.see_sum(counts.regions[row["region"]], row["total"] - 1e-6, row["total"] + 1e-6)
        for region, true in zip(counts.regions, counts.values.tolist(), strict=True):
            if 1 <= true <= 4:
                least, most = attacker.range_of(region, WAYS["later"])
                pinned += most - least < 4
    assert pinned


@pytest.mark.parametrize("most", [1.0, 1.5])
@pytest.mark.parametrize("chain", [(), (5,), (5, 10)])
def test_a_window_holds_exactly_the_sums_that_are_printed_alike(most: float, chain: tuple[int, ...]) -> None:
    sums = np.arange(0, 120, 0.05)
    shown = np.array([printed(s, chain, most) for s in sums])
    for value in np.unique(shown):
        low, high = window(float(value), chain, most)
        inside = sums[shown == value]
        assert (low - 1e-6 <= inside.min() <= low + 0.051 and high - 0.051 <= inside.max() <= high + 1e-6) or value == shown.max()


@pytest.mark.parametrize("most", [1.0, 1.5])
def test_a_rounded_sum_narrows_no_rounded_head_count_by_itself(most: float) -> None:
    """Everybody full time is the worst case: the sum is then as large as it can be."""
    for heads in range(10, 200):
        shown = (heads + 2) // 5 * 5
        low, _ = window(printed(heads * most, (5,), most), (5,), most)
        assert np.ceil(low / most - 1e-9) <= max(shown - 2, 0)
