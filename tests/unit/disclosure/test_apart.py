"""What is protected together, and what apart: two days, two datasets of one day, and staff that an earlier release showed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.beside import attack_with_earlier
from metrics.disclosure.flows import hidden_sets, is_flow, staff_given
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.system import published_system
from metrics.periods import FinancialYear, Period
from metrics.pipeline.earlier import EarlierReleases
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from tests.properties.test_joiners_disclosure import NOW, SETTINGS, THEN, a_council, people
from tests.support.stored import a_source
from tests.support.tables import Published, each, from_dict, make_counts

AXES = {"x": ("a0", "a1", "a2")}
ALONE = DisclosureSettings(profiles={"leadership": Profile(title="Leadership", threshold=4)}, audiences={"leadership": "leadership"})
STAFF = from_dict({"c": None}, AXES, {("c", "a0"): 2, ("c", "a1"): 15, ("c", "a2"): 17})
GROUPS, TWO = Published({"x": each(*AXES["x"])}), Published({"x": {"two": ("a0", "a2")}})


def test_whoever_stayed_joined_or_left_two_days_show_the_same() -> None:
    """Any table of one day and any table of another are one history of people: without joiners and leavers no equation joins two days."""
    configuration, rows = a_council(), list(people(seed=1))
    strangers = [{**row, "person_id": f"{row['person_id']} of {row['as_at']}"} for row in rows]
    found = []
    for held in (rows, strangers):
        with a_source(configuration, held) as source:
            counted = fetch_counts(source, configuration, "hr", [THEN, NOW], FinancialYear())
            found.append([protect_counts(counts, SETTINGS)["leadership"].shown for counts in counted])
            (flows,) = fetch_counts(source, configuration, "movers", [NOW], FinancialYear())
            found[-1].append(flows.values)
    (then, now, moved), (then_too, now_too, moved_too) = found
    assert np.array_equal(then, then_too, equal_nan=True)
    assert np.array_equal(now, now_too, equal_nan=True)
    assert not np.array_equal(moved, moved_too), "the two differ in who moved, and in nothing that is shown of either day"


def test_two_datasets_about_the_same_people_are_protected_apart() -> None:
    """The gap that docs/methods/disclosure.md states: each is safe, and who holds one against the other subtracts."""
    staff = make_counts({"c": None}, AXES, STAFF, [Published(), GROUPS])
    payroll = replace(make_counts({"c": None}, AXES, STAFF, [Published(), TWO]), dataset="payroll")
    systems = [published_system(protect_counts(counts, ALONE)["leadership"], counts) for counts in (staff, payroll)]
    assert [attack_with_earlier(system, []).recovered for system in systems] == [0, 0]
    assert attack_with_earlier(systems[1], [("staff", systems[0])]).recovered > 0


class Store:
    """Nothing but what was published of some days."""

    def __init__(self, held: dict[tuple[str, date], tuple[tuple[str, dict[str, Any]], ...]]) -> None:
        self.held = held

    def versions(self, dataset: str, day: date) -> tuple[tuple[str, dict[str, Any]], ...]:
        return self.held.get((dataset, day), ())


@pytest.fixture(scope="module")
def counted() -> tuple[tuple[Counts, ...], Counts]:
    configuration = a_council()
    with a_source(configuration, people(seed=3)) as source:
        staff = fetch_counts(source, configuration, "hr", [THEN, NOW], FinancialYear())
        (flows,) = fetch_counts(source, configuration, "movers", [NOW], FinancialYear())
    return staff, flows


def test_staff_that_any_release_showed_is_known_beside_joiners_and_leavers(counted: tuple[tuple[Counts, ...], Counts]) -> None:
    staff, flows = counted
    assert flows.period == Period(start=THEN + timedelta(days=1), end=NOW)
    versions = {}
    for counts in staff:
        system = published_system(protect_counts(counts, SETTINGS)["leadership"], counts)
        versions["hr", counts.period.end] = (
            ("r1", system.as_dict()),
            ("r2", replace(system, shown=np.full_like(system.shown, np.nan)).as_dict()),
        )
    known = EarlierReleases(a_council(), Store(versions)).known_of(flows)  # type: ignore[arg-type]
    shown = known["leadership"].staff
    everything = frozenset(s for counts in staff for s in hidden_sets(counts.regions, np.full(len(counts.regions), np.nan)))
    reader = SETTINGS.profiles["leadership"]
    assert shown
    assert shown < everything, "what no release ever showed is not known"
    assert not staff_given(flows, reader, everything).tells
    assert staff_given(flows, reader, everything - shown).tells
    cells = protect_counts(flows, SETTINGS, everything, known)["leadership"]
    assert cells.certificate.passed
    assert np.isnan(cells.shown[[is_flow(region) for region in flows.regions]]).all(), "staff that is hidden now hides who moved"
