"""Attacks on many parts: in order, the same in one process as in several, and tables of one audience are tried for the next."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.attack import attack
from metrics.disclosure.beside import Together
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.system import PublishedSystem, published_system
from metrics.pipeline.attacks import Target, attack_all
from tests.support.tables import Published, each, from_dict, make_counts

PARENTS = {"c": None, "d": "c", "e": "c"}


@pytest.fixture(scope="module")
def systems() -> list[PublishedSystem]:
    """One day for two audiences, and the first again as another day with a hidden count that its line gives away."""
    axes = {"sex": ["f", "m"]}
    numbers = {("d", "f"): 3, ("d", "m"): 21, ("e", "f"): 16, ("e", "m"): 2}
    published = [Published(depth=1), Published({"sex": each("f", "m")}, depth=1)]
    counts = make_counts(PARENTS, axes, from_dict(PARENTS, axes, numbers), published)
    profiles = {"p": Profile(title="Leadership", below_council="suppress"), "q": Profile(title="Public", council="round")}
    shown = protect_counts(counts, DisclosureSettings(profiles=profiles, audiences={"leadership": "p", "public": "q"}))
    found = [published_system(cells, counts) for cells in shown.values()]
    open_ = np.where(counts.values == 3, np.nan, counts.values.astype(float))
    careless = replace(found[0], period_end="2026-06-30", shown=open_, chains=((),) * len(open_))
    return [*found, careless]


def told(found: Together) -> dict[str, object]:
    attack = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in asdict(found.attack).items() if k != "seconds"}
    return {**asdict(found), "attack": attack}


def test_every_part_is_attacked_in_order_whatever_the_number_of_processes(systems: list[PublishedSystem]) -> None:
    targets = [Target(system) for system in systems]
    alone = list(attack_all(targets, processes=1))
    assert [found.recovered > 0 for found in alone] == [False, False, True]
    assert all(found.attack.unsettled == 0 for found in alone)
    assert [told(found) for found in attack_all(targets, processes=2)] == [told(found) for found in alone]
    assert [told(found) for found in attack_all(targets)] == [told(found) for found in alone]


def test_tables_of_one_audience_fit_what_a_further_one_sees(systems: list[PublishedSystem]) -> None:
    first, further, careless = systems
    tables = attack(first).tables
    assert attack(further, tables=tables).proven
    # where they do not fit they prove nothing: neither what is shown otherwise, nor a table of another shape
    wrong = [tables[0] + 1, tables[0][:-1]]
    assert attack(further, tables=wrong).proven
    assert attack(careless, tables=tables).recovered
