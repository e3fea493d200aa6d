"""Breakdowns that go as a whole because a coarser one says more, and cells that were hidden in vain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.attack import attack
from metrics.disclosure.certify import settle
from metrics.disclosure.choose import first_draft
from metrics.disclosure.give_back import give_back
from metrics.disclosure.joint import build_joint
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.ranges import Ranges
from metrics.disclosure.repair import Repair
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.structure import structure_of
from metrics.disclosure.system import published_system
from metrics.query.counts import Counts
from tests.support.tables import Published, each, from_dict, make_counts

PARENTS = {"c": None, "d": "c", "e": "c"}
FINE = ("white", "indian", "chinese", "african", "caribbean")
BROAD = {"white": ["white"], "minority": ["indian", "chinese", "african", "caribbean"]}
D = {"white": 40, "indian": 3, "chinese": 2, "african": 6, "caribbean": 4}
E = {"white": 70, "indian": 31, "chinese": 22, "african": 45, "caribbean": 18}


def council(small: dict[str, int] = D, broad: bool = True) -> Counts:
    """One KPI by five ethnic groups and by two, in a council of two directorates of which one is small."""
    people = {(unit, group): n for unit, sizes in (("d", small), ("e", E)) for group, n in sizes.items()}
    published = [Published(depth=1), Published({"ethnicity": each(*FINE)}, depth=1)]
    published += [Published({"ethnicity": BROAD}, depth=1)] if broad else []
    counts = make_counts(PARENTS, {"ethnicity": FINE}, from_dict(PARENTS, {"ethnicity": FINE}, people), published)
    breakdown = counts.cells["breakdown"].where(counts.cells["kpi"] != "KP02", "broad")
    return replace(counts, cells=counts.cells.assign(kpi="KP", breakdown=breakdown))


def protect(counts: Counts, **profile: object) -> ShownCells:
    own = Profile(title="Leadership", below_council="suppress", **profile)  # type: ignore[arg-type]
    return protect_counts(counts, DisclosureSettings(profiles={"leadership": own}, audiences={"leadership": "leadership"}))["leadership"]


def of(counts: Counts, cells: ShownCells, unit: str) -> dict[str, str]:
    """How each set of one unit is shown, by its categories."""
    names = ["+".join(sorted(dict(r.where).get("ethnicity", ["all"]))) for r in counts.regions]
    return {name: str(how) for name, how, r in zip(names, cells.how, counts.regions, strict=True) if r.unit == unit}


def test_a_breakdown_of_which_most_is_small_goes_where_a_broader_one_can_be_read() -> None:
    """Two groups of five, and 11 people of 20, could be shown."""
    counts = council({"white": 5, "indian": 3, "chinese": 2, "african": 6, "caribbean": 4})
    assert of(counts, protect(counts), "d")["african"] != "coarsened"
    shown = of(counts, protect(counts, least_shown=0.6), "d")
    assert shown["african"] == "coarsened"
    assert shown["white"] == shown["african+caribbean+chinese+indian"] == shown["all"] == "exact"


def test_what_also_stands_in_a_breakdown_that_is_kept_stays() -> None:
    counts = council({"white": 7, "indian": 3, "chinese": 2, "african": 4, "caribbean": 4})
    shown = of(counts, protect(counts), "d")
    assert shown["white"] == "exact"
    assert {shown[group] for group in FINE[1:]} == {"primary"}


def test_people_count_as_well_as_groups() -> None:
    """Two groups of five can be shown, and 52 of 61 people are in them: that is worth reading."""
    counts = council({"white": 12, "indian": 3, "chinese": 2, "african": 40, "caribbean": 4})
    assert protect(counts).certificate.coarsened == 0
    assert protect(counts, least_shown=0.9).certificate.coarsened == 1


@pytest.mark.parametrize("why", ["nothing coarser", "never", "rounded"])
def test_otherwise_cells_are_hidden_one_by_one(why: str) -> None:
    counts = council({"white": 5, "indian": 3, "chinese": 2, "african": 6, "caribbean": 4}, broad=why != "nothing coarser")
    how = {"below_council": "round"} if why == "rounded" else {"below_council": "suppress"}
    own = Profile(title="Leadership", least_shown=0.0 if why == "never" else 0.6, **how)  # type: ignore[arg-type]
    settings = DisclosureSettings(profiles={"leadership": own}, audiences={"leadership": "leadership"})
    assert protect_counts(counts, settings)["leadership"].certificate.coarsened == 0


def test_the_same_counts_give_the_same_choice_and_nothing_is_found_out() -> None:
    counts = council({"white": 5, "indian": 3, "chinese": 2, "african": 6, "caribbean": 4})
    first, second = protect(counts, least_shown=0.6), protect(counts, least_shown=0.6)
    assert (first.how == second.how).all()
    found = attack(published_system(first, counts), exact=True)
    small = np.flatnonzero((counts.values >= 1) & (counts.values < 5))
    assert (found.high[small] - found.low[small] >= 4).all()


def test_a_long_search_hides_what_a_coarser_breakdown_says_first() -> None:
    counts = council(E)
    joint = build_joint(structure_of(counts))
    start = joint.start(counts.tables)
    draft = first_draft(joint, start, Profile(title="Leadership", below_council="suppress"))
    repair = Repair(draft, Ranges(joint, *draft.known(), draft.required, start))
    at_d = [i for i, r in enumerate(counts.regions) if r.unit == "d"]
    assert repair.coarsen(at_d[0])
    gone = {"+".join(sorted(dict(counts.regions[i].where)["ethnicity"])) for i in np.flatnonzero(draft.how == "coarsened")}
    assert gone == set(FINE[1:])  # white stands in the broad groups, too


def test_what_was_hidden_in_vain_is_shown_again_and_every_proof_stands() -> None:
    axes = {"grade": [f"g{i}" for i in range(4)], "ethnicity": [f"e{i}" for i in range(4)]}
    rows = [[1, 20, 30, 2], [20, 3, 12, 40], [30, 11, 3, 25], [4, 30, 22, 11]]
    people = {("c", f"g{i}", f"e{k}"): n for i, row in enumerate(rows) for k, n in enumerate(row)}
    published = [Published(), *(Published({a: each(*v)}) for a, v in axes.items()), Published({a: each(*v) for a, v in axes.items()})]
    counts = make_counts({"c": None}, axes, from_dict({"c": None}, axes, people), published)
    joint = build_joint(structure_of(counts))
    start = joint.start(counts.tables)
    draft = first_draft(joint, start, Profile(title="Leadership"))
    ranges = Ranges(joint, *draft.known(), draft.required, start)
    repair = Repair(draft, ranges)
    vain = [int(i) for i in np.flatnonzero(draft.how == "exact") if not joint.structure.regions[i].where]  # the total helps nobody
    repair.choose()
    settle(repair)
    for region in vain:
        repair.hide(region, "secondary")
    back = give_back(repair)
    assert set(vain) <= set(back)
    assert (draft.how[back] == "exact").all()
    assert not len(ranges.open)
    assert all((joint.regions[back] @ table == counts.values[back]).all() for table in ranges.witnesses)
