"""A small count that is shown as it is needs no working out, and is found all the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.attack import attack
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.system import published_system
from tests.support.tables import Published, each, from_dict, make_counts


def test_a_small_count_that_is_shown_is_recovered() -> None:
    axes = {"grade": ["a", "b", "c"]}
    people = from_dict({"c": None}, axes, {("c", "a"): 3, ("c", "b"): 20, ("c", "c"): 30})
    counts = make_counts({"c": None}, axes, people, [Published(), Published({"grade": each("a", "b", "c")})])
    settings = DisclosureSettings(profiles={"p": Profile(title="P")}, audiences={"p": "p"})
    system = published_system(protect_counts(counts, settings)["p"], counts)
    assert attack(system).proven
    everything = replace(system, shown=np.asarray(counts.values, dtype=float), chains=((),) * len(counts.values))
    found = attack(everything)
    assert found.recovered == 1
    assert not found.proven
